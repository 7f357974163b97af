from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsletter import authoring, collector, config
from newsletter.config import Config
from newsletter.errors import NewsletterError, RefusedError
from newsletter.model import Person, Status
from tests.factories import make_config
from tests.real import shared, tree

NOW = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def letter(tmp_path: Path) -> Config:
    (tmp_path / "content").mkdir()
    return make_config(tmp_path, timezone=BERLIN)


def write(letter: Config, name: str, text: str) -> Path:
    path = letter.content / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def scaffolded(folder: Path, *sets: str) -> Config:
    return config.load(None, (*authoring.PLACEHOLDERS, *sets), folder, search=False)


def test_a_new_publication_can_be_read_and_has_one_published_article(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "letter"
    written = authoring.init(scaffolded(folder), NOW)
    assert [path.relative_to(folder).as_posix() for path in written] == [
        "newsletter.toml",
        "content/2026-03-01-welcome.md",
        ".gitignore",
    ]
    made = config.load(None, (), folder)
    assert made == scaffolded(folder)
    [found] = collector.report(collector.load(made), NOW)
    assert (found.status, found.title, found.published) == (Status.PUBLISHED, "Welcome", NOW)
    assert (folder / ".gitignore").read_text() == "/out/\n/.out.index\n/.newsletter.index\n"
    assert str(tmp_path) not in (folder / "newsletter.toml").read_text(), "a publication can be moved as it is"


def test_settings_given_to_a_new_publication_are_written_down(tmp_path: Path) -> None:
    sets = ('title=The "Letter"', "url=https://letter.example", "timezone=Europe/Berlin", "feeds.limit=7", "out=site")
    people = 'authors=[{name="Ada", url="https://ada.example/"}, "Bob <bob@letter.example>"]'
    authoring.init(scaffolded(tmp_path, *sets, people), NOW)
    made = config.load(None, (), tmp_path)
    assert made == scaffolded(tmp_path, *sets, people)
    assert made.authors == (Person(name="Ada", url="https://ada.example/"), Person(name="Bob", email="bob@letter.example"))
    assert (tmp_path / ".gitignore").read_text() == "/site/\n/.site.index\n/.newsletter.index\n"
    assert (tmp_path / "content" / "2026-03-02-welcome.md").exists()
    assert '\n# authority = ""\n' in (tmp_path / "newsletter.toml").read_text()


def test_every_line_of_the_new_configuration_fits_on_a_screen(tmp_path: Path) -> None:
    authoring.init(scaffolded(tmp_path), NOW)
    assert max(map(len, (tmp_path / "newsletter.toml").read_text().splitlines())) <= 100


def test_scaffolding_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "mine.md").write_text("Mine.\n")
    (tmp_path / ".gitignore").write_text("*.pyc")
    authoring.init(scaffolded(tmp_path), NOW)
    assert [path.name for path in (tmp_path / "content").iterdir()] == ["mine.md"]
    assert (tmp_path / ".gitignore").read_text() == "*.pyc\n/out/\n/.out.index\n/.newsletter.index\n"
    before = tree(tmp_path)
    with pytest.raises(NewsletterError, match=r"newsletter\.toml: is there already; nothing was changed"):
        authoring.init(scaffolded(tmp_path), NOW)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("ignored", ["out/\n", "/out\n", "a\n/out/\n"])
def test_an_output_folder_that_is_ignored_already_is_not_added(tmp_path: Path, ignored: str) -> None:
    (tmp_path / ".gitignore").write_text(ignored)
    authoring.init(scaffolded(tmp_path), NOW)
    assert (tmp_path / ".gitignore").read_text() == f"{ignored}/.out.index\n/.newsletter.index\n"
    (tmp_path / "newsletter.toml").unlink()
    assert tmp_path / ".gitignore" not in authoring.init(scaffolded(tmp_path), NOW)


def test_an_output_folder_elsewhere_needs_no_ignoring(tmp_path: Path) -> None:
    authoring.init(scaffolded(tmp_path / "letter", f"out={tmp_path / 'site'}"), NOW)
    assert (tmp_path / "letter" / ".gitignore").read_text() == "/.newsletter.index\n"


def test_scaffolding_where_nothing_can_be_written_says_so_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NewsletterError, match=r"file/letter: Not a directory$"):
        authoring.init(scaffolded(tmp_path / "file" / "letter"), NOW)


def test_a_new_article_is_a_draft_dated_in_the_publications_zone_with_an_id(letter: Config) -> None:
    path = authoring.new(letter, '  How "feeds"\n work ', NOW)
    assert path == letter.content / "2026-03-02-how-feeds-work.md"
    assert path.read_text() == (
        '---\ntitle: "How \\"feeds\\" work"\ndate: 2026-03-02T00:30:00+01:00\n'
        "id: tag:letter.example,2026-03-02:how-feeds-work\ndraft: true\n---\n\n"
    )
    [found] = collector.report(collector.load(letter), NOW)
    assert (found.status, found.title, found.published) == (Status.DRAFT, 'How "feeds" work', NOW)


def test_a_new_article_makes_the_content_folder(tmp_path: Path) -> None:
    letter = make_config(tmp_path / "letter")
    assert authoring.new(letter, "First", NOW).exists()


def test_a_new_article_never_overwrites_one(letter: Config) -> None:
    path = authoring.new(letter, "First", NOW)
    path.write_text("Mine.")
    with pytest.raises(NewsletterError, match=r"2026-03-02-first\.md: is there already"):
        authoring.new(letter, "First", NOW)
    assert path.read_text() == "Mine."


def test_the_id_of_a_new_article_is_no_other_articles(letter: Config) -> None:
    write(letter, "a/b.md", "---\ntitle: A\ndate: 2026-03-02\nid: tag:letter.example,2026-03-02:first\n---\n")
    assert "id: tag:letter.example,2026-03-02:first-2026-03-02\n" in authoring.new(letter, "First", NOW).read_text()


def test_a_title_of_no_letters_makes_a_file_all_the_same(letter: Config) -> None:
    assert authoring.new(letter, "?!", NOW).name == "2026-03-02-article.md"


def test_a_new_article_has_an_ending_that_is_read(tmp_path: Path) -> None:
    made = config.load(None, (*authoring.PLACEHOLDERS, "reading.extensions=.markdown"), tmp_path, search=False)
    assert authoring.new(made, "First", NOW).suffix == ".markdown"


@pytest.mark.parametrize("title", ["", "  ", "a\x00b", "a\udcffb"])
def test_a_title_that_is_none_is_refused(letter: Config, title: str) -> None:
    with pytest.raises(NewsletterError, match="expected a title of one line"):
        authoring.new(letter, title, NOW)


def test_adopted_files_are_published_with_ids_of_their_own(letter: Config) -> None:
    files = [write(letter, name, "# Heading\n\nText.\n") for name in ("a/x.md", "b/x.md", "c/y.markdown")]
    assert authoring.adopt(letter, files, date="2026-02-28", title=None) == tuple(files)
    library = collector.load(letter)
    assert library.problems == ()
    assert sorted(article.id for article in library.articles) == [
        "tag:letter.example,2026-02-28:x",
        "tag:letter.example,2026-02-28:x-2026-02-28",
        "tag:letter.example,2026-02-28:y",
    ]


def test_an_adopted_article_keeps_the_id_that_it_was_published_with(letter: Config) -> None:
    file = write(letter, "2026-02-28-x.md", "# Heading\n\nText.\n")
    [before] = collector.load(letter).articles
    assert authoring.adopt(letter, [file], date=None, title=None) == (file,)
    [after] = collector.load(letter).articles
    assert (after.id, after.title, after.published, after.slug) == (before.id, before.title, before.published, before.slug)


def test_adopting_twice_changes_nothing_more(letter: Config) -> None:
    file = write(letter, "x.md", "# Heading\n\nText.\n")
    authoring.adopt(letter, [file, file], date="2026-02-28", title=None)
    before = tree(letter.root)
    assert authoring.adopt(letter, [file], date="2020-01-01", title="Other") == ()
    assert tree(letter.root) == before


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("2025-01-08", "2025-01-08"),
        ("20250108", "2025-01-08"),
        ("2025-01-08T10:00", "2025-01-08T10:00:00+01:00"),
        ("2025-01-08T23:30Z", "2025-01-09T00:30:00+01:00"),
    ],
)
def test_the_date_is_written_as_a_day_or_as_an_instant_in_the_publications_zone(letter: Config, given: str, written: str) -> None:
    file = write(letter, "x.md", "Text.\n")
    authoring.adopt(letter, [file], date=given, title="T")
    assert f"\ndate: {written}\nid: tag:letter.example,{written[:10]}:x\n" in file.read_text()


def test_the_mode_of_an_adopted_file_and_links_to_it_stay(letter: Config, tmp_path: Path) -> None:
    target = write(letter, "x.md", "Text.\n")
    target.chmod(0o640)
    link = tmp_path / "link.md"
    link.symlink_to(target)
    assert authoring.adopt(letter, [link], date="2025-01-08", title=None) == (link,)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert target.read_text().startswith("---\n")
    assert [path.name for path in letter.content.iterdir()] == ["x.md"]


def test_all_files_are_adopted_or_none_and_all_problems_are_told(letter: Config, tmp_path: Path) -> None:
    good = write(letter, "good.md", "Text.\n")
    wrong = write(letter, "wrong.md", "---\ntitle: A\n")
    latin = letter.content / "latin.md"
    latin.write_bytes(b"caf\xe9\n")
    missing = letter.content / "missing.md"
    (letter.content / "a").mkdir()
    before = tree(tmp_path)
    with pytest.raises(RefusedError) as caught:
        authoring.adopt(letter, [good, wrong, latin, missing, letter.content / "a"], date="2025-01-08", title=None)
    assert str(caught.value).splitlines() == [
        f"{wrong}:1: the front matter opened by --- is never closed by a line ---",
        f"{latin}: it is not UTF-8 from byte 3 on",
        f"{missing}: it cannot be read: No such file or directory",
        f"{letter.content / 'a'}: it cannot be read: Is a directory",
        "nothing was adopted",
    ]
    assert tree(tmp_path) == before


def test_one_title_is_not_given_to_several_files(letter: Config) -> None:
    files = [write(letter, name, "Text.\n") for name in ("a.md", "b.md")]
    with pytest.raises(NewsletterError, match="--title names one article"):
        authoring.adopt(letter, files, date="2025-01-08", title="One")


def test_a_file_may_be_named_as_messages_name_it(letter: Config) -> None:
    file = write(letter, "a/x.md", "Text.\n")
    assert authoring.adopt(letter, [Path("a/x.md"), file], date="2025-01-08", title=None) == (file,)


def test_a_folder_that_cannot_be_written_to_is_told_on_one_line(letter: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(letter, "x.md", "Text.\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(letter.content))

    monkeypatch.setattr("tempfile.mkstemp", refuse)  # the superuser may write anywhere
    with pytest.raises(NewsletterError, match=r"content: Permission denied$"):
        authoring.adopt(letter, [file], date="2025-01-08", title=None)
    assert file.read_text() == "Text.\n"


def test_the_second_seed_is_adopted_with_a_title_from_its_first_sentence(letter: Config) -> None:
    [seed] = shared("seeds").glob("001_*.txt")
    file = letter.content / f"{seed.stem}.md"
    file.write_bytes(seed.read_bytes())
    authoring.adopt(letter, [file], date="2025-01-08", title=None)
    assert file.read_bytes().endswith(b"---\n\n" + seed.read_bytes())
    [article] = collector.load(letter).articles
    assert article.title == "The year 2024 has become a turning point in the development of artificial intelligence (AI)"
