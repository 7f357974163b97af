"""Remembers what stories weigh, so that those of an issue are weighed once, however often its digest is made. Pure.

What a story weighs follows from the article, from how much of it is shown, from what stands around it, and from what the memory
and the templates' digest stand for. To weigh one again it would have to be written and read.
"""

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256

import msgspec
from msgspec import DecodeError

from newsletter.mail.layout import Story
from newsletter.mail.places import Memory
from newsletter.mail.weight import Scale
from newsletter.model import Rendered

_DECODER = msgspec.msgpack.Decoder(dict[bytes, int])


class Weighed:
    """What the stories of one digest weigh."""

    def __init__(self, memory: Memory | None, templates: str, shown: Mapping[str, str]) -> None:
        """Take what has it from one build to the next; the templates' digest, and where pictures are for the mail, by address."""
        self._memory = memory
        self._templates = templates
        self._shown = shown
        self._name = ""
        self._known: Mapping[bytes, int] = {}
        self._told: dict[bytes, int] = {}
        self._items: dict[int, tuple[Rendered, bytes]] = {}

    def weight(self, story: Story, scale: Scale, weigh: Callable[[], int]) -> int:
        """Return what a story weighs, and weigh it if that is not known."""
        if self._memory is None:
            return weigh()
        if not self._name:
            self._name = f"{self._templates} {scale.name}"
            self._known = _read(self._memory.known(self._name))
        form = f"{story.form} {story.lead} {story.level}".encode()
        key = sha256(self._item(story.item) + form).digest()
        weight = self._known.get(key)
        if weight is None:
            weight = weigh()
        self._told[key] = weight
        return weight

    def distrust(self) -> None:
        """Remember nothing: more shapes a story than is known here."""
        self._memory = None

    def keep(self) -> None:
        """Have remembered what these stories weigh, if any of it is new."""
        if self._memory is not None and self._told.keys() - self._known.keys():
            self._memory.keep(self._name, msgspec.msgpack.encode(self._told))

    def _item(self, item: Rendered) -> bytes:
        """Digest all that there is to an article."""
        if id(item) not in self._items:
            text = repr(item)
            pictures: Iterable[tuple[str, str]] = ((url, shown) for url, shown in self._shown.items() if url in text)
            self._items[id(item)] = item, sha256(repr((text, sorted(pictures))).encode("utf-8", "surrogatepass")).digest()
        return self._items[id(item)][1]


def _read(body: bytes | None) -> Mapping[bytes, int]:
    try:
        return _DECODER.decode(body) if body is not None else {}
    except DecodeError:
        return {}
