"""The [variants] table: what may be written, and what bad input gets."""

from __future__ import annotations

import pytest
from flint import fmpq
from pages.test_axes import SPEC
from places import ROOT

from derivation import SpecError, loads
from derivation.exercises.exercise.exercise import exercise_of
from derivation.exercises.plan.domains import domain, domains, standard
from derivation.exercises.plan.table import plan_of
from derivation.spec.reader import opened_text

HEAD = (ROOT / "examples" / "two-two-one.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("one decimal", [k / 10 for k in range(-9, 10) if k]),
        ("two decimals", [k / 100 for k in range(-99, 100) if k]),
        ("one decimal, -0.2..0.2", [-0.2, -0.1, 0, 0.1, 0.2]),
        ("one decimal -0.2..0.2, not 0", [-0.2, -0.1, 0.1, 0.2]),
        ("integers", [k for k in range(-9, 10) if k]),
        ("integers -3..3", range(-3, 4)),
        ("-1..1 step 0.25", [k / 4 for k in range(-4, 5)]),
        ("0..1 step 0.3", [0, 0.3, 0.6, 0.9]),
        ("0.1 | 0.2 | 0.5", [0.1, 0.2, 0.5]),
        ({"from": -1, "to": 1, "step": 1}, [-1, 0, 1]),
        (7, [7]),
    ],
)
def test_what_an_entry_may_be(given: object, expected: list[float]) -> None:
    assert [float(value) for value in domain(given)] == pytest.approx(list(expected))
    assert all(isinstance(value, fmpq) for value in domain(given))


def test_lists_of_the_shape() -> None:
    assert domains([["0 | 1", 2], [3, "integers 4..5"]], (2, 2)) == {0: (0, 1), 1: (2,), 2: (3,), 3: (4, 5)}
    assert domains("0 | 1", ()) == {0: (0, 1)}
    assert domains([["0 | 1", 2]], (1, 2)) == {0: (0, 1), 1: (2,)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('vary = { W3 = "one decimal" }', "nothing that is given is called 'W3'; did you mean 'W2'?"),
        ('vary = { W1 = "some" }', "'some' says no numbers; write \"one decimal\""),
        ('vary = { W1 = "-1..1" }', "needs a step, as in \"-1..1 step 0.1\""),
        ('vary = { W1 = "integers 3..-3" }', "the range is empty"),
        ('vary = { W1 = "0.1 | a" }', "expected numbers between the bars"),
        ('vary = { W1 = [1, 2] }', "does not have the quantity's shape, which is 2 x 2"),
        ('vary = { y = [[1, 2]] }', "which is a scalar"),
        ('vary = { W1 = "0..1 step 0.00001" }', "this range has 100,001 numbers; the limit is 10,000"),
        ('vary = { W1 = "0..1 step 0" }', "the step must be greater than 0"),
        ("vary = { W1 = { from = 1 } }", "{ from = -1, to = 1, step = 0.5 }"),
        ("digits = 0", "a number of at least 1"),
        ("digits = 3\nplaces = 2", "either 'digits'"),
        ('rounding = "up"', "there is no rounding 'up'"),
        ('ask = ["dL/dW3"]', "the walkthrough works no 'dL/dW3'; did you mean"),
        ("ask = []", "nothing is asked"),
        ('level = "bear"', "there is no level 'bear'; did you mean 'bare'?"),
        ('level = "bare"\nask = ["L"]', "either 'ask' or 'level'"),
        ("points = { LL = 1 }", "works no 'LL'"),
        ("decimals = -1", "a whole number from 0 to 12"),
        ("decimal = 1", "there is no wish 'decimal'; did you mean 'decimals'?"),
        ('relu = { z1 = "on" }', "'z1' is no ReLU or its kin"),
        ('relu = { h = "on off on" }', "'h' has 2 units"),
        ('relu = { h = "mixed on" }', "'h' has 2 units"),
        ("falls = 1", "expected true or false, found 1"),
        ("moderate = 0", "a number greater than 0"),
        ('branches = "all"', 'expected "same"'),
        ('[[variants.strata]]\nname = "a"\ncount = 0', "a number of at least 1"),
        ('[[variants.strata]]\nname = "a"\ncount = 1\n[[variants.strata]]\nname = "b"\ncount = 1\nfals = '
         'true', "did you mean 'falls'?"),
    ],
)  # fmt: skip
def test_bad_tables(text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        loads(f"{HEAD}\n[variants]\n{text}\n")
    assert message in str(caught.value)
    line = caught.value.problems[0].line
    assert line > HEAD.count("\n") + 2, caught.value


def test_strata_problems_stand_at_their_own_lines() -> None:
    text = (
        f'{HEAD}\n[variants]\n[[variants.strata]]\nname = "a"\ncount = 1\nfals = '
        f'true\n[[variants.strata]]\nname = "b"\ncount = 1\nfals = true\n'
    )
    with pytest.raises(SpecError) as caught:
        loads(text)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("fals")]
    assert [problem.line for problem in caught.value.problems] == lines


@pytest.mark.parametrize(
    ("level", "asked"),
    [
        ("bare", ["L", "W2_new[1]", "W2_new[2]", "b2_new", "W1_new[1,1]"]),
        ("half-guided", ["yhat", "L", "dL/dW2[1]", "dL/dW2[2]", "dL/db2", "dL/dW1[1,1]"]),
        ("guided", ["z1[1]", "z1[2]", "h[1]", "h[2]", "yhat"]),
    ],
)
def test_levels(level: str, asked: list[str]) -> None:
    exercise = exercise_of(f'{HEAD}\n[variants]\nlevel = "{level}"', "")
    assert [blank.key for blank in exercise.blanks][: len(asked)] == asked


@pytest.mark.slow
def test_carry_is_one_contract() -> None:
    exercise = exercise_of(f'{HEAD}\n[variants]\nrounding = "carry"\nplaces = 2', "")
    assert exercise.network.carry is not None
    assert (exercise.network.carry.places, exercise.contract.places, exercise.contract.carries) == (2, 2, True)
    carried = exercise_of(f'rounding = "carry"\ndigits = 3\n{HEAD}', "")
    assert (carried.contract.digits, carried.contract.carries) == (3, True)
    full = exercise_of(f'rounding = "carry"\ndigits = 3\n{HEAD}\n[variants]\nrounding = "full"', "")
    assert full.network.carry is None


def test_without_a_table_parameters_have_one_decimal_and_whole_data_stay_whole() -> None:
    exercise = exercise_of(HEAD, "")
    found = {(quantity.args[0], offset): domain for (quantity, offset), domain in exercise.plan.domains.items()}
    assert found["W1", 0] == tuple(fmpq(k, 10) for k in range(-9, 10) if k)
    assert found["x", 1] == tuple(fmpq(k) for k in range(-3, 4) if k)
    assert ("update.rate", 0) not in found
    labelled = exercise_of((ROOT / "examples" / "softmax-regression.toml").read_text("utf-8"), "")
    assert "Y" not in {quantity.args[0] for quantity, _ in labelled.plan.domains}
    assert opened_text(HEAD).variants is None


def test_whole_data_of_any_size_have_a_standard() -> None:
    """A price of 250,000 varies in round steps; that it takes too many numbers to count by ones is nobody's fault."""
    for size in (4, 4_999, 250_000, 10**30):
        found = standard(fmpq(size), True)
        assert max(found) <= size and max(found) * 1000 > size * 999 and min(found) == -max(found) and 0 not in found
        assert all(entry.q == 1 for entry in found) and len(found) <= 10_000
    text = HEAD.replace("x = [1, 2]", "x = [250000, 2]")
    assert text != HEAD and exercise_of(text, ".").slots


INDEXED = (
    '[model]\nloss = "L"\nequations = "p = softmax(W @ x)\\nL = -log(p[y]) + sum(x * np.array([1, 2]))"\n'
    "[parameters]\nW = [[1, 0.5], [0.5, -1]]\n[data]\nx = [1, 2]\ny = 1\n"
)


def test_what_belongs_to_the_equations_does_not_vary() -> None:
    exercise = exercise_of(INDEXED + "[variants]\ndigits = 3", "")
    assert {slot.args[0] for slot, _ in exercise.plan.domains} == {"W", "x"}
    for key in ("y", "c"):
        with pytest.raises(SpecError, match=f"'{key}' is a place in an index, or an array that stands in an equation"):
            exercise_of(INDEXED + f'[variants]\nvary = {{ {key} = "0 | 1" }}', "")


CHANNELS = f"""{SPEC}[update]
rate = 0.1
[variants]
"""
KERNELS = ["K_1_1", "K_1_2", "K_2_1", "K_2_2"]


def test_a_wish_of_an_array_of_more_axes_is_one_of_each_matrix() -> None:
    wishes = 'ask = ["Z", "dL/dK", "K_new", "L"]\npoints = { Z = 2, "dL/dK" = 3 }\nrelu = { A = "on" }\ndecimals = { Z = 1 }\n'
    plan = plan_of(
        opened_text(
            CHANNELS
            + wishes
            + '[variants.vary]\nK = "integers 1..2"\nX = [[["0 | 1", 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 1, 1], [2, 2, 2], [3, 3, "3 | 4"]]]'
        )
    )
    assert {(term.args[0], offset): len(values) for (term, offset), values in plan.domains.items() if len(values) > 1} == {
        **{(key, offset): 2 for key in KERNELS for offset in range(4)}, ("X_1", 0): 2, ("X_2", 8): 2,
    }  # fmt: skip
    assert plan.asked == ("Z_1", "Z_2", *(f"dL/d{key}" for key in KERNELS), *(f"{key}_new" for key in KERNELS), "L")
    assert plan.points == {"Z_1": 2, "Z_2": 2, **{f"dL/d{key}": 3 for key in KERNELS}}
    assert [key for key, _ in plan.wishes["relu"]] == ["A_1", "A_2"]
    assert plan.wishes["decimals"] == (("Z_1", 1), ("Z_2", 1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[variants.vary]\nX = [[1, 2], [3, 4]]', "does not have the quantity's shape, which is 2 x 3 x 3"),
        ("[variants.vary]\nX = [1, 2]", "does not have the quantity's shape, which is 2 x 3 x 3"),
        ('[variants.vary]\nZ = "integers 1..2"', "nothing that is given is called 'Z'"),
        ('[variants.vary]\nK = "integers 2..1"', "the range is empty"),
        ('ask = ["dL/dQ"]', "the walkthrough works no 'dL/dQ'"),
    ],
)  # fmt: skip
def test_a_wrong_wish_of_an_array_of_more_axes_is_told_once(text: str, message: str) -> None:
    with pytest.raises(SpecError) as told:
        plan_of(opened_text(CHANNELS + text))
    assert str(told.value).count(message) == 1 and len(told.value.problems) == 1
