"""A line for a crontab. Pure.

https://manpages.debian.org/bookworm/cron/crontab.5.en.html: times are in the machine's zone (CRON_TZ is for other crons), all
output is mailed, and a percent sign ends the command unless there is a backslash before it.
"""

import shlex
from collections.abc import Iterable

from newsletter.errors import NewsletterError
from newsletter.scheduling.job import Job

#: Letters of the longest command that Debian's cron takes (MAX_COMMAND in its cron.h, with the closing NUL).
LONGEST = 999
#: cron's own has neither /usr/local/bin nor /usr/sbin, where sendmail is.
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"

#: Prints what the run said, if anything; 75: another run was at work, which is nothing to write home about.
TELL = r"""[ $? -eq 75 ] || [ -z "$said" ] || printf '\%s\n' "$said" """.rstrip()


def crontab(job: Job) -> str:
    """Write the lines; raises NewsletterError where no crontab can hold them."""
    run = _words((*job.program, *job.arguments(job.file)))
    folder = _words((str(job.config.root),))
    command = f"cd {folder} && {{ said=$(PATH={PATH} {run} 2>&1); {TELL}; }}"
    if len(command.encode()) > LONGEST:
        raise NewsletterError(f"the command is too long for a crontab, which takes {LONGEST} bytes; write a script that runs it")
    comments = (
        *job.told(),
        "",
        "Add these lines with: crontab -e",
        "cron's times are in the zone of the machine, and it must not matter which that is: hence a minute, and no hour.",
        "cron mails whatever is printed, and a run prints what went wrong, nothing else. The mail goes to the owner of the",
        "crontab, or to the address in a line MAILTO=you@example.org above. With -v behind run all that is done is told;",
        "with >> newsletter.log at the end of the line it goes there, in the place of the mail.",
        "Two runs never get in each other's way: the second one ends at once with 75, of which no mail is made.",
        *_about_secret(job),
    )
    return "".join(f"# {line}".rstrip() + "\n" for line in comments) + f"{job.minute()} * * * * {command}\n"


def _about_secret(job: Job) -> Iterable[str]:
    if secret := job.secret():
        yield f"cron does not know {secret.variable}: put the secret into a file that only you can read, and name that in"
        yield f"{secret.key}."


def _words(words: Iterable[str]) -> str:
    """Quote words for the shell, and that for cron."""
    line = shlex.join(words)
    if "\\" in line:
        raise NewsletterError(f"{line}: crons differ in what they make of a backslash; rename the folder, or use systemd")
    return line.replace("%", r"\%")
