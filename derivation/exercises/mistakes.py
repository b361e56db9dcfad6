"""Mistakes made in an exercise: a tape as somebody works it who makes one wherever it can be made."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flint import fmpq

from derivation.deriving.tape import Entry, Tape
from derivation.exercises.plan.contract import Contract
from derivation.formulas.decimals import magnitude
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.numbers import NEGLIGIBLE, Number, Uncertain, bounds
from derivation.formulas.operations.table import ShapeMismatch
from derivation.formulas.terms import Term
from derivation.mistakes.table import Mistake
from derivation.networks.network import Network
from derivation.words.telling import tell


@dataclass(frozen=True, slots=True)
class Early:
    """Rounding to fewer digits than asked for, halves away from 0 as at school.

    >>> Early(Contract(digits=3), 1)(fmpq(1, 8)), Early(Contract(places=2), 1)(fmpq(-1, 4))
    (13/100, -3/10)
    """

    contract: Contract
    short: int

    def __call__(self, x: Number) -> fmpq:
        low, high = bounds(x)
        if low == high:
            return self.rounded(low)
        found = self.rounded(low)
        if found != self.rounded(high) and high - low > NEGLIGIBLE:
            raise Uncertain(tell("uncertain.digits"))
        return found

    def rounded(self, x: fmpq) -> fmpq:
        """A rational rounded; in whole numbers, since every variant asks for it often."""
        if x == 0:
            return x
        contract = self.contract
        places = (contract.digits - 1 - magnitude(x) if contract.places is None else contract.places) - self.short
        above, below = abs(int(x.p)) * 10 ** max(places, 0), int(x.q) * 10 ** max(-places, 0)
        units = (2 * above + below) // (2 * below)
        return fmpq(units if x > 0 else -units) / fmpq(10) ** places

    @property
    def is_possible(self) -> bool:
        """Whether a digit is left."""
        places = self.contract.places
        return self.contract.digits - self.short >= 1 if places is None else places - self.short >= 0


def applied(mistake: Mistake, tape: Tape, network: Network, contract: Contract) -> Tape | None:
    """The tape with the mistake made wherever it can be; None where it can be made nowhere."""
    made = tuple(_made(mistake, entry, network, contract) for entry in tape)
    return made if made != tape else None


def _made(mistake: Mistake, entry: Entry, network: Network, contract: Contract) -> Entry:
    """One entry with the mistake made, if it can be made there."""
    if mistake.edit:
        return _edited(entry, mistake.edit(entry, network), Shapes(network.names.shapes))
    early = Early(contract, mistake.short)
    return replace(entry, rounding=early) if mistake.short and entry.is_result and early.is_possible else entry


def _edited(entry: Entry, formula: Term | None, shapes: Shapes) -> Entry:
    """The entry with another formula, where that has the quantity's shape: nobody writes what does not fit."""
    try:
        return replace(entry, formula=formula) if formula is not None and shapes.of(formula) == entry.shape else entry
    except ShapeMismatch:
        return entry
