"""Files that make a scheduler call ``newsletter run``. Pure: the publication's configuration and paths become text.

All of them call it every hour, though issues are seldom due: the run itself knows the publication's calendar, and what it missed.
"""

from collections.abc import Callable, Mapping

from newsletter.scheduling.cron import crontab
from newsletter.scheduling.github import workflow
from newsletter.scheduling.job import Job
from newsletter.scheduling.systemd import units

__all__ = ["KINDS", "Job"]

#: What calls the run to what writes its files.
KINDS: Mapping[str, Callable[[Job], str]] = {"cron": crontab, "systemd": units, "github": workflow}
