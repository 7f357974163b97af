import pytest

from tests.render.rendering import PERMALINK, PREFIX, html, make_site, remarks, rendered

OTHER = "https://letter.example/articles/other-note/"
VAULT = make_site(
    permalinks={"notes/first.md": PERMALINK, "notes/Other note.md": OTHER},
    files=frozenset({"notes/pictures/Cat Häuser.png", "paper.pdf"}),
)


def in_vault(body: str) -> str:
    return rendered(body, VAULT, path="notes/first.md").html


@pytest.mark.parametrize(
    "tag",
    [
        "{{ 7*7 }}",
        "{{{ RAW }}}",
        "{{ x_y_z *a* }}",
        '{% include "/etc/passwd" %}',
        "{% for i in range(10**9) %}x{% endfor %}",
        "{# gone? #}",
        "{$unsubscribe}",
        "*|UNSUB|*",
        "*|LIST:ADDRESS|*",
        "%%unsubscribe%%",
        "[unsubscribe]",
        "[[unsubscribe]]",
        "[TOC]",
        "[toc]",
        "{{% notice %}}x{{% /notice %}}",
    ],
)
def test_template_and_merge_tags_stand_as_written(tag: str) -> None:
    assert html(f"a {tag} b") == f"<p>a {tag} b</p>"
    assert f"<code>{tag}</code>" in html(f"`{tag}`")


def test_a_shortcode_in_angle_brackets_stands_as_written() -> None:
    assert html("{{< youtube x >}}") == "<p>{{&lt; youtube x &gt;}}</p>"


def test_code_inside_a_template_tag_is_still_code() -> None:
    assert html("{{raw `x`}}") == "<p>{{raw <code>x</code>}}</p>"


def test_a_template_tag_in_an_address_is_encoded_not_evaluated() -> None:
    assert html("[a]({{ site.url }}/b_c_)") == f'<p><a href="{PERMALINK}%7B%7B%20site.url%20%7D%7D/b_c_">a</a></p>'


def test_a_wiki_link_leads_to_the_note_of_that_name() -> None:
    assert in_vault("[[other note]]") == f'<p><a href="{OTHER}">other note</a></p>'
    assert in_vault("[[notes/Other note.md|shown]]") == f'<p><a href="{OTHER}">shown</a></p>'
    assert in_vault("[[Other note#A heading!]]") == f'<p><a href="{OTHER}#a-heading">Other note &gt; A heading!</a></p>'


def test_a_wiki_link_into_the_note_itself_leads_to_its_heading() -> None:
    assert in_vault("[[#The end]]\n\n# The end").startswith(f'<p><a href="{PERMALINK}#{PREFIX}the-end">The end</a></p>')


def test_a_wiki_link_to_nothing_that_is_published_is_what_it_shows() -> None:
    assert (
        in_vault("[[Secret plan]] [[secret|alias]] [[../../outside/secret]]") == "<p>Secret plan alias ../../outside/secret</p>"
    )


def test_an_embedded_picture_is_an_image_and_a_size_is_its_size() -> None:
    src = "https://letter.example/assets/notes/pictures/Cat%20H%C3%A4user.png"
    assert in_vault("![[cat häuser.png]]") == f'<p><img alt="cat häuser.png" src="{src}"></p>'
    assert in_vault("![[Cat Häuser.png|300]]") == f'<p><img alt="" src="{src}" width="300"></p>'
    assert in_vault("![[Cat Häuser.png|300x200]]") == f'<p><img alt="" height="200" src="{src}" width="300"></p>'
    assert in_vault("![[Cat Häuser.png|A cat]]") == f'<p><img alt="A cat" src="{src}"></p>'


def test_an_embedded_file_is_a_link_and_one_that_is_not_there_its_name() -> None:
    assert in_vault("![[paper.pdf]]") == '<p><a href="https://letter.example/assets/paper.pdf">paper.pdf</a></p>'
    assert in_vault("![[../../outside/secret.md]]") == "<p>../../outside/secret.md</p>"


def test_double_brackets_of_other_kinds_are_left_alone() -> None:
    assert html("[[1]](https://a.example/)") == '<p><a href="https://a.example/">[1]</a></p>'
    assert html("if [[ -f x ]]") == "<p>if [[ -f x ]]</p>"


def test_comments_go_but_not_in_code_and_not_percent_signs() -> None:
    assert html("a %%private comment%% b") == "<p>a  b</p>"
    assert html("%%\nprivate\n\ncomment\n%%\n\nb") == "<p>b</p>"
    assert html("%% private\n\ncomment %% after") == "<p>after</p>"
    assert html("`%%a b%%` and 50%% of 20%% x") == "<p><code>%%a b%%</code> and 50%% of 20%% x</p>"
    assert html("%% never closed\n\nb") == "<p>%% never closed</p>\n<p>b</p>"
    assert "%%\nno comment" in html("```\n%%\nno comment\n%%\n```")


def test_attribute_lists_are_taken_out_and_other_braces_are_not() -> None:
    assert html("## T {#own .c}") == f'<h3 id="{PREFIX}own">T</h3>'
    assert html("text\n{: .lead }") == "<p>text</p>"
    assert html("*a*{: .b}") == "<p><em>a</em></p>"
    assert html('![a](https://a.example/b.png){width="200"}') == '<p><img alt="a" src="https://a.example/b.png" width="200"></p>'
    assert html("*a*{x} and {y}") == "<p><em>a</em>{x} and {y}</p>"
    assert html("# T {x}").endswith(">T {x}</h3>")


def test_callouts_are_quotes_with_a_bold_title() -> None:
    assert html("> [!warning] Mind *this*\n> text") == (
        "<blockquote>\n<p><strong>Mind <em>this</em></strong></p><p>text</p>\n</blockquote>"
    )
    assert "<strong>Note</strong>" in html("> [!NOTE]\n> text")
    assert html("> [!tip]- Alone") == "<blockquote>\n<p><strong>Alone</strong></p>\n</blockquote>"
    assert "[!" in html("text [!note] inside")
    assert "<strong>" not in html("> - [!note] in a list")


def test_block_ids_go() -> None:
    assert html("text ^abc\n\n- item *x* ^id-1\n\nE = mc ^2") == (
        "<p>text</p>\n<ul>\n<li>item <em>x</em></li>\n</ul>\n<p>E = mc ^2</p>"
    )


def test_dialects_give_no_remarks() -> None:
    assert remarks("%%private comment%% [[Secret plan]] {{ x }}") == []
