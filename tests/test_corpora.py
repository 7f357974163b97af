"""Real blogs: what is listed of each file agrees with what a person would say of it."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter import collector
from newsletter.model import Found, Status
from tests.factories import make_config
from tests.real import SHARED, shared

NOW = datetime(2027, 1, 1, tzinfo=UTC)
NAMES = sorted(path.name for path in (SHARED / "corpora").glob("*")) or ["none"]

#: Each file whose listing differs, with the field and the reason.
DIFFERENCES = {
    (
        "18f",
        "content/posts/2021-04-27-building_product_management_capacity_in_government_part_3_a_day_in_the_life_of_a_new_product_owner.md",
    ): ("title", "the author wrote a space after the title, within the quotes, which the manifest leaves out"),
}


def differs(found: Found | None, row: dict[str, str]) -> str:
    """Name the first field in which a listed file differs from its row; empty if it agrees."""
    if found is None:
        return "path"
    if (found.title or "") != row["title"]:
        return "title"
    expected = datetime.fromisoformat(row["date_iso"]) if row["date_iso"] else None
    if expected is not None and expected.tzinfo is None:
        expected = expected.replace(tzinfo=UTC)
    if found.published != expected:
        return "date"
    is_draft = row["draft_flags"] not in ("", "draft=false")
    return "draft" if (found.status is Status.DRAFT) != is_draft else ""


@pytest.mark.parametrize("name", NAMES)
def test_the_listing_of_a_real_blog_agrees_with_its_manifest(name: str) -> None:
    blog = shared(f"corpora/{name}")
    library = collector.load(make_config(Path(blog), content=blog / "files"))
    listed = {found.path: found for found in collector.report(library, NOW)}
    with (blog / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = {(name, row["path"]): field for row in rows if (field := differs(listed.get(row["path"]), row))}
    assert found == {key: field for key, (field, _) in DIFFERENCES.items() if key[0] == name}
    assert len(found) <= len(rows) * 0.005
    assert {problem.path for problem in library.problems} == {path for path, one in listed.items() if one.status is Status.ERROR}
