"""A model as a graph of operators, whatever file or program it came from; frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from derivation.words.telling import tell


@dataclass(frozen=True)
class Ref:
    """The result of an operator, or an array that is given, as an operator's argument."""

    name: str


@dataclass(frozen=True)
class Node:
    """One operator. `key` is its row in the table; `operator` what its own world calls it; `module` the path of the
    module that it belongs to ("" for the whole), and `kind` that module's class."""

    key: str
    operator: str
    arguments: Mapping[str, Any]
    results: tuple[str, ...]
    module: str = ""
    kind: str = ""

    @property
    def refs(self) -> Iterator[str]:
        """The names that it uses."""
        for argument in self.arguments.values():
            for part in argument if isinstance(argument, list | tuple) else [argument]:
                if isinstance(part, Ref):
                    yield part.name


@dataclass(frozen=True)
class Graph:
    """Operators in an order in which each uses only what stands before it. `parameters`, `inputs` and `constants` are
    arrays of NumPy's by their names in the graph; `own` says what the model itself calls a parameter or constant."""

    title: str
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    loss: bool = False
    """Whether the last output is a loss, whose gradients are wanted."""

    @property
    def needed(self) -> tuple[Node, ...]:
        """The operators that an output depends on."""
        wanted, kept = set(self.outputs), []
        for node in reversed(self.nodes):
            if wanted.intersection(node.results) and node.results[0] not in self.constants:
                wanted.update(node.refs)
                kept.append(node)
        return tuple(reversed(kept))


class ModelError(ValueError):
    """A model that cannot be taken over; `problems` are all that were found."""

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.source, self.problems = source, list(dict.fromkeys(problems))
        super().__init__("\n".join(f"{source}: {problem}" for problem in self.problems))


class NoRow(ValueError):
    """An operator, or a way of using it, that the table has no row for; the text says what can be done."""


def place_of(node: Node) -> str:
    """The module of an operator, in a sentence."""
    kind = node.kind.rpartition(".")[2]
    if not node.module:
        return tell("models.in_model", kind=kind) if kind else tell("models.somewhere")
    return tell("models.in_module", module=node.module, kind=kind or "Module")
