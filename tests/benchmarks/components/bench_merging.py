"""Mail merge: an issue's message for single recipients. Messages a second: ``python -m tests.benchmarks.merge``."""

from newsletter.mail.merge import Skeleton, message_id
from tests.benchmarks.components import Benchmark
from tests.merged import digest, people

RECIPIENTS = 1_000


def test_cutting_the_message_up(benchmark: Benchmark) -> None:
    assert "name" in benchmark(Skeleton, digest()).tags


def test_messages(benchmark: Benchmark) -> None:
    skeleton, readers = Skeleton(digest()), tuple(people(RECIPIENTS))

    def write() -> int:
        return sum(len(skeleton.wire(reader, message_id(skeleton.id, reader.address))) for reader in readers)

    assert benchmark(write) > RECIPIENTS * len(digest())
