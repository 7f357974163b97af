import os
from pathlib import Path

import pytest

from newsletter.delivery.secrets import LARGEST, Secrets
from newsletter.errors import DeliveryError

KEY = "delivery.smtp.password_file"
VARIABLE = "NEWSLETTER_SMTP_PASSWORD"


def secrets(root: Path, given: str | None = None) -> Secrets:
    return Secrets(environment={} if given is None else {VARIABLE: given}, root=root)


def file(folder: Path, text: bytes = b"hush\n", mode: int = 0o600) -> Path:
    path = folder / "password"
    path.write_bytes(text)
    path.chmod(mode)
    return path


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file(tmp_path, b"other")
    assert secrets(tmp_path, " hush\n").read(VARIABLE, "password", KEY) == "hush"


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    file(tmp_path)
    assert secrets(tmp_path, " ").read(VARIABLE, "password", KEY) == "hush"


def test_a_relative_path_starts_at_the_configuration_and_an_absolute_one_holds(tmp_path: Path) -> None:
    path = file(tmp_path)
    assert secrets(tmp_path).read(VARIABLE, "password", KEY) == "hush"
    assert secrets(tmp_path / "elsewhere").read(VARIABLE, str(path), KEY) == "hush"


def test_of_a_key_the_line_breaks_are_kept(tmp_path: Path) -> None:
    file(tmp_path, b"-----BEGIN\nkey\n-----END\n")
    assert secrets(tmp_path).file("password", KEY) == "-----BEGIN\nkey\n-----END\n"


def test_without_variable_and_file_both_are_named(tmp_path: Path) -> None:
    expected = f"{KEY}: expected a secret in the variable {VARIABLE} or in a file that this key names"
    with pytest.raises(DeliveryError) as caught:
        secrets(tmp_path).read(VARIABLE, "", KEY)
    assert str(caught.value) == expected


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o644, 0o666])
def test_a_file_that_is_open_to_the_world_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = file(tmp_path, mode=mode)
    with pytest.raises(DeliveryError) as caught:
        secrets(tmp_path).read(VARIABLE, "password", KEY)
    assert str(caught.value) == f"{KEY}: everybody can read {path}; run: chmod 600 {path}"


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o660, 0o601])
def test_a_file_for_its_owner_and_group_is_read(tmp_path: Path, mode: int) -> None:
    file(tmp_path, mode=mode)
    assert secrets(tmp_path).read(VARIABLE, "password", KEY) == "hush"


def test_what_counts_is_the_file_and_not_the_link_to_it(tmp_path: Path) -> None:
    path = file(tmp_path, mode=0o644)
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(DeliveryError, match="everybody can read"):
        secrets(tmp_path).read(VARIABLE, "link", KEY)
    path.chmod(0o600)
    assert secrets(tmp_path).read(VARIABLE, "link", KEY) == "hush"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "holds no secret"),
        (b" \n", "holds no secret"),
        (b"x" * (LARGEST + 1), "holds no secret"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_a_file_that_can_be_no_secret_is_refused_without_showing_it(tmp_path: Path, text: bytes, reason: str) -> None:
    path = file(tmp_path, text)
    with pytest.raises(DeliveryError) as caught:
        secrets(tmp_path).read(VARIABLE, "password", KEY)
    assert str(caught.value) == f"{KEY}: {path} {reason}"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError) as caught:
        secrets(tmp_path).read(VARIABLE, "password", KEY)
    assert str(caught.value) == f"{KEY}: {tmp_path / 'password'} cannot be read: No such file or directory"


def test_neither_a_folder_nor_a_fifo_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo", 0o600)
    (tmp_path / "folder").mkdir()
    for name in ("fifo", "folder"):
        with pytest.raises(DeliveryError):
            secrets(tmp_path).read(VARIABLE, name, KEY)
    with pytest.raises(DeliveryError, match="fifo is no regular file"):
        secrets(tmp_path).file("fifo", KEY)


def test_the_environment_is_never_printed(tmp_path: Path) -> None:
    assert "hush" not in repr(secrets(tmp_path, "hush"))
