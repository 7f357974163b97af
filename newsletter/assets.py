"""The local files that articles show: read once each, and their pictures measured for the articles. Reads content/."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Generic, TypeVar

from newsletter import folder
from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.images.known import Known
from newsletter.model import Output, Rendered

#: Bytes of one picture or other file beside the articles.
LARGEST_ASSET = 50_000_000

#: What is kept of a file.
Kept = TypeVar("Kept")


class Assets(Generic[Kept]):
    """The files of one build's articles, or of a part of them."""

    def __init__(self, config: Config, put: Callable[[Output], Kept]) -> None:
        """Take the publication; ``put`` is asked once for each file what to keep of it."""
        self._content = config.content
        self._put = put
        self._known = Known(config.url)
        self._outputs: dict[str, Kept] = {}
        self._contents: dict[str, str] = {}

    def finish(self, item: Rendered) -> Rendered:
        """Give an article the sizes of its pictures; raises ContentError where one of its files cannot be read."""
        for asset in item.assets:
            if asset.target not in self._outputs:
                try:
                    body = folder.read(self._content, asset.source, limit=LARGEST_ASSET)
                except folder.UnreadableError as error:
                    raise ContentError(item.article.path, None, None, f"{asset.source}: {error}") from error
                output = Output(path=asset.target, type=self._known.take(asset, body), body=body)
                self._outputs[asset.target] = self._put(output)
                self._contents[asset.target] = sha256(body).hexdigest()
        return self._known.sized(item)

    @property
    def outputs(self) -> tuple[Kept, ...]:
        """Return the files, as outputs, in the order in which they were come across."""
        return tuple(self._outputs.values())

    @property
    def contents(self) -> Mapping[str, str]:
        """Return the SHA-256 of each, in hexadecimal, by its path in out/."""
        return self._contents
