"""What is told of unattended runs holds."""

import re
import shlex

from newsletter import config
from newsletter.cli import arguments, commands
from newsletter.cli.dispatch import FAILED, LOCKED
from tests.real import ROOT

TEXT = (ROOT / ".readme" / "unattended.md").read_text(encoding="utf-8")


def test_every_command_can_be_said() -> None:
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```$", TEXT)
    said = [line for block in blocks for line in block.splitlines() if line.startswith("newsletter ")]
    assert len(said) > 10
    for line in said:
        options = arguments.parser().parse_args(shlex.split(line, comments=True)[1:])
        assert options.command in commands.COMMANDS


def test_every_key_is_one_of_the_configuration() -> None:
    named = {key.name for key in config.keys()}  # noqa: SIM118 - a function of that name
    keys = set(re.findall(r"(?<!\[)\b((?:digest|delivery|feeds)\.[a-z_.]*[a-z])\b", TEXT))
    assert len(keys) >= 10
    assert keys <= named


def test_every_exit_status_is_told() -> None:
    told = [int(status) for status in re.findall(r"(?m)^\| (\d+) \|", TEXT)]
    assert told == [commands.DONE, FAILED, 2, commands.PARTLY, LOCKED]


def test_every_variable_with_a_secret_is_one_that_the_configuration_tells_of() -> None:
    variables = set(re.findall(r"NEWSLETTER_(?!KEY\b)[A-Z_]+", TEXT))
    assert len(variables) == 3
    assert all(any(variable in key.description for key in config.keys()) for variable in variables)  # noqa: SIM118 - the same
