"""What a mail or a page shows of an issue: which article stands where, and how much of it. Pure."""

import re
from collections.abc import Sequence
from itertools import chain

from markupsafe import escape
from msgspec import Struct

from newsletter.issue import cut
from newsletter.model import Form, Image, Issue, Rendered, Section
from newsletter.render import plain_text, shift_headings

#: Largest excerpt as its author or the renderer cut it, in bytes of HTML; in place of a larger one stands the summary.
EXCERPT_BYTES = 4_000
#: Characters of the summary in an excerpt, and of a title where the article is not shown in full.
SUMMARY_LENGTH = 300
TITLE_LENGTH = 200
#: From so many articles on, a list of them comes first.
FEWEST_LISTED = 3
#: Smaller pictures, in CSS pixels, are badges and smileys.
SMALLEST_PICTURE = 200
_IMAGE = re.compile(r'<img(?=[\s/>])(?:[^>"]|"[^"]*")*>')


class Story(Struct, frozen=True, kw_only=True):
    """An article in its place."""

    item: Rendered
    form: Form
    #: The issue's first article.
    lead: bool
    #: Its place in the issue, from 1.
    number: int
    #: Level of its heading: 2, or 3 below a section's.
    level: int
    #: What is shown of its content: an HTML fragment with headings below its own.
    content: str

    @property
    def title(self) -> str:
        """Return the title, of a bearable length where space is short."""
        title = self.item.article.title
        return title if self.form is Form.FULL else cut(title, TITLE_LENGTH)

    @property
    def text(self) -> str:
        """Return what is shown of its content as plain text."""
        return self.item.text if self.form is Form.FULL else plain_text(self.content, self.item.article.permalink)

    @property
    def picture(self) -> Image | None:
        """Return the picture above the content; an excerpt gets the article's first, unless it has one itself."""
        if self.form is Form.FULL:
            return self.item.cover
        if self.form is Form.TITLE or "<img" in self.content:
            return None
        return self.item.cover or first_picture(self.item.html)


class Part(Struct, frozen=True, kw_only=True):
    """Stories under one heading."""

    #: Empty for what is in no section.
    title: str
    stories: tuple[Story, ...]


class Layout(Struct, frozen=True, kw_only=True):
    """All that is shown, in order."""

    note: Story | None
    parts: tuple[Part, ...]
    #: How many articles more there are.
    counted: int

    @property
    def stories(self) -> tuple[Story, ...]:
        """List all stories in order."""
        return tuple(chain.from_iterable(part.stories for part in self.parts))

    @property
    def contents(self) -> tuple[Story, ...]:
        """List the stories that a table of contents names: those with a content, if they are many."""
        found = tuple(story for story in self.stories if story.form is not Form.TITLE)
        return found if len(found) >= FEWEST_LISTED else ()


def lay_out(issue: Issue, forms: Sequence[Form] = (), note: Form = Form.FULL) -> Layout:
    """Arrange an issue, with a form for each of its articles in order; without forms, all in full."""
    wanted = forms or [Form.FULL] * len(issue.articles)
    parts: list[Part] = []
    at = 0
    for section in issue.sections or (Section(title="", articles=issue.articles),):
        stories = []
        below = bool(parts) and bool(issue.sections)  # what comes first, the lead, is under no heading
        for item in section.articles:
            if wanted[at] is not Form.COUNTED:
                stories.append(story(item, wanted[at], at, level=3 if below or section.title else 2))
            at += 1
        if stories:
            parts.append(Part(title=section.title, stories=tuple(stories)))
    return Layout(
        note=note_of(issue.note, note) if issue.note and note is not Form.COUNTED else None,
        parts=tuple(parts),
        counted=sum(form is Form.COUNTED for form in wanted),
    )


def story(item: Rendered, form: Form, at: int, *, level: int) -> Story:
    """Show an article, the ``at``-th of the issue from 0, in that form."""
    content = item.html if form is Form.FULL else excerpt(item) if form is Form.EXCERPT else ""
    shifted = shift_headings(content, level - 2)
    return Story(item=item, form=form, lead=at == 0, number=at + 1, level=level, content=shifted)


def note_of(item: Rendered, form: Form) -> Story:
    """Show the editor's note in that form; its headings are on the level of the articles' titles."""
    return story(item, form, -1, level=1)


def excerpt(item: Rendered) -> str:
    """Return the first part of an article as HTML, at most EXCERPT_BYTES of it; its summary where that is larger."""
    if len(item.excerpt_html.encode()) <= EXCERPT_BYTES:
        return item.excerpt_html
    summary = cut(item.summary, SUMMARY_LENGTH)
    return f"<p>{escape(summary)}</p>" if summary else ""


def first_picture(html: str) -> Image | None:
    """Find the first picture of an article that can stand for it."""
    from lxml.html import fragment_fromstring  # noqa: PLC0415 - 30 ms that most commands have no need of

    for match in _IMAGE.finditer(html):
        image = fragment_fromstring(match[0])
        sizes = [int(size) if (size := image.get(name, "")).isdecimal() else None for name in ("width", "height")]
        if image.get("src", "").startswith("http") and (sizes[0] or SMALLEST_PICTURE) >= SMALLEST_PICTURE:
            return Image(url=image.get("src", ""), alt=image.get("alt", ""), width=sizes[0], height=sizes[1])
    return None
