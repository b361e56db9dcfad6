"""What the parts of the prover ask of it, and what they answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal, NamedTuple, Protocol

from derivation.formulas.arrays import Array
from derivation.formulas.terms import Term
from derivation.networks.network import Network
from derivation.networks.walkthrough import Basis, Line, Proof
from derivation.proving.judges import Judges

Finding = Literal["proved", "sampled", "failed", "refuted"]
"""What SymPy says of a difference: 0; 0 in every region between kinks that was looked at, of more than can be looked
at; neither 0 nor not; not 0."""


class Judgement(NamedTuple):
    """A verdict and what it rests on."""

    proof: Proof
    basis: Basis


class Symbolic(Protocol):
    """The judge of one network's links by symbols (`prover.Prover`), which knows what its terms mean (`meanings`)."""

    sympy: Any
    algebra: Any
    network: Network
    judges: Judges
    loss: Term
    numbers: dict[Term, Array]
    full: dict[Term, Array]
    formulas: dict[Term, Array]

    @property
    def meaning_of(self) -> Mapping[Any, tuple[Term, int]]: ...

    def symbolic(self, phase: str, quantity: Term, before: list[Line], line: Line) -> Finding: ...

    def verdict(self, claimed: Array, true: Array, outputs: Collection[Term] | None = None) -> Finding: ...

    def smaller(self, network: Network) -> Symbolic: ...

    def carried_back(self, result: Term, upstream: Term, key: str) -> Term: ...

    def shape(self, term: Term) -> tuple[int, ...]: ...

    def meaning(self, term: Term, known: Mapping[Term, Array]) -> Array: ...

    def local(self, key: str) -> Array: ...

    def slope(self, of: Term, by: Term) -> Array: ...

    def users(self, by: Term) -> set[Term]: ...

    def total_derivative(self, by: Term, kept: set[Term]) -> Array: ...

    def equal(self, a: Any, b: Any) -> bool: ...
