"""One training step as a tape: every quantity with the formula it is worked by, in the order in which a person works
them.

A tape holds no numbers: it is the same for all variants of an exercise. A mistake is an edit of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from derivation.deriving import calculated
from derivation.deriving.update import start
from derivation.deriving.workbook import Workbook
from derivation.formulas.arrays import Array, Shape
from derivation.formulas.numbers import Number, certified
from derivation.formulas.terms import Term, walk
from derivation.networks.network import Network
from derivation.networks.update import PREFIX


@dataclass(frozen=True, slots=True)
class Entry:
    """A quantity of the walkthrough and its formula.

    `phase` is forward, backward or update; `is_result` says that the quantity is written down, and rounded where
    results are carried rounded, unlike a local derivative that only serves one. `rounding` is what is done to each
    entry of this result, as a mistake, before it is used.
    """

    quantity: Term
    formula: Term
    shape: Shape
    phase: str
    is_result: bool = True
    rounding: Callable[[Number], Number] | None = None


Tape = tuple[Entry, ...]


class _Recorder(Workbook):
    """A workbook that keeps what it is told."""

    def __init__(self, network: Network) -> None:
        super().__init__(network, start(network))
        self.given = dict(self.known)
        self.entries: dict[Term, Entry] = {}

    def assign_auxiliary(self, quantity: Term, formula: Term) -> Array:
        value = super().assign_auxiliary(quantity, formula)
        if quantity != formula or quantity not in self.entries:
            self.entries[quantity] = Entry(quantity, formula, value.shape, _phase(quantity, self.network), False)
        return value

    def assign(self, quantity: Term, formula: Term) -> Array:
        value = super().assign(quantity, formula)
        self.entries[quantity] = Entry(quantity, formula, value.shape, _phase(quantity, self.network))
        return value


def record(network: Network) -> tuple[Tape, dict[Term, Array]]:
    """The tape of one training step of a network, and the quantities that it starts from: parameters, data, the
    optimizer's constants.

    Raises `Undefined` where a value does not exist at the network's own numbers.

    >>> from derivation.spec.reader import loads
    >>> network = loads('[model]\\nloss = "L"\\nequations = "L = w^2"\\n[parameters]\\nw = 3\\n[update]\\nrule = "sgd"\\nrate = 0.1')
    >>> [(entry.quantity.head, entry.phase) for entry in record(network)[0]]
    [('name', 'forward'), ('partial', 'backward'), ('updated', 'update')]
    """

    def recorded() -> _Recorder:
        workbook = _Recorder(network)
        calculated(workbook)
        return workbook

    workbook = certified(recorded)
    return tuple(workbook.entries.values()), workbook.given


def _phase(quantity: Term, network: Network) -> str:
    if quantity.head == "name" and quantity.args[0] in network.equations:
        return "forward"
    return (
        "update"
        if quantity.head == "updated" or any(part.startswith(PREFIX) for part in _names(quantity))
        else "backward"
    )


def _names(term: Term) -> Iterator[str]:
    return (node.args[0] for node in walk(term) if node.head == "name")
