"""Puts a service's merge tags into a digest, and keeps the text around them from being taken for such. Pure.

While a mail is rendered and inlined, a plain word stands for each tag: neither autoescape nor premailer nor a serializer has
anything to change in it. ``html``, ``text`` and ``header`` then write whatever else looks like a tag so that the service
shows it, wherever it stands, and put the tags back byte for byte.
"""

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec.structs import replace

from newsletter import rules
from newsletter.errors import ConfigError
from newsletter.mail import mailbox, services
from newsletter.mail.services import Literal, Tags

if TYPE_CHECKING:
    from newsletter.config import Digest

#: A merge tag within a configured value: {{ x }}, {% x %}, *|X|*, {$x}, ${x}, {x}, [X], %%x%%, ##x##.
TAG = re.compile(
    r"\{\{\{?[^{}<>]{1,200}\}?\}\}|\{%[^{}<>]{1,200}%\}|\*\|[^|<>]{1,100}\|\*|\$?\{\$?[\w.:-]{1,100}\}"
    r"|\[[A-Za-z][\w.:% -]{1,100}\]|%%[\w.:-]{1,100}%%|##[\w.:-]{1,100}##"
)
#: What is an address, perhaps with tags in it.
ADDRESS = re.compile(r"(?i)(https?|mailto):")
_HOST = re.compile(r"(//(?:[^/?#@]*@)?)([^/?#:]*)")
#: What URLs have percent-encoded, and the tags, which stay as they are.
_FOREIGN = re.compile(rf"{TAG.pattern}|[^!-~]+")
#: What greets the recipient by name in digest.greeting.
NAME = "{name}"
STYLE = re.compile(r"(?is)(<style\b.*?</style\s*>)")
COMMENT = re.compile(r"(?s)(<!--.*?-->)")


def configured(digest: "Digest") -> Tags:
    """Return the tags that hold: digest.unsubscribe and digest.address go before digest.tags, and those before the service's."""
    service, own = services.SERVICES.get(digest.service), digest.tags
    known = service.tags if service else Tags()
    return Tags(
        unsubscribe=digest.unsubscribe or own.unsubscribe or known.unsubscribe,
        web_view=own.web_view or known.web_view,
        address=digest.address or own.address or known.address,
        name=own.name or known.name,
    )


def spelled(digest: "Digest") -> "Digest":
    """Spell the addresses that are given for tags in ASCII, as links and headers have them; ``problems`` found none wrong."""
    own = digest.tags
    tags = replace(own, unsubscribe=_in_ascii(own.unsubscribe), web_view=_in_ascii(own.web_view))
    return replace(digest, unsubscribe=_in_ascii(digest.unsubscribe), tags=tags)


def problems(digest: "Digest") -> Iterator[str]:
    """Say, each in a line that begins with the dotted key, what a service would miss in the digest, and what leads nowhere."""
    yield from _astray(digest)
    tags = configured(digest)
    service = services.find(digest.service, tags)
    if NAME in digest.greeting and not tags.name:
        yield (
            "digest.greeting: expected no {name}, for which there is no merge tag; "
            "give the one of your mail service as digest.tags.name, or leave {name} out"
        )
    if service is None:
        if digest.tags != Tags():
            yield 'digest.tags: expected digest.service with it; give digest.service = "custom", or the service\'s name'
        return
    if not tags.unsubscribe:
        yield (
            f"digest.tags.unsubscribe: is required with digest.service = {service.name!r}; give the service's merge tag "
            "for unsubscribing, or an address as digest.unsubscribe"
        )
    elif service.demands and not any(tag in tags.unsubscribe for tag in service.demands):
        key = "digest.unsubscribe" if digest.unsubscribe else "digest.tags.unsubscribe"
        yield (
            f"{key}: expected {' or '.join(service.demands)}, without which {service.name} sends nothing, "
            f"got {tags.unsubscribe!r}; leave the key out"
        )
    if not tags.address:
        # 15 U.S.C. 7704(a)(5)(A)(iii) and its like in other countries: a valid postal address of the sender
        yield (
            f"digest.address: is required with digest.service = {service.name!r}: the law asks for a postal address in every "
            "newsletter; give yours, or the service's merge tag for it as digest.tags.address"
        )


def _astray(digest: "Digest") -> Iterator[str]:
    """Say what would be a link to no address: a custom service's tags may look like anything, those of all others are known."""
    own = {"digest.tags.unsubscribe": digest.tags.unsubscribe, "digest.tags.web_view": digest.tags.web_view}
    for key, value in {"digest.unsubscribe": digest.unsubscribe, **own}.items():
        if ADDRESS.match(value):
            try:
                _in_ascii(value)
            except ValueError:
                yield f"{key}: expected a whole address such as https://letter.example/a or mailto:a@b.example, got {value!r}"
        elif value and digest.service != services.CUSTOM and not TAG.search(value):
            yield (
                f"{key}: expected an address that begins with https://, http:// or mailto:, or a merge tag, got {value!r}; "
                'where tags look like this, digest.service = "custom" takes it as digest.tags'
            )


def _in_ascii(value: str) -> str:
    """Spell an address in ASCII, its host in Punycode, the tags in it as they are; raises ValueError where it is none.

    What is no address is a tag, and stays.
    """
    scheme = ADDRESS.match(value)
    if scheme is None:
        return value
    if scheme[1].lower() == "mailto":
        people, mark, rest = value[scheme.end() :].partition("?")
        if not TAG.search(people):
            people = ",".join(mailbox.address(one) for one in people.split(","))
        value = scheme[0] + people + mark + rest
    elif rules.is_web_address(TAG.sub("x", value)):
        value = _HOST.sub(lambda found: found[1] + rules.ascii_host(found[2]), value, count=1)
    else:
        raise ValueError(value)
    return _FOREIGN.sub(lambda found: found[0] if "!" <= found[0][0] <= "~" else quote(found[0]), value)


class Merging:
    """The merge tags of one digest."""

    def __init__(self, digest: "Digest", content: str) -> None:
        """Take the configuration, and what the digest is made of: no word that stands for a tag occurs in it."""
        #: As they are configured; empty where there is none.
        self.tags = configured(digest)
        self.service = services.find(digest.service, self.tags)
        self._stem = f"tag{sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"
        self._words: dict[str, str] = {}
        self._word = re.compile(rf"({self._stem}x\d+z)")
        self._greeting = digest.greeting

    def shield(self, value: str) -> str:
        """Put words for the merge tags in a configured value. What a custom service's tags look like is its own affair."""
        odd = self.service is not None and self.service.name == services.CUSTOM and not ADDRESS.match(value)
        return self.merge(value) if value and odd and not TAG.search(value) else self._in_text(value)

    def _in_text(self, value: str) -> str:
        return TAG.sub(lambda match: self.merge(match[0]), value)

    def merge(self, tag: str) -> str:
        """Return the word for a merge tag; templates call this for tags of their own."""
        return self._words.setdefault(tag, f"{self._stem}x{len(self._words)}z")

    @property
    def list_unsubscribe(self) -> str:
        """Return the tag that the List-Unsubscribe header needs; empty where the service writes it, or an address is known."""
        ours = self.service is not None and self.service.list_unsubscribe
        return self.tags.unsubscribe if ours and not ADDRESS.match(self.tags.unsubscribe) else ""

    def values(self, page: str) -> dict[str, object]:
        """Return what templates put where a service's tags go; ``page`` is the issue's own web page."""
        name, address = self.shield(self.tags.name), self.tags.address.splitlines()
        return {
            "issue_page": page,
            "unsubscribe": self.shield(self.tags.unsubscribe),
            "web_view": self.shield(self.tags.web_view) or page,
            "address": tuple(self._in_text(line.strip()) for line in address if line.strip()),
            "name": name,
            "greeting": self._in_text(self._greeting.replace(NAME, name)),
            "merge": self.merge,
        }

    def html(self, page: str) -> str:
        """Finish an HTML page, after inlining."""
        if self.service is None:
            return self._finish(page, None)
        syntax = self.service.syntax
        if syntax.in_styles:
            return self._finish(page, syntax.html)
        if syntax.comment:
            parts = COMMENT.split(page)
            parts[1::2] = [self._kept(comment, syntax.comment) for comment in parts[1::2]]
        else:
            parts = [page]
        for at in range(0, len(parts), 2):
            pieces = STYLE.split(parts[at])
            pieces[::2] = [self._finish(piece, syntax.html) for piece in pieces[::2]]
            parts[at] = "".join(pieces)
        return "".join(parts)

    def text(self, body: str) -> str:
        """Finish a plain text."""
        return self._finish(body, self.service.syntax.text if self.service else None)

    def header(self, value: str) -> str:
        """Finish the text of a header."""
        return self._finish(value, self.service.syntax.header if self.service else None)

    def check(self, html: str, text: str) -> None:
        """Raise ConfigError where a finished mail lacks what the service or the law demands: templates can lose it."""
        if self.service is None:
            return
        for name, value in (("unsubscribe", self.tags.unsubscribe), ("address", self.tags.address)):
            for file, body in (("email.html.j2", html), ("email.txt.j2", text)):
                if lost := [tag for tag in TAG.findall(value) if tag not in body]:
                    problem = (
                        f"digest.service: {self.service.name} needs {' '.join(lost)} in the mail, and the publication's "
                        f"{file} leaves it out; write {{{{ {name} }}}} into it"
                    )
                    raise ConfigError([problem])

    def _kept(self, comment: str, written: Callable[[str], str]) -> str:
        """Keep a conditional comment as it is, but for the tags in it."""
        if "[if " not in comment and "[endif]" not in comment:
            return comment
        pieces = self._word.split(comment)
        return "".join(self._tag(piece) if at % 2 else written(piece) for at, piece in enumerate(pieces))

    def _finish(self, body: str, literal: Literal | None) -> str:
        pieces = self._word.split(body)
        tags = [self._tag(word) for word in pieces[1::2]]
        pieces[1::2] = tags
        if literal:
            following = [*tags, ""]
            pieces[::2] = [_literally(piece, tag, literal) for piece, tag in zip(pieces[::2], following, strict=True)]
        return "".join(pieces)

    def _tag(self, word: str) -> str:
        at = int(word.removeprefix(f"{self._stem}x").removesuffix("z"))
        return tuple(self._words)[at]


def _literally(text: str, following: str, literal: Literal) -> str:
    """Write a text so that nothing in it begins a tag, not even together with what follows."""
    parts, end = [], 0
    for match in literal.opening.finditer(text + following):
        if match.start() >= len(text):
            break
        parts += [text[end : match.start()], literal.written(match[0])]
        end = match.end()
    return "".join([*parts, text[end:]])
