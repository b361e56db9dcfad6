"""Numbers that have a name everywhere, unless a spec calls something else so."""

from __future__ import annotations

from functools import cache

from flint import arb

from derivation.formulas.arrays import Array
from derivation.formulas.precision import working_precision
from derivation.formulas.terms import Term

BITS = 4096
"""Of a number that is no fraction: more than any working precision that does not hunt for an exact tie."""


@cache
def constants() -> dict[str, Term]:
    """The numbers by name, each as it is printed.

    >>> [(key, term.args[0]) for key, term in constants().items()]
    [('pi', '\\\\pi'), ('e', '\\\\mathrm{e}')]
    """
    with working_precision(BITS):
        numbers = {"pi": (r"\pi", arb.pi()), "e": (r"\mathrm{e}", arb(1).exp())}
    return {key: Term("number", (latex,), Array.scalar(value)) for key, (latex, value) in numbers.items()}


def is_itself(key: str, written: Term | None) -> bool:
    """Whether a quantity is a constant by its own name: of π it is not said that it is given as π.

    >>> is_itself("pi", constants()["pi"]), is_itself("pi_1", constants()["pi"])
    (True, False)
    """
    return written is not None and written == constants().get(key)
