"""Imports of libraries without what they import in vain. Changes sys.modules while that takes, for one thread at a time."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from types import ModuleType

_ALONE = RLock()


@contextmanager
def without(name: str, **held: object) -> Iterator[None]:
    """Keep a module from being imported for a while, unless it is there already: a stand-in holds what is given.

    Who asks for it afterwards gets the module.
    """
    with _ALONE:
        if name in sys.modules:
            yield
            return
        instead = ModuleType(name)
        vars(instead).update(held)
        sys.modules[name] = instead
        try:
            yield
        finally:
            if sys.modules.get(name) is instead:
                del sys.modules[name]
