import pytest
import yaml as pyyaml

from newsletter.metadata import yaml
from newsletter.metadata.tree import Table, is_missing, leaves, shown


def test_the_c_loader_is_in_use() -> None:
    """It is ten times faster than the other."""
    assert yaml.LOADER is pyyaml.CBaseLoader


def test_the_pure_loader_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: no\nb: [1.10, ~, null, '~']\nc: {d: &x 0x1F, e: *x}\nf: |\n  two\n  lines\ng:\n"
    fast = yaml.read(text)
    monkeypatch.setattr(yaml, "LOADER", pyyaml.BaseLoader)
    assert yaml.read(text) == fast


def test_scalars_stay_as_written_and_nothing_is_none() -> None:
    entries = yaml.read("a: no\nb: [1.10, ~, null, '~']\nc: null\nd: ''\n")
    assert [entry.value for entry in entries.values()] == ["no", ("1.10", None, "null", "~"), None, ""]


def test_entries_know_their_lines() -> None:
    entries = yaml.read("\n\na: 1\n\nb:\n  c: 2\n")
    inner = entries["b"].value
    assert isinstance(inner, Table)
    assert (entries["a"].line, entries["b"].line, inner.entries[0].line) == (3, 5, 6)


def test_nothing_written_is_no_entry() -> None:
    assert yaml.read("# only a comment\n") == {}
    assert yaml.read("") == {}


def test_values_that_say_nothing() -> None:
    assert [is_missing(value) for value in (None, "", "  ", (), Table(entries=()), "x", ("",))] == [True] * 5 + [False] * 2


def test_values_in_messages() -> None:
    assert [shown(value) for value in (None, (), Table(entries=()), "a'b")] == ["nothing", "a list", "a table", '"a\'b"']


def test_leaves_of_a_tree_have_dotted_names() -> None:
    entries = yaml.read("a:\n  b: 1\n  c: [x, {d: y}]\n  e:\n")
    assert list(leaves(entries["a"].value, "a")) == [("a.b", "1"), ("a.c", "x, y")]
