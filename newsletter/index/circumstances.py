"""What decides, besides the files themselves, what is made of them: settings, program, libraries, rules of the time zone.

Reads what the system says of the program's files; imports none of the libraries, which would take longer than all the rest.
"""

import os
import sys
import time
import zoneinfo
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.machinery import all_suffixes
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.config import Config
from newsletter.filenames import printable
from newsletter.index import stamps

#: Modules whose code front matter goes through.
READERS = ("yaml", "_yaml", "frontmatter", "msgspec")
#: Those that the outputs go through besides.
WRITERS = (
    *("cssselect", "cssutils", "dateutil", "feedgen", "jinja2", "lxml", "markdown", "markupsafe", "nh3", "PIL", "premailer"),
    *("pygments", "pymdownx"),
)
PACKAGE = Path(__file__).parents[1]


def of_reading(config: Config) -> bytes:
    """Digest all that shapes what a file is found to say."""
    names = (config.url, config.permalink, config.authority)
    place = printable(os.path.relpath(config.content, config.root))  # as problems name it; where both are makes no difference
    settings = (repr(config.reading), repr(names), str(config.timezone), place)
    return _digest(*(part.encode() for part in settings), _rules(config.timezone), _code(READERS))


def of_outputs(config: Config) -> bytes:
    """Digest all that shapes the outputs, but for content, templates, ledger, period and the present instant."""
    settings = (f"{name}={getattr(config, name)!r}" for name in config.__struct_fields__)
    return _digest(*(part.encode() for part in settings), _rules(config.timezone), of_program())


def of_program() -> bytes:
    """Digest the interpreter, this program and its libraries."""
    return _code((*READERS, *WRITERS))


def places(config: Config) -> Iterator[str]:
    """Yield the paths where all but this program's own files is found, or would be found first if it came there."""
    yield from (os.path.join(root, config.timezone.key) for root in zoneinfo.TZPATH)  # noqa: PTH118 - as zoneinfo itself looks for it
    names = (*READERS, *WRITERS, "tzdata", PACKAGE.name)
    yield from (f"/{_place(name)}" for name in names)
    endings = ("", "/__init__.py", *all_suffixes())
    standard = Path(os.__file__).parent  # which nobody installs into: site-packages is an entry of its own
    own = {standard, standard / "lib-dynload"}
    for entry in dict.fromkeys(os.path.abspath(entry) for entry in sys.path):  # noqa: PTH100 - the same as importlib does
        if Path(entry) in own:
            continue
        if os.path.isdir(entry):  # noqa: PTH112 - the same
            yield from (f"{entry}/{name}{ending}" for name in names for ending in endings)
            yield f"{entry}/tzdata/zoneinfo/{config.timezone.key}"
        else:
            yield entry


def _digest(*parts: bytes) -> bytes:
    """Digest parts; where one ends cannot be mistaken."""
    whole = sha256()
    for part in parts:
        whole.update(b"%d:" % len(part))
        whole.update(part)
    return whole.digest()


@cache
def _code(modules: tuple[str, ...]) -> bytes:
    """Digest the interpreter, this program and those modules, as the process found them when it began."""
    began = time.time_ns()
    program = stamps.of_tree(PACKAGE, began)
    found = [stamps.of_files(Path("/"), [_place(name)], began) for name in modules]
    fresh = [stamps.content_of(path) for snapshot in (program, *found) for path in snapshot.fresh]
    return _digest(sys.version.encode(), program.digest(), *(one.digest() for one in found), *map(str.encode, fresh))


def _place(module: str) -> str:
    """Find a module's first file, which every release writes anew; a name that is no file where there is none."""
    spec = find_spec(module)
    return ((spec.origin if spec is not None else None) or f"{module}: none").lstrip("/")


@cache
def _rules(zone: ZoneInfo) -> bytes:
    """Read the rules of a time zone, which its name says nothing about: governments change them, systems update them."""
    for root in zoneinfo.TZPATH:
        path = os.path.join(root, zone.key)  # noqa: PTH118 - as zoneinfo itself looks for it
        if os.path.isfile(path):  # noqa: PTH113 - the same
            return Path(path).read_bytes()
    from importlib import resources  # noqa: PLC0415 - 2 ms, for machines without them

    return resources.files("tzdata").joinpath("zoneinfo", zone.key).read_bytes()
