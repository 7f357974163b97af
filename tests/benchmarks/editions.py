"""What a thousand editions cost: filters by tags over an archive, each with feeds, a digest and its web page.

python -m tests.benchmarks.editions [EDITIONS [ARTICLES]]: the whole, cold and with one new article, with editions and without;
what a further edition costs; and, in one process that counts, how often an article was rendered, inlined, given to premailer.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import combinations, count, islice
from pathlib import Path
from typing import Any

from newsletter import cli
from newsletter.mail import inline
from newsletter.mail.places import Places
from newsletter.processes import rendering
from tests.benchmarks.archive import WORDS, Archive
from tests.benchmarks.contestants import Case
from tests.benchmarks.contestants.ours import OURS, command
from tests.benchmarks.measure import Usage, measure
from tests.real import ROOT

EDITIONS, ARTICLES = 1_000, 10_000
#: Their feeds would else be a gigabyte.
SETTINGS = 'limit = 20\ncontent = "summary"\n'
COUNTED = "counted"


def settings(editions: int) -> str:
    """Write the tables of so many editions, each with another set of tags: first of three, then of four and so on."""
    sets = (tags for size in count(3) for tags in combinations(WORDS, size))
    return "".join(f"[editions.e{at}]\ntags = {list(tags)}\n" for at, tags in enumerate(islice(sets, editions)))


def prepare(folder: Path, archive: Archive, editions: int) -> None:
    """Make a publication."""
    folder.mkdir()
    OURS.prepare(folder, archive)
    with (folder / "newsletter.toml").open("a", encoding="utf-8") as file:
        file.write(SETTINGS + settings(editions))


def counted(arguments: list[str]) -> int:
    """Build in this process, and say how often what was done."""
    done = {"rendered": 0, "inlined": 0, "by premailer": 0}

    def counting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:  # noqa: ANN401 - as what it counts
            done[name] += 1
            return function(*given)

        return call

    rendering.render = counting("rendered", rendering.render)  # type: ignore[attr-defined]  # as it is called there
    inline.transform = counting("by premailer", inline.transform)
    Places.remember = counting("inlined", Places.remember)  # type: ignore[method-assign]  # to count its calls
    status = cli.main(arguments)
    print(", ".join(f"{number:,} {name}" for name, number in done.items()))
    return status


def count_in(folder: Path, archive: Archive, case: Case) -> str:
    """Build in one process that counts."""
    clock, _, _, *arguments = command(archive, case)
    counting = (sys.executable, "-m", __spec__.name, COUNTED, *arguments, "--jobs", "1", "--quiet")
    environment = {"PYTHONPATH": str(ROOT), **dict([clock.split("=", 1)])}
    done = subprocess.run(counting, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()[-1]


def main(editions: int, articles: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as place:
        archive = Archive(folder=Path(place, "content"), count=articles)
        archive.write()
        names = {"with": editions, "without": 0, COUNTED: editions}
        for name, number in names.items():
            prepare(Path(place, name), archive, number)
        print(f"{editions:,} editions over {articles:,} articles; seconds on the clock and of processors, MB")
        for case in (Case.COLD, Case.NEW):
            if case is Case.NEW:
                archive.add()
            taken = {name: measure(command(archive, case), Path(place, name)) for name in ("with", "without")}
            for name, usage in taken.items():
                print(f"{case:16} {name + ' editions':18} {usage.wall:8.2f} {usage.cpu:8.2f} {usage.peak:7.0f}")
            print(f"{case:16} {further(taken['with'], taken['without'], editions)}")
            print(f"{case:16} articles: {count_in(Path(place, COUNTED), archive, case)}")


def further(whole: Usage, bare: Usage, editions: int) -> str:
    """Tell what each further edition costs."""
    wall, cpu = (whole.wall - bare.wall) / editions, (whole.cpu - bare.cpu) / editions
    return f"each edition       {1e3 * wall:7.2f}ms {1e3 * cpu:6.2f}ms, {wall / whole.wall:.3%} of the whole"


if __name__ == "__main__":
    if sys.argv[1:2] == [COUNTED]:
        sys.exit(counted(sys.argv[2:]))
    main(*map(int, sys.argv[1:]), *(EDITIONS, ARTICLES)[len(sys.argv) - 1 :])
