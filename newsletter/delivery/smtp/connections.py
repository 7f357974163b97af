"""Sends a mailing over several connections at a time, each in a thread of its own. Uses the network."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from newsletter.config.delivery import Smtp
from newsletter.delivery.contract import Outcome
from newsletter.delivery.smtp.dialogue import Dialogue, LostError
from newsletter.delivery.smtp.letters import Letter
from newsletter.delivery.smtp.opening import UnreachableError
from newsletter.delivery.smtp.turns import BATCH, Turns
from newsletter.errors import DeliveryError

#: Seconds that a connection may be idle before it is closed: servers wait for five minutes (RFC 5321, section 4.5.3.2.7).
IDLE = 5.0
#: Seconds after which a connection with nothing to do looks again.
LOOK = 0.05


def send_all(turns: Turns, connect: Callable[[], Dialogue], smtp: Smtp) -> None:
    """Send whatever has its turn; what came of it is in ``turns``. Raises LedgerError."""
    count = max(1, min(smtp.connections, -(-turns.left // BATCH)))
    opened = Event()
    crew = [_Connection(turns, connect, smtp, opened) for _ in range(count)]
    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(member.run, first=not at) for at, member in enumerate(crew)]
        try:
            for future in futures:
                future.result()
        finally:
            turns.stop()
    turns.finish()
    if turns.left:
        turns.stop(next((member.gave_up for member in crew if member.gave_up), ""))


class _Connection:
    """One connection after the other: when the server closes one, the next is opened."""

    def __init__(self, turns: Turns, connect: Callable[[], Dialogue], smtp: Smtp, opened: Event) -> None:
        self._turns = turns
        self._connect = connect
        self._smtp = smtp
        #: Whether the server has let in anybody.
        self._opened = opened
        self._dialogue: Dialogue | None = None
        #: Connections in a row that nothing came of, and why not of the last one.
        self._failures = 0
        self._trouble = ""
        #: Why there is no use in trying any more.
        self.gave_up = ""

    def run(self, *, first: bool) -> None:
        """Send until nothing is left. With a wrong password several would lock the account: the first one goes ahead."""
        try:
            if not first:
                self._opened.wait()
            self._work()
        except BaseException:
            self._turns.stop()
            raise
        finally:
            if not self._opened.is_set():
                self._turns.stop(self.gave_up)
                self._opened.set()
            self._hang_up()

    def _work(self) -> None:
        ended: list[Outcome] = []
        while not self.gave_up and (delay := self._turns.delay()) is not None:
            if delay > 0:
                self._turns.record(ended)
                ended = []
                if delay > IDLE:
                    self._leave()
                self._turns.over.wait(min(delay, LOOK))
            elif self._open():
                ended = self._send(self._turns.take(ended))
        self._turns.record(ended)
        self._leave()

    def _send(self, letters: list[Letter]) -> list[Outcome]:
        """Send to those whose turn it is, over as many connections as that takes; return how it ended."""
        ended: list[Outcome] = []
        while letters:
            if not self._open() or self._dialogue is None:
                return [*ended, *self._turns.give_back(letters, self._trouble)]
            settled = 0
            try:
                for verdict in self._dialogue.send(letters):
                    ended.append(self._turns.settle(letters[settled], verdict))
                    settled += 1
            except LostError as lost:
                self._trouble = str(lost)
                fruitful = self._dialogue.fruitful
                self._hang_up()
                if lost.unknown:
                    ended.append(self._turns.doubt(letters[settled], str(lost)))
                    settled += 1
                elif not fruitful:
                    ended.append(self._turns.put_off(letters[settled], str(lost)))
                    settled += 1
                self._failures = 0 if fruitful else self._failures + 1
            else:
                self._failures = 0
            letters = letters[settled:]
        return ended

    def _open(self) -> bool:
        """See to it that there is a connection; tell whether there is."""
        while self._dialogue is None:
            if self._failures >= self._smtp.attempts:
                self.gave_up = self._trouble
                return False
            if self._failures and self._turns.over.wait(self._smtp.pause * 2 ** (self._failures - 1)):
                return False
            try:
                self._dialogue = self._connect()
            except UnreachableError as error:
                self._trouble = str(error)
                self._failures += 1
            except DeliveryError as error:
                self._trouble = str(error)
                self._turns.stop(str(error), fatal=True)
                return False
            else:
                self._opened.set()
        return True

    def _leave(self) -> None:
        if self._dialogue:
            self._dialogue.quit()
            self._dialogue = None

    def _hang_up(self) -> None:
        if self._dialogue:
            self._dialogue.close()
            self._dialogue = None
