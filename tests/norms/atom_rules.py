"""RFC 4287 and its companions, clause by clause. A rule takes a <feed> and yields a complaint for each breach.

https://www.rfc-editor.org/rfc/rfc4287; what the schema says is jing's to check; this is what it cannot say, and what matters.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from lxml import etree

from tests.norms.terms import ATOM, HISTORY, IRI, MEDIA_TYPE, RFC_3339, TAG_URI, WEB, markup, repeated

Element = etree._Element  # noqa: SLF001 - lxml has no other name for it
AtomRule = Callable[[Element], Iterator[str]]


def rfc4287_4_1_1_a_feed_has_one_id_title_and_updated(feed: Element) -> Iterator[str]:
    """Section 4.1.1: MUST contain exactly one."""
    yield from _lacking(feed)


def rfc4287_4_1_2_an_entry_has_one_id_title_and_updated(feed: Element) -> Iterator[str]:
    """Section 4.1.2: MUST contain exactly one."""
    for entry in _entries(feed):
        yield from _lacking(entry)


def rfc4287_4_1_1_an_author_is_on_the_feed_or_on_every_entry(feed: Element) -> Iterator[str]:
    """Section 4.1.1: MUST, unless all entries have one; with a name that is not blank (section 3.2.1)."""
    for element in [feed, *_entries(feed)]:
        if any(not (author.findtext(f"{ATOM}name") or "").strip() for author in element.iterfind(f"{ATOM}author")):
            yield f"{_id(element)}: an author without a name"
    if feed.find(f"{ATOM}author") is None:
        yield from (_id(entry) for entry in _entries(feed) if entry.find(f"{ATOM}author") is None)


def rfc4287_4_1_2_an_entry_without_content_has_an_alternate_link(feed: Element) -> Iterator[str]:
    """Section 4.1.2: MUST."""
    for entry in _entries(feed):
        if entry.find(f"{ATOM}content") is None and not _links(entry, "alternate"):
            yield _id(entry)


def rfc4287_4_1_1_at_most_one_alternate_link_of_a_type_and_language(feed: Element) -> Iterator[str]:
    """Sections 4.1.1 and 4.1.2: MUST NOT contain more."""
    for element in [feed, *_entries(feed)]:
        kinds = [f"{link.get('type')} {link.get('hreflang')}" for link in _links(element, "alternate")]
        yield from (f"{_id(element)}: {kind}" for kind in repeated(kinds))


def rfc4287_4_1_1_a_feed_links_to_itself(feed: Element) -> Iterator[str]:
    """Section 4.1.1: SHOULD; W3C MissingSelf, RelativeSelf."""
    if [bool(WEB.fullmatch(link.get("href", ""))) for link in _links(feed, "self")] != [True]:
        yield "not one absolute self link"


def rfc4287_3_3_dates_are_rfc_3339_without_white_space(feed: Element) -> Iterator[str]:
    """Section 3.3, for atom:updated and atom:published."""
    for tag in ("updated", "published"):
        for element in feed.iter(f"{ATOM}{tag}"):
            if not RFC_3339.fullmatch(element.text or ""):
                yield f"<{tag}>{element.text}"


def rfc4287_2_iris_have_no_white_space(feed: Element) -> Iterator[str]:
    """Section 2: there MUST NOT be any; and relative ones would need an xml:base, which readers overlook."""
    for tag in ("id", "uri", "icon", "logo"):
        for element in feed.iter(f"{ATOM}{tag}"):
            if not IRI.fullmatch(element.text or ""):
                yield f"<{tag}>{element.text}"
    for element in feed.iter(f"{ATOM}link"):
        if not IRI.fullmatch(element.get("href", "")):
            yield f"<link href={element.get('href')!r}>"


def rfc4287_4_2_6_no_id_is_repeated(feed: Element) -> Iterator[str]:
    """Section 4.2.6: an id is compared character by character, and identifies one entry or feed; W3C DuplicateEntries."""
    yield from repeated([_id(element) for element in [feed, *_entries(feed)]])


def rfc4151_2_1_tag_uris_are_well_formed(feed: Element) -> Iterator[str]:
    """RFC 4151, section 2.1: tag:authority,date:specific."""
    for element in [feed, *_entries(feed)]:
        if _id(element).startswith("tag:") and not TAG_URI.fullmatch(_id(element)):
            yield _id(element)


def rfc4287_3_1_1_1_titles_and_summaries_of_type_text_carry_no_html(feed: Element) -> Iterator[str]:
    """Section 3.1.1.1: no markup; W3C ContainsUndeclaredHTML."""
    for element in feed.iter(f"{ATOM}title", f"{ATOM}subtitle", f"{ATOM}summary", f"{ATOM}rights"):
        if element.get("type", "text") != "text" or len(element) or markup(element.text or ""):
            yield f"{_id(element.getparent())}: {element.text}"


def rfc4287_4_1_3_3_content_of_type_html_has_no_child_elements(feed: Element) -> Iterator[str]:
    """Section 4.1.3.3, rule 2: MUST NOT contain any."""
    for element in feed.iter(f"{ATOM}content"):
        if element.get("type") != "html" or len(element) or element.get("src") is not None:
            yield _id(element.getparent())


def w3c_duplicate_updated_no_two_entries_share_their_updated_instant(feed: Element) -> Iterator[str]:
    """DuplicateUpdated: https://validator.w3.org/feed/docs/warning/DuplicateUpdated.html."""
    yield from repeated([str(_updated(entry)) for entry in _entries(feed)])


def rfc4287_4_2_15_a_feed_was_updated_when_its_newest_entry_was(feed: Element) -> Iterator[str]:
    """Section 4.2.15: the most recent instant of a change that the publisher considers significant; no clock's."""
    if _updated(feed) != max(_updated(entry) for entry in _entries(feed)):
        yield str(_updated(feed))


def rfc4287_4_2_7_enclosures_have_an_address_and_a_media_type(feed: Element) -> Iterator[str]:
    """Sections 4.2.7.1, 4.2.7.3 and 4.2.7.6; a length is digits (RFC 4287's schema lets all text through)."""
    for entry in _entries(feed):
        for link in _links(entry, "enclosure"):
            sound = WEB.fullmatch(link.get("href", "")) and MEDIA_TYPE.fullmatch(link.get("type", ""))
            if not sound or not link.get("length", "0").isdigit():
                yield f"{_id(entry)}: {dict(link.items())}"


def rfc5005_4_an_archive_document_says_so_and_leads_to_the_current_one(feed: Element) -> Iterator[str]:
    """RFC 5005, section 4: fh:archive and rel=current; and none claims to be complete (section 2)."""
    if feed.find(f"{HISTORY}archive") is not None:
        if [link.get("type") for link in _links(feed, "current")] != ["application/atom+xml"]:
            yield "not one current link"
        if feed.find(f"{HISTORY}complete") is not None:
            yield "an archive document that is complete"


def rfc5005_4_a_feed_links_to_one_archive_document_at_most(feed: Element) -> Iterator[str]:
    """RFC 5005, sections 2 and 4: prev-archive, once, and not where the feed is complete."""
    before = _links(feed, "prev-archive")
    if len(before) > (feed.find(f"{HISTORY}complete") is None):
        yield str([link.get("href") for link in before])


def websub_4_a_subscription_feed_leads_to_its_hub_and_to_itself(feed: Element) -> Iterator[str]:
    """WebSub, section 4 (https://www.w3.org/TR/websub/#discovery): rel=hub and rel=self."""
    if feed.find(f"{HISTORY}archive") is None and not (_links(feed, "hub") and _links(feed, "self")):
        yield "no hub or no self link"


def _entries(feed: Element) -> list[Element]:
    return feed.findall(f"{ATOM}entry")


def _links(element: Element, rel: str) -> list[Element]:
    return [link for link in element.iterfind(f"{ATOM}link") if link.get("rel", "alternate") == rel]


def _id(element: Element | None) -> str:
    return "" if element is None else element.findtext(f"{ATOM}id") or ""


def _updated(element: Element) -> datetime:
    return datetime.fromisoformat(element.findtext(f"{ATOM}updated", ""))


def _lacking(element: Element) -> Iterator[str]:
    for tag in ("id", "title", "updated"):
        if [bool((child.text or "").strip()) for child in element.iterfind(f"{ATOM}{tag}")] != [True]:
            yield f"{_id(element)}: not one <{tag}>"


RULES: tuple[AtomRule, ...] = (
    rfc4287_4_1_1_a_feed_has_one_id_title_and_updated,
    rfc4287_4_1_2_an_entry_has_one_id_title_and_updated,
    rfc4287_4_1_1_an_author_is_on_the_feed_or_on_every_entry,
    rfc4287_4_1_2_an_entry_without_content_has_an_alternate_link,
    rfc4287_4_1_1_at_most_one_alternate_link_of_a_type_and_language,
    rfc4287_4_1_1_a_feed_links_to_itself,
    rfc4287_3_3_dates_are_rfc_3339_without_white_space,
    rfc4287_2_iris_have_no_white_space,
    rfc4287_4_2_6_no_id_is_repeated,
    rfc4151_2_1_tag_uris_are_well_formed,
    rfc4287_3_1_1_1_titles_and_summaries_of_type_text_carry_no_html,
    rfc4287_4_1_3_3_content_of_type_html_has_no_child_elements,
    w3c_duplicate_updated_no_two_entries_share_their_updated_instant,
    rfc4287_4_2_15_a_feed_was_updated_when_its_newest_entry_was,
    rfc4287_4_2_7_enclosures_have_an_address_and_a_media_type,
    rfc5005_4_an_archive_document_says_so_and_leads_to_the_current_one,
    rfc5005_4_a_feed_links_to_one_archive_document_at_most,
    websub_4_a_subscription_feed_leads_to_its_hub_and_to_itself,
)
