import errno
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter import writer
from newsletter.errors import LockedError, OutputError
from newsletter.model import Output


def output(path: str, text: str = "text") -> Output:
    kind = {"xml": "application/rss+xml", "json": "application/feed+json"}.get(path.rpartition(".")[2], "text/html")
    return Output(path=path, type=kind, body=text.encode())


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below the folder, hidden ones included."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def write(out: Path, *outputs: Output, remove_stale: bool = True) -> writer.Written:
    with writer.lock(out):
        return writer.write(out, outputs, remove_stale=remove_stale)


def test_write_makes_the_folder_and_the_files(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    result = write(out, output("index.html", "i"), output("articles/a/index.html", "a"))
    assert result.written == ("articles/a/index.html", "index.html")
    assert (out / "articles/a/index.html").read_text() == "a"


def test_outputs_that_wait_on_the_disk_are_written_like_others_and_nothing_of_them_remains(tmp_path: Path) -> None:
    outputs = output("p/a.html", "a"), output("rss.xml", "feed")
    expected = write(tmp_path / "one", *outputs)
    out = tmp_path / "two"
    (out / writer.STAGING).mkdir(parents=True)
    (out / writer.STAGING / "tmpabc").write_text("left over")
    with writer.lock(out), writer.Spool(out) as spool:
        waiting = [spool.put(one) for one in outputs]
        assert tree(out).keys() == {f"{writer.STAGING}/{Path(one.file).name}" for one in waiting}
        assert writer.write(out, waiting, remove_stale=True) == expected
    assert tree(out) == tree(tmp_path / "one")
    assert (out / "rss.xml").stat().st_mode == (tmp_path / "one/rss.xml").stat().st_mode


def test_outputs_that_wait_leave_unchanged_files_alone(tmp_path: Path) -> None:
    write(tmp_path, output("a.html"), output("b.html", "old"))
    before = (tmp_path / "a.html").stat()
    with writer.lock(tmp_path), writer.Spool(tmp_path) as spool:
        waiting = [spool.put(output("a.html")), spool.put(output("b.html", "new"))]
        assert writer.write(tmp_path, waiting, remove_stale=True).written == ("b.html",)
    assert ((tmp_path / "a.html").stat().st_ino, (tmp_path / "a.html").stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert tree(tmp_path).keys() == {"a.html", "b.html", writer.MANIFEST}


def test_nothing_remains_of_outputs_that_waited_for_a_build_that_failed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with suppress(KeyError), writer.lock(out), writer.Spool(out) as spool:
        spool.put(output("a.html"))
        raise KeyError
    assert not out.exists()


def test_outputs_cannot_wait_where_nothing_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file"), writer.Spool(tmp_path / "nowhere") as spool:
        spool.put(output("a.html"))


def test_what_stands_is_neither_written_nor_removed_and_counts_as_unchanged(tmp_path: Path) -> None:
    write(tmp_path, output("a/a.html"), output("b.html"))
    with writer.lock(tmp_path):
        result = writer.write(tmp_path, [], remove_stale=True, standing=frozenset({"a/a.html"}))
    assert (result.written, result.unchanged, result.removed) == ((), 1, ("b.html",))
    assert writer.owned(tmp_path) == {"a/a.html"}


def test_what_stands_in_a_folder_that_is_none_of_ours_stops_the_build(tmp_path: Path) -> None:
    write(tmp_path / "out", output("a/a.html"))
    (tmp_path / "out" / "a").rename(tmp_path / "a")
    (tmp_path / "out" / "a").symlink_to(tmp_path / "a")
    with pytest.raises(OutputError, match="not a folder of ours"), writer.lock(tmp_path / "out"):
        writer.write(tmp_path / "out", [], remove_stale=True, standing=frozenset({"a/a.html"}))


def test_write_puts_pages_before_the_index_and_the_index_before_the_feeds(tmp_path: Path) -> None:
    result = write(tmp_path, output("atom.xml"), output("index.html"), output("z.html"), output("feed.json"))
    assert result.written == ("z.html", "index.html", "atom.xml", "feed.json")


def test_write_leaves_an_unchanged_file_alone(tmp_path: Path) -> None:
    write(tmp_path, output("a.html"), output("b.html", "old"))
    before = {name: (tmp_path / name).stat() for name in ("a.html", writer.MANIFEST)}
    result = write(tmp_path, output("a.html"), output("b.html", "new"))
    assert (result.written, result.unchanged) == (("b.html",), 1)
    for name, old in before.items():
        if name != writer.MANIFEST:
            new = (tmp_path / name).stat()
            assert (new.st_ino, new.st_mtime_ns) == (old.st_ino, old.st_mtime_ns)


def test_write_of_the_same_outputs_touches_nothing_at_all(tmp_path: Path) -> None:
    write(tmp_path, output("a.html"), output("f/b.html"))
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in [tmp_path, *tmp_path.rglob("*")]}
    write(tmp_path, output("a.html"), output("f/b.html"))
    assert before == {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in [tmp_path, *tmp_path.rglob("*")]}


def test_write_removes_its_own_stale_files_and_the_folders_that_they_leave_empty(tmp_path: Path) -> None:
    write(tmp_path, output("articles/a/index.html"), output("articles/b/index.html"))
    (tmp_path / "articles/b/mine.txt").write_text("not yours")
    result = write(tmp_path, output("index.html"))
    assert result.removed == ("articles/a/index.html", "articles/b/index.html")
    assert set(tree(tmp_path)) == {writer.MANIFEST, "index.html", "articles/b/mine.txt"}
    assert not (tmp_path / "articles/a").exists()


def test_write_keeps_what_mails_that_were_sent_link_to(tmp_path: Path) -> None:
    write(tmp_path, output("issues/2026-W10/index.html"), output("assets/a.png"), output("page.html"))
    assert write(tmp_path, output("index.html")).removed == ("page.html",)
    assert {"issues/2026-W10/index.html", "assets/a.png"} <= set(tree(tmp_path))


def test_write_keeps_stale_files_when_told_to(tmp_path: Path) -> None:
    write(tmp_path, output("a.html"))
    assert write(tmp_path, output("b.html"), remove_stale=False).removed == ()
    assert write(tmp_path, output("b.html")).removed == ("a.html",)


def test_write_forgets_a_stale_file_that_somebody_else_removed(tmp_path: Path) -> None:
    write(tmp_path, output("a/a.html"))
    shutil.rmtree(tmp_path / "a")
    write(tmp_path, output("b.html"))
    assert writer.owned(tmp_path) == {"b.html"}


def test_write_refuses_to_replace_a_file_that_it_did_not_write(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("by hand")
    with pytest.raises(OutputError, match=r"index\.html: not written by newsletter"):
        write(tmp_path, output("a.html"), output("index.html"))
    assert tree(tmp_path) == {"index.html": b"by hand"}


def test_write_takes_over_a_file_that_already_has_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("text")
    assert write(tmp_path, output("index.html")).unchanged == 1
    assert writer.owned(tmp_path) == {"index.html"}


@pytest.mark.parametrize("kind", ["link to a file", "dangling link", "folder"])
def test_write_refuses_a_target_that_is_no_file(tmp_path: Path, kind: str) -> None:
    out = tmp_path / "out"
    write(out, output("a.html"))
    (out / "a.html").unlink()
    (tmp_path / "outside").write_text("outside")
    if kind == "folder":
        (out / "a.html").mkdir()
    else:
        (out / "a.html").symlink_to(tmp_path / ("outside" if kind == "link to a file" else "nothing"))
    with pytest.raises(OutputError, match="not written by newsletter"):
        write(out, output("a.html", "new"))
    assert (tmp_path / "outside").read_text() == "outside"


@pytest.mark.parametrize("kind", ["link", "file"])
def test_write_does_not_follow_a_folder_that_is_none(tmp_path: Path, kind: str) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    outside.mkdir()
    out.mkdir()
    if kind == "link":
        (out / "articles").symlink_to(outside)
    else:
        (out / "articles").write_text("a file")
    with pytest.raises(OutputError, match="not a folder of ours"):
        write(out, output("articles/a/index.html"))
    assert not list(outside.iterdir())


@pytest.mark.parametrize(
    "path", ["../a", "/a", "a//b", "a/../b", "a/./b", "", "a\0b", "a\\b", "a/", writer.MANIFEST, f"{writer.STAGING}/a", "ü" * 128]
)
def test_write_refuses_a_path_that_is_none(tmp_path: Path, path: str) -> None:
    with pytest.raises(OutputError):
        write(tmp_path / "out", output(path))
    assert not (tmp_path / "out").exists()


def test_write_refuses_two_outputs_for_one_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="two outputs"):
        write(tmp_path, output("a.html", "1"), output("a.html", "2"))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": 3}', "\xff"])
def test_a_damaged_record_of_what_is_ours_stops_the_run(tmp_path: Path, text: str) -> None:
    (tmp_path / writer.MANIFEST).write_text(text, encoding="latin-1")
    with pytest.raises(OutputError, match=r"\.newsletter\.json"):
        write(tmp_path, output("a.html"))
    assert set(tree(tmp_path)) == {writer.MANIFEST}


def test_write_clears_what_a_killed_run_left_in_staging(tmp_path: Path) -> None:
    (tmp_path / writer.STAGING).mkdir()
    (tmp_path / writer.STAGING / "tmpabc").write_text("half")
    write(tmp_path, output("a.html"))
    assert not (tmp_path / writer.STAGING).exists()


def test_new_files_are_readable_as_the_umask_has_it(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path, output("a.html"))
    finally:
        os.umask(before)
    assert (tmp_path / "a.html").stat().st_mode & 0o777 == 0o640


def test_the_second_of_two_runs_is_turned_away_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from newsletter import writer\n"
        "with writer.lock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(LockedError, match="another run"):
            write(tmp_path, output("a.html"))
        other.kill()
    write(tmp_path, output("a.html"))  # the lock died with its process


def test_a_failed_run_takes_a_folder_of_its_own_making_away(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writer.lock(tmp_path / "out"):
        raise ZeroDivisionError
    assert not (tmp_path / "out").exists()


def test_lock_tells_when_the_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Not a directory"):
        write(tmp_path / "file" / "out", output("a.html"))


STEPS = ("replace", "link", "unlink", "mkdir")


def fail_at(patch: pytest.MonkeyPatch, step: int, failure: BaseException) -> list[str]:
    """Make the system call of that number (from 0) fail; the names of the calls made are added to the list returned."""
    calls: list[str] = []

    def watched(name: str) -> Callable[..., object]:
        real: Callable[..., object] = getattr(os, name)

        def call(*args: object, **kwargs: object) -> object:
            calls.append(name)
            if len(calls) == step + 1:
                raise failure
            return real(*args, **kwargs)

        return call

    for name in STEPS:
        patch.setattr(os, name, watched(name))
    return calls


@pytest.mark.parametrize(
    "failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=["disk", "ctrl-c"]
)
def test_a_failure_at_any_step_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    """A full disk cannot be had at a chosen step: the system calls are made to fail, one by one, until none is left."""
    old = [output("articles/a/index.html", "old"), output("b.html", "old"), output("stale/c.html"), output("rss.xml", "old")]
    new = [output("articles/a/index.html", "new"), output("n/e/w.html", "new"), output("b.html", "new"), output("rss.xml", "new")]
    write(tmp_path / "wanted", *new)
    after = tree(tmp_path / "wanted")
    step, undone = 0, 0
    while True:
        out = tmp_path / f"out{step}"
        write(out, *old)
        before = tree(out)
        with monkeypatch.context() as patch:
            calls = fail_at(patch, step, failure)
            with suppress(OutputError, KeyboardInterrupt):
                write(out, *new)
        left = {name: body for name, body in tree(out).items() if not name.startswith(writer.STAGING)}
        assert left in (before, after), f"half done when {calls[step]} failed as step {step}"
        undone += left == before
        write(out, *new)
        assert tree(out) == after
        if len(calls) <= step:
            break
        step += 1
    assert undone > 2 * len(new)


def test_a_file_that_is_too_large_for_the_disk_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    write(tmp_path, output("a.html", "old"))
    before = tree(tmp_path)
    code = (
        "import sys; from pathlib import Path; from newsletter import writer; from newsletter.model import Output\n"
        "out = Path(sys.argv[1])\n"
        "with writer.lock(out):\n"
        "    try: writer.write(out, [Output(path='a.html', type='text/html', body=b'x' * 100_000)], remove_stale=True)\n"
        "    except Exception as error: print(type(error).__name__, error)"
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    answer = subprocess.run(
        [sys.executable, "-B", "-c", code, tmp_path],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=limit,
    )
    assert answer.stdout.startswith("OutputError")
    assert "File too large; nothing was changed" in answer.stdout
    assert tree(tmp_path) == before


def test_write_works_where_the_file_system_has_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    write(tmp_path, output("a.html", "old"))
    monkeypatch.setattr(os, "link", refuse)
    write(tmp_path, output("a.html", "new"))
    assert (tmp_path / "a.html").read_text() == "new"


names = st.lists(st.sampled_from(["a", "b", "issues", "assets", "ü"]), min_size=1, max_size=3).map("/".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.dictionaries(names, st.binary(max_size=3), max_size=5), min_size=1, max_size=4))
def test_after_any_sequence_of_runs_the_folder_holds_the_last_outputs_and_the_permanent_files(
    tmp_path_factory: pytest.TempPathFactory, runs: list[dict[str, bytes]]
) -> None:
    out = tmp_path_factory.mktemp("out")
    kept: dict[str, bytes] = {}
    for files in runs:
        wanted = {f"{name}.html": body for name, body in files.items()}
        write(out, *(Output(path=name, type="text/html", body=body) for name, body in wanted.items()))
        kept = {name: body for name, body in kept.items() if writer.PERMANENT.match(name)} | wanted
        assert {name: body for name, body in tree(out).items() if name != writer.MANIFEST} == kept
        assert writer.owned(out) == set(kept)
