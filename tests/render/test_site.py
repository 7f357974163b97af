import pickle

from msgspec.structs import asdict

from newsletter.render import Site
from tests.factories import make_config


def make(*paths: str, files: tuple[str, ...] = ()) -> Site:
    return Site(config=make_config(), permalinks={path: f"https://a.example/{path}" for path in paths}, files=frozenset(files))


def test_a_note_in_the_same_folder_goes_before_others_and_a_short_path_before_a_long_one() -> None:
    site = make("a/b/Note.md", "a/Note.md", "c/Note.md")
    assert site.named("note", "c/x.md") == "c/Note.md"
    assert site.named("note", "x.md") == "a/Note.md"
    assert site.named("b/note", "x.md") == "a/b/Note.md"
    assert site.named("otherb/note", "x.md") is None
    assert site.named("nothing", "x.md") is None


def test_a_name_may_have_a_dot_and_accents_of_either_kind() -> None:
    site = make("v1.10.md", "Cafe\u0301.md", files=("cat.png",))
    assert site.named("v1.10", "x.md") == "v1.10.md"
    assert site.named("Café", "x.md") == "Cafe\u0301.md"
    assert site.named("CAT.png", "x.md") == "cat.png"
    assert site.named("cat", "x.md") is None
    assert site.article_at("Café.md") == "Cafe\u0301.md"
    assert site.file_at("dog.png") is None


def test_a_site_crosses_process_boundaries() -> None:
    site = make("a.md")
    site.named("a", "x.md")
    again = pickle.loads(pickle.dumps(site))  # noqa: S301 - our own bytes
    assert asdict(again) == asdict(site)
    assert again.named("a", "x.md") == "a.md"
