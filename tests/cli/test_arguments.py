"""The parser of one command line."""

import argparse

import pytest

from newsletter.cli import arguments

COMMANDS = [name for name in arguments.reference() if name and " " not in name]


def choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    [found] = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]  # noqa: SLF001 - there is no public way
    return dict(found.choices)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_is_named_is_understood_as_ever(name: str) -> None:
    whole, one = arguments.parser(), arguments.parser(["-q", name, "--json"])
    assert one.format_help() == whole.format_help()
    assert choices(one)[name].format_help() == choices(whole)[name].format_help()


def test_others_are_listed_and_no_more() -> None:
    assert [*choices(arguments.parser(["build"]))] == COMMANDS
    assert "--period" not in choices(arguments.parser(["list"]))["build"].format_help()
