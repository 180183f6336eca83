"""Pauses of the garbage collector, kept short in processes that a reply or an exchange waits for."""

import gc
from typing import Final

_YOUNG: Final = 2_000
"""Objects that are made and not freed before the youngest are looked at; Python's own default."""

_OLD_EVERY: Final = (10, 100)
"""Collections of a generation before the next older one is looked at, too."""


def settle_heap() -> None:
    """Set aside all that has been loaded until now: no later collection looks at it again.

    Call it once, when all is imported and built. A full collection then takes as long as what requests have left
    behind, not as the modules of the process take.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *_OLD_EVERY)
