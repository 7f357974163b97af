import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter import folder, frontmatter, reading
from newsletter.folder import File
from newsletter.index.rows import Sound
from newsletter.recognise import fingerprint
from tests.factories import make_config
from tests.real import ROOT

HEAD = "---\ntitle: T\ndate: 2026-03-02\n---\n"
SPACES = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
BODIES = st.text(st.sampled_from(f"a#T \n\n\n\t\r\u00e0\u3000\ufeff\ufffe\x01-{SPACES}"), max_size=12)


def test_every_character_that_ends_a_line_as_a_space_is_taken_for_one() -> None:
    """Those beyond the first few thousand are none."""
    assert not any(character.isspace() for character in map(chr, range(0x3001, 0x110000)))
    bodies = [f"a{space}{end}" for space in SPACES if space != "\n" for end in ("\n", "\nb", "")]
    assert not any(frontmatter.parse(HEAD + body, path="a.md", zone=ZoneInfo("UTC")).verbatim for body in bodies)


@given(st.sampled_from([HEAD, HEAD.replace("T", "a"), "", "\ufeff" + HEAD, HEAD.replace("\n", "\r\n"), f"{HEAD}---\n"]), BODIES)
@example(HEAD, "")
@example(HEAD, "\n\n")
@example(HEAD, "\n---\na")
@example(HEAD, "# T\n\na")
def test_what_is_verbatim_has_the_digest_that_its_file_was_read_with(head: str, body: str) -> None:
    text = head + body
    parsed = frontmatter.parse(text, path="a.md", zone=ZoneInfo("UTC"))
    if parsed.verbatim:
        assert folder.digests(text.encode())[1] == fingerprint(parsed.body)


def test_a_usual_text_is_verbatim() -> None:
    assert frontmatter.parse(f"{HEAD}\nText.\n\nMore.\n", path="a.md", zone=ZoneInfo("UTC")).verbatim


@given(st.binary(max_size=8), st.binary(max_size=8))
@example(b"a\n---\nb", b"a\n---\n\nb")
@example(b"a\n---\nb\n", b"a\n---\nb")
@example(b"a\n---\n\n", b"a\n---\n")
@example(b"\n", b"")
@example(b"\nb\n\n", b"\n\nb\n")
def test_files_that_differ_have_other_digests(one: bytes, other: bytes) -> None:
    for start in (b"", b"a\n---\n", b"\n---\n"):
        digests = {folder.digests(start + end)[0] for end in (one, other)}
        assert len(digests) == len({one, other})


@pytest.mark.parametrize("body", ["Text.\n", "Text. \n", "# T\n\nText.\n", "", "\n\n", "\u00e0\n"])
def test_the_fingerprint_of_an_article_is_that_of_its_body(tmp_path: Path, body: str) -> None:
    config = make_config(tmp_path)
    config.content.mkdir()
    (config.content / "a.md").write_text(HEAD + body)
    row = reading.read(config, File("a.md", stamp=b"1234"))
    assert isinstance(row, Sound)
    assert row.article.fingerprint == fingerprint(frontmatter.parse(HEAD + body, path="a.md", zone=config.timezone).body)


def test_usual_front_matter_needs_no_library(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "a.md").write_text(HEAD.replace("\n---\n", "\ntags: [a, b]\nauthor: Ada\n---\n"))
    code = (
        "import sys; from pathlib import Path; from newsletter import collector; from tests.factories import make_config\n"
        "[one] = collector.load(make_config(Path(sys.argv[1]))).articles; print(one.tags, one.authors[0].name)\n"
        "print([name for name in ('yaml', 'frontmatter') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "('a', 'b') Ada\n[]\n"
