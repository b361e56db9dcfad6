"""2,000 random graphs with arrays of 1 to 6 rows and columns: HIPS autograd, difference quotients in certified
arithmetic, and PyTorch where it is there."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from flint import fmpq
from seeds import fresh_seed

import derivation
from derivation.deriving import numbers
from derivation.formulas.arrays import Array
from derivation.formulas.decimals import json_text
from derivation.formulas.numbers import middle
from derivation.words.telling import code_of

GRAPHS, SEEDS = 2000, 20
DRAWN = [fresh_seed(), *range(SEEDS)]
"""What the graphs are drawn by: one seed of each run of the tests, and the fixed ones."""
Shape = tuple[int, int]
Fits = Callable[..., bool]
needs_torch = pytest.mark.skipif(
    find_spec("torch") is None,
    reason="PyTorch is not installed; `pip install -e .[torch]` judges 2,000 graphs with it too",
)


def sigmoid(xp: Any, x: Any) -> Any:
    return 1 / (1 + xp.exp(-x))


def softmax(xp: Any, x: Any, axis: int) -> Any:
    return xp.exp(x) / xp.sum(xp.exp(x), axis, True)


def norm(xp: Any, x: Any, axis: int) -> Any:
    c = x - xp.sum(x, axis, True) / x.shape[axis]
    return c / xp.sqrt(xp.sum(c * c, axis, True) / x.shape[axis] + 0.1)


def correlate(xp: Any, x: Any, k: Any) -> Any:
    rows, columns = (x.shape[a] - k.shape[a] + 1 for a in (0, 1))
    parts = [
        [xp.sum(x[i : i + k.shape[0], j : j + k.shape[1]] * k, None, False) for j in range(columns)]
        for i in range(rows)
    ]
    return xp.reshape(xp.stack([entry for line in parts for entry in line]), (rows, columns))


def windows(xp: Any, x: Any, pooled: Any) -> Any:
    parts = [pooled(x[i : i + 2, j : j + 2]) for i in range(0, x.shape[0], 2) for j in range(0, x.shape[1], 2)]
    return xp.reshape(xp.stack(parts), (x.shape[0] // 2, x.shape[1] // 2))


def always(*shapes: Shape) -> bool:
    return True


def matrix(a: Shape) -> bool:
    return min(a) > 1


def even(a: Shape) -> bool:
    return a[0] % 2 == a[1] % 2 == 0


def equal(a: Shape, b: Shape) -> bool:
    return a == b


@dataclass(frozen=True)
class Operation:
    """Its text in a spec, what it computes with NumPy or PyTorch (`xp`), and which shapes it fits."""

    text: str
    function: Callable[..., Any]
    fits: Fits = always


UNARY = [
    Operation("tanh({0})", lambda xp, x: xp.tanh(x)),
    Operation("sigmoid({0})", sigmoid),
    Operation("softplus({0})", lambda xp, x: xp.log(1 + xp.exp(x))),
    Operation("softsign({0})", lambda xp, x: x / (1 + xp.abs(x))),
    Operation("silu({0})", lambda xp, x: x * sigmoid(xp, x)),
    Operation("gelu_tanh({0})", lambda xp, x: x / 2 * (1 + xp.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3)))),
    Operation("leaky_relu({0}, 0.2)", lambda xp, x: xp.where(x > 0, x, 0.2 * x)),
    Operation("elu({0})", lambda xp, x: xp.where(x > 0, x, xp.exp(x) - 1)),
    Operation("np.sin({0})", lambda xp, x: xp.sin(x)),
    Operation("cos({0})", lambda xp, x: xp.cos(x)),
    Operation("exp({0} / 4)", lambda xp, x: xp.exp(x / 4)),
    Operation("log({0}^2 + 1)", lambda xp, x: xp.log(x**2 + 1)),
    Operation("sqrt({0}**2 + 0.5)", lambda xp, x: xp.sqrt(x**2 + 0.5)),
    Operation("{0} / norm({0} - 4)", lambda xp, x: x / xp.sqrt(xp.sum((x - 4) ** 2, None, False))),
    Operation("np.abs({0})", lambda xp, x: xp.abs(x)),
    Operation("2 - {0}", lambda xp, x: 2 - x),
    Operation("{0}.T", lambda xp, x: x.T),
    Operation("softmax({0}, axis=0)", lambda xp, x: softmax(xp, x, 0), matrix),
    Operation("softmax({0}, axis=-1)", lambda xp, x: softmax(xp, x, 1), matrix),
    Operation("log_softmax({0}, axis=1)", lambda xp, x: xp.log(softmax(xp, x, 1)), matrix),
    Operation("log_softmax({0}, axis=0)", lambda xp, x: xp.log(softmax(xp, x, 0)), matrix),
    Operation("np.sum({0}, axis=1, keepdims=True)", lambda xp, x: xp.sum(x, 1, True), matrix),
    Operation("{0}.mean(axis=0)", lambda xp, x: xp.sum(x, 0, True) / x.shape[0], matrix),
    Operation("max({0}, axis=1)", lambda xp, x: xp.max(x, 1), matrix),
    Operation("max({0}, axis=0)", lambda xp, x: xp.max(x, 0), matrix),
    Operation("{0}[1:]", lambda xp, x: x[1:], matrix),
    Operation("{0}[:, :-1]", lambda xp, x: x[:, :-1], matrix),
    Operation("{0}[[1, 0]]", lambda xp, x: x[[1, 0]], matrix),
    Operation("{0}.flatten()", lambda xp, x: xp.reshape(x, (-1, 1)), matrix),
    Operation("layer_norm({0}, 1.5, 0.25, epsilon=0.1)", lambda xp, x: 1.5 * norm(xp, x, 1) + 0.25, matrix),
    Operation("batch_norm({0}, 0.5, 1, 0.1)", lambda xp, x: 0.5 * norm(xp, x, 0) + 1, matrix),
    Operation(
        "maxpool({0})",
        lambda xp, x: windows(xp, x, lambda w: xp.max(xp.reshape(w, (1, -1)), 1)[0, 0]),
        lambda a: matrix(a) and even(a),
    ),
    Operation(
        "avgpool({0}, 2)",
        lambda xp, x: windows(xp, x, lambda w: xp.sum(w, None, False) / 4),
        lambda a: matrix(a) and even(a),
    ),
]


def beside(a: Shape, b: Shape) -> bool:
    """Whether one array is a matrix and the other goes with each of its rows or columns, and only one of these."""
    return matrix(a) and (b == (1, a[1]) or (b == (a[0], 1) and a[0] != a[1]))


BINARY = [
    Operation("{0} + {1}", lambda xp, x, y: x + y, equal),
    Operation("{0} - {1} * {0}", lambda xp, x, y: x - y * x, equal),
    Operation("{0} / ({1}^2 + 1)", lambda xp, x, y: x / (y**2 + 1), equal),
    Operation("np.maximum({0}, {1})", lambda xp, x, y: xp.maximum(x, y), equal),
    Operation("np.minimum({0}, {1})", lambda xp, x, y: xp.minimum(x, y), equal),
    Operation("{0} + {1}", lambda xp, x, y: x + y, beside),
    Operation("{0} * {1}", lambda xp, x, y: x * y, beside),
    Operation(
        "{0} @ {1}", lambda xp, x, y: x @ y, lambda a, b: a[1] == b[0] and max(a) > 1 < max(b) and (a[1] > 1 or a != b)
    ),
    Operation(
        "concat({0}, {1})", lambda xp, x, y: xp.concatenate([x, y], 0), lambda a, b: a[1] == b[1] and a[0] + b[0] <= 6
    ),
    Operation(
        "np.concatenate([{0}, {1}], axis=1)",
        lambda xp, x, y: xp.concatenate([x, y], 1),
        lambda a, b: a[0] == b[0] and a[1] + b[1] <= 6,
    ),
    Operation("conv2d({0}, {1})", correlate, lambda a, b: matrix(a) and matrix(b) and a[0] >= b[0] and a[1] >= b[1]),
    Operation(
        "attention({0}, {0}, {1})",
        lambda xp, x, y: softmax(xp, x @ x.T / x.shape[1] ** 0.5, 1) @ y,
        lambda a, b: matrix(a) and a[0] == b[0],
    ),
    Operation(
        "masked_softmax({0}, {1}^2 + 1, axis=1)",
        lambda xp, x, y: masked(xp, x, y**2 + 1),
        lambda a, b: a == b and matrix(a),
    ),
]


def masked(xp: Any, x: Any, mask: Any) -> Any:
    return mask * xp.exp(x) / xp.sum(mask * xp.exp(x), 1, True)


class Autograd:
    """NumPy's functions under the few names that the operations use."""

    exp, log, tanh, sin, cos, sqrt, abs, where = (
        anp.exp,
        anp.log,
        anp.tanh,
        anp.sin,
        anp.cos,
        anp.sqrt,
        anp.abs,
        anp.where,
    )
    maximum, minimum, reshape, concatenate = anp.maximum, anp.minimum, anp.reshape, anp.concatenate
    sum = staticmethod(lambda x, axis, keep: anp.sum(x, axis=axis, keepdims=keep))
    max = staticmethod(lambda x, axis: anp.max(x, axis=axis, keepdims=True))
    stack = staticmethod(anp.array)


def torch_functions() -> Any:
    import torch

    class Torch:
        exp, log, tanh, sin, cos, sqrt, abs, where = map(
            staticmethod, (torch.exp, torch.log, torch.tanh, torch.sin, torch.cos, torch.sqrt, torch.abs, torch.where)
        )
        maximum, minimum, reshape, concatenate, stack = map(
            staticmethod, (torch.maximum, torch.minimum, torch.reshape, torch.cat, torch.stack)
        )
        sum = staticmethod(lambda x, axis, keep: torch.sum(x) if axis is None else torch.sum(x, dim=axis, keepdim=keep))
        max = staticmethod(lambda x, axis: torch.max(x, dim=axis, keepdim=True).values)

    return Torch


@dataclass(frozen=True)
class Graph:
    equations: tuple[tuple[str, Operation, tuple[str, ...]], ...]
    values: dict[str, Any]

    @property
    def network(self) -> derivation.Network:
        lines = [f"{key} = {operation.text.format(*sources)}" for key, operation, sources in self.equations]
        given = "\n".join(f"{key} = {collapsed(value)}" for key, value in self.values.items())
        last = self.equations[-1][0]
        text = "\n".join([*lines, f"L = sum(sin({last}) * {last})"])
        return derivation.loads(f'[model]\nloss = "L"\nequations = """\n{text}\n"""\n[parameters]\n{given}\n')

    def loss(self, xp: Any, values: dict[str, Any]) -> Any:
        known = dict(values)
        for key, operation, sources in self.equations:
            known[key] = operation.function(xp, *(known[source] for source in sources))
        last = known[self.equations[-1][0]]
        return xp.sum(xp.sin(last) * last, None, False)


def collapsed(value: Any) -> Any:
    return value[0][0] if len(value) == len(value[0]) == 1 else value


def graph(chooser: random.Random) -> Graph:
    """Two to five operations over arrays of random shapes, each drawn among those that fit."""
    shapes: dict[str, Shape] = {}
    values = {}
    sizes = chooser.sample(range(1, 7), 2)
    drawn = iter(
        chooser.sample(range(512), 108)
    )  # no two alike: where entries tie, the derivative of a maximum is a convention
    for key in ("A", "B", "C"):
        shape = (chooser.choice(sizes), chooser.choice([*sizes, 1]))
        values[key] = [[(next(drawn) - 255.5) / 128 for _ in range(shape[1])] for _ in range(shape[0])]
        shapes[key] = shape
    known = {key: np.array(value) for key, value in values.items()}
    equations = []
    for count in range(chooser.randint(2, 5)):
        pairs = [(a, b) for a in known for b in known if a != b]
        fitting = [(operation, (a,)) for operation in UNARY for a in known if operation.fits(known[a].shape)]
        joining = [
            (operation, pair)
            for operation in BINARY
            for pair in pairs
            if operation.fits(*(known[key].shape for key in pair))
        ]
        operation, sources = chooser.choice(joining if joining and chooser.random() < 0.6 else fitting)
        key = f"q{count}"
        known[key] = np.array(operation.function(Autograd, *(known[source] for source in sources)))
        equations.append((key, operation, sources))
    return Graph(tuple(equations), values)


def has_one_reading(made: Graph) -> bool:
    """Whether a graph can be read in one way only: what NumPy and paper read differently, such as a list beside a
    column, is refused."""
    try:
        return bool(made.network.equations)
    except derivation.SpecError as error:
        assert all(code_of(problem.message).startswith("readings.") for problem in error.problems), error
        return False


def graphs(seed: int) -> Iterator[Graph]:
    chooser = random.Random(seed)
    for _ in range(GRAPHS // SEEDS):
        yield next(made for made in iter(lambda: graph(chooser), None) if has_one_reading(made))


def agree(found: Array, expected: Any) -> bool:
    ours = np.array([float(Fraction(json_text(entry))) for entry in found.entries])
    theirs = np.ravel(expected)
    return bool(np.all(np.abs(ours - theirs) <= 1e-9 * np.maximum(1.0, np.abs(theirs))))


@pytest.mark.slow
@pytest.mark.slices(4)
@pytest.mark.parametrize("seed", DRAWN)
def test_autograd_and_difference_quotients_agree(seed: int) -> None:
    chooser = random.Random(seed)
    for made in graphs(seed):
        network = made.network
        found = numbers(network)
        expected = grad(lambda given, made=made: made.loss(Autograd, given))(
            {key: anp.array(value) for key, value in made.values.items()}
        )
        for key in made.values:
            if key in found.gradients:
                assert agree(found.gradients[key], expected[key]), (made, key)
        key = chooser.choice([key for key in made.values if key in network.active])
        assert abs(quotient(network, key) - middle(found.gradients[key].entries[0])) < fmpq(1, 10**12), (made, key)


def quotient(network: derivation.Network, key: str) -> fmpq:
    """The central difference quotient at the first entry, at a step of 10^-10 that no kink lies within."""
    step = fmpq(1, 10**10)

    def loss(moved: fmpq) -> fmpq:
        array = network.parameters[key]
        changed = Array(array.shape, (array.entries[0] + moved, *array.entries[1:]))
        return middle(numbers(network.with_parameters({**network.parameters, key: changed})).values["L"].entries[0])

    return (loss(step) - loss(-step)) / (2 * step)


@pytest.mark.slow
def test_every_operation_is_drawn() -> None:
    drawn = {operation.text for seed in range(SEEDS) for made in graphs(seed) for _, operation, _ in made.equations}
    assert drawn == {operation.text for operation in (*UNARY, *BINARY)}


@pytest.mark.slow
@pytest.mark.slices(3)
@needs_torch
@pytest.mark.parametrize("seed", DRAWN)
def test_torch_agrees(seed: int) -> None:
    import torch

    functions = torch_functions()
    for made in graphs(seed):
        tensors = {
            key: torch.tensor(value, dtype=torch.float64, requires_grad=True) for key, value in made.values.items()
        }
        made.loss(functions, tensors).backward()
        found = numbers(made.network)
        for key, tensor in tensors.items():
            if tensor.grad is not None and key in found.gradients:
                assert agree(found.gradients[key], tensor.grad.numpy()), (made, key)
