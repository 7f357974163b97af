from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from newsletter import frontmatter
from newsletter.authoring.adoption import complete

ZONE = ZoneInfo("Europe/Berlin")


def mint(day: str) -> str:
    return f"tag:letter.example,{day}:x"


def adopt(text: str, path: str = "x.md", date: str | None = "2025-01-08", title: str | None = None) -> str:
    result = complete(text, path=path, zone=ZONE, date=date, title=title, mint=mint)
    assert isinstance(result, str), result
    return result


def refused(text: str, path: str = "x.md", date: str | None = "2025-01-08") -> list[str]:
    result = complete(text, path=path, zone=ZONE, date=date, title=None, mint=mint)
    assert isinstance(result, tuple)
    return [str(problem) for problem in result]


def test_a_text_without_front_matter_gets_title_date_and_id_and_stays_as_it_is() -> None:
    body = "\n# A “heading”\n\nText.  \n"
    assert adopt(body) == f'---\ntitle: "A “heading”"\ndate: 2025-01-08\nid: tag:letter.example,2025-01-08:x\n---\n\n{body}'


def test_the_title_given_goes_before_the_one_found() -> None:
    assert 'title: "Given: \\"one\\""\n' in adopt("# Found\n", title='Given: "one"')


def test_the_date_in_the_name_is_taken_where_none_is_given() -> None:
    assert "\ndate: 2024-12-16\n" in adopt("Text.\n", "a/2024-12-16-x.md", None)
    assert "\ndate: 2025-01-08\n" in adopt("Text.\n", "a/2024-12-16-x.md")


def test_without_any_date_the_text_is_refused() -> None:
    assert refused("Text.\n", date=None) == [
        "x.md:1: date: expected --date, or a date in the file's name such as 2024-12-16-title.md"
    ]


def test_the_line_ends_and_the_byte_order_mark_of_the_text_are_kept() -> None:
    result = adopt("\ufeff# Heading\r\n\r\nText.\r\n")
    assert result.startswith('\ufeff---\r\ntitle: "Heading"\r\n')
    assert result.endswith("---\r\n\r\n# Heading\r\n\r\nText.\r\n")
    assert "\n" not in result.replace("\r\n", "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\ntitle: A\ntags: [b]\n---\nText.\n", "---\ndate: 2025-01-08\ntitle: A\ntags: [b]\n---\nText.\n"),
        ("\n--- \r\ntitle: A\r\n---\r\nText.\r\n", "\n--- \r\ndate: 2025-01-08\r\ntitle: A\r\n---\r\nText.\r\n"),
        ("+++\ntitle = 'A'\n[extra]\nb = 1\n+++\n", "+++\ndate = 2025-01-08\ntitle = 'A'\n[extra]\nb = 1\n+++\n"),
        ('{"title": "A"}\nText.\n', '{\n  "date": "2025-01-08","title": "A"}\nText.\n'),
        ('{\n  "title": "A"\n}\nText.\n', '{\n  "date": "2025-01-08",\n  "title": "A"\n}\nText.\n'),
        ("<!--\n.. title: A\n-->\nText.\n", "<!--\n.. date: 2025-01-08\n.. title: A\n-->\nText.\n"),
        ("<!-- .. title: A\n-->\nText.\n", "<!-- \n.. date: 2025-01-08\n.. title: A\n-->\nText.\n"),
        (".. title: A\n\nText.\n", ".. date: 2025-01-08\n.. title: A\n\nText.\n"),
        ("title: A\n---\nText.\n", "date: 2025-01-08\ntitle: A\n---\nText.\n"),
        ("Title: A\nTags: b\n\nText.\n", "Date: 2025-01-08\nTitle: A\nTags: b\n\nText.\n"),
        ("---\ntags: [b]\n---\nA line\n", '---\ntitle: "A line"\ndate: 2025-01-08\ntags: [b]\n---\nA line\n'),
        ("---\ndate: 2024-12-16\n---\nA line\n", '---\ntitle: "A line"\ndate: 2024-12-16\n---\nA line\n'),
        ("---\ntags: [b]\n---\n# Heading\n", "---\ndate: 2025-01-08\ntags: [b]\n---\n# Heading\n"),
    ],
)
def test_front_matter_gets_only_what_it_lacks_in_its_own_dialect(before: str, after: str) -> None:
    assert adopt(before) == after
    assert adopt(after) == after


def test_an_instant_is_added_in_toml_as_well() -> None:
    assert adopt("+++\ntitle = 'A'\n+++\n", date="2025-01-08T10:00:00+01:00").startswith(
        "+++\ndate = 2025-01-08T10:00:00+01:00\n"
    )


def test_front_matter_that_lacks_nothing_stays_as_it_is() -> None:
    text = "---\ntitle: A\ndate: 2024-12-16\n---\nText.\n"
    assert adopt(text, title="B") == text
    assert adopt("---\ntitle: A\n---\n", "2024-12-16-x.md", None) == "---\ntitle: A\n---\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("---\ntitle: A\ndate: tomorow\n---\n", "x.md:3: date: expected an ISO 8601 date, got 'tomorow'"),
        ("---\ntitle: A\n", "x.md:1: the front matter opened by --- is never closed by a line ---"),
        ("---\n{title: A}\n---\nText.\n", "x.md:"),
        ("---\ntitle: A\ndate:\n---\n", "x.md:"),
        ("---\ntitle:\ndate: 2024-12-16\n---\nText.\n", "x.md:"),
        (
            "---\rtitle: A\r---\r# H\r",  # line ends of the last century's Macintosh
            "x.md:1: cannot be added without changing the rest; write date into it by hand",
        ),
    ],
)
def test_what_cannot_be_added_to_is_refused_with_the_reason(text: str, problem: str) -> None:
    [found] = refused(text)
    assert found.startswith(problem)


@given(body=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("\n#-: "), min_size=1))
@example(body="\ufffe")
@example(body="a\ufffe")
def test_any_text_without_front_matter_is_kept_and_can_be_published(body: str) -> None:
    assume(not frontmatter.parse(body, path="x.md", zone=ZONE).dialect)
    result = adopt(body)
    assert result.removeprefix("\ufeff").endswith(body.removeprefix("\ufeff"))
    parsed = frontmatter.parse(result, path="x.md", zone=ZONE)
    assert parsed.problems == ()
    assert parsed.published is not None
    assert parsed.title
    assert parsed.id == "tag:letter.example,2025-01-08:x"
