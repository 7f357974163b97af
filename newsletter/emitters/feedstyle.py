"""The style sheet that makes feeds readable in a browser, written once for all of them. No I/O."""

from newsletter.config import Config
from newsletter.design.theme import themed
from newsletter.feeds.channels import STYLESHEET
from newsletter.model import Edition, Interest, Output
from newsletter.templating import Templates


def emit(config: Config, edition: Edition, templates: Templates) -> tuple[Output, ...]:
    """Write the style sheet beside the publication's own feeds."""
    if edition.interest is not Interest.PUBLICATION or not edition.feed:
        return ()
    style = templates.render_text("feed.css.j2", config=config, theme=themed(config)).strip() + "\n"
    return (Output(path=STYLESHEET, type="text/css", body=style.encode()),)
