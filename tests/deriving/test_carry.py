"""`rounding = "carry"`: every carried digit against an independent computation with Python's decimal module, written
here step by step."""

# ruff: noqa: N803, N806 (matrices have capital letters, as on paper)
from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Any

import pytest

import derivation
from derivation import SpecError, loads
from derivation.checking.article import check_text
from derivation.pages.formats.json_form import json_form
from derivation.pages.formats.markdown import markdown
from derivation.proving.prover import unproved

Round = Callable[[Decimal], Decimal]
Rows = list[list[Decimal]]


def figures(digits: int) -> Round:
    return Context(prec=digits, rounding=ROUND_HALF_EVEN).plus


def places(count: int) -> Round:
    return lambda x: x.quantize(Decimal(1).scaleb(-count), rounding=ROUND_HALF_EVEN)


def column(texts: Sequence[Any]) -> list[Decimal]:
    return [Decimal(str(x)) for x in texts]


def table(rows: Sequence[Sequence[Any]]) -> Rows:
    return [column(row) for row in rows]


def affine(W: Rows, x: list[Decimal], b: list[Decimal], r: Round) -> list[Decimal]:
    return [r(sum((w * a for w, a in zip(row, x, strict=True)), Decimal(0)) + c) for row, c in zip(W, b, strict=True)]


def outer(d: list[Decimal], x: list[Decimal], r: Round) -> Rows:
    return [[r(a * b) for b in x] for a in d]


def back(W: Rows, d: list[Decimal], r: Round) -> list[Decimal]:
    return [r(sum((W[i][j] * d[i] for i in range(len(d))), Decimal(0))) for j in range(len(W[0]))]


def moved(old: Rows, gradient: Rows, rate: Decimal, r: Round) -> Rows:
    return [[r(a - rate * g) for a, g in zip(x, y, strict=True)] for x, y in zip(old, gradient, strict=True)]


def logistic(x: Decimal) -> Decimal:
    return 1 / (1 + (-x).exp())


def fractions(array: Any) -> list[str]:
    return [str(entry) for entry in array.entries]


def same(array: Any, expected: Sequence[Decimal] | Rows) -> bool:
    flat = [x for row in expected for x in (row if isinstance(row, list) else [row])]
    return [Decimal(int(entry.p)) / Decimal(int(entry.q)) for entry in array.entries] == flat


def spec(
    equations: str, parameters: str, data: str, rounding: str, update: str = 'rule = "sgd"\nrate = 0.3'
) -> derivation.Derivation:
    text = f'rounding = "carry"\n{rounding}\n[model]\nloss = "L"\nequations = """\n{equations}\n"""\n[parameters]\n{parameters}\n[data]\n{data}\n[update]\n{update}\n'
    return derivation.prove(derivation.derive(loads(text)))


def nothing_is_wrong(found: derivation.Derivation) -> None:
    assert not unproved(found)
    assert {
        line.proof for phase in found.phases for step in phase.steps for line in step.lines[1:] if phase.key != "setup"
    } <= {"proved", "certified"}
    # The checker knows nothing of the convention: where the drift is large it holds a partial derivative against the
    # network's true one.
    assert not [equality for equality in check_text(markdown(found)).wrong if equality.kind != "gradient"]


RELU = "z1 = W1 @ x + b1\nh = relu(z1)\nyhat = W2 @ h + b2\nL = 1/2 * (yhat - y)^2"


@pytest.mark.parametrize(
    ("rounding", "r"),
    [("digits = 3", figures(3)), ("digits = 2", figures(2)), ("places = 2", places(2)), ("places = 3", places(3))],
)
@pytest.mark.parametrize("steps", [1, 3])
def test_a_relu_network(rounding: str, r: Round, steps: int) -> None:
    W1, b1, W2, b2 = (
        table([[0.317, -0.123], [0.241, 0.457]]),
        column([0.05, -0.21]),
        table([[0.513, -0.377]]),
        Decimal("0.111"),
    )
    x, y, rate = column([1.37, 2.19]), Decimal("0.93"), Decimal("0.3")
    found = spec(
        RELU,
        "W1 = [[0.317, -0.123], [0.241, 0.457]]\nb1 = [0.05, -0.21]\nW2 = [[0.513, -0.377]]\nb2 = 0.111",
        "x = [1.37, 2.19]\ny = 0.93",
        rounding,
        f'rule = "sgd"\nrate = 0.3\nsteps = {steps}',
    )
    with localcontext(prec=60):
        for step in found.training_steps:
            z1 = affine(W1, x, b1, r)
            h = [r(max(z, Decimal(0))) for z in z1]
            yhat = affine(W2, h, [b2], r)[0]
            loss = r((yhat - y) ** 2 / 2)
            d = r(yhat - y)
            gW2, gb2 = [[r(d * a) for a in h]], d
            dz1 = [r(g) if z > 0 else Decimal(0) for g, z in zip([r(w * d) for w in W2[0]], z1, strict=True)]
            gW1, gb1 = outer(dz1, x, r), dz1
            for key, value in {"z1": z1, "h": h, "yhat": [yhat], "L": [loss]}.items():
                assert same(step.values[key], value), key
            for key, value in {"yhat": [d], "W2": gW2, "b2": [gb2], "z1": dz1, "W1": gW1, "b1": gb1}.items():
                assert same(step.gradients[key], value), key
            W1, b1 = moved(W1, gW1, rate, r), moved([b1], [gb1], rate, r)[0]
            W2, b2 = moved(W2, gW2, rate, r), r(b2 - rate * gb2)
            for key, value in {"W1": W1, "b1": b1, "W2": W2, "b2": [b2]}.items():
                assert same(step.updated[key], value), key
    nothing_is_wrong(found)


@pytest.mark.parametrize(
    ("rounding", "r"), [("digits = 3", figures(3)), ("digits = 5", figures(5)), ("places = 4", places(4))]
)
def test_a_sigmoid_network(rounding: str, r: Round) -> None:
    W1, b1, W2, b2 = (
        table([[0.15, 0.2], [-0.25, 0.3]]),
        column([0.35, -0.1]),
        table([[0.4, -0.45], [0.5, 0.55]]),
        column([0.6, 0.2]),
    )
    x, t, rate = column([0.5, 1]), column([0.1, 0.9]), Decimal("0.3")
    found = spec(
        "z1 = W1 @ x + b1\nh = sigmoid(z1)\nz2 = W2 @ h + b2\no = sigmoid(z2)\nL = sum((o - t)^2) / 2",
        "W1 = [[0.15, 0.2], [-0.25, 0.3]]\nb1 = [0.35, -0.1]\nW2 = [[0.4, -0.45], [0.5, 0.55]]\nb2 = [0.6, 0.2]",
        "x = [0.5, 1]\nt = [0.1, 0.9]",
        rounding,
    )
    with localcontext(prec=60):
        z1 = affine(W1, x, b1, r)
        h = [r(logistic(z)) for z in z1]
        z2 = affine(W2, h, b2, r)
        o = [r(logistic(z)) for z in z2]
        loss = r(sum(((a - b) ** 2 for a, b in zip(o, t, strict=True)), Decimal(0)) / 2)
        do = [r(a - b) for a, b in zip(o, t, strict=True)]
        dz2 = [r(d * a * (1 - a)) for d, a in zip(do, o, strict=True)]
        dh = back(W2, dz2, r)
        dz1 = [r(d * a * (1 - a)) for d, a in zip(dh, h, strict=True)]
        gradients = {
            "o": do,
            "z2": dz2,
            "h": dh,
            "z1": dz1,
            "W2": outer(dz2, h, r),
            "b2": dz2,
            "W1": outer(dz1, x, r),
            "b1": dz1,
        }
        for key, value in {"z1": z1, "h": h, "z2": z2, "o": o, "L": [loss]}.items():
            assert same(found.values[key], value), key
        for key, value in gradients.items():
            assert same(found.gradients[key], value), key
        for key, old in {"W1": W1, "b1": [b1], "W2": W2, "b2": [b2]}.items():
            gradient: Any = gradients[key]
            assert same(found.updated[key], moved(old, gradient if key[0] == "W" else [gradient], rate, r)), key
    nothing_is_wrong(found)


@pytest.mark.parametrize(("rounding", "r"), [("digits = 3", figures(3)), ("digits = 4", figures(4))])
def test_softmax_with_cross_entropy(rounding: str, r: Round) -> None:
    W, b, x, y = (
        table([[0.31, -0.42], [0.17, 0.23], [-0.6, 0.55]]),
        column([0.1, 0, -0.2]),
        column([1.3, 0.7]),
        column([0, 1, 0]),
    )
    found = spec(
        "z = W @ x + b\np = softmax(z)\nL = cross_entropy(p, y)",
        "W = [[0.31, -0.42], [0.17, 0.23], [-0.6, 0.55]]\nb = [0.1, 0, -0.2]",
        "x = [1.3, 0.7]\ny = [0, 1, 0]",
        rounding,
    )
    with localcontext(prec=60):
        z = affine(W, x, b, r)
        total = sum((a.exp() for a in z), Decimal(0))
        p = [r(a.exp() / total) for a in z]
        dz = [r(a - c) for a, c in zip(p, y, strict=True)]
        W_gradient = outer(dz, x, r)
        assert same(found.values["z"], z) and same(found.values["p"], p) and same(found.values["L"], [r(-p[1].ln())])
        assert (
            same(found.gradients["z"], dz) and same(found.gradients["W"], W_gradient) and same(found.gradients["b"], dz)
        )
        assert same(found.updated["W"], moved(W, W_gradient, Decimal("0.3"), r))
    nothing_is_wrong(found)


def test_adam_carries_its_own_quantities_rounded() -> None:
    r, rate, beta1, beta2, tiny = figures(3), Decimal("0.25"), Decimal("0.9"), Decimal("0.999"), Decimal("1e-8")
    found = spec("L = (w - 3)^2 / 2", "w = 1.7", "", "digits = 3", 'rule = "adam"\nrate = 0.25\nsteps = 3')
    w, m, v = Decimal("1.7"), Decimal(0), Decimal(0)
    with localcontext(prec=60):
        for t, step in enumerate(found.training_steps, 1):
            g = r(w - 3)
            m, v = r(beta1 * m + (1 - beta1) * g), r(beta2 * v + (1 - beta2) * g**2)
            mhat, vhat = r(m / (1 - beta1**t)), r(v / (1 - beta2**t))
            w = r(w - rate * mhat / (vhat.sqrt() + tiny))
            assert same(step.updated["w"], [w])
    nothing_is_wrong(found)


@pytest.mark.slices(8)
@pytest.mark.parametrize("seed", range(16))
def test_random_networks_are_proved_and_pass_the_checker(seed: int) -> None:
    draw = random.Random(seed)
    inputs, hidden = draw.randint(1, 3), draw.randint(2, 3)
    activation = draw.choice(["sigmoid", "tanh", "relu"])
    rounding = draw.choice([f"digits = {draw.randint(3, 4)}", f"places = {draw.randint(3, 4)}"])

    def vector(size: int) -> str:
        return f"[{', '.join(f'{draw.randint(-99, 99) / 100:.2f}' for _ in range(size))}]"

    found = spec(
        f"z1 = W1 @ x + b1\nh = {activation}(z1)\nyhat = dot(w2, h) + b2\nL = (yhat - y)^2 / 2",
        f"W1 = [{', '.join(vector(inputs) for _ in range(hidden))}]\nb1 = {vector(hidden)}\nw2 = "
        f"{vector(hidden)}\nb2 = {draw.randint(-99, 99) / 100:.2f}",
        f"x = {vector(inputs)}\ny = {draw.randint(-99, 99) / 100:.2f}",
        rounding,
    )
    nothing_is_wrong(found)


def test_the_drift_is_the_carried_value_less_the_exact_one() -> None:
    text = (
        'rounding = "carry"\ndigits = 2\n[model]\nloss = "L"\nequations = "yhat = w * x\\nL = (yhat - '
        'y)^2"\n[parameters]\nw = 1.23\n[data]\nx = 1.7\ny = 1\n[update]\nrule = "sgd"\nrate = 0.1\nsteps = 2'
    )
    form = json.loads(json_form(derivation.derive(loads(text))))
    first, second = form["training_steps"]
    # yhat = 2.091, carried 2.1; L = 1.1^2 = 1.21, carried 1.2, and exactly 1.091^2 = 1.190281.
    assert first["values"]["yhat"] == "21/10" and first["loss"] == "6/5"
    assert first["drift"]["L"] == {"exact": "1190281/1000000", "difference": "9719/1000000"}
    # dL/dyhat = 2.2; dL/dw = 2.2 * 1.7 = 3.74, carried 3.7; exactly 2.182 * 1.7 = 3.7094. w = 1.23 - 0.37 = 0.86;
    # exactly 0.85906.
    assert first["gradients"]["w"] == "37/10" and first["drift"]["dL/dw"] == {
        "exact": "18547/5000",
        "difference": "-47/5000",
    }
    assert first["drift"]["w_new"] == {"exact": "42953/50000", "difference": "47/50000"}
    # 0.86 * 1.7 = 1.462, carried 1.5.
    assert second["values"]["w"] == "43/50" and second["values"]["yhat"] == "3/2"


def test_a_page_says_how_it_rounds() -> None:
    found = derivation.prove(derivation.derive(derivation.load("examples/paper-arithmetic.toml")))
    page = markdown(found)
    assert "rounded to 3 significant figures" in page.split("## Setup")[0]
    assert "Drift from the exact value" in page and "unrounded" not in page
    assert not check_text(page).wrong
    nothing_is_wrong(found)


def test_trailing_zeros_are_kept_where_a_value_was_rounded() -> None:
    found = spec("L = w^2", "w = 0.7746", "", "digits = 3")
    page = markdown(found)
    assert r"\approx 0.600" in page  # 0.60000516
    assert "0.5 = 0.5" not in page


@pytest.mark.parametrize(
    ("head", "place", "message"),
    [
        ('rounding = "cary"', (1, 12), "there is no rounding 'cary'; did you mean 'carry'?"),
        ("places = 2", (1, 10), "write rounding = \"carry\", or leave 'places' out"),
        ('rounding = "full"\nplaces = 2', (2, 10), "write rounding"),
        ('rounding = "carry"\nplaces = 2\ndigits = 3', (2, 10), "not both"),
        ('rounding = "carry"\nplaces = -1', (2, 10), "places: "),
        ("rounding = 3", (1, 12), "rounding: "),
    ],
)
def test_a_bad_key_is_told_with_its_place(head: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        loads(f'{head}\n[model]\nequations = "z = x"\n[data]\nx = 1')
    problem = caught.value.problems[0]
    assert (problem.line, problem.column) == place and message in problem.message
