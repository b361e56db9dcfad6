"""The walkthrough as data: Derivation > Phase > Step > Line. Frozen; no LaTeX, no English, no layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from derivation.formulas.terms import Term
from derivation.words.telling import tell

Role = Literal["quantity", "formula", "substitution", "arithmetic", "value"]
Relation = Literal["=", "≈"]
Proof = Literal["proved", "certified", "failed", "refuted", "none"]
"""How a line was judged: `proved` where SymPy decided it symbolically; `certified` where exact rationals or ball
arithmetic compared its two sides at these numbers; `failed` where nothing could decide; `refuted`; `none` where it is
not judged yet."""
Basis = Literal["none", "symbols", "numbers", "small_shapes", "direction"]
"""What a verdict rests on: `symbols`, any numbers in their place; the `numbers` of the two sides; those, and symbols for
the same network at `small_shapes`; those, and the derivative along a `direction` by rules of their own."""


class FalseLine(ValueError):
    """Someone tried to build a line that is not true."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a line holds or what a step is about: the key of a sentence in the words file, the terms (or words) it speaks
    of, and the reason that follows it, if there is more than one."""

    key: str
    about: Mapping[str, Term | tuple[Term, ...] | tuple[str, ...] | str] = field(default_factory=dict)
    then: Reason | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a long network under a heading of its own; `number` counts them in the order of the equations.

    `key` is own (the author's `title`), step (`step` of a repetition over `index`), opening, between, closing, output
    or loss (what stands outside of repetitions, output holding the loss and more), or shared (gradients gathered from
    several sections).
    """

    key: str
    number: int
    title: str = ""
    index: str = ""
    step: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One link of a chain. `relation` ties it to the link before it; `proof` says how it was judged, `basis` by what.

    A refuted line cannot be built:

    >>> Line(Term("number", ("3",)), "=", "value", proof="refuted")
    Traceback (most recent call last):
    derivation.networks.walkthrough.FalseLine: this line is false: Term(head='number', args=('3',))
    """

    term: Term
    relation: Relation
    role: Role
    reason: Reason | None = None
    proof: Proof = "none"
    basis: Basis = "none"

    def __post_init__(self) -> None:
        if self.proof == "refuted":
            raise FalseLine(tell("false_lines.false", line=self.term))


@dataclass(frozen=True, slots=True)
class Step:
    """One chain about one quantity. Steps that share a `number` stand under one title."""

    quantity: Term
    title: Reason
    lines: tuple[Line, ...]
    number: int
    reason: Reason | None = None
    notes: tuple[Reason, ...] = ()
    section: Section | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the walkthrough: `key` is setup, forward, backward, update, training (the loss over the training
    steps, which has no chains of its own), partials, or a view that was asked for (sensitivity, gradient_check,
    hessian, jacobian); `training_step` counts from 1."""

    key: str
    steps: tuple[Step, ...]
    training_step: int = 1


@dataclass(frozen=True, slots=True)
class Drift:
    """What rounding on the way has done to a quantity: its exact value, and how far the carried one lies above it,
    entry by entry."""

    exact: Any
    difference: Any


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """All numbers of one training step: arrays by the names of the spec, exact or certified to 30 digits.

    `optimizer` holds the optimizer's own quantities by term: constants, the number of the step, states before and after
    (`networks.update`). `drift` says of the loss, the gradients and the updated parameters how far they lie from their
    exact values, where results are carried rounded.
    """

    values: Mapping[str, Any]
    gradients: Mapping[str, Any]
    updated: Mapping[str, Any]
    optimizer: Mapping[Term, Any] = field(default_factory=dict)
    drift: Mapping[Term, Drift] = field(default_factory=dict)


@dataclass(frozen=True)
class Derivation:
    """A network worked out: what it is (`network`), its chains (`phases`), and its numbers for each training step.

    `outcome` has the values once training is over, where there is more than one training step.
    """

    network: Any
    phases: tuple[Phase, ...]
    training_steps: tuple[TrainingStep, ...]
    outcome: TrainingStep | None = None

    @property
    def values(self) -> Mapping[str, Any]:
        """The values of the first forward pass, by name."""
        return self.training_steps[0].values

    @property
    def gradients(self) -> Mapping[str, Any]:
        """The loss's derivative by every quantity that it depends on, in the first training step."""
        return self.training_steps[0].gradients

    @property
    def updated(self) -> Mapping[str, Any]:
        """The parameters after the last training step."""
        return self.training_steps[-1].updated

    @property
    def losses(self) -> tuple[Any, ...]:
        """The loss before training and after each step; nothing where there is a single step."""
        stations = (*self.training_steps, self.outcome) if self.outcome else ()
        return tuple(numbers.values[self.network.loss].entries[0] for numbers in stations)
