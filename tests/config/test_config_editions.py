"""Tables whose names are the publisher's: [editions.NAME]; and the keys of feeds and podcasts."""

from pathlib import Path

import pytest

from newsletter.config import Config, EditionTable, Feeds, Podcast, keys, load
from newsletter.errors import ConfigError

REQUIRED = ("title=The Letter", "url=https://letter.example/")


def written(folder: Path, text: str) -> Config:
    (folder / "newsletter.toml").write_text(f'title = "The Letter"\nurl = "https://letter.example/"\n{text}')
    return load(None, (), folder)


def problems(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        written(folder, text)
    return caught.value.problems


def test_editions_are_read_by_name_in_the_order_of_the_file(tmp_path: Path) -> None:
    config = written(
        tmp_path, '[editions.zig]\ntags = ["zig", "C++"]\n[editions."In short"]\ntitle = "Short"\nfolders = "notes"\n'
    )
    assert config.editions == (
        EditionTable(name="zig", tags=("zig", "C++")),
        EditionTable(name="In short", title="Short", folders=("notes",)),
    )


def test_an_edition_can_be_set_on_the_command_line(tmp_path: Path) -> None:
    config = load(None, (*REQUIRED, "editions.zig.tags=zig,C++"), tmp_path, search=False)
    assert config.editions == (EditionTable(name="zig", tags=("zig", "C++")),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("editions = 3", "editions: expected a table of tables, got 3"),
        ("[editions]\nzig = 3", "editions.zig: expected a table, got 3"),
        ('[editions.zig]\ntag = "a"', "editions.zig.tag: unknown key; did you mean editions.zig.tags?"),
        ("[editions.zig]\ntags = [1]", "editions.zig.tags: expected text, got 1"),
        (
            '[editions.zig]\ntitle = "Zig"',
            "editions.zig: expected tags, authors or folders, for without them it is the whole publication",
        ),
        (
            '[editions.Zig]\ntags = "a"\n[editions.zig]\ntags = "b"',
            "editions.zig: expected a name that differs from Zig in more than case",
        ),
        ('[editions." "]\ntags = "a"', "editions. : expected a name that is not blank"),
        (
            '[feeds]\nhub = "hub.example"',
            "feeds.hub: expected an absolute address that begins with https:// or http://, got 'hub.example'",
        ),
        ("[feeds]\narchive_size = 0", "feeds.archive_size: expected a whole number from 1 to 10000, got 0"),
        ("[feeds]\ntags = true", "feeds.tags: expected a whole number, got True"),
        ('[podcast]\nimage = "cover.webp"', "podcast.image: expected the address of a .jpg or .png file, got 'cover.webp'"),
        ('[podcast]\ncategory = "a/b/c"', "podcast.category: expected a category, or category/subcategory, got 'a/b/c'"),
        (
            '[podcast]\nimage = "ftp://letter.example/a.png"',
            (
                "podcast.image: expected an absolute address that begins with https:// or http://, or one relative to url, "
                "got 'ftp://letter.example/a.png'"
            ),
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_dotted_key(tmp_path: Path, text: str, message: str) -> None:
    assert problems(tmp_path, text) == (message,)


def test_feeds_and_podcast_are_read(tmp_path: Path) -> None:
    config = written(
        tmp_path,
        '[feeds]\ntags = 0\nauthors = 5\narchive = true\narchive_size = 20\nhub = "https://hub.example/"\nttl = 60\n'
        '[podcast]\ncategory = "Arts/Books"\nexplicit = true\nserial = true\nimage = "cover.jpg"\n',
    )
    assert config.feeds == Feeds(tags=0, authors=5, archive=True, archive_size=20, hub="https://hub.example/", ttl=60)
    assert config.podcast == Podcast(category="Arts/Books", explicit=True, serial=True, image="https://letter.example/cover.jpg")


def test_the_documentation_names_the_keys_of_every_edition() -> None:
    names = [key.name for key in keys()]
    assert [name for name in names if name.startswith("editions")] == [
        f"editions.NAME.{key}" for key in ("title", "description", "tags", "authors", "folders", "digest")
    ]
