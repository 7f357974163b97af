"""The mail services: what each one's merge tags are, and how it is told that text is not one. Pure data, no I/O.

A merge tag is what a service replaces for each recipient. Beside each fact stands the documentation that was read for it;
where there was none to be had, the comment says so. ``merging.py`` puts the tags into a digest.

Each service replaces what looks like a tag wherever it stands, so an article about templates would lose its examples. What
begins a tag is therefore written so that the service shows it: as a string in the service's own template language where it
has one, else in HTML as a character reference, and in plain text with a WORD JOINER (U+2060) after its first character, which
has no width.
"""

import re
from collections.abc import Callable
from typing import Annotated

from msgspec import Struct

from newsletter import rules

WORD_JOINER = "\u2060"


class Tags(Struct, frozen=True, kw_only=True):
    """[digest.tags]: merge tags that go before those of digest.service."""

    unsubscribe: Annotated[
        str,
        "The service's merge tag for the address at which a recipient unsubscribes.",
    ] = ""
    web_view: Annotated[
        str,
        "The service's merge tag for the address of the mail as a web page; empty: the issue's own page.",
    ] = ""
    address: Annotated[
        str,
        "The service's merge tag for the publication's postal address.",
        rules.many_lines,
    ] = ""
    name: Annotated[
        str,
        "The service's merge tag for the recipient's name, which {name} in digest.greeting stands for.",
    ] = ""


class Literal(Struct, frozen=True, kw_only=True):
    """How text that a service would take for a tag is written in one place of the mail."""

    #: What begins a tag there, no more of it than has to be written otherwise.
    opening: re.Pattern[str]
    #: Takes what was found and returns what the service shows as that.
    written: Callable[[str], str]


class Syntax(Struct, frozen=True, kw_only=True):
    """How merge tags are written, seen from the text that is none."""

    html: Literal
    text: Literal
    header: Literal
    #: Whether ``html`` may stand in style sheets, as a service's own language may and a character reference may not.
    in_styles: bool = False
    #: Keeps a conditional comment that the service would otherwise drop.
    comment: Callable[[str], str] | None = None


class Service(Struct, frozen=True, kw_only=True):
    """One service."""

    #: As digest.service has it.
    name: str
    #: Where its merge tags are documented.
    documentation: str
    syntax: Syntax
    tags: Tags = Tags()
    #: One of these must stand in the mail, or the service does not send it; empty: any address for unsubscribing will do.
    demands: tuple[str, ...] = ()
    #: Whether List-Unsubscribe is ours to write; the others write their own.
    list_unsubscribe: bool = False


def _reference(found: str) -> str:
    """Write characters as HTML character references (HTML, section 13.1.4), which no template language reads."""
    return "".join(f"&#{ord(char)};" for char in found)


def _joined(found: str) -> str:
    return found + WORD_JOINER


#: What _go_comment and _go write.
_SAFE = re.compile(rb'\{\{ Safe (?:`([^`]+)`|"(`)") \}\}')


def _quoted(found: str) -> str:
    """Write characters as a string of Django's, Liquid's and pongo2's; single quotes, so that attributes may hold it.

    https://docs.djangoproject.com/en/5.2/ref/templates/language/ (string literals in variables),
    https://shopify.dev/docs/api/liquid/basics (strings).
    """
    return f"{{{{ '{found}' }}}}"


def _go(found: str) -> str:
    """Write characters as a raw string of Go's (https://pkg.go.dev/text/template), marked as HTML where they are."""
    return f"{{{{ {'Safe ' if found == '<' else ''}`{found}` }}}}"


def _go_comment(piece: str) -> str:
    """Write HTML as it is: html/template drops comments, listmonk's Safe keeps them."""
    return '{{ Safe "`" }}'.join(f"{{{{ Safe `{part}` }}}}" if part else "" for part in piece.split("`"))


def as_shown(html: bytes) -> bytes:
    """Read HTML as listmonk shows it where we marked it as such; other HTML as it is."""
    return _SAFE.sub(lambda marked: marked[1] or marked[2], html)


def _same(opening: str, written: Callable[[str], str]) -> Syntax:
    literal = Literal(opening=re.compile(opening), written=written)
    return Syntax(html=literal, text=literal, header=literal, in_styles=True)


def _foreign(opening: str, in_text: str = "") -> Syntax:
    """Describe tags of a service that has no way to write them as text."""
    plain = Literal(opening=re.compile(in_text or opening), written=_joined)
    return Syntax(html=Literal(opening=re.compile(opening), written=_reference), text=plain, header=plain)


# {{ variable }}, {% tag %}, {# comment #}
DJANGO = _same(r"\{(?=[{%#])", _quoted)
# {{ object }}, {% tag %}. Ruby's Liquid reads {% within {{ }} as a tag, hence one brace at a time.
LIQUID = _same(r"\{(?=[{%])", _quoted)
# *|TAG|*
MAILCHIMP = _foreign(r"\*(?=\|)")
# {$variable}
DOLLAR = _foreign(r"\{(?=\$)")
# [NAME], [NAME%%if empty], [URL:…]: what is in the brackets may be any attribute's name. Numbers in brackets, as notes have
# them in the text part, are no attributes; [if mso] and [endif] are Outlook's.
BRACKETS = _foreign(r"\[(?!if |endif\])|%(?=%)", r"\[(?!\d*\])(?=[^\[\]\n]*\])|%(?=%)")
# listmonk compiles the HTML and the text part with html/template, and subjects with text/template. In the text part a <
# would turn into &lt;, or what follows into an element. ADDRESS@TrackLink is a shorthand for a tag (models/common.go).
LISTMONK = Syntax(
    html=Literal(opening=re.compile(r"\{(?=\{)|@(?=TrackLink)"), written=_reference),
    text=Literal(opening=re.compile(r"\{(?=[{<]|@TrackLink)|@(?=TrackLink)|<"), written=_go),
    header=Literal(opening=re.compile(r"\{(?=\{|@TrackLink)|@(?=TrackLink)"), written=_go),
    comment=_go_comment,
)
# Ours, for delivery over SMTP: {{name}} for the value of that name and {{'{'}} for a brace, and nothing else between braces.
OWN = _same(r"\{(?=\{)", lambda found: f"{{{{'{found}'}}}}")

#: What the tags of a service that is not known here may begin with.
OPENINGS = re.compile(r"\{\{|\{%|\{\$|\$\{|\*\||%%|##|\[\[|[\[{]")

SERVICES = {
    service.name: service
    for service in (
        Service(
            name="mailchimp",
            # http://kb.mailchimp.com/tag/unsubscribe: "All campaigns … are required to include" *|UNSUB|*.
            # https://kb.mailchimp.com/campaigns/confirmation-and-sending/mailchimp-doesnt-recognize-my-unsub-tag: a link of
            # one's own is not recognised. The address, too, comes from the list ("This information is required in any
            # campaigns", http://kb.mailchimp.com/tag/email+address). *|ARCHIVE|* and *|LIST:ADDRESS|*: the cheat sheet could
            # not be read, not verified beyond the project's norms; nor is that a character reference reaches the reader.
            documentation="https://mailchimp.com/help/all-the-merge-tags-cheat-sheet/",
            syntax=MAILCHIMP,
            tags=Tags(unsubscribe="*|UNSUB|*", web_view="*|ARCHIVE|*", address="*|LIST:ADDRESS|*", name="*|FNAME|*"),
            demands=("*|UNSUB|*",),
        ),
        Service(
            name="buttondown",
            # Django's language: https://docs.buttondown.com/templating, which also has email.absolute_url and the name
            # (https://docs.buttondown.com/subscriber-metadata: a key that the publication has to fill).
            # Finished HTML goes out in naked mode, which requires the tag: https://docs.buttondown.com/naked-mode.
            # There is no variable for a postal address.
            documentation="https://docs.buttondown.com/templating",
            syntax=DJANGO,
            tags=Tags(
                unsubscribe="{{ unsubscribe_url }}",
                web_view="{{ email.absolute_url }}",
                name="{{ subscriber.metadata.first_name }}",
            ),
            demands=("{{ unsubscribe_url }}",),
        ),
        Service(
            name="listmonk",
            # Go templates, the functions UnsubscribeURL, MessageURL and Safe, and where templates are read: the page below.
            # It writes List-Unsubscribe itself (internal/manager/manager.go). It knows no postal address.
            documentation="https://listmonk.app/docs/templating",
            syntax=LISTMONK,
            tags=Tags(unsubscribe="{{ UnsubscribeURL }}", web_view="{{ MessageURL }}", name="{{ .Subscriber.FirstName }}"),
        ),
        Service(
            name="keila",
            # Liquid (Solid) over subject, HTML and text: lib/keila/mailings/renderer.ex of the repository below, where
            # campaign_renderer.ex sets unsubscribe_link, and campaign.public_link only where that is switched on: so the web
            # view is our own page. contact.first_name: priv/email_templates/default-text-template.txt. It writes
            # List-Unsubscribe itself (delivery_worker.ex). It knows no postal address.
            documentation="https://github.com/pentacent/keila",
            syntax=LIQUID,
            tags=Tags(unsubscribe="{{ unsubscribe_link }}", name="{{ contact.first_name }}"),
        ),
        Service(
            name="mailerlite",
            # Its help pages could not be read: not verified beyond the project's norms, and no tag for address and name.
            documentation="https://www.mailerlite.com/help",
            syntax=DOLLAR,
            tags=Tags(unsubscribe="{$unsubscribe}", web_view="{$url}"),
        ),
        Service(
            name="brevo",
            # {{ mirror }}, {{ unsubscribe }} and {{ contact.FIRSTNAME }}: help.sendinblue.com/hc/en-us/articles/360000946299.
            # Its language has Django's filters, strings in single quotes, autoescape and verbatim
            # (help.sendinblue.com/hc/en-us/articles/360018252080), so it is taken for Django's or pongo2's; both read a
            # string in a variable (github.com/flosch/pongo2, lexer.go) and a lone {# as a comment. It knows no postal address.
            documentation="https://help.brevo.com/hc/en-us/articles/4402386448530",
            syntax=DJANGO,
            tags=Tags(unsubscribe="{{ unsubscribe }}", web_view="{{ mirror }}", name="{{ contact.FIRSTNAME }}"),
        ),
        Service(
            name="kit",
            # "Your template must have a functioning unsubscribe link to be valid", by one of two variables: the page below.
            # Not verified beyond the project's norms: that its language is Liquid, and the name. No tag for web view and address.
            documentation="https://intercom.help/convertkit/en/articles/2810454-custom-html-email-templates-faqs-troubleshooting",
            syntax=LIQUID,
            tags=Tags(unsubscribe="{{ unsubscribe_url }}", name="{{ subscriber.first_name }}"),
            demands=("{{ unsubscribe_url }}", "{{ unsubscribe_link }}"),
        ),
        Service(
            name="phplist",
            # The page below; which brackets are replaced: parsePlaceHolders in lib.php and sendemaillib.php of phpList 3.6,
            # which reads no character references, leaves unknown brackets alone (older ones removed them) and writes
            # List-Unsubscribe itself. No tag for web view and address; the name is an attribute of the publication's own.
            documentation="http://docs.phplist.com/Placeholders.html",
            syntax=BRACKETS,
            tags=Tags(unsubscribe="[UNSUBSCRIBEURL]"),
        ),
        Service(
            name="smtp",
            # Our own delivery: see OWN.
            documentation="",
            syntax=OWN,
            tags=Tags(unsubscribe="{{unsubscribe_url}}", name="{{name}}"),
            list_unsubscribe=True,
        ),
    )
}

CUSTOM = "custom"
NAMES = ("", *SERVICES, CUSTOM)


def find(name: str, tags: Tags) -> Service | None:
    """Return the service that digest.service names; a custom one is known by the tags that are configured for it."""
    if name != CUSTOM:
        return SERVICES.get(name)
    given = f"{tags.unsubscribe} {tags.web_view} {tags.address} {tags.name}"
    found = sorted({_alone(opening) for opening in OPENINGS.findall(given)})
    return Service(name=CUSTOM, documentation="", syntax=_foreign("|".join(found) or r"(?!)"))


def _alone(opening: str) -> str:
    """Match the first character of an opening where the rest follows; Outlook's comments stay as they are."""
    if opening == "[":
        return r"\[(?!if |endif\])"
    return re.escape(opening[0]) + (f"(?={re.escape(opening[1])})" if opening[1:] else "")
