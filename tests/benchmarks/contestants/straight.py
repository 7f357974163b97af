"""The straight script: the same libraries as this program's, without any of its promises."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

from tests.benchmarks.archive import Archive
from tests.benchmarks.contestants import Case, Contestant

SCRIPT = Path(__file__).resolve().parent.parent / "straight.py"


def command(_: Archive, __: Case) -> tuple[str, ...]:
    """Build."""
    return (sys.executable, str(SCRIPT), "../content", "out")


def _prepare(_: Path, __: Archive) -> None:
    """Leave the folder empty: it takes no configuration."""


STRAIGHT = Contestant(
    name="straight script",
    about="RSS and Atom of the newest 50 in full, a digest of 20; the five libraries and nothing more",
    version=lambda: f"Markdown {installed('Markdown')}",
    prepare=_prepare,
    command=command,
    feed="out/rss.xml",
    besides=("out/atom.xml", "out/email.html"),
    cases=(Case.COLD,),
)
