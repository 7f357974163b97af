"""What is known of the pictures that a build came across, put into the articles that show them. No I/O."""

from urllib.parse import quote, urljoin

from msgspec.structs import replace

from newsletter.images import markup
from newsletter.images.measure import SVG, Measure, UnreadablePictureError, is_picture, measure
from newsletter.model import Asset, Image, Picture, Remark, Rendered

#: What a file that is no known picture is served as.
ANY_TYPE = "application/octet-stream"


class Known:
    """The measures of local pictures, each taken once."""

    def __init__(self, url: str) -> None:
        """Take the address at which out/ is served."""
        self.url = url
        #: By path in the content folder.
        self.measures: dict[str, Measure] = {}
        #: What is to be said of pictures that cannot be measured, or not be seen by all; by path.
        self.faults: dict[str, str] = {}

    def take(self, asset: Asset, body: bytes) -> str:
        """Measure a file if it is a picture, and return its media type."""
        if not is_picture(asset.source):
            return ANY_TYPE
        try:
            taken = measure(asset.source, body)
        except UnreadablePictureError as error:
            self.faults[asset.source] = f"not measured: {error}; published as it is"
            return ANY_TYPE
        if taken.type == SVG:
            self.faults[asset.source] = "many mail programs do not show SVG: a PNG of it would be seen by all"
        self.measures[asset.source] = taken
        return taken.type

    def sized(self, item: Rendered) -> Rendered:
        """Return an article with the sizes of its pictures, and remarks on those that are at fault."""
        shown = item.cover.url if item.cover else None
        pictures = tuple(self._picture(asset) for asset in item.assets if asset.source in self.measures)
        remarks = tuple(self._remark(item, asset) for asset in item.assets if asset.source in self.faults)
        by_address = {picture.url: picture for picture in pictures}
        if not pictures and not remarks:
            return item
        return replace(
            item,
            html=markup.with_sizes(item.html, by_address),
            excerpt_html=markup.with_sizes(item.excerpt_html, by_address),
            cover=_cover(item.cover, by_address.get(shown or "")),
            pictures=pictures,
            remarks=(*item.remarks, *remarks),
        )

    def _picture(self, asset: Asset) -> Picture:
        taken = self.measures[asset.source]
        return Picture(
            asset=asset,
            url=urljoin(self.url, quote(asset.target)),
            width=taken.width,
            height=taken.height,
            type=taken.type,
            moving=taken.moving,
        )

    def _remark(self, item: Rendered, asset: Asset) -> Remark:
        message = f"{asset.source}: {self.faults[asset.source]}"
        return Remark(path=item.article.path, line=asset.line, field=None, message=message)


def _cover(cover: Image | None, picture: Picture | None) -> Image | None:
    if cover is None or picture is None:
        return cover
    return replace(cover, width=picture.width, height=picture.height)
