"""Real readers, polling a real nginx, over builds by the real program: nothing is shown twice, nothing is lost."""

import json
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.nginx import serving
from tests.readers.programs import Held, Library, Newsboat, PlainRss2email, PlainSfeed, Reader, Rss2email, Sfeed
from tests.readers.publication import ADDED, CORRECTED, MOVED, URL, History, make_history

FORMATS = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}
#: Which reader reads which format.
READERS: dict[type[Reader], tuple[str, ...]] = {
    Newsboat: ("rss", "atom"),
    Rss2email: ("rss", "atom"),
    Sfeed: ("rss", "atom"),
    Library: ("rss", "atom", "json"),
}
#: What a reader tells the server that it knows.
CONDITIONS: dict[type[Reader], set[str]] = {
    Newsboat: {"if-none-match", "if-modified-since"},
    Rss2email: {"if-none-match", "if-modified-since"},
    Sfeed: {"if-none-match"},
    Library: {"if-none-match", "if-modified-since"},
}
#: How each article looks at the subscription: id, title, address and what stands in it.
FIRST = (
    ("tag:letter.example.org,2026-03-02:plain", "Plain words", "plain", "<p>Nothing but <em>words</em>.</p>"),
    ("tag:letter.example.org,2026-03-02:table", "A table & <code>", "table", "<td>sent &amp; compared</td>"),
    ("tag:letter.example.org,2026-03-02:umlaut", "Ünïcödé – 新聞", "umlaut", "<p>Müßig, <b>grün</b> 🙂.</p>"),  # noqa: RUF001 - a real dash
    ("tag:letter.example.org,2026-03-04:rtl", "مرحبا", "rtl", "<p>مرحبا بالعالم.</p>"),
    (CORRECTED, "To be corrected", "corrected", "Two and two is five."),
    (MOVED, "To be moved", "moved", f'<a href="{URL}articles/plain/">Home</a>'),
)


@dataclass(slots=True, kw_only=True)
class Site:
    """The publication as it is served."""

    address: str
    #: A link to what nginx serves.
    root: Path
    log: Path

    def show(self, out: Path) -> None:
        """Serve another build from now on, at the same address."""
        waiting = self.root.with_name("waiting")
        waiting.symlink_to(out)
        waiting.replace(self.root)

    def polls(self, path: str) -> list[dict[str, str]]:
        """List the requests for a file so far, oldest first."""
        urlopen(f"{self.address}/index.html").close()  # noqa: S310 - http; nginx answers in turn, so the log is complete up to here
        lines = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]
        return [line for line in lines if line["path"] == f"/{path}"]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Build the publication as often as it changes."""
    return make_history(tmp_path_factory.mktemp("publication"))


@pytest.fixture
def site(history: History, tmp_path: Path) -> Iterator[Site]:
    """Serve the publication as it was when readers subscribed."""
    workshop = tmp_path / "nginx"
    workshop.mkdir()
    root = tmp_path / "served"
    root.symlink_to(history.first)
    with serving(root, workshop) as address:
        yield Site(address=address, root=root, log=workshop / "access.log")


@pytest.fixture
def reader(request: pytest.FixtureRequest, site: Site, tmp_path: Path) -> Iterator[Reader]:
    """Subscribe a reader to a feed and let it look for the first time."""
    program, form = request.param
    home = tmp_path / "home"
    home.mkdir()
    subscribed = program(home, f"{site.address}/{FORMATS[form]}")
    with closing(subscribed) if isinstance(subscribed, Library) else nullcontext():
        subscribed.poll()
        yield subscribed


def each(*programs: type[Reader]) -> pytest.MarkDecorator:
    """Run a test with these readers, in each format that they read; it takes the reader and the file that it polls."""
    pairs = [(program, form) for program in programs for form in READERS.get(program, ("rss", "atom"))]
    return pytest.mark.parametrize(
        ("reader", "feed"),
        [pytest.param(pair, FORMATS[pair[1]], id=f"{pair[0].__name__.lower()}-{pair[1]}") for pair in pairs],
        indirect=["reader"],
    )


def by_id(held: list[Held]) -> dict[str, Held]:
    """Index what a reader shows; it shows nothing twice."""
    found = {one.id: one for one in held}
    assert len(found) == len(held)
    return found


@each(*READERS)
def test_a_subscription_shows_every_article_once_and_whole(reader: Reader, feed: str, site: Site) -> None:
    held = by_id(reader.held())
    assert held.keys() == {identity for identity, *_ in FIRST}
    for identity, title, slug, content in FIRST:
        assert (held[identity].title, held[identity].url) == (title, f"{URL}articles/{slug}/")
        assert content in held[identity].content
    assert {poll["status"] for poll in site.polls(feed)} == {"200"}


@each(*READERS)
def test_a_rebuild_without_changes_is_answered_304_and_shows_nothing_new(
    reader: Reader, feed: str, site: Site, history: History
) -> None:
    before = reader.held()
    asked = len(site.polls(feed))
    site.show(history.unchanged)
    reader.poll()
    (poll,) = site.polls(feed)[asked:]
    assert poll["status"] == "304"
    assert {name for name in ("if-none-match", "if-modified-since") if poll[name]} == CONDITIONS[type(reader)]
    assert sorted(reader.held(), key=lambda one: one.id) == sorted(before, key=lambda one: one.id)


@each(*READERS)
def test_an_addition_and_a_declared_edit_show_as_one_new_and_one_changed_article(
    reader: Reader, feed: str, site: Site, history: History
) -> None:
    before = by_id(reader.held())
    site.show(history.continued)
    reader.poll()
    assert site.polls(feed)[-1]["status"] == "200"
    after = by_id(reader.held())
    assert after.keys() - before.keys() == {ADDED}
    assert before.keys() - after.keys() == set()
    assert {identity for identity in before if after[identity] != before[identity]} == {CORRECTED}
    assert "Two and two is four." in after[CORRECTED].content
    assert "five" not in after[CORRECTED].content
    assert "<p>News.</p>" in after[ADDED].content


@each(*READERS)
def test_an_article_with_an_id_that_gets_another_name_and_title_is_not_shown_twice(
    reader: Reader, feed: str, site: Site, history: History
) -> None:
    site.show(history.continued)
    reader.poll()
    before = by_id(reader.held())
    site.show(history.moved)
    reader.poll()
    assert site.polls(feed)[-1]["status"] == "200"
    after = by_id(reader.held())
    assert after.keys() == before.keys()
    if isinstance(reader, Rss2email):
        assert after == before  # it has no eyes for titles
        return
    assert {identity for identity in before if after[identity] != before[identity]} == {MOVED}
    assert (after[MOVED].title, after[MOVED].url) == ("Moved, and under another name", f"{URL}articles/found-again/")


@each(PlainRss2email)
def test_rss2email_as_it_comes_mails_what_is_new_and_nothing_else(
    reader: Reader, feed: str, site: Site, history: History
) -> None:
    before = by_id(reader.held())
    for out in (history.unchanged, history.continued, history.moved):
        site.show(out)
        reader.poll()
    assert [poll["status"] for poll in site.polls(feed)] == ["200", "304", "200", "200"]
    after = by_id(reader.held())
    assert after == before | {ADDED: after[ADDED]}


@each(PlainSfeed)
def test_sfeed_as_it_comes_asks_without_conditions_and_shows_nothing_twice(
    reader: Reader, feed: str, site: Site, history: History
) -> None:
    before = by_id(reader.held())
    for out in (history.unchanged, history.continued):
        site.show(out)
        reader.poll()
    assert [poll["status"] for poll in site.polls(feed)] == ["200", "200", "200"]
    after = by_id(reader.held())
    assert after == before | {ADDED: after[ADDED]}
