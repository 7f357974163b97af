import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter.emitters.digest import emit
from newsletter.mail import manifest
from newsletter.model import ArchivePage, Form, Kept, Output, Remark
from newsletter.processes.batches import emitted
from newsletter.templating import Templates
from tests.factories import make_config, make_edition, make_rendered

FOLDER = "issues/2026-W10/"
SOURCE = "0" * 64
FILES = (
    Output(
        path="email.html",
        type="text/html",
        body=b"<p>\xc3\xa9</p>",
        remarks=(Remark(path="a.md", line=3, field="x", message="y"),),
    ),
    Output(path="email.txt", type="text/plain", body=b"text", remarks=(Remark(path="b.md", line=None, field=None, message="z"),)),
)
CONTENT = {"subject": "Caf\u00e9", "files": manifest.entries(FILES)}


def written(source: str = SOURCE, **changes: bytes) -> dict[str, bytes]:
    """Return the files of a digest by name, some of them changed."""
    files = {file.path: file.body for file in FILES} | {manifest.NAME: manifest.sealed(CONTENT, source)}
    return files | {name.replace("_", "."): body for name, body in changes.items()}


def test_what_nobody_changed_is_what_was_emitted_remarks_and_all() -> None:
    *files, last = manifest.unchanged(FOLDER, written(), SOURCE)
    assert tuple(files) == tuple(replace(file, path=FOLDER + file.path) for file in FILES)
    assert last == Output(path=f"{FOLDER}issue.json", type="application/json", body=written()["issue.json"])


def test_what_was_made_from_something_else_is_not_kept() -> None:
    assert manifest.unchanged(FOLDER, written(), "1" * 64) == ()


@given(st.sampled_from(["email.html", "email.txt", "issue.json"]), st.data())
def test_one_byte_changed_added_or_taken_away_anywhere_is_noticed(name: str, data: st.DataObject) -> None:
    files = written()
    at = data.draw(st.integers(0, len(files[name]) - 1))
    put = data.draw(st.binary(max_size=2).filter(lambda put: put != files[name][at : at + 1]))
    files[name] = files[name][:at] + put + files[name][at + 1 :]
    assert manifest.unchanged(FOLDER, files, SOURCE) == ()


@pytest.mark.parametrize("name", ["email.html", "email.txt", "issue.json"])
def test_a_missing_file_is_noticed(name: str) -> None:
    assert manifest.unchanged(FOLDER, {key: body for key, body in written().items() if key != name}, SOURCE) == ()


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"7", b"\xff\xfe", b"[" * 200_000, b'{"seal": 1}', b'{"seal": "", "files": 3}']
)
def test_whatever_else_stands_in_the_manifest_is_not_ours(body: bytes) -> None:
    assert manifest.unchanged(FOLDER, written(issue_json=body), SOURCE) == ()


def test_a_manifest_with_a_seal_of_its_own_making_but_no_files_is_not_ours() -> None:
    for files in (3, [3], [{"name": "email.html"}], [manifest.entries(FILES)[0] | {"remarks": [{"line": 1}]}]):
        assert manifest.unchanged(FOLDER, written(issue_json=manifest.sealed({"files": files}, SOURCE)), SOURCE) == ()


def test_the_size_tells_each_form_that_there_is_from_full_to_counted() -> None:
    articles = [{"form": form} for form in (Form.COUNTED, Form.FULL, Form.TITLE, Form.COUNTED)]
    body = json.dumps({"budget": {"bytes": 7, "limit": 9}, "articles": articles}).encode()
    assert manifest.size(body) == manifest.Size(bytes=7, limit=9, forms=((Form.FULL, 1), (Form.TITLE, 1), (Form.COUNTED, 2)))


def test_the_emitter_returns_what_is_kept_as_it_is() -> None:
    edition = make_edition(make_rendered())
    kept = (Output(path=f"{FOLDER}email.html", type="text/html", body=b"kept"),)
    assert emitted("digest", make_config(), replace(edition, kept=Kept(source=SOURCE, outputs=kept)), Templates()) == kept


def test_the_emitters_manifest_is_sealed_with_the_source_and_tells_of_the_files() -> None:
    edition = make_edition(make_rendered())
    outputs = emit(make_config(), replace(edition, kept=Kept(source=SOURCE)), Templates())
    found = {output.path.removeprefix(FOLDER): output.body for output in outputs}
    assert manifest.unchanged(FOLDER, found, SOURCE) == outputs
    told: dict[str, Any] = json.loads(found["issue.json"])
    assert list(told)[-1] == "seal"
    assert [file["sha256"] for file in told["files"]] == [sha256(output.body).hexdigest() for output in outputs[:3]]


def test_the_mail_does_not_depend_on_articles_outside_its_issue() -> None:
    inside, outside = make_rendered(), make_rendered(slug="outside")
    edition = make_edition(inside)
    other = replace(edition, feed=(outside, inside), pages=(), archive=(ArchivePage(number=1, articles=(outside,)),))
    assert emit(make_config(), edition, Templates()) == emit(make_config(), other, Templates())
