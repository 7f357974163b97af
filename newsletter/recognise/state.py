"""A recognition under way: what is settled, and what is still open. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from itertools import count

from newsletter.errors import ContentError
from newsletter.ledger.records import Known
from newsletter.ledger.shelf import Line, Shelf
from newsletter.model import Remark
from newsletter.recognise import wording
from newsletter.recognise.records import Candidate, Recognised, Recognition
from newsletter.recognise.resemblance import Facts, Register, Traits, facts, traits


class State:
    """Articles read, articles published, and which is which as far as is known."""

    def __init__(
        self,
        read: Iterable[Candidate],
        known: Shelf,
        unread: Collection[str],
        unchanged: Mapping[str, Line],
        exact: Collection[str],
        besides: Collection[str] = frozenset(),
    ) -> None:
        """Begin with every article open; those that are ``unchanged``, by path, are settled and not among the ``read``.

        ``exact`` are paths of those of them that are, and were recorded, as they are; ``besides`` are ids of still others.
        """
        self.read: Mapping[str, Candidate] = {one.path: one for one in sorted(read, key=lambda one: one.path)}
        self.known = known
        self._unread = unread
        self._unchanged = unchanged
        self._exact = exact
        self._besides = besides
        #: Articles still to be recognised, by path.
        self.open = dict(self.read)
        self._traits: dict[str, Traits] = {}
        self._found: dict[str, Known] = {}
        self._new: dict[str, str] = {}
        #: Ids that an article has.
        self._taken = {line.id for line in unchanged.values()}
        #: Ids that are not missing though no article has them: their files cannot be read, or await an answer.
        self._held = {line.id for path in unread for line in known.at(path)}
        #: Ids that new articles have, or that their authors are told of.
        self._offered: set[str] = set()
        self._problems: list[ContentError] = []
        self._remarks: list[Remark] = []

    # Looking

    @cached_property
    def register(self) -> Register:
        """What published articles can be recognised by; to be asked about articles that are open when it is made."""
        return Register(self.known, self._unread, [self.traits(read) for read in self.open.values()])

    def traits(self, read: Candidate) -> Traits:
        """Return what an article read can be recognised by."""
        if read.path not in self._traits:
            self._traits[read.path] = traits(read.title, read.slug, read.published, read.fingerprint)
        return self._traits[read.path]

    def facts(self, read: Candidate, known: Known) -> Facts:
        """Name what an article read shares with a published one."""
        return facts(self.traits(read), traits(known.title, known.slug, known.dated, known.fingerprint))

    def published_at(self, path: str) -> Iterator[Known]:
        """Yield what was last read from a file, settled or not; more than one if it was used again."""
        return (self.known[line.id] for line in self.known.at(path))

    def is_taken(self, known: Known) -> bool:
        """Tell whether an article read has this id."""
        return known.id in self._taken

    def is_free(self, known: Known) -> bool:
        """Tell whether an article read may have this id."""
        return self._is_free(known.id)

    def _is_free(self, identity: str) -> bool:
        return identity not in self._taken and identity not in self._held

    def _untaken(self) -> list[str]:
        """List the ids that no article read has."""
        taken = self._taken
        return [identity for identity in self.known.lines if identity not in taken]

    def fresh(self, minted: str) -> str:
        """Return an id for a new article, not to be had again: the minted one, with a number if it was ever given before."""
        identity = minted
        if self._was_given(minted):
            identity = next(choice for number in count(2) if not self._was_given(choice := f"{minted}-{number}"))
        self._offered.add(identity)
        return identity

    def _was_given(self, identity: str) -> bool:
        """Tell whether an id is or ever was somebody's, or may be."""
        known = self.known.lines
        taken = (known, self._taken, self._held, self._offered, self._besides)
        return any(identity in ids for ids in taken)

    # Deciding

    def settle(self, read: Candidate, known: Known) -> None:
        """Take an article read as a published one."""
        del self.open[read.path]
        self._found[read.path] = known
        self._taken.add(known.id)
        if read.live and read.published is not None and _was_moved(known.published, read.published):
            self.remark(wording.redated(read, known.published))

    def accept(self, read: Candidate, identity: str) -> None:
        """Take an article read as a new one with this id."""
        del self.open[read.path]
        self._new[read.path] = identity
        self._taken.add(identity)

    def refuse(self, read: Candidate, problem: ContentError, concerned: Collection[str]) -> None:
        """Hold an article back until its author has answered; the ids concerned wait with it."""
        del self.open[read.path]
        self._held.update(concerned)
        if read.live:
            self._problems.append(problem)

    def remark(self, remark: Remark) -> None:
        """Keep something worth telling."""
        self._remarks.append(remark)

    def result(self) -> Recognition:
        """Return what was decided."""
        articles = [
            *(Recognised(path=path, id=one.id, published=one.published, known=one) for path, one in self._found.items()),
            *(Recognised(path=path, id=new, published=self.read[path].published, known=None) for path, new in self._new.items()),
        ]
        return Recognition(
            known=self.known,
            unchanged=self._unchanged,
            exact=self._exact,
            others={one.path: one for one in articles},
            problems=tuple(sorted(self._problems, key=lambda one: one.path)),
            remarks=tuple(sorted(self._remarks, key=lambda one: one.path)),
            vanished=tuple(self.known[identity] for identity in self._untaken() if identity not in self._held),
        )


def _was_moved(before: datetime, now: datetime) -> bool:
    """Tell whether an author moved a date: another time zone for all of them changes the instant but not the digits."""
    return before != now and before.replace(tzinfo=UTC) != now.replace(tzinfo=UTC)
