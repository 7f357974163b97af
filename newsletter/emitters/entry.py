"""One article as feeds tell it, in no format yet. No I/O.

Everything here can be written as it stands: text holds only characters that XML can carry, instants are in UTC, addresses are
absolute. An article that cannot be told so is an ``OutputError`` that names it, since an entry that readers have once seen wrong
cannot be taken back; reading and rendering have normally ruled it out.
"""

import re
from datetime import datetime

from msgspec import Struct

from newsletter.config import Config
from newsletter.emitters.instants import to_the_second
from newsletter.errors import OutputError
from newsletter.model import Article, Enclosure, Image, Person, Rendered
from newsletter.templating import Templates, direction
from newsletter.xmltext import legal

#: HTML's own white space; str.strip() would take no-break spaces too.
_HTML_SPACE = " \t\n\r\f"
#: RFC 3987: a scheme, then no white space, controls or delimiters.
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f-\x9f<>\"\s]+")
_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f-\x9f<>\"\s]+", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s()<>]+@[^@\s()<>]+")
#: The pattern of RFC 4287's schema for xml:lang.
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


class Entry(Struct, frozen=True, kw_only=True):
    """One article, as all feeds tell it."""

    id: str
    title: str
    #: The permalink.
    url: str
    #: To the second.
    published: datetime
    #: See instants.py; unique in the feed.
    updated: datetime
    #: Empty where the feed's authors hold.
    authors: tuple[Person, ...]
    tags: tuple[str, ...]
    #: None where the feed's language holds.
    language: str | None
    #: Plain text; may be empty.
    summary: str
    #: HTML; empty where the feeds carry summaries alone.
    content: str
    image: Image | None
    enclosures: tuple[Enclosure, ...]
    #: Front matter that podcasts have a use for, keys in lower case.
    extra: tuple[tuple[str, str], ...]


def make_entry(config: Config, item: Rendered, updated: datetime, templates: Templates) -> Entry:
    """Tell one article; raises OutputError if its id or an address is not what feeds can carry."""
    article = item.article
    language = _language(article.language, config.language)
    full = config.feeds.content == "full"
    return Entry(
        id=_checked(_IRI, "id", article.id, article),
        title=legal(article.title).strip() or article.slug,
        url=_checked(_ADDRESS, "permalink", article.permalink, article),
        published=to_the_second(article.published),
        updated=updated,
        authors=people(article.authors),
        tags=tuple(tag for tag in (legal(tag).strip() for tag in article.tags) if tag),
        language=language,
        summary=legal(item.summary).strip(),
        content=templates.once(item, lambda: _content(item, language, config.language, templates)) if full else "",
        image=item.cover if item.cover is None else _image(item.cover, article),
        enclosures=tuple(_enclosure(enclosure, article) for enclosure in article.enclosures),
        extra=tuple((name.lower(), legal(value).strip()) for name, value in article.extra),
    )


def people(given: tuple[Person, ...]) -> tuple[Person, ...]:
    """Keep of each person what feeds can carry: a name, and an e-mail and a web address if they are such."""
    return tuple(
        Person(
            name=legal(person.name).strip(),
            email=person.email if person.email and _is(_EMAIL, person.email) else None,
            url=person.url if person.url and _is(_ADDRESS, person.url) else None,
        )
        for person in given
        if legal(person.name).strip()
    )


def _content(item: Rendered, language: str | None, usual: str, templates: Templates) -> str:
    """Render the content, in a box of its own direction where readers, who show entries side by side, would take the wrong one.

    The feed's xml:lang is lost on the way to the reader's page, and a language says nothing of direction there anyway.
    """
    content = legal(templates.render("article.html.j2", item=item, form="feed")).strip(_HTML_SPACE)
    way = direction(language or usual)
    if not content or (way == "ltr" and direction(usual) == "ltr"):
        return content
    return f'<div lang="{language or usual}" dir="{way}">{content}</div>'


def _checked(pattern: re.Pattern[str], field: str, value: str, article: Article) -> str:
    """Return the value if it is what the pattern says."""
    if _is(pattern, value):
        return value
    expected = "an absolute IRI without white space" if pattern is _IRI else "an absolute http or https address"
    raise OutputError(f"{article.path}: {field}: expected {expected}, got {value!r}")


def _is(pattern: re.Pattern[str], value: str) -> bool:
    """Say whether the whole value is what the pattern says and XML can carry it."""
    return bool(pattern.fullmatch(value)) and legal(value) == value


def _image(image: Image, article: Article) -> Image:
    """Check where a picture is."""
    _checked(_ADDRESS, "cover", image.url, article)
    return image


def _enclosure(enclosure: Enclosure, article: Article) -> Enclosure:
    """Check where an enclosure is; RSS and Atom want a media type even where nobody knows it."""
    url = _checked(_ADDRESS, "enclosure", enclosure.url, article)
    return Enclosure(url=url, type=legal(enclosure.type) or "application/octet-stream", length=enclosure.length)


def _language(language: str | None, usual: str) -> str | None:
    """Return an article's language tag where it says something: sound, and other than the publication's."""
    if language is None or not _LANGUAGE.fullmatch(language) or language.lower() == usual.lower():
        return None
    return language
