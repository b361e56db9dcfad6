"""Recurrent layers, step by step, as PyTorch's documentation has their equations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from derivation.models.graph import NoRow
from derivation.models.quantities import Cells, Value
from derivation.models.writer import Call, Row
from derivation.words.telling import tell

NAMES = ("W_x", "W_h", "b_x", "b_h")
Weights = Sequence[Value]


@dataclass(frozen=True)
class Step:
    """One step of one sample: how its sums and gates are written."""

    call: Call
    place: tuple[int, ...]

    def sum(self, letter: str, weight: Value, bias: Value | None, cells: Cells) -> Cells:
        """`W @ x + b`."""
        write = self.call.quantities
        sign = "*" if 1 in (weight.cells.size, cells.size) else "@"
        text = f"{write.matrix(weight.cells)} {sign} {write.column(cells)}"
        added = f" + {write.column(bias.cells)}" if bias else ""
        return self.put(letter, text + added, weight.axes[0])

    def put(self, letter: str, text: str, size: int) -> Cells:
        return self.call.put(letter, text, (size, 1), self.place).ravel()

    def gate(self, letter: str, function: str, *sums: Cells) -> str:
        texts = [self.call.quantities.column(part) for part in sums]
        return self.call.quantities.column(self.put(letter, f"{function}({' + '.join(texts)})", len(sums[0])))


def plain(function: str) -> Callable[..., list[Cells]]:
    """h = tanh(W_x x + b_x + W_h h + b_h)."""

    def step(at: Step, weights: Weights, x: Cells, state: list[Cells]) -> list[Cells]:
        inner, outer = _sums(at, weights, x, state[0])
        write = at.call.quantities
        text = f"{function}({write.column(inner)} + {write.column(outer)})"
        return [at.put("h", text, len(state[0]))]

    return step


def gru(order: str) -> Callable[..., list[Cells]]:
    """r = sigmoid(...), k = sigmoid(...), n = tanh(... + r (W_h h + b_h)), h = (1 - k) n + k h; `order` is that of the
    first two in the weights."""

    def step(at: Step, weights: Weights, x: Cells, state: list[Cells]) -> list[Cells]:
        inner, outer = (numpy.split(part, 3) for part in _sums(at, weights, x, state[0]))
        write = at.call.quantities
        reset, update = (
            at.gate(letter, "sigmoid", inner[order.index(letter)], outer[order.index(letter)]) for letter in "rk"
        )
        text = f"tanh({write.column(inner[2])} + {reset} * {write.column(outer[2])})"
        new = write.column(at.put("n", text, len(state[0])))
        return [at.put("h", f"(1 - {update}) * {new} + {update} * {write.column(state[0])}", len(state[0]))]

    return step


def lstm(order: str) -> Callable[..., list[Cells]]:
    """i, f, o = sigmoid(...), g = tanh(...), c = f c + i g, h = o tanh(c); `order` is that in the weights."""

    def step(at: Step, weights: Weights, x: Cells, state: list[Cells]) -> list[Cells]:
        inner, outer = (numpy.split(part, 4) for part in _sums(at, weights, x, state[0]))
        taken, kept, new, shown = (
            at.gate(letter, "tanh" if letter == "g" else "sigmoid", inner[place], outer[place])
            for letter, place in ((letter, order.index(letter)) for letter in "ifgo")
        )
        write = at.call.quantities
        cell = at.put("c", f"{kept} * {write.column(state[1])} + {taken} * {new}", len(state[1]))
        return [at.put("h", f"{shown} * tanh({write.column(cell)})", len(state[0])), cell]

    return step


def _sums(at: Step, weights: Weights, x: Cells, state: Cells) -> tuple[Cells, Cells]:
    inner, outer, *biases = weights
    first, second = biases or (None, None)
    return at.sum("s", inner, first, x), at.sum("q", outer, second, state)


def layer(step: Callable[..., list[Cells]], states: int) -> Row:
    """A layer over a sequence, or several, each upon the one before: the outputs, and the last states."""

    def row(call: Call) -> tuple[Value, ...]:
        if call.option("bidirectional", False) or (call.option("train", False) and call.option("dropout", 0.0)):
            raise NoRow(tell("models.bidirectional"))
        x = call.value("input")
        hidden = call.values("hx", "hc") if states > 1 else [call.value("hx", "h")]
        count = 4 if call.option("has_biases", True) else 2
        weights = call.values("params", [name for _ in range(call.option("num_layers", 1)) for name in NAMES[:count]])
        first = call.option("batch_first", False)
        sequence = x.cells.swapaxes(0, 1) if first else x.cells
        last: list[list[Any]] = []
        for depth in range(call.option("num_layers", 1)):
            own = weights[depth * count : (depth + 1) * count]
            sequence, state = through(call, step, own, sequence, [value.cells[depth] for value in hidden], depth)
            last.append(state)
        ends = [numpy.stack(parts) for parts in zip(*last, strict=True)]
        return (Value(sequence.swapaxes(0, 1) if first else sequence), *map(Value, ends))

    return row


def through(
    call: Call, step: Callable[..., list[Cells]], weights: Weights, sequence: Cells, state: list[Cells], depth: int
) -> tuple[Cells, list[Cells]]:
    """All steps of one layer, samples one after the other."""
    samples = sequence.shape[1]
    rows = []
    for time in range(len(sequence)):
        made = []
        for sample in range(samples):
            place = tuple(k for k, shown in ((depth, depth > 0), (time, True), (sample, samples > 1)) if shown)
            made.append(step(Step(call, place), weights, sequence[time, sample], [part[sample] for part in state]))
        state = [numpy.stack(parts) for parts in zip(*made, strict=True)]
        rows.append(state[0])
    return numpy.stack(rows), state


def cell(step: Callable[..., list[Cells]], states: int) -> Row:
    """One step."""

    def row(call: Call) -> Value | tuple[Value, ...]:
        x = call.value("input")
        hidden = call.values("hx", "hc") if states > 1 else [call.value("hx", "h")]
        keys = zip(("w_ih", "w_hh", "b_ih", "b_hh"), NAMES, strict=True)
        weights = [value for value in (call.perhaps(key, name) for key, name in keys) if value]
        made = [
            step(
                Step(call, (sample,) if len(x.cells) > 1 else ()),
                weights,
                row,
                [value.cells[sample] for value in hidden],
            )
            for sample, row in enumerate(x.cells)
        ]
        ends = tuple(Value(numpy.stack(parts)) for parts in zip(*made, strict=True))
        return ends if states > 1 else ends[0]

    return row


ROWS: Mapping[str, Row] = {
    "rnn_tanh": layer(plain("tanh"), 1),
    "rnn_relu": layer(plain("relu"), 1),
    "gru": layer(gru("rk"), 1),
    "lstm": layer(lstm("ifgo"), 2),
    "rnn_tanh_cell": cell(plain("tanh"), 1),
    "rnn_relu_cell": cell(plain("relu"), 1),
    "gru_cell": cell(gru("rk"), 1),
    "lstm_cell": cell(lstm("ifgo"), 2),
}
