import os
import subprocess
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from msgspec.structs import replace

from newsletter import __version__
from newsletter.config import Delivery, Digest, Dkim, Smtp
from newsletter.errors import NewsletterError
from newsletter.scheduling import KINDS, Job
from tests.factories import make_config
from tests.scheduling.jobs import delivering, make_job, program

SMTP = Delivery(service="smtp", smtp=Smtp(host="mail.example", user="me", recipients="people.csv"))
BRANCH = "refs/heads/newsletter-state"


def workflow(job: Job) -> dict[Any, Any]:
    """Read the workflow as YAML 1.1 has it, in which the key ``on`` is true."""
    read = yaml.safe_load(KINDS["github"](job))
    assert isinstance(read, dict)
    return read


def steps(job: Job) -> dict[str, dict[str, Any]]:
    return {step.get("name", step.get("uses")): step for step in workflow(job)["jobs"]["run"]["steps"]}


@pytest.mark.parametrize(
    ("zone", "at", "minute"),
    [("Europe/Berlin", "08:30", 30), ("Asia/Kolkata", "08:15", 45), ("UTC", "00:00", 7), ("UTC", "09:04", 7)],
)
def test_the_workflow_has_the_shape_that_github_asks_for(tmp_path: Path, zone: str, at: str, minute: int) -> None:
    read = workflow(make_job(tmp_path, make_config(tmp_path, timezone=ZoneInfo(zone), digest=Digest(at=at))))
    assert read.keys() == {"name", True, "concurrency", "permissions", "jobs"}
    assert read[True] == {"schedule": [{"cron": f"{minute} * * * *"}], "workflow_dispatch": None}
    assert read["concurrency"] == {"group": "newsletter", "cancel-in-progress": False}
    assert read["permissions"] == {"contents": "write"}
    [(name, job)] = read["jobs"].items()
    assert (name, job["runs-on"], job["timeout-minutes"]) == ("run", "ubuntu-latest", 350)
    assert job["defaults"] == {"run": {"shell": "bash"}}
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert step.keys() <= {"name", "id", "if", "uses", "with", "run", "env"}
    assert [step.get("uses") for step in job["steps"]] == [
        "actions/checkout@v4",
        "actions/setup-python@v5",
        None,
        None,
        None,
        None,
    ]


def test_what_the_configuration_needs_is_installed_in_this_version(tmp_path: Path) -> None:
    def installed(job: Job) -> str:
        return str(steps(job)["Install"]["run"])

    assert installed(make_job(tmp_path)) == f"python -m pip install newsletter-publisher=={__version__}\n"
    shared = make_config(tmp_path, ledger="postgresql+psycopg://db/letter", timezone=ZoneInfo("UTC"))
    signed = replace(shared, delivery=replace(SMTP, dkim=Dkim(domain="letter.example", selector="a", key_file="key")))
    assert installed(make_job(tmp_path, signed)) == (
        f"python -m pip install 'newsletter-publisher[database,dkim]=={__version__}'\n"
    )


def test_secrets_of_the_repository_reach_the_run_alone(tmp_path: Path) -> None:
    found = steps(delivering(tmp_path, SMTP))
    assert found["Run"]["env"] == {"NEWSLETTER_SMTP_PASSWORD": "${{ secrets.NEWSLETTER_SMTP_PASSWORD }}"}
    assert [name for name, step in found.items() if "env" in step] == ["Run"]
    assert "env" not in steps(make_job(tmp_path))["Run"]


def test_paths_start_from_the_repository(tmp_path: Path) -> None:
    config = make_config(tmp_path / "my letter", timezone=ZoneInfo("UTC"))
    job = make_job(tmp_path / "my letter", config, repository=tmp_path, sets=("title=${{ it }}",))
    assert steps(job)["Run"]["run"] == (
        "newsletter run --config 'my letter/newsletter.toml' --set 'title=${{ '${{' }} it }}' --set out=.newsletter-state/out "
        "--set ledger=../.newsletter-state/ledger || [ $? -eq 75 ]\n"
    )
    alone = make_job(tmp_path, replace(config, ledger="postgresql+psycopg://db/letter"), file=None)
    assert steps(alone)["Run"]["run"] == "newsletter run --set out=.newsletter-state/out || [ $? -eq 75 ]\n"


def test_a_configuration_outside_the_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NewsletterError, match="expected the configuration in the repository"):
        KINDS["github"](make_job(tmp_path, repository=tmp_path / "elsewhere"))


class Runner:
    """Runs workflows as GitHub does: each on a fresh clone, with bash as ``shell: bash`` calls it."""

    def __init__(self, folder: Path) -> None:
        """Make a repository with one commit."""
        self.folder = folder
        self.origin = folder / "origin.git"
        self.runs = 0
        self.git("init", "-q", "--bare", "-b", "main", str(self.origin))
        self.git("clone", "-q", str(self.origin), "first")
        (folder / "first" / "newsletter.toml").touch()
        for words in (
            ("checkout", "-q", "-b", "main"),
            ("add", "--all"),
            ("commit", "-q", "-m", "First"),
            ("push", "-q", "origin", "main"),
        ):
            self.git("-C", "first", "-c", "user.name=a", "-c", "user.email=a@x.example", *words)

    def git(self, *words: str) -> str:
        """Return what git prints."""
        return subprocess.run(["git", *words], cwd=self.folder, capture_output=True, text=True, check=True).stdout

    def run(self, job: Job, body: str, *, lost: bool = False) -> tuple[bool, str]:
        """Run a workflow with a program in the place of ours; lost: the runner dies in the middle. Return how it ended."""
        self.runs += 1
        clone = self.folder / f"run{self.runs}"
        self.git("clone", "-q", "--depth=1", self.origin.as_uri(), clone.name)
        program(self.folder, body)
        outcomes: dict[str, str] = {}
        said = ""
        for step in workflow(job)["jobs"]["run"]["steps"]:
            if "run" not in step or step["name"] == "Install":
                continue
            wanted = all(outcome == "success" for outcome in outcomes.values())
            if "if" in step:
                assert step["if"] == "always() && steps.state.outcome == 'success'"
                wanted = outcomes.get("state") == "success" and not lost
            if wanted:
                done = subprocess.run(
                    ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                    cwd=clone,
                    env={**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"},
                    capture_output=True,
                    text=True,
                    check=False,
                )
                outcomes[step.get("id", step["name"])] = "success" if done.returncode == 0 else "failure"
                said += done.stdout + done.stderr
        return all(outcome == "success" for outcome in outcomes.values()), said

    def kept(self, name: str) -> str:
        """Read a file of the branch."""
        return self.git("-C", str(self.origin), "show", f"{BRANCH}:{name}")

    def commits(self) -> int:
        """Count the branch's commits."""
        return int(self.git("-C", str(self.origin), "rev-list", "--count", BRANCH))


#: Leaves what a run leaves: in the ledger, and in out/.
WRITES = """\
[ "$1 $2 $3 $4 $5" = "run --config newsletter.toml --set out=.newsletter-state/out" ] || exit 9
mkdir -p .newsletter-state/out; echo "run" >> .newsletter-state/ledger; echo "*" > .newsletter-state/out/.gitignore
wc -l < .newsletter-state/ledger > .newsletter-state/out/rss.xml"""


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.mark.parametrize("delivery", [Delivery(), SMTP])
def test_each_run_takes_up_what_the_last_one_left(runner: Runner, tmp_path: Path, delivery: Delivery) -> None:
    job = delivering(tmp_path, delivery)
    for number in (1, 2, 3):
        ended, said = runner.run(job, WRITES)
        assert ended, said
        assert runner.kept("ledger") == "run\n" * number
        assert runner.kept("out/rss.xml").strip() == str(number)
        assert "running" not in runner.git("-C", str(runner.origin), "ls-tree", "-r", "--name-only", BRANCH)
        assert "newsletter.toml" not in runner.git("-C", str(runner.origin), "ls-tree", "-r", "--name-only", BRANCH)
        assert runner.commits() == 1


@pytest.mark.parametrize(("status", "fails"), [(0, False), (75, False), (1, True), (3, True)])
def test_what_a_run_did_is_kept_however_it_ended(runner: Runner, tmp_path: Path, status: int, fails: bool) -> None:  # noqa: FBT001 - a column of the table
    ended, _ = runner.run(delivering(tmp_path, SMTP), f"{WRITES}; exit {status}")
    assert ended != fails
    assert runner.kept("ledger") == "run\n"


def test_after_a_lost_run_nobody_is_written_to_until_somebody_has_looked(runner: Runner, tmp_path: Path) -> None:
    job = delivering(tmp_path, SMTP)
    assert runner.run(job, WRITES)[0]
    runner.run(job, WRITES, lost=True)
    ended, said = runner.run(job, WRITES)
    assert not ended
    assert "::error::The last run was lost" in said
    assert runner.kept("ledger") == "run\n"
    assert runner.kept("running") == ""


def test_after_a_lost_run_a_service_that_can_be_asked_is_asked(runner: Runner, tmp_path: Path) -> None:
    job = delivering(tmp_path, Delivery(service="listmonk"))
    runner.run(job, WRITES, lost=True)
    assert runner.run(job, WRITES)[0]
    assert runner.kept("ledger") == "run\n"


def test_a_remote_that_cannot_be_asked_is_no_first_run(runner: Runner, tmp_path: Path) -> None:
    job = make_job(tmp_path)
    assert runner.run(job, WRITES)[0]
    script = steps(job)["Take up what the last run left"]["run"]
    runner.git("clone", "-q", "--depth=1", runner.origin.as_uri(), "cut-off")
    runner.git("-C", "cut-off", "remote", "set-url", "origin", str(tmp_path / "nowhere"))
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path / "cut-off", capture_output=True, check=False)
    assert done.returncode == 1
    assert not (tmp_path / "cut-off" / ".newsletter-state").exists()
