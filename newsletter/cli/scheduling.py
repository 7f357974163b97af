"""What ``newsletter schedule`` finds out about this machine."""

import os
import pwd
import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from newsletter import config as configuration
from newsletter.config import file
from newsletter.scheduling import Job

SCRIPT = "newsletter"


def job(options: Namespace) -> Job:
    """Describe the scheduled run of the configured publication, by the program that runs now. Raises ConfigError."""
    here = Path.cwd()
    sets = tuple(options.sets)
    config = configuration.load(options.config, sets, here)
    found = here / options.config if options.config else file.find(here)
    return Job(
        config=config,
        program=_program(Path(sys.executable)),
        file=found and found.absolute(),
        sets=sets,
        now=datetime.now(UTC).astimezone(),
        user=_owner(config.root),
        repository=next((folder for folder in (config.root, *config.root.parents) if (folder / ".git").exists()), config.root),
    )


def _program(python: Path) -> tuple[str, ...]:
    """Name the script beside the interpreter, else the interpreter itself: the environment's, not what its links lead to."""
    script = python.parent / SCRIPT
    return (str(script),) if os.access(script, os.X_OK) else (str(python), "-m", "newsletter")


def _owner(folder: Path) -> str:
    """Name whom a folder belongs to, by number where that has no name."""
    number = folder.stat().st_uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
