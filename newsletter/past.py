"""The issues that out/ holds. Reads their manifests."""

import json
from datetime import datetime
from pathlib import Path

from newsletter import writer
from newsletter.errors import OutputError
from newsletter.mail import manifest
from newsletter.model import PastIssue


def past_issues(out: Path, *, besides: str | None) -> tuple[PastIssue, ...]:
    """Read the manifests of the issues that out/ holds, newest first, but for the one of that key, which is made now."""
    past = []
    for name in writer.owned(out):
        if name.startswith("issues/") and name.endswith(f"/{manifest.NAME}") and name != f"issues/{besides}/{manifest.NAME}":
            try:
                told = json.loads((out / name).read_bytes())
                past.append(
                    PastIssue(
                        key=told["key"],
                        subject=told["subject"],
                        date=datetime.fromisoformat(told["date"]),
                        articles=len(told["articles"]),
                    )
                )
            except FileNotFoundError:
                continue  # the editor took the issue out of the archive by hand
            except (OSError, ValueError, TypeError, KeyError) as error:
                message = (
                    f"{out / name}: damaged ({error}); restore it, or delete the folder to take the issue out of the archive"
                )
                raise OutputError(message) from error
    return tuple(sorted(past, key=lambda issue: (issue.date, issue.key), reverse=True))
