import os
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct

from newsletter import config
from newsletter.config import Config, tree
from newsletter.config import keys as all_keys
from newsletter.errors import ConfigError
from newsletter.mail.services import Tags
from newsletter.model import Person

NEEDED = ("title=The Letter", "url=https://letter.example")


def load(*sets: str, cwd: Path = Path("/nowhere")) -> Config:
    return config.load(None, (*NEEDED, *sets), cwd)


def problems(*sets: str, needed: tuple[str, ...] = NEEDED, cwd: Path = Path("/nowhere")) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        config.load(None, (*needed, *sets), cwd)
    return caught.value.problems


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_title_and_url_are_all_that_is_needed() -> None:
    assert load() == Config(
        root=Path("/nowhere"),
        title="The Letter",
        url="https://letter.example/",
        authority="letter.example",
        content=Path("/nowhere/content"),
        out=Path("/nowhere/out"),
        ledger="/nowhere/.out.ledger",
        templates=Path("/nowhere/templates"),
    )


def test_without_title_and_url_both_are_asked_for_at_once() -> None:
    assert problems(needed=()) == (
        "title: is required; write it into newsletter.toml or give --set title=…",
        "url: is required; write it into newsletter.toml or give --set url=…",
    )


def test_all_problems_are_reported_at_once_each_with_its_dotted_key() -> None:
    found = problems(
        *("titel=x", "url=letter.example", "language=en_US", "timezone=Europe/Pariss", "authors=Ada <ada>"),
        *("feeds.limt=3", "feeds.max_age=-1", "digest.every=fortnight", "digest.sender=me", "permalink={slog}"),
    )
    assert found == (
        "titel: unknown key; did you mean title?",
        "url: expected an absolute address that begins with https:// or http://, got 'letter.example'",
        "language: expected a BCP 47 language tag such as en or pt-BR (here en-US), got 'en_US'",
        "timezone: expected a time zone such as Europe/Paris, got 'Europe/Pariss'",
        "authors: expected an e-mail address as email, got 'ada'",
        "permalink: expected text with {slug} {year} {month} {day} {path} {folder}, got '{slog}'",
        "feeds.limt: unknown key; did you mean feeds.limit?",
        "feeds.max_age: expected a whole number from 0 to 100000, got -1",
        "digest.every: expected day, week, month, quarter or year, got 'fortnight'",
        "digest.sender: expected an e-mail address, or Name <address>, got 'me'",
    )


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("limit=3", "limit: unknown key; did you mean feeds.limit?"),
        ("feeds.zzz=3", "feeds.zzz: unknown key; expected one of limit, max_age, content"),
        ("feeds.limit.more=3", "feeds.limit: expected a whole number, got {'more': '3'}"),
        ("feeds=3", "feeds: expected a table, got '3'"),
        ("=3", ": unknown key; expected one of title"),
        ("feeds.limit=many", "feeds.limit: expected a whole number, got 'many'"),
        ("feeds.limit=1e3", "feeds.limit: expected a whole number, got '1e3'"),
        ("feeds.limit=0", "feeds.limit: expected a whole number from 1 to 1000000, got 0"),
        ("feeds.content=all", "feeds.content: expected full or summary, got 'all'"),
        ("title=", "title: expected a text that is not empty, got ''"),
        ("title=a\nb", "title: expected one line, got 'a\\nb'"),
        ("title=a\x00b", "title: expected text without the character U+0000"),
        ("title=a\udcffb", "title: expected text without the character U+DCFF"),
        ("url=https://", "url: expected an absolute address that begins with"),
        ("url=ftp://letter.example/", "url: expected an absolute address that begins with"),
        ("url=https://letter.example:x/", "url: expected an absolute address that begins with"),
        ("url=https://a b/", "url: expected an absolute address that begins with"),
        ("url=https://letter.example/?a=b", "url: expected an address without user name, query and fragment"),
        ("url=https://letter.example/#", "url: expected an address without user name, query and fragment"),
        ("url=https://me@letter.example/", "url: expected an address without user name, query and fragment"),
        ("url=https://a..b/", "url: expected an address whose host is a domain name"),
        (f"url=https://{'x' * 70}ü.example/", "url: expected an address whose host is a domain name"),
        ("language=e", "language: expected a BCP 47 language tag such as en or pt-BR, got"),
        ("timezone=", "timezone: expected a time zone such as Europe/Paris, got ''"),
        ("timezone=localtime", "timezone: expected a time zone such as "),
        ("timezone=../../etc/passwd", "timezone: expected a time zone such as Europe/Paris, got '../../etc/passwd'"),
        ("timezone=America", "timezone: expected a time zone such as "),
        ("authors=[", "authors: expected a list as in TOML, or texts with commas between them, got '['"),
        ("authors=[3]", "authors: expected a name, Name <address> or a table of name, email and url, got 3"),
        ('authors=["a\\nb"]', "authors: expected a name, Name <address> or a table of name, email and url, got 'a\\nb'"),
        ('authors=[{nam="A"}]', "authors: expected a name, Name <address> or a table of name, email and url, got {'nam': 'A'}"),
        ('authors=[{name="A", url="a/b"}]', "authors: expected an absolute address that begins with https:// or http:// as url"),
        ("content=", "content: expected the path of a folder, got ''"),
        ("out=content", "out: expected another folder than content, for a build writes there"),
        ("reading.extensions=", "reading.extensions: expected a list of file name endings such as .md, got []"),
        ("reading.extensions=md", "reading.extensions: expected a list of file name endings such as .md, got ['md']"),
        ("logo=ftp://x/y", "logo: expected an absolute address that begins with https:// or http://, or one relative to url"),
        ("icon=javascript:x", "icon: expected an absolute address that begins with https:// or http://, or one relative to url"),
        ("authority=Letter", "authority: expected a domain name or an e-mail address in lower case, got 'Letter'"),
        (
            "permalink={year}/",
            "permalink: expected text with {slug} {year} {month} {day} {path} {folder}; at least {slug} or {path}",
        ),
        ("permalink={slug", "permalink: expected text with {slug} {year} {month} {day} {path} {folder}, each brace"),
        ("permalink={slug!r}", "permalink: expected text with {slug}"),
        ("permalink={slug:>9}", "permalink: expected text with {slug}"),
        ("permalink={}", "permalink: expected text with {slug}"),
        ("permalink=ftp://x/{slug}", "permalink: expected an absolute address that begins with https:// or http://, or one"),
        ("digest.subject={nr}", "digest.subject: expected text with {title} {number} {lead} {date} {key}, got '{nr}'"),
    ],
)
def test_a_wrong_value_is_a_problem_that_says_what_was_expected(setting: str, problem: str) -> None:
    [found] = problems(setting)
    assert found.startswith(problem)


def test_a_mail_service_is_known_by_name_and_its_tags_by_a_table(tmp_path: Path) -> None:
    made = load("digest.service=custom", "digest.tags.unsubscribe={{ out }}", "digest.tags.address=[A]\n[B]")
    assert (made.digest.service, made.digest.tags) == ("custom", Tags(unsubscribe="{{ out }}", address="[A]\n[B]"))
    path = write(
        tmp_path / "newsletter.toml",
        """
        title = "The Letter"
        url = "https://letter.example/"
        [digest]
        service = "phplist"
        address = "12 Mill Lane"
        greeting = "Dear {name},"
        [digest.tags]
        name = "[FIRST NAME%%reader]"
        """,
    )
    assert config.load(path, (), tmp_path).digest.tags == Tags(name="[FIRST NAME%%reader]")


@pytest.mark.parametrize(
    ("given", "spelled"),
    [
        ("https://letter.example/u?a=%C3%BC&b=1#c", "https://letter.example/u?a=%C3%BC&b=1#c"),
        ("https://müller.example/u", "https://xn--mller-kva.example/u"),
        ("http://me@Müller.example:8080", "http://me@xn--mller-kva.example:8080"),
        ("https://letter.example/für?wen=ü", "https://letter.example/f%C3%BCr?wen=%C3%BC"),
        ("https://[::1]/ü", "https://[::1]/%C3%BC"),
        ("https://müller.example/ü?u={{ größe }}&*|ID|*", "https://xn--mller-kva.example/%C3%BC?u={{ größe }}&*|ID|*"),
        ("https://{{ host }}/ü", "https://{{ host }}/%C3%BC"),
        (
            "mailto:leave@müller.example?subject=I am über it",
            "mailto:leave@xn--mller-kva.example?subject=I%20am%20%C3%BCber%20it",
        ),
        ("mailto:a@b.example,c@d.example", "mailto:a@b.example,c@d.example"),
        ("mailto:{{ ü }}@b.example", "mailto:{{ ü }}@b.example"),
        ("{{ größe }}", "{{ größe }}"),
        ("*|UNSUB|*", "*|UNSUB|*"),
    ],
)
def test_the_address_for_unsubscribing_is_spelled_in_ascii_and_tags_stay(given: str, spelled: str) -> None:
    assert load(f"digest.unsubscribe={given}").digest.unsubscribe == spelled
    own = ("digest.service=custom", "digest.address=Here")
    made = load(*own, f"digest.tags.unsubscribe={given}", f"digest.tags.web_view={given}").digest.tags
    assert (made.unsubscribe, made.web_view) == (spelled, spelled)


@pytest.mark.parametrize("given", ["foo", "/leave", "www.letter.example/leave", "javascript:alert(1)", "leave@letter.example"])
def test_a_way_to_unsubscribe_that_leads_nowhere_is_a_problem(given: str) -> None:
    expected = (
        f"expected an address that begins with https://, http:// or mailto:, or a merge tag, got {given!r}; where tags look"
    )
    [found] = problems(f"digest.unsubscribe={given}")
    assert found.startswith(f"digest.unsubscribe: {expected}")
    served = ("digest.service=smtp", "digest.address=Here")
    [found] = problems(*served, f"digest.unsubscribe={given}")
    assert found.startswith(f"digest.unsubscribe: {expected}")
    assert [
        one.partition(" got ")[0] for one in problems(*served, f"digest.tags.unsubscribe={given}", "digest.tags.web_view=x")
    ] == [f"digest.tags.{key}: {expected.partition(' got ')[0]}" for key in ("unsubscribe", "web_view")]
    # what a custom service's tags look like is its own affair
    assert load("digest.service=custom", "digest.address=Here", f"digest.unsubscribe={given}").digest.unsubscribe == given


@pytest.mark.parametrize(
    "given",
    [
        *(
            "https:",
            "https://",
            "https:letter.example",
            "https://letter.example:x/",
            "https://a..ü/",
            "https://letter.example/a b",
        ),
        *("mailto:", "mailto:leave", "mailto:jörg@letter.example", "mailto:a@b.example, c@d.example", "mailto:a@straße.example"),
    ],
)
@pytest.mark.parametrize("service", ["", "custom"])
def test_an_address_for_unsubscribing_that_is_none_is_a_problem(given: str, service: str) -> None:
    [found] = problems(f"digest.unsubscribe={given}", f"digest.service={service}", "digest.address=Here")
    assert found.startswith(
        "digest.unsubscribe: expected a whole address such as https://letter.example/a or mailto:a@b.example, got"
    )


def test_a_digest_that_its_service_would_not_send_is_a_problem() -> None:
    [found] = problems("digest.service=sendgrid")
    assert found.startswith("digest.service: expected mailchimp, buttondown, ")
    [found] = problems("digest.service=listmonk")
    assert found.startswith("digest.address: is required with digest.service = 'listmonk'")
    [found] = problems("digest.service=mailchimp", "digest.unsubscribe=https://letter.example/leave")
    assert found.startswith("digest.unsubscribe: expected *|UNSUB|*")
    assert problems("digest.greeting=Dear {nam},") == ("digest.greeting: expected text with {name}, got 'Dear {nam},'",)
    [found] = problems("digest.tags.nam=x")
    assert found == "digest.tags.nam: unknown key; did you mean digest.tags.name?"


def test_a_host_that_is_no_domain_name_needs_an_authority() -> None:
    assert problems("url=http://[::1]:8000/") == (
        "authority: expected a domain name or an e-mail address in lower case, as the host of url is none, got '::1'",
    )
    assert load("url=http://[::1]:8000/", "authority=letter.example").url == "http://[::1]:8000/"


def test_a_long_wrong_value_is_cut_short() -> None:
    [found] = problems(f"feeds.limit={'x' * 5000}")
    assert len(found) < 200


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://letter.example/news//", "https://letter.example/news/"),
        ("http://localhost:8000", "http://localhost:8000/"),
        ("https://bücher.example/ä/", "https://xn--bcher-kva.example/%C3%A4/"),
        ("HTTPS://Letter.Example/A%20b/", "https://letter.example/A%20b/"),
    ],
)
def test_the_address_is_spelled_in_ascii_with_a_closing_slash(given: str, url: str) -> None:
    assert load(f"url={given}").url == url


def test_a_setting_is_typed_by_its_key() -> None:
    made = load(
        *("feeds.limit=20", "timezone=Europe/Berlin", "reading.exclude=a/*, b.md", "authority=me@letter.example"),
        *('reading.extensions=[".md", ".MD,x"]', "title=1.10", "digest.address=A\nB", "description=A\n  B"),
    )
    assert made.feeds.limit == 20
    assert made.timezone == ZoneInfo("Europe/Berlin")
    assert made.reading.exclude == ("a/*", "b.md")
    assert made.reading.extensions == (".md", ".MD,x")
    assert made.authority == "me@letter.example"
    assert made.title == "1.10"
    assert made.digest.address == "A\nB"
    assert made.description == "A B"


@pytest.mark.parametrize(
    ("given", "people"),
    [
        ("Ada Byron", [Person(name="Ada Byron")]),
        ("Ada <ada@letter.example>, Bob", [Person(name="Ada", email="ada@letter.example"), Person(name="Bob")]),
        ("ada@letter.example", [Person(name="ada@letter.example", email="ada@letter.example")]),
        ("<ada@letter.example>", [Person(name="ada@letter.example", email="ada@letter.example")]),
        ('["Byron, Ada"]', [Person(name="Byron, Ada")]),
        ('[{name="Ada", url="https://a.example/"}]', [Person(name="Ada", url="https://a.example/")]),
        ("", []),
    ],
)
def test_people_are_names_names_with_addresses_or_tables(given: str, people: list[Person]) -> None:
    assert load(f"authors={given}").authors == tuple(people)


def test_pictures_are_resolved_against_the_address() -> None:
    made = load("url=https://letter.example/news", "logo=logo.png", "icon=https://cdn.example/icon.png")
    assert made.logo == "https://letter.example/news/logo.png"
    assert made.icon == "https://cdn.example/icon.png"


@pytest.mark.parametrize("pattern", ["", "blog/{year}/{month}/{slug}/", "https://blog.example/{path}", "{folder}/{slug}.html"])
def test_a_pattern_of_addresses_is_relative_or_absolute(pattern: str) -> None:
    assert load(f"permalink={pattern}").permalink == pattern


def test_the_file_is_found_in_the_folder_or_above_and_paths_in_it_start_from_its_folder(tmp_path: Path) -> None:
    write(
        tmp_path / "newsletter.toml",
        """
        title = "The Letter"
        url = "https://letter.example/"
        content = "articles"
        authors = "Ada <ada@letter.example>"
        [feeds]
        limit = 7
        """,
    )
    (tmp_path / "a" / "b").mkdir(parents=True)
    made = config.load(None, ("out=site",), tmp_path / "a" / "b")
    assert made.root == tmp_path
    assert made.content == tmp_path / "articles"
    assert made.out == tmp_path / "a" / "b" / "site"
    assert made.templates == tmp_path / "templates"
    assert made.authors == (Person(name="Ada", email="ada@letter.example"),)
    assert made.feeds.limit == 7


def test_settings_win_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "x.toml", 'title = "A"\nurl = "https://a.example"\n[feeds]\nlimit = 7\nmax_age = 9\n')
    made = config.load(path, ("feeds.limit=8", "title=B", "title=C"), tmp_path)
    assert (made.title, made.feeds.limit, made.feeds.max_age) == ("C", 8, 9)


def test_a_table_in_pyproject_does_as_well_but_newsletter_toml_goes_first(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[tool.newsletter]\ntitle = "In pyproject"\nurl = "https://a.example"\n')
    assert config.load(None, (), tmp_path).title == "In pyproject"
    assert config.load(Path("pyproject.toml"), (), tmp_path).title == "In pyproject"
    write(tmp_path / "newsletter.toml", '\ufefftitle = "Of its own"\nurl = "https://a.example"\n')
    assert config.load(None, (), tmp_path).title == "Of its own"


@pytest.mark.parametrize(
    "text", ["[tool.other]\n", "not TOML", "# tool.newsletter\ntool = 3\n", "[tool]\nnewsletter = 'tool.newsletter'"]
)
def test_a_pyproject_that_is_not_about_us_is_passed_over(tmp_path: Path, text: str) -> None:
    write(tmp_path / "newsletter.toml", 'title = "Above"\nurl = "https://a.example"\n')
    write(tmp_path / "below" / "pyproject.toml", text)
    assert config.load(None, (), tmp_path / "below").title == "Above"


def test_the_file_is_not_looked_for_when_told_so(tmp_path: Path) -> None:
    write(tmp_path / "newsletter.toml", "not TOML")
    assert config.load(None, NEEDED, tmp_path, search=False).title == "The Letter"


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("newsletter.toml", b"title", "is not TOML: Expected '='"),
        ("newsletter.toml", b"title = '\xff'", "is not TOML: 'utf-8' codec can't decode byte 0xff"),
        ("pyproject.toml", b"[project]\n", "has no table [tool.newsletter]"),
        ("pyproject.toml", b"[tool.newsletter]\n[", "is not TOML"),
    ],
)
def test_a_file_that_cannot_be_understood_is_a_problem(tmp_path: Path, name: str, text: bytes, problem: str) -> None:
    (tmp_path / name).write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        config.load(Path(name), (), tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / name}: {problem}")


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read: No such file or directory"):
        config.load(Path("none.toml"), NEEDED, tmp_path)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("title = 3", "title: expected text, got 3"),
        ("feeds.limit = true", "feeds.limit: expected a whole number, got True"),
        ("feeds.limit = 1.5", "feeds.limit: expected a whole number, got 1.5"),
        ("feeds = 3", "feeds: expected a table, got 3"),
        ("timezone = 2024-01-01", "timezone: expected text, got datetime.date(2024, 1, 1)"),
        ("content = 3", "content: expected the path of a folder, got 3"),
        ("reading.exclude = [3]", "reading.exclude: expected text, got 3"),
        ("authors = [{name = 3}]", "authors: expected text, got 3"),
    ],
)
def test_a_value_of_another_type_in_the_file_is_a_problem(tmp_path: Path, line: str, problem: str) -> None:
    key = line.partition(" ")[0]
    rest = [f"{name} = '{value}'" for name, _, value in (need.partition("=") for need in NEEDED) if name != key]
    write(tmp_path / "newsletter.toml", "\n".join([line, *rest]))
    with pytest.raises(ConfigError) as caught:
        config.load(None, (), tmp_path)
    assert caught.value.problems == (problem,)


def test_every_field_but_the_root_is_a_key_with_type_default_and_description() -> None:
    keys = {key.name: key for key in all_keys()}
    assert list(keys)[:4] == ["title", "url", "description", "language"]
    assert {"reading.max_bytes", "feeds.limit", "digest.every"} <= keys.keys()
    assert "root" not in keys
    assert [name for name, key in keys.items() if key.default is None] == ["title", "url"]
    assert keys["timezone"].default == '"UTC"'
    assert keys["content"].default == '"content"'
    assert keys["reading.extensions"].default == '[".md", ".markdown", ".mdown"]'
    assert keys["feeds.limit"].default == "50"
    assert all(key.description.endswith(".") and key.type for key in keys.values())


def test_every_default_is_accepted_when_it_is_given(tmp_path: Path) -> None:
    lines = [f"{key.name} = {key.default}" for key in all_keys() if key.default and ".NAME." not in key.name]
    write(tmp_path / "newsletter.toml", "\n".join([*lines, "title = 'The Letter'", "url = 'https://letter.example'"]))
    assert config.load(None, (), tmp_path) == load(cwd=tmp_path)


class Switched(Struct, frozen=True, kw_only=True):
    """A table with a switch; the publication has none yet."""

    on: Annotated[bool, "Whether it is on."] = False


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"on": True}, None),
        ({"on": tree.Argument("true")}, None),
        ({"on": 1}, "got 1"),
        ({"on": tree.Argument("yes")}, "got 'yes'"),
    ],
)
def test_a_switch_is_true_or_false(given: dict[str, object], problem: str | None) -> None:
    reader = tree.Reader(Switched, Path(), Path())
    read = reader.read(Switched, given)
    assert (read, reader.problems) == (({}, [f"on: expected true or false, {problem}"]) if problem else ({"on": True}, []))
    assert [key.default for key in tree.keys(Switched)] == ["false"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to the superuser")
def test_a_pyproject_that_is_closed_to_us_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[tool.newsletter]\n").chmod(0)
    assert config.load(None, NEEDED, tmp_path).root == tmp_path


@pytest.mark.parametrize(
    ("setting", "place"),
    [
        ("ledger=kept/letter.db", "/nowhere/kept/letter.db"),
        ("ledger=/var/lib/letter.db", "/var/lib/letter.db"),
        ("ledger=postgresql://db.example/letter", "postgresql://db.example/letter"),
        ("out=public", "/nowhere/.public.ledger"),
    ],
)
def test_the_ledger_is_where_it_is_said_to_be_else_beside_out(setting: str, place: str) -> None:
    assert load(setting).ledger == place
