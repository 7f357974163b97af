"""RSS 2.0 as the RSS Advisory Board's profile reads it, clause by clause. A rule takes a <channel> and yields complaints.

https://www.rssboard.org/rss-specification, https://www.rssboard.org/rss-profile.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from tests.corpora import NOW
from tests.norms.terms import ATOM, HISTORY, MEDIA_TYPE, TAG_URI, WEB, markup, repeated

Element = etree._Element  # noqa: SLF001 - lxml has no other name for it
RssRule = Callable[[Element], Iterator[str]]

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
#: RFC 822, section 5, with the year of RFC 1123 and a numeric zone.
RFC_822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d [+-]\d{4}"
)
MAILBOX = re.compile(r"[^\s@()<>]+@[^\s@()<>]+ \([^()]+\)")


def rss_2_0_a_channel_has_one_title_link_and_description(channel: Element) -> Iterator[str]:
    """Channel, required elements: each must be there."""
    for tag in ("title", "link", "description"):
        if [bool((child.text or "").strip()) for child in channel.iterfind(tag)] != [True]:
            yield f"not one <{tag}>"


def rss_2_0_an_item_has_one_title_link_guid_and_date(channel: Element) -> Iterator[str]:
    """Elements of <item>: all optional there, and readers miss each of these."""
    for item in channel.iterfind("item"):
        for tag in ("title", "link", "guid", "pubDate"):
            if [bool((child.text or "").strip()) for child in item.iterfind(tag)] != [True]:
                yield f"{_id(item)}: not one <{tag}>"


def rss_2_0_addresses_are_absolute(channel: Element) -> Iterator[str]:
    """Elements that are URLs begin with a scheme."""
    for element in channel.iter("link", "url", "docs"):
        if not WEB.fullmatch(element.text or ""):
            yield f"<{element.tag}>{element.text}"
    for element in channel.iter(f"{ATOM}link"):
        if not WEB.fullmatch(element.get("href", "")):
            yield f"<atom:link href={element.get('href')!r}>"


def rss_profile_atom_link_a_channel_links_to_itself(channel: Element) -> Iterator[str]:
    """Profile, atom:link: rel=self with the feed's URL and type; W3C MissingSelf."""
    if [link.get("type") for link in _links(channel, "self")] != ["application/rss+xml"]:
        yield "not one self link"


def rss_profile_guid_is_a_full_url_or_no_permalink(channel: Element) -> Iterator[str]:
    """Profile, guid: a permalink unless isPermaLink is false."""
    for guid in channel.iter("guid"):
        if guid.get("isPermaLink", "true") != "false" and not WEB.fullmatch(guid.text or ""):
            yield str(guid.text)


def rss_profile_guid_is_not_repeated(channel: Element) -> Iterator[str]:
    """Profile, guid: identifies the item alone; W3C DuplicateEntries."""
    yield from repeated([_id(item) for item in channel.iterfind("item")])


def rfc4151_2_1_tag_uris_are_well_formed(channel: Element) -> Iterator[str]:
    """RFC 4151, section 2.1: tag:authority,date:specific."""
    for item in channel.iterfind("item"):
        if _id(item).startswith("tag:") and not TAG_URI.fullmatch(_id(item)):
            yield _id(item)


def rss_profile_content_encoded_stands_after_a_description(channel: Element) -> Iterator[str]:
    """Profile, content:encoded: SHOULD follow the description; W3C NeedDescriptionBeforeContent."""
    for item in channel.iterfind("item"):
        order = [child.tag for child in item if child.tag in {"description", CONTENT}]
        if order not in (["description"], ["description", CONTENT]):
            yield f"{_id(item)}: {order}"


def rss_profile_description_holds_the_content_where_there_is_no_summary(channel: Element) -> Iterator[str]:
    """Profile, description: the full content or a summary, so an item without content:encoded has something there."""
    for item in channel.iterfind("item"):
        if item.find(CONTENT) is None and not (item.findtext("description") or "").strip():
            yield _id(item)


def rss_profile_dates_are_rfc_822_with_a_four_digit_year_and_a_numeric_zone(channel: Element) -> Iterator[str]:
    """Profile, data types: SHOULD; W3C ProblematicalRFC822Date."""
    for element in channel.iter("pubDate", "lastBuildDate"):
        if not RFC_822.fullmatch(element.text or ""):
            yield f"<{element.tag}>{element.text}"


def rss_profile_dates_are_not_in_the_future(channel: Element) -> Iterator[str]:
    """Profile, pubDate: readers hide such items, or pin them; W3C ImplausibleDate. The present is that of the build."""
    now = datetime.fromisoformat(NOW)
    for element in channel.iter("pubDate", "lastBuildDate"):
        if parsedate_to_datetime(element.text or "") > now:
            yield f"<{element.tag}>{element.text}"


def rss_profile_author_is_an_address_with_the_name_in_brackets(channel: Element) -> Iterator[str]:
    """Profile, author, managingEditor, webMaster: an e-mail address; W3C EmailFormat, MissingRealName."""
    for element in channel.iter("author", "managingEditor", "webMaster"):
        if not MAILBOX.fullmatch(element.text or ""):
            yield f"<{element.tag}>{element.text}"


def rss_profile_dc_creator_names_the_authors_that_author_does_not(channel: Element) -> Iterator[str]:
    """Profile, dc:creator: where there is no address; not both, W3C DuplicateItemSemantics."""
    for item in channel.iterfind("item"):
        creators = [(creator.text or "").strip() for creator in item.iterfind(CREATOR)]
        if len(item.findall("author")) + bool(creators) != 1 or not all(creators):
            yield _id(item)


def rss_profile_titles_carry_no_html(channel: Element) -> Iterator[str]:
    """Profile, character data: only description and content:encoded hold HTML; W3C ContainsHTML."""
    for element in channel.iter("title", "category", "copyright", CREATOR):
        if markup(element.text or ""):
            yield f"<{element.tag}>{element.text}"


def rss_profile_an_item_has_one_enclosure_at_most_with_address_length_and_type(channel: Element) -> Iterator[str]:
    """Profile, enclosure; W3C DuplicateEnclosure."""
    for item in channel.iterfind("item"):
        enclosures = item.findall("enclosure")
        for enclosure in enclosures:
            sound = WEB.fullmatch(enclosure.get("url", "")) and MEDIA_TYPE.fullmatch(enclosure.get("type", ""))
            if not sound or not enclosure.get("length", "").isdigit() or len(enclosures) > 1:
                yield f"{_id(item)}: {dict(enclosure.items())}"


def rfc5005_4_an_archive_document_says_so_and_leads_to_the_current_one(channel: Element) -> Iterator[str]:
    """RFC 5005, section 4: fh:archive and rel=current; and none claims to be complete (section 2)."""
    if channel.find(f"{HISTORY}archive") is not None:
        if [link.get("type") for link in _links(channel, "current")] != ["application/rss+xml"]:
            yield "not one current link"
        if channel.find(f"{HISTORY}complete") is not None:
            yield "an archive document that is complete"


def rfc5005_4_a_feed_links_to_one_archive_document_at_most(channel: Element) -> Iterator[str]:
    """RFC 5005, sections 2 and 4: prev-archive, once, and not where the feed is complete."""
    before = _links(channel, "prev-archive")
    if len(before) > (channel.find(f"{HISTORY}complete") is None):
        yield str([link.get("href") for link in before])


def websub_4_a_subscription_feed_leads_to_its_hub_and_to_itself(channel: Element) -> Iterator[str]:
    """WebSub, section 4 (https://www.w3.org/TR/websub/#discovery): rel=hub and rel=self, as atom:link."""
    if channel.find(f"{HISTORY}archive") is None and not (_links(channel, "hub") and _links(channel, "self")):
        yield "no hub or no self link"


def _links(channel: Element, rel: str) -> list[Element]:
    return [link for link in channel.iterfind(f"{ATOM}link") if link.get("rel") == rel]


def _id(item: Element) -> str:
    return item.findtext("guid") or ""


RULES: tuple[RssRule, ...] = (
    rss_2_0_a_channel_has_one_title_link_and_description,
    rss_2_0_an_item_has_one_title_link_guid_and_date,
    rss_2_0_addresses_are_absolute,
    rss_profile_atom_link_a_channel_links_to_itself,
    rss_profile_guid_is_a_full_url_or_no_permalink,
    rss_profile_guid_is_not_repeated,
    rfc4151_2_1_tag_uris_are_well_formed,
    rss_profile_content_encoded_stands_after_a_description,
    rss_profile_description_holds_the_content_where_there_is_no_summary,
    rss_profile_dates_are_rfc_822_with_a_four_digit_year_and_a_numeric_zone,
    rss_profile_dates_are_not_in_the_future,
    rss_profile_author_is_an_address_with_the_name_in_brackets,
    rss_profile_dc_creator_names_the_authors_that_author_does_not,
    rss_profile_titles_carry_no_html,
    rss_profile_an_item_has_one_enclosure_at_most_with_address_length_and_type,
    rfc5005_4_an_archive_document_says_so_and_leads_to_the_current_one,
    rfc5005_4_a_feed_links_to_one_archive_document_at_most,
    websub_4_a_subscription_feed_leads_to_its_hub_and_to_itself,
)
