"""What the names of files and folders in the content folder say of them. Pure."""

import os

#: Folders that belong to tools. Others that begin with an underscore hold articles: Jekyll's _posts, Go's _content.
TOOL_FOLDERS = frozenset(
    {
        *("_archetypes", "_assets", "_build", "_config", "_data", "_includes", "_issues", "_layouts", "_plugins", "_sass"),
        *("_scripts", "_site", "_static", "_styles", "_templates", "_themes", "node_modules", "__pycache__"),
    }
)
#: Folder of the editor's notes on issues.
NOTES = "_issues"
#: What editors and merges leave behind.
LEFTOVERS = (".bak", ".old", ".orig", ".rej", ".swo", ".swp", ".tmp", "~")
#: Endings of Markdown's kin, which hold more than Markdown.
KIN = (".mdx", ".mkd", ".mkdn", ".mdwn", ".mdtxt", ".mdtext", ".qmd", ".rmd")
#: Files about the folder, not of it.
ABOUT = frozenset(
    {
        *("authors", "changelog", "changes", "code_of_conduct", "codeowners", "contributing", "contributors", "copying"),
        *("copyright", "licence", "license", "maintainers", "notice", "readme", "security", "support"),
    }
)


def is_about(path: str) -> bool:
    """Tell whether a file is by its name about the folder: README.md, LICENSE-MIT.md, CHANGELOG.de.md."""
    stem = path.rpartition("/")[2].rpartition(".")[0].lower().replace("-", "_")
    return stem in ABOUT or stem.partition(".")[0] in ABOUT or stem.startswith(("license_", "licence_"))


def is_passed_over(folder: str) -> bool:
    """Tell whether a folder of that name is hidden or a tool's."""
    return folder.startswith(".") or folder.lower() in TOOL_FOLDERS


def is_leftover(name: str) -> bool:
    """Tell whether a file is hidden or an editor's."""
    return name[0] == "." or name.lower().endswith(LEFTOVERS) or (name[0] == name[-1] == "#")


def printable(name: str) -> str:
    """Write a path so that it can be printed on one line, whatever bytes it is made of."""
    if name.isprintable():  # nearly always; surrogates, which stand for bytes that are no UTF-8, are not
        return name
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(character if character.isprintable() or character == "\u200d" else repr(character)[1:-1] for character in text)
