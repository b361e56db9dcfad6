"""How many bits balls are worked with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

import flint

_PRECISION = RLock()
"""python-flint has one working precision for the whole process: who has set it keeps it until the work is done."""


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Works with so many bits, in this thread alone: others that want a precision of their own wait for their turn.

    >>> with working_precision(192):
    ...     flint.arb(2).sqrt().rel_accuracy_bits() > 180
    True
    """
    with _PRECISION, flint.ctx.workprec(bits):
        yield
