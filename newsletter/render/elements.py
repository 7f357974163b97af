"""HTML's elements, by what the renderer does with them (https://html.spec.whatwg.org/multipage/indices.html)."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: What the content may hold.
CONTENT = _names(
    "a abbr audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2"
    " h3 h4 h5 h6 hr i img ins kbd li mark ol p picture pre q rp rt ruby s samp small source span strong sub summary sup table"
    " tbody td tfoot th thead time tr u ul var video wbr"
)
#: Elements that say less than they promise, or are obsolete, to those that take their place.
RENAMED = {
    **dict.fromkeys(("article", "aside", "center", "footer", "header", "hgroup", "main", "nav", "section"), "div"),
    **dict.fromkeys(("big", "font"), "span"),
    "acronym": "abbr",
    "strike": "s",
    "tt": "code",
}
#: Removed with what they hold; other unknown elements leave their text.
EMPTIED = _names("button canvas datalist head math noembed noframes option script select style svg template textarea title xmp")
#: Elements that stand on lines of their own.
BLOCKS = _names(
    "audio blockquote caption dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre summary table tbody td"
    " tfoot th thead tr ul video"
)
#: Blocks that Python-Markdown does not know to be such: their tags would otherwise get a paragraph around them.
UNKNOWN_BLOCKS = _names(
    "audio base caption center col colgroup frame iframe legend link picture search source summary title track video"
)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: Elements without an end tag.
VOID = _names("area base br col embed hr img input link meta param source track wbr")
#: Elements whose end tags may be left out.
CLOSED_BY_THEMSELVES = _names("colgroup dd dt li option p rp rt tbody td tfoot th thead tr")
