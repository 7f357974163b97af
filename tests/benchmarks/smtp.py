"""How fast an issue goes out, as a ratio to Postfix's own smtp-source with as many connections and messages as large.

python -m tests.benchmarks.smtp [COUNT [CONNECTIONS]]
"""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

from newsletter.ledger import open_ledger
from tests.delivery import mailings, postfix
from tests.delivery.journal import WHEN

ROUNDS = 5
#: Octets of a message.
SIZE = 30_000


@contextmanager
def sink() -> Iterator[tuple[str, int]]:
    """Run smtp-sink, which throws all mail away."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([postfix.program("smtp-sink"), "-u", "postfix", f"127.0.0.1:{port}", "1000"]) as server:
        try:
            while not answers(port):
                time.sleep(0.05)
            yield "127.0.0.1", port
        finally:
            server.terminate()


def answers(port: int) -> bool:
    """Tell whether somebody listens."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def timed(run: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    start = perf_counter()
    run()
    return perf_counter() - start


def theirs(host: str, port: int, count: int, connections: int) -> Callable[[], object]:
    """Have smtp-source send, many messages over each connection."""
    command = [postfix.program("smtp-source"), "-d", "-s", str(connections), "-m", str(count), "-l", str(SIZE)]
    people = ["-f", "newsletter@letter.example", "-t", f"reader@{postfix.DOMAIN}"]
    return lambda: subprocess.run([*command, *people, f"{host}:{port}"], check=True)


def ours(root: Path, host: str, port: int, count: int, connections: int) -> Callable[[], object]:
    """Send an issue to as many recipients: reading their file, merging and the journal included."""
    root.mkdir()
    desk = mailings.Desk(root, host, port)
    desk.invite(mailings.addresses(count))
    lines = (SIZE - 1500) // 2 // 60
    desk.write_issue(mailings.TEXT + f"{'x' * 59}\n" * lines, mailings.HTML + f"{'x' * 59}\n" * lines)

    def run() -> None:
        with open_ledger(root / "ledger") as ledger:
            desk.journal = ledger.journal(mailings.KEY, "smtp", lambda: WHEN)
            result = desk.send(connections=connections)
        assert result.delivered, result

    return run


def compare(name: str, host: str, port: int, count: int, connections: int, settle: Callable[[], object]) -> None:
    """Run both by turns and print a line."""
    times: dict[str, list[float]] = {"theirs": [], "ours": []}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ROUNDS):
            times["theirs"].append(timed(theirs(host, port, count, connections)))
            settle()
            times["ours"].append(timed(ours(Path(folder) / str(turn), host, port, count, connections)))
            settle()
    source, own = (count / median(times[who]) for who in ("theirs", "ours"))
    print(f"{name}: {connections} connections, {count} messages of {SIZE} octets")
    print(f"  smtp-source {source:,.0f} a second, ours {own:,.0f}: ratio {own / source:.2f}")


def main(count: int = 2000, connections: int = 4) -> None:
    """Compare into smtp-sink and into Postfix."""
    with sink() as (host, port):
        compare("smtp-sink", host, port, count, connections, lambda: None)
    with postfix.running(on_disk=True) as server:
        compare("Postfix", server.host, server.port, count, connections, server.empty)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
