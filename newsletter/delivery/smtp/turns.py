"""What is left to do of a mailing, shared by all connections: whose turn it is, and what came of it. Writes the journal.

A recipient is to stand in the journal before a message leaves, and how it ended right after: both go in one transaction for a
few recipients at a time, so few that hardly anybody is in doubt when a run is killed.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from math import inf
from threading import Event, Lock
from time import monotonic

from newsletter.config.delivery import Smtp
from newsletter.delivery.contract import Journal, Outcome
from newsletter.delivery.smtp.dialogue import Verdict
from newsletter.delivery.smtp.letters import Letter
from newsletter.ledger.records import Progress

#: Recipients in one transaction.
BATCH = 10
#: So many refusals without a single message taken are no longer about the recipients.
CLUELESS = 20


class Turns:
    """The recipients of one run. Safe to use from any thread."""

    def __init__(self, letters: Iterable[Letter], journal: Journal, smtp: Smtp, *, server: str, trusted: bool) -> None:
        """Begin with these; ``trusted`` says that the server has taken messages of this issue before."""
        self._server = server
        self._journal = journal
        self._smtp = smtp
        self._fresh = deque(letters)
        #: (when to try again, order, letter); tries by key.
        self._later: list[tuple[float, int, Letter]] = []
        self._tries: dict[str, int] = {}
        self._order = 0
        self._flying = 0
        self._slot = -inf
        self._trusted = trusted
        self._lock = Lock()
        #: No more turns: all is done, or nothing more can be.
        self.over = Event()
        self.sent = 0
        #: What the server said of whom, by key.
        self.refused: dict[str, str] = {}
        self.deferred: dict[str, str] = {}
        self.unknown: dict[str, str] = {}
        #: Refused, while the server has not taken a single message: who knows whether that is about them.
        self.doubted: dict[str, str] = {}
        #: What stopped the run, and whether a person must mend it first.
        self.failure = ""
        self.fatal = False
        self._batch = BATCH if not smtp.rate else max(1, min(BATCH, smtp.rate // 60 // smtp.connections))

    @property
    def left(self) -> int:
        """Count those whose turn never came."""
        return len(self._fresh)

    def delay(self) -> float | None:
        """Tell how many seconds to wait for a turn; None: there will be none. Infinite while others may give turns back."""
        with self._lock:
            if self.over.is_set():
                return None
            if not self._fresh and not self._later:
                if not self._flying:
                    self.over.set()
                    return None
                return inf
            now = monotonic()
            due = now if self._fresh else self._later[0][0]
            return max(due, self._slot) - now

    def take(self, ended: Sequence[Outcome] = ()) -> list[Letter]:
        """Record how the last turn ended and who is next; return them, or nobody where there is nothing to do now."""
        begun = self._next()
        if ended or begun:
            self._journal.turn(ended, [letter.key for letter in begun])
        return begun

    def _next(self) -> list[Letter]:
        with self._lock:
            now = monotonic()
            found: list[Letter] = []
            if self.over.is_set() or now < self._slot:
                return found
            while len(found) < self._batch and self._later and self._later[0][0] <= now:
                found.append(heappop(self._later)[2])
            while len(found) < self._batch and self._fresh:
                found.append(self._fresh.popleft())
            self._flying += len(found)
            if self._smtp.rate:
                self._slot = max(now, self._slot) + len(found) * 60 / self._smtp.rate
            return found

    def record(self, ended: Sequence[Outcome]) -> None:
        """Record how the last turn ended, with nobody next."""
        if ended:
            self._journal.turn(ended)

    def settle(self, letter: Letter, verdict: Verdict) -> Outcome:
        """Take what the server made of a message."""
        with self._lock:
            self._flying -= 1
            if verdict.code // 100 == 2:  # noqa: PLR2004 - RFC 5321, section 4.2.1
                self.sent += 1
                self._trusted = True
                self.deferred.pop(letter.key, None)
                return Outcome(recipient=letter.key, progress=Progress.SENT, reply=verdict.reply)
            if verdict.code // 100 != 5:  # noqa: PLR2004 - as above
                return self._put_off(letter, verdict.reply)
            self.deferred.pop(letter.key, None)
            if verdict.of_sender:
                self._fresh.appendleft(letter)
                self._stop(f"{self._server} refuses the sender's address: {verdict.reply}", fatal=True)
                return Outcome(recipient=letter.key, progress=Progress.DEFERRED, reply=verdict.reply)
            if self._trusted:
                self.refused[letter.key] = verdict.reply
                return Outcome(recipient=letter.key, progress=Progress.REFUSED, reply=verdict.reply)
            self.doubted[letter.key] = verdict.reply
            if len(self.doubted) >= CLUELESS:
                self._stop(
                    f"{self._server} refused the first {CLUELESS} recipients, which can hardly be their fault: {verdict.reply}"
                )
            return Outcome(recipient=letter.key, progress=Progress.DEFERRED, reply=verdict.reply)

    def put_off(self, letter: Letter, why: str) -> Outcome:
        """Take that a message certainly did not arrive, for now."""
        with self._lock:
            self._flying -= 1
            return self._put_off(letter, why)

    def give_back(self, letters: Sequence[Letter], why: str) -> list[Outcome]:
        """Take that messages were never sent, for lack of a connection."""
        with self._lock:
            self._flying -= len(letters)
            self._fresh.extendleft(reversed(letters))
            return [Outcome(recipient=letter.key, progress=Progress.DEFERRED, reply=why) for letter in letters]

    def doubt(self, letter: Letter, why: str) -> Outcome:
        """Take that nobody knows whether a message arrived."""
        with self._lock:
            self._flying -= 1
            self.deferred.pop(letter.key, None)
            self.unknown[letter.key] = why
            return Outcome(recipient=letter.key, progress=Progress.TRYING, reply=why)

    def stop(self, failure: str = "", *, fatal: bool = False) -> None:
        """Let there be no more turns."""
        with self._lock:
            self._stop(failure, fatal=fatal)

    def finish(self) -> None:
        """Decide on those who were refused before the server took a message."""
        if self._trusted and self.doubted:
            refused = [Outcome(recipient=key, progress=Progress.REFUSED, reply=said) for key, said in self.doubted.items()]
            self._journal.turn(refused)
            self.refused = {**self.doubted, **self.refused}
            self.doubted = {}

    def give_up(self, keys: Iterable[str], why: str) -> None:
        """Record that some of those who were put off are not tried again."""
        settled = {key: f"{why}: {self.deferred[key]}" for key in keys if key in self.deferred}
        if settled:
            self._journal.turn([Outcome(recipient=key, progress=Progress.REFUSED, reply=said) for key, said in settled.items()])
        self.refused = {**self.refused, **settled}
        self.deferred = {key: said for key, said in self.deferred.items() if key not in settled}

    def _stop(self, failure: str, *, fatal: bool = False) -> None:
        self.failure = self.failure or failure
        self.fatal = self.fatal or fatal
        self.over.set()

    def _put_off(self, letter: Letter, why: str) -> Outcome:
        tries = self._tries[letter.key] = self._tries.get(letter.key, 0) + 1
        self.deferred[letter.key] = why
        if tries < self._smtp.attempts:
            self._order += 1
            heappush(self._later, (monotonic() + self._smtp.pause * 2 ** (tries - 1), self._order, letter))
        return Outcome(recipient=letter.key, progress=Progress.DEFERRED, reply=why)
