"""The list of all feeds, for readers to import: OPML 2.0, http://opml.org/spec2.opml. No I/O.

Each publication, edition, tag and author stands once, by its RSS feed: whoever imports the list would otherwise be subscribed to
everything in three formats.
"""

from itertools import groupby
from urllib.parse import quote

from lxml import etree

from newsletter.config import Config
from newsletter.feeds.channels import OPML_FILE, OPML_TYPE, RSS, whole
from newsletter.model import Channel, Edition, Interest, Output
from newsletter.templating import Templates
from newsletter.xmltext import legal

#: Headings, over each kind of feeds.
GROUPS = {Interest.EDITION: "Editions", Interest.TAG: "Tags", Interest.AUTHOR: "Authors"}


def emit(config: Config, edition: Edition, templates: Templates) -> tuple[Output, ...]:  # noqa: ARG001 - the protocol's
    """Write the list once, with the publication's own feeds."""
    if edition.interest is not Interest.PUBLICATION or not edition.feed:
        return ()
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = legal(config.title)
    body = etree.SubElement(root, "body")
    _outline(body, config, whole(config))
    for interest, channels in groupby(edition.channels, key=lambda one: one.interest):
        if interest is not Interest.PUBLICATION:
            group = etree.SubElement(body, "outline", text=GROUPS[interest])
            for channel in channels:
                _outline(group, config, channel)
    document = etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)
    return (Output(path=OPML_FILE, type=OPML_TYPE, body=document),)


def _outline(parent: etree._Element, config: Config, channel: Channel) -> None:
    """List one feed."""
    title = legal(channel.title)
    attributes = {
        "text": title,
        "title": title,
        "description": legal(channel.description or config.description),
        "htmlUrl": config.url,
        "xmlUrl": config.url + quote(channel.prefix) + RSS.file,
        "language": config.language,
        "version": "RSS2",
    }
    etree.SubElement(parent, "outline", {"type": "rss", **{name: value for name, value in attributes.items() if value}})
