"""Templates as Jinja compiled them, kept in the index: compiling them anew takes a tenth of a build.

This is code that will run, so it counts only from a file that nobody but this user can have written.
"""

from functools import cached_property
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from newsletter.config import Config
from newsletter.index import circumstances, file, place
from newsletter.index.numbers import COMPILED, last, number

#: More than any publication has; older names go with the whole lot.
MOST = 500


class Compiled(BytecodeCache):
    """The templates that the index holds, for one state of the program, its libraries and the configuration.

    Jinja itself compares the source of each.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        """Take the index's place and what decides besides the source; without a key nothing is kept."""
        self.path = path
        self.key = key

    def __reduce__(self) -> tuple[type["Compiled"], tuple[Path, bytes]]:
        """Read the index again on the other side."""
        return type(self), (self.path, self.key)

    @classmethod
    def of(cls, config: Config) -> "Compiled":
        """Look at what shapes compiled templates."""
        try:
            return cls(place(config), circumstances.of_outputs(config))
        except OSError:  # then nothing is known of it
            return cls(place(config), b"")

    @cached_property
    def _known(self) -> dict[int, bytes]:
        return file.fetch(self.path, self.key, (COMPILED, last(COMPILED))) if self.key and file.is_own(self.path) else {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill Jinja's bucket if what it asks for is known."""
        body = self._known.get(_number(bucket))
        if body is not None:
            bucket.load_bytecode(BytesIO(body))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what Jinja compiled."""
        if self.key and file.is_own(self.path, absent=True):
            anew = () if len(self._known) < MOST else self._known.keys()
            file.store(self.path, self.key, {_number(bucket): bucket.bytecode_to_string()}, anew=anew)


def _number(bucket: Bucket) -> int:
    """Turn Jinja's key, made of a template's name and path, into a number."""
    return number(COMPILED, sha256(bucket.key.encode()).digest())
