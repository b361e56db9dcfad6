"""No function that NumPy has too is worked with another value: drawn expressions, each evaluated by NumPy itself and by a
spec, with a fresh seed in each run."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from formulas import test_readings as readings

CALLS = (
    "np.where({a} > {b}, {a}, {c})", "np.where({a} == {b}, {b}, {c})", "np.where({a} != 1, {a}, {b})",
    "np.clip({a}, -1, 0.5)", "np.clip({a}, {b}, {c})", "np.min({a})", "np.prod({a})", "np.trace({a})", "np.std({a})",
    "np.argmax({a})", "np.argmin({a})", "np.cumsum({a})", "np.flip({a})", "np.roll({a}, {n})", "np.roll({a}, {n}, axis={k})",
    "np.tril({a})", "np.triu({a}, {n})", "np.tril({a}, k={n})", "np.repeat({a}, 2)", "np.repeat({a}, 2, axis={k})",
    "np.tile({a}, 2)", "np.tile({a}, (2, 1))", "np.tile({a}, (1, 2))", "np.tile({a}, (2, 3))", "np.pad({a}, 1)", "np.pad({a}, (1, 2))",
    "np.pad({a}, ((1, 0), (0, 2)))", "np.min({a}, axis={k})", "np.min({a}, axis={k}, keepdims=True)", "np.min({a}, {k})",
    "np.std({a}, axis={k})", "np.std({a}, axis={k}, keepdims=True)", "np.argmax({a}, axis={k})", "np.argmin({a}, axis={k})",
    "np.cumsum({a}, axis={k})", "np.flip({a}, axis={k})", "np.linalg.norm({a})", "np.linalg.norm({a}, axis={k})",
    "np.linalg.norm({a}, axis={k}, keepdims=True)", "({a}).std(axis={k})", "({a}).var(axis={k}, ddof=1)", "({a}).min(axis={k})", "({a}).prod()",
    "({a}).cumsum()", "({a}).cumsum({k})", "({a}).argmax()", "({a}).argmax({k})", "({a}).repeat(2)", "({a}).trace()",
    "np.log1p(np.abs({a}))", "np.expm1({a} / 8)", "np.log2(np.abs({a}) + 1)", "np.sinh({a} / 8)", "np.arcsin(np.tanh({a}))",
    "np.einsum('ij->ji', {a})", "np.einsum('ij,jk->ik', {a}, {b})", "np.einsum('i,ij->j', {a}, {b})", "np.einsum('i,i', {a}, {b})",
    "np.einsum('ij,i->i', {a}, {b})", "np.ones((2, 2)) * {a}", "np.ones(2) + {a}", "logsumexp({a}, axis={k})",
)  # fmt: skip
"""Functions with operands, an axis and a number to be put in."""


def logsumexp(z: Any, axis: int | None = None) -> Any:
    return np.log(np.sum(np.exp(np.asarray(z, float)), axis=axis))


class Writer(readings.Writer):
    """Writes calls of these functions within other expressions."""

    def expression(self, depth: int) -> str:
        if depth == 0 or self.pick.random() < 0.4:
            return super().expression(depth)
        a, b, c = (self.expression(depth - 1) for _ in "abc")
        return self.one_of(*CALLS).format(a=a, b=b, c=c, n=self.pick.randint(-4, 4), k=self.pick.choice((0, 1, -1)))


def counted(seed: str, count: int) -> tuple[Counter[str], list[tuple[str, list[str], Any]]]:
    """How many of each verdict, and the expressions that differ."""
    found, differing = Counter[str](), []
    for number in range(count):
        writer = Writer(f"{seed}.{number}")
        lines = [writer.expression(writer.pick.choice((1, 1, 2)))]
        kind = readings.verdict(lines, writer.given | writer.labels)
        found[kind] += 1
        if kind == "different":
            differing.append((f"{seed}.{number}", lines, writer.given))
    return found, differing


@pytest.mark.slow
def test_no_function_differs_from_numpy_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(readings.NUMPY, "logsumexp", logsumexp)
    seed = str(random.SystemRandom().randrange(10**9))
    found, differing = counted(seed, 600)
    print(f"seed {seed}: {dict(found)}")
    assert not differing, differing[:5]
    assert found["equal"] > 100
