"""What the five libraries do for a build, shared by two processes, and nothing beside it.

python alone.py CASE STARTED [recorded]: does what the file CASE asks for (marshal; given.py writes it), and adds a line of
JSON for each process to ../marks. With recorded every file is looked at, too, its text digested, and each article written into
a database.
Nothing waits for what another library makes: the digest's page and the entries' HTML come ready made; in all builds but the first
one regular expressions do, too. So nobody who has the libraries do this work is faster: not with better order, nor with a better
index.
"""

import gc
import marshal
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from fcntl import ioctl
from importlib import import_module
from termios import FIONREAD
from time import perf_counter
from types import ModuleType, SimpleNamespace

#: As the program's renderer has them, without the extension that is its own.
EXTENSIONS = (
    *(f"markdown.extensions.{name}" for name in ("abbr", "def_list", "footnotes", "sane_lists", "tables", "toc")),
    *("pymdownx.highlight", "pymdownx.magiclink", "pymdownx.superfences", "pymdownx.tasklist", "pymdownx.tilde"),
)
CONTENT = "../content/"
SITE = "https://letter.example/"
TEMPLATE = "<ul>{% for title, _, _ in entries %}<li>{{ title|e }}</li>{% endfor %}</ul>"
#: Octets of a file that are read first: front matter is seldom longer.
HEAD = 1024
FENCE = b"\n---\n"
#: And of one that is read to its end: more than nearly all have.
MOST = 16_384
#: Octets for the number of a piece in a pipe.
WIDTH = 4
#: With fewer pieces left, who has not imported their library leaves them to who has.
LEAST = {"articles": 30, "files": 50}
#: In which order each of the two takes up work. The other one, forked first, comes from premailer.
FIRST = ("articles", "feeds", "looks", "files", "ledger", "template")
OTHER = ("premailer", "template", "ledger", "files", "looks", "feeds", "articles")
#: A row of an article: what tells it from others for good, and whether it changed.
TABLE = """
    CREATE TABLE IF NOT EXISTS articles (id TEXT PRIMARY KEY, sequence INTEGER NOT NULL UNIQUE, published TEXT, permalink TEXT,
    path TEXT, slug TEXT, title TEXT, dated TEXT, updated TEXT, fingerprint TEXT)
"""

#: Of this process: by step, seconds and how many times.
marks: dict[str, tuple[float, int]] = {}


class Pieces:
    """Pieces of work in a pipe, from which each process takes the next when it has done one."""

    def __init__(self, count: int) -> None:
        """Put their numbers into the pipe."""
        self.count = count
        self.end, start = os.pipe()
        os.write(start, b"".join(number.to_bytes(WIDTH, "big") for number in range(count)))
        os.close(start)

    def __iter__(self) -> Iterator[int]:
        """Take them until there are none left."""
        while number := os.read(self.end, WIDTH):
            yield int.from_bytes(number, "big")

    def worth(self, kind: str) -> bool:
        """Tell whether it pays to join in: nobody has begun, or much is left."""
        left = int.from_bytes(ioctl(self.end, FIONREAD, bytes(4)), sys.byteorder) // WIDTH
        return left == self.count or left >= LEAST[kind]


def mark(step: str, start: float, times: int = 1) -> None:
    """Note what a step took."""
    marks[step] = (perf_counter() - start, times)


def brought(name: str) -> ModuleType:
    """Import a library."""
    start = perf_counter()
    module = import_module(name)
    mark(f"import {name.partition('.')[0]}", start)
    return module


def converter(sparing: str = "inlines") -> Callable[[str], str]:
    """Set Python-Markdown up, with that module of the renderer, which asks fewer rules."""
    settings = {
        "pymdownx.highlight": {"noclasses": True, "guess_lang": False, "pygments_style": "default"},
        "pymdownx.tilde": {"subscript": False},
        "markdown.extensions.toc": {"marker": "", "slugify": import_module("markdown.extensions.toc").slugify_unicode},
    }
    library = import_module("markdown")
    # found where they are, without a search of what is installed, as the renderer finds them
    library.Markdown.build_extension = lambda _, name, configs: import_module(name).makeExtension(**configs)
    kept = library.Markdown(extensions=EXTENSIONS, extension_configs=settings)
    import_module(sparing).spare(kept)
    return lambda text: str(kept.reset().convert(text))


def remember(known: dict[tuple[str, int], tuple[int, bytes, int, dict[str, int]]]) -> None:
    """Compile none of these regular expressions, but hand the engine what it was handed before, as index/patterns.py does."""
    compiler, engine = import_module("re._compiler"), import_module("_sre")
    compile_ = compiler.compile

    def asked(pattern: object, flags: int = 0) -> object:
        if type(pattern) is not str or (pattern, flags) not in known:
            return compile_(pattern, flags)
        whole, code, groups, names = known[pattern, flags]
        named = dict(zip(names.values(), names, strict=True))
        listed = tuple(named.get(group) for group in range(groups + 1))
        return engine.compile(pattern, whole, memoryview(code).cast("I").tolist(), groups, names, listed)

    vars(compiler).update(compile=asked)


def articles(work: SimpleNamespace, pieces: Pieces) -> None:
    """Render articles."""
    start = perf_counter()
    convert = converter()
    mark("import markdown", start)
    start, times = perf_counter(), 0
    for number in pieces:
        convert(work.texts[number])
        times += 1
    mark("markdown", start, times)


def files(work: SimpleNamespace, pieces: Pieces) -> None:
    """Read front matter."""
    start = perf_counter()
    frontmatter, yaml = import_module("frontmatter"), import_module("yaml")
    handler = frontmatter.YAMLHandler()
    handler.load = lambda source: yaml.load(source, Loader=yaml.CSafeLoader)
    mark("import frontmatter", start)
    digest = import_module("hashlib").sha256 if work.recorded else None
    start, times = perf_counter(), 0
    names = work.files or os.listdir(CONTENT)  # noqa: PTH208 - as below
    size = work.size
    for number in pieces:
        for name in names[number * size : (number + 1) * size]:
            text = read(CONTENT + name, whole=work.recorded)
            if digest:
                digest(text).digest()
            frontmatter.parse(head(text), handler=handler)
            times += 1
    mark("frontmatter", start, times)


def read(path: str, *, whole: bool) -> bytes:
    """Read a file, or the beginning of it with all of its front matter."""
    file = os.open(path, os.O_RDONLY)
    size = MOST if whole else HEAD
    found = os.read(file, size)
    while (len(found) % size == 0 if whole else found.find(FENCE, 4) < 0) and (more := os.read(file, size)):
        found += more
    os.close(file)
    return found


def head(text: bytes) -> bytes:
    """Take the front matter of a text, with its fences."""
    end = text.find(FENCE, 4)
    return text[: end + len(FENCE)] if end >= 0 else text


def feeds(work: SimpleNamespace, pieces: Pieces) -> None:
    """Write RSS and Atom."""
    for _ in pieces:
        library = brought("feedgen.feed")
        start = perf_counter()
        feed = library.FeedGenerator()
        feed.id(SITE)
        feed.title("Letter")
        feed.link(href=SITE)
        feed.description("Letter")
        for title, published, html in work.entries:
            entry = feed.add_entry(order="append")
            entry.id(SITE + title)
            entry.title(title)
            entry.link(href=SITE + title)
            entry.published(datetime.fromtimestamp(published, UTC))
            entry.updated(datetime.fromtimestamp(published, UTC))
            entry.content(html, type="html")
        write("rss.xml", feed.rss_str())
        write("atom.xml", feed.atom_str())
        mark("feedgen", start)


def template(work: SimpleNamespace, pieces: Pieces) -> None:
    """Fill in a small template."""
    for _ in pieces:
        library = brought("jinja2")
        start = perf_counter()
        library.Template(TEMPLATE).render(entries=work.entries)
        mark("jinja2", start)


def premailer(work: SimpleNamespace, pieces: Pieces) -> None:
    """Inline the digest's page, with what the program asks of premailer."""
    for _ in pieces:
        os.environ.update(PREMAILER_CACHE="LFU", PREMAILER_CACHE_MAXSIZE="4096")
        sys.modules["requests"] = ModuleType("requests")  # a third of the import, and nothing is fetched
        library = brought("premailer")
        etree = import_module("lxml.etree")
        start = perf_counter()
        page, settings = work.page
        root = etree.fromstring(page, etree.HTMLParser(huge_tree=True))
        library.Premailer(root, **settings).transform()
        write("email.html", etree.tostring(root.getroottree(), method="html", encoding="utf-8"))
        mark("premailer", start)


def looks(work: SimpleNamespace, pieces: Pieces) -> None:  # noqa: ARG001 - as all kinds of work
    """Look at each file, so that the next build can tell whether it changed."""
    for _ in pieces:
        start = perf_counter()
        with os.scandir(CONTENT) as entries:
            seen = [(one.name, (at := one.stat(follow_symlinks=False)).st_mtime_ns, at.st_size, at.st_ino) for one in entries]
        with open("looks", "wb") as file:  # noqa: PTH123 - pathlib takes 5 ms to import
            marshal.dump(seen, file)
        mark("looks", start, len(seen))


def ledger(work: SimpleNamespace, pieces: Pieces) -> None:
    """Write a row for each article that is new, of values that cost nothing."""
    for _ in pieces:
        library = brought("sqlite3")
        start = perf_counter()
        at, digest = "2026-10-31T12:00:00.000000+00:00", "0" * 64
        database = library.connect("ledger", isolation_level=None)
        database.execute(TABLE)
        database.execute("BEGIN")
        database.executemany(
            "INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (f"tag:letter.example,2026:{one}", one, at, f"{SITE}{one}", f"{one}.md", f"{one}", f"{one}", at, at, digest)
                for one in range(work.count)
            ),
        )
        database.execute("COMMIT")
        database.close()
        mark("ledger", start, work.count)


def write(name: str, content: bytes) -> None:
    """Write an output."""
    with open(f"out/{name}", "wb") as file:  # noqa: PTH123 - pathlib takes 5 ms to import
        file.write(content)


def take_part(order: tuple[str, ...], work: SimpleNamespace, left: dict[str, Pieces]) -> None:
    """Do what there is to do, beginning with what this process is best at."""
    kinds = {"articles": articles, "files": files, "feeds": feeds, "template": template, "premailer": premailer}
    kinds |= {"looks": looks, "ledger": ledger}
    for kind in [one for one in order if one in left]:
        if kind not in LEAST or left[kind].worth(kind):
            kinds[kind](work, left[kind])


def tell(case: str, began: float) -> None:
    """Write the marks of this process, in one piece: the other one writes to the same file."""
    mark("all", began)
    steps = ", ".join(f'"{step}": [{seconds!r}, {times}]' for step, (seconds, times) in marks.items())
    with open("../marks", "ab", buffering=0) as file:  # noqa: PTH123 - as above
        file.write(f'{{"case": "{case}", "steps": {{{steps}}}}}\n'.encode())


def main(case: str, began: float, *, recorded: bool) -> None:
    """Work in two processes."""
    mark("interpreter", began)
    gc.disable()
    with open(case, "rb") as file:  # noqa: PTH123 - as above
        work = SimpleNamespace(**marshal.load(file))  # noqa: S302 - the benchmark's own, and without an import
    work.recorded = recorded
    if work.expressions:
        remember(work.expressions)
    once = {"looks": 1, "ledger": 1} if recorded else {}
    left = {kind: Pieces(count) for kind, count in (*work.pieces.items(), *once.items())}
    os.makedirs("out", exist_ok=True)  # noqa: PTH103 - as above
    other = os.fork()
    if not other:
        marks.clear()
    take_part(FIRST if other else OTHER, work, left)
    tell(f"{case} recorded" if recorded else case, began)
    status = os.waitpid(other, 0)[1] if other else 0
    os._exit(1 if status else 0)  # taking the interpreter down would take longer


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), recorded=sys.argv[3:] == ["recorded"])
