"""What an issue's mail shows in the place of local pictures: copies that fit, and what travels with the message. No I/O."""

from collections.abc import Collection, Iterable, Iterator
from urllib.parse import quote, urljoin

from msgspec import Struct
from msgspec.structs import replace

from newsletter.config import Config
from newsletter.images.copies import Copy, copy, name
from newsletter.images.measure import Measure, UnreadablePictureError
from newsletter.model import ASSETS, Issue, MailPicture, Output, Picture, Remark, Rendered

#: Sharp screens have two dots for each CSS pixel.
DENSITY = 2


class Prepared(Struct, frozen=True, kw_only=True):
    """An issue whose mail knows its pictures."""

    issue: Issue | None
    #: The copies.
    outputs: tuple[Output, ...]
    remarks: tuple[Remark, ...]


def prepare(config: Config, issue: Issue | None, assets: Iterable[Output], files: Collection[str] = ()) -> Prepared:
    """Have an issue's local pictures copied for the mail where they must be, with their bytes at hand if they are to be embedded.

    ``assets`` are the local files that its articles show, ``files`` the paths of all that the content folder holds.
    """
    if issue is None:
        return Prepared(issue=None, outputs=(), remarks=())
    bodies = {asset.path: asset.body for asset in assets}
    taken = frozenset((*bodies, *(ASSETS + path for path in files)))
    pictures: list[MailPicture] = []
    outputs: list[Output] = []
    remarks: list[Remark] = []
    for item, picture in _pictures(issue):
        shown, body = _itself(item, picture), bodies[picture.asset.target]
        try:
            made = _copy(config, picture, body)
        except UnreadablePictureError as error:
            made = None
            remarks.append(_remark(item, picture, f"no copy for the mail, which shows it as it is: {error}"))
        if made is not None:
            target, body = name(picture.asset.target, made, taken), made.body
            shown = replace(shown, shown=urljoin(config.url, quote(target)), target=target, type=made.type)
            outputs.append(Output(path=target, type=made.type, body=body))
        pictures.append(replace(shown, body=body) if config.digest.images == "embed" else shown)
    return Prepared(issue=replace(issue, pictures=tuple(pictures)), outputs=tuple(outputs), remarks=tuple(remarks))


def _pictures(issue: Issue) -> Iterator[tuple[Rendered, Picture]]:
    """Yield each picture once, with the article that shows it first: those that are covers before others of the article."""
    seen: set[str] = set()
    for item in (*((issue.note,) if issue.note else ()), *issue.articles):
        cover = item.cover.url if item.cover else None
        for picture in sorted(item.pictures, key=lambda one: (one.url != cover, one.asset.line or 0, one.url)):
            if picture.url not in seen:
                seen.add(picture.url)
                yield item, picture


def _copy(config: Config, picture: Picture, body: bytes) -> Copy | None:
    if picture.type == "image/svg+xml":
        return None
    taken = Measure(width=picture.width, height=picture.height, type=picture.type, moving=picture.moving)
    return copy(body, taken, DENSITY * config.theme.width)


def _itself(item: Rendered, picture: Picture) -> MailPicture:
    return MailPicture(
        url=picture.url,
        shown=picture.url,
        target=picture.asset.target,
        type=picture.type,
        source=picture.asset.source,
        path=item.article.path,
        line=picture.asset.line,
    )


def _remark(item: Rendered, picture: Picture, message: str) -> Remark:
    message = f"{picture.asset.source}: {message}"
    return Remark(path=item.article.path, line=picture.asset.line, field=None, message=message)
