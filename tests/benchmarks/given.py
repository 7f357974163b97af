"""What the libraries are given to do (alone.py), made ahead and with this program.

python -m tests.benchmarks.given ARTICLES: writes a file for each case into this folder. A page for premailer is what the program
asks of it, which python -m tests.benchmarks.given page ARGUMENT… finds out in a build with these arguments.
"""

import marshal
import sys
import tempfile
from pathlib import Path
from typing import Any

import premailer
from lxml import etree

from newsletter import cli
from newsletter.index.patterns import Patterns
from tests.benchmarks import alone
from tests.benchmarks.archive import EDIT, Archive, article
from tests.benchmarks.contestants import Case, ours
from tests.benchmarks.measure import measure
from tests.benchmarks.race import ENTRIES

#: Pieces that files are parted into, at most: their numbers must fit into a pipe.
PIECES = 8_000
#: Files in a piece, at least.
LEAST = 25
PAGE = "page"


def write(folder: Path, archive: Archive) -> None:
    """Write what there is to do in each case."""
    convert = alone.converter("newsletter.render.inlines")
    html: dict[int, str] = {}
    shown = list(range(min(ENTRIES, archive.count)))
    changed = {Case.COLD: shown, Case.NEW: [archive.count], Case.EDITED: [archive.edited]}
    archive.folder.mkdir()
    for case, numbers in changed.items():
        if case is Case.NEW:
            shown = [archive.count, *shown][:ENTRIES]
        texts = [text(archive, number, case) for number in numbers]
        for number, written in zip(numbers, texts, strict=True):
            (archive.folder / name(number)).write_text(written, encoding="utf-8")
        bodies = [written.split("---\n", 2)[2] for written in texts]
        html |= zip(numbers, map(convert, bodies), strict=True)
        count = archive.count if case is Case.COLD else 1
        size = max(LEAST, -(-count // PIECES))
        # how articles like it were inlined a program may remember
        once = dict.fromkeys(("premailer", "template", "feeds") if case is Case.COLD else ("template", "feeds"), 1)
        work = {
            "pieces": {"articles": len(bodies), "files": -(-count // size), **once},
            "texts": bodies,
            "files": [] if case is Case.COLD else [name(number) for number in numbers],
            "size": size,
            "count": count,
            "entries": [(f"Article {at}", int(archive.published(at).timestamp()), html[at]) for at in shown],
            "page": page(archive) if case is Case.COLD else None,
            # those that this build left to the next
            "expressions": {} if case is Case.COLD else expressions(archive),
        }
        (folder / case.name).write_bytes(marshal.dumps(work))


def name(number: int) -> str:
    """Name an article's file."""
    return f"article-{number:06}.md"


def text(archive: Archive, number: int, case: Case) -> str:
    """Write an article as it is in that case."""
    written = article(number, archive.published(number).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return f"{written}\n{EDIT}\n" if case is Case.EDITED else written


def page(archive: Archive) -> Any:  # noqa: ANN401 - marshal has no types
    """Let the program build, which has learnt nothing yet, and return what it asks of premailer."""
    folder = archive.folder.parent / PAGE
    folder.mkdir()
    ours.OURS.prepare(folder, archive)
    clock, _, _, *arguments = ours.command(archive, Case.COLD)
    measure((clock, sys.executable, "-m", __spec__.name, PAGE, *arguments, "--jobs", "1", "--quiet"), folder)
    return marshal.loads((folder / PAGE).read_bytes())  # noqa: S302 - written a moment ago


def expressions(archive: Archive) -> Any:  # noqa: ANN401 - as above
    """Return the regular expressions that the index has after that build: pattern and flags, and what the engine is handed."""
    known = Patterns(archive.folder.parent / PAGE / ".out.index").known
    return {one.key: (one.whole, one.code, one.groups, one.names) for one in known}


def build(arguments: list[str]) -> int:
    """Build, and write down what is asked of premailer."""
    real = premailer.Premailer

    def asked(root: etree._Element, **settings: Any) -> Any:  # noqa: ANN401 - premailer has no types
        shown = etree.tostring(root.getroottree(), method="html", encoding="unicode")
        Path(PAGE).write_bytes(marshal.dumps((shown, settings)))
        return real(root, **settings)

    premailer.Premailer = asked
    return cli.main(arguments)


if __name__ == "__main__":
    if sys.argv[1] == PAGE:
        sys.exit(build(sys.argv[2:]))
    with tempfile.TemporaryDirectory() as place:
        write(Path(), Archive(folder=Path(place, "content"), count=int(sys.argv[1])))
