"""Jobs to schedule, and programs that stand in for ours where a scheduler's file is run for real."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.config import Config, Delivery, Digest
from newsletter.scheduling import Job
from tests.factories import make_config


def make_job(root: Path, config: Config | None = None, **changes: Any) -> Job:  # noqa: ANN401 - any field of Job
    """Schedule a small publication in that folder, on a machine in Berlin."""
    values: dict[str, Any] = {
        "config": config
        or make_config(root, timezone=ZoneInfo("Europe/Berlin"), digest=Digest(every="week", on="friday", at="08:30")),
        "program": (str(root / "newsletter"),),
        "file": root / "newsletter.toml",
        "sets": (),
        "now": datetime(2026, 3, 9, 12, 0, tzinfo=ZoneInfo("Europe/Berlin")),
        "user": "root",
        "repository": root,
    }
    return Job(**{**values, **changes})


def delivering(root: Path, delivery: Delivery, **changes: Any) -> Job:  # noqa: ANN401 - any field of Job
    """Schedule a publication with such a delivery."""
    return make_job(root, make_config(root, delivery=delivery, timezone=ZoneInfo("Europe/Berlin")), **changes)


def program(folder: Path, body: str) -> Path:
    """Write a program for the shell, in the place of ours."""
    path = folder / "newsletter"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path
