"""A feed that somebody opens in a browser."""

from pathlib import Path

import pytest

from newsletter.config import Feeds
from newsletter.emitters import emitter
from newsletter.model import Interest
from newsletter.templating import Templates
from tests.emitters.feed_readers import outputs
from tests.emitters.publications import emit_all
from tests.factories import make_config, make_edition, make_rendered


def test_the_style_sheet_is_written_once_and_only_where_there_are_feeds() -> None:
    (output,) = outputs("feedstyle", make_edition(make_rendered()))
    assert (output.path, output.type) == ("feed.css", "text/css")
    assert outputs("feedstyle", make_edition()) == ()
    assert outputs("feedstyle", make_edition(make_rendered(), prefix="tags/a/", interest=Interest.TAG)) == ()


def test_the_style_sheet_is_css_as_it_was_written() -> None:
    (output,) = outputs("feedstyle", make_edition(make_rendered()))
    style = output.body.decode()
    assert style.startswith('@namespace atom "http://www.w3.org/2005/Atom";\n')
    assert "|item > |title" in style
    assert style.count("{") == style.count("}")
    assert "&" not in style


def test_a_description_that_is_a_summary_shows_where_there_is_nothing_else() -> None:
    (summaries,) = outputs("feedstyle", make_edition(make_rendered()), make_config(feeds=Feeds(content="summary")))
    (whole,) = outputs("feedstyle", make_edition(make_rendered()))
    assert summaries.body != whole.body


def test_the_style_sheet_can_be_overridden_block_by_block(tmp_path: Path) -> None:
    (tmp_path / "feed.css.j2").write_text('{% extends "newsletter/feed.css.j2" %}{% block hint %}Ein Feed.{% endblock %}')
    (output,) = emitter("feedstyle")(make_config(), make_edition(make_rendered()), Templates(tmp_path))
    assert 'content: "Ein Feed.";' in output.body.decode()


@pytest.mark.parametrize("stem", ["rss", "atom"])
def test_every_xml_feed_points_to_the_style_sheet_from_where_it_is_and_to_no_xslt(stem: str) -> None:
    config = make_config(feeds=Feeds(tags=1, archive=True, archive_size=1))
    files = emit_all(config, [make_rendered(tags=("a",))])
    for path, way in ((f"{stem}.xml", ""), (f"tags/a/{stem}.xml", "../../"), (f"archive/{stem}-1.xml", "../")):
        line = files[path].split(b"\n")[1].decode()
        assert line == f'<?xml-stylesheet type="text/css" href="{way}feed.css"?>'
        assert b"xsl" not in files[path]
