"""Articles, from the file that was found to the content that all outputs share. No I/O."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

#: Where in out/ the local files are that articles show: there they have the paths that they have in the content folder.
ASSETS = "assets/"


class Status(StrEnum):
    """What becomes of a file that was found in the content folder."""

    PUBLISHED = "published"
    DRAFT = "draft"
    FUTURE = "future"
    EXPIRED = "expired"
    EXCLUDED = "excluded"
    ERROR = "error"


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who writes or edits."""

    #: RSS <dc:creator>, Atom <name>, JSON Feed authors[].name.
    name: str
    #: RSS <author>, Atom <email>.
    email: str | None = None
    #: Atom <uri>, JSON Feed authors[].url; absolute.
    url: str | None = None


class Enclosure(Struct, frozen=True, kw_only=True):
    """A file that goes with an article. RSS <enclosure>, Atom rel=enclosure, JSON Feed attachments[]."""

    #: As the front matter has it; once the article is rendered absolute and percent-encoded.
    url: str
    #: Media type.
    type: str
    #: Bytes; 0 where unknown (RSS requires the attribute).
    length: int


class Image(Struct, frozen=True, kw_only=True):
    """A picture, by its public address."""

    #: Absolute, percent-encoded.
    url: str
    #: Empty if decorative.
    alt: str = ""
    #: CSS pixels; None where the file cannot be read.
    width: int | None = None
    height: int | None = None


class Asset(Struct, frozen=True, kw_only=True):
    """A local file that an article shows, to be copied into out/."""

    #: POSIX path relative to the content folder; never outside it.
    source: str
    #: POSIX path relative to out/.
    target: str
    #: 1-based line of the article that shows it first; None where the front matter does.
    line: int | None = None


class Picture(Struct, frozen=True, kw_only=True):
    """A local picture that an article shows, as its file says."""

    asset: Asset
    #: Absolute, as in the article's HTML.
    url: str
    #: CSS pixels, upright.
    width: int
    height: int
    #: Media type.
    type: str
    #: Whether it is a film of several pictures.
    moving: bool = False


class MailPicture(Struct, frozen=True, kw_only=True):
    """What the mail shows in the place of a local picture."""

    #: Of the picture, as in the article's HTML.
    url: str
    #: Of what the mail shows: the picture itself, or a smaller copy.
    shown: str
    #: POSIX path of that relative to out/.
    target: str
    #: Its media type.
    type: str
    #: The picture's path and that of the article that shows it first, relative to the content folder, and the line there.
    source: str
    path: str
    line: int | None
    #: Its bytes, to travel with the message; None: it is linked.
    body: bytes | None = None


class Article(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One Markdown source file's metadata. Its body stays on disk until it is asked for.

    There are many, and none is part of a cycle.
    """

    #: POSIX path relative to the content folder.
    path: str
    #: RSS <guid>, Atom <id>, JSON Feed id: permanent.
    id: str
    #: Plain text on one line, never empty. RSS and Atom <title>, JSON Feed title.
    title: str
    #: One path segment, safe in a URL and a file name.
    slug: str
    #: Where the article lives today: absolute http(s). RSS <link>, Atom rel=alternate, JSON Feed url.
    permalink: str
    #: Whether out/ holds the page that the permalink names.
    hosted: bool
    #: RSS <pubDate>, Atom <published>, JSON Feed date_published.
    published: datetime
    #: Atom <updated>, JSON Feed date_modified: declared by the author, else the same as published; never before it.
    updated: datetime
    #: In the author's order; empty where the front matter names none (the publication's authors then hold).
    authors: tuple[Person, ...] = ()
    #: Without repetition, in the author's order. RSS and Atom <category>, JSON Feed tags.
    tags: tuple[str, ...] = ()
    #: As the front matter has it; plain text. None: render.py makes one from the body.
    summary: str | None = None
    #: BCP 47; None: the publication's.
    language: str | None = None
    #: The picture that stands for the article, as written in the front matter (resolved by render.py) and its alt text.
    cover: str | None = None
    cover_alt: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    #: From this instant on the article is no longer published.
    expires: datetime | None = None
    draft: bool = False
    #: Front matter that no other field takes, as the author wrote it: (key, value), in order.
    extra: tuple[tuple[str, str], ...] = ()
    #: 1-based line of the file at which the body begins.
    body_line: int = 1
    #: A heading at the top of the body that only repeats the title is not part of the content.
    title_in_body: bool = False
    #: SHA-256 of the file as it was read, in hexadecimal; see folder.digests.
    sha256: str = ""
    #: 1-based line of the file on which its author gives the id; None where it was minted.
    id_line: int | None = None
    #: What recognise.fingerprint makes of the body; empty where there is no text.
    fingerprint: str = ""


class Mention(Struct, frozen=True, kw_only=True):
    """An article as pages of others name it: nothing of its content, so that these need not be written again with it."""

    #: See Article.
    id: str
    title: str
    permalink: str
    published: datetime
    language: str | None = None


class Remark(Struct, frozen=True, kw_only=True):
    """Something worth telling about an article that does not hold it back."""

    #: POSIX path relative to the content folder.
    path: str
    #: 1-based.
    line: int | None
    field: str | None
    message: str

    def __str__(self) -> str:
        """Write the remark on one line: where, what field, what."""
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.message}" if self.field is None else f"{where}: {self.field}: {self.message}"


class Found(Struct, frozen=True, kw_only=True):
    """One file of the content folder and what becomes of it; as much of its metadata as could be read."""

    path: str
    status: Status
    #: One sentence without the path; empty for a published article.
    reason: str = ""
    line: int | None = None
    #: None unless the article is sound.
    article: Article | None = None
    title: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    authors: tuple[Person, ...] = ()


class Period(Struct, frozen=True, kw_only=True):
    """A half-open range of instants ``[start, end)``."""

    start: datetime
    end: datetime
    #: Names the period in paths and the ledger: 2024-W50, 2024-12, 2024-12-16, 2024-Q4, 2024, or START--END as dates.
    key: str


class Filter(Struct, frozen=True, kw_only=True):
    """What an edition takes: an article passes if it matches every part that is not empty."""

    #: Any one of these, compared without case.
    tags: tuple[str, ...] = ()
    #: Any one of these names, compared without case.
    authors: tuple[str, ...] = ()
    #: Any one of these folders or one below it; POSIX, relative to the content folder.
    folders: tuple[str, ...] = ()


class Rendered(Struct, frozen=True, kw_only=True):
    """An article with its content, as all emitters share it."""

    article: Article
    #: Clean, self-contained HTML fragment: URLs absolute, ids unique across articles, headings from <h3> on.
    html: str
    #: The first part of it: up to <!--more-->, else the first paragraph. Equal to html where there is no more.
    excerpt_html: str
    #: Plain text on one line, from the front matter, else from the excerpt. May be empty.
    summary: str
    #: The whole content as readable plain text (for the mail's text part): see render.to_text.
    text: str
    #: The picture that stands for the article.
    cover: Image | None = None
    #: Local files to copy beside the pages; only where the article is hosted.
    assets: tuple[Asset, ...] = ()
    #: Those of them that are pictures whose size is known.
    pictures: tuple[Picture, ...] = ()
    #: What cleaning took out and other remarks.
    remarks: tuple[Remark, ...] = ()

    @property
    def words(self) -> int:
        """Count the words of the text, by white space."""
        return len(self.text.split())
