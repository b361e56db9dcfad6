"""The article's 2-2-1 network worked in plain fractions, right or with a mistake made: nothing of ours takes part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

Numbers = Mapping[str, list[Fraction]]
Round = Callable[[Fraction], Fraction]


def half_up(places: int) -> Round:
    """Rounding to decimal places as at school."""

    def work(x: Fraction) -> Fraction:
        units = abs(x) * 10**places + Fraction(1, 2)
        return Fraction(int(units), 10**places) * (-1 if x < 0 else 1)

    return work


def worked(
    given: Numbers, *mistakes: str, rate: Fraction = Fraction(1, 10), rounding: Round = lambda x: x
) -> dict[str, Fraction]:
    """Every quantity of one training step by the key of its blank. `given` has W1 (row by row), b1, W2, b2, x, y.

    `mistakes` say in a word each what is done wrong; whatever follows is right again.
    """
    r = rounding
    w11, w12, w21, w22 = given["W1"]
    v1, v2 = given["W2"]
    c1, c2 = given["b1"]
    (d,), (x1, x2), (y,) = given["b2"], *(given[key] for key in "xy")
    forgot_bias = "bias" in mistakes
    z1 = r(w11 * x1 + w12 * x2 + (0 if forgot_bias else c1))
    z2 = r(w21 * x1 + w22 * x2 + (0 if forgot_bias else c2))
    h1, h2 = (z1, z2) if "negatives" in mistakes else (max(z1, Fraction(0)), max(z2, Fraction(0)))
    p = r(v1 * h1 + v2 * h2 + (0 if forgot_bias else d))
    loss = r((p - y) ** 2 * (1 if "half" in mistakes else Fraction(1, 2)))
    e = r(_chosen(mistakes, {"sign": y - p, "doubled": 2 * (p - y), "halved": (p - y) / 2}, p - y))
    gv1, gv2, gd = r(e * h1), r(e * h2), e
    up1, up2 = (v1 - rate * gv1, v2 - rate * gv2) if "early" in mistakes else (v1, v2)
    gh1, gh2 = r(up1 * e), r(up2 * e)
    gz1, gz2 = (gh1, gh2) if "slope" in mistakes else (gh1 if z1 > 0 else Fraction(0), gh2 if z2 > 0 else Fraction(0))
    g11, g12, g21, g22 = r(gz1 * x1), r(gz1 * x2), r(gz2 * x1), r(gz2 * x2)
    if "transposed" in mistakes:
        g12, g21 = g21, g12
    step = _chosen(mistakes, {"rate": Fraction(1), "ascent": -rate}, rate)

    def new(old: Fraction, gradient: Fraction) -> Fraction:
        return r(old - step * gradient)

    return {
        "z1[1]": z1,
        "z1[2]": z2,
        "h[1]": h1,
        "h[2]": h2,
        "yhat": p,
        "L": loss,
        "dL/dyhat": e,
        "dL/dW2[1]": gv1,
        "dL/dW2[2]": gv2,
        "dL/db2": gd,
        "dL/dh[1]": gh1,
        "dL/dh[2]": gh2,
        "dL/dz1[1]": gz1,
        "dL/dz1[2]": gz2,
        "dL/dW1[1,1]": g11,
        "dL/dW1[1,2]": g12,
        "dL/dW1[2,1]": g21,
        "dL/dW1[2,2]": g22,
        "dL/db1[1]": gz1,
        "dL/db1[2]": gz2,
        "W2_new[1]": new(v1, gv1),
        "W2_new[2]": new(v2, gv2),
        "b2_new": new(d, gd),
        "W1_new[1,1]": new(w11, g11),
        "W1_new[1,2]": new(w12, g12),
        "W1_new[2,1]": new(w21, g21),
        "W1_new[2,2]": new(w22, g22),
        "b1_new[1]": new(c1, gz1),
        "b1_new[2]": new(c2, gz2),
    }


def _chosen(mistakes: tuple[str, ...], wrong: Mapping[str, Fraction], right: Fraction) -> Fraction:
    return next((wrong[mistake] for mistake in mistakes if mistake in wrong), right)


APART = ({"sign", "doubled", "halved"}, {"rate", "ascent"})
"""Mistakes of which nobody can make two at once."""
WORDS = {
    "forgot_bias": "bias",
    "passed_negatives": "negatives",
    "dropped_half": "half",
    "flipped_sign": "sign",
    "kept_two": "doubled",
    "lost_two": "halved",
    "forgot_slope": "slope",
    "updated_first": "early",
    "transposed_gradient": "transposed",
    "added_gradient": "ascent",
    "forgot_rate": "rate",
}
"""The rows of the mistakes table that fit this network (but for rounding), and what `worked` calls them."""
