"""What judges the message as such: SpamAssassin, Python's e-mail parser, the gate's own rules, and reading it bare."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from lxml.html import HtmlElement, document_fromstring

from tests.judges.conftest import KEY, MAIL, NOW, SITE, answer_of, needs
from tests.real import ROOT, newsletter

#: What stands on lines of its own even where no style says so.
BLOCKS = frozenset(("p", "td", "th", "tr", "li", "div", "h1", "h2", "h3", "h4", "pre", "dt", "dd", "br", "blockquote", "table"))
EML = f"issues/{KEY}/email.eml"


def test_spamassassin_scores_below_one(site: Path, tmp_path: Path) -> None:
    needs("spamassassin")
    command = ("spamassassin", "--local", "--test-mode", "--nocreate-prefs", f"--prefspath={tmp_path / 'prefs'}")
    answer = answer_of(*command, given=(site / EML).read_bytes())
    [score] = re.findall(rb"Content analysis details: +\((-?[\d.]+) points", answer.stdout)
    assert float(score) < 1.0, answer.stdout.decode(errors="replace")
    assert b"HTML_MESSAGE" in answer.stdout  # the HTML was looked at


def test_pythons_parser_finds_no_defects(mails: dict[str, Path]) -> None:
    for folder in mails.values():
        message = message_from_bytes((folder / EML).read_bytes(), policy=policy.default)
        parts = list(message.walk())
        assert [part.defects for part in parts] == [[]] * len(parts)
        assert all(not header.defects for part in parts for header in part.values())
        assert [part.get_content_type() for part in parts if not part.is_multipart()][:2] == ["text/plain", "text/html"]


@pytest.mark.parametrize("theme", ["broadsheet", "ledger", "almanac"])
def test_in_the_main_clients_nothing_is_lost_and_no_rule_is_broken(theme: str, mails: dict[str, Path]) -> None:
    folder = mails[f"{theme}-en-GB"]
    settings = ("--set", f"out={folder}", "--set", f"digest.theme={theme}")
    answer = newsletter("check", "--now", NOW, *settings, cwd=ROOT)
    assert (answer.stdout, answer.stderr, answer.returncode) == ("", "", 0)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def bare(element: HtmlElement) -> list[str]:
    """Read HTML with pictures off and styles stripped: every text in its order, pictures by their alt text."""
    said = []
    for inner in element.iter("*"):
        if inner.tag == "img":
            said.append(f" {inner.get('alt', '')} ")
        elif inner.tag not in {"style", "title"}:
            said.append(f"{' ' if inner.tag in BLOCKS else ''}{inner.text or ''}")
        said.append(f"{' ' if inner.tag in BLOCKS else ''}{inner.tail or ''}" if inner is not element else "")
    return words("".join(said))


def page(path: Path) -> HtmlElement:
    return document_fromstring(path.read_bytes().decode())


def test_bare_of_pictures_and_styles_the_mail_reads_in_the_order_of_the_pages(site: Path) -> None:
    mail = page(site / MAIL)
    said, at, titles = bare(mail), 0, []
    for part in mail.iter("table"):
        if "data-id" in part.attrib:
            [title] = part.find_class("title")
            address = title.find("a").get("href")
            [content] = page(site / address.removeprefix(SITE) / "index.html").find_class("content")
            article = bare(content)
            assert len(article) > 300
            at = _find(said, [*words(title.text_content()), "By"], at)
            at = _find(said, article, at) + len(article)
            titles.append(title.text_content())
    assert len(titles) == 4
    assert _find(said, ["Unsubscribe"], at) > at


def _find(text: list[str], wanted: list[str], start: int) -> int:
    """Find a run of words in a text, from a place on."""
    for at in range(start, len(text) - len(wanted) + 1):
        if text[at : at + len(wanted)] == wanted:
            return at
    pytest.fail(f"after word {start}: {' '.join(wanted[:20])}")
