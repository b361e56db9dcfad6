"""What the parts of the prover ask of it."""

from __future__ import annotations

from typing import Any, Protocol

from derivation.formulas.arrays import Array
from derivation.formulas.terms import Term
from derivation.networks.network import Network
from derivation.networks.walkthrough import Line, Proof


class Symbolic(Protocol):
    """The judge of one network's links by symbols (`prover.Prover`)."""

    sympy: Any
    m: Any
    network: Network
    loss: Term
    numbers: dict[Term, Array]
    full: dict[Term, Array]
    largest: int

    def symbolic(self, phase: str, quantity: Term, before: list[Line], line: Line) -> Proof: ...

    def smaller(self, network: Network, largest: int) -> Symbolic: ...

    def carried_back(self, result: Term, upstream: Term, key: str) -> Term: ...

    def shape(self, term: Term) -> tuple[int, ...]: ...

    def equal(self, a: Any, b: Any) -> bool: ...
