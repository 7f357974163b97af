#!/usr/bin/env python3
"""Writes the subset of caniemail's findings that `newsletter check` reads: .ci/caniemail.py [VERSION of the npm package].

Takes what some clients did with every feature when it was last tested, and the notes on what they did in part. Needs npm.
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "newsletter" / "checks" / "clients" / "caniemail.json"
VERSION = "2.0.2"
#: Those of which nearly every feature was tested. Outlook for Windows by version; elsewhere the newest that was tested counts.
CLIENTS = (
    *("gmail.desktop-webmail", "gmail.ios", "gmail.android", "gmail.mobile-webmail"),
    *("outlook.windows.2016", "outlook.windows.2019", "outlook.windows.2021", "outlook.windows-mail", "outlook.outlook-com"),
    *("outlook.macos", "outlook.ios", "outlook.android", "apple-mail.macos", "apple-mail.ios"),
    *("yahoo.desktop-webmail", "yahoo.ios", "yahoo.android", "aol.desktop-webmail", "thunderbird.macos"),
    *("samsung-email.android", "protonmail.desktop-webmail", "fastmail.desktop-webmail", "gmx.desktop-webmail"),
    *("web-de.desktop-webmail", "hey.desktop-webmail", "mail-ru.desktop-webmail", "orange.desktop-webmail"),
)
#: Neither HTML nor CSS nor a picture.
LEFT_OUT = ("others",)
#: The copyright of the findings themselves, as their repository (github.com/hteumeuleu/caniemail) has it, before the package's.
COPYRIGHT = "Copyright (c) 2019 HTeuMeuLeu (caniemail.com)"


def main() -> None:
    """Fetch the package of that version and write the file."""
    version = sys.argv[1] if len(sys.argv) > 1 else VERSION
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(  # noqa: S603 - a fixed program; the version is the caller's own
            ["npm", "pack", "--silent", "--pack-destination", folder, f"caniemail@{version}"],  # noqa: S607 - from the PATH
            check=True,
            stdout=subprocess.DEVNULL,
        )
        [archive] = Path(folder).iterdir()
        with tarfile.open(archive) as package:
            everything = json.loads(_member(package, "package/data/caniemail.json"))
            licence = _member(package, "package/LICENSE").decode()
    TARGET.write_text(written(everything, version, licence), encoding="utf-8")


def _member(package: tarfile.TarFile, name: str) -> bytes:
    member = package.extractfile(name)
    assert member is not None  # a file, in every version so far  # noqa: S101
    return member.read()


def written(everything: dict[str, Any], version: str, licence: str) -> str:
    """Write the subset as JSON with a feature on each line, so that a refresh can be read as a difference."""
    features = [feature for feature in everything["data"] if feature["category"] not in LEFT_OUT]
    name, _, terms = licence.strip().partition("\n")
    head = {
        "source": "https://www.caniemail.com/",
        "package": f"caniemail {version} (npm)",
        "date": everything["last_update_date"][:10],
        "licence": [name.strip(), COPYRIGHT, *(line.strip() for line in terms.split("\n") if line.strip())],
        "clients": CLIENTS,
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}," for key, value in head.items()]
    rows = [f"  {json.dumps(feature['slug'])}: {json.dumps(_row(feature), ensure_ascii=False)}" for feature in features]
    return "{\n" + "\n".join(lines) + '\n"features": {\n' + ",\n".join(sorted(rows)) + "\n}\n}\n"


def _row(feature: dict[str, Any]) -> dict[str, Any]:
    """Tell of a feature what each client in turn does: y, n, u where it is not known, or a and the numbers of notes."""
    found = [_support(feature["stats"], client).replace("#", "").split() for client in CLIENTS]
    partly = [level if level != "a" else level + ",".join(notes) for level, *notes in found]
    used = {number for level, *notes in found if level == "a" for number in notes}
    notes = {number: " ".join(text.split()) for number, text in (feature["notes_by_num"] or {}).items() if number in used}
    row = {"title": feature["title"].strip(), "tested": feature["last_test_date"], "support": " ".join(partly)}
    return {**row, "notes": notes} if notes else row


def _support(stats: dict[str, Any], client: str) -> str:
    """Return what the client did when it was last tested, as caniemail writes it: ``a #1``."""
    family, platform, *version = client.split(".")
    tests: dict[str, str] = stats.get(family, {}).get(platform, {})
    if version:
        tests = {tested: result for tested, result in tests.items() if len(tested) == len("2016") and tested <= version[0]}
    return [*tests.values()][-1] if tests else "u"


if __name__ == "__main__":
    main()
