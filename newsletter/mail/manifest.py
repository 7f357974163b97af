"""What issue.json says: sealed when it is written, so that what nobody changed since is known when it is read. Pure.

The seal is a SHA-256 over the source, which is a digest of all that shapes the mail (see ``newsletter.kept``), and over the
rest of the manifest, which has the digests of the files beside it. Where it holds, making the mail again would give the same.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from newsletter.model import Edition, Form, Output, Remark

NAME = "issue.json"
TYPE = "application/json"


class Size(Struct, frozen=True, kw_only=True):
    """How large a digest is and what it holds."""

    #: Bytes of its HTML, and what they are to stay under.
    bytes: int
    limit: int
    #: How many articles it holds in each form that it has.
    forms: tuple[tuple[Form, int], ...]


def mailed(edition: Edition) -> Edition:
    """Return what the mail's templates may know of an edition: nothing that changes with articles outside its issue."""
    return replace(edition, feed=(), pages=(), latest=(), past=(), channels=(), archive=None, kept=None)


def entries(files: Sequence[Output]) -> list[dict[str, object]]:
    """Describe the files beside the manifest."""
    return [
        {
            "name": file.path,
            "type": file.type,
            "bytes": len(file.body),
            "sha256": sha256(file.body).hexdigest(),
            "remarks": [asdict(remark) for remark in file.remarks],
        }
        for file in files
    ]


def sealed(content: Mapping[str, object], source: str) -> bytes:
    """Write a manifest, with its seal at the end."""
    seal = sha256(f"{source}\n{_text(content)}".encode()).hexdigest()
    return _text({**content, "seal": seal}).encode()


def unchanged(folder: str, found: Mapping[str, bytes], source: str) -> tuple[Output, ...]:
    """Return the files of a digest, the manifest last, as its emitter once made them from the same source; empty if it did not.

    ``folder`` is theirs, relative to out/ and ending in a slash; ``found`` are the bytes of its files by name.
    """
    body = found.get(NAME, b"")
    try:
        content = json.loads(body)
        content.pop("seal")
        if body != sealed(content, source):
            return ()
        outputs = tuple(_output(folder, found[entry["name"]], entry) for entry in content["files"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):  # whatever else stands there, it is not ours
        return ()
    return (*outputs, Output(path=folder + NAME, type=TYPE, body=body))


def size(manifest: bytes) -> Size:
    """Read how large the digest is from a manifest that was just made."""
    content = json.loads(manifest)
    count = Counter(entry["form"] for entry in content["articles"])
    return Size(
        bytes=content["budget"]["bytes"],
        limit=content["budget"]["limit"],
        forms=tuple((form, count[form]) for form in Form if count[form]),
    )


def _output(folder: str, body: bytes, entry: Mapping[str, Any]) -> Output:
    """Return a file as its entry describes it. Raises ValueError where it has become another."""
    if (len(body), sha256(body).hexdigest()) != (entry["bytes"], entry["sha256"]):
        raise ValueError(entry["name"])
    remarks = tuple(Remark(**remark) for remark in entry["remarks"])
    return Output(path=folder + entry["name"], type=entry["type"], body=body, remarks=remarks)


def _text(content: Mapping[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
