"""axe-core in Chromium, on a phone and on a desktop, in light and in dark: https://www.deque.com/axe/."""

from pathlib import Path
from typing import Any

from tests.judges.conftest import MAIL, SITE, answer_of, from_json, needs
from tests.real import ROOT

#: axe finds that the mail's preheader and links stand outside of landmarks; mail programs have landmarks of their own.
IN_MAILS = {"region"}


def verdicts(folder: Path, *paths: str) -> list[dict[str, Any]]:
    needs("chromium")
    needs("node", "axe-core")
    answer = answer_of("node", ROOT / ".ci/axe.mjs", folder, SITE, *paths)
    assert answer.returncode == 0, answer.stderr
    found: list[dict[str, Any]] = from_json(answer.stdout)
    assert len(found) == 4 * len(paths)  # widths and colour schemes
    return found


def violations(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (one["path"], one["scheme"], one["width"], violation["id"], violation["impact"], violation["nodes"][:2])
        for one in found
        for violation in one["violations"]
    ]


def test_axe_is_at_work(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        '<html lang="en"><title>T</title><main><h1>T</h1><p style="color:#ccc">pale<img src="a.png">'
    )
    found = verdicts(tmp_path, "page.html")
    assert {violation[3] for violation in violations(found)} == {"color-contrast", "image-alt"}


def test_no_page_has_a_violation(site: Path) -> None:
    article = next(site.glob("articles/*/index.html")).relative_to(site).as_posix()
    found = verdicts(site, "index.html", "issues/2026-10/", article)
    assert violations(found) == []
    assert all(one["passes"] > 20 for one in found)


def test_no_mail_has_a_serious_violation(mails: dict[str, Path]) -> None:
    for name, folder in mails.items():
        found = verdicts(folder, MAIL)
        assert [violation for violation in violations(found) if violation[3] not in IN_MAILS] == [], name
        assert {violation[4] for violation in violations(found)} <= {"moderate"}, name
