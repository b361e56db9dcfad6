r"""The numbers e and pi where an article prints them: $\pi \approx 3.14$ is held against what pi is, and what is worked
with it may be worked with all its digits."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from decimal import Decimal

from derivation.checking.facts.knowledge import ChainRead, SideRead, Statement
from derivation.checking.facts.quantity import Key
from derivation.checking.reading.numerals import pi
from derivation.checking.reading.trees import Tree
from derivation.formulas.operations import heads

CONSTANTS: dict[str, tuple[Decimal, Tree]] = {
    r"\pi": (Decimal("3.14159265358979"), pi(0)),
    "e": (Decimal("2.71828182845905"), Tree("call", (heads.EXP, Tree("number", ("1",), 0)), 0)),
}
"""What each number is: to 15 digits, and as a formula."""
NEAR = Decimal("0.01")
"""How far, as a share, what is printed for a constant may be from it; farther off the letter stands for something
else."""


def formulas_of_constants(
    values: Mapping[Key, Sequence[Statement]], formulas: Container[Key]
) -> list[tuple[Key, Statement]]:
    """The formulas of the constants that an article gives values, but no formulas."""
    known = ((key, formula(key, values[key])) for key in CONSTANTS if key in values and key not in formulas)
    return [(key, statement) for key, statement in known if statement]


def formula(key: str, values: Sequence[Statement]) -> Statement | None:
    r"""The formula of a constant, where the first value that an article gives this name is meant to be it: a numeral
    near it behind a sign of rounding, or a rounding of it to three digits at least."""
    (value, tree), statement = CONSTANTS[key], values[0]
    if statement.chain is None or statement.tree.head != "number":
        return None
    printed = Decimal(statement.tree.args[0])
    digits = len(statement.tree.args[0].partition(".")[2])
    is_rounding, is_near = round(value, digits) == printed, abs(printed - value) <= NEAR * value
    if is_rounding or is_near if relation(statement.chain, statement.read) == "≈" else is_rounding and digits > 1:
        return Statement(statement.position, tree, SideRead(statement.read.side, tree), statement.chain)
    return None


def relation(chain: ChainRead, read: SideRead) -> str:
    """The relation in front of a side."""
    return ["=", *chain.relations][next(k for k, other in enumerate(chain.sides) if other is read)]
