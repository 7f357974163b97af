"""URLs as feeds and mails need them: absolute, percent-encoded, and harmless. Touches no disk and no network.

A relative address means a place in the content folder where there is one, else it is relative to the article's permalink.
"""

import hashlib
import posixpath
import re
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from newsletter.model import ASSETS, Article, Asset, Remark
from newsletter.render.site import Site

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):")
_DRIVE = re.compile(r"^[A-Za-z]:(?![/]{2})")
#: Markdown turns a tab inside the word into spaces, with which it is no scheme for browsers, but never a place either.
_DISGUISED = re.compile(r"(?i)^\s*(?:j\s*a\s*v\s*a|v\s*b)\s*s\s*c\s*r\s*i\s*p\s*t\s*:")
_IGNORED = re.compile(r"[\t\n\r]")  # https://url.spec.whatwg.org/#url-parsing
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PICTURE = re.compile(r"(?i)^data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=]+$")
_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*[^\s,]|[^\s,])(?:\s+([0-9.]+[wx]))?\s*(?:,|$)")
#: Schemes of links, besides http and https, that mail clients and feed readers open.
_CONTACT = ("mailto", "tel", "sms")
_ARTICLE_ENDINGS = (".md", ".markdown", ".mdown")
#: The ending of a file that somebody wants to hand out; pages and feeds are made by programs, so that none need lie anywhere.
_FILE = re.compile(r"(?i)\.(?!(?:html?|xhtml|php|aspx?|jsp|xml|json|rss|atom|opml)$)[a-z][a-z0-9]{0,9}$")

# RFC 3986: what may stand in each part besides letters, digits and -._~; % is what is already encoded.
_IN_PATH = "/%:@!$&'()*+,;="
_IN_QUERY = f"{_IN_PATH}?"


def _quote(text: str, safe: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=safe)


def encode(url: str) -> str | None:
    """Percent-encode an absolute http(s) URL, its host in Punycode; None where it is not one."""
    try:
        parts = urlsplit(url.replace("\\", "/"))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    if ":" in host:
        host = f"[{host}]"
    elif re.search(r"[^A-Za-z0-9._-]", host):
        return None
    user, at, _ = parts.netloc.rpartition("@")
    netloc = f"{_quote(user, _IN_PATH)}{at}{host}" + ("" if port is None else f":{port}")
    path, query, fragment = _quote(parts.path, _IN_PATH), _quote(parts.query, _IN_QUERY), _quote(parts.fragment, _IN_QUERY)
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def is_relative(address: str) -> bool:
    """Tell whether an address names a place without saying at which host."""
    return _SCHEME.match(address) is None and not address.replace("\\", "/").startswith("//")


def id_prefix(permalink: str) -> str:
    """Derive what an article's ids begin with from its permalink: readable, ASCII, its own among all articles."""
    name = posixpath.basename(urlsplit(permalink).path.rstrip("/"))
    readable = re.sub(r"[^a-z0-9]+", "-", unquote(name).lower()).strip("-")[:24].rstrip("-")
    mark = hashlib.sha256(permalink.encode("utf-8", "replace")).hexdigest()[:6]
    return f"{readable or 'a'}-{mark}-" if not readable[:1].isdigit() else f"a-{readable}-{mark}-"


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"  # noqa: PLR2004 - what reads well on one line


class Links:
    """Resolves the addresses in one article, and remembers the files that it shows and the addresses that cannot be used."""

    def __init__(self, article: Article, site: Site, body: str) -> None:
        """Take the article, where its links may lead, and its source for telling lines."""
        self.article = article
        self.site = site
        self.body = body
        self.prefix = id_prefix(article.permalink)
        #: The author's ids to those in the content.
        self.ids: dict[str, str] = {}
        self.assets: dict[str, Asset] = {}
        self.remarks: list[Remark] = []

    def line_of(self, text: str) -> int | None:
        """Tell the line of the file at which a text first stands; None where it was written differently."""
        at = self.body.find(text) if text else -1
        return None if at < 0 else self.article.body_line + self.body.count("\n", 0, at)

    def remark(self, message: str, raw: str = "", field: str | None = None) -> None:
        """Remember something about an address, once."""
        line = self.line_of(raw) if field is None else None
        remark = Remark(path=self.article.path, line=line, field=field, message=message)
        if remark not in self.remarks:
            self.remarks.append(remark)

    def named(self, name: str, embedded: bool) -> str | None:  # noqa: FBT001 - a dialects.Finder
        """Find where a wiki link's name leads to, relative to the article; a link to a note that is kept private is no fault."""
        path = self.site.named(name, self.article.path)
        if path is not None:
            return quote(posixpath.relpath(path, posixpath.dirname(self.article.path) or "."))
        if embedded:
            self.remark(
                f"shows {_cut(name)!r}, which is neither a published article nor a file of the content folder", f"[[{name}"
            )
        return None

    def link(self, raw: str) -> str | None:
        """Resolve where a link leads to; None: nowhere that may be linked to."""
        address = _IGNORED.sub("", raw).strip()
        scheme = _SCHEME.match(address)
        if scheme is not None and scheme[1].lower() in _CONTACT:
            name, _, rest = address.partition(":")
            return f"{name.lower()}:{_quote(rest, _IN_QUERY)}"
        return self._resolve(raw, address, "link")

    def picture(self, raw: str, field: str | None = None) -> str | None:
        """Resolve where an image, a film or a recording is; None: nowhere that may be shown. ``field``: of the front matter."""
        address = _IGNORED.sub("", raw).strip()
        if field is None and _PICTURE.match(address):
            return address
        return self._resolve(raw, address, "address", field)

    def candidates(self, raw: str) -> str:
        """Resolve the candidates of a srcset; those that cannot be shown are left out."""
        found = [(self.picture(match[1]), match[2]) for match in _CANDIDATE.finditer(raw)]
        return ", ".join(f"{url} {size}" if size else url for url, size in found if url is not None and "," not in url)

    def _resolve(self, raw: str, address: str, kind: str, field: str | None = None) -> str | None:
        """Make a web address absolute; remark on what cannot be one."""
        if not address:
            return None
        if address.startswith("#"):
            return self._fragment(self.article.permalink, unquote(address[1:]), self.ids)
        scheme = _SCHEME.match(address)
        refused = scheme is not None and scheme[1].lower() not in ("http", "https")
        if refused or _DRIVE.match(address) or _DISGUISED.match(address):
            self.remark(f"removed: expected a web {kind}, got {_cut(address)!r}", raw, field)
            return None
        url = encode(address) if scheme else self._relative(address.replace("\\", "/"), raw, kind, field)
        if url is None:
            self.remark(f"removed: expected a valid web {kind}, got {_cut(address)!r}", raw, field)
        return url

    def _relative(self, address: str, raw: str, kind: str, field: str | None) -> str | None:
        """Resolve an address without a scheme: an article, a file of the content folder, or a place near the permalink."""
        if address.startswith("//"):
            return encode(f"https:{address}")
        whole, _, fragment = address.partition("#")
        path = unquote(whole.partition("?")[0])
        inside = self._inside(path)
        if inside is not None and (article := self.site.article_at(inside)) is not None:
            return self._fragment(self.site.permalink(article), unquote(fragment), self._ids_of(article))
        if inside is not None and self.article.hosted and (file := self.site.file_at(inside)) is not None:
            self.assets.setdefault(file, Asset(source=file, target=ASSETS + file, line=self.line_of(raw)))
            url = urljoin(self.site.config.url, ASSETS + quote(file))
            return url + (f"#{_quote(fragment, _IN_QUERY)}" if fragment else "")
        if path.lower().endswith(_ARTICLE_ENDINGS):
            self.remark(f"links to {_cut(path)!r}, which is no published article", raw)
        elif self.article.hosted and path and (kind != "link" or _FILE.search(path)):
            does = "links to" if kind == "link" else "shows" if field is None else "names"
            self.remark(f"{does} {_cut(path)!r}, which is no file of the content folder", raw, field)
        return encode(urljoin(self.article.permalink, _quote(address, f"{_IN_QUERY}#")))

    def _inside(self, path: str) -> str | None:
        """Return which place of the content folder a path names, seen from the article; None: none."""
        start = "" if path.startswith("/") else posixpath.dirname(self.article.path)
        place = posixpath.normpath(posixpath.join(start, path.lstrip("/")))
        return None if not path or place == ".." or place.startswith(("../", "/")) else place

    def _ids_of(self, path: str) -> dict[str, str] | str | None:
        """Return how another article's ids are written in its own content: by prefix where out/ holds it."""
        if path == self.article.path:
            return self.ids
        return id_prefix(self.site.permalink(path)) if self.site.is_hosted(path) else None

    def _fragment(self, permalink: str, fragment: str, ids: dict[str, str] | str | None) -> str:
        """Point into an article: to the id as it is in the content that out/ holds, else as the author wrote it."""
        if not fragment:
            return permalink
        if isinstance(ids, str):
            fragment = ids + fragment
        elif ids is not None and self.article.hosted:
            fragment = ids.get(fragment, fragment)
        return f"{permalink}#{_quote(fragment, _IN_QUERY)}"
