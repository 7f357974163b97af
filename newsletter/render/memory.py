"""A rendering as text, for the index to keep, and whether it still holds. Pure.

A rendering follows from the article, its text, the configuration, the program with its libraries, which are the caller's to
compare, and from what the renderer asked of other articles and files, which is kept with it and asked again.
"""

import json
from typing import Any

from msgspec.structs import replace

from newsletter.model import Article, Asset, Enclosure, Image, Remark, Rendered
from newsletter.render.site import Answer, Asked, Question, Site

#: What does not depend on the article's record.
_TEXTS = ("html", "excerpt_html", "summary", "text")


def kept(rendered: Rendered, asked: dict[Question, Answer]) -> str:
    """Write down what came of rendering an article."""
    told: dict[str, Any] = {name: getattr(rendered, name) for name in _TEXTS}
    told["asked"] = [[list(question), answer] for question, answer in asked.items()]
    told["enclosures"] = [[one.url, one.type, one.length] for one in rendered.article.enclosures]
    told["cover"] = [rendered.cover.url, rendered.cover.alt] if rendered.cover else None
    told["assets"] = [[asset.source, asset.target, asset.line] for asset in rendered.assets]
    told["remarks"] = [[remark.path, remark.line, remark.field, remark.message] for remark in rendered.remarks]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def recalled(text: str, article: Article, site: Site) -> tuple[Rendered, Asked] | None:
    """Read what came of rendering the article, and what was asked; None where the renderer would be told something else today."""
    told = json.loads(text)
    asked = tuple((tuple(question), answer) for question, answer in told["asked"])
    if any(site.answer(question) != answer for question, answer in asked):
        return None
    enclosures = tuple(Enclosure(url=url, type=kind, length=length) for url, kind, length in told["enclosures"])
    rendered = Rendered(
        article=replace(article, enclosures=enclosures) if enclosures != article.enclosures else article,
        **{name: told[name] for name in _TEXTS},
        cover=Image(url=told["cover"][0], alt=told["cover"][1]) if told["cover"] else None,
        assets=tuple(Asset(source=source, target=target, line=line) for source, target, line in told["assets"]),
        remarks=tuple(Remark(path=path, line=line, field=name, message=message) for path, line, name, message in told["remarks"]),
    )
    return rendered, asked
