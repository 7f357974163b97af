"""What other programs would have replaced is told where readers see it, and nowhere else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter import checks, config
from newsletter.checks import syntax
from newsletter.errors import ContentError
from newsletter.model import Article
from tests.factories import make_config
from tests.render.rendering import rendered

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def told(body: str, *, body_line: int = 1) -> list[tuple[int | None, str]]:
    """Tell the lines and messages of what is found in a body."""
    found = syntax.check(make_config(), [rendered(body, body_line=body_line)], lambda _: body)
    return [(finding.line, finding.message) for finding in found]


TAG = "(it looks like a template's tag, as in Jekyll or Hexo) reaches readers as it stands"
EXPRESSION = "(it looks like a template's expression, as in Jekyll) reaches readers as it stands"
SHORTCODE = "(it looks like a shortcode of Hugo) reaches readers as it stands"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{% image "a.png" "A" %}', f'{{% image "a.png" "A" %}} {TAG}'),
        ("{% highlight ruby %}\nputs 1\n{% endhighlight %}", f"{{% highlight ruby %}} {TAG}; 1 more like it"),
        ("{%- if x -%}", f"{{%- if x -%}} {TAG}"),
        ('{% include "a.html",\n  image: "b.png" %}', f'{{% include "a.html", image: "b.png" %}} {TAG}'),
        ("By {{ site.repository }}.", f"{{{{ site.repository }}}} {EXPRESSION}"),
        ("By {{site.repository}}.", f"{{{{site.repository}}}} {EXPRESSION}"),
        ('{{ "/a/" | url }}', f'{{{{ "/a/" | url }}}} {EXPRESSION}'),
        ('{{image "a.png" 600}}', f'{{{{image "a.png" 600}}}} {EXPRESSION}'),
        ('{{play "a.go" `/START/` `/STOP/`}}', f'{{{{play "a.go" … …}}}} {EXPRESSION}'),
        ("{{< youtube abc >}}", f"{{{{< youtube abc >}}}} {SHORTCODE}"),
        ('{{% alert title="100% so" %}}', f'{{{{% alert title="100% so" %}}}} {SHORTCODE}'),
        ('{{< figure\n  src="a.png" >}}', f'{{{{< figure src="a.png" >}}}} {SHORTCODE}'),
        ("[a]({{ site.baseurl }}/b/)", f"{{{{ site.baseurl }}}} {EXPRESSION}"),
        ('<img src="{{site.baseurl}}/b.png" alt="B">', f"{{{{site.baseurl}}}} {EXPRESSION}"),
        ("{% link " + "a" * 100 + " %}", f"{{% link {'a' * 51}… {TAG}"),
    ],
)
def test_what_another_program_would_have_replaced_is_told(body: str, message: str) -> None:
    assert told(f"Text.\n\n{body}", body_line=5) == [(7, message)]


@pytest.mark.parametrize(
    "body",
    [
        "`{% image a %}`, `{{ site.url }}` and `{{< figure >}}`",
        "    {% image a %}\n    {{ site.url }}",
        "```liquid\n{% highlight ruby %}\n{{ page.title }}\n```",
        "<pre>{{ site.url }}</pre> <kbd>{{ site.url }}</kbd>",
        "Of GitHub ${{ secrets.TOKEN }}, of React style={{ margin: 0 }}.",
        r"Of TeX $x^{{n}}$, $\frac{{a}}{{b}}$, $_{{a b}}$, $${{ \alpha }}$$.",
        "{ a } {{}} {{ }} {% %} {{ 1 }} 100 %} *|FNAME|* {$name}",
        "Merging {{name}} is like a word in braces.",
        "[[noreturn]] and [[Prototype]]",
        "{{ not\n\nin one paragraph }}",
        "[a](https://a.example/100%25)",
    ],
)
def test_code_and_what_only_looks_alike_is_left_alone(body: str) -> None:
    assert told(body) == []


def test_each_kind_is_told_once_for_each_article_where_it_comes_first() -> None:
    body = "a\n\n{{ x.y }}\n\n{% b %} {{ x.z }}\n\n{% c %} {{ x.y }}\n\n{{< d >}}"
    assert told(body) == [
        (9, f"{{{{< d >}}}} {SHORTCODE}"),
        (5, f"{{% b %}} {TAG}; 1 more like it"),
        (3, f"{{{{ x.y }}}} {EXPRESSION}; 2 more like it"),
    ]


def test_the_line_is_not_that_of_an_example_in_code() -> None:
    body = "Write `{{ site.url }}`:\n\n```\n{{ site.url }}\n{{ site.url }}\n```\n\nsuch as\n{{ site.url }}"
    assert told(body) == [(9, f"{{{{ site.url }}}} {EXPRESSION}")]


def test_what_was_written_differently_has_no_line() -> None:
    assert told("{% link&#32;a %}") == [(None, f"{{% link a %}} {TAG}")]


def test_an_article_that_changed_in_the_meantime_has_no_line() -> None:
    def gone(article: Article) -> str:
        raise ContentError(article.path, None, None, "the file was changed while it was being published")

    [finding] = syntax.check(make_config(), [rendered("{{ site.url }}")], gone)
    assert finding.line is None


def test_a_check_names_the_line_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content/a.md").write_text("---\ntitle: A\ndate: 2026-03-02\n---\n\n# A\n\nSee {{ site.url }}.\n")
    (tmp_path / "content/b.md").write_text("---\ntitle: B\ndate: 2026-03-02\n---\n\nSee `{{ site.url }}`.\n")
    letter = config.load(None, ("title=T", "url=https://letter.example"), tmp_path, search=False)
    found = checks.run(letter, now=NOW, jobs=1).findings
    assert [(one.path.name, one.line, one.rule.id, one.rule.severity) for one in found] == [
        ("a.md", 8, "foreign-syntax", checks.Severity.WARNING)
    ]
