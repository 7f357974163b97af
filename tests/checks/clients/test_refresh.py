"""The script that refreshes what is known of clients."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from newsletter.checks.clients.support import CLIENTS

SCRIPT = Path(__file__).resolve().parents[3] / ".ci" / "caniemail.py"


@pytest.fixture(scope="module")
def refresh() -> ModuleType:
    spec = importlib.util.spec_from_file_location("caniemail_refresh", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def feature(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a feature
    stats = {
        "gmail": {"desktop-webmail": {"2019-02": "n", "2024-02": "y"}},
        "outlook": {"windows": {"2013": "n", "2016": "a #2", "2019": "y", "2022-08": "n"}},
    }
    values = {"slug": "css-x", "title": " x ", "category": "css", "last_test_date": "2024-02-01", "stats": stats}
    return {**values, "notes_by_num": {"1": "One.", "2": "Two,\n  and more."}, **changes}


def written(refresh: ModuleType, *features: dict[str, Any]) -> dict[str, Any]:
    everything = {"last_update_date": "2026-05-13 14:45:41 +0000", "data": list(features)}
    content: dict[str, Any] = json.loads(refresh.written(everything, "9.9.9", "MIT License\n\nCopyright X\n\nTerms.\n"))
    return content


def test_the_newest_test_of_each_client_counts_and_outlook_for_windows_by_version(refresh: ModuleType) -> None:
    content = written(refresh, feature())
    row = content["features"]["css-x"]
    found = dict(zip(content["clients"], row["support"].split(), strict=True))
    assert found["gmail.desktop-webmail"] == "y"
    assert [found[f"outlook.windows.{version}"] for version in ("2016", "2019", "2021")] == ["a2", "y", "y"]
    assert found["yahoo.ios"] == "u"
    assert (row["title"], row["tested"], row["notes"]) == ("x", "2024-02-01", {"2": "Two, and more."})


def test_source_version_date_and_licence_are_stated(refresh: ModuleType) -> None:
    content = written(refresh, feature())
    assert content["source"] == "https://www.caniemail.com/"
    assert content["package"] == "caniemail 9.9.9 (npm)"
    assert content["date"] == "2026-05-13"
    assert content["licence"] == ["MIT License", refresh.COPYRIGHT, "Copyright X", "Terms."]


def test_what_is_no_html_css_or_picture_is_left_out_and_the_rest_is_sorted(refresh: ModuleType) -> None:
    content = written(
        refresh, feature(slug="html-b"), feature(slug="amp", category="others"), feature(slug="css-a", notes_by_num=None)
    )
    assert list(content["features"]) == ["css-a", "html-b"]


def test_the_script_and_the_program_know_the_same_clients(refresh: ModuleType) -> None:
    assert set(refresh.CLIENTS) == {client.id for client in CLIENTS}
