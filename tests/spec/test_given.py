"""Expressions of numbers as given values: exact where they are fractions, certified elsewhere, and shown as written."""

from __future__ import annotations

import json
from fractions import Fraction

import mpmath
import pytest
from flint import arb, fmpq

from derivation import SpecError, derive, loads, prove
from derivation.deriving.on_request.views import views
from derivation.formulas.terms import name, updated
from derivation.pages.formats.json_form import json_form
from derivation.pages.formats.markdown import markdown

HEAD = """
[model]
loss = "L"
equations = \"\"\"
z = W @ x + b
p = sigmoid(z)
L = sum((p - y)^2)/2
\"\"\"
"""
GIVEN = """
[parameters]
W = [["1/3", 2], ["sqrt(2)/2", "-1/3"]]
b = ["2*pi", "exp(1)"]
[data]
x = ["1/2", 1]
y = ["1/7", 0]
[update]
rate = "1/10"
rule = "sgd"
"""
SPEC = HEAD + GIVEN


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/3", fmpq(1, 3)),
        ("-1/3", fmpq(-1, 3)),
        ("2/3 - 1/6", fmpq(1, 2)),
        ("0.1*3", fmpq(3, 10)),
        ("(1 + 1/2)^2", fmpq(9, 4)),
        ("sqrt(9/4)", fmpq(3, 2)),
        ("1e-3", fmpq(1, 1000)),
        ("5", fmpq(5)),
        ("max(1/3, 1/4)", fmpq(1, 3)),
    ],
)
def test_a_fraction_stays_exact(text: str, value: fmpq) -> None:
    given = loads(f'[model]\nequations = "f = 2*x"\n[data]\nx = "{text}"').data["x"]
    assert (given.shape, given.entries) == ((), (value,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sqrt(2)/2", lambda: mpmath.sqrt(2) / 2),
        ("2*pi", lambda: 2 * mpmath.pi),
        ("exp(1)", mpmath.e),
        ("e", mpmath.e),
        ("-log(3)", lambda: -mpmath.log(3)),
        ("1/sqrt(2*pi)", lambda: 1 / mpmath.sqrt(2 * mpmath.pi)),
        ("tanh(1/2)^3", lambda: mpmath.tanh(0.5) ** 3),
        ("2^0.5", lambda: mpmath.sqrt(2)),
    ],
)
def test_the_rest_is_certified_to_a_thousand_digits(text: str, expected) -> None:
    given = loads(f'[model]\nequations = "f = 2*x"\n[data]\nx = ["{text}"]').data["x"].entries[0]
    with mpmath.workdps(1100):
        true = mpmath.mpf(expected())
        digits = mpmath.nstr(true, 1000)
    assert isinstance(given, arb)
    assert given.rel_accuracy_bits() > 4000
    assert abs(given.mid().fmpq() - fmpq(*Fraction(digits).as_integer_ratio())) < fmpq(1, 10**990)


@pytest.mark.parametrize(
    ("value", "column", "message"),
    [
        ('"abc"', 6, "it may name pi and e only, not 'abc'"),
        ('"1/"', 8, "found the end of the line"),
        ('"x + 1"', 6, "it may name pi and e only, not 'x'"),
        ('[1, "2/"]', 12, "found the end of the line"),
        ('[[1, 2], [3, "1 $ 2"]]', 21, "'$' does not belong"),
        ('"1/0"', 5, "has no value: division by zero"),
        ('[2, "log(-1)"]', 9, "has no value"),
        ('"exp(exp(1000))"', 5, "has no value"),
        ('""', 6, "stands where a number belongs"),
        ('"[1, 2]"', 6, "stands where a number belongs"),
        ('"' + "1+" * 150 + '1"', 6, "more than 200 characters"),
        ('"__import__(1)"', 6, "no function called '__import__'"),
    ],
)
def test_what_is_no_number_is_told_at_its_place(value: str, column: int, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        loads(f'[model]\nequations = "f = 2*x"\n[data]\nx = {value}')
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (4, column)
    assert message in problem.message


def test_a_rate_that_is_no_number_is_told_at_its_place() -> None:
    with pytest.raises(SpecError) as caught:
        loads(SPEC.replace('"1/10"', '"1/(10"'))
    (problem,) = caught.value.problems
    assert SPEC.splitlines()[problem.line - 1] == 'rate = "1/10"'
    assert problem.column == 8 + 6


def worked() -> tuple[mpmath.matrix, mpmath.matrix]:
    """The parameters after one step, by hand."""
    m = mpmath.matrix
    third = mpmath.mpf(1) / 3
    weights, bias = m([[third, 2], [mpmath.sqrt(2) / 2, -third]]), m([2 * mpmath.pi, mpmath.e])
    x, y = m([0.5, 1]), m([mpmath.mpf(1) / 7, 0])
    z = weights * x + bias
    p = z.apply(lambda u: 1 / (1 + mpmath.exp(-u)))
    signal = m([(p[k] - y[k]) * p[k] * (1 - p[k]) for k in range(2)])
    return weights - signal * x.T / 10, bias - signal / 10


def test_a_network_of_expressions_is_worked_proved_and_written() -> None:
    derivation = prove(derive(loads(SPEC)))
    proofs = {line.proof for phase in derivation.phases for step in phase.steps for line in step.lines[1:]}
    assert proofs == {"proved", "certified"}
    updated = json.loads(json_form(derivation))["training_steps"][0]["updated"]
    with mpmath.workdps(40):
        weights, bias = worked()
        entries = [entry for key in "Wb" for row in updated[key] for entry in row]
        for found, true in zip(entries, [*weights, *bias], strict=True):
            assert found == mpmath.nstr(true, 30, strip_zeros=False)


def test_the_page_shows_what_was_written_and_its_decimals() -> None:
    text = markdown(prove(derive(loads(SPEC))))
    assert r"\frac{1}{3} \enspace\enspace & 2" in text
    assert r"\frac{\sqrt{2}}{2} \enspace\enspace & -\frac{1}{3}" in text
    assert "&\\approx \\begin{pmatrix} 0.333333 & 2 \\\\\n0.707107 & -0.333333" in text
    assert "b &= \\begin{pmatrix} 2 \\pi \\\\\n\\mathrm{e}^{1} \\end{pmatrix}" in text
    assert r"\alpha &= \frac{1}{10}" in text


def test_carried_rounding_begins_with_what_is_given_as_an_expression() -> None:
    derivation = derive(loads('rounding = "carry"\ndigits = 3\n' + SPEC))
    first = derivation.training_steps[0]
    assert first.values["W"].entries == (fmpq(333, 1000), fmpq(2), fmpq(707, 1000), fmpq(-333, 1000))
    assert first.values["b"].entries == (fmpq(628, 100), fmpq(272, 100))
    # the drift is held against the unrounded expressions
    with mpmath.workdps(40):
        weights, _ = worked()
        exact = first.drift[updated(name("W"))].exact.entries[0]
        assert abs(exact.mid().fmpq() - fmpq(*Fraction(mpmath.nstr(weights[0, 0], 30)).as_integer_ratio())) < fmpq(
            1, 10**28
        )


def test_every_view_takes_expressions() -> None:
    wished = views({"sensitivity": True, "gradient_check": True, "hessian": True}, ("z",))
    derivation = prove(derive(loads(SPEC), wished))
    assert {"sensitivity", "gradient_check", "hessian", "jacobian"} <= {phase.key for phase in derivation.phases}
    assert all(
        line.proof in ("proved", "certified") for p in derivation.phases for s in p.steps for line in s.lines[1:]
    )


LARGE = """
[model]
loss = "L"
equations = "P = softmax(X @ W, axis=1)\\nL = cross_entropy(P, Y)/10"
[parameters]
W = [{rows}]
[data]
X = [{data}]
Y = [{labels}]
"""


@pytest.mark.slow
def test_large_arrays_of_expressions_are_proved_at_small_shapes() -> None:
    rows = ", ".join(f'["{k + 1}/7", "sqrt({k + 2})/3", "-1/{k + 3}"]' for k in range(9))
    data = ", ".join("[" + ", ".join(f'"{(3 * i + j) % 5}/3"' for j in range(9)) + "]" for i in range(10))
    labels = ", ".join('["1/3", "2/3", 0]' for _ in range(10))
    derivation = prove(derive(loads(LARGE.format(rows=rows, data=data, labels=labels))))
    assert all(
        line.proof in ("proved", "certified") for p in derivation.phases for s in p.steps for line in s.lines[1:]
    )
    assert any(line.basis == "small_shapes" for p in derivation.phases for s in p.steps for line in s.lines)
