"""Passwords, tokens and keys: from a variable of the environment, or a file that nobody else may read. Never printed.

Reads those files and nothing else; the environment is handed in.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from newsletter.errors import DeliveryError

#: Bytes of the largest secret: a private key of 16,384 bits in PEM has 12,700.
LARGEST = 65_536


class Secrets(Struct, frozen=True, kw_only=True):
    """Where secrets come from."""

    environment: Mapping[str, str]
    #: What relative paths start from.
    root: Path

    def __repr__(self) -> str:
        """Keep them out of every traceback and log."""
        return f"Secrets(root={self.root!r})"

    def read(self, variable: str, path: str, key: str) -> str:
        """Return the secret in the variable, else in the file that the configuration key names; raises DeliveryError."""
        if given := self.environment.get(variable, "").strip():
            return given
        if not path:
            raise DeliveryError(f"{key}: expected a secret in the variable {variable} or in a file that this key names")
        return self.file(path, key).strip()

    def file(self, path: str, key: str) -> str:
        """Return the text of a file that nobody else may read; raises DeliveryError."""
        place = self.root / path
        try:
            with open(place, "rb", opener=_without_waiting) as file:
                state = os.fstat(file.fileno())
                if not stat.S_ISREG(state.st_mode):
                    raise DeliveryError(f"{key}: {place} is no regular file")
                if state.st_mode & (stat.S_IROTH | stat.S_IWOTH):
                    raise DeliveryError(f"{key}: everybody can read {place}; run: chmod 600 {place}")
                text = file.read(LARGEST + 1)
        except OSError as error:
            raise DeliveryError(f"{key}: {place} cannot be read: {error.strerror}") from None
        if len(text) > LARGEST or not text.strip():
            raise DeliveryError(f"{key}: {place} holds no secret")
        try:
            return text.decode()
        except UnicodeDecodeError:
            raise DeliveryError(f"{key}: {place} is not UTF-8") from None


def _without_waiting(path: str, flags: int) -> int:
    """Open a file without waiting for a writer, should it be a FIFO."""
    return os.open(path, flags | os.O_NONBLOCK)
