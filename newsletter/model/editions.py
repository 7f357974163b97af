"""What is made of articles: issues, feeds, editions, and the files that are written. No I/O."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from newsletter.model.articles import MailPicture, Mention, Period, Remark, Rendered


class PastIssue(Struct, frozen=True, kw_only=True):
    """An issue that out/ already holds, as its manifest issue.json tells."""

    key: str
    subject: str
    #: RFC 3339; the end of the issue's period.
    date: datetime
    #: How many articles it holds.
    articles: int


class Issue(Struct, frozen=True, kw_only=True):
    """The articles chosen for one period, with the words that go around them."""

    key: str
    period: Period
    #: RSS order: newest first is for feeds; an issue reads from its lead article on.
    articles: tuple[Rendered, ...]
    #: The mail's Subject; one line.
    subject: str
    #: The mail's preview text; one line.
    preheader: str
    #: Counts up from 1; None until the ledger numbers it.
    number: int | None = None
    #: The editor's note; its article is the note's file.
    note: Rendered | None = None
    #: Ids of the articles that are the last to be shortened.
    pinned: tuple[str, ...] = ()
    #: The same articles in the same order, under headings; empty: under none.
    sections: tuple["Section", ...] = ()
    #: What the mail shows in the place of local pictures.
    pictures: tuple[MailPicture, ...] = ()
    #: When it was entered into the ledger to be handed over, which is the mail's Date; None: it was not.
    reserved: datetime | None = None

    @property
    def mail_date(self) -> datetime:
        """Return the mail's Date (RFC 5322, section 3.6.1): until the mail is to go out, the end of its period stands for it."""
        return self.reserved or self.period.end


class Commission(Struct, frozen=True, kw_only=True):
    """Which issue a build is to make."""

    period: Period
    #: None where nothing numbers it.
    number: int | None = None
    #: Ids of its articles; None: all those of the period.
    articles: frozenset[str] | None = None
    #: When the ledger took it in; None: it has not.
    reserved: datetime | None = None


class Form(StrEnum):
    """How much of an article a mail holds."""

    FULL = "full"
    #: Its first part, a picture and a link to the rest.
    EXCERPT = "excerpt"
    #: Its title, with a link.
    TITLE = "title"
    #: One of "and N more articles".
    COUNTED = "counted"


class Section(Struct, frozen=True, kw_only=True):
    """Articles of an issue that stand together."""

    #: Empty for the lead before all sections, for what is in none of them, and where there are none.
    title: str
    articles: tuple["Rendered", ...]


class Interest(StrEnum):
    """What the articles of an edition have in common."""

    PUBLICATION = "publication"
    EDITION = "edition"
    TAG = "tag"
    AUTHOR = "author"


class Channel(Struct, frozen=True, kw_only=True):
    """Where an edition's feeds are and what they are called, in all formats."""

    interest: Interest
    #: Empty for the whole publication, else what the configuration, the tag or the author is called.
    name: str
    title: str
    #: POSIX path of its feeds relative to out/, empty or ending in a slash.
    prefix: str
    #: Empty: the publication's.
    description: str = ""


class ArchivePage(Struct, frozen=True, kw_only=True):
    """A closed page of the feeds' archive: it holds the articles that it will always hold."""

    #: Counts from 1, the page of the articles that were published first.
    number: int
    #: Newest first.
    articles: tuple[Rendered, ...]
    #: Whether out/ holds it as it would be written, so that nobody need write it. See index/pages.py.
    stands: bool = False


class Edition(Struct, frozen=True, kw_only=True):
    """What one build has to say: all that an emitter may know besides the configuration."""

    #: Empty for the whole publication.
    name: str
    #: POSIX path of its feeds relative to out/, empty or ending in a slash.
    prefix: str
    title: str
    #: What the feeds hold, newest first.
    feed: tuple[Rendered, ...]
    #: Every published article that out/ has a page for, newest first.
    pages: tuple[Mention, ...] = ()
    #: The newest of these, newest first.
    latest: tuple[Rendered, ...] = ()
    #: None where the period has no article: then there is no digest.
    issue: Issue | None = None
    #: Issues so far without this one, newest first.
    past: tuple[PastIssue, ...] = ()
    interest: Interest = Interest.PUBLICATION
    #: Empty: the publication's.
    description: str = ""
    #: Everything that has feeds, this edition included, the whole publication first; see channels.py.
    channels: tuple[Channel, ...] = ()
    #: Closed pages of the archive, oldest first; None where none is kept. See archive.py.
    archive: tuple[ArchivePage, ...] | None = None
    #: What out/ holds of the issue's digest; None where nobody looked. See kept.py.
    kept: "Kept | None" = None


class Output(Struct, frozen=True, kw_only=True):
    """One file to write."""

    #: POSIX path relative to out/.
    path: str
    #: Media type.
    type: str
    body: bytes
    #: What is worth telling about how it was made.
    remarks: tuple[Remark, ...] = ()


class Spooled(Struct, frozen=True, kw_only=True):
    """One file to write that waits on the disk, because there are more of its kind than memory should hold."""

    #: POSIX path relative to out/.
    path: str
    #: Media type.
    type: str
    #: Where it waits; whoever writes it may take it away.
    file: str
    #: SHA-256 of its bytes, in hexadecimal.
    sha256: str
    #: What is worth telling about how it was made.
    remarks: tuple[Remark, ...] = ()


class Kept(Struct, frozen=True, kw_only=True):
    """What out/ holds of the digest that is to be made."""

    #: SHA-256 over all that shapes the mail, in hexadecimal.
    source: str
    #: The digest's files, if they were made from the same source and are as they were; else empty.
    outputs: tuple["Output | Spooled", ...] = ()
