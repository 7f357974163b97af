import re
from functools import partial

import pytest
from msgspec.structs import asdict

from newsletter.mail import services
from newsletter.mail.merging import TAG
from newsletter.mail.services import SERVICES, Literal, Service, Tags


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda service: service.name)
def test_every_tag_is_recognised_as_one_and_the_service_gets_what_it_demands(service: Service) -> None:
    tags = [tag for tag in asdict(service.tags).values() if tag]
    assert all(TAG.fullmatch(tag) for tag in tags)
    assert service.tags.unsubscribe
    assert not service.demands or service.tags.unsubscribe in service.demands
    assert service.documentation.startswith("http") == (service.name != "smtp")


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda service: service.name)
def test_every_tag_begins_with_what_text_is_not_left_with(service: Service) -> None:
    for tag in filter(None, asdict(service.tags).values()):
        for literal in (service.syntax.html, service.syntax.text, service.syntax.header):
            assert literal.opening.match(tag)


def test_a_name_is_a_service_or_none() -> None:
    assert services.find("", Tags()) is None
    assert services.find("kit", Tags()) is SERVICES["kit"]
    assert set(services.NAMES) == {"", "custom", *SERVICES}


def written(literal: Literal, match: re.Match[str]) -> str:
    return literal.written(match[0])


@pytest.mark.parametrize(
    ("tag", "text", "html"),
    [
        ("{{ out }}", "{\u2060{ x }}", "&#123;{ x }}"),
        ("%%out%%", "%\u2060%x%\u2060%", "&#37;%x&#37;%"),
        ("*|OUT|*", "*\u2060|X|*", "&#42;|X|*"),
        ("[out]", "[\u2060x]", "&#91;x]"),
        ("{out}", "{\u2060x}", "&#123;x}"),
        ("[[out]]", "[\u2060[x]]", "&#91;[x]]"),
        ("https://x.example/?who=${out}", "$\u2060{x}", "&#36;{x}"),
    ],
)
def test_a_custom_service_is_known_by_its_tags(tag: str, text: str, html: str) -> None:
    service = services.find("custom", Tags(unsubscribe=tag))
    assert service is not None
    like_a_tag = text.replace("\u2060", "")
    for literal, expected in ((service.syntax.text, text), (service.syntax.html, html)):
        assert re.sub(literal.opening, partial(written, literal), like_a_tag) == expected


def test_a_custom_service_whose_tags_look_like_words_changes_nothing() -> None:
    service = services.find("custom", Tags(unsubscribe="-out-"))
    assert service is not None
    assert service.syntax.html.opening.search("-out- {{ x }} [x] *|X|*") is None


def test_brackets_of_outlooks_comments_are_left_alone() -> None:
    service = services.find("custom", Tags(unsubscribe="[out]"))
    assert service is not None
    for one in (service, SERVICES["phplist"]):
        assert re.findall(one.syntax.html.opening, "<!--[if mso]>a<![endif]--> [b]") == ["["]
