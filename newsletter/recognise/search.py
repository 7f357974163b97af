"""Published articles are found again: in place, then wherever they went. Pure.

Each step looks at the whole before it decides anything, so that the order of the files makes no difference.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from newsletter.ledger.records import Known
from newsletter.recognise import wording
from newsletter.recognise.given import loser
from newsletter.recognise.records import Candidate
from newsletter.recognise.resemblance import SLUG, STAYS, standout
from newsletter.recognise.state import State

_NO_DATE = datetime.max.replace(tzinfo=UTC)


def take_unchanged(state: State) -> None:
    """Take the articles of which nothing changed: nearly all, nearly always."""
    if not state.known:
        return  # the first build
    for read in tuple(state.open.values()):
        for known in filter(state.is_free, state.published_at(read.path)):
            before = (known.title, known.slug, known.dated, known.fingerprint)
            if before == (read.title, read.slug, read.published, read.fingerprint):
                state.settle(read, known)
                break


def take_changed(state: State) -> None:
    """Take the articles that were edited or moved, as long as there are any about which there is no doubt."""
    if not state.known:
        return  # the first build
    for step in (_single_changes, _in_place, _moved):
        while state.open and (chosen := list(step(state))):
            for read, known in chosen:
                state.settle(read, known)


def ask(state: State) -> None:
    """Ask about the articles that may be published ones; what is left is new."""
    asking = sorted(state.open.values(), key=lambda read: (read.published or _NO_DATE, read.path))
    if not state.known:  # the first build
        for read in asking:
            state.accept(read, state.fresh(read.minted))
        return
    likely = _Links(state, _likely)
    for read in asking:
        if options := _likeliest_first(state, read, likely.of(read)):
            move = loser(state, read, None, {}) is not None
            question = wording.unsure(read, options, state.fresh(read.minted), move=move)
            state.refuse(read, question, [one.id for one in options])
        else:
            state.accept(read, state.fresh(read.minted))


def _likeliest_first(state: State, read: Candidate, options: Iterable[Known]) -> list[Known]:
    return sorted(options, key=lambda known: (-len(state.facts(read, known)), known.sequence))


class _Links:
    """Which open articles may be which published ones without a file, by some rule."""

    def __init__(self, state: State, rule: Callable[[State, Candidate], Iterable[Known]]) -> None:
        self._of: dict[str, list[Known]] = {}
        self._to: dict[str, list[Candidate]] = {}
        for read in state.open.values():
            self._of[read.path] = [one for one in dict.fromkeys(rule(state, read)) if not state.is_taken(one)]
            for known in self._of[read.path]:
                self._to.setdefault(known.id, []).append(read)

    def of(self, read: Candidate) -> Sequence[Known]:
        """Return what an article read may be."""
        return self._of[read.path]

    def to(self, known: Known) -> Sequence[Candidate]:
        """Return what a published article may have become."""
        return self._to.get(known.id, ())

    def single_out(self, read: Candidate, known: Known) -> bool:
        """Tell whether nothing speaks against a pair; a draft never does against an article that is out."""
        return all(one is known for one in self.of(read)) and all(one is read or one.live < read.live for one in self.to(known))


def _matches(state: State, read: Candidate) -> Iterator[Known]:
    """Yield what an article is if one thing changed at most: its place, or its title, date or text where it was."""
    for known in state.published_at(read.path):
        same = (known.title == read.title, known.dated == read.published, known.fingerprint == read.fingerprint)
        if not known.gone and sum(same) >= len(same) - 1:
            yield known
    yield from state.register.retold(state.traits(read), read.fingerprint)


def _surely(state: State, read: Candidate) -> Iterator[Known]:
    return state.register.sure(state.traits(read))


def _likely(state: State, read: Candidate) -> Iterator[Known]:
    yield from state.published_at(read.path)
    yield from state.register.like(state.traits(read))
    if read.minted in state.known:
        yield state.known[read.minted]


def _single_changes(state: State) -> Iterator[tuple[Candidate, Known]]:
    """Find the pairs that differ in one thing, and of which neither has another match.

    A published article of which one thing changed is among the matches of its file. So these pairs are right, unless
    somebody changed two things at once; for a file that is elsewhere that is not enough, as it may be new.
    """
    matches, surely = _Links(state, _matches), _Links(state, _surely)
    for read in state.open.values():
        for known in filter(state.is_free, matches.of(read)):
            if matches.single_out(read, known) and (known.path == read.path or known in surely.of(read)):
                yield read, known


def _in_place(state: State) -> Iterator[tuple[Candidate, Known]]:
    """Find what changed in several ways at once, but not its path."""
    matches, surely, likely = _Links(state, _matches), _Links(state, _surely), _Links(state, _likely)
    for read in state.open.values():
        known = _holder(state, read)
        if known is None or not (matches.single_out(read, known) and surely.single_out(read, known)):
            continue
        shared = state.facts(read, known) - SLUG
        if shared & STAYS or (likely.single_out(read, known) and (shared or not known.gone)):
            if read.live and not shared:
                state.remark(wording.rewritten(read, known, state.fresh(read.minted)))
            yield read, known


def _moved(state: State) -> Iterator[tuple[Candidate, Known]]:
    """Find what changed in several ways at once, its path among them."""
    matches, surely = _Links(state, _matches), _Links(state, _surely)
    for read in state.open.values():
        options = surely.of(read)
        best = standout([state.facts(read, one) for one in options])
        if best is None or not all(map(state.is_free, options)) or _is_in_place(state, read):
            continue
        known = options[best]
        there = state.open.get(known.path)
        several = surely.to(known)
        first = standout([state.facts(one, known) for one in several])
        if (
            matches.single_out(read, known)
            and not (there is not None and state.facts(there, known) & STAYS)
            and first is not None
            and several[first] is read
        ):
            yield read, known


def _holder(state: State, read: Candidate) -> Known | None:
    """Return the one published article that a path speaks for."""
    there = [one for one in state.published_at(read.path) if state.is_free(one)]
    present = [one for one in there if not one.gone] or there
    best = standout([state.facts(read, one) for one in present])
    return None if best is None else present[best]


def _is_in_place(state: State, read: Candidate) -> bool:
    """Tell whether something shows that an article is still the one of its path."""
    known = _holder(state, read)
    return known is not None and bool(state.facts(read, known) & STAYS)
