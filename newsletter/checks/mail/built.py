"""What out/ holds, for rules that ask whether something is there. Reads out/, writes nothing."""

import re
from pathlib import Path
from urllib.parse import unquote, urldefrag

from msgspec import Struct, field

from newsletter.checks.mail.page import is_ours, spelt

IDS = re.compile(rb"""\s(?:id|name)=(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""")


class Built(Struct, kw_only=True, dict=True):
    """The folder that is served at the publication's address."""

    out: Path
    url: str
    _ids: dict[Path, frozenset[str]] = field(default_factory=dict)

    def file(self, address: str) -> Path | None:
        """Return the file that an address of ours leads to, if there is one."""
        if not is_ours(address, self.url):
            return None
        path = self._below(address)
        segments = path.split("/")
        if "\0" in path or any(segment == ".." for segment in segments):
            return None
        here = self.out.joinpath(*filter(None, segments))
        candidates = (here / "index.html",) if not segments[-1] else (here, here / "index.html")
        return next((one for one in candidates if one.is_file()), None)

    def begins_as(self, address: str) -> bool:
        """Tell whether out/ has the folder or file at its top that an address of ours begins with."""
        first = self._below(address).partition("/")[0]
        return first in {"", "."} or (self.out / first).exists()

    def has_fragment(self, address: str) -> bool:
        """Tell whether the page that an address of ours leads to has what the address's fragment names, if it names any."""
        fragment, file = unquote(urldefrag(address).fragment).partition(":~:")[0], self.file(address)
        if not fragment or file is None or file.suffix != ".html":
            return True
        if file not in self._ids:
            found = IDS.findall(file.read_bytes())
            self._ids[file] = frozenset((a or b or c).decode(errors="replace") for a, b, c in found)
        return fragment in self._ids[file] or fragment == "top"  # HTML, section 7.4.6.4

    def _below(self, address: str) -> str:
        """Return the path of an address of ours below the publication's."""
        return spelt(address).path[len(spelt(self.url).path) :]
