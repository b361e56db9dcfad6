"""No expression is worked that has another value in NumPy: thousands of expressions, each evaluated by NumPy itself and
by a spec."""

from __future__ import annotations

import random
import warnings
from collections import Counter
from typing import Any

import numpy as np
import pytest
from flint import arb
from seeds import fresh_seed

from derivation import SpecError, loads
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.language.stacks.stack import sliced_names
from derivation.formulas.numbers import Uncertain, Undefined
from derivation.formulas.terms import name
from derivation.networks.network import Network

Given = dict[str, Any]
"""Names and their values, as in a spec: a number, a list, a list of lists."""


def _softmax(z: Any, axis: int | None = None) -> Any:
    e = np.exp(np.asarray(z, float))
    return e / e.sum(axis=axis, keepdims=True)


NUMPY = {
    **{key: getattr(np, key) for key in ("maximum", "minimum", "concatenate", "stack", "vstack", "hstack", "column_stack", "dot", "outer", "abs", "exp")},
    **{key: getattr(np, key) for key in ("tanh", "sign", "floor", "sum", "mean", "var", "reshape", "ravel", "diag", "diagonal", "transpose", "square")},
    "np": np, "max": np.max, "softmax": _softmax, "log_softmax": lambda z, axis=None: np.log(_softmax(z, axis)), "None": None,
    "relu": lambda z: np.maximum(z, 0), "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "where": np.where, "squeeze": np.squeeze, "expand_dims": np.expand_dims, "pi": np.pi, "norm": np.linalg.norm,
}  # fmt: skip
"""What the functions of a spec are in NumPy and SciPy."""


class Writer:
    """Writes expressions that are Python and the language of a spec at once; most make sense."""

    def __init__(self, seed: str) -> None:
        self.pick = random.Random(seed)
        size, other = self.pick.randint(1, 5), self.pick.randint(1, 5)
        self.given: Given = {
            "x": self.array(size), "y": self.array(size), "v": self.array(other), "s": self.number(),
            "A": self.array(size, other), "B": self.array(other, size), "S": self.array(size, size),
            "C": self.array(size, other),
        }  # fmt: skip
        self.labels: Given = {"i": self.pick.randrange(size), "t": [self.pick.randrange(size) for _ in range(size)]}
        # A matrix of one column is taken for a list where NumPy would make a matrix of the two (see the test of it), so
        # none is drawn;
        # x[:, None], A[:, :1] and keepdims make columns enough. So is a row
        # that was given and is transposed: x[None, :] and A[:1] make rows enough.
        self.given = {key: widened(value) for key, value in self.given.items()}

    def number(self) -> float:
        return self.pick.choice((-1, 1)) * self.pick.randint(1, 40) / 8

    def array(self, *shape: int) -> Any:
        return [self.array(*shape[1:]) if shape[1:] else self.number() for _ in range(shape[0])]

    def one_of(self, *texts: str) -> str:
        return self.pick.choice(texts)

    def expression(self, depth: int) -> str:
        if depth == 0:
            return self.one_of(*self.given, *"xyAS", str(self.pick.randint(1, 4)), "pi", f"len({self.name()})")
        kinds = (
            self.operation,
            self.operation,
            self.operation,
            self.call,
            self.reduction,
            self.part,
            self.part,
            self.joined,
        )
        return self.pick.choice((*kinds, self.method, self.constant))(depth - 1)

    def name(self) -> str:
        return self.one_of(*self.given)

    def operation(self, depth: int) -> str:
        a, b = self.expression(depth), self.expression(depth)
        a, b = (text if self.pick.random() < 0.5 else f"({text})" for text in (a, b))
        return self.one_of(
            f"{a} + {b}", f"{a} - {b}", f"{a} * {b}", f"{a} @ {b}", f"-{a}", f"{a}.T @ {b}", f"{a} @ {b}.T", f"({a})**2",
            f"{a} / ({b})", f"({a})[:, None] * ({b})[None, :]", f"({a})[:, np.newaxis] - {b}", f"({a}) + ({b})[None]",
        )  # fmt: skip

    def call(self, depth: int) -> str:
        a, b = self.expression(depth), self.expression(depth)
        unary = self.one_of(
            "np.exp", "np.tanh", "np.abs", "relu", "sigmoid", "np.sign", "floor", "square", "softmax", "np.transpose",
            "np.diag", "diagonal", "np.ravel", "np.squeeze", "norm", "np.linalg.norm",
        )  # fmt: skip
        return self.one_of(
            f"{unary}({a})", f"{unary}({a})", f"np.maximum({a}, {b})", f"dot({a}, {b})", f"np.outer({a}, {b})", f"({a}).T",
            f"np.minimum({a}, 0)", f"relu({a} - {b})", f"np.dot({a}, {b})", f"np.matmul({a}, {b})", f"np.inner({a}, {b})",
            f"np.vdot({a}, {b})", f"np.expand_dims({a}, axis={self.axis()})", f"np.expand_dims({a}, {self.axis()})",
        )  # fmt: skip

    def axis(self) -> str:
        return self.one_of("0", "1", "-1")

    def method(self, depth: int) -> str:
        a, b = self.expression(depth), self.expression(depth)
        return self.one_of(
            f"({a}).dot({b})", f"({a}).max()", f"({a}).min()", f"({a}).sum({self.axis()})", f"({a}).mean({self.axis()})",
            f"({a}).ravel()", f"({a}).flatten()", f"({a}).squeeze()", f"({a}).sum().reshape(1)", f"({a}).T.sum(axis=0)[0]",
            f"({a}).size * {b}", f"({a}).shape[0] * {b}",
        )  # fmt: skip

    def constant(self, depth: int) -> str:
        size, other = self.pick.randint(1, 5), self.pick.randint(1, 3)
        literal = [self.array(size), self.array(other, size), self.array(1, size)][self.pick.randrange(3)]
        return self.one_of(
            f"np.array({literal}) * {self.expression(depth)}", f"np.eye({size})", f"np.zeros(({size}, {other}))",
            f"np.ones({size})", f"np.ones_like({self.expression(depth)})", f"np.zeros({self.name()}.shape)",
            f"np.array([{self.expression(0)}, {self.expression(0)}])", f"np.arange({size}) * {self.expression(0)}",
            f"np.arange({other}, {other + size})", f"np.arange(0, {size} / 2, 0.5)", f"np.linspace(-1, {other}, {size})",
            f"np.arange({size}, 0, -1) @ {self.expression(0)}", f"np.arange({2 * other}).reshape(2, {other})",
        )  # fmt: skip

    def reduction(self, depth: int) -> str:
        of, key = self.expression(depth), self.one_of("sum", "mean", "max", "softmax", "log_softmax", "var")
        axis = self.one_of("", ", axis=0", ", axis=1", ", axis=-1", ", axis=0", ", axis=1")
        axis = ", axis=-1" if "soft" in key and not axis else axis
        kept = self.one_of("", "", ", keepdims=True") if axis and "soft" not in key else ""
        if key in ("sum", "mean", "max") and self.pick.random() < 0.3:
            return f"({of}).{key}({(axis + kept).removeprefix(', ')})"
        if key in ("sum", "mean", "max") and self.pick.random() < 0.2:
            return f"np.{key}({of}, {self.pick.randint(-1, 1)})"
        return f"{key}({of}{axis}{kept})"

    def place(self) -> str:
        a, b = self.pick.randint(-5, 5), self.pick.randint(-5, 6)
        small, step = self.pick.randint(-2, 1), self.one_of("2", "-1", "3", "-2")
        common = (
            f"{small}",
            f"{abs(a) // 2}",
            f"{small}:",
            ":",
            f"{abs(a) // 2}:",
            f":{b}",
            "None",
            "[0, 1]",
            "[1, 0, 1]",
        )
        labels = (*self.labels, "i - 1", "[i, 0]", "range(2)", "np.arange(len(x))", "range(len(t))")
        rare = (f"{a}:{b}", f"[{a}, {b}]", f"({a}, {b})", "...", f"{a}:{b}:{step}", f"::{step}", f"{small}::{step}",
                "True", "[[0, 1]]", "0.5", "[True, False]", *labels)  # fmt: skip
        return self.one_of(*common, *common, *common, *rare)

    def part(self, depth: int) -> str:
        of = self.expression(depth) if self.pick.random() < 0.4 else self.name()
        indices = [self.place() for _ in range(self.pick.choice((1, 1, 2, 2, 2, 3)))]
        chained = f"[{self.place()}]" if self.pick.random() < 0.2 else ""
        return (
            f"({of})[{', '.join(indices)}]{chained}" if of not in self.given else f"{of}[{', '.join(indices)}]{chained}"
        )

    def joined(self, depth: int) -> str:
        parts = ", ".join(
            self.expression(depth if self.pick.random() < 0.4 else 0) for _ in range(self.pick.choice((1, 2, 2, 2, 3)))
        )
        axis = self.one_of("", "", ", axis=0", ", axis=1", ", axis=-1")
        of, size = self.expression(depth), self.pick.randint(1, 5)
        return self.one_of(
            f"np.concatenate([{parts}]{axis})", f"np.stack([{parts}]{axis})", f"np.vstack([{parts}])", f"np.hstack([{parts}])", f"np.column_stack([{parts}])",
            f"({of}).reshape({size}, -1)", f"({of}).reshape(-1)", f"({of}).reshape({size})", f"reshape({of}, (-1, {size}))",
        )  # fmt: skip


class DeepWriter(Writer):
    """Writes expressions of up to four axes."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        size = len(self.given["x"])
        other, deep, images = (self.pick.randint(1, 5) for _ in range(3))
        self.given = {key: self.given[key] for key in ("x", "A", "S", "s")} | {
            "c": self.array(deep), "T": self.array(deep, size, other), "U": self.array(deep, size, other),
            "P": self.array(deep, other, size), "R": self.array(images % 3 + 1, deep % 3 + 1, size, other),
            "Q": self.array(images % 3 + 1, deep % 3 + 1, size, other),
        }  # fmt: skip

    def expression(self, depth: int) -> str:
        if depth == 0:
            return self.one_of(*"TURQTURPPxcASs", str(self.pick.randint(1, 4)))
        return self.pick.choice((super().expression, self.moved, self.over_axes))(depth if depth < 2 else depth - 1)

    def axis(self) -> str:
        return self.one_of("0", "1", "2", "-1", "-2", "-3")

    def axes(self) -> str:
        count = self.pick.choice((2, 2, 3))
        return str(tuple(self.pick.sample((0, 1, 2, -1) if count < 3 else (0, 2, 3), count)))

    def over_axes(self, depth: int) -> str:
        of, key = (
            self.expression(depth - 1),
            self.one_of("sum", "mean", "max", "min", "var", "softmax", "cumsum", "prod"),
        )
        axis = self.axis() if key in ("softmax", "cumsum") else self.one_of(self.axis(), self.axes())
        kept = self.one_of("", "", ", keepdims=True") if key not in ("softmax", "cumsum") else ""
        prefix = "" if key == "softmax" else "np."
        return self.one_of(
            f"{prefix}{key}({of}, axis={axis}{kept})", f"({of}).sum({axis})", f"({of}).mean(axis={axis}{kept})"
        )

    def moved(self, depth: int) -> str:
        a, b = self.expression(depth - 1), self.expression(depth - 1)
        n, m = self.pick.randint(1, 4), self.pick.randint(1, 4)
        return self.one_of(
            f"({a}).transpose({self.order()})", f"np.transpose({a}, ({self.order()}))", f"np.swapaxes({a}, {self.axis()}, {self.axis()})",
            f"({a}).swapaxes({self.axis()}, -1)", f"np.moveaxis({a}, {self.axis()}, {self.axis()})", f"({a}).reshape({n}, {m}, -1)",
            f"({a}).reshape(len({a}), -1)", f"reshape({a}, ({n}, -1, {m}))", f"np.expand_dims({a}, {self.axis()})", f"({a})[:, None, :]",
            f"({a})[None] * {b}", f"({a})[..., None] + {b}", f"np.stack([{a}, {b}], axis={self.axis()})", f"np.concatenate([{a}, {b}], axis={self.axis()})",
            f"np.flip({a}, axis={self.axis()})", f"np.roll({a}, {n}, axis={self.axis()})", f"np.repeat({a}, {n}, axis={self.axis()})",
            f"np.tile({a}, ({n}, 1, 2))", f"np.squeeze({a}, axis={self.axis()})", f"({a})[{self.place()}, {self.place()}, {self.place()}]",
            f"({a})[..., {self.place()}]", f"({a})[{self.place()}]", f"({a}).T", f"np.einsum('{self.indices()}', {a}, {b})",
            f"np.broadcast_to({a}, ({n}, {m}, 2, 3))", f"np.zeros_like({a}) + {b}", f"{a} @ np.swapaxes({b}, -1, -2)", f"({a}).shape[-1] * {b}",
            f"np.where({a} > 0, {a}, {b})", f"np.clip({a}, -1, 1)", f"np.tril({a})", f"np.array([{a}, {b}])", f"np.pad({a}, ((0, 0), (1, 1), (0, 1)))",
        )  # fmt: skip

    def order(self) -> str:
        return ", ".join(
            map(str, self.pick.sample(range(3), 3) if self.pick.random() < 0.7 else self.pick.sample(range(4), 4))
        )

    def indices(self) -> str:
        return self.one_of("bij,bjk->bik", "cij,cij->c", "bij,bij->", "cij,ij->ci", "nchw,nchw->nc", "i,j->ij", "cij,jk->cik",
                           "bij,bkj->bik", "cij,kj->cik", "nchw,ch->nw", "bii,b->i", "bij,cij->bc")  # fmt: skip


def widened(value: Any) -> Any:
    """A matrix of one row or one column with a second one."""
    if not isinstance(value, list) or not isinstance(value[0], list) or len(value) == len(value[0]) == 1:
        return value
    rows = [[*row, 2.5] if len(row) == 1 else row for row in value]
    return rows if len(rows) > 1 else [*rows, [1.5] * len(rows[0])]


def by_numpy(lines: list[str], given: Given) -> Any:
    """The last line's value; None where NumPy has none."""
    known = {**NUMPY, **{key: np.array(value) for key, value in given.items()}, "range": range, "len": len}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            for key, text in zip(("u", "z"), lines, strict=False):
                known[key] = eval(text, known)  # text that this module wrote itself
        except (ValueError, TypeError, IndexError, AttributeError, SyntaxError, np.exceptions.AxisError):
            return None
    return np.asarray(known["z" if len(lines) > 1 else "u"], float)


def by_spec(lines: list[str], given: Given) -> Any:
    """The last line's value as a NumPy array; `SpecError` where it is refused, None where it is told to have no
    value."""
    equations = "\n".join(f"{key} = {text}" for key, text in zip(("u", "z"), lines, strict=False))
    data = "\n".join(f"{key} = {value}" for key, value in given.items())
    network = loads(f'[model]\nequations = """\n{equations}\n"""\n[data]\n{data}\n')
    return valued(network, "z" if len(lines) > 1 else "u")


def valued(network: Network, key: str) -> Any:
    """A quantity's value as a NumPy array; None where there is none."""
    known = {name(key): array for key, array in network.data.items()}
    try:
        for own, term in network.equations.items():
            known[name(own)] = evaluate(term, known)
    except (Undefined, Uncertain):
        return None
    axes = network.stacks.get(key)
    arrays = [known[name(own)] for own in (sliced_names(key, axes[:-2]) if axes else [key])]
    entries = [entry for array in arrays for entry in array.entries]
    numbers = [float(entry.mid()) if isinstance(entry, arb) else int(entry.p) / int(entry.q) for entry in entries]
    return np.array(numbers).reshape(axes or arrays[0].shape)


def same(a: Any, b: Any) -> bool:
    a, b = np.squeeze(a), np.squeeze(b)
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-6, atol=1e-9, equal_nan=True)


def verdict(lines: list[str], given: Given) -> str:
    """What became of an expression; "different" must not happen. What is refused is asked of NumPy: it has a value where
    that is an array of one or two axes with entries, all of them numbers."""
    expected = by_numpy(lines, given)
    has_value = expected is not None and expected.ndim < 5 and expected.size and np.isfinite(expected).all()
    try:
        found = by_spec(lines, given)
    except SpecError:
        return "refused" if has_value else "refused by both"
    if found is None or np.isnan(found).any():
        return "no value"
    if expected is None or not np.isfinite(expected).all():  # or none that floating point can hold
        return "no value in NumPy"
    return "equal" if same(found, expected) else "different"


def drawn(seed: str, kind: type[Writer] = Writer) -> tuple[list[str], Given]:
    """One or two equations and what is given."""
    writer = kind(seed)
    lines = [writer.expression(writer.pick.choice((1, 1, 2, 2, 3)))]
    if writer.pick.random() < 0.4:
        writer.given["u"] = None
        lines.append(writer.expression(writer.pick.choice((1, 2))))
        del writer.given["u"]
    return lines, {**writer.given, **writer.labels}


def counted(
    seed: str, count: int, writer: type[Writer] = Writer
) -> tuple[Counter[str], list[tuple[str, list[str], Given]]]:
    """How many of each verdict, and the expressions that differ."""
    found, differing = Counter[str](), []
    for number in range(count):
        lines, given = drawn(f"{seed}.{number}", writer)
        kind = verdict(lines, given)
        found[kind] += 1
        if kind == "different":
            differing.append((f"{seed}.{number}", lines, given))
    return found, differing


@pytest.mark.slow
@pytest.mark.slices(3)
@pytest.mark.parametrize("slot", range(40))
def test_no_expression_differs_from_numpy_in_silence(slot: int) -> None:
    seed = f"{fresh_seed()}.{slot}"
    found, differing = counted(seed, 500)
    print(f"seed {seed}: {dict(found)}")
    assert not differing, differing[:5]
    assert found["equal"] > 3 * found["refused"] > 10


@pytest.mark.slow
@pytest.mark.slices(3)
@pytest.mark.parametrize("slot", range(40))
def test_no_expression_of_up_to_four_axes_differs_from_numpy_in_silence(slot: int) -> None:
    seed = f"{fresh_seed()}.axes.{slot}"
    found, differing = counted(seed, 500, DeepWriter)
    print(f"seed {seed}: {dict(found)}")
    assert not differing, differing[:5]
    assert found["equal"] > 5 * found["refused"] > 10


def test_a_column_that_was_given_goes_entry_by_entry_with_a_list() -> None:
    """NumPy would make a matrix of the two; that is nobody's wish of a network whose last layer has one unit."""
    for equation, given in (
        ("z = A @ C - x", {"A": [[1, 2], [3, 4]], "C": [[1], [1]], "x": [1, 2]}),
        ("z = C * 2 - x", {"C": [[1], [1]], "x": [1, 2]}),
        ("z = R.T * 0.5 * x", {"R": [[1, 2]], "x": [1, 2]}),
        ("z = tanh(C @ w + b)", {"C": [[1], [2]], "w": [0.5], "b": [1, 2]}),
        ("z = tanh(C @ w + b)", {"C": [[1], [2]], "w": 0.5, "b": [1, 2]}),
    ):
        data = "\n".join(f"{key} = {value}" for key, value in given.items())
        assert loads(f"[model]\nequations = '{equation}'\n[data]\n{data}").shapes["z"] == (2, 1), equation


def test_a_matrix_of_one_entry_beside_a_list_of_one_stays_a_matrix() -> None:
    shapes = loads("[model]\nequations = 'z = np.pad(x * A, 1)'\n[data]\nx = [3]\nA = [[2]]").shapes
    assert shapes["z"] == np.pad(np.array([3]) * np.array([[2]]), 1).shape == (3, 3)


def test_a_column_that_was_asked_for_does_not() -> None:
    for equation in (
        "x[:, None] - x",
        "A[:, 0:1] - x",
        "sum(A, axis=1, keepdims=True) * x",
        "A @ x[:, None] + x",
        "binary_cross_entropy(x[:, None], x)",
    ):
        with pytest.raises(SpecError, match="of which NumPy makes 2 x 2 numbers"):
            loads(f"[model]\nequations = 'z = {equation}'\n[data]\nx = [0.5, 0.25]\nA = [[1, 2], [3, 4]]")
