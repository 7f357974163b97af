"""JSON Feed 1.1, clause by clause. A rule takes a feed and yields a complaint for each breach.

https://www.jsonfeed.org/version/1.1/; the headings of that page are the clauses.
"""

from collections.abc import Callable, Iterator
from typing import Any

from tests.norms.terms import IRI, MEDIA_TYPE, RFC_3339, TAG_URI, WEB, markup, repeated

Feed = dict[str, Any]
JsonRule = Callable[[Feed], Iterator[str]]


def jsonfeed_1_1_top_level_has_version_title_and_items(feed: Feed) -> Iterator[str]:
    """Top-level: required."""
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield f"version: {feed.get('version')!r}"
    if not isinstance(feed.get("title"), str) or not feed["title"].strip():
        yield f"title: {feed.get('title')!r}"
    if not isinstance(feed.get("items"), list):
        yield "no items"


def jsonfeed_1_1_top_level_has_home_page_url_and_feed_url(feed: Feed) -> Iterator[str]:
    """Top-level: optional but strongly recommended."""
    for key in ("home_page_url", "feed_url"):
        if not WEB.fullmatch(str(feed.get(key, ""))):
            yield f"{key}: {feed.get(key)!r}"


def jsonfeed_1_1_authors_is_a_list_and_author_is_deprecated(feed: Feed) -> Iterator[str]:
    """Top-level, authors: each with a name, URL or avatar; ``author`` is that of version 1."""
    for holder in (feed, *feed["items"]):
        if "author" in holder:
            yield f"{holder.get('id', '')}: author"
        for author in holder.get("authors", ()):
            if not author.keys() & {"name", "url", "avatar"} or not IRI.fullmatch(author.get("url", "urn:none")):
                yield f"{holder.get('id', '')}: {author}"


def jsonfeed_1_1_items_have_string_ids_that_are_not_repeated(feed: Feed) -> Iterator[str]:
    """Items, id: unique for that item in the feed over time; publishers are asked for strings."""
    ids = [item.get("id") for item in feed["items"]]
    yield from (f"{identity!r} is no text" for identity in ids if not isinstance(identity, str) or not identity)
    yield from repeated(str(identity) for identity in ids)


def rfc4151_2_1_tag_uris_are_well_formed(feed: Feed) -> Iterator[str]:
    """RFC 4151, section 2.1: tag:authority,date:specific."""
    for item in feed["items"]:
        if str(item["id"]).startswith("tag:") and not TAG_URI.fullmatch(str(item["id"])):
            yield item["id"]


def jsonfeed_1_1_items_have_content_html_or_content_text(feed: Feed) -> Iterator[str]:
    """Items: one or both must be present."""
    for item in feed["items"]:
        if not item.get("content_html") and not item.get("content_text"):
            yield item["id"]


def jsonfeed_1_1_titles_and_summaries_are_plain_text(feed: Feed) -> Iterator[str]:
    """Items, title: plain text; summary: a plain text sentence or two."""
    for holder in (feed, *feed["items"]):
        for key in ("title", "summary", "description"):
            if markup(holder.get(key, "")):
                yield f"{holder.get('id', '')}: {key}: {holder[key]}"


def jsonfeed_1_1_addresses_are_absolute(feed: Feed) -> Iterator[str]:
    """Top-level and Items: URLs; what is relative to nothing leads nowhere."""
    for holder in (feed, *feed["items"]):
        for key in ("url", "external_url", "image", "banner_image", "icon", "favicon", "next_url"):
            if key in holder and not WEB.fullmatch(holder[key]):
                yield f"{holder.get('id', '')}: {key}: {holder[key]!r}"


def jsonfeed_1_1_dates_are_rfc_3339(feed: Feed) -> Iterator[str]:
    """Items, date_published and date_modified."""
    for item in feed["items"]:
        for key in ("date_published", "date_modified"):
            if not RFC_3339.fullmatch(item.get(key, "")):
                yield f"{item['id']}: {key}: {item.get(key)!r}"


def jsonfeed_1_1_attachments_have_url_and_mime_type(feed: Feed) -> Iterator[str]:
    """Attachments: both required; size_in_bytes is a number."""
    for item in feed["items"]:
        for attachment in item.get("attachments", ()):
            sound = WEB.fullmatch(attachment.get("url", "")) and MEDIA_TYPE.fullmatch(attachment.get("mime_type", ""))
            if not sound or not isinstance(attachment.get("size_in_bytes", 0), int):
                yield f"{item['id']}: {attachment}"


def jsonfeed_1_1_next_url_differs_from_feed_url(feed: Feed) -> Iterator[str]:
    """Top-level, next_url: must not be the same as feed_url."""
    if feed.get("next_url") == feed.get("feed_url"):
        yield str(feed.get("next_url"))


def websub_jsonfeed_1_1_hubs_have_type_and_url(feed: Feed) -> Iterator[str]:
    """Top-level, hubs: both required."""
    for hub in feed.get("hubs", ()):
        if hub.get("type") != "WebSub" or not WEB.fullmatch(hub.get("url", "")):
            yield str(hub)


RULES: tuple[JsonRule, ...] = (
    jsonfeed_1_1_top_level_has_version_title_and_items,
    jsonfeed_1_1_top_level_has_home_page_url_and_feed_url,
    jsonfeed_1_1_authors_is_a_list_and_author_is_deprecated,
    jsonfeed_1_1_items_have_string_ids_that_are_not_repeated,
    rfc4151_2_1_tag_uris_are_well_formed,
    jsonfeed_1_1_items_have_content_html_or_content_text,
    jsonfeed_1_1_titles_and_summaries_are_plain_text,
    jsonfeed_1_1_addresses_are_absolute,
    jsonfeed_1_1_dates_are_rfc_3339,
    jsonfeed_1_1_attachments_have_url_and_mime_type,
    jsonfeed_1_1_next_url_differs_from_feed_url,
    websub_jsonfeed_1_1_hubs_have_type_and_url,
)
