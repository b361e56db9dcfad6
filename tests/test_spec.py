"""Bad input gets a clear message with its place, all problems at once, and nothing is executed."""

from __future__ import annotations

import pytest

import derivation
from derivation import SpecError, load, loads
from derivation.numbers import exact


def spec(equations: str, parameters: str = "W = [[1, 2], [3, 4]]", data: str = "x = [1, 2]", loss: str = "", rest: str = "") -> str:
    head = f'loss = "{loss}"\n' if loss else ""
    return f'[model]\n{head}equations = """\n{equations}\n"""\n[parameters]\n{parameters}\n[data]\n{data}\n{rest}'


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (spec("z = W @ q"), (3, 9), "nothing is called 'q'"),
        (spec("h = sigmod(x)"), (3, 5), "no function called 'sigmod'; did you mean 'sigmoid'?"),
        (spec("z = W @ x\nk = z.T @ z.T"), (4, 9), "as many columns on the left (2) as rows on the right (1)"),
        (spec("z = W + x", data="x = [1, 2, 3]"), (3, 7), "a 2 x 2 matrix and a vector of 3"),
        (spec("h[t] = W @ h[t-1]"), (3, 18), "such as 'for t in 1..3'"),
        (spec("h[t] = W @ h[t-1] for t in 1..3"), (3, 13), "nothing is called 'h_0'"),
        (spec("h = W @ x for t in 1..3"), (3, 11), "write h[t] = ... on the left"),
        (spec("z = sum(W, axis=2)"), (3, 5), "axis=0 is down each column, axis=1 along each row"),
        (spec("z = sum(W, axes=1)"), (3, 5), "there is no 'axes' here"),
        (spec("z = conv2d(W, W, stride=x)"), (3, 25), "a whole number"),
        (spec("z = maxpool(W, 3)"), (3, 5), "windows of 3 do not fill 2 x 2 entries"),
        (spec("z = W[1:1]"), (3, 6), "this part of 'W' is empty"),
        (spec("z = concat(W, x)"), (3, 5), "both need equally many columns; they have 2 and 1"),
        (spec("z = reshape(W, 3, 1)"), (3, 5), "2 x 2 entries do not fill 3 x 1"),
        (spec("z = embedding(W, 7)"), (3, 5), "among the 2 that there are"),
        (spec("z = W + [[1, 2]]"), (3, 9), "a list stands only inside concat"),
        (spec("z = max()"), (3, 9), "expected a number, a name or a bracket"),
        (spec("z = X + b", "X = [[1, 2], [3, 4], [5, 6]]", "b = [1, 2]"), (3, 7), "a list is a column, write a row as [[1, 2]]"),
        (spec("z = W @ x", loss="z"), (2, 8), "must be a scalar, but is a vector of 2"),
        (spec("z = W @ x", loss="zz"), (2, 8), "no equation defines the loss 'zz'"),
        (spec("z = W @ x\nz = x"), (4, 1), "'z' is defined twice"),
        (spec("x = W @ x"), (3, 1), "'x' is defined twice"),
        (spec("a = b + 1\nb = a * 2"), (3, 1), "use each other in a circle: a, b"),
        (spec("z = x", data="x = nan"), (8, 5), "NaN is not a number one can compute with"),
        (spec("z = x", data="x = inf"), (8, 5), "Infinity is not a number"),
        (spec("z = x", data="x = true"), (8, 5), "expected a number, found True"),
        (spec("z = x", data='x = "1"'), (8, 5), "expected a number, found '1'"),
        (spec("z = x", data="x = [[1, 2], [3]]"), (8, 5), "rows of a matrix need one length; these have 2, 1"),
        (spec("z = x", data="x = [1, [2]]"), (8, 5), "numbers and lists are mixed"),
        (spec("z = x", data="x = []"), (8, 5), "an empty list has no shape"),
        (spec("z = x ^ 99"), (3, 5), "beyond the limit of 64"),
        (spec("z = " + "(" * 80 + "x" + ")" * 80), (3, 65), "nested more than 60 deep"),
        (spec("z = " + "-" * 5000 + "x"), (3, 65), "nested more than 60 deep"),
        (spec("z = " + "x + " * 3000 + "x"), (3, 407), "the 101st operator of one equation"),
        (spec("z = x +"), (3, 8), "expected a number, a name or a bracket, found the end of the line"),
        (spec("z = x $ 2"), (3, 7), "'$' does not belong"),
        (spec("z = x[5]"), (3, 6), "index 5 is beyond 'x'"),
        (spec("z == x"), (3, 1), "expected an equation such as"),
        (spec("z = x", data="relu = 1\nx = 2"), (8, 8), "'relu' is the name of a function"),
        (spec("z = sum(x)", loss="z", rest='[update]\nrule = "sdg"\nrate = 0.1'), (11, 8), "no update rule 'sdg'; did you mean 'sgd'?"),
        (spec("z = sum(x)", loss="z", rest='[update]\nrule = "sgd"'), (10, 1), "sgd needs 'rate'"),
        (spec("z = sum(x)", loss="z", rest='[update]\nrule = "sgd"\nrate = 0.1\nmomentun = 1'), (13, 12), "takes no 'momentun'"),
        (spec("z = x", rest='[notation]\nz = "\\\\input{/etc/passwd}"'), (10, 5), r"the command \input is not allowed"),
        (spec("z = x", rest='[notation]\nz = "{"'), (10, 5), "a brace is not closed"),
        (spec("z = x", rest='[notation]\nz = "x"'), (9, 1), "would both be printed as x"),
        ("equations = 'z = 1'\n[model]\nequations = 'z = 1'", (1, 13), "there is no key 'equations' here; it belongs under [model]"),
        ("[model]\nequations = 'z = 1'\ndigits = 4", (3, 10), "there is no key 'digits' here; it belongs to the whole, so write it before the first [table]"),
        ("titel = 'x'\n[model]\nequations = 'z = 1'", (1, 9), "there is no key 'titel' here; did you mean 'title'?"),
        ("[model]\n", (1, 1), "'equations' is missing"),
        ("[model\n", (1, 7), "this is not TOML"),
    ],
)
def test_a_problem_is_told_with_its_place(text: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        loads(text)
    told = [(problem.line, problem.column) for problem in caught.value.problems if message in problem.message]
    assert told == [place], str(caught.value)


def test_several_problems_are_told_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        loads(spec("a = W @ qq\nb = foo(x)\nc = x +"))
    assert [problem.line for problem in caught.value.problems] == [4, 5] or [problem.line for problem in caught.value.problems] == [3, 4, 5]


def test_a_later_error_that_only_follows_is_not_told() -> None:
    with pytest.raises(SpecError) as caught:
        loads(spec("a = W @ qq\nb = a + 1"))
    assert len(caught.value.problems) == 1


def test_not_utf8_and_not_there(tmp_path) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(b"[model]\nequations = '\xff'")
    with pytest.raises(SpecError, match=":2:14: the file is not UTF-8"):
        load(path)
    with pytest.raises(SpecError, match="cannot be read"):
        load(tmp_path / "nothing.toml")


def test_decimals_are_exact() -> None:
    network = loads(spec("z = W @ x", parameters="W = [[0.1, 1e-3], [1_000, -2.50]]"))
    assert list(map(str, network.parameters["W"].entries)) == ["1/10", "1/1000", "1000", "-5/2"]
    assert str(exact("0.1") * 3) == "3/10"


def test_an_unused_value_is_a_warning() -> None:
    assert loads(spec("z = W @ x", data="x = [1, 2]\nk = 3")).warnings == ("'k' is given a value but never used",)


def test_equations_may_come_in_any_order() -> None:
    assert list(loads(spec("h = relu(z)\nz = W @ x")).equations) == ["z", "h"]


def test_nothing_is_executed(tmp_path) -> None:
    trap = tmp_path / "trap"
    for text in (f"z = __import__('pathlib').Path('{trap}').touch()", f"z = open('{trap}', 'w')", "z = x.__class__"):
        with pytest.raises(SpecError):
            loads(spec(text))
    assert not trap.exists()


def test_a_repetition_is_ordinary_equations() -> None:
    """h_1 = 2 h_0 + 1 and so on, and the sum over the steps."""
    text = '[model]\nequations = """\nh[t] = 2 * h[t-1] + t for t in 1..3\ns = sum(h[t] for t in range(1, 4)) + h[3]\n"""\n[data]\nh_0 = 1\n'
    network = derivation.loads(text)
    assert list(network.equations) == ["h_1", "h_2", "h_3", "s"]
    values = derivation.derive(network).values
    assert [int(values[key].entries[0]) for key in network.equations] == [3, 8, 19, 49]


def test_a_loss_and_an_output_are_not_both_given() -> None:
    with pytest.raises(SpecError) as caught:
        loads('[model]\nloss = "f"\noutput = "f"\nequations = "f = w^2"\n[parameters]\nw = 1')
    assert [(problem.line, problem.column) for problem in caught.value.problems] == [(3, 10)]
    with pytest.raises(SpecError, match="no equation defines the output 'g'"):
        loads('[model]\noutput = "g"\nequations = "f = w^2"\n[parameters]\nw = 1')
