"""The digest: an issue as an HTML mail, as plain text, as a message and as the manifest that tells of them. No I/O."""

from collections.abc import Iterable
from urllib.parse import quote

from msgspec.structs import asdict, replace

from newsletter.config import Config
from newsletter.design.theme import themed
from newsletter.errors import UnknownError
from newsletter.images.embed import embed
from newsletter.images.markup import readdressed
from newsletter.mail import budget, manifest, message
from newsletter.mail.disarm import disarmed
from newsletter.mail.inline import inline
from newsletter.mail.layout import Layout, Story
from newsletter.mail.merging import Merging
from newsletter.mail.weighed import Weighed
from newsletter.model import Edition, Form, Issue, Output, Remark
from newsletter.templating import Templates, rfc3339


def emit(config: Config, edition: Edition, templates: Templates) -> tuple[Output, ...]:
    """Return the mail, its text, the message and the manifest of the edition's issue, if it has one."""
    issue, kept = edition.issue, edition.kept
    if issue is None:
        return ()
    merging = Merging(config.digest, repr(replace(issue, pictures=())))
    shared = {"config": config, "theme": themed(config)}
    values = {
        **shared,
        "edition": manifest.mailed(edition),
        "issue": issue,
        **merging.values(web_view(config, edition, issue.key)),
    }

    shown = {picture.url: picture.shown for picture in issue.pictures if picture.shown != picture.url}

    # of editions there may be thousands, which show the same
    memory = None if edition.prefix else templates.weights
    weighed = Weighed(memory, templates.digest if memory else "", shown)

    def page(layout: Layout) -> str:
        return readdressed(templates.render("email.html.j2", **values, layout=layout), shown)

    def part(story: Story) -> str:
        article = {"item": story.item, "story": story, "lead": story.lead, "under": "", "ruled": story.form is not Form.TITLE}
        try:
            html = templates.render("article.html.j2", **shared, **article, form="mail")
        except UnknownError:  # a template of the publication's own shows more of the issue
            weighed.distrust()
            html = templates.render("article.html.j2", **values, **article, form="mail")
        return merging.html(readdressed(html, shown))

    def finish(html: str) -> str:
        return merging.html(inline(html, templates.styles))

    fitted = budget.fit(config, issue, page=page, part=part, finish=finish, weighed=weighed)
    html = fitted.html
    plain = templates.render_text("email.txt.j2", **values, layout=fitted.layout).strip("\n") + "\n"
    text = merging.text(disarmed(plain))
    merging.check(html, text)
    headers = message.headers(
        config,
        name=edition.name,
        key=issue.key,
        subject=merging.header(issue.subject),
        date=issue.mail_date,
        leave=merging.list_unsubscribe,
        title=edition.title,
    )
    host = dict(headers)["Message-ID"].rstrip(">").rpartition("@")[2]
    embedded = embed(html, issue.pictures, limit=config.digest.embed_limit, host=host)
    mail = message.compose(headers, text=text, html=embedded.html, parts=embedded.parts)
    files: tuple[Output, ...] = (
        Output(path="email.html", type="text/html", body=html.encode(), remarks=_told(edition, fitted.remarks)),
        Output(path="email.txt", type="text/plain", body=text.encode()),
        Output(path="email.eml", type="message/rfc822", body=mail, remarks=_told(edition, embedded.remarks)),
    )
    content = _manifest(config, edition, issue, fitted, merging, headers, files)
    told = manifest.sealed(content, kept.source if kept else "")
    files = (*files, Output(path=manifest.NAME, type=manifest.TYPE, body=told))
    folder = f"{edition.prefix}issues/{issue.key}/"
    return tuple(replace(file, path=folder + file.path) for file in files)


def _told(edition: Edition, remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """Say of which edition's digest something is told, if it is not the publication's."""
    return tuple(replace(one, message=f"edition {edition.name}: {one.message}") if edition.name else one for one in remarks)


def web_view(config: Config, edition: Edition, key: str) -> str:
    """Return the address of an issue's page."""
    return f"{config.url}{quote(edition.prefix)}issues/{key}/"


def _manifest(
    config: Config,
    edition: Edition,
    issue: Issue,
    fitted: budget.Fitted,
    merging: Merging,
    headers: tuple[tuple[str, str], ...],
    files: tuple[Output, ...],
) -> dict[str, object]:
    return {
        "key": issue.key,
        "number": issue.number,
        "period": {"start": rfc3339(issue.period.start), "end": rfc3339(issue.period.end)},
        "date": rfc3339(issue.period.end),
        "subject": issue.subject,
        "preheader": issue.preheader,
        "url": web_view(config, edition, issue.key),
        "from": dict(headers)["From"],
        "list_id": dict(headers)["List-Id"],
        "service": _service(merging, issue),
        "articles": [
            {"id": item.article.id, "title": item.article.title, "url": item.article.permalink, "form": form}
            for item, form in zip(issue.articles, fitted.forms, strict=True)
        ],
        "budget": {"bytes": len(fitted.html.encode()), "limit": fitted.limit, "cuts": [str(remark) for remark in fitted.remarks]},
        "files": manifest.entries(files),
        "headers": dict(headers),
    }


def _service(merging: Merging, issue: Issue) -> dict[str, object] | None:
    """Tell what the service is given beside the files: texts as it has to be given them, and the tags that it will merge."""
    if merging.service is None:
        return None
    return {
        "name": merging.service.name,
        "subject": merging.header(issue.subject),
        "preheader": merging.header(issue.preheader),
        "tags": {name: tag for name, tag in asdict(merging.tags).items() if tag},
    }
