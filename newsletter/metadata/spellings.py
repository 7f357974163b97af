"""The keys that front matter may use, in one table. Pure.

Keys are compared without case and without ``_``, ``-`` and spaces: ``pubDate``, ``pub_date`` and ``Pub-Date`` are one key.
Where several keys of a row are given, the first in the row's order that says something holds. Keys inside the tables
``extra``, ``taxonomies`` (Zola) and ``params`` (Hugo) are read where the block itself has no key of the row.

| field      | read from, first to last                                                                                |
| ---        | ---                                                                                                     |
| title      | title; else the first heading of the body                                                               |
| published  | date, published, pubDate, publishDate, datePublished, publishedAt, publishedDate, publish, created_at,  |
|            | created, dateCreated, createdDate; else ``path: YYYY/MM/DD/…``; else the file name. A publishDate that is later  |
|            | than the date holds the article back until then, and is when it is published (as Hugo has it)           |
| updated    | updated, lastmod, modified, last_modified_at, updatedDate, updatedAt, lastModified, dateModified,       |
|            | dateUpdated, lastUpdated, last_update; else ``updated`` inside a table ``date``                         |
| expires    | expiryDate, expires, unpublishDate, expirationDate                                                      |
| draft      | draft, isDraft, wip, hidden, private, unlisted: true. published, publish, listed: false.                |
|            | status: draft and its like. All of them are looked at: one is enough                                    |
| summary    | description, summary, excerpt, subtitle                                                                 |
| authors    | authors, author, by                                                                                     |
| tags       | tags, tag, categories and category, one after the other; keywords only where there are none of these    |
| slug       | slug; else the file name                                                                                |
| permalink  | permalink, url, link, path                                                                              |
| cover      | image, cover, hero, thumbnail, heroImage, coverImage, featuredImage                                     |
| cover_alt  | imageAlt, coverAlt, heroAlt, thumbnailAlt, heroImageAlt, coverImageAlt, featuredImageAlt                |
| id         | id, guid                                                                                                |
| language   | lang, language                                                                                          |
| enclosures | enclosure, enclosures, audio                                                                            |
"""

from functools import lru_cache

TITLE = ("title",)
PUBLISHED = (
    *("date", "published", "pubdate", "publishdate", "datepublished", "publishedat", "publisheddate"),
    *("publish", "createdat", "created", "datecreated", "createddate"),
)
EMBARGO = ("publishdate",)
UPDATED = (
    *("updated", "lastmod", "modified", "lastmodifiedat", "updateddate", "updatedat", "lastmodified"),
    *("datemodified", "dateupdated", "lastupdated", "lastupdate"),
)
EXPIRES = ("expirydate", "expires", "unpublishdate", "expirationdate")
#: True holds the article back.
WITHHELD = ("draft", "isdraft", "wip", "hidden", "private", "unlisted")
#: False holds the article back. All but the last may hold a date instead.
SHOWN = ("published", "publish", "listed")
STATUS = ("status",)
SUMMARY = ("description", "summary", "excerpt", "subtitle")
AUTHORS = ("authors", "author", "by")
TAGS = ("tags", "tag")
CATEGORIES = ("categories", "category")
KEYWORDS = ("keywords",)
SLUG = ("slug",)
PERMALINK = ("permalink", "url", "link", "path")
COVER = ("image", "cover", "hero", "thumbnail", "heroimage", "coverimage", "featuredimage")
COVER_ALT = tuple(f"{name}alt" for name in COVER)
IDENTITY = ("id", "guid")
LANGUAGE = ("lang", "language")
ENCLOSURES = ("enclosure", "enclosures", "audio")
#: Says that the page only sends its visitors elsewhere.
REDIRECT = ("redirect", "redirectto", "redirecturl")
#: Tables whose entries are read as if they stood outside.
LIFTED = ("extra", "taxonomies", "params")

KNOWN = frozenset(
    key
    for row in (
        *(TITLE, PUBLISHED, UPDATED, EXPIRES, WITHHELD, SHOWN, STATUS, SUMMARY, AUTHORS, TAGS, CATEGORIES, KEYWORDS, SLUG),
        *(PERMALINK, COVER, COVER_ALT, IDENTITY, LANGUAGE, ENCLOSURES, REDIRECT),
    )
    for key in row
)


@lru_cache(maxsize=4096)
def plain(key: str) -> str:
    """Write a key as this table does."""
    return key.lower().replace("_", "").replace("-", "").replace(" ", "")


def is_known(key: str) -> bool:
    """Tell whether a key stands in the table."""
    return plain(key) in KNOWN
