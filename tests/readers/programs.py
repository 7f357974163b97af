"""Feed readers as people run them, each with a home of its own, and what each of them remembers of a feed."""

import json
import mailbox
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from email.header import decode_header, make_header
from pathlib import Path
from typing import Protocol

import pytest


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An article as a reader shows it."""

    id: str
    title: str
    url: str
    #: HTML, or a page or mail that has it in it.
    content: str


class Reader(Protocol):
    """A reader that is subscribed to one feed."""

    def __init__(self, home: Path, url: str) -> None:
        """Install the reader in that folder and name it the feed; it asks for nothing yet. Skips the test if there is none."""

    def poll(self) -> None:
        """Look for news."""

    def held(self) -> list[Held]:
        """List what the reader shows, in no order; an article that it shows twice is there twice."""


class Newsboat:
    """newsboat 2.21; its storage is an SQLite file.

    It files the ETag and Last-Modified of an answer under the feed, which it does not know yet when it first asks: a
    subscription asks twice without conditions. This version reads no JSON Feed.
    """

    def __init__(self, home: Path, url: str) -> None:
        """Subscribe."""
        self._home = home
        self._program = find("newsboat", "newsboat")
        (home / "urls").write_text(f"{url}\n", encoding="utf-8")
        (home / "config").touch()
        self._run()

    def poll(self) -> None:
        """Reload all feeds."""
        self._run()

    def held(self) -> list[Held]:
        """Read the cache."""
        with closing(sqlite3.connect(self._home / "cache.db")) as cache:
            rows = cache.execute("SELECT guid, title, url, content FROM rss_item WHERE deleted = 0").fetchall()
        return [Held(id=guid, title=title, url=url, content=content) for guid, title, url, content in rows]

    def _run(self) -> None:
        files = ("-u", self._home / "urls", "-c", self._home / "cache.db", "-C", self._home / "config")
        run(self._home, self._program, "-q", *files, "-x", "reload")


class Rss2email:
    """rss2email 3.13; its storage is what it has seen, in JSON, and the mails that it delivers, here into a maildir.

    A mail cannot be taken back. What changes it mails only with ``reply-changes``, as a reply to the first mail, which a mail
    program shows in its place in the thread; and only if the content changes, whatever the title. Its feedparser (6.0.10) reads
    no JSON Feed, and no e-mail address in a domain of more than four letters at the top.
    """

    replies = True

    def __init__(self, home: Path, url: str) -> None:
        """Configure."""
        self._home = home
        self._program = find("r2e", "rss2email")
        (home / "config").write_text(
            f"[DEFAULT]\nto = reader@letter.example.org\nhtml-mail = True\nreply-changes = {self.replies}\n"
            f"email-protocol = maildir\nmaildir-path = {home}\nmaildir-mailbox = mail\n\n[feed.letter]\nurl = {url}\n",
            encoding="utf-8",
        )

    def poll(self) -> None:
        """Mail what is new."""
        run(self._home, self._program, "-c", self._home / "config", "-d", self._home / "seen.json", "run")

    def held(self) -> list[Held]:
        """Read the threads of mails: the latest word in each; and see that rss2email remembers just these."""
        threads: dict[str, Held] = {}
        answers: dict[str, Held] = {}
        for mail in mailbox.Maildir(self._home / "mail"):
            payload = mail.get_payload(decode=True)
            assert isinstance(payload, bytes)
            held = Held(
                id=mail["X-RSS-ID"],
                title=str(make_header(decode_header(mail["Subject"]))),
                url=mail["X-RSS-URL"],
                content=payload.decode(mail.get_content_charset("us-ascii")),
            )
            (answers if mail["In-Reply-To"] else threads)[mail["In-Reply-To"] or mail["Message-ID"]] = held
        assert answers.keys() <= threads.keys()
        shown = {**threads, **answers}
        (state,) = json.loads((self._home / "seen.json").read_text(encoding="utf-8"))["feeds"]
        assert set(state["seen"]) == {held.id for held in shown.values()}
        return list(shown.values())


class PlainRss2email(Rss2email):
    """rss2email as it comes, which mails nothing but what is new."""

    replies = False


class PlainSfeed:
    """sfeed 1.7 as it comes; its storage is a table with a line for each article.

    It asks without conditions. It takes two lines for one article if id, title and link are the same, and keeps the older one.
    """

    functions = ""

    def __init__(self, home: Path, url: str) -> None:
        """Configure."""
        self._home = home
        self._program = find("sfeed_update", "sfeed")
        find("curl", "curl")
        rc = f'sfeedpath="$HOME/feeds"\n{self.functions}\nfeeds() {{\n\tfeed "letter" "{url}"\n}}\n'
        (home / "sfeedrc").write_text(rc, encoding="utf-8")

    def poll(self) -> None:
        """Update the table."""
        run(self._home, self._program, self._home / "sfeedrc")

    def held(self) -> list[Held]:
        """Read the table."""
        lines = (self._home / "feeds" / "letter").read_text(encoding="utf-8").splitlines()
        rows = [line.split("\t") for line in lines]
        return [Held(id=row[5], title=row[1], url=row[2], content=row[3]) for row in rows]


class Sfeed(PlainSfeed):
    """sfeed with two functions of its sfeedrc: a conditional ``fetch``, and a ``merge`` by id that keeps the newer line.

    ``fetch`` is the one of sfeed's README, but for curl's ``-z``: that sends the time at which the ETag was stored, which nginx
    compares with the file's for equality (``if_modified_since exact``), so that nothing is ever unmodified.
    """

    functions = """
fetch() {
	etag="$HOME/etag"
	curl -L --max-redirs 0 -H "User-Agent:" -f -s -m 15 --compressed --etag-save "${etag}" --etag-compare "${etag}" "$2"
}
merge() {
	sort -t '	' -u -k6,6 "$3" "$2"
}
"""


class Library:
    """PyPI's reader, through its Python interface; its storage is an SQLite file. It reads JSON Feed, too."""

    def __init__(self, home: Path, url: str) -> None:
        """Subscribe."""
        self._url = url
        library = pytest.importorskip("reader", reason="reader is not installed: pip install reader sgmllib3k")
        self._reader = library.make_reader(str(home / "reader.sqlite"))
        self._reader.add_feed(url)

    def poll(self) -> None:
        """Update the feed."""
        self._reader.update_feed(self._url)

    def held(self) -> list[Held]:
        """Ask for all entries."""
        return [
            Held(id=entry.id, title=entry.title, url=entry.link, content=entry.get_content().value)
            for entry in self._reader.get_entries()
        ]

    def close(self) -> None:
        """Close the storage."""
        self._reader.close()


def find(program: str, package: str) -> str:
    """Find a program, or skip the test."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed: .ci/system {package}")
    return found


def run(home: Path, *command: str | Path) -> None:
    """Run a reader in its home; it does its work without an error."""
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TMPDIR": str(home)}
    answer = subprocess.run(command, env=env, cwd=home, capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 0, answer.stderr
    assert "ERROR" not in answer.stderr
