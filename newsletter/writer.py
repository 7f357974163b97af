"""Writes out/: atomically, only what changed, and never over a file that the program did not write.

What the program owns stands in ``out/.newsletter.json``, which travels with the folder. Ownership is claimed before a file
appears and given up after it is gone, so a run that is killed in between leaves nothing that the next one would not mend.
New files are staged beside the folder's content and renamed into place, pages before the feeds that link to them; a failure
on the way puts back what was there. Nothing is forced to disk: bytes lost to a power cut differ from the wanted ones, and
the next build writes them again.
"""

import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Self

from msgspec import Struct

from newsletter import locks
from newsletter.errors import LockedError, OutputError
from newsletter.model import Output, Spooled

#: What the program owns, relative to out/.
MANIFEST = ".newsletter.json"
#: Folder in out/ where new files wait; anything in it is left over from a run that was killed.
STAGING = ".newsletter-staging"
#: Files below these are never removed: mails that were sent link to them.
PERMANENT = re.compile(r"(?:editions/[^/]+/)?issues/|assets/")
#: Written last, because they link to the pages.
FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "text/x-opml"})


class Written(Struct, frozen=True, kw_only=True):
    """What a run changed in out/; paths relative to it, in the order of the changes."""

    written: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]


@contextmanager
def lock(out: Path) -> Iterator[None]:
    """Hold out/ for this process, making the folder if need be and taking it away again if nothing came of it.

    The lock is the operating system's, on the folder itself: it dies with the process. Raises LockedError at once when
    another process holds it, OutputError when the folder cannot be made or opened.
    """
    try:
        new = not out.exists()
        out.mkdir(parents=True, exist_ok=True)
        folder = os.open(out, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _output_error(out, error) from error
    with ExitStack() as stack:
        try:
            stack.enter_context(locks.hold(folder))
        except BlockingIOError as error:
            raise LockedError(f"{out}: another run is writing here; wait for it to end") from error
        try:
            yield
        finally:
            if new and not any(out.iterdir()):
                out.rmdir()


def owned(out: Path) -> frozenset[str]:
    """Tell which files in out/ are ours. Raises OutputError if the record of them cannot be read."""
    manifest = out / MANIFEST
    try:
        text = manifest.read_text(encoding="utf-8")
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError) as error:
        raise _output_error(manifest, error) from error
    try:
        return frozenset(str(name) for name in json.loads(text)["files"])
    except (ValueError, TypeError, KeyError) as error:
        raise OutputError(f"{manifest}: damaged; restore it, or delete {out} if it holds nothing but our output") from error


def folders_of(names: Iterable[str]) -> set[str]:
    """Return the folders that files are in, and those that these are in; all relative to out/, which is none of them."""
    folders: set[str] = set()
    for name in names:
        folder = name.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return folders


class Spool:
    """Where outputs wait of which there are too many for memory; with the lock held, until the block ends.

    Nothing is there before the first of them, and nothing remains.
    """

    def __init__(self, out: Path) -> None:
        """Take the output folder."""
        self._out = out
        self._empty = True

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take away what was not written."""
        if not self._empty:
            shutil.rmtree(self._out / STAGING, ignore_errors=True)

    def put(self, output: Output) -> Spooled:
        """Let an output wait on the disk. Raises OutputError when the disk says no."""
        staging = self._out / STAGING
        try:
            if self._empty:
                shutil.rmtree(staging, ignore_errors=True)
                staging.mkdir()
                self._empty = False
            file = _stage(staging, output.body)
        except OSError as error:
            raise _output_error(staging, error) from error
        return Spooled(
            path=output.path,
            type=output.type,
            file=str(file),
            sha256=sha256(output.body).hexdigest(),
            remarks=output.remarks,
        )


def write(
    out: Path, outputs: Iterable[Output | Spooled], *, remove_stale: bool, standing: Collection[str] = frozenset()
) -> Written:
    """Bring out/ to the given outputs; call with the lock held.

    ``standing`` are the paths of files of ours that are to stay as they are. Files that we wrote earlier and that are not among
    these nor the outputs are removed if ``remove_stale``, but for the permanent ones. Raises OutputError, with out/ as it was,
    when a path leaves the folder, would replace a file that is not ours, or the disk says no.
    """
    wanted = sorted(outputs, key=_rank)
    before = owned(out)
    if not any(isinstance(output, Spooled) for output in wanted):
        shutil.rmtree(out / STAGING, ignore_errors=True)
    names = [*(output.path for output in wanted), *standing]
    _refuse_bad_paths(names)
    try:
        _refuse_foreign_folders(out, names)
        changed = [output for output in wanted if _differs(out, output, before)]
    except OSError as error:
        raise _output_error(out, error) from error
    stale = sorted(name for name in before - frozenset(names) if remove_stale and not PERMANENT.match(name))
    after = (before | frozenset(names)) - frozenset(stale)
    if changed or stale or after != before:
        _apply(out, changed, stale, before | after, after)
    return Written(
        written=tuple(output.path for output in changed),
        unchanged=len(names) - len(changed),
        removed=tuple(stale),
    )


def _rank(output: Output | Spooled) -> tuple[int, str]:
    """Order outputs so that nothing links to a file that is not there yet."""
    last = 2 if output.type in FEED_TYPES else 1 if output.path == "index.html" else 0
    return last, output.path


def _refuse_bad_paths(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        parts = name.split("/")
        if any(part in {"", ".", ".."} or "\0" in part or "\\" in part for part in parts) or parts[0] in {MANIFEST, STAGING}:
            raise OutputError(f"{name!r} is no path for a file in the output folder")
        if any(len(part.encode()) > 255 for part in parts):  # noqa: PLR2004 - NAME_MAX of the usual file systems
            raise OutputError(f"{name[:60]}…: a file name of more than 255 bytes; give the article a shorter slug")
        if name in seen:
            raise OutputError(f"{name}: two outputs for one file")
        seen.add(name)


def _refuse_foreign_folders(out: Path, names: list[str]) -> None:
    """Raise OutputError where something else stands in the place of a folder of ours."""
    for folder in sorted(folders_of(names)):
        try:
            is_ours = stat.S_ISDIR(os.lstat(f"{out}/{folder}").st_mode)
        except FileNotFoundError:
            continue
        if not is_ours:
            raise OutputError(f"{out / folder}: not a folder of ours; move it away, or choose another `out`")


def _differs(out: Path, output: Output | Spooled, before: frozenset[str]) -> bool:
    """Compare with what is on disk. Raises OutputError for a file that is not ours."""
    target = out / output.path
    if not os.path.lexists(target):
        return True
    same = not target.is_symlink() and target.is_file() and _holds(target, output)
    if not same and (output.path not in before or target.is_symlink() or not target.is_file()):
        raise OutputError(f"{target}: not written by newsletter, so it stays; move it away, or choose another `out`")
    return not same


def _holds(target: Path, output: Output | Spooled) -> bool:
    """Tell whether a file has the bytes of the output."""
    body = target.read_bytes()
    return body == output.body if isinstance(output, Output) else sha256(body).hexdigest() == output.sha256


def _apply(
    out: Path, changed: Sequence[Output | Spooled], stale: list[str], during: frozenset[str], after: frozenset[str]
) -> None:
    """Stage, claim, place, remove, settle; undo on failure."""
    staging = out / STAGING
    undo: list[tuple[Path, Path | None]] = []
    folders: list[Path] = []
    try:
        staging.mkdir(exist_ok=True)
        staged = [_stage(staging, one.body) if isinstance(one, Output) else Path(one.file) for one in changed]
        _replace(staging, out / MANIFEST, _manifest(during), undo)
        for output, waiting in zip(changed, staged, strict=True):
            target = out / output.path
            folders += _make_folders(target.parent)
            _keep(staging, target, undo)
            waiting.replace(target)
        for name in stale:
            _keep(staging, out / name, undo)
            (out / name).unlink(missing_ok=True)
        if during != after:
            _replace(staging, out / MANIFEST, _manifest(after), undo)
    except OSError as error:
        _roll_back(undo, folders)
        raise _output_error(out, error) from error
    except BaseException:
        _roll_back(undo, folders)
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    with suppress(OSError):  # an empty folder left over does no harm
        _prune(out, stale)


def _stage(staging: Path, body: bytes) -> Path:
    """Write the bytes to a file of their own in the staging folder, readable as the umask has it."""
    handle, name = tempfile.mkstemp(dir=staging)
    with os.fdopen(handle, "wb") as file:
        file.write(body)
    umask = os.umask(0)
    os.umask(umask)
    Path(name).chmod(0o666 & ~umask)
    return Path(name)


def _manifest(files: frozenset[str]) -> bytes:
    return (json.dumps({"version": 1, "files": sorted(files)}, ensure_ascii=False, indent=1) + "\n").encode()


def _keep(staging: Path, target: Path, undo: list[tuple[Path, Path | None]]) -> None:
    """Remember what stands at the target, so that it can be put back."""
    if not os.path.lexists(target):
        undo.append((target, None))
        return
    backup = staging / f"before-{len(undo)}"
    try:
        os.link(target, backup)
    except OSError:  # a file system without hard links
        shutil.copy2(target, backup)
    undo.append((target, backup))


def _replace(staging: Path, target: Path, body: bytes, undo: list[tuple[Path, Path | None]]) -> None:
    waiting = _stage(staging, body)
    _keep(staging, target, undo)
    waiting.replace(target)


def _make_folders(folder: Path) -> list[Path]:
    """Make the folder and those above it; return the new ones, outermost first."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir()
    return missing[::-1]


def _roll_back(undo: list[tuple[Path, Path | None]], folders: list[Path]) -> None:
    for target, backup in reversed(undo):
        if backup is None:
            target.unlink(missing_ok=True)
        else:
            backup.replace(target)
    for folder in reversed(folders):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _prune(out: Path, removed: list[str]) -> None:
    """Take away the folders that the removed files leave empty."""
    for name in removed:
        for folder in [*PurePosixPath(name).parents][:-1]:
            path = out / folder
            if path.is_symlink() or not path.is_dir() or any(path.iterdir()):
                break
            path.rmdir()


def _output_error(path: Path, error: Exception) -> OutputError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    name = error.filename if isinstance(error, OSError) and error.filename else path
    return OutputError(f"{os.fsdecode(name)}: {reason}; nothing was changed")
