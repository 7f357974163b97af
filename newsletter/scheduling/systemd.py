"""A service and a timer of systemd. Pure.

https://www.freedesktop.org/software/systemd/man/latest/: systemd.service, systemd.exec, systemd.timer, systemd.syntax.
"""

from collections.abc import Iterator
from pathlib import Path

from newsletter.errors import NewsletterError
from newsletter.scheduling.job import Job

FOLDER = "/etc/systemd/system"
NAME = "newsletter"
#: Where the variables of the environment with secrets are.
ENVIRONMENT = f"/etc/{NAME}.env"
#: What a run never needs; a program of the editor's might.
HARDENING = """\
NoNewPrivileges=yes
CapabilityBoundingSet=
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native"""


def units(job: Job) -> str:
    """Write both files, each below a comment with its path; raises NewsletterError where they cannot hold a path."""
    return "\n".join((*_comments(job), *_service(job), "", *_timer(job), ""))


def _comments(job: Job) -> Iterator[str]:
    lines = (
        *job.told(),
        "",
        "Put the two parts into the files that their first lines name (for another publication on this machine, under another",
        f"name), then run: systemctl daemon-reload && systemctl enable --now {NAME}.timer",
        f"What a run prints is in the journal: journalctl -u {NAME}. Two runs never get in each other's way: systemd starts none",
        "while one is at work, and one that finds another host or person at it ends with 75, which is no failure.",
        f"A run that was not perfect leaves the unit failed: systemctl status {NAME}; add OnFailure= to be told.",
    )
    yield from (f"# {line}".rstrip() for line in lines)
    yield ""


def _service(job: Job) -> Iterator[str]:
    title = " ".join(job.config.title.split())
    yield f"# {FOLDER}/{NAME}.service"
    yield "[Unit]"
    yield f"Description=Newsletter {_raw(title, 'title')}"
    yield "Wants=network-online.target"
    yield "After=network-online.target"
    yield ""
    yield "[Service]"
    yield "Type=oneshot"
    yield f"User={_raw(job.user, 'user')}"
    yield f"WorkingDirectory={_raw(str(job.config.root), 'the folder of the configuration')}"
    yield f"ExecStart={_command((*job.program, *job.arguments(job.file)))}"
    yield "# another run is at work"
    yield "SuccessExitStatus=75"
    yield "# thousands of recipients may take hours"
    yield "TimeoutStartSec=infinity"
    yield from _secrets(job)
    yield ""
    yield from _protection(job)


def _secrets(job: Job) -> Iterator[str]:
    if secret := job.secret():
        yield f"# Holds the line {secret.variable}=…; chown root, chmod 600: systemd reads it, the run gets the variable."
        yield "# Or keep the secret from the environment: LoadCredential=secret:/etc/newsletter.secret, and in the configuration"
        yield f'# {secret.key} = "/run/credentials/{NAME}.service/secret".'
        yield f"EnvironmentFile=-{ENVIRONMENT}"


def _protection(job: Job) -> Iterator[str]:
    if job.config.delivery.service == "command":
        yield "# Your program may write where it has to, and sendmail changes its group: so this is all that can be closed."
        yield "ProtectSystem=full"
        return
    yield "# A run writes out/, the ledger and what lies beside them."
    yield "ProtectSystem=strict"
    written = _written(job)
    # out/ once more, for it may be a link to somewhere else
    yield f"ReadWritePaths={' '.join(_quoted(str(folder)) for folder in written)} {_quoted(str(job.config.out), '-')}"
    if not any(folder.is_relative_to(job.config.content) for folder in written):
        yield f"ReadOnlyPaths={_quoted(str(job.config.content), '-')}"
    yield HARDENING


def _written(job: Job) -> list[Path]:
    """Name the folders that a run writes to, none of them twice."""
    config = job.config
    folders = {config.out.parent}
    if "://" not in config.ledger or config.ledger.startswith("sqlite:///"):
        folders.add((config.root / config.ledger.removeprefix("sqlite:///")).parent)
    return sorted(folder for folder in folders if not any(folder.is_relative_to(other) for other in folders - {folder}))


def _timer(job: Job) -> Iterator[str]:
    digest = job.config.digest
    yield f"# {FOLDER}/{NAME}.timer"
    yield "[Unit]"
    yield f"Description=Calls {NAME}.service"
    yield ""
    yield "[Timer]"
    yield "OnCalendar=hourly"
    yield "# and when issues become due, so that they are on time"
    yield f"OnCalendar=*-*-* {digest.at}:00 {job.config.timezone.key}"
    yield "# soon after the machine was off at that time"
    yield "Persistent=true"
    yield "RandomizedDelaySec=1min"
    yield "AccuracySec=1s"
    yield ""
    yield "[Install]"
    yield "WantedBy=timers.target"


def _raw(text: str, what: str) -> str:
    """Write a value that systemd takes to the end of the line; raises NewsletterError where it cannot."""
    if text.endswith("\\") or text != text.strip():
        raise NewsletterError(f"{what}: systemd cannot take {text!r}, for it ends in a backslash or a space")
    return text.replace("%", "%%")


def _quoted(text: str, prefix: str = "") -> str:
    """Write one word of a list."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{prefix}{escaped}"'


def _command(words: tuple[str, ...]) -> str:
    """Write a command. A dollar sign begins a variable in every word but the first, which may not hold quotes and backslashes."""
    program = ("/usr/bin/env", *words) if set("$\"'\\") & set(words[0]) else words
    return " ".join(_quoted(word.replace("$", "$$")) for word in program)
