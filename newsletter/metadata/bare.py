"""Front matter by convention: Nikola's comment, Hexo's lone closing fence, Pelican's bare lines. Pure."""

import re
from typing import Any

from newsletter.metadata import yaml
from newsletter.metadata.dialect import KEY_LINE, Dialect, after, checked, line_at, read_lines
from newsletter.metadata.fenced import LARGEST
from newsletter.metadata.spellings import is_known, plain
from newsletter.metadata.tree import Fault, MalformedError

_NIKOLA_LINE = re.compile(r"[ \t]*\.\. ([\w.-]+):(?:[ \t]+(.*))?$")
_NIKOLA_START = re.compile(r"<!--\s*\.\. [\w.-]+:|\.\. [\w.-]+:")


class Nikola(Dialect):
    """``.. key: value`` lines at the start, inside an HTML comment or not."""

    name = "Nikola"

    def detect(self, text: str) -> bool:
        """Tell whether the text begins with such a line whose key we know."""
        if _NIKOLA_START.match(text) is None:
            return False
        first = _NIKOLA_LINE.match(next(line for line in text.split("\n") if ".. " in line).replace("<!--", "", 1))
        return first is not None and is_known(first[1])

    def split(self, text: str) -> tuple[str, str]:
        """Take the comment, or the lines up to the first that is none of them."""
        if text.startswith("<!--"):
            end = text.find("-->")
            if end < 0:
                raise MalformedError(
                    Fault(line=1, key=None, message="the comment that holds the front matter is never closed by -->"),
                    entries=read_lines(text, _NIKOLA_LINE, []).values(),
                )
            return text[:end].replace("<!--", "", 1), after(text, end + 3)
        end = 0
        while end < len(text) and _NIKOLA_LINE.match(line_at(text, end)):
            end += len(line_at(text, end)) + 1
        return text[:end], text[end:]

    def load(self, fm: str) -> dict[str, Any]:
        """Read the entries."""
        return checked(fm, _NIKOLA_LINE)


class Hexo(Dialect):
    """YAML with a closing fence alone."""

    name = "Hexo"

    def detect(self, text: str) -> bool:
        """Tell whether nothing but YAML's lines with a title or date among them stand before a line ``---``."""
        first = KEY_LINE.match(line_at(text, 0))
        return first is not None and is_known(first[1]) and self._close(text) is not None

    def split(self, text: str) -> tuple[str, str]:
        """Take the lines up to the fence."""
        closed = self._close(text) or 0
        return text[:closed], after(text, closed)

    def load(self, fm: str) -> dict[str, Any]:
        """Read the entries."""
        return yaml.read(fm)

    def _close(self, text: str) -> int | None:
        """Find the start of the closing fence."""
        at = 0
        keys: set[str] = set()
        while at < len(text):
            line = line_at(text, at)
            if line.startswith("---") and not line.strip("- \t"):
                return at if keys & {"title", "date"} else None
            key = KEY_LINE.match(line)
            if key is not None:
                keys.add(plain(key[1]))
            elif not line.startswith((" ", "- ", "#")) or line.isspace():
                return None
            at += len(line) + 1
        return None


class Pelican(Dialect):
    """Bare ``Key: value`` lines up to the first blank one: Pelican, MultiMarkdown."""

    name = "Pelican"

    def detect(self, text: str) -> bool:
        """Tell whether the first paragraph is nothing but such lines, with a title or date among them."""
        first = KEY_LINE.match(line_at(text, 0))
        if first is None or not is_known(first[1]):
            return False
        keys: set[str] = set()
        for line in text[:LARGEST].split("\n"):
            if not line or line.isspace():
                break
            key = KEY_LINE.match(line)
            if key is not None:
                keys.add(plain(key[1]))
            elif not line[0].isspace():
                return False
        return bool(keys & {"title", "date"})

    def split(self, text: str) -> tuple[str, str]:
        """Take the first paragraph."""
        end = 0
        while end < len(text) and line_at(text, end).strip():
            end += len(line_at(text, end)) + 1
        return text[:end], text[end:]

    def load(self, fm: str) -> dict[str, Any]:
        """Read the entries; indented lines go on with the value before them, each on a line of its own."""
        return checked(fm, KEY_LINE)
