"""How many messages a second are written to single recipients on one core, against the standard library's e-mail package.

python -m tests.benchmarks.merge [COUNT]: a digest with 30 KB of HTML; name, address for unsubscribing and two fields.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time

from newsletter.delivery.recipients import Recipient, read
from newsletter.mail.merge import Skeleton, message_id
from tests.merged import digest, parsed, people, read_back, standard

COUNT = 100_000
ROUNDS = 5
#: Messages by the standard library, which takes a second for some two hundred.
FEW = 100


def ours(skeleton: Skeleton, readers: list[Recipient]) -> float:
    """Write a message to each, ready for SMTP; messages per second of this process."""
    start = process_time()
    for reader in readers:
        skeleton.wire(reader, message_id(skeleton.id, reader.address))
    return len(readers) / (process_time() - start)


def theirs(skeleton: Skeleton, readers: list[Recipient]) -> float:
    """Do the same with the standard library."""
    issue = read_back(parsed(digest()))
    start = process_time()
    for reader in readers:
        standard(issue, reader, message_id(skeleton.id, reader.address))
    return len(readers) / (process_time() - start)


def reading(readers: list[Recipient]) -> float:
    """Read them from a file; rows per second."""
    rows = (
        ",".join([one.address, f'"{one.name}"', one.unsubscribe_url, *(value for _, value in one.fields)]) + "\n"
        for one in readers
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recipients.csv"
        file.write_text("address,name,unsubscribe_url,city,plan\n" + "".join(rows), encoding="utf-8")
        start = process_time()
        found = read(file, needs_unsubscribe=True)
        return len(found.people) / (process_time() - start)


def main(count: int) -> None:
    """Print the table."""
    readers, skeleton = list(people(count)), Skeleton(digest())
    sizes = {kind: len(text.encode()) for kind, text in read_back(parsed(digest()))[1].items()}
    print(
        f"{count:,} recipients, {sizes['html']:,} octets of HTML and {sizes['plain']:,} of text; medians of {ROUNDS}, per second"
    )
    rates = {
        "standard library": median(theirs(skeleton, readers[:FEW]) for _ in range(ROUNDS)),
        "messages": median(ours(skeleton, readers) for _ in range(ROUNDS)),
        "rows of the file read": median(reading(readers) for _ in range(ROUNDS)),
    }
    for case, rate in rates.items():
        print(f"{case:24}{rate:10,.0f}")
    print(f"{'ratio':24}{rates['messages'] / rates['standard library']:10,.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
