"""Says which files may be adopted: those that a build reads as articles. Looks where they lie; opens none, writes nothing."""

import os
from collections.abc import Mapping
from pathlib import Path

from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.filenames import is_leftover, is_passed_over, printable
from newsletter.model import Found, Status


def in_content(config: Config, found: Mapping[str, Found], file: Path) -> str | ContentError:
    """Return the path relative to the content folder at which builds find a file, or say why they find no article there.

    ``found`` is all that they find, by path. Of what is no regular file, and of one that is not there, the reader says so.
    """
    content, real = os.path.realpath(config.content), os.path.realpath(file)
    start = f"{content.rstrip('/')}/"
    named = _named(config, file)
    if not os.path.exists(real):  # noqa: PTH110 - a string, as all here
        return named or file.name
    if not real.startswith(start):
        wrong = "the link leads out of" if named else "expected a file in"
        remedy = "put the file itself there" if named else "move it there first"
        return ContentError(str(file), None, None, f"{wrong} the content folder, {config.content}: {remedy}")
    inner = real.removeprefix(start)
    # a link inside is an article under its own name
    path = named if named in found and os.path.realpath(f"{start}{named}") == real else inner
    why = _why_not(config, found, path) if os.path.isfile(real) else ""  # noqa: PTH113 - the same
    return ContentError(str(file), None, None, why) if why else path


def _named(config: Config, file: Path) -> str:
    """Return the path relative to the content folder as it is written, no link resolved; empty of one elsewhere."""
    absolute, content = Path(os.path.abspath(file)), Path(os.path.abspath(config.content))  # noqa: PTH100 - links are not resolved
    return absolute.relative_to(content).as_posix() if absolute.is_relative_to(content) else ""


def _why_not(config: Config, found: Mapping[str, Found], path: str) -> str:
    """Say why a regular file in the content folder is no article, and what to do; empty if it may be one."""
    listed = found.get(printable(path))
    if listed is not None and listed.status is not Status.EXCLUDED:
        return "" if listed.path == path else listed.reason  # its name cannot be written
    reason = listed.reason if listed is not None else _unlisted(config, path)
    if reason:
        return f"expected an article, and this is passed over: {reason}; mend that first, or leave it out"
    endings = config.reading.extensions
    if listed is None and not path.lower().endswith(tuple(ending.lower() for ending in endings)):
        return f"expected a name that ends in {' or '.join(endings)}: rename it, or add its ending to reading.extensions"
    return ""


def _unlisted(config: Config, path: str) -> str:
    """Say why builds pass over a file whatever its ending is; empty if they do not."""
    *folders, name = path.split("/")
    if is_leftover(name):
        return "it is hidden, or an editor left it behind"
    if any(map(is_passed_over, folders)):
        return "it lies in a hidden folder, or in a tool's"
    real = os.path.realpath(config.content / path)
    own = (os.path.realpath(folder) for folder in (config.out, config.templates))
    return "it lies in the program's own folder" if any(real.startswith(f"{folder}/") for folder in own) else ""
