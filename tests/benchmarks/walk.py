"""What it takes at least to see that no file has changed: a bare interpreter, a look at each, a list kept from before.

python walk.py FOLDER KEPT [COMMAND…]: where something has changed, it keeps the new list and runs the command; without one it
fails.
"""

import gc
import marshal
import os
import sys


def main(folder: str, kept: str, command: list[str]) -> None:
    """Compare."""
    gc.disable()
    seen = []
    with os.scandir(folder) as entries:
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            seen.append((entry.name, status.st_mtime_ns, status.st_size, status.st_ino))
    now = marshal.dumps(seen, 2)  # an older format: what it writes depends on values alone
    try:
        with open(kept, "rb") as file:  # noqa: PTH123 - pathlib takes 5 ms to import
            same = file.read() == now
    except FileNotFoundError:
        same = False
    if same:
        os._exit(0)  # taking the interpreter down would take longer
    with open(kept, "wb") as file:  # noqa: PTH123 - as above
        file.write(now)
    if not command:
        sys.exit("expected no change")
    os.execv(command[0], command)  # noqa: S606 - what it is told to run


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
