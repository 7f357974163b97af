import pytest
from lxml.html import fragment_fromstring

from newsletter.checks.clients import constructs
from newsletter.checks.clients.severity import LACKS, REASONS, STANDS_IN
from newsletter.checks.clients.support import findings


@pytest.mark.parametrize(
    ("name", "value", "slugs"),
    [
        ("padding-left", "4px", {"css-padding", "css-unit-px"}),
        ("border-bottom-color", "red", {"css-border"}),
        ("border-top-left-radius", "50%", {"css-border-radius", "css-unit-percent"}),
        ("font-family", "system-ui, 'A 12px'", {"css-sytem-ui"}),
        ("font", "12px Arial", {"css-font", "css-unit-px"}),
        ("column-gap", "1em", {"css-gap", "css-unit-em"}),
        ("margin-inline-start", "0", {"css-margin-inline-start-end"}),
        ("display", "NONE !important", {"css-display", "css-display-none", "css-important"}),
        ("color", "#1a2b3c", set()),
        ("color", "rgba(1, 2, 3, .5)", {"css-rgba"}),
        ("background", "url(a12px.png) no-repeat", {"css-background"}),
        ("width", "min(100%, 60ch)", {"css-width", "css-function-min", "css-unit-percent", "css-unit-ch"}),
        ("width", "fit-content", {"css-width", "css-intrinsic-size"}),
        ("height", "initial", {"css-height", "css-unit-initial"}),
        ("--ink", "#000", {"css-variables"}),
        ("mso-table-lspace", "0pt", set()),
        ("-webkit-text-size-adjust", "100%", set()),
        ("content", "'a'", set()),
    ],
)
def test_a_declaration_uses_features(name: str, value: str, slugs: set[str]) -> None:
    assert set(constructs.of_declaration(name, value)) == slugs


@pytest.mark.parametrize(
    ("html", "slugs"),
    [
        ("<h3>a</h3>", {"html-h1-h6"}),
        ('<a href="#a" target="_blank">a</a>', {"html-anchor-links", "html-target"}),
        ('<a href="MAILTO:a@b.example">a</a>', {"html-mailto-links"}),
        ('<img src="A.JPEG?x=1" width="2">', {"html-img", "html-width", "image-jpg"}),
        ('<img src="picture">', {"html-img"}),
        ("<input>", {"html-input-text"}),
        ('<button type="reset">a</button>', {"html-button-reset"}),
        ('<meta name="color-scheme" content="dark">', {"html-meta-color-scheme"}),
        ("<em>a</em>", set()),
    ],
)
def test_an_element_uses_features(html: str, slugs: set[str]) -> None:
    assert set(constructs.of_element(fragment_fromstring(html))) == slugs


@pytest.mark.parametrize(
    ("selector", "slugs"),
    [
        ("p", {"type"}),
        (".a.b", {"class", "chaining"}),
        ("#a > p", {"id", "child", "type"}),
        ("p + .a ~ i", {"type", "class", "adjacent-sibling", "general-sibling"}),
        (".a .b", {"class", "descendant"}),
        ("[dir~=rtl]", {"attribute"}),
        ("*, p", {"universal", "grouping", "type"}),
    ],
)
def test_a_selector_uses_features(selector: str, slugs: set[str]) -> None:
    assert {slug.removeprefix("css-selector-") for slug in constructs.of_selector(selector)} == slugs


def test_pseudo_classes_and_elements_are_features() -> None:
    assert {"css-pseudo-class-hover", "css-pseudo-element-before"} <= set(constructs.of_selector("a:hover::before"))


def test_every_name_that_constructs_and_weights_use_is_one_of_caniemails() -> None:
    known = set(findings().features)
    named = {
        *constructs.PROPERTIES.values(),
        *constructs.VALUES.values(),
        *constructs.FUNCTIONS.values(),
        *constructs.ELEMENTS.values(),
        *constructs.ATTRIBUTES.values(),
        *constructs.FORMATS.values(),
        *constructs.SELECTORS,
        *constructs.MEDIA.values(),
        *REASONS,
        *STANDS_IN,
        *LACKS,
    }
    assert named - known == set()
