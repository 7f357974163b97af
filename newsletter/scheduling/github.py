"""A workflow of GitHub Actions. Pure.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax. A runner begins with nothing, so what runs
have to remember is kept on a branch. A runner that dies takes what it remembered with it, and nobody knows whom it had written
to: where no service could tell, a mark on the branch, set before a run and removed after it, keeps later runs from writing to
them again.
"""

import os.path
import shlex
from collections.abc import Iterator
from datetime import UTC

from newsletter import __version__
from newsletter.errors import NewsletterError
from newsletter.scheduling.job import Job

FILE = ".github/workflows/newsletter.yml"
BRANCH = "newsletter-state"
#: Where that branch is checked out, in the repository's folder.
STATE = ".newsletter-state"
#: Services that cannot be asked whether they have an issue.
FORGETFUL = ("smtp", "command")
#: GitHub is late, or drops runs, where all the world asks for them: around the full hour.
RUSH = 5
QUIET = 7

_HEAD = """\
name: newsletter
on:
  schedule:
    - cron: "{minute} * * * *"
  workflow_dispatch:
# one run at a time; the next one waits, and is not cancelled
concurrency:
  group: newsletter
  cancel-in-progress: false
permissions:
  contents: write # for the branch {branch}
jobs:
  run:
    runs-on: ubuntu-latest
    timeout-minutes: 350
    defaults:
      run:
        shell: bash
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.13"
      - name: Install
        run: |
          python -m pip install {requirement}
"""
# An error must not look like a first run, to which everything is new: ls-remote ends with 2 where there is no such branch
_TAKE = """\
      - name: Take up what the last run left
        id: state
        run: |
          git config user.name newsletter
          git config user.email newsletter@users.noreply.github.com
          status=0
          git ls-remote --exit-code origin refs/heads/{branch} || status=$?
          if [ "$status" -eq 0 ]; then
            git fetch --depth=1 origin refs/heads/{branch}
            git worktree add --detach {state} FETCH_HEAD
          elif [ "$status" -eq 2 ]; then
            git worktree add --detach {state}
            git -C {state} rm -r -f -q .
          else
            exit 1
          fi
          git -C {state} checkout --orphan {branch}-next
"""
_MARK = """\
          if [ -e {state}/running ]; then
            echo "::error::The last run was lost, and nobody knows whom it wrote to. Look, then delete running from {branch}."
            exit 1
          fi
          touch {state}/running
          git -C {state} add --all --force
          git -C {state} commit -q -m "A run is at work"
          git -C {state} push -q --force origin HEAD:refs/heads/{branch}
"""
_RUN = """\
      - name: Run
        run: |
          {command} || [ $? -eq 75 ]
"""
# A single commit without history: the ledger is a binary file
_KEEP = """\
      - name: Keep what this run leaves
        if: always() && steps.state.outcome == 'success'
        run: |
          rm -f {state}/running
          git -C {state} add --all --force
          if git -C {state} rev-parse -q --verify HEAD; then amend=--amend; else amend=; fi
          git -C {state} commit -q $amend --allow-empty -m "After a run"
          git -C {state} push -q --force origin HEAD:refs/heads/{branch}
"""


def workflow(job: Job) -> str:
    """Write the file; raises NewsletterError where the configuration is in no repository, or elsewhere."""
    minute = job.minute(UTC)
    names = {"branch": BRANCH, "state": STATE}
    steps = _HEAD.format(minute=QUIET if minute < RUSH else minute, requirement=_requirement(job), **names)
    take = _TAKE + (_MARK if _forgetful(job) else "")
    lines = (f"# {line}".rstrip() for line in _comments(job))
    run = _RUN.format(command=_command(job))
    return "\n".join((*lines, "")) + steps + take.format(**names) + run + _environment(job) + _KEEP.format(**names)


def _comments(job: Job) -> Iterator[str]:
    yield f"{FILE}"
    yield ""
    yield from job.told()
    yield ""
    yield f"What runs have to remember is on the branch {BRANCH}: the ledger, and out/. Serve out/ from there, or add a step that"
    yield "brings it to your server. The first run makes the branch; never delete it, for without it everything would be new."
    yield "The ledger names the recipients: keep the repository private, or the ledger in a database (the key ledger)."
    yield "Where a run was not perfect the workflow fails, and GitHub writes to you; what the run did is kept all the same."
    yield "In public repositories GitHub ends schedules after 60 days without activity: look at the tab Actions now and then."
    if secret := job.secret():
        yield f"{secret.variable} is a secret of the repository: Settings, Secrets and variables, Actions."


def _forgetful(job: Job) -> bool:
    """Tell whether a lost run leaves nobody who knows what it did."""
    return job.config.delivery.service in FORGETFUL and not _shared(job)


def _shared(job: Job) -> bool:
    """Tell whether the ledger is in a database, which a lost runner does not take with it."""
    return "://" in job.config.ledger and not job.config.ledger.startswith("sqlite:")


def _requirement(job: Job) -> str:
    delivery = job.config.delivery
    extras = ["database"] if _shared(job) else []
    extras += ["dkim"] if delivery.service == "smtp" and delivery.dkim.domain else []
    named = f"[{','.join(extras)}]" if extras else ""
    return shlex.quote(f"newsletter-publisher{named}=={__version__}")


def _command(job: Job) -> str:
    """Write the command, as from the repository's folder."""
    if job.file is not None and not job.file.is_relative_to(job.repository):
        raise NewsletterError(f"{job.file}: expected the configuration in the repository {job.repository}")
    file = None if job.file is None else job.file.relative_to(job.repository)
    # paths on the command line start from the current folder, a ledger is named as from the configuration's
    sets = [f"out={STATE}/out"]
    if not _shared(job):
        sets.append(f"ledger={os.path.relpath(job.repository / STATE / 'ledger', job.config.root)}")
    words = ("newsletter", *job.arguments(file), *(word for given in sets for word in ("--set", given)))
    # what would be an expression of the workflow's
    return shlex.join(words).replace("${{", "${{ '${{' }}")


def _environment(job: Job) -> str:
    secret = job.secret()
    return f"        env:\n          {secret.variable}: ${{{{ secrets.{secret.variable} }}}}\n" if secret else ""
