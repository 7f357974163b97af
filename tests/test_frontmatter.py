from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter import frontmatter
from newsletter.frontmatter import Parsed
from newsletter.model import Enclosure, Person

INVALID = Path(__file__).parent / "invalid"
BERLIN = ZoneInfo("Europe/Berlin")


def parse(text: str, path: str = "a.md") -> Parsed:
    return frontmatter.parse(text, path=path, zone=BERLIN)


def front(*lines: str, body: str = "Text.\n") -> Parsed:
    """Parse YAML front matter that is sound but for these lines."""
    return parse("\n".join(("---", "title: T", "date: 2026-03-02", *lines, "---", body)))


@pytest.mark.parametrize("path", sorted(INVALID.glob("*.md")), ids=lambda path: path.stem)
def test_every_problem_names_file_line_field_value_and_expectation(path: Path) -> None:
    """A rule is a file pair: the article, and what is said of it."""
    problems = parse(path.read_text(encoding="utf-8"), path.name).problems
    assert "".join(f"{problem}\n" for problem in problems) == path.with_suffix(".txt").read_text(encoding="utf-8")
    assert problems


DIALECTS = {
    "yaml": '---\ntitle: "Spaced"   # trailing\ndate: 2026-03-02\ntags: [a, b]\n---\nText.\n',
    "yaml-spaces-and-comments": '---   \n# comment\ntitle: "Spaced"\ndate: 2026-03-02\ntags:\n- a\n- b\n---   \nText.\n',
    "yaml-long-fences": "-----\ntitle: Spaced\ndate: 2026-03-02\ntags: a b\n-----\nText.\n",
    "yaml-dots": "---\ntitle: Spaced\ndate: 2026-03-02\ntags: a,b\n...\nText.\n",
    "yaml-blank-lines-around": "\n \n---\n\ntitle: Spaced\ndate: 2026-03-02\ntags: a b\n\n---\nText.\n",
    "yaml-crlf": "---\r\ntitle: Spaced\r\ndate: 2026-03-02\r\ntags: a b\r\n---\r\nText.\r\n",
    "yaml-bom": "\ufeff---\ntitle: Spaced\ndate: 2026-03-02\ntags: a b\n---\nText.\n",
    "yaml-alias": "---\ntitle: &t Spaced\ndate: 2026-03-02\ntags: [a, b]\nx: {*t : *t}\ny: [*t]\n---\nText.\n",
    "toml": '+++\ntitle = "Spaced"\ndate = 2026-03-02\ntags = ["a", "b"]\n+++\nText.\n',
    "toml-zola": '+++\ntitle = "Spaced"\npath = "2026/03/02/spaced"\n[taxonomies]\ntags = ["a", "b"]\n+++\nText.\n',
    "toml-hugo-params": '+++\ntitle = "Spaced"\n[params]\ndate = "2026-03-02"\ntags = ["a", "b"]\n+++\nText.\n',
    "json": '{\n "title": "Spaced", "date": "2026-03-02",\n "tags": ["a", "b", null]\n}\nText.\n',
    "pelican": "Title: Spaced\nDate: 2026-03-02\nTags: a,\n    b\n\nText.\n",
    "yaml-dots-within": "---\ntitle: Spaced\n...: more\ndate: 2026-03-02\ntags: a b\n---\nText.\n",
    "pelican-semicolons": "Title: Spaced\nDate: 2026-03-02\nTags: a; b\n\nText.\n",
    "nikola": "<!--\n.. title: Spaced\n.. date: 2026-03-02\n.. tags: a, b\n.. link:\n-->\nText.\n",
    "nikola-bare": ".. title: Spaced\n.. date: 2026-03-02\n.. tags: a, b\nText.\n",
    "hexo": "title: Spaced\ndate: 2026-03-02\ntags:\n- a\n- b\n# comment\n---\nText.\n",
}


@pytest.mark.parametrize("text", DIALECTS.values(), ids=DIALECTS)
def test_every_dialect_is_read(text: str) -> None:
    parsed = parse(text)
    assert parsed.problems == ()
    assert parsed.dialect
    assert parsed.title == "Spaced"
    assert parsed.published is not None
    assert parsed.published.isoformat() == "2026-03-02T00:00:00+01:00"
    assert parsed.tags == ("a", "b")
    assert parsed.body.strip("\n") == "Text."
    assert text.replace("\r\n", "\n").split("\n")[parsed.body_line - 1 :] == parsed.body.split("\n")


NO_FRONT_MATTER = {
    "rule-and-prose": "---\n\nA thematic break opens this.\n\n---\n\nMore.\n",
    "rule-and-paragraph": "---\nOnly a rule.\n",
    "rule-and-unknown-key": "---\n\nNote: this is prose.\n\n---\n",
    "rule-alone": "---",
    "empty": "",
    "blank": "\n\n \n",
    "setext-heading": "Note: a heading\n---\n\nText.\n",
    "known-word-and-rule": "Link: see below\n---\nText.\n",
    "known-words-and-prose": "Title: of a film\nis what I forgot.\n\nText.\n",
    "one-known-word": "Summary: nothing happened.\n\nText.\n",
    "unfinished-hexo": "title: a film\nis\n\n---\n",
    "template": "{{ page.title }}\n\nText.\n",
    "brace": '{ not "json"\n',
    "plus": "++++ four\n",
    "comment": "<!-- a comment -->\nText.\n",
    "directive": ".. note:: not Nikola\n",
    "unknown-directive": ".. colour: red\n",
    "long-prose": "title: x\n" + "a" * 300_000,
}


@pytest.mark.parametrize("text", NO_FRONT_MATTER.values(), ids=NO_FRONT_MATTER)
def test_a_body_that_only_resembles_front_matter_stays_whole(text: str) -> None:
    parsed = parse(text)
    assert parsed.dialect == ""
    # a heading that gives the title leaves blank lines behind
    assert [line for line in parsed.body.split("\n") if line] == [
        line
        for line in text.split("\n")
        if line and not (parsed.title_in_body and line in ("Note: a heading", "---", "Link: see below"))
    ]


def test_an_empty_block_is_front_matter() -> None:
    assert (parse("---\n---\n# T\n").dialect, parse("---\n# only a comment\n---\n# T\n").dialect) == ("YAML", "YAML")


def test_front_matter_without_body_or_final_newline_is_read() -> None:
    assert (parse("---\ntitle: T\n---").title, parse("---\ntitle: T\n---").body) == ("T", "")


def test_bare_lines_alone_are_front_matter() -> None:
    parsed = parse("Title: T\nDate: 2026-03-02")
    assert (parsed.dialect, parsed.title, parsed.body) == ("Pelican", "T", "")


def test_json_that_python_s_own_parser_finds_too_deep_is_refused() -> None:
    assert [problem.message for problem in parse('{"a": ' + "[" * 100_000).problems] == [
        "the front matter is nested more than 40 deep"
    ]


def test_code_at_the_start_of_the_body_keeps_its_indentation() -> None:
    assert front(body="    code\n\n").body == "    code\n\n"


def test_front_matter_that_is_too_long_is_refused_whole() -> None:
    problems = parse("---\ntitle: T\nx: " + "a" * 300_000 + "\n---\nText.\n").problems
    assert [str(problem) for problem in problems] == ["a.md:1: the front matter is longer than 262144 characters"]


def test_a_billion_laughs_are_refused() -> None:
    """Aliases of aliases repeat what they stand for without end."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in zip("abcdefgh", "bcdefghi", strict=True)]
    assert ["counting what aliases repeat" in problem.message for problem in front(*lines).problems] == [True]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_no_depth_of_nesting_ends_the_process(opening: str) -> None:
    """The composer of libyaml recurses, and did end it at 50,000."""
    assert front(f"x:\n  {opening * 60_000}").problems


def test_the_first_of_two_keys_holds_and_the_rest_is_still_read() -> None:
    parsed = parse("---\ntitle: First\ntitle: Second\ndate: 2026-03-02\n---\n")
    assert (parsed.title, parsed.published is None, len(parsed.problems)) == ("First", False, 1)


def test_what_can_be_guessed_of_a_malformed_block_names_the_article() -> None:
    parsed = parse("---\ntitle: 'Lost: and found'\ndate: 2026-03-02\ntags: &t [a, *t]\n---\n")
    assert (parsed.title, parsed.published is None, parsed.tags) == ("Lost: and found", False, ())
    parsed = parse('{\n "title": "J",\n "date": "2026-03-02"\n "x": 1}\n')
    assert (parsed.title, parsed.published is None) == (None, True)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("42", "42"),
        ("1.10", "1.10"),
        ("2026-01-01", "2026-01-01"),
        ("12:30", "12:30"),
        ("0x1F", "0x1F"),
        ("'a ~'", "a ~"),
        ('"null"', "null"),
        ("!!str 7", "7"),
        ('"a\\u2028\\n  b\\tc "', "a b c"),
        ('"a\\u00a0\\u00a0b"', "a\u00a0\u00a0b"),
        ('"\\x07bell"', "bell"),
        ("'AT&amp;T <b>'", "AT&amp;T <b>"),
        ('"é 🎉 \u202eגה"', "é 🎉 \u202eגה"),
    ],
)
def test_a_title_is_what_the_author_wrote_on_one_line(written: str, read: str) -> None:
    assert parse(f"---\ntitle: {written}\ndate: 2026-03-02\n---\n").title == read


def test_a_listing_shows_a_title_with_the_spaces_around_it() -> None:
    parsed = parse("---\ntitle: ' T '\ndate: 2026-03-02\n---\n")
    assert (parsed.title, parsed.title_written) == ("T", " T ")


def test_toml_scalars_stay_as_written_where_the_parser_knows() -> None:
    parsed = parse('+++\ntitle = 1.10\ndate = 2026-03-02T10:00:00+09:00\nx = true\ny = 7\nz = 07:30:00\n"q.r" = [{s = 1}]\n+++\n')
    assert parsed.title == "1.10"
    assert parsed.published is not None
    assert parsed.published.isoformat() == "2026-03-02T10:00:00+09:00"
    assert dict(parsed.extra) == {"x": "true", "y": "7", "z": "07:30:00", "q.r": "1"}


def test_json_scalars_stay_as_written() -> None:
    parsed = parse(
        '{"title": "T", "date": "2026-03-02", "v": 1.10, "n": 10000000000000000000000, "b": false, "o": {"p": [1, {"q": "r"}]}}\n'
    )
    assert parsed.extra == (("v", "1.10"), ("n", "10000000000000000000000"), ("b", "false"), ("o.p", "1, r"))


def test_characters_that_feeds_cannot_carry_are_removed_with_a_remark() -> None:
    parsed = parse("---\ntitle: a\0b\ndate: 2026-03-02\n---\nx\x01\x0b\ufffe\uffff\ud800\x7f\x85y\n")
    assert (parsed.title, parsed.body) == ("ab", "x\x7f\x85y\n")
    assert [str(remark) for remark in parsed.remarks] == [
        "a.md: 6 characters were removed that feeds cannot carry, such as control characters"
    ]
    assert parse("---\ntitle: a\ndate: 2026-03-02\n---\nü\uffff\n").body == "ü\n"
    escaped = front('summary: "a\\0b"')
    assert (escaped.summary, len(escaped.remarks)) == ("ab", 1)


TITLES = [
    ("# Hello\n\nText.\n", "Hello", True, "\n\nText.\n"),
    ("\n<!-- a\ncomment -->\n\n## Hello ##\nText.\n", "Hello", True, "\n<!-- a\ncomment -->\n\n\nText.\n"),
    ("Hello\n=====\n\nText.\n", "Hello", True, "\n\n\nText.\n"),
    ("Hello *you*\n---\n\nText.\n", "Hello you", True, "\n\n\nText.\n"),
    ("```\n# comment\n```\n\n# Hello\n", "Hello", True, "```\n# comment\n```\n\n\n"),
    ("Text.\n\n## A section\n", "A section", False, "Text.\n\n## A section\n"),
]


@pytest.mark.parametrize(("text", "title", "in_body", "body"), TITLES)
def test_the_first_heading_is_the_title_where_none_is_given(text: str, title: str, *, in_body: bool, body: str) -> None:
    parsed = parse(text, "2026-03-02-a.md")
    assert (parsed.title, parsed.title_in_body, parsed.body, parsed.problems) == (title, in_body, body, ())


def test_a_heading_that_repeats_the_title_is_no_part_of_the_body() -> None:
    parsed = parse("---\ntitle: Using `x` & Co.\ndate: 2026-03-02\n---\n\n# using x &amp; Co.\n\nText.\n")
    assert (parsed.title, parsed.title_in_body, parsed.body) == ("Using `x` & Co.", True, "\n\n\nText.\n")
    other = front(body="# Something else\n\n# T\n")
    assert (other.title_in_body, other.body) == (False, "# Something else\n\n# T\n")


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        (["description: D", "summary: S"], "summary", "D"),
        (["excerpt: >", "  two", "  lines"], "summary", "two lines"),
        (["lang: pt_BR"], "language", "pt-BR"),
        (["language: Klingon", "x: y"], "language", None),
        (["id: tag:a.example,2026:1"], "id", "tag:a.example,2026:1"),
        (["id: 42", "guid: https://a.example/?p=42"], "id", "https://a.example/?p=42"),
        (["id: [a]"], "id", None),
        (["slug: 007"], "slug", "007"),
        (["slug: ''"], "slug", None),
        (["slug: My-Slug"], "slug", "My-Slug"),
        (["slug: Ünï 日本"], "slug", "ünï-日本"),
        (["permalink: /a b/ü?x=1&y=2#z"], "permalink", "/a%20b/%C3%BC?x=1&y=2#z"),
        (["permalink: https://Bücher.example"], "permalink", "https://xn--bcher-kva.example/"),
        (["permalink: pretty", "url: /a/"], "permalink", "/a/"),
        (["permalink: /:year/:title/"], "permalink", None),
        (["path: 2026/03/26/slug"], "permalink", "2026/03/26/slug"),
        (["redirect: /blog/x"], "redirect", "/blog/x"),
        (["image: /a.png", "image_alt: A"], "cover", "/a.png"),
        (["image: /a.png", "image_alt: A"], "cover_alt", "A"),
        (["cover: {image: b.png, alt: B}"], "cover_alt", "B"),
        (["hero: false", "thumbnail: [c.png, d.png]"], "cover", "c.png"),
        (["image: file:///etc/passwd", "cover: d.png"], "cover", "d.png"),
        (["image: {alt: nothing}"], "cover", None),
        (["image: []", "heroImage: https://a.example/h.png"], "cover", "https://a.example/h.png"),
        (
            ["version: 1.10", "series: {name: S, part: 2}", "empty:"],
            "extra",
            (("version", "1.10"), ("series.name", "S"), ("series.part", "2")),
        ),
        (["extra: {author: Ada, mood: good}"], "extra", (("extra.mood", "good"),)),
        (["author: Ann", "extra: {author: Ada}"], "authors", (Person(name="Ann"),)),
        (["draft: false", "published: yes", "status: published"], "held", ""),
        (["Draft: True"], "held", "Draft: True"),
        (["published: no"], "held", "published: no"),
        (["publish: false", "unlisted: 1"], "held", "unlisted: 1, publish: false"),
        (["status: Private"], "held", "status: Private"),
    ],
)
def test_a_field_is_read_from_its_spellings(lines: list[str], field: str, value: Any) -> None:  # noqa: ANN401 - any field's value
    parsed = front(*lines)
    assert parsed.problems == ()
    assert getattr(parsed, field) == value


@pytest.mark.parametrize(
    ("written", "people"),
    [
        ("author: Ada Byron", [Person(name="Ada Byron")]),
        ("author: Ada and Bob", [Person(name="Ada and Bob")]),
        ("author: Byron, Ada", [Person(name="Byron, Ada")]),
        ("authors: Ada, Bob", [Person(name="Ada"), Person(name="Bob")]),
        ("authors: Byron, Ada; Ross, Bob", [Person(name="Byron, Ada"), Person(name="Ross, Bob")]),
        ("by: [Ada, ada, '', ~, Bob]", [Person(name="Ada"), Person(name="Bob")]),
        ("author: Ada <ada@a.example>", [Person(name="Ada", email="ada@a.example")]),
        ("author: <ada@a.example>", [Person(name="ada@a.example", email="ada@a.example")]),
        ("author: ada@a.example", [Person(name="ada@a.example", email="ada@a.example")]),
        ("author: Ada <no address>", [Person(name="Ada <no address>")]),
        ("author: Ada (https://a.example/ü)", [Person(name="Ada", url="https://a.example/%C3%BC")]),
        ("author: '[Ada](https://a.example)'", [Person(name="Ada", url="https://a.example/")]),
        ("author: '[Ada](https://a..example:x)'", [Person(name="Ada")]),
        ("author: '[Ada](https://a.example), Guild'", [Person(name="Ada, Guild")]),
        (
            "author: {name: Ada, email: a@a.example, url: 'https://a.example'}",
            [Person(name="Ada", email="a@a.example", url="https://a.example/")],
        ),
        ("author: {name: Ada, email: nowhere, url: /ada, age: [1]}", [Person(name="Ada")]),
        ("author: {mail: a@a.example}", [Person(name="a@a.example", email="a@a.example")]),
        ("authors: {ada: {name: Ada}, bob: {name: Bob}}", [Person(name="Ada"), Person(name="Bob")]),
        ("authors: [{name: Ada}, Bob]", [Person(name="Ada"), Person(name="Bob")]),
    ],
)
def test_authors_are_read_and_names_are_not_split_without_need(written: str, people: list[Person]) -> None:
    parsed = front(written)
    assert parsed.problems == ()
    assert list(parsed.authors) == people


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Title: T\nAuthors: Ada, Bob\n\n", ["Ada", "Bob"]),
        ("Title: T\nAuthor: Byron, Ada; Bob\n\n", ["Byron, Ada", "Bob"]),
        ("Title: T\nAuthors: Ada\n    Bob\n\n", ["Ada", "Bob"]),
        ("<!--\n.. title: T\n.. author: Ada, Countess\n-->\n", ["Ada, Countess"]),
    ],
)
def test_dialects_without_lists_have_separators(text: str, names: list[str]) -> None:
    assert [person.name for person in parse(text).authors] == names


@pytest.mark.parametrize(
    ("lines", "tags"),
    [
        (
            ["tags: [on, 1_000, 0x1F, 12:30:45, null, ~, '', 2026-01-01]"],
            ("on", "1_000", "0x1F", "12:30:45", "null", "2026-01-01"),
        ),
        (["tags: one two"], ("one", "two")),
        (["tags: one two, three"], ("one two", "three")),
        (["tags: a, b; c, d"], ("a, b", "c, d")),
        (["tags: [News, news, NEWS, 'a,b']"], ("News", "a,b")),
        (["tags: |", "  one", "  two"], ("one", "two")),
        (["category: Foo Bar"], ("Foo Bar",)),
        (["categories: [[Diary, Games], [Life]]"], ("Diary", "Games", "Life")),
        (["tags: [a]", "category: B", "keywords: c"], ("a", "B")),
        (["keywords: c d"], ("c", "d")),
        (["tags: []", "keywords: c"], ("c",)),
        (['tags: ["a\\x08b", " spaced  out "]'], ("ab", "spaced out")),
    ],
)
def test_tags_are_what_the_author_meant_each_once(lines: list[str], tags: tuple[str, ...]) -> None:
    assert front(*lines).tags == tags


def test_nikola_marks_drafts_by_tags() -> None:
    assert parse("<!--\n.. title: T\n.. date: 2026-03-02\n.. tags: a, draft\n-->\n").held
    assert not front("tags: [a, draft]").held


MP3 = Enclosure(url="https://a.example/a.mp3", type="audio/mpeg", length=0)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("enclosure: https://a.example/a.mp3", [MP3]),
        ("audio: /talks/a%20b.ogg?x=y.mp3", [Enclosure(url="/talks/a%20b.ogg?x=y.mp3", type="audio/ogg", length=0)]),
        ("audio: false", []),
        ("enclosure: {url: https://a.example/a.mp3, length: '1,234'}", [Enclosure(url=MP3.url, type="audio/mpeg", length=1234)]),
        ("enclosure: {src: /x, type: Video/MP4, size: 9}", [Enclosure(url="/x", type="video/mp4", length=9)]),
        (
            "enclosures: [https://a.example/a.mp3, https://a.example/a.mp3, {href: /b}]",
            [MP3, Enclosure(url="/b", type="application/octet-stream", length=0)],
        ),
        ('enclosure: "https://a.example/a.mp3\\n77\\naudio/mpeg"', [Enclosure(url=MP3.url, type="audio/mpeg", length=77)]),
    ],
)
def test_enclosures_have_address_type_and_length(written: str, found: list[Enclosure]) -> None:
    parsed = front(written)
    assert parsed.problems == ()
    assert list(parsed.enclosures) == found


def test_an_id_that_is_no_uri_is_passed_over_with_a_remark() -> None:
    assert [str(remark) for remark in front("id: 42").remarks] == [
        "a.md:4: id: '42' is no URI, so it is not used as permanent id"
    ]


def test_a_slug_that_is_changed_is_told() -> None:
    parsed = front("slug: My Slug")
    assert [str(remark) for remark in parsed.remarks] == ["a.md:4: slug: 'My Slug' is used as 'my-slug'"]


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    """Whatever is read, nothing raises, and nothing that XML cannot carry is left."""
    for whole in (
        text,
        f"---\n{text}\n---\n",
        f"+++\n{text}\n+++\n",
        f"title: {text}\n\n",
        f"---\ntitle: T\n{text}: {text}\n---\n",
    ):
        parsed = parse(whole)
        assert parsed.title or parsed.problems
        assert not set(parsed.body) & {"\0", "\r", "\ufffe", "\uffff"}


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1).filter(lambda text: text.strip()))
def test_any_title_comes_back_from_every_quoted_spelling(title: str) -> None:
    expected = " ".join(title.replace("\ufffe", "").replace("\uffff", "").split(" ")).strip(" ")
    while "  " in expected:
        expected = expected.replace("  ", " ")
    quoted = title.replace("'", "''")
    escaped = title.replace("\\", "\\\\").replace('"', '\\"')
    for text in (f"---\ntitle: '{quoted}'\n---\n", f'+++\ntitle = "{escaped}"\n+++\n', f'{{"title": "{escaped}"}}\n'):
        assert (parse(text).title or "") == expected
