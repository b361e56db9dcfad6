"""From a graph to a spec's equations: names for what the model has, a row of the table for each operator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy

from derivation.formulas.language.functions import FUNCTIONS
from derivation.formulas.operations.torch_losses import TORCH_LOSSES
from derivation.models.graph import Graph, ModelError, Node, NoRow, Ref, place_of
from derivation.models.quantities import Cells, Quantities, Value
from derivation.words.telling import message_of, tell

Row = Callable[["Call"], Value | tuple[Value, ...]]
"""What an operator is here: its value, or several."""
One = Callable[["Call"], Value]
LETTERS = {"weight": "W", "bias": "b"}
"""What the parameters of a module are called where its row knows nothing better."""
PLAIN_INPUTS = frozenset({"input", "inputs", "src"})
"""What inputs are called that have no name of their own."""
NORMALISING = frozenset({"layer_norm", "batch_norm"})
RESERVED = frozenset({"e", "pi", "for", "in", "if", "else", "and", "or", "not", "None", "lambda"})
LONGEST = 50
"""Letters of a module's path that are kept, the last ones."""
MALFORMED = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, MemoryError)
"""What arguments that do not fit their operator, as in a file that was tampered with, may raise."""
LOSSES = frozenset(operator for loss in TORCH_LOSSES for operator in loss.operators)
"""Rows whose results belong to no layer."""


@dataclass(frozen=True)
class Spec:
    """What a model is as a spec: equations as lines, and its numbers by name in `parameters` and `data`."""

    title: str
    equations: tuple[str, ...]
    parameters: Mapping[str, Any]
    data: Mapping[str, Any]
    loss: str | None = None


@dataclass
class Writer:
    """Writes one graph."""

    graph: Graph
    rows: Mapping[str, Row]
    quantities: Quantities = field(default_factory=lambda: Quantities(set(FUNCTIONS) | RESERVED))
    values: dict[str, Value] = field(default_factory=dict)
    numbered: dict[str, str] = field(default_factory=dict)
    """The endings of modules that have no name but a number, in the order of their use."""
    current: str = ""
    """The ending of the layer that was written last."""

    def spec(self) -> Spec:
        """The whole; raises `ModelError` with all operators that have no row."""
        self.reserve()
        problems = list(self.work())
        if problems:
            raise ModelError(self.graph.title, problems)
        last = self.outputs()
        tables = self.quantities.tables()
        return Spec(
            self.graph.title,
            tuple(self.quantities.equations),
            tables["parameters"],
            tables["data"],
            last,
        )

    def outputs(self) -> str | None:
        """The name of the loss, if there is one; raises `ModelError` where an output is none, or a loss no number."""
        try:
            values = [self.value(Ref(key)) for key in self.graph.outputs]
        except NoRow as problem:
            raise ModelError(self.graph.title, [message_of(problem)]) from None
        if not self.graph.loss:
            return None
        if values[-1].cells.size != 1:
            raise ModelError(self.graph.title, [tell("models.loss_no_number", axes=list(values[-1].axes))])
        return self.quantities.entry(values[-1].cells)

    def reserve(self) -> None:
        """Modules that are numbered only are counted in the order in which their parameters are used; what normalises
        belongs to the layer before it."""
        count = 0
        for node in self.graph.needed:
            held = any(ref in self.graph.parameters for ref in node.refs)
            if held and not re.search("[A-Za-z]", node.module) and node.module not in self.numbered:
                count += node.key not in NORMALISING or not count
                self.numbered[node.module] = str(count)
        if len(self.numbered) == 1 and "" in self.numbered:
            self.numbered[""] = ""

    def work(self) -> Iterator[str]:
        """Writes all operators, and gives what is wrong with those that cannot be; what only follows is left out."""
        failed: set[str] = set()
        for node in self.graph.needed:
            if failed.intersection(node.refs):
                failed.update(node.results)
                continue
            try:
                made = self.made(node)
            except NoRow as problem:
                failed.update(node.results)
                yield tell("models.problem", operator=node.operator, place=place_of(node), why=message_of(problem))
                continue
            self.values.update(zip(node.results, made if isinstance(made, tuple) else (made,), strict=False))

    def made(self, node: Node) -> Value | tuple[Value, ...]:
        row = self.rows.get(node.key)
        if row is None:
            raise NoRow(tell("models.no_row"))
        self.current = self.numbered.get(node.module, self.current)
        try:
            return row(Call(self, node))
        except NoRow:
            raise
        except MALFORMED as error:
            raise NoRow(tell("models.malformed", why=f"{type(error).__name__}: {str(error)[:80]}")) from None

    def value(self, ref: Ref, letter: str = "") -> Value:
        """The value of a name in the graph; an array that is given becomes a quantity when it is first asked for."""
        if ref.name not in self.values:
            self.values[ref.name] = self.given(ref.name, letter)
        return self.values[ref.name]

    def known(self, ref: Ref) -> Any:
        """The numbers of a name in the graph, if they are known before anything is worked."""
        if ref.name in self.values:
            return self.values[ref.name].known
        graph = self.graph
        return next((held[ref.name] for held in (graph.inputs, graph.constants) if ref.name in held), None)

    def given(self, name: str, letter: str) -> Value:
        graph = self.graph
        held = next((held for held in (graph.parameters, graph.inputs, graph.constants) if name in held), None)
        if held is None:
            raise NoRow(tell("models.nothing_called", name=name))
        numbers, table = held[name], "parameters" if held is graph.parameters else "data"
        value = self.quantities.given(self.wished(name, numbers, letter), numbers, table)
        fixed = held is graph.constants or (held is graph.inputs and numbers.dtype.kind in "iu")
        return value if fixed else Value(value.cells)

    def wished(self, name: str, numbers: Any, letter: str) -> str:
        """What an array that is given is to be called."""
        graph = self.graph
        if name in graph.inputs:
            plain = graph.own[name] in PLAIN_INPUTS or "::" in graph.own[name]
            wished = "x" if plain else identifier(graph.own[name], "x")
            many = sum(size > 1 for size in numbers.shape) > 1
            return wished.upper() if many and len(wished) == 1 else wished
        return self.called(graph.own[name], letter) if name in graph.own else f"{letter or 'o'}_0"

    def called(self, own: str, letter: str = "") -> str:
        """The name of a parameter: `fc1.weight` is `W_fc1`, `0.weight` the `W1` of the first layer."""
        module, _, last = own.rpartition(".")
        known = letter or LETTERS.get(last, "")
        ending = self.ending(module)
        if known:
            return f"{known}{ending}"
        return identifier(f"{last}{ending}", "p")

    def ending(self, module: str) -> str:
        """What stands behind a letter for a module: `_fc1`, or the number of a layer that has no name."""
        if module in self.numbered:
            return self.numbered[module]
        words = "_".join(re.findall("[A-Za-z0-9]+", module))[-LONGEST:].lstrip("_")
        return f"_{words}" if words else ""


@dataclass(frozen=True)
class Call:
    """One operator as its row sees it."""

    writer: Writer
    node: Node

    def option(self, key: str, usual: Any = None) -> Any:
        """A number, a list of numbers or a flag."""
        found = self.node.arguments.get(key)
        return usual if found is None else found

    def value(self, key: str, letter: str = "") -> Value:
        """An array that has to be there."""
        found = self.node.arguments.get(key)
        if not isinstance(found, Ref):
            raise NoRow(tell("models.no_array", key=key))
        return self.writer.value(found, letter)

    def perhaps(self, key: str, letter: str = "") -> Value | None:
        """An array that may be left out."""
        return self.value(key, letter) if isinstance(self.node.arguments.get(key), Ref) else None

    def values(self, key: str, letters: Sequence[str] = ()) -> list[Value]:
        """A list of arrays."""
        refs = self.node.arguments.get(key) or []
        return [
            self.writer.value(ref, letter) for ref, letter in zip(refs, [*letters, *[""] * len(refs)], strict=False)
        ]

    def number(self, key: str) -> Any:
        """The numbers of an array, which have to be known before anything is worked: labels, places of rows."""
        ref = self.node.arguments.get(key)
        found = self.writer.known(ref) if isinstance(ref, Ref) else None
        if found is None:
            raise NoRow(tell("models.unknown", key=key))
        return found

    @property
    def quantities(self) -> Quantities:
        return self.writer.quantities

    def name(self, letter: str) -> str:
        """The name that a result is wished to have: its letter, and the ending of its module."""
        node, writer = self.node, self.writer
        if node.key in LOSSES:
            return letter
        named = re.search("[A-Za-z]", node.module)
        return f"{letter}{writer.ending(node.module) if named else writer.current}"

    def put(self, letter: str, text: str, shape: tuple[int, int], place: Sequence[int] = ()) -> Cells:
        """An equation; `place` is which slice of an array of many axes it is."""
        ending = "".join(f"_{k + 1}" for k in place)
        return self.quantities.put(f"{self.name(letter)}{ending}", text, shape)

    def each(self, letter: str, axes: tuple[int, ...], operands: Sequence[Value], write: Callable[..., str]) -> Value:
        """An operator that works entry by entry, for as many matrices as the `axes` of its result ask for. `write` makes
        the text of a slice from the texts of the operands' slices, each laid as it stands beside a matrix."""
        cells: Cells = numpy.empty(axes, numpy.int64)
        long = [axis for axis, size in enumerate(axes) if size > 1]
        shaped = [_spread(operand.cells, len(axes)) for operand in operands]
        inner = self.whole(shaped[0], long, 2) if shaped[0].shape == axes else long[-2:]
        lead = [axis for axis in long if axis not in inner]
        kept = [axis for axis in range(len(axes)) if axis not in lead]
        for place in numpy.ndindex(*(axes[axis] for axis in lead)):
            at = dict(zip(lead, place, strict=True))
            pick = tuple(at.get(axis, slice(None)) for axis in range(len(axes)))
            parts = [part[tuple(map(_at, pick, part.shape))] for part in shaped]
            texts = [self.laid(part, [kept.index(axis) for axis in inner]) for part in parts]
            made = self.put(letter, write(*texts), _two([axes[axis] for axis in inner]), place)
            cells[pick] = made.reshape(cells[pick].shape)
        return Value(cells)

    def whole(self, cells: Cells, long: Sequence[int], count: int, ending: int = 0) -> list[int]:
        """So many of the long axes, with the last `ending` ones the two of a matrix: those along which the cells are
        parts of one quantity, or else the last."""
        fixed = [axis for axis in range(cells.ndim) if axis not in long]
        for chosen in sorted(combinations(long, count), reverse=True):
            pick = tuple(
                slice(None) if axis in chosen or (axis in fixed and axis >= cells.ndim - ending) else 0
                for axis in range(cells.ndim)
            )
            if self.quantities.is_part(numpy.atleast_2d(cells[pick])):
                return list(chosen)
        return list(long[-count:])

    def laid(self, cells: Cells, inner: Sequence[int]) -> str:
        """Cells as they stand beside a result whose long axes are the `inner` ones: a matrix, a row (`b.T`), a column,
        a number."""
        sizes, quantities = [cells.shape[axis] for axis in inner], self.quantities
        if cells.size == 1:
            return quantities.entry(cells)
        if len(sizes) == 1:
            return quantities.column(cells)
        if sizes[0] == 1:
            return quantities.row(cells)
        text = quantities.matrix(cells.reshape(sizes))
        return f"{text}[:, None]" if sizes[1] == 1 and text.isidentifier() else text


def _spread(cells: Cells, count: int) -> Cells:
    """Cells with so many axes, new ones in front, as broadcasting has it."""
    return cells.reshape((1,) * (count - cells.ndim) + cells.shape)


def _at(index: Any, size: int) -> Any:
    return 0 if isinstance(index, int) and size == 1 else index


def _two(sizes: Sequence[int]) -> tuple[int, int]:
    return (sizes[0], sizes[1]) if len(sizes) == 2 else (sizes[0] if sizes else 1, 1)


def identifier(text: str, usual: str) -> str:
    """A name of the language from a name of somebody else's."""
    plain = "_".join(re.findall("[A-Za-z0-9]+", text))
    return plain if re.match("[A-Za-z]", plain) else f"{usual}_{plain}".rstrip("_")
