"""Whatever happens to files, one kind of thing at a time, an id stays, or its author is asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import count

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter.errors import ContentError
from newsletter.ledger.changes import changes
from newsletter.ledger.records import Known
from newsletter.recognise import Candidate, Recognition, fingerprint, publications, recognise, settled, shown
from newsletter.recognise.wording import NAMED
from tests.factories import make_article, make_rendered

# Few values, so that articles look alike by chance far more often than in life
PATHS = [f"{folder}{name}.md" for folder in ("", "notes/") for name in ("1", "2", "weekly", "hello")]
TITLES = ["Weekly notes", "Hello", "Other"]
BODIES = ["", "See below.", "One text.", "Another text."]
EAST = timezone(timedelta(hours=1))
DATES = [
    datetime(2026, 3, 1, tzinfo=UTC),
    datetime(2026, 3, 2, tzinfo=UTC),
    datetime(2026, 3, 2, 9, tzinfo=UTC),
    datetime(2026, 3, 2, 9, tzinfo=EAST),
]
SLUGS = [None, None, "hello", "own"]
DOMAINS = ["letter.example", "moved.example"]
KINDS = ["", "", "", "rename", "rename", "rotate", "rotate", "retitle", "edit", "redate", "reslug", "unline", "misline"]
LINE = re.compile(r"`id: ([^`]*)`")


@dataclass
class File:
    """An article as its author sees it, and what only this test knows: the id that readers have."""

    path: str
    title: str
    body: str
    published: datetime
    slug: str | None
    line: str | None = None
    expected: str | None = None


def read(files: Sequence[File], domain: str) -> list[Candidate]:
    """Name the articles as the collector does."""
    slugs: set[str] = set()
    candidates = []
    for file in sorted(files, key=lambda one: (one.published, one.path)):
        wanted = file.slug or file.path.rpartition("/")[2].removesuffix(".md")
        slug = next(name for name in (wanted, *(f"{wanted}-{n}" for n in range(2, 99))) if name not in slugs)
        slugs.add(slug)
        candidates.append(
            Candidate(
                path=file.path,
                explicit=file.line,
                minted=f"tag:{domain},{file.published.date()}:{slug}",
                slug=slug,
                title=file.title,
                published=file.published,
                fingerprint=fingerprint(file.body),
            )
        )
    return candidates


def change(file: File, kind: str, data: st.DataObject, free: list[str]) -> None:
    """Let an author change one thing."""
    if kind == "rename" and free:
        file.path = data.draw(st.sampled_from(free))
    elif kind == "retitle":
        file.title = data.draw(st.sampled_from(TITLES))
    elif kind == "edit":
        file.body = data.draw(st.sampled_from(BODIES))
    elif kind == "redate":
        file.published = data.draw(st.sampled_from(DATES))
    elif kind == "reslug":
        file.slug = data.draw(st.sampled_from(SLUGS))
    elif kind == "unline":
        file.line = None
    elif kind == "misline":
        file.line = "tag:wrong.example,2026:other"


def record(known: tuple[Known, ...], candidates: list[Candidate], recognition: Recognition) -> tuple[Known, ...]:
    """Do to a tuple what the ledger does to its table."""
    articles = [
        make_article(
            path=one.path,
            id=one.minted,
            slug=one.slug,
            title=one.title,
            published=one.published,
            updated=one.published,
            fingerprint=one.fingerprint,
        )
        for one in candidates
    ]
    found = {one.path: one for one in recognition.articles}
    rendered = [replace(make_rendered(), article=settled(one, found[one.path])) for one in articles if one.path in found]
    by_path = {item.article.path: shown(item) for item in rendered}
    new = publications(recognition, articles, by_path.keys(), by_path)
    rows = changes(known, new, [one.id for one in recognition.vanished])
    after = {one.id: one for one in (*known, *rows.new, *rows.changed)}
    return tuple(sorted(after.values(), key=lambda one: one.sequence))


def is_anothers_twin(file: File, candidate: Candidate, known: Sequence[Known]) -> bool:
    """Tell whether nobody could know that a file is not the one that was there before."""
    same = (candidate.path, candidate.title, candidate.slug, candidate.published, candidate.fingerprint)
    return any(one.id != file.expected and same == (one.path, one.title, one.slug, one.dated, one.fingerprint) for one in known)


def new_file(data: st.DataObject, path: str) -> File:
    """Write an article."""
    return File(
        path=path,
        title=data.draw(st.sampled_from(TITLES)),
        body=data.draw(st.sampled_from(BODIES)),
        published=data.draw(st.sampled_from(DATES)),
        slug=data.draw(st.sampled_from(SLUGS)),
    )


def work(files: list[File], data: st.DataObject) -> list[File]:
    """Let authors delete some articles, change one thing of others, and write new ones."""
    files = [file for file in files if data.draw(st.integers(0, 7))]
    paths = [*PATHS, *(file.path for file in files)]
    rotating = []
    for file in files:
        kind = data.draw(st.sampled_from(KINDS))
        rotating += [file] if kind == "rotate" else []
        change(file, kind, data, [path for path in paths if path not in {one.path for one in files}])
    before = [file.path for file in rotating]
    for file, path in zip(rotating, [*before[1:], *before[:1]], strict=True):
        file.path = path
    for _ in range(data.draw(st.integers(0, 3))):
        if free := [path for path in PATHS if path not in {one.path for one in files}]:
            files.append(new_file(data, data.draw(st.sampled_from(free))))
    return files


def mend(file: File, problem: ContentError, number: int) -> None:
    """Do what a problem asks for."""
    lines = LINE.findall(problem.message)
    if file.expected:
        assert file.expected in lines or file.line or len(lines) > NAMED
        file.line = file.expected
    else:
        file.line = lines[-1]
        if "another file name" in problem.message:
            file.path = f"renamed-{number}-{file.path}"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_sequence_of_single_changes_leaves_every_id_or_is_reported(data: st.DataObject) -> None:
    files: list[File] = []
    known: tuple[Known, ...] = ()
    published: dict[str, datetime] = {}
    for _ in range(data.draw(st.integers(2, 5))):
        files = work(files, data)
        domain = data.draw(st.sampled_from(DOMAINS))
        by_path = {file.path: file for file in files}
        assume(not any(is_anothers_twin(by_path[one.path], one, known) for one in read(files, domain)))
        # An answer may raise another question, but each is asked once
        for _ in range(2 * len(files) + 1):
            recognition = recognise(read(files, domain), known)
            by_path = {file.path: file for file in files}
            reported = verify(recognition, by_path, known)
            for path, problem in reported.items():
                mend(by_path[path], problem, len(known))
        assert not reported
        known = record(known, read(files, domain), recognition)
        for row in known:
            assert published.setdefault(row.id, row.published) == row.published
        assert [row.sequence for row in known] == list(range(1, len(known) + 1))
        for one in recognition.articles:
            by_path[one.path].expected = one.id


def verify(recognition: Recognition, files: dict[str, File], known: Sequence[Known]) -> dict[str, ContentError]:
    """Check every promise about ids, and return what is reported, by path."""
    reported = {problem.path: problem for problem in recognition.problems}
    found = {one.path: one.id for one in recognition.articles}
    assert found.keys() | reported.keys() == files.keys()
    assert found.keys().isdisjoint(reported)
    assert len(set(found.values())) == len(found)
    of_readers = {file.expected for file in files.values()}
    for path, identity in found.items():
        if files[path].expected is not None:
            assert identity == files[path].expected, path
        else:
            assert identity not in of_readers, path
    missing = {one.id for one in recognition.vanished}
    assert missing.isdisjoint(found.values())
    assert missing.isdisjoint(of_readers)
    assert missing <= {one.id for one in known}
    return reported


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_articles_with_titles_and_texts_of_their_own_are_recognised_without_a_question(data: st.DataObject) -> None:
    files: list[File] = []
    known: tuple[Known, ...] = ()
    words = (f"Word {number}" for number in count())
    for _ in range(data.draw(st.integers(2, 5))):
        before = files
        own = [(file.title, file.body) for file in before]
        files = work(before, data)
        for file in files:
            title, body = next((own[at] for at, one in enumerate(before) if one is file), (None, None))
            file.title = file.title if file.title == title else next(words)
            file.body = file.body if file.body == body else next(words)
            file.line = None
        recognition = recognise(read(files, data.draw(st.sampled_from(DOMAINS))), known)
        by_path = {file.path: file for file in files}
        assert not any(by_path[path].expected for path in verify(recognition, by_path, known))
        known = record(known, read(files, DOMAINS[0]), recognition)
        for one in recognition.articles:
            next(file for file in files if file.path == one.path).expected = one.id
