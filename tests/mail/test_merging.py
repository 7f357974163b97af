import html
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.config import Digest
from newsletter.errors import ConfigError
from newsletter.mail.merging import Merging, configured, problems
from newsletter.mail.services import SERVICES, WORD_JOINER, Tags
from tests.merge_languages import LANGUAGES, Place, TakenForTagError, shown

ADDRESS = "12 Mill Lane"
CUSTOM = Tags(unsubscribe="%%leave%%", web_view="%%web%%", address="%%address%%", name="%%name%%")
LOOKS = (
    "*|UNSUB|* {{unsubscribe_url}} {{{ RAW }}} [unsubscribe] [NAME%%you] %%unsubscribe%% {$unsubscribe} {{ x }} {% if x %}"
    ' {# c #} {{ .Subscriber.Email }} {{`x`}} {{ "x" }} [URL:http://x.example/] ##X## ${x} [1] [] }} %} |* https://x.example/@TrackLink'
)


def digest(service: str, **changes: Any) -> Digest:  # noqa: ANN401 - any field of Digest
    own = CUSTOM if service == "custom" else Tags()
    return Digest(**{"service": service, "address": ADDRESS, "tags": own, **changes})


def merging(service: str, **changes: Any) -> Merging:  # noqa: ANN401 - any field of Digest
    return Merging(digest(service, **changes), "content")


def values(one: Merging) -> dict[str, str]:
    """Give each tag a value."""
    tags = (one.tags.unsubscribe, one.tags.web_view, one.tags.address, one.tags.name)
    return {tag: f"value {at}" for at, tag in enumerate(tags) if tag and tag != ADDRESS}


def merged(service: str, body: str, one: Merging, place: Place = "text") -> str:
    return shown(LANGUAGES[service](body, values(one), place))


@pytest.mark.parametrize("service", LANGUAGES)
def test_text_that_looks_like_tags_is_shown_as_it_was_written(service: str) -> None:
    one = merging(service)
    assert merged(service, one.text(LOOKS), one) == LOOKS
    assert merged(service, one.header(LOOKS), one, "header") == LOOKS
    page = f'<p title="{html.escape(LOOKS)}">{html.escape(LOOKS)}</p>'
    assert html.unescape(merged(service, one.html(page), one, "html")) == html.unescape(page)


@pytest.mark.parametrize("service", LANGUAGES)
def test_without_that_the_service_would_take_it_for_tags(service: str) -> None:
    one = merging(service)
    try:
        seen = merged(service, LOOKS, one)
    except TakenForTagError:
        seen = "an error"
    assert seen != LOOKS


CHARACTERS = st.text(alphabet="{}%#|*[]$@\"'`<>&!- \nab1", max_size=40)


@pytest.mark.parametrize("service", LANGUAGES)
@given(before=CHARACTERS, between=CHARACTERS, after=CHARACTERS)
@settings(deadline=None)
def test_any_text_around_the_tags_comes_back(service: str, before: str, between: str, after: str) -> None:
    one = merging(service)
    word, tag = one.shield(one.tags.unsubscribe), one.tags.unsubscribe
    value = values(one)[tag]
    text = one.text(f"{before}{word}{between}{word}{after}")
    assert text.count(tag) == 2
    assert merged(service, text, one) == f"{before}{value}{between}{value}{after}"
    header = one.header(f"{before}{word}{between}{word}{after}")
    assert merged(service, header, one, "header") == f"{before}{value}{between}{value}{after}"
    escaped = [html.escape(part) for part in (before, between, after)]
    page = one.html(f'<p title="{escaped[0]}{word}">{escaped[1]}</p><a href="{word}">{escaped[2]}</a>\n')
    assert page.count(tag) == 2
    shown_page = html.unescape(merged(service, page, one, "html"))
    assert shown_page == f'<p title="{before}{value}">{between}</p><a href="{value}">{after}</a>\n'


@pytest.mark.parametrize("service", [*LANGUAGES, ""])
def test_the_templates_are_given_a_word_for_each_tag(service: str) -> None:
    one = merging(service, address="", greeting="Dear {name},")
    given_values = one.values("https://letter.example/issues/k/")
    assert one.text(f"{given_values['unsubscribe']}") == one.tags.unsubscribe
    assert one.text(f"{given_values['web_view']}") == (one.tags.web_view or "https://letter.example/issues/k/")
    assert given_values["issue_page"] == "https://letter.example/issues/k/"
    assert [one.html(line) for line in given_values["address"]] == ([one.tags.address] if one.tags.address else [])  # type: ignore[attr-defined] # a tuple of texts
    assert one.html(f"{given_values['greeting']}") == f"Dear {one.tags.name},"
    words = [given_values["unsubscribe"], given_values["name"]]
    assert all(str(word).isalnum() for word in words if word)


def test_a_template_names_a_tag_of_its_own() -> None:
    one = merging("mailchimp")
    merge: Any = one.values("")["merge"]
    assert one.html(f"<p>{merge('*|EMAIL|*')} *|EMAIL|*</p>") == "<p>*|EMAIL|* &#42;|EMAIL|*</p>"


def test_what_is_configured_goes_before_what_the_service_has() -> None:
    own = Tags(unsubscribe="*|UNSUB|*?x", web_view="*|W|*", address="*|A|*", name="*|N|*")
    assert configured(digest("mailchimp", address="", tags=own)) == own
    assert configured(digest("mailchimp", address="", unsubscribe="*|UNSUB|*?y", tags=own)).unsubscribe == "*|UNSUB|*?y"
    assert configured(digest("mailchimp", tags=own)).address == ADDRESS
    assert configured(digest("mailchimp", address="")) == SERVICES["mailchimp"].tags
    assert configured(Digest(unsubscribe="https://x.example/")) == Tags(unsubscribe="https://x.example/")


def test_the_tags_in_an_address_are_left_alone_and_the_rest_is_text() -> None:
    one = merging("listmonk", unsubscribe='https://x.example/?a=1&who={{ .Subscriber.UUID }}&{{ Link "&" }}')
    word = one.shield(one.tags.unsubscribe)
    assert one.html(html.escape(word)) == 'https://x.example/?a=1&amp;who={{ .Subscriber.UUID }}&amp;{{ Link "&" }}'
    assert one.text(word) == one.tags.unsubscribe


def test_a_postal_address_may_have_lines_and_tags_among_its_words() -> None:
    one = merging("phplist", address="12 [a mill] Lane\n\n  [COUNTRY] & more ")
    lines: Any = one.values("")["address"]
    assert [one.text(line) for line in lines] == ["12 [a mill] Lane", "[COUNTRY] & more"]


def test_tags_of_a_custom_service_may_look_like_anything() -> None:
    one = merging("custom", tags=Tags(unsubscribe="-out-", web_view="https://x.example/?a&b"))
    given_values = one.values("")
    assert one.html(f"<a>{given_values['unsubscribe']}</a>") == "<a>-out-</a>"
    assert given_values["web_view"] == "https://x.example/?a&b"


def test_no_service_changes_no_text_and_keeps_tags() -> None:
    one = Merging(Digest(unsubscribe="{{ leave }}"), "content")
    word = one.shield(one.tags.unsubscribe)
    for finish in (one.html, one.text, one.header):
        assert finish(f"{LOOKS} {word}") == f"{LOOKS} {{{{ leave }}}}"


def test_style_sheets_stay_as_they_are() -> None:
    sheet = '<style>p[dir] { width: 1%% } *|a {{ }}</style><STYLE type="a">*|b [x]</STYLE >'
    for service in LANGUAGES:
        if service not in {"buttondown", "brevo", "keila", "kit", "smtp"}:
            assert sheet in merging(service).html(f"<p>[a] *|b|*</p>{sheet}<p>{{$c}} %%d%%</p>")


def test_listmonk_keeps_the_comments_that_outlook_needs_and_the_tags_in_them() -> None:
    one = merging("listmonk")
    word = one.shield(one.tags.web_view)
    page = f'<!-- note --><!--[if mso]><style>a{{{{</style><a href="{word}">`{{{{ x }}}}<![endif]--><p>{{{{ y }}}}</p>'
    page += "<!--[if !mso]><!--><b>z</b><!--<![endif]-->"
    merged_page = merged("listmonk", one.html(page), one, "html")
    assert html.unescape(merged_page) == page.replace("<!-- note -->", "").replace(word, values(one)[one.tags.web_view])


def test_the_word_for_a_tag_depends_on_the_content_alone() -> None:
    words = [Merging(digest("kit"), content).shield("{{ x }}") for content in ("a", "a", "b\ud800")]
    assert words[0] == words[1] != words[2]


@pytest.mark.parametrize("service", LANGUAGES)
def test_a_digest_with_address_has_no_problems(service: str) -> None:
    assert list(problems(digest(service))) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"service": "custom"},
            "digest.tags.unsubscribe: is required with digest.service = 'custom'; give the service's merge tag",
        ),
        ({"service": "listmonk", "address": ""}, "digest.address: is required with digest.service = 'listmonk': the law asks"),
        (
            {"service": "mailchimp", "unsubscribe": "https://letter.example/leave"},
            "digest.unsubscribe: expected *|UNSUB|*, without which mailchimp sends nothing, got 'https://letter.example/leave'; ",
        ),
        (
            {"service": "kit", "tags": Tags(unsubscribe="{{ leave }}")},
            "digest.tags.unsubscribe: expected {{ unsubscribe_url }} or {{ unsubscribe_link }}, without which kit sends nothing",
        ),
        ({"greeting": "Dear {name},"}, "digest.greeting: expected no {name}, for which there is no merge tag; give the one"),
        ({"service": "phplist", "greeting": "{name}"}, "digest.greeting: expected no {name}"),
        ({"tags": Tags(name="*|FNAME|*")}, "digest.tags: expected digest.service with it; give"),
    ],
)
def test_what_a_service_would_miss_is_a_problem_that_names_the_key(changes: dict[str, Any], problem: str) -> None:
    [found] = problems(Digest(**{"address": ADDRESS, **changes}))
    assert found.startswith(problem)


def test_mailchimp_brings_the_address_and_others_need_not_have_their_own_link() -> None:
    assert list(problems(Digest(service="mailchimp"))) == []
    assert list(problems(digest("listmonk", unsubscribe="https://letter.example/leave"))) == []
    assert list(problems(Digest())) == []


def test_templates_that_lose_a_tag_fail_the_build() -> None:
    one = Merging(Digest(service="mailchimp"), "content")
    whole = "*|UNSUB|* *|LIST:ADDRESS|*"
    one.check(whole, whole)
    merging("").check("", "")
    with pytest.raises(ConfigError, match=r"mailchimp needs \*\|UNSUB\|\* in the mail, and .* email\.html\.j2 leaves it out"):
        one.check("*|LIST:ADDRESS|*", whole)
    with pytest.raises(
        ConfigError, match=r"needs \*\|LIST:ADDRESS\|\* .* email\.txt\.j2 leaves it out; write {{ address }} into"
    ):
        one.check(whole, "*|UNSUB|*")


def test_only_our_own_delivery_needs_a_tag_for_the_header() -> None:
    assert {name: merging(name).list_unsubscribe for name in LANGUAGES if merging(name).list_unsubscribe} == {
        "smtp": "{{unsubscribe_url}}"
    }
    assert merging("smtp", unsubscribe="https://letter.example/leave").list_unsubscribe == ""
    assert merging("").list_unsubscribe == ""


def test_a_word_joiner_is_what_parts_characters_that_have_no_other_way() -> None:
    assert merging("mailchimp").header("*|X|*") == f"*{WORD_JOINER}|X|*"
