"""The article's network once more, in Python's own fractions: forward pass, gradients and update written out by
hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

Numbers = Mapping[str, Fraction]
ORDER = (
    "W1[1,1]",
    "W1[1,2]",
    "W1[2,1]",
    "W1[2,2]",
    "b1[1]",
    "b1[2]",
    "W2[1]",
    "W2[2]",
    "b2",
    "x[1]",
    "x[2]",
    "y",
    "rate",
)


def named(inputs: Sequence[object], order: Sequence[str] = ORDER) -> dict[str, Fraction]:
    """A variant's numbers by name."""
    return {key: Fraction(str(value)) for key, value in zip(order, inputs, strict=True)}


def forward(n: Numbers) -> tuple[list[Fraction], list[Fraction], Fraction, Fraction]:
    z = [n[f"W1[{i},1]"] * n["x[1]"] + n[f"W1[{i},2]"] * n["x[2]"] + n[f"b1[{i}]"] for i in (1, 2)]
    h = [max(Fraction(0), value) for value in z]
    yhat = n["W2[1]"] * h[0] + n["W2[2]"] * h[1] + n["b2"]
    return z, h, yhat, (yhat - n["y"]) ** 2 / 2


def worked(n: Numbers) -> dict[str, Fraction]:
    """Every answer of the walkthrough, by its key."""
    z, h, yhat, loss = forward(n)
    error = yhat - n["y"]
    found = {"yhat": yhat, "L": loss, "dL/dyhat": error, "dL/db2": error}
    for i in (1, 2):
        dh = n[f"W2[{i}]"] * error
        dz = dh if z[i - 1] > 0 else Fraction(0)
        found |= {f"z1[{i}]": z[i - 1], f"h[{i}]": h[i - 1], f"dL/dh[{i}]": dh, f"dL/dz1[{i}]": dz, f"dL/db1[{i}]": dz}
        found[f"dL/dW2[{i}]"] = error * h[i - 1]
        found |= {f"dL/dW1[{i},{j}]": dz * n[f"x[{j}]"] for j in (1, 2)}
    for key in ORDER[:9]:
        name, bracket, rest = key.partition("[")
        found[f"{name}_new{bracket}{rest}"] = n[key] - n["rate"] * found[f"dL/d{key}"]
    return found


def updated(n: Numbers) -> dict[str, Fraction]:
    """The numbers after the update."""
    found = worked(n)
    return {
        key: found[f"{key.partition('[')[0]}_new{key[len(key.partition('[')[0]) :]}"] if key in ORDER[:9] else value
        for key, value in n.items()
    }


def places(x: Fraction) -> int:
    """Decimal places of a number that has an end; 99 for one that has none."""
    return next((k for k in range(30) if (x * 10**k).denominator == 1), 99)
