"""Bad input gets a clear message with its place, all problems at once, and nothing is executed."""

from __future__ import annotations

import re

import pytest

import derivation
from derivation import SpecError, load, loads
from derivation.formulas.numbers import exact


def spec(
    equations: str, parameters: str = "W = [[1, 2], [3, 4]]", data: str = "x = [1, 2]", loss: str = "", rest: str = ""
) -> str:
    head = f'loss = "{loss}"\n' if loss else ""
    return f'[model]\n{head}equations = """\n{equations}\n"""\n[parameters]\n{parameters}\n[data]\n{data}\n{rest}'


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (spec("z = W @ q"), (3, 9), "nothing is called 'q'"),
        (spec("h = sigmod(x)"), (3, 5), "no function called 'sigmod'; did you mean 'sigmoid'?"),
        (spec("z = W @ x\nk = W @ concat(z, x)"), (4, 7), "as many columns on the left (2) as rows on the right (4)"),
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
        (spec("z = np.matmul(x)"), (3, 8), "takes 2 operands, not 1"),
        (spec("z = np.matmul(1)"), (3, 8), "takes 2 operands, not 1"),
        (spec("z = max()"), (3, 9), "expected a number, a name or a bracket"),
        (
            spec("z = X + b", "X = [[1, 2], [3, 4], [5, 6]]", "b = [[1], [2]]"),
            (3, 7),
            "a list is a column, write a row as [[1, 2]]",
        ),
        (spec("z = W @ x", loss="z"), (2, 8), "must be a scalar, but is a vector of 2"),
        (spec("z = W @ x", loss="zz"), (2, 8), "no equation defines the loss 'zz'"),
        (spec("z = W @ x\nz = x"), (4, 1), "'z' is defined twice"),
        (spec("W = W @ W"), (3, 1), "'W' is defined twice"),
        (spec("a = b + 1\nb = a * 2"), (3, 1), "use each other in a circle: a, b"),
        (spec("z = x", data="x = nan"), (8, 5), "NaN is not a number one can compute with"),
        (spec("z = x", data="x = inf"), (8, 5), "Infinity is not a number"),
        (spec("z = x", data="x = true"), (8, 5), "expected a number, found True"),
        (spec("z = x", data='x = "one"'), (8, 6), "it may name pi and e only, not 'one'"),
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
        (spec("c = c + 1\nc = 2"), (3, 1), "'c' is given several times, and this equation stands above the first"),
        (spec("c += 1"), (3, 1), "use each other in a circle: c"),
        (spec("for t in 1..3:\nz = x"), (3, 1), "nothing stands indented below this repetition"),
        (spec("for t in 1..3:\n  z = x + t"), (4, 3), "'z' is defined twice, and its value before is used nowhere"),
        (spec("for t in a..b:\n  z = x"), (3, 10), "a whole number"),
        (spec("for t in 1..3:\n  z[s] = x"), (4, 11), "such as 'for s in 1..3'"),
        (spec("größe = x"), (3, 1), "the character 'ö' does not belong"),
        (spec("y = x²"), (3, 5), "it is a superscript two, write '^2'"),
        (
            spec("z = sum(x)", loss="z", rest='[update]\nrule = "sdg"\nrate = 0.1'),
            (11, 8),
            "no update rule 'sdg'; did you mean 'sgd'?",
        ),
        (spec("z = sum(x)", loss="z", rest='[update]\nrule = "sgd"'), (10, 1), "sgd needs 'rate'"),
        (
            spec("z = sum(x)", loss="z", rest='[update]\nrule = "sgd"\nrate = 0.1\nmomentun = 1'),
            (13, 12),
            "takes no 'momentun'",
        ),
        (spec("z = x", rest='[notation]\nz = "\\\\input{/etc/passwd}"'), (10, 5), r"the command \input is not allowed"),
        (spec("z = x", rest='[notation]\nz = "{"'), (10, 5), "a brace is not closed"),
        (spec("z = x", rest='[notation]\nz = "x"'), (9, 1), "would both be printed as x"),
        (
            "equations = 'z = 1'\n[model]\nequations = 'z = 1'",
            (1, 13),
            "there is no key 'equations' here; it belongs under [model]",
        ),
        (
            "[model]\nequations = 'z = 1'\ndigits = 4",
            (3, 10),
            "there is no key 'digits' here; it belongs to the whole, so write it before the first [table]",
        ),
        ("titel = 'x'\n[model]\nequations = 'z = 1'", (1, 9), "there is no key 'titel' here; did you mean 'title'?"),
        ("[model]\n", (1, 1), "'equations' is missing"),
        ("[model\n", (1, 7), "this is not TOML"),
        (spec("z = W[[[0, 1]]]"), (3, 8), "expected an index such as 0"),
        (spec("z = W[True]"), (3, 7), "expected an index such as 0"),
        (spec("z = W[..., ...]"), (3, 6), "'...' stands for all axes that are left"),
        (spec("z = W[0, 1, 0]"), (3, 6), "'W' is a 2 x 2 matrix, and here are 3 indices"),
        (spec("z = W[::0]"), (3, 6), "the step of a slice is not 0"),
        (spec("z = W[[0, 1], [0, 1, 1]]"), (3, 6), "they have 2 and 3 entries"),
        (spec("z = W[None, None, None]"), (3, 6), "at most 4 axes, and this one has 5"),
        (spec("z = x[b]", data="b = [0, 0.5]\nx = [1, 2]"), (3, 7), "its entry 1/2 is no whole number"),
        (spec("z = x[b]", data="b = [0, 2]\nx = [1, 2]"), (3, 6), "index 2 is beyond 'x'"),
        (spec("z = W[0, b]", data="b = [[0, 1], [1, 1]]\nx = [1, 2]"), (3, 10), "a whole number or a list of them"),
        (spec("z = W[a]\na = 1 + 0"), (3, 7), "'a' stands in an index, so it has to be known before"),
        (spec("z = len(1)"), (3, 5), "a number has no length"),
        (spec("z = x.shape[1]"), (3, 12), "there is no place 1 here"),
        (
            spec("z = W + x"),
            (3, 7),
            "write x[None, :] to give each row its entries, as NumPy does, or write x[:, None] to give each column "
            "its entries",
        ),
        (spec("z = W / W.sum(axis=1)"), (3, 7), "put [None, :] behind it to give each row its entries"),
        (
            spec("z = layer_norm(W, x, x)"),
            (3, 5),
            "in 'layer_norm': 'gamma', a vector of 2, stands beside a 2 x 2 matrix",
        ),
        (spec("z = x[:, None] - x"), (3, 16), "of which NumPy makes 2 x 2 numbers"),
        (spec("z = x @ x.T"), (3, 7), "write outer(a, b) for the matrix, dot(a, b) for the number"),
        (spec("z = dot(W, W)"), (3, 5), "write A @ B, or sum(A * B)"),
        (spec("z = np.diag(x[:, None])"), (3, 8), "leave out [:, None] or keepdims to put a list on a diagonal"),
        (spec("z = np.stack([W, x])"), (3, 8), "arrays that are stacked have the same axes; here are 2 x 2, 2"),
        (spec("z = concat(x, x, axis=-2)"), (3, 5), "takes no 'axis=-2'"),
        (spec("z = concat(x, x, dimension=1)"), (3, 5), "takes no 'dimension'"),
        (
            spec("r = x[None, :]\nz = r[0]"),
            (4, 6),
            "of which NumPy takes the row here; write r[0, 1] for an entry of the row",
        ),
        (
            spec("z = softmax(W)"),
            (3, 5),
            "softmax(W, axis=1) for each row, axis=0 for each column, softmax(flatten(W)) over all entries",
        ),
        (spec("z = log_softmax(W @ W)"), (3, 5), "say over which axis, for this is a 2 x 2 matrix"),
        (spec("z = masked_softmax(W, W)"), (3, 5), "say over which axis"),
        (spec("z = F.kl_div(x, x)"), (3, 7), "PyTorch's takes log q before p and averages over all entries"),
        (spec("z = torch.nn.functional.dropout(x, 0.5)"), (3, 25), "PyTorch's draws a mask"),
        (spec("z = layer_norm(x, 1, 0, eps=0.1)"), (3, 5), "takes x, gamma, beta, epsilon and axis, and no 'eps'"),
        (spec("z = layer_norm(x, beta=0)"), (3, 5), "takes x, gamma, beta, epsilon and axis"),
        (spec("z = var(W, axis=2)"), (3, 5), "'var' with axis=2 is not known"),
        (spec("z = var(x[:, None], axis=1)"), (3, 5), "has a single entry along axis=1"),
        (spec("z = dropout(x, x, 1.5)"), (3, 5), "the rate of a dropout, 1.5, is the part that is dropped"),
        (
            spec("z = dropout(x, x, q)", data="x = [1, 0]\nq = 1"),
            (3, 5),
            "the rate of a dropout, q, is the part that is dropped",
        ),
        (spec("z = huber(x, x, -1)"), (3, 5), "the width of a Huber loss, -1, must be greater than 0"),
        (spec("z = x" + ".T" * 4000), (3, 7504), "nested more than 250 deep"),
        (spec("z = x" + "[0]" * 5000), (3, 14257), "nested more than 250 deep"),
        (spec("z = x" + ".exp()" * 3000), (3, 16501), "nested more than 250 deep"),
        (spec("z = x" + "[x" * 5000), (3, 125), "nested more than 60 deep"),
        (spec("z = " + "sum(axis=" * 2000), (3, 545), "nested more than 60 deep"),
        (spec("z = " + "x^" * 5000 + "x"), (3, 125), "nested more than 60 deep"),
        (spec("z = " + "x" * 101), (3, 5), "a name has at most 100"),
        (spec("z = " + "x.T" * 7000), (3, 20005), "an equation has at most 20000 characters"),
        (spec("h[t+" + "9" * 5000 + "] = 1 for t in 1..2"), (3, 1), "expected an equation such as"),
        (spec("z = x \u2212 1"), (3, 7), "it is a minus sign, write '-'"),
        (
            spec("## The set {a}\nz = x"),
            (3, 1),
            "{a} in a title is the step of a repetition such as 'for k in 1..3', and none stands below it; leave "
            "out the braces",
        ),
        (
            spec("## Step {t}\nz[t] = x * t for t in 1..2\ny = x"),
            (5, 1),
            "'Step {t}' counts the steps of a repetition, and this equation is not one of them",
        ),
        (spec("## A\u202eB\nz = x"), (3, 1), "a title holds no marks that turn the direction of writing (U+202E)"),
        (spec("## " + "a" * 201 + "\nz = x"), (3, 1), "a title has at most 200 characters, and this one 201"),
        (
            'title = "a\\u001b[31m"\n' + spec("z = x"),
            (1, 9),
            "a title holds no line breaks or other control characters (U+001B)",
        ),
        (
            'title = "a\\nb"\n' + spec("z = x"),
            (1, 9),
            "a title holds no line breaks or other control characters (U+000A)",
        ),
        ('title = "\\u2067a"\n' + spec("z = x"), (1, 9), "turn the direction of writing (U+2067)"),
        ('title = "\\ue000"\n' + spec("z = x"), (1, 9), "characters for private use (U+E000)"),
        (f'title = "{"a" * 201}"\n' + spec("z = x"), (1, 9), "a title has at most 200 characters"),
        (spec("z = x") + '[[variants.strata]]\nname = "a\\u202e"\ncount = 1', (10, 8), "turn the direction of writing"),
        ('title = "\ud800"\n' + spec("z = x"), (1, 10), "half a character stands here"),
        (spec("z = x", data="x = " + "1" * 4301), (8, 5), "a number has at most 100 digits"),
        (spec("z = x", data="x = " + "1" * 101), (8, 5), "more than 100 digits"),
        (spec("z = x", data="x = 0x" + "f" * 5000), (8, 5), "a number has at most 100 digits"),
        (spec("z = x", data="x = 0x" + "f" * 150), (8, 5), "more than 100 digits"),
        (
            spec("z = x", data="x = [1,\n  1e99999999999999999999999]"),
            (9, 3),
            "this number's power of ten is beyond 300",
        ),
        (spec("z = x", data="x = 1e-4000"), (8, 5), "a power of ten beyond 300"),
        (spec("z = x", data="x = 1979-05-27"), (8, 5), "expected a number, found the date 1979-05-27"),
        (spec("z = x", data="x = [07:32:00]"), (8, 5), "expected a number, found the time 07:32:00"),
        (spec("z = x", data="x = \u22120.5"), (8, 5), "'\u2212' here is a minus sign; write '-'"),
        (spec("z = x", data="x = \u201c1\u201d"), (8, 5), "here is a left double quotation mark; write '\"'"),
        (spec("z = x", data="x =\u00a01"), (8, 4), "here is a no-break space; write ' '"),
        (spec("z = x", data="x = [{ file = 'a.npy' }]"), (8, 5), "a table stands among numbers"),
        (spec("z = x", data="x = [\n  [1, 2],\n  [3, 4],\n]\ny = true"), (12, 5), "expected a number, found True"),
        (spec("z = x", data="x = 1\0"), (8, 6), "this is not TOML: "),
        (".".join("a" * 100_000) + " = 1", (1, 41), "a key has at most 20 parts between dots"),
        ("[" + ".".join("a" * 100_000) + "]", (1, 42), "a key has at most 20 parts between dots"),
        ("x = " + "[" * 100_000, (1, 25), "brackets are nested more than 20 deep"),
        ("x = " + "{a=" * 100_000, (1, 65), "brackets are nested more than 20 deep"),
        ('"' + "k" * 300 + '" = 1', (1, 1), "a key has at most 200 characters"),
        ("#" * 8_000_001, (0, 0), "a spec has at most 8 MB; keep large arrays in files"),
        ("[model]\nequations = ''", (2, 13), "there is no equation"),
        (spec("z\n" * 5001), (5003, 1), "a spec has at most 5000 lines of equations"),
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
    assert [problem.line for problem in caught.value.problems] == [4, 5] or [
        problem.line for problem in caught.value.problems
    ] == [3, 4, 5]


def test_a_later_error_that_only_follows_is_not_told() -> None:
    with pytest.raises(SpecError) as caught:
        loads(spec("a = W @ qq\nb = a + 1"))
    assert len(caught.value.problems) == 1


def test_what_an_unreadable_equation_may_define_is_not_missing() -> None:
    text = spec("a = W @ x\nL = sum(a) +", loss="L", rest='[notation]\nL = "E"\n')
    with pytest.raises(SpecError) as caught:
        loads(text)
    assert len(caught.value.problems) == 1


def test_not_utf8_and_not_there(tmp_path) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(b"[model]\nequations = '\xff'")
    with pytest.raises(SpecError, match=":2:14: the file is not UTF-8"):
        load(path)
    with pytest.raises(SpecError, match="cannot be read"):
        load(tmp_path / "nothing.toml")


def test_a_byte_order_mark_and_any_ends_of_lines_are_read(tmp_path) -> None:
    text, path = spec("z = W @ x"), tmp_path / "spec.toml"
    for raw in (
        b"\xef\xbb\xbf" + text.encode(),
        text.replace("\n", "\r\n").encode(),
        text.replace("\n", "\r").encode(),
    ):
        path.write_bytes(raw)
        assert list(load(path).equations) == ["z"]
    assert list(loads("\ufeff" + text).equations) == ["z"]
    path.write_text(text, "utf-16")
    with pytest.raises(SpecError, match=":1:1: this is UTF-16 text; save it as UTF-8"):
        load(path)


def test_what_has_no_end_is_not_read_to_its_end() -> None:
    with pytest.raises(SpecError, match="a spec has at most 8 MB"):
        load("/dev/zero")


def test_a_message_holds_nothing_that_a_terminal_obeys() -> None:
    with pytest.raises(SpecError) as caught:
        loads('rounding = "\\u001b[2J"\n"\\u202e" = 1\n' + spec("z = x", data='x = { file = "a\\u001b.npy" }'))
    assert all(line.isprintable() for line in str(caught.value).split("\n"))


@pytest.mark.parametrize(
    "loss",
    ["sum((yhat - y)^2) / 2", "mean((y - yhat)^2)", "norm(yhat - y)", "sum(abs(yhat - y))", "huber(yhat, y)", "binary_cross_entropy(yhat, y)", "hinge(y, yhat)",
     "sum(square(yhat - y))", "dot(d, d)", "sum(d * d)", "d.T @ d", "sum(d^2)"],
)  # fmt: skip
def test_one_target_for_many_outputs_is_told(loss: str) -> None:
    """`w * x` where the dot product is meant; what is meant for all outputs can be said."""
    equations = f"yhat = w * x\nd = yhat - y\nL = {loss}"
    with pytest.raises(SpecError, match="'y' is one number, and 'yhat' has 2 entries") as caught:
        loads(spec(equations, "w = [0.5, 0.25]", "x = [1, 2]\ny = 0.5", "L"))
    assert "write dot(w, x) for one output, give 'y' an entry for each, or write y * ones(yhat)" in str(caught.value)
    loads(spec(equations, "w = [0.5, 0.25]", "x = [1, 2]\ny = [1, 0]", "L"))
    loads(spec("t = y * ones(w)\n" + re.sub(r"\by\b", "t", equations), "w = [0.5, 0.25]", "x = [1, 2]\ny = 0.5", "L"))


@pytest.mark.parametrize(
    "equations",
    [
        "h = relu(W @ x - m)\nL = sum(h)",
        "L = sum((w - mean(w))^2)",
        "L = sum((x - m)^2) + b",
        "L = mean(max(0, m - w * x))",
        "L = sum((w * x - 1)^2)",
        "L = sum((w * x + b)^2)",
    ],
)
def test_numbers_that_are_no_targets_stand_beside_arrays(equations: str) -> None:
    loads(spec(equations, "W = [[1, 2], [3, 4]]\nw = [1, 2]\nb = 1", "x = [1, 2]\nm = 0.5", "L"))


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
