"""Ids that front matter gives. Pure."""

from collections.abc import Mapping, Sequence

from newsletter.ledger.records import Known
from newsletter.recognise import wording
from newsletter.recognise.records import Candidate
from newsletter.recognise.resemblance import DAY, SLUG, STAYS
from newsletter.recognise.state import State


def take_given(state: State) -> None:
    """Take the ids that authors give, but for those that another article has and those that a published one would lose."""
    given: dict[str, list[Candidate]] = {}
    for read in state.read.values():
        if read.explicit is not None:
            given.setdefault(read.explicit, []).append(read)
    for identity, several in given.items():
        known = state.known.get(identity)
        owner = _owner(state, known, several)
        for read in several:
            if read.path != owner:
                others = [owner] if owner else [one.path for one in several if one is not read]
                waiting = {one.id for one in state.published_at(read.path)} | {identity}
                state.refuse(read, wording.repeated(read, others), waiting - ({identity} if owner else set()))
            elif (robbed := loser(state, read, known, given)) is not None:
                state.refuse(read, wording.changed(read, robbed), [robbed.id])
            elif known is not None:
                state.settle(read, known)
            else:
                state.accept(read, identity)


def _owner(state: State, known: Known | None, several: Sequence[Candidate]) -> str | None:
    """Tell which path an id belongs to that front matter gives; None if nothing speaks for one more than for another."""
    there = state.read.get(known.path) if known is not None else None
    if known is not None and there is not None and (there in several or _is_rather(state, there, several, known)):
        return there.path
    if len(several) == 1:
        return several[0].path
    live = [one.path for one in several if one.live]
    return live[0] if len(live) == 1 else None


def _is_rather(state: State, there: Candidate, several: Sequence[Candidate], known: Known) -> bool:
    """Tell whether a file that gives no id shows to be a published article, more than those that claim its id."""
    shared = state.facts(there, known) - SLUG
    claims = [state.facts(one, known) - SLUG for one in several]
    return there.explicit is None and all(shared > claim or (shared == claim and "text" in shared) for claim in claims)


def loser(state: State, read: Candidate, known: Known | None, given: Mapping[str, Sequence[Candidate]]) -> Known | None:
    """Return the published article that would lose its id if this file had the one it gives."""
    if known is not None and (known.path == read.path or state.facts(read, known) & STAYS):
        return None
    for there in state.published_at(read.path):
        shared = state.facts(read, there) - SLUG
        elsewhere = any(state.facts(one, there) >= shared for one in given.get(there.id, ()))
        if not there.gone and shared & (STAYS | DAY) and not elsewhere:
            return there
    return None
