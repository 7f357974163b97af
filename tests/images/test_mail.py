import pytest
from msgspec.structs import replace

from newsletter.config import Config, Digest
from newsletter.config.design import ThemeTable
from newsletter.images.known import Known
from newsletter.images.mail import Prepared, prepare
from newsletter.model import Asset, Image, Issue, Output, Rendered
from tests.factories import make_config, make_issue, make_rendered
from tests.images.pictures import drawn, encoded, film, photograph, png

URL = "https://letter.example/assets/"
#: So that small pictures are wide ones.
NARROW = make_config(theme=ThemeTable(width=50))


class Shelf:
    """Local files, and articles that show them."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.known = Known("https://letter.example/")
        self.files: dict[str, Output] = {}

    def article(self, slug: str, *, cover: str = "", **files: bytes) -> Rendered:
        """Write an article that shows files in that order, each on a line of its own."""
        assets = []
        for line, (name, body) in enumerate(files.items(), start=5):
            source = name.replace("_", ".")
            one = Asset(source=source, target=f"assets/{source}", line=None if source == cover else line)
            self.files[one.target] = Output(path=one.target, type=self.known.take(one, body), body=body)
            assets.append(one)
        picture = Image(url=URL + cover) if cover else None
        return self.known.sized(make_rendered(slug=slug, assets=tuple(assets), cover=picture))

    def prepare(self, issue: Issue, config: Config = NARROW) -> Prepared:
        """Prepare an issue of such articles."""
        return prepare(config, issue, self.files.values())


def test_wide_pictures_are_shown_as_copies_and_others_as_they_are() -> None:
    shelf = Shelf()
    done = shelf.prepare(make_issue(shelf.article("one", big_png=png(300, 200, "P"), small_png=png(), page_pdf=b"%PDF")))
    assert done.issue is not None
    assert [(one.url, one.shown, one.target, one.type, one.body) for one in done.issue.pictures] == [
        (f"{URL}big.png", f"{URL}big-100w.png", "assets/big-100w.png", "image/png", None),
        (f"{URL}small.png", f"{URL}small.png", "assets/small.png", "image/png", None),
    ]
    assert [(one.path, one.type) for one in done.outputs] == [("assets/big-100w.png", "image/png")]
    assert done.remarks == ()


def test_pictures_of_little_known_formats_are_copied_and_drawings_are_not() -> None:
    shelf = Shelf()
    svg = b'<svg width="3000" height="2"/>'
    done = shelf.prepare(
        make_issue(shelf.article("one", a_webp=encoded(drawn(30, 20), "WEBP"), b_svg=svg, c_gif=film("GIF", 300)))
    )
    assert done.issue is not None
    assert [one.target.rpartition("-30w-")[0] for one in done.issue.pictures] == ["assets/a", "", ""]
    assert len(done.outputs) == 1


def test_a_picture_that_several_articles_show_is_copied_once() -> None:
    shelf = Shelf()
    body = png(300, 200, "P")
    done = shelf.prepare(make_issue(shelf.article("one", a_png=body), shelf.article("two", a_png=body)))
    assert done.issue is not None
    assert [one.path for one in done.issue.pictures] == ["one.md"]
    assert len(done.outputs) == 1


def test_the_editors_note_comes_first_and_a_cover_before_other_pictures() -> None:
    shelf = Shelf()
    article = shelf.article("one", cover="z.png", a_png=png(), z_png=png())
    note = shelf.article("note", n_png=png())
    done = shelf.prepare(make_issue(article, note=note))
    assert done.issue is not None
    assert [(one.source, one.path, one.line) for one in done.issue.pictures] == [
        ("n.png", "note.md", 5),
        ("z.png", "one.md", None),
        ("a.png", "one.md", 5),
    ]


def test_a_picture_that_cannot_be_decoded_is_shown_as_it_is_with_a_remark() -> None:
    shelf = Shelf()
    body = photograph(300, 200)
    done = shelf.prepare(make_issue(shelf.article("one", a_jpg=body[: len(body) // 2])))
    assert done.issue is not None
    assert [one.shown for one in done.issue.pictures] == [f"{URL}a.jpg"]
    assert done.outputs == ()
    [remark] = done.remarks
    assert str(remark).startswith("one.md:5: a.jpg: no copy for the mail, which shows it as it is: damaged (image file is trunc")


@pytest.mark.parametrize(("images", "carried"), [("link", [False, False]), ("embed", [True, True])])
def test_bytes_are_at_hand_where_pictures_are_to_be_embedded(images: str, carried: list[bool]) -> None:
    shelf = Shelf()
    issue = make_issue(shelf.article("one", a_png=png(300, 200, "P"), b_png=png()))
    done = shelf.prepare(issue, replace(NARROW, digest=Digest(images=images)))
    assert done.issue is not None
    assert [one.body is not None for one in done.issue.pictures] == carried
    if images == "embed":
        assert done.issue.pictures[0].body == done.outputs[0].body


def test_no_issue_needs_no_pictures() -> None:
    assert prepare(NARROW, None, ()) == Prepared(issue=None, outputs=(), remarks=())
