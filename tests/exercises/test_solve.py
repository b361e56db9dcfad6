"""Numbers that meet wishes: against brute force on small lattices, and with the arithmetic redone in fractions."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from itertools import islice, product
from pathlib import Path

import pytest
from by_fractions import ORDER, forward, named, places, updated, worked
from places import ROOT

from derivation import SpecError, load
from derivation.exercises.exercise.exercise import Exercise, exercise_of, load_exercise
from derivation.exercises.exercise.identity import WrongId
from derivation.exercises.search import solve
from derivation.exercises.search.discrimination import Target
from derivation.exercises.search.finding import Finder
from derivation.exercises.search.sampler import StratumSampler
from derivation.exercises.search.solve import Unmeetable, chance, draw, never_apart, never_shown, rebuild, untold
from derivation.exercises.search.workload import table
from derivation.formulas.decimals import Carry

EXAMPLE = ROOT / "examples" / "variants" / "two-two-one.toml"
TEXT = EXAMPLE.read_text("utf-8")
HEAD = TEXT.partition("[variants]")[0]
VARY = TEXT[TEXT.index("[variants.vary]") :]


def article(wishes: str, vary: str = VARY) -> Exercise:
    """The article's network with other wishes."""
    return exercise_of(f"{HEAD}[variants]\n{wishes}\n{vary}", "")


def numbers(exercise: Exercise, inputs: tuple[object, ...]) -> dict[str, Fraction]:
    """All of the network's numbers, those that do not vary as the spec gives them."""
    given = {**load(EXAMPLE).parameters, **load(EXAMPLE).data}
    found = {"rate": Fraction(1, 10)}
    for key, array in given.items():
        for place in array.places:
            found[key + (f"[{','.join(str(k + 1) for k in place)}]" if place else "")] = Fraction(
                str(array[place or (0,)])
            )
    for (quantity, offset), value in zip(exercise.slots, inputs, strict=True):
        key = quantity.args[0].removeprefix("update.")
        place = list(given[key].places)[offset] if key in given else ()
        found[key + (f"[{','.join(str(k + 1) for k in place)}]" if place else "")] = Fraction(str(value))
    return found


@pytest.fixture(scope="module")
def example() -> Exercise:
    return load_exercise(EXAMPLE)


@pytest.mark.slow
def test_a_thousand_variants_have_one_decimal_in_every_answer(example: Exercise) -> None:
    variants = list(draw(example, 3, 1000))
    for variant in variants:
        n = named(variant.inputs)
        found = worked(n)
        for blank, answer in zip(example.blanks, variant.answers, strict=True):
            assert Fraction(str(answer)) == found[blank.key]
            assert places(found[blank.key]) <= 1
        z = forward(n)[0]
        assert z[0] > 0 > z[1]
        off = {key for key in found if key.startswith(("h[2]", "dL/dz1[2", "dL/dW1[2", "dL/db1[2", "dL/dW2[2"))}
        assert all((found[key] == 0) == (key in off) for key in found)
    assert len({variant.answers for variant in variants}) == 1000
    assert {str(variant.inputs[-1]) for variant in variants} == {
        "1/10",
        "1/2",
    }  # a rate of 1 would hide that it was forgotten


SMALL = """
[variants.vary]
W1 = [["0.5 | -1 | 0.3", 1], [0.5, "-1 | 0.5"]]
b1 = ["0.5 | -0.2", "0 | -1"]
W2 = [["0.5 | -0.4 | 2", "1 | -0.5"]]
y = "0.5 | 1 | 0.1 | -3"
rate = "0.1 | 0.5"
"""


@pytest.mark.slices(1)
@pytest.mark.slow
@pytest.mark.parametrize(
    ("wishes", "holds"),
    [
        ('decimals = 1\nbranches = "any"', lambda z, found, n: all(places(answer) <= 1 for answer in found.values())),
        ('zeros = true\nrelu = { h = "on off" }', lambda z, found, n: z[0] > 0 > z[1]),
        ('zeros = true\nrelu = "mixed"\ndecimals = '
         '2', lambda z, found, n: z[0] * z[1] < 0 and all(places(answer) <= 2 for answer in found.values())),
        ('zeros = true\nrelu = "on"\nfalls = '
         'true', lambda z, found, n: min(z) > 0 and forward(updated(n))[3] < found["L"]),
        ('zeros = true\nrelu = "on"\ndecimals = { L = 1, "dL/dW2" = 1 '
         '}', lambda z, found, n: min(z) > 0 and max(places(found[key]) for key in found if key == "L" or "/dW2" in key) <= 1),
        ('branches = "any"\nask = ["z1", "dL/dW2", '
         '"W2_new"]', lambda z, found, n: all(found[key] for key in found if key[:2] == "z1" or key[:6] in ("dL/dW2", "W2_new"))),
    ],
)  # fmt: skip
def test_search_finds_what_brute_force_finds(wishes: str, holds: object) -> None:
    exercise = article(wishes if "zeros" in wishes or "ask" in wishes else f"{wishes}\nzeros = true", SMALL)
    expected = set()
    for inputs in product(*exercise.plan.domains.values()):
        n = numbers(exercise, inputs)
        if holds(forward(n)[0], worked(n), n):  # type: ignore[operator]
            expected.add(tuple(map(str, inputs)))
    sampler = StratumSampler(exercise, exercise.plan.wishes, chance)
    assert {tuple(map(str, inputs)) for inputs in sampler.everything.all(10**6)} == expected
    assert expected
    drawn = {tuple(map(str, inputs)) for number in range(40) for inputs in islice(_by_chance(sampler, number), 3)}
    assert drawn <= expected


VALUES = ("-1", "-0.5", "0.5", "1", "2", "0.2", "0.1", "-0.3", "0", "3", "0.25", "-2", "1.5")


@pytest.mark.slices(1)
@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 24, 6))
def test_search_finds_what_brute_force_finds_on_lattices_by_chance(first: int) -> None:
    assert sum(_same_solutions(seed) for seed in range(first, first + 6)) > 0


def _same_solutions(seed: int) -> int:
    """How many solutions there are on a lattice by chance, after both ways have found the same ones."""
    source = random.Random(seed)
    few = {
        key: source.sample(VALUES if key != "rate" else ("0.1", "0.2", "0.5", "1"), source.choice((1, 1, 2, 2, 3)))
        for key in ORDER
    }
    d = {key: f'"{" | ".join(values)}"' for key, values in few.items()}
    vary = f"""[variants.vary]
W1 = [[{d["W1[1,1]"]}, {d["W1[1,2]"]}], [{d["W1[2,1]"]}, {d["W1[2,2]"]}]]
b1 = [{d["b1[1]"]}, {d["b1[2]"]}]
W2 = [[{d["W2[1]"]}, {d["W2[2]"]}]]
b2 = {d["b2"]}
x = [{d["x[1]"]}, {d["x[2]"]}]
y = {d["y"]}
rate = {d["rate"]}
"""
    limit, relu = source.choice((1, 2)), source.choice(("on", "mixed"))
    exercise = article(f'zeros = true\ndecimals = {limit}\nrelu = "{relu}"', vary)
    expected = set()
    for inputs in product(*exercise.plan.domains.values()):
        n = named(inputs)
        z = forward(n)[0]
        if (min(z) > 0 if relu == "on" else z[0] * z[1] < 0) and all(
            places(answer) <= limit for answer in worked(n).values()
        ):
            expected.add(tuple(map(str, inputs)))
    found = StratumSampler(exercise, exercise.plan.wishes, chance).everything.all(10**6)
    assert {tuple(map(str, inputs)) for inputs in found} == expected
    return len(expected)


def _by_chance(sampler: StratumSampler, number: int) -> object:
    """Solutions by chance."""
    return (inputs for inputs in sampler.everything.attempts("test", number) if inputs is not None)


def test_more_variants_than_there_are() -> None:
    exercise = article(
        'relu = "on"\nmistakes = false\neffort = 0',
        '[variants.vary]\ny = "0.5 | 1 | 0.1"\nrate = "0.1 | 0.5"\nb1 = ["0.2", "0.9 | 1"]',
    )
    answers = set()
    for inputs in product(*exercise.plan.domains.values()):
        n = numbers(exercise, inputs)
        found = worked(n)
        if min(forward(n)[0]) > 0 and all(found.values()):
            answers.add(tuple(found.items()))
    assert len(list(draw(exercise, 1, len(answers)))) == len(answers)
    with pytest.raises(
        Unmeetable, match=f"there are only {len(answers)} different variants, and {len(answers) + 1} were asked for"
    ):
        draw(exercise, 1, len(answers) + 1)


@pytest.mark.slow
def test_more_variants_than_there_are_in_a_large_space() -> None:
    """Few answers in many ways: only y is asked for, so to say."""
    exercise = article(
        'ask = ["dL/dyhat"]\nbranches = "any"\nmistakes = false\neffort = 0\ndecimals = 0',
        VARY.replace('x = "integers -3..3, not 0"', "x = 0"),
    )
    with pytest.raises(Unmeetable, match="different"):
        list(draw(exercise, 1, 40))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wishes", "vary", "conflict"),
    [
        (
            'relu = "off"\nfalls = true',
            VARY.replace('b2 = "one decimal"\n', "b2 = 0.5\n").replace('y = "one decimal"\n', "y = 0.5\n"),
            {"relu", "falls"},
        ),
        (
            'decimals = 1\nrelu = "on"',
            VARY.replace('"0.1 | 0.5 | 1"', "0.01").replace("integers -3..3, not 0", "0.1 | -0.1"),
            {"decimals", "zeros"},
        ),
        ('relu = { h = "off on" }', '[variants.vary]\ny = "one decimal"', {"relu"}),
        ("repeats = false", VARY.replace('x = "integers -3..3, not 0"', "x = [1, 1]"), {"repeats"}),
    ],
)
def test_the_wishes_that_conflict_are_named(wishes: str, vary: str, conflict: set[str]) -> None:
    with pytest.raises(Unmeetable) as caught:
        next(draw(article(wishes, vary), 1, 1))
    assert set(caught.value.wishes) == conflict
    assert all(f"({key})" in str(caught.value) for key in conflict)


@pytest.mark.slices(1)
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 8))
def test_no_answer_twice_but_where_structure_repeats_it(seed: int) -> None:
    exercise = article('decimals = 1\nrepeats = false\nrelu = "on"')
    same = [
        ("dL/dyhat", "dL/db2"),
        *((f"z1[{i}]", f"h[{i}]") for i in (1, 2)),
        *((f"dL/dh[{i}]", f"dL/dz1[{i}]", f"dL/db1[{i}]") for i in (1, 2)),
    ]
    for variant in draw(exercise, seed, 5):
        found = worked(named(variant.inputs))
        for first, *others in same:
            for other in others:
                assert found[first] == found.pop(other)
        assert len(set(found.values())) == len(found)


@pytest.mark.slow
def test_moderate_arguments_and_a_falling_loss_of_sigmoids() -> None:
    text = """
[model]
loss = "L"
equations = \"\"\"
z1 = W1 @ x + b1
h = sigmoid(z1)
yhat = dot(w2, h)
L = 1/2 * (yhat - y)^2
\"\"\"
[parameters]
W1 = [[3, 2], [1, -1]]
b1 = [1, 0]
w2 = [1, 2]
[data]
x = [1, 2]
y = 1
[update]
rule = "sgd"
rate = 1
[variants]
moderate = 1.5
falls = true
[variants.vary]
W1 = "integers -4..4"
b1 = "one decimal"
w2 = "integers -2..2"
"""
    exercise = exercise_of(text, "")
    for variant in draw(exercise, 1, 20):
        after = variant.network.with_parameters(variant.network.parameters)
        assert all(abs(float(z)) <= 1.5 for z in variant.value(exercise.blanks[0].quantity).entries)
        assert _sigmoid_loss(variant, "") > _sigmoid_loss(variant, "_new"), after


def _sigmoid_loss(variant: object, suffix: str) -> float:
    from math import exp

    answers = {blank.key: float(answer) for blank, answer in zip(variant.exercise.blanks, variant.answers, strict=True)}  # type: ignore[attr-defined]
    names = [f"{quantity.args[0]}[{offset + 1}]" for quantity, offset in variant.exercise.slots]  # type: ignore[attr-defined]
    n = dict(zip(names, map(float, variant.inputs), strict=True))  # type: ignore[attr-defined]
    w = [answers[f"W1_new[{i},{j}]"] if suffix else n[f"W1[{2 * i + j - 2}]"] for i in (1, 2) for j in (1, 2)]
    b = [answers[f"b1_new[{i}]"] if suffix else n[f"b1[{i}]"] for i in (1, 2)]
    v = [answers[f"w2_new[{i}]"] if suffix else n[f"w2[{i}]"] for i in (1, 2)]
    h = [1 / (1 + exp(-(w[2 * i] * 1 + w[2 * i + 1] * 2 + b[i]))) for i in (0, 1)]
    return (v[0] * h[0] + v[1] * h[1] - 1) ** 2 / 2


@pytest.mark.slow
def test_strata_have_as_many_variants_as_they_want() -> None:
    exercise = load_exercise(ROOT / "examples" / "variants" / "strata.toml")
    variants = list(draw(exercise, 9, 60))
    assert Counter(variant.stratum for variant in variants) == {"both units on": 36, "one unit off": 24}
    for variant in variants:
        z = forward(named(variant.inputs))[0]
        assert min(z) > 0 if variant.stratum == "both units on" else z[0] * z[1] < 0
    with pytest.raises(Unmeetable, match=r"18 \+ 12 = 30 variants"):
        draw(exercise, 9, 31)
    shown = never_shown(exercise)
    assert never_apart(exercise) == {"both units on": (), "one unit off": ()}
    assert "forgot_slope" in shown["both units on"] and "forgot_slope" not in shown["one unit off"]
    told = list(untold(exercise))
    assert len(told) == 1
    assert "in the stratum 'both units on'" in told[0] and "derivative of the activation forgotten" in told[0]


def test_every_mistake_is_told_apart_from_the_right_answers_and_from_others(example: Exercise) -> None:
    for variant in draw(example, 8, 40):
        ways = [variant.answers, *(variant.wrong(mistaken) for mistaken in example.mistakes)]
        shown = [tuple(map(example.contract.shown, way)) for way in ways]
        assert len(set(shown)) == len(ways) > 2


def test_a_mistake_that_leaves_the_answers_as_they_are_at_some_numbers_is_kept_from_them() -> None:
    """At e = yhat - y with rate e small, adding the gradient shows nowhere at one decimal place."""
    exercise = article(
        'places = 1\nask = ["W2_new"]\nrelu = "on"\neffort = 0', VARY.replace("0.1 | 0.5 | 1", "0.01 | 0.3")
    )
    added = next(mistaken for mistaken in exercise.mistakes if mistaken.row.name in ("added_gradient", "flipped_sign"))
    for variant in draw(exercise, 1, 50):
        assert any(
            exercise.contract.tells_apart(x, y) for x, y in zip(variant.answers, variant.wrong(added), strict=True)
        )


def test_values_that_hide_a_mistake_are_not_chosen() -> None:
    """Where the rate is 0.01, adding the gradient for subtracting it does not show at one decimal place."""
    exercise = article(
        'places = 1\nask = ["W2_new"]\nrelu = "on"\neffort = 0', VARY.replace("0.1 | 0.5 | 1", "0.001 | 0.3")
    )
    sampler = StratumSampler(exercise, exercise.plan.wishes, chance)
    assert [str(value) for value in sampler.finder.domains[-1]] == ["3/10"]
    assert len(sampler.everything.domains[-1]) == 2


def test_what_seldom_shows_is_made_to_show() -> None:
    exercise = article('decimals = 1\nrelu = "on"')
    node = next(blank.node for blank in exercise.blanks if blank.key == "dL/dW2[1]")
    target = Target(node, Carry(2))
    finder = Finder(
        exercise,
        StratumSampler(exercise, exercise.plan.wishes, chance).wishes,
        tuple(exercise.plan.domains.values()),
        chance,
        [target],
    )
    for inputs in islice((found for found in finder.attempts("test") if found is not None), 20):
        answer = worked(named(inputs))["dL/dW2[1]"]
        assert abs(answer) > 10 and answer.denominator > 1


def test_effort_is_alike(example: Exercise) -> None:
    rows = list(table(draw(example, 5, 50)))
    for effort in (lambda row: row.workload.digits, lambda row: row.workload.operations):
        assert max(map(effort, rows)) <= min(map(effort, rows)) * 1.25 / 0.75
    assert {row.branches for row in rows} == {"h 1 0"}


@pytest.mark.slow
def test_ids_rebuild_their_variants(example: Exercise) -> None:
    for variant in draw(example, -12, 5):
        again = rebuild(load_exercise(EXAMPLE), f" {variant.id.lower()} ")
        assert (again.id, again.number, again.inputs, again.answers) == (
            variant.id,
            variant.number,
            variant.inputs,
            variant.answers,
        )


def test_ids_of_variants_that_stand_in_for_another() -> None:
    exercise = article(
        'relu = "on"\nmistakes = false\neffort = 0',
        '[variants.vary]\ny = "0.5 | 1 | 0.1"\nrate = "0.1 | 0.5"\nb1 = ["0.2", "0.9 | 1"]',
    )
    variants = list(draw(exercise, 2, 8))
    assert any(variant.id.split("-")[1].strip("0123456789") for variant in variants)
    for variant in variants:
        assert rebuild(exercise, variant.id).inputs == variant.inputs


def test_ids_of_another_spec(example: Exercise) -> None:
    id = next(draw(example, 7, 1)).id
    for other in (
        article('decimals = 1\nrelu = { h = "on off" }\ndigits = 3'),
        load_exercise(ROOT / "examples" / "two-two-one.toml"),
    ):
        with pytest.raises(WrongId, match="of another spec"):
            rebuild(other, id)
    for wrong in ("7-002-" + id[-2:], "8" + id[1:], id[:-1] + ("A" if id[-1] != "A" else "B")):
        with pytest.raises(WrongId):
            rebuild(example, wrong)
    with pytest.raises(WrongId, match="is no id"):
        rebuild(example, "seven")


@pytest.mark.slow
def test_same_seed_same_numbers_in_another_process(example: Exercise) -> None:
    text = (
        "import sys; from pathlib import Path; from derivation.exercises.exercise.exercise import load_exercise; "
        "from derivation.exercises.search import solve\n"
        "print([(v.id, [str(x) for x in v.inputs]) for v in solve.draw(load_exercise(Path(sys.argv[1])), 11, 20)])"
    )
    here = str([(variant.id, [str(x) for x in variant.inputs]) for variant in draw(example, 11, 20)])
    for hashing in ("1", "4242"):
        environment = {"PYTHONHASHSEED": hashing, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(
            [sys.executable, "-c", text, str(EXAMPLE)], capture_output=True, text=True, env=environment, check=True
        )
        assert ran.stdout.strip() == here


def test_variants_do_not_depend_on_how_many_there_are(example: Exercise) -> None:
    assert [variant.id for variant in draw(example, 6, 3)] == [
        variant.id for variant in islice(draw(example, 6, 50), 3)
    ]
    assert next(iter(solve.draw(example, 6, 1))).inputs != next(iter(solve.draw(example, 7, 1))).inputs


def test_handout_ignores_variants_but_reads_them(tmp_path: Path) -> None:
    assert load(EXAMPLE).parameters.keys() == {"W1", "b1", "W2", "b2"}
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        TEXT.replace("decimals = 1", "decimal = 1")
        .replace('b2 = "one decimal"', 'b3 = "one decimal"')
        .replace('y = "one decimal"', 'y = "one decimals"')
    )
    with pytest.raises(SpecError) as caught:
        load(wrong)
    problems = str(caught.value).splitlines()
    lines = wrong.read_text("utf-8").splitlines()
    for message, start in (
        ("did you mean 'decimals'", "decimal ="),
        ("nothing that is given is called 'b3'", "b3 ="),
        ("'one decimals' says no numbers", 'y = "'),
    ):
        line = next(number for number, text in enumerate(lines, 1) if text.startswith(start))
        assert any(f"{wrong}:{line}:" in problem and message in problem for problem in problems), (message, problems)


assert len(ORDER) == 13
