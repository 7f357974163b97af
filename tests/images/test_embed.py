from newsletter.images.embed import embed
from newsletter.model import MailPicture

URL = "https://letter.example/assets/"


def picture(name: str, body: bytes | None) -> MailPicture:
    target = f"assets/{name}"
    return MailPicture(
        url=f"{URL}original-{name}",
        shown=URL + name,
        target=target,
        type="image/png",
        source=name,
        path="a.md",
        line=3,
        body=body,
    )


def page(*names: str) -> str:
    return "".join(f'<img alt="" src="{URL}{name}" srcset="x 2x">' for name in names)


def test_pictures_are_shown_from_the_message_by_stable_ids() -> None:
    html = page("a.png", "b.png", "a.png")
    first = embed(html, [picture("b.png", b"BB"), picture("a.png", b"A")], limit=3, host="letter.example")
    assert [(part.name, part.type, part.body) for part in first.parts] == [
        ("a.png", "image/png", b"A"),
        ("b.png", "image/png", b"BB"),
    ]
    a, b = (part.id for part in first.parts)
    assert a.endswith("@letter.example")
    assert first.html == f'<img alt="" src="cid:{a}"><img alt="" src="cid:{b}"><img alt="" src="cid:{a}">'
    assert first.remarks == ()
    assert embed(html, [picture("a.png", b"other")], limit=9, host="letter.example").parts[0].id == a


def test_what_has_no_room_is_linked_and_told_and_smaller_ones_still_come() -> None:
    html = page("a.png", "b.png", "c.png")
    pictures = [picture("a.png", b"A"), picture("b.png", b"B" * 2_000), picture("c.png", b"C")]
    done = embed(html, pictures, limit=1_000, host="x.example")
    assert [part.name for part in done.parts] == ["a.png", "c.png"]
    assert f'src="{URL}b.png" srcset="x 2x"' in done.html
    assert [str(remark) for remark in done.remarks] == [
        "a.md:3: b.png: linked, not embedded: 2,000 bytes, and digest.embed_limit leaves 999"
    ]


def test_pictures_that_are_linked_or_not_shown_do_not_travel() -> None:
    html = page("a.png", "z.png")
    done = embed(html, [picture("a.png", None), picture("b.png", b"B")], limit=9, host="x.example")
    assert (done.html, done.parts, done.remarks) == (html, (), ())
