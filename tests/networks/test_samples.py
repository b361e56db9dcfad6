"""Other data at each training step, against the same steps by fractions."""

from __future__ import annotations

import contextlib
import io
import json
from fractions import Fraction

import pytest
from flint import fmpq

from derivation import SpecError, derive, loads, prove
from derivation.deriving.on_request.views import views
from derivation.exercises.exercise.exercise import exercise_of
from derivation.pages.figures import charts
from derivation.pages.formats.json_form import json_form
from derivation.pages.formats.markdown import markdown
from derivation.pages.formats.notebook import notebook
from derivation.pages.formats.page import page

SPEC = """
[model]
loss = "L"
equations = \"\"\"
z = dot(w, x) + b
L = (z - y)^2/2
\"\"\"
[parameters]
w = [1, -1]
b = 0.5
[data]
x = { steps = [[1, 2], [0, 1], ["1/3", -1]] }
y = { steps = [1, 0, 2] }
[update]
rate = 0.1
"""
SAMPLES = [
    ((Fraction(1), Fraction(2)), Fraction(1)),
    ((Fraction(0), Fraction(1)), Fraction(0)),
    ((Fraction(1, 3), Fraction(-1)), Fraction(2)),
]


def by_hand(momentum: Fraction = Fraction(0)) -> list[tuple[list[Fraction], Fraction, Fraction]]:
    """(w, b, loss before the step) at the beginning of each step and after the last, on its sample."""
    w, b = [Fraction(1), Fraction(-1)], Fraction(1, 2)
    velocity = [Fraction(0)] * 3
    found = []
    for x, y in [*SAMPLES, SAMPLES[-1]]:
        error = w[0] * x[0] + w[1] * x[1] + b - y
        found.append((list(w), b, error**2 / 2))
        velocity = [momentum * v + g for v, g in zip(velocity, [error * x[0], error * x[1], error], strict=True)]
        w, b = [w[0] - velocity[0] / 10, w[1] - velocity[1] / 10], b - velocity[2] / 10
    return found


def exact(x: fmpq) -> Fraction:
    return Fraction(int(x.p), int(x.q))


@pytest.mark.parametrize("momentum", [Fraction(0), Fraction(1, 2)])
def test_each_step_works_with_its_own_data(momentum: Fraction) -> None:
    text = SPEC if not momentum else SPEC + 'rule = "momentum"\nmomentum = "1/2"\n'
    derivation = prove(derive(loads(text)))
    expected = by_hand(momentum)
    assert [exact(loss) for loss in derivation.losses] == [loss for *_, loss in expected]
    for step, (x, y), (w, b, _) in zip(derivation.training_steps, SAMPLES, expected[:-1], strict=True):
        assert tuple(map(exact, step.values["x"].entries)) == x
        assert exact(step.values["y"].entries[0]) == y
        assert list(map(exact, step.values["w"].entries)) == w
        assert exact(step.values["b"].entries[0]) == b
    assert all(
        line.proof in ("proved", "certified") for p in derivation.phases for s in p.steps for line in s.lines[1:]
    )


def test_the_page_says_which_sample_a_step_takes() -> None:
    text = markdown(prove(derive(loads(SPEC))))
    titles = [line.strip("*") for line in text.splitlines() if "sample " in line and line.startswith("**")]
    assert titles == [f"Data of training step {k}: sample {k} of 3" for k in (1, 2, 3)]
    third = text[text.index("sample 3 of 3") :]
    assert r"x &= \begin{pmatrix} \frac{1}{3}" in third[:200]
    assert "the loss in row k is that of sample k + 1 before its step" in text


def test_json_has_the_data_of_each_step() -> None:
    form = json.loads(json_form(derive(loads(SPEC))))
    assert [step["values"]["y"] for step in form["training_steps"]] == ["1", "0", "2"]
    assert [step["values"]["x"] for step in form["training_steps"]][2] == [["1/3"], ["-1"]]
    assert form["after_training"]["values"]["y"] == "2"


def test_the_notebook_works_the_same_steps() -> None:
    cells = json.loads(notebook(prove(derive(loads(SPEC)))))["cells"]
    known: dict[str, object] = {}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        for cell in cells:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), known)
    assert "agree" in said.getvalue()
    assert known["losses"] == pytest.approx([float(loss) for *_, loss in by_hand()])


def test_the_html_page_and_the_charts_take_them() -> None:
    derivation = prove(derive(loads(SPEC)))
    assert "sample 2 of 3" in page(derivation)
    assert "training" in charts(derivation)
    two = derive(
        loads(
            SPEC.replace("dot(w, x) + b", "w * x + b")
            .replace("w = [1, -1]", "w = 1")
            .replace('[[1, 2], [0, 1], ["1/3", -1]]', "[1, 2, 3]")
        )
    )
    assert "surface" not in charts(two)  # each step has a surface of its own


def test_rounding_is_carried_and_its_drift_reckoned_with_the_data_of_the_step() -> None:
    derivation = derive(loads('rounding = "carry"\ndigits = 3\n' + SPEC))
    third = derivation.training_steps[2]
    assert third.values["x"].entries == (fmpq(333, 1000), fmpq(-1))
    *_, loss = by_hand()[2]
    drift = next(drift for term, drift in third.drift.items() if term.args == ("L",))
    assert exact(drift.exact.entries[0]) == loss


def test_views_are_of_the_first_step() -> None:
    wished = views({"gradient_check": True, "hessian": True, "sensitivity": True})
    derivation = prove(derive(loads(SPEC), wished))
    assert all(
        line.proof in ("proved", "certified") for p in derivation.phases for s in p.steps for line in s.lines[1:]
    )


@pytest.mark.slow
def test_a_batch_changes_as_a_sample_does() -> None:
    spec = SPEC.replace("dot(w, x) + b", "X @ w + b").replace("(z - y)^2/2", "sum((z - y)^2)/2")
    spec = spec.replace(
        'x = { steps = [[1, 2], [0, 1], ["1/3", -1]] }', "X = { steps = [[[1, 2], [0, 1]], [[3, 4], [1, 0]]] }"
    )
    derivation = derive(loads(spec.replace("[1, 0, 2]", "[[1, 0], [2, 1]]")))
    # step 1: z = (-0.5, -0.5), errors (-1.5, -0.5), dL/dw = X^T e = (-1.5, -3.5), dL/db = -2
    assert derivation.training_steps[1].values["w"].entries == (fmpq(115, 100), fmpq(-65, 100))
    assert derivation.training_steps[1].values["X"].entries == (3, 4, 1, 0)


def test_an_exercise_asks_for_the_first_step() -> None:
    exercise = exercise_of(SPEC, ".")
    assert exercise.network.samples == ()
    assert exercise.network.data["y"].entries == (1,)


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        (
            "rate = 0.1",
            "rate = 0.1\nsteps = 5",
            (13, 5),
            "'y' has data for 3 training steps, and 'steps' under [update] is 5",
        ),
        ("[1, 0, 2]", "[1, 0]", (13, 5), "'y' has data for 2 training steps, and 'x' for 3; all need equally many"),
        (
            "[0, 1]",
            "[0, 1, 2]",
            (12, 15),
            "the data of training step 2 are a vector of 3, and those of the first are a vector of 2",
        ),
        ('"1/3"', '"1/q"', (12, 36), "it may name pi and e only, not 'q'"),
        ("[update]\nrate = 0.1", "", (12, 5), "'x' has data for each training step, and there is no [update]"),
        ("b = 0.5", "b = { steps = [1, 2, 3] }", (10, 5), "'b' is a parameter"),
        ("steps = [1, 0, 2]", "steps = 3", (13, 5), "'steps' holds a list with the data of each training step"),
        ("steps = [1, 0, 2]", "steps = [1, 0, 2], rows = 3", (13, 5), "'rows' stands beside 'steps'"),
        ("steps = [1, 0, 2]", "step = [1, 0, 2]", (13, 5), "did you mean 'steps'?"),
    ],
)
def test_what_does_not_fit_is_told(old: str, new: str, place: tuple[int, int], message: str) -> None:
    assert old in SPEC
    with pytest.raises(SpecError) as caught:
        loads(SPEC.replace(old, new))
    found = [((problem.line, problem.column), problem.message) for problem in caught.value.problems]
    assert any(at == place and message in told for at, told in found), found
