"""The digest as each mail service is given it, and as the service then shows it."""

import email
import email.policy
import json
from email.message import EmailMessage
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring
from msgspec.structs import replace

from newsletter.config import Config, Digest
from newsletter.emitters import emitter
from newsletter.errors import ConfigError
from newsletter.mail.merging import configured
from newsletter.mail.services import SERVICES, Tags
from newsletter.model import Person, Rendered
from newsletter.templating import Templates
from tests.factories import make_config, make_edition, make_issue, make_rendered
from tests.merge_languages import LANGUAGES, shown
from tests.render.rendering import rendered

TEMPLATES = Templates()
FOLDER = "issues/2026-W10/"
CUSTOM = Tags(unsubscribe="%%leave%%", web_view="%%web%%", name="%%name%%")
LOOKS = "*|UNSUB|* {{unsubscribe_url}} {{{ RAW }}} [unsubscribe] [NAME%%you] %%x%% {$name} {% if x %} {# c #} {{`x`}} ##X## ${x}"
MARKDOWN = """\
*|UNSUB|* {{unsubscribe_url}} {{{ RESEND_UNSUBSCRIBE_URL }}} [unsubscribe] %%unsubscribe%% <a href="{{ x }}">l</a> {$unsubscribe}

A [link to *|ARCHIVE|*, [NAME], {{ mirror }}](https://x.example/*|EMAIL|*/{{ y }}?a=[UNSUBSCRIBEURL]&b=%%c%%#{$d}), a picture
![{{ alt }} [ALT] *|ALT|*](https://x.example/p.png), `{{ .Subscriber.Email }}` and https://x.example/@TrackLink.

```go
<p>{{ range .Items }}<b>{{.}}</b>{{ end }}</p> *|IF:X|* [IF] {$if} %%if%%
```
"""


def digest_of(service: str, **changes: Any) -> Digest:  # noqa: ANN401 - any field of Digest
    own = CUSTOM if service == "custom" else Tags()
    needed = "" if service == "mailchimp" else "12 Mill Lane\nCambridge & more"
    greeting = "Dear {name}," if configured(Digest(service=service, tags=own)).name else ""
    return Digest(**{"service": service, "tags": own, "address": needed, "greeting": greeting, **changes})


def with_service(service: str, **changes: Any) -> Config:  # noqa: ANN401 - any field of Digest
    return make_config(digest=digest_of(service, **changes))


def outputs(config: Config, *articles: Rendered, name: str = "digest", **issue: Any) -> dict[str, bytes]:  # noqa: ANN401 - any field of Issue
    edition = make_edition(*articles, issue=make_issue(*articles, **issue))
    return {output.path.removeprefix(FOLDER): output.body for output in emitter(name)(config, edition, TEMPLATES)}


def trap() -> Rendered:
    """Take a rendered article that is full of what services replace."""
    article = rendered(MARKDOWN)
    people = (Person(name=f"Ada {LOOKS}"),)
    return replace(article, summary=LOOKS, article=replace(article.article, title=LOOKS, authors=people, tags=(LOOKS, "[b]")))


def message_of(made: dict[str, bytes]) -> EmailMessage:
    mail = email.message_from_bytes(made["email.eml"], policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def parts(made: dict[str, bytes]) -> list[str]:
    """Return text and HTML of the message, as a mail program decodes them."""
    return [cast("EmailMessage", part).get_content().replace("\r\n", "\n") for part in message_of(made).iter_parts()]


def values(config: Config) -> dict[str, str]:
    """Give each tag of the digest a value."""
    tags = configured(config.digest)
    own = {"unsubscribe": tags.unsubscribe, "web-view": tags.web_view, "name": tags.name}
    if not config.digest.address:
        own["address"] = tags.address
    return {tag: f"https://value.example/{name}" for name, tag in own.items() if tag}


def seen(html: str) -> list[str]:
    """List what a reader of a page sees and follows, in order."""
    found = []
    for element in document_fromstring(html).iter("*"):
        if element.tag not in {"style", "head"} and isinstance(element.tag, str):
            found += [
                element.text or "",
                element.tail or "",
                *(element.get(name, "") for name in ("href", "src", "alt", "title")),
            ]
            found.append(element.get("aria-label", ""))
    return found


@pytest.mark.parametrize("service", LANGUAGES)
def test_the_tags_stand_byte_for_byte_in_html_text_and_message(service: str) -> None:
    config = with_service(service)
    made = outputs(config, trap())
    tags = configured(config.digest)
    html, text = made["email.html"].decode(), made["email.txt"].decode()
    view = tags.web_view or "https://letter.example/issues/2026-W10/"
    assert html.count(f'href="{tags.unsubscribe}"') >= 1
    assert html.count(f'href="{view}"') >= 1
    assert f"Unsubscribe: {tags.unsubscribe}\n" in text
    assert f"View in browser: {view}\n" in text
    for body in (html.replace("<br>", "\n").replace("&amp;", "&"), text):
        assert (config.digest.address or tags.address) in body
        assert not tags.name or f"Dear {tags.name}," in body
    assert parts(made) == [text, html]


@pytest.mark.parametrize("service", LANGUAGES)
def test_what_an_article_says_of_tags_is_shown_as_it_was_written(service: str) -> None:
    config = with_service(service)
    made = outputs(config, trap(), subject=LOOKS, preheader=LOOKS)
    tags, given_values = configured(config.digest), values(config)
    # The same digest of somebody who writes into it what the service would: nothing is merged
    by_hand = Digest(
        unsubscribe=given_values[tags.unsubscribe],
        address=config.digest.address or given_values[tags.address],
        greeting=config.digest.greeting.replace("{name}", given_values.get(tags.name, "")),
    )
    plain = make_config(digest=by_hand)
    as_written = outputs(plain, trap(), subject=LOOKS, preheader=LOOKS)
    view = given_values.get(tags.web_view, "https://letter.example/issues/2026-W10/")

    def merged(name: str) -> str:
        body = shown(LANGUAGES[service](made[name].decode(), given_values, "html" if name == "email.html" else "text"))
        return body.replace(view, "https://letter.example/issues/2026-W10/")

    assert merged("email.txt") == shown(as_written["email.txt"].decode())
    assert seen(merged("email.html")) == seen(as_written["email.html"].decode())
    subject = str(message_of(made)["Subject"])
    assert shown(LANGUAGES[service](subject, given_values, "header")) == LOOKS


@pytest.mark.parametrize("service", LANGUAGES)
def test_feeds_and_pages_keep_what_an_article_says(service: str) -> None:
    for name in ("rss", "atom", "jsonfeed", "web"):
        with_it, without = (outputs(config, trap(), name=name) for config in (with_service(service), make_config()))
        assert with_it == without
        assert any(b"{{unsubscribe_url}}" in body for body in with_it.values())


def test_without_a_service_nothing_is_written_otherwise() -> None:
    made = outputs(make_config(digest=Digest(unsubscribe="{{ unsubscribe_url }}")), trap(), subject=LOOKS)
    assert 'href="{{ unsubscribe_url }}"' in made["email.html"].decode()
    assert all("*|UNSUB|*" in made[name].decode() for name in ("email.html", "email.txt"))
    assert "*|IF:X|* [IF] {$if} %%if%%" in made["email.txt"].decode()
    assert message_of(made)["Subject"] == LOOKS


@pytest.mark.parametrize("service", LANGUAGES)
def test_only_our_own_delivery_gets_list_unsubscribe_with_a_tag(service: str) -> None:
    mail = message_of(outputs(with_service(service), make_rendered()))
    if service == "smtp":
        assert mail["List-Unsubscribe"] == "<{{unsubscribe_url}}>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    else:
        assert "List-Unsubscribe" not in mail


def test_an_address_of_ones_own_goes_before_the_tag_everywhere() -> None:
    config = with_service("smtp", unsubscribe="https://letter.example/leave?a=1&b=2")
    made = outputs(config, make_rendered())
    assert 'href="https://letter.example/leave?a=1&amp;b=2"' in made["email.html"].decode()
    assert "Unsubscribe: https://letter.example/leave?a=1&b=2\n" in made["email.txt"].decode()
    assert message_of(made)["List-Unsubscribe"] == "<https://letter.example/leave?a=1&b=2>"


@pytest.mark.parametrize("service", LANGUAGES)
def test_the_manifest_holds_what_an_integration_needs(service: str) -> None:
    config = with_service(service)
    made = outputs(config, trap(), subject=LOOKS, preheader=LOOKS)
    manifest = json.loads(made["issue.json"])
    assert (manifest["subject"], manifest["preheader"]) == (LOOKS, LOOKS)
    given_service = manifest["service"]
    assert given_service["name"] == service
    for name in ("subject", "preheader"):
        assert shown(LANGUAGES[service](given_service[name], values(config), "header")) == LOOKS
    assert given_service["subject"] == manifest["headers"]["Subject"] == message_of(made)["Subject"]
    assert given_service["tags"]["unsubscribe"] == configured(config.digest).unsubscribe
    assert given_service["tags"]["address"] == configured(config.digest).address
    assert manifest["from"] == manifest["headers"]["From"] == "The Test Letter <newsletter@letter.example>"
    assert manifest["list_id"] == manifest["headers"]["List-Id"] == "The Test Letter <newsletter.letter.example>"
    assert [article["id"] for article in manifest["articles"]] == [trap().article.id]
    assert [file["name"] for file in manifest["files"]] == ["email.html", "email.txt", "email.eml"]


def test_listmonk_gets_outlooks_comments_as_it_keeps_them() -> None:
    html = outputs(with_service("listmonk"), make_rendered())["email.html"].decode()
    assert "{{ Safe `<!--[if mso]>" in html
    merged = LANGUAGES["listmonk"](html, values(with_service("listmonk")), "html")
    without = outputs(make_config(), make_rendered())["email.html"].decode()
    assert merged.count("<!--[if mso]>") == merged.count("<![endif]-->") == without.count("<!--[if mso]>")


def test_a_template_of_the_publication_that_drops_the_footer_fails_the_build(tmp_path: Any) -> None:  # noqa: ANN401 - a path
    (tmp_path / "email.html.j2").write_text(
        '{% extends "newsletter/email.html.j2" %}{% block footer %}{% endblock %}{% block strip %}{% endblock %}'
    )
    edition = make_edition(make_rendered())
    with pytest.raises(ConfigError, match=r"digest\.service: mailchimp needs \*\|UNSUB\|\* in the mail"):
        emitter("digest")(with_service("mailchimp"), edition, Templates(tmp_path))


def test_a_template_of_the_publication_has_tags_of_its_own(tmp_path: Any) -> None:  # noqa: ANN401 - a path
    (tmp_path / "email.html.j2").write_text(
        '{% extends "newsletter/email.html.j2" %}{% block masthead %}<p>{{ merge("*|EMAIL|*") }}, {{ name }}</p>{% endblock %}'
    )
    files = emitter("digest")(with_service("mailchimp"), make_edition(make_rendered()), Templates(tmp_path))
    assert "*|EMAIL|*, *|FNAME|*</p>" in files[0].body.decode()


WILD = st.text(alphabet="{}%#|*[]$@\"'`<>&! \nabN1", min_size=1, max_size=60)


@pytest.mark.parametrize("service", ["mailchimp", "buttondown", "listmonk", "keila", "mailerlite", "phplist", "smtp"])
@given(text=WILD)
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_title_is_shown_as_it_is(service: str, text: str) -> None:
    title = " ".join(text.split()) or "-"
    config = with_service(service)
    made = outputs(config, make_rendered(title=title, text=f"{text}\n"), subject=title)
    html = shown(LANGUAGES[service](made["email.html"].decode(), values(config), "html"))
    heading = next(element for element in document_fromstring(html).iter("h2"))
    assert " ".join("".join(map(str, heading.itertext())).split()) == title
    subject = json.loads(made["issue.json"])["service"]["subject"]
    assert shown(LANGUAGES[service](subject, values(config), "header")) == title


def test_every_service_has_a_language_to_be_tested_with() -> None:
    assert set(LANGUAGES) == {*SERVICES, "custom"}
