"""The size budget of a mail: each article in full, as an excerpt, as a title, or counted among "and N more". Pure.

Gmail shows the first 102 KB of a mail's HTML and cuts off the rest, with the unsubscribe link at its end
(https://github.com/hteumeuleu/email-bugs/issues/41). What a service adds on its way is the configuration's digest.overhead.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from newsletter.config import Config
from newsletter.mail.layout import Layout, Story, lay_out, note_of, story
from newsletter.mail.weighed import Weighed
from newsletter.mail.weight import Scale
from newsletter.model import Form, Issue, Remark

#: What the whole HTML stays under, in bytes.
CLIPPED = 102_400
#: No excerpt or title takes more than this share of the room.
LARGEST_SHARE = 1 / 8
#: Where not even all titles fit, this share is kept for the lead and pinned articles in full.
RESERVED_SHARE = 1 / 4
#: The note takes at most this share.
NOTE_SHARE = 1 / 2
#: The least that each round takes off the room, in bytes, and how many rounds there are.
STEP = 256
ROUNDS = 8

#: What nothing can hold.
_NEVER = 1 << 60
_RANKS = {Form.COUNTED: 0, Form.TITLE: 1, Form.EXCERPT: 2, Form.FULL: 3}
_WORDS = {Form.EXCERPT: "as an excerpt", Form.TITLE: "as a title"}

#: Weighs the n-th article of an issue in a form, in bytes.
Weigh = Callable[[int, Form], int]


class Fitted(Struct, frozen=True, kw_only=True):
    """A mail within its budget."""

    html: str
    layout: Layout
    #: One for each article of the issue, in order.
    forms: tuple[Form, ...]
    #: What the HTML was to stay under, in bytes.
    limit: int
    #: What was cut, and by how much.
    remarks: tuple[Remark, ...]


def limit_of(config: Config) -> int:
    """Tell what the HTML stays under, in bytes."""
    return CLIPPED - config.digest.overhead


def fit(
    config: Config,
    issue: Issue,
    *,
    page: Callable[[Layout], str],
    part: Callable[[Story], str],
    finish: Callable[[str], str],
    weighed: Weighed,
) -> Fitted:
    """Choose the forms of an issue's articles so that the mail stays within its budget, and return it with styles inlined.

    ``page`` writes the mail and ``part`` one article of it, with their style sheet; ``finish`` inlines it, and is asked for no
    page that is much larger than the budget. ``weighed`` is what parts need not be written for.
    """
    limit = limit_of(config)
    wanted = (Form(config.digest.lead), *[Form(config.digest.articles)] * (len(issue.articles) - 1))
    most_favoured = (0, *(at for at, item in enumerate(issue.articles) if at and item.article.id in issue.pinned))
    # an article stands in the sample, to show where articles stand, and is then taken off again
    least = (Form.TITLE, *[Form.COUNTED] * (len(wanted) - 1))
    sample = page(lay_out(issue, least, Form.COUNTED))
    scale = Scale(sample)

    def weigh(shown: Story) -> int:
        return weighed.weight(shown, scale, lambda: scale.fragment(part(shown)))

    note = _form_of_note(issue, limit, weigh)
    weights = _Weights(issue, limit, weigh)
    bare = sample if note is Form.COUNTED else page(lay_out(issue, least, note))
    base = scale.page(bare) - weights.plain(0, Form.TITLE)
    room = limit - 1 - base
    for _ in range(ROUNDS):
        forms = plan(wanted, most_favoured, weights, room)
        layout = lay_out(issue, forms, note)
        html = page(layout)
        weight = scale.page(html)
        if weight >= limit:
            room -= max(weight - limit + 1, STEP)
            continue
        html = finish(html)
        size = len(html.encode())
        if size < limit:
            break
        room = min(room - STEP, weight * limit // size - base)  # it grew more than foreseen
    else:
        forms = (Form.COUNTED,) * len(wanted)
        layout = lay_out(issue, forms, Form.COUNTED)
        html = finish(page(layout))
    remarks = tuple(_remarks(issue, wanted, forms, note, weights, excess=len(html.encode()) - limit + 1))
    weighed.keep()
    return Fitted(html=html, layout=layout, forms=forms, limit=limit, remarks=remarks)


def plan(wanted: Sequence[Form], favoured: Sequence[int], weigh: Weigh, room: int) -> tuple[Form, ...]:
    """Choose a form for each article, at most the wanted one, so that together they weigh no more than the room.

    The articles that come last are the first to be shortened, the favoured ones after all others. What is too large by itself is
    passed over: it does not shorten those after it. ``weigh`` is asked for as few as possible.
    """
    ahead = set(favoured)
    others = [at for at in range(len(wanted)) if at not in ahead]
    chosen = _Choice(wanted, weigh, room)
    chosen.raise_all(favoured, Form.TITLE)
    chosen.raise_all(favoured, Form.EXCERPT)
    titles = chosen.within(room)
    if not titles.raise_all(others, Form.TITLE):
        kept = sum(weigh(at, wanted[at]) - weigh(at, chosen.forms[at]) for at in favoured)
        titles = chosen.within(room - max(0, min(kept, int(room * RESERVED_SHARE))))
        titles.raise_all(others, Form.TITLE)
    chosen = titles.within(room)
    chosen.raise_all(favoured, Form.FULL)
    chosen.raise_all(others, Form.EXCERPT)
    chosen.raise_all(others, Form.FULL)
    return tuple(chosen.forms)


class _Choice:
    """Forms chosen so far."""

    def __init__(self, wanted: Sequence[Form], weigh: Weigh, room: int, forms: Sequence[Form] = ()) -> None:
        """Take what is wanted, and what is chosen already; otherwise nothing is."""
        self.wanted = wanted
        self.weigh = weigh
        self.room = room
        self.forms = list(forms) or [Form.COUNTED] * len(wanted)
        self.used = sum(map(weigh, range(len(wanted)), self.forms))

    def within(self, room: int) -> "_Choice":
        """Return the same choice in another room."""
        return _Choice(self.wanted, self.weigh, room, self.forms)

    def raise_all(self, articles: Sequence[int], form: Form) -> bool:
        """Raise articles to a form, in order, up to the first for which there is no room left; tell whether there was for all."""
        before = self.used
        for at in articles:
            target = self._target(at, form)
            more = self.weigh(at, target) - self.weigh(at, self.forms[at])
            if self.used + more <= self.room:
                self.used += more
                self.forms[at] = target
            elif before + more <= self.room if target is Form.FULL else self.weigh(at, target) < _NEVER:
                return False
        return True

    def _target(self, at: int, form: Form) -> Form:
        """Say what an article can be raised to: by a step, at most to what is wanted; in full where an excerpt is no shorter."""
        if _RANKS[form] > min(_RANKS[self.wanted[at]], _RANKS[self.forms[at]] + 1):
            return self.forms[at]
        if form is Form.EXCERPT and self.wanted[at] is Form.FULL and self.weigh(at, Form.FULL) <= self.weigh(at, form):
            return Form.FULL
        return form if _RANKS[form] > _RANKS[self.forms[at]] else self.forms[at]


class _Weights:
    """What each article weighs in each form, worked out when asked for."""

    def __init__(self, issue: Issue, limit: int, weigh: Callable[[Story], int]) -> None:
        self._articles = issue.articles
        self._limit = limit
        self._weigh = weigh
        self._known: dict[tuple[int, Form], int] = {}

    def __call__(self, at: int, form: Form) -> int:
        """Weigh an article for planning: nothing has room for an excerpt or a title beyond its share."""
        weight = self.plain(at, form)
        return _NEVER if form is not Form.FULL and weight > self._limit * LARGEST_SHARE else weight

    def plain(self, at: int, form: Form) -> int:
        """Weigh an article, in bytes; one that cannot possibly have room is not even written out."""
        item = self._articles[at]
        if form is Form.COUNTED:
            return 0
        if form is Form.FULL and len(item.html) > self._limit:
            return len(item.html.encode())
        if (at, form) not in self._known:
            # of the others it is not to matter which they are
            self._known[at, form] = self._weigh(story(item, form, min(at, 1), level=2))
        return self._known[at, form]


def _form_of_note(issue: Issue, limit: int, weigh: Callable[[Story], int]) -> Form:
    """Choose how much of the editor's note there is."""
    if issue.note is None:
        return Form.COUNTED
    small = len(issue.note.html) <= limit and weigh(note_of(issue.note, Form.FULL)) <= limit * NOTE_SHARE
    return Form.FULL if small else Form.EXCERPT


def _remarks(
    issue: Issue, wanted: Sequence[Form], forms: Sequence[Form], note: Form, weights: _Weights, *, excess: int
) -> Iterator[Remark]:
    """Say what was cut, and by how much; the articles that are only counted, together."""
    if excess > 0:
        message = f"{excess:,} bytes too many, although it has no article: shorten what stands around them"
        yield Remark(path="the digest", line=None, field=None, message=message)
    if issue.note is not None and note is not Form.FULL:
        message = f"the digest has the first part of the note alone, which is larger than {NOTE_SHARE:.0%} of it"
        yield Remark(path=issue.note.article.path, line=None, field=None, message=message)
    counted = [at for at, form in enumerate(forms) if form is Form.COUNTED]
    for at, form in enumerate(forms):
        if form is not wanted[at] and form is not Form.COUNTED:
            less = weights.plain(at, wanted[at]) - weights.plain(at, form)
            yield _remark(issue, at, f"in the digest {_WORDS[form]}: {less:,} bytes less")
    if counted:
        less = sum(len(issue.articles[at].html.encode()) for at in counted)
        among = (
            f"one of the {len(counted):,} articles that the digest only counts"
            if len(counted) > 1
            else "only counted in the digest"
        )
        yield _remark(issue, counted[0], f"{among}: {less:,} bytes less")


def _remark(issue: Issue, at: int, message: str) -> Remark:
    return Remark(path=issue.articles[at].article.path, line=None, field=None, message=message)
