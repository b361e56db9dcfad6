"""Numbers far from 1, near 0 and at the edge of what has a value: against mpmath, through every algebra and every
format."""

from __future__ import annotations

import itertools
import json
import os
import random
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import pytest
import typer
from flint import arb, fmpq
from places import ROOT

import derivation
from derivation.checking.article import check_text
from derivation.cli.explaining import caught
from derivation.deriving import calculated, derive, numbers
from derivation.deriving.certain import ascertain
from derivation.deriving.on_request.jets import Jet, Jets
from derivation.deriving.on_request.views import views
from derivation.deriving.reach import Reach, Reaches
from derivation.deriving.workbook import Workbook
from derivation.formulas.arrays import LARGE, Array
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.decimals import json_text
from derivation.formulas.language.definitions import definition
from derivation.formulas.numbers import TooLarge, Uncertain, Undefined
from derivation.formulas.operations import TABLE
from derivation.formulas.operations.algebras import Numbers, Terms, symbols
from derivation.formulas.operations.table import Operation, ShapeMismatch
from derivation.formulas.precision import working_precision
from derivation.formulas.terms import Term, number
from derivation.handwriting.writing import STANDARD
from derivation.pages.formats import FORMATS
from derivation.pages.formats.markdown import markdown
from derivation.proving.prover import prove, unproved

CLASSIFIER = "p = sigmoid(z)\nL = binary_cross_entropy(p, y)"
PAGES = ("tex", "html", "md", "ipynb", "json")


def spec(equations: str, parameters: str = "", data: str = "", head: str = "", update: str = "") -> str:
    return f'{head}\n[model]\nloss = "L"\nequations = """\n{equations}\n"""\n[parameters]\n{parameters}\n[data]\n{data}\n{update}'


def worked(text: str, *wishes: str) -> derivation.Derivation:
    every = {key: key in wishes for key in ("sensitivity", "gradient_check", "hessian")}
    return prove(derive(derivation.loads(text), views(every, ())))


def told(text: str, capsys: pytest.CaptureFixture[str], *wishes: str) -> str:
    """The sentence that a spec is refused with."""
    with pytest.raises(typer.Exit):
        caught(Path("s.toml"), lambda: worked(text, *wishes))
    return capsys.readouterr().err.strip()


# Printed numerals never decide whether a line can be worked


@pytest.mark.parametrize(("z", "digits"), [(15, 6), (16, 6), (20, 3), (37, 12), (60, 6), (700, 6), (5000, 6)])
def test_a_confident_classifier_has_a_loss(z: int, digits: int) -> None:
    found = worked(spec(CLASSIFIER, f"z = {z}", "y = 0", f"digits = {digits}"))
    with mpmath.workdps(2500):
        p = 1 / (1 + mpmath.exp(-z))
        assert same(found.values["L"].entries[0], -mpmath.log(1 - p)) and same(found.gradients["z"].entries[0], p)
    assert not unproved(found)
    assert not check_text(markdown(found), "handout.md").wrong


def test_a_line_shows_the_digits_that_its_arithmetic_needs() -> None:
    text = markdown(worked(spec(CLASSIFIER, "z = 16", "y = 0")))
    # 1 - 0.999999887465 is 1.12535e-7, to all six digits
    assert r"\ln(1 - 0.999999887465)" in text and r"\ln(1.12535 \times 10^{-7})" in text
    assert r"1 - 1.00000" not in text


def test_where_no_digits_help_the_line_is_left_out() -> None:
    text = markdown(worked(spec(CLASSIFIER, "z = 700", "y = 0")))
    assert r"1 - 1.00000" not in text and "\\approx 700.000\n" in text


@pytest.mark.parametrize(
    ("equations", "parameters", "value"),
    [
        ("L = binary_cross_entropy(sigmoid(z), 1)", "z = 8", lambda: mpmath.log(1 + mpmath.exp(-8))),
        ("L = 1/(exp(z) - 2.71828)", "z = 1", lambda: 1 / (mpmath.e - mpmath.mpf("2.71828"))),
        (
            "u = exp(z) - 2.718\nL = sqrt(u) + log(u) + u^0.5",
            "z = 1",
            lambda: (u := mpmath.e - mpmath.mpf("2.718")) ** 0.5 * 2 + mpmath.log(u),
        ),
        ("u = tanh(z)\nL = sqrt(1 - u)", "z = 9", lambda: mpmath.sqrt(1 - mpmath.tanh(9))),
    ],
)
def test_numerals_that_cancel(equations: str, parameters: str, value: Callable[[], Any]) -> None:
    found = worked(spec(equations, parameters, head="digits = 3"))
    with mpmath.workdps(60):
        assert same(found.values["L"].entries[0], value())
    assert not unproved(found)


def test_with_rounding_carried_the_rounded_number_is_what_one_has(capsys: pytest.CaptureFixture[str]) -> None:
    message = told(spec("p = sigmoid(z)\nL = -log(1 - p)", "z = 16", head='rounding = "carry"'), capsys)
    assert message.startswith(
        "s.toml:6:5: L has no value at these numbers: the logarithm of a number that is not positive, in log(1 - "
        "p); with rounding"
    )


# Values at the edge


@pytest.mark.parametrize(
    ("equations", "w", "value"),
    [
        ("L = tanh(w)", "1e300", 1),
        ("L = sigmoid(w)", "-1e300", 0),
        ("L = sigmoid(w)", "1e300", 1),
        ("L = softplus(w)", "1e300", "1e300"),
        ("L = softplus(w)", "-1e300", 0),
        ("L = sum(y * softmax(w * y))", "1e300", 1),
        ("u = log_softmax(w * y)\nL = u[1]", "1e300", "-1e300"),
        ("L = elu(w)", "-1e6", -1),
        ("L = gelu(w)", "-1e10", 0),
        ("L = w^1.5", "0", 0),
        ("L = w * x^0.5", "1", 0),
        ("L = w * sqrt(x)", "1", 0),
        ("L = w^n", "-1", -1),
        ("L = (tanh(w) - tanh(w))^2", "0.5", 0),
        ("L = sqrt((tanh(w) - tanh(w))^2 + x)", "0.5", 0),
    ],
)
def test_every_value_that_there_is(equations: str, w: str, value: int | str) -> None:
    text = spec(equations, f"w = {w}", "y = [1, 0]\nx = 0\nn = 65")
    found = derive(
        derivation.loads(text.replace('loss = "L"\n', "") if "sqrt((tanh" in equations else text)
    )  # a root has no derivative at 0
    assert same(found.values["L"].entries[0], mpmath.mpf(value))
    assert not unproved(prove(found))
    for form in ("tex", "md", "json"):
        assert FORMATS[form](found, "typeset", STANDARD)


def test_a_normal_tail_keeps_its_digits() -> None:
    with mpmath.workdps(60):
        assert same(
            worked(spec("L = gelu(w)", "w = -1000")).values["L"].entries[0], -500 * mpmath.erfc(1000 / mpmath.sqrt(2))
        )


def test_data_without_a_derivative_is_left_out() -> None:
    found = worked(spec("L = (w * x - y)^p", "w = 1", "x = 2\ny = 3\np = 2"))
    assert found.gradients["w"].entries == (-4,) and "p" not in found.gradients
    written = json.loads(FORMATS["json"](found, "typeset", STANDARD))
    assert set(written["training_steps"][0]["gradients"]) == {"w", "x", "y", "L", "u_1"}
    assert FORMATS["html"](found, "typeset", STANDARD)


@pytest.mark.parametrize("rule", ["adam", "adamw", "amsgrad", "rmsprop", "adagrad", "adadelta", "adamax"])
def test_an_irrational_gradient_that_is_0_moves_nothing(rule: str) -> None:
    equations = "h = tanh(W1 @ x)\nyhat = (W2 @ h)\nL = (yhat - y)^2 / 2"
    decay = "\nweight_decay = 0" if rule == "adamw" else ""
    text = spec(
        equations,
        "W1 = [[0.5, 0.5], [0.5, 0.5]]\nW2 = [[0.5, -0.5]]",
        "x = [1, 1]\ny = 0",
        update=f'[update]\nrule = "{rule}"{decay}',
    )
    found = numbers(derivation.loads(text))
    assert all(same(entry, mpmath.mpf("0.5")) for entry in found.updated["W1"].entries)


# Sentences


@pytest.mark.parametrize(
    ("equations", "w", "message"),
    [
        (
            "L = sqrt(w)",
            "0",
            "s.toml:5:5: the derivative dL/dw has no value at these numbers: sqrt(w) is 0, where a root has no derivative: "
            "add a little under it, as in sqrt(... + 1e-12)",
        ),
        (
            "L = log(w - 1)",
            "0.5",
            "s.toml:5:5: L has no value at these numbers: the logarithm of a number that is not positive, in log(w "
            "- 1)",
        ),
        (
            "h = 3\nL = h / (w - w)",
            "1",
            "s.toml:6:5: L has no value at these numbers: division by zero, in h / (w - w)",
        ),
        (
            "L = (w - 2)^0.5",
            "1",
            "s.toml:5:5: L has no value at these numbers: a fractional power of a negative number, in (w - 2)^0.5",
        ),
        (
            "L = exp(w)",
            "1e300",
            "s.toml:5:5: L has no value at these numbers: it is beyond 10^300000, too large to be written",
        ),
        (
            "L = 1 / (tanh(w) - tanh(w))",
            "1",
            "s.toml: it cannot be told, even with 65536 bits, whether a divisor is 0, in L",
        ),
    ],
)
def test_what_has_no_value_is_told(equations: str, w: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(spec(equations, f"w = {w}"), capsys)
    assert said == message


def test_a_loss_without_second_derivative(capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no second derivative at these numbers: 0 to a negative power" in told(
        spec("L = w^1.5", "w = 0"), capsys, "hessian"
    )


def test_the_second_derivative_of_a_loss_that_its_own_derivative_names() -> None:
    found = worked(spec("L = exp(2 * w)", "w = 1"), "hessian")
    (phase,) = [phase for phase in found.phases if phase.key == "hessian"]
    assert {line.proof for step in phase.steps for line in step.lines[1:]} == {"certified"}
    with mpmath.workdps(60):
        assert abs(mpmath.mpf(phase.steps[0].lines[-1].term.args[0]) - 4 * mpmath.e**2) < mpmath.mpf("1e-4")


# Every operation in every algebra


def operands(row: Operation) -> Iterator[tuple[tuple[int, ...], ...]]:
    shapes = [(), (2, 1), (1, 2), (2, 2), (4, 4)]
    return itertools.product(shapes, repeat=len(row.operands))


def fitting(row: Operation) -> Term:
    """The operation at some operands that fit it."""
    for shapes in operands(row):
        for given in (
            (),
            (1,),
            (2,),
            (1, 1),
            (1, 1, 1, 1),
            (2, 2),
            (1, 2),
            (2, 1),
            (2, 8),
            (1, 1, 1, 1, 2, 2),
            (1, 2, 2),
            (1, 1, 1),
            (1, 1, 0),
        ):
            try:
                chosen = row.filled(given)
                row.shape(shapes, *chosen)
            except (ShapeMismatch, TypeError, ValueError):
                continue
            return Term(
                row.name,
                (*(Term("name", (f"{key}:{shape}",)) for key, shape in zip("abc", shapes, strict=False)), *chosen),
            )
    raise AssertionError(f"nothing fits {row.name}")


ALGEBRAS: dict[str, tuple[Callable[[], Any], Callable[[fmpq], Any]]] = {
    "numbers": (lambda: Numbers, lambda x: x),
    "terms": (lambda: Terms, lambda x: number(str(x.p) if x.q == 1 else f"{int(x.p) / int(x.q)}")),
    "sympy": (symbols, lambda x: symbols().of_number(x)),
    "jets": (lambda: Jets, lambda x: Jet.variable(x, 0)),
    "dependence": (Reaches, lambda x: Reach({("w", (0,))})),
}


WHOLE = frozenset({"one_hot", "cases"})
"""What takes labels or conditions."""


@pytest.mark.parametrize("algebra", ALGEBRAS)
@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_every_operation_works_in_every_algebra(row: Operation, algebra: str) -> None:
    make, entry = ALGEBRAS[algebra]
    term = fitting(row)
    known = {}
    for place, child in enumerate(term.children):
        shape = tuple(map(int, re.findall(r"\d+", child.args[0].partition(":")[2])))
        size = shape[0] * shape[1] if shape else 1
        values = (fmpq(0) if row.name in WHOLE else fmpq(1 + place + k, 8) for k in range(size))
        known[child] = Array(shape, tuple(map(entry, values)))
    m = make()
    if row.meaning is None:
        body = definition(
            row,
            tuple(known[child].shape for child in term.children),
            tuple(arg for arg in term.args if isinstance(arg, int)),
        )
        assert body.head in (*TABLE, "number", "name")
    assert all(found is not None for found in evaluate(term, known, m).entries)


# Pictures and notebooks


@pytest.mark.slices(8)
@pytest.mark.parametrize(
    "loss",
    [
        "(w1^2 + 10 * w2^2) / -1e300",
        "1e-300 * (w1^2 + w2^2)",
        "1e300 * w1^2 + w2^2 * 1e-300",
        "0 * w1 * w2",
        "exp(1e4 * w1) * w2",
        "(w1^2 + w2^2) / 1979-05-27",
    ],
)
@pytest.mark.parametrize("rule", ["adam", "sgd"])
def test_the_path_over_any_loss(loss: str, rule: str) -> None:
    found = derive(
        derivation.loads(
            spec(
                f"L = {loss}", "w1 = 2\nw2 = 1", update=f'[update]\nrule = "{rule}"\nrate = 0.25\nsteps = 5\nworked = 1'
            )
        )
    )
    for form in ("tex", "html", "ipynb"):
        assert FORMATS[form](found, "typeset", STANDARD)


# The numbers themselves, held against mpmath

ONES: dict[str, Callable[[Any], Any]] = {
    "tanh({})": mpmath.tanh,
    "sigmoid({})": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus({})": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "log_sigmoid({})": lambda x: -mpmath.log1p(mpmath.exp(-x)),
    "exp(-({})^2)": lambda x: mpmath.exp(-(x**2)),
    "log(({})^2 + 1)": lambda x: mpmath.log(x**2 + 1),
    "sqrt(({})^2 + 0.5)": lambda x: mpmath.sqrt(x**2 + mpmath.mpf("0.5")),
    "silu({})": lambda x: x / (1 + mpmath.exp(-x)),
    "sin({})": mpmath.sin,
    "arctan({})": mpmath.atan,
    "sinh({})": mpmath.sinh,
    "erf({})": mpmath.erf,
    "log2(({})^2 + 1)": lambda x: mpmath.log(x**2 + 1) / mpmath.log(2),
    "({})^3": lambda x: x**3,
}
TWOS: dict[str, Callable[[Any, Any], Any]] = {
    "({} * {})": lambda x, y: x * y,
    "({} - {})": lambda x, y: x - y,
    "({} / (1 + ({})^2))": lambda x, y: x / (1 + y**2),
}
HOSTILE = (
    "0",
    "-1",
    "0.1",
    "1e300",
    "-1e300",
    "1e-300",
    "1e30",
    "-1e-30",
    "1e6",
    "-1000",
    "17",
    "-40",
    "0.333333333333333333333333333333",
)


def random_network(chooser: random.Random) -> tuple[str, Callable[..., Any]]:
    rows, functions = [], []
    for count in range(chooser.randint(2, 4)):
        sources = [chooser.choice(["w", "v", *(f"q{k}" for k in range(count))]) for _ in range(2)]
        text, function = chooser.choice([*ONES.items(), *TWOS.items()])
        sources = sources[: text.count("{}")]
        rows.append(f"q{count} = {text.format(*sources)}")
        functions.append((f"q{count}", function, sources))
    rows[-1] = "L" + rows[-1][rows[-1].index(" ") :]

    def whole(w: Any, v: Any) -> Any:
        found = {"w": w, "v": v}
        for key, function, sources in functions:
            found[key] = function(*(found[source] for source in sources))
        return found[functions[-1][0]]

    return "\n".join(rows), whole


def same(entry: Any, true: Any) -> bool:
    """Whether our 30 digits are the true number's, or both are as good as 0."""
    ours = Fraction(json_text(entry)) if "e" not in json_text(entry) else None
    near = mpmath.mpf(ours.numerator) / ours.denominator if ours is not None else mpmath.mpf(json_text(entry))
    return bool(abs(near - true) <= abs(true) * mpmath.mpf("1e-28") + mpmath.mpf("1e-110"))


@pytest.fixture
def chooser() -> random.Random:
    """Other choices each time; SEED=... in the environment makes the printed ones again."""
    seed = os.environ.get("SEED") or str(random.randrange(10**6))
    print(f"SEED={seed}")
    return random.Random(seed)


@pytest.mark.slices(1)
@pytest.mark.slow
@pytest.mark.parametrize("quarter", range(4))
def test_hostile_numbers_have_the_values_that_mpmath_gives(chooser: random.Random, quarter: int) -> None:
    """25 networks in each of four quarters, others each time."""
    refused = judged = 0
    for _ in range(25):
        equations, function = random_network(chooser)
        w, v = chooser.choice(HOSTILE), chooser.choice(HOSTILE)
        try:
            found = numbers(derivation.loads(spec(equations, f"w = {w}\nv = {v}")))
        except (Undefined, Uncertain, TooLarge) as problem:
            refused += 1
            assert re.search("beyond 10|cannot be told|too large", str(problem)), (equations, w, v, problem)
            continue
        with mpmath.workdps(3000):
            x, y = mpmath.mpf(w), mpmath.mpf(v)
            assert same(found.values["L"].entries[0], function(x, y)), (equations, w, v)
            quotients = {"w": lambda h: (function(x + h, y) - function(x - h, y)) / (2 * h)}  # noqa: B023
            quotients |= {"v": lambda h: (function(x, y + h) - function(x, y - h)) / (2 * h)}  # noqa: B023
            for key, quotient in quotients.items():
                slope, finer = (quotient(mpmath.mpf(10) ** -places) for places in (600, 900))
                if key in found.gradients and abs(slope - finer) <= abs(finer) * mpmath.mpf(
                    "1e-40"
                ):  # else the step is no small one
                    judged += 1
                    assert same(found.gradients[key].entries[0], finer), (equations, w, v, key)
    assert judged > 10
    assert refused < 10


SATURATED: dict[str, tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "L = softplus(w)": ("-1000", lambda w: mpmath.log1p(mpmath.exp(w)), lambda w: 1 / (1 + mpmath.exp(-w))),
    "L = tanh(w)^2 / 2": ("-1000", lambda w: mpmath.tanh(w) ** 2 / 2, lambda w: mpmath.tanh(w) * mpmath.sech(w) ** 2),
    "L = 1 - sigmoid(w)": ("900", lambda w: 1 / (1 + mpmath.exp(w)), lambda w: -(mpmath.sech(w / 2) ** 2) / 4),
}


@pytest.mark.parametrize("equation", SATURATED)
def test_what_is_saturated_is_small_and_not_0(equation: str) -> None:
    given, value, slope = SATURATED[equation]
    found = numbers(derivation.loads(spec(equation, f"w = {given}")))
    with mpmath.workdps(1000):
        for entries, true in ((found.values["L"].entries, value), (found.gradients["w"].entries, slope)):
            assert abs(mpmath.mpf(json_text(entries[0])) / true(mpmath.mpf(given)) - 1) < mpmath.mpf("1e-28")


def test_digits_of_a_large_product_that_the_first_precision_leaves_open() -> None:
    """The signal of a label that is all but certain, p - 1 = -e^-90, loses 130 of 192 bits: with more, all digits are
    right, in every entry of the gradient that it is a factor of."""
    size = 10
    x = [(k + 1) / 8 for k in range(size)]
    weights = [[0] * (size - 1) + [72 * (size - i)] for i in range(size)]
    data = f"x = {x}\ny = {[int(i == 0) for i in range(size)]}"
    network = derivation.loads(spec("p = softmax(W @ x)\nL = cross_entropy(p, y)", f"W = {weights}", data))
    with working_precision(192), pytest.raises(Uncertain):
        for array in calculated(Workbook(network)).known.values():
            ascertain(array)
    found = numbers(network).gradients["W"]
    assert found.shape == (size, size) and size * size > LARGE
    with mpmath.workdps(100):
        powers = [mpmath.exp(row[-1] * mpmath.mpf(x[-1])) for row in weights]
        signal = [power / sum(powers) for power in powers]
        signal[0] = -sum(signal[1:])
        assert mpmath.mpf("1e-40") < abs(signal[0]) < mpmath.mpf("1e-38")
        for entry, (by_row, by_column) in zip(found.entries, itertools.product(signal, x), strict=True):
            assert abs(mpmath.mpf(json_text(entry)) / (by_row * by_column) - 1) < mpmath.mpf("1e-29")


def test_a_small_number_at_a_tie_between_two_roundings_is_not_0() -> None:
    """1/2 times 1.0000001 - 1e-30, times something small: its digits end with a 5 behind the thirtieth."""
    with working_precision(4096):
        near = (arb(fmpq(10000001, 10**7)) - arb(fmpq(1, 10**30))) / 2 * arb("1e-600") * arb(2).sqrt() / arb(2).sqrt()
        assert json_text(near) == "5.00000050000000000000000000000e-601"


def test_an_irrational_that_is_0_is_0() -> None:
    found = numbers(derivation.loads(spec("L = (tanh(w * v) - tanh(v * w))^2", "w = 0.3\nv = 0.7")))
    assert [json_text(entry) for entry in (found.values["L"].entries[0], found.gradients["w"].entries[0])] == ["0", "0"]


NUMERAL = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])")
EXAMPLES = (
    "linear-regression",
    "logistic-regression",
    "softmax-regression",
    "xor",
    "adam",
    "momentum",
    "weight-decay",
    "skip-gram",
    "cnn",
    "paper-arithmetic",
)


def test_a_derivative_that_a_short_way_goes_past_is_left_out_where_it_is_too_large() -> None:
    """dL/dp = -1/p with p = sigmoid(-1e300): prediction minus target, -1, does not need it."""
    lesson = (ROOT / "examples" / "logistic-regression.toml").read_text().replace("-0.25", "-1e300")
    found = derive(derivation.loads(lesson))
    assert "p" not in found.gradients and json_text(found.gradients["z"].entries[0]) in ("-1", "-1." + 29 * "0")
    for form in PAGES:
        assert FORMATS[form](found, "typeset", STANDARD)


@pytest.mark.slow
def test_the_examples_with_hostile_numbers(chooser: random.Random) -> None:
    """Each is written in every format, or refused with a sentence."""
    for example in chooser.sample(EXAMPLES, 6):
        head, mark, rest = (ROOT / "examples" / f"{example}.toml").read_text().partition("[parameters]")
        spots = list(NUMERAL.finditer(rest))
        for spot in sorted(
            chooser.sample(spots, chooser.choice([1, 3, len(spots)])), key=lambda spot: spot.start(), reverse=True
        ):
            rest = rest[: spot.start()] + chooser.choice(HOSTILE) + rest[spot.end() :]
        try:
            found = derive(derivation.loads(head + mark + rest))
        except (derivation.SpecError, Undefined, Uncertain, TooLarge) as problem:
            assert str(problem), (example, rest)
            continue
        for form in PAGES:
            assert FORMATS[form](found, "typeset", STANDARD), (example, form, rest)
