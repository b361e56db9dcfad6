"""What is said of formulas: each sentence is met by a planted error, in every language, with its code; none is left in
code."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flint import arb, fmpq
from places import ROOT
from sentences import BLOCK, MARKUP, WORD, english, pattern
from typer.testing import CliRunner

import derivation
from derivation.cli.app import app
from derivation.deriving.on_request.common import NoView
from derivation.deriving.on_request.views import views
from derivation.formulas import decimals, numbers
from derivation.formulas.calculus.reverse import NoDerivative
from derivation.formulas.numbers import Uncertain, Undefined
from derivation.formulas.operations import elementary, table
from derivation.formulas.operations.table import ShapeMismatch
from derivation.formulas.terms import number
from derivation.networks.walkthrough import FalseLine, Line
from derivation.pages.typesetting import engine
from derivation.pages.typesetting.engine import Engine, compile_pdf
from derivation.pages.typesetting.failure import TexError
from derivation.spec.errors import SpecError
from derivation.words.files import languages, load
from derivation.words.language import preferring, speaking
from derivation.words.telling import message_of, tell
from derivation.words.telling import spoken as language_of_now

DATA = """
s = 2
half = 0.5
x = [1, 2]
y = [1, 2, 3]
X = [[1, 2, 3], [4, 5, 6]]
A = [[1, 2], [3, 4]]
R = [[1, 2, 3]]
E = [[2]]
mask = [1, 0]
T = [[[1, 2, 3], [4, 5, 6]], [[0, 1, 2], [3, 4, 5]]]
K = [[[[1, 2], [3, 4]], [[1, 0], [0, 1]]], [[[1, 2], [3, 4]], [[1, 0], [0, 1]]]]
"""
MISFIT = "operands.misfit"
LONG = "f = s\n" + "\n".join(f"f_{k} = repeat_rows(R, 300000)" for k in range(12))

EQUATIONS = [
    ("syntax.long", "f = " + "x" * 20_001),
    ("syntax.deep", "f = A" + ".T" * 260),
    ("syntax.deep_brackets", "f = " + "(" * 70 + "s" + ")" * 70),
    ("syntax.deep_signs", "f = " + "-" * 70 + "s"),
    ("syntax.operators", "f = s" + " + s" * 101),
    ("syntax.operators_of_sum", "f = sum(sum(s * x[t] for t in 0..199) for k in 1..200)"),
    ("syntax.operators_in_all", "f[t] = " + "s + " * 80 + "s for t in 1..200"),
    ("syntax.entries", "f = repeat_rows(R, 500000)"),
    ("syntax.entries_in_all", LONG),
    ("syntax.character", "f = s ? s"),
    ("syntax.character syntax.meant", "f = s \u2212 s"),
    ("syntax.long_name", "f = " + "s" * 101),
    ("syntax.long_number", "f = s * " + "1" * 61),
    ("syntax.expected syntax.end", "f = (s"),
    ("syntax.expected_product", "f = s s"),
    ("syntax.expected_operator", "f = s : s"),
    ("syntax.brackets_of_function", "f = exp s"),
    ("syntax.decimal_point", "f = 1,5 * s"),
    ("syntax.no_function syntax.instead", "f = Linear(s)"),
    ("syntax.character syntax.sign", "f = |s|"),
    ("syntax.expected_operand syntax.end", "f = 2 *"),
    ("syntax.expected_operand", "f = exp()"),
    ("syntax.expected_index", "f = x[+]"),
    ("syntax.expected_whole", "f = x[x + exp(s)]"),
    ("syntax.mask", "f = x[x > 1]"),
    ("syntax.expected_repetition", "f = s for 3"),
    ("syntax.expected_in", "f[t] = s for t range(3)"),
    ("syntax.range_brackets", "f[t] = s for t in range[3]"),
    ("syntax.range_by_one", "f[t] = s for t in range(0, 4, 2)"),
    ("syntax.expected_last", "f[t] = s for t in 1:3"),
    ("syntax.expected_steps", "f[t] = s for t in x"),
    ("syntax.repetition_at_end", "f[t] = s, for t in 1..3"),
    ("syntax.expected_function", "f = np.pi_2"),
    ("syntax.expected_function elsewhere.infinite", "f = np.inf"),
    ("syntax.expected_function elsewhere.numbers", "f = np.nan"),
    ("operands.infinite", "f = x * float('-inf')"),
    ("syntax.steps", "f[t] = s for t in 1..300"),
    ("syntax.condition", "f = s if s else t"),
    ("syntax.no_function", "f = qqqqqqqq(s)"),
    ("syntax.no_function syntax.near", "f = sigmod(s)"),
    ("torch.kl_div", "f = torch.nn.functional.kl_div(x, x)"),
    ("torch.dropout", "f = F.dropout(x, 0.5)"),
    ("operands.unknown", "f = q + s"),
    ("operands.list", "f = [s, s] + x"),
    ("operands.repetition", "f = exp(s for t in 1..3)"),
    ("operands.axis", "f = sum(X, axis=2)"),
    ("operands.axis", "f = layer_norm(X, s, s, axis=2)"),
    ("operands.freedom", "f = x.std()"),
    ("operands.freedom_count", "f = var(x, ddof=2)"),
    ("operands.attribute", "f = s * (x + x).weight"),
    ("operands.gradient", "f = s * x.grad"),
    ("operands.pair", "f = A.max(1)[0]"),
    ("operands.same_order", "f = A.transpose(0, 1)"),
    ("operands.repeated", "f = x.repeat(2)"),
    ("operands.reduction", "f = F.mse_loss(x, y, reduction='none')"),
    ("operands.gather", "f = A.gather(0, A)"),
    ("operands.container", "f = params['W1'] + s"),
    ("literals.counted", "f = np.arange(0, 1, 0)"),
    ("literals.truth", "f = x.astype(bool)"),
    ("syntax.second_equals", "f = g = s"),
    ("syntax.comprehension", "f = sum([a * s for a in x])"),
    ("syntax.no_function elsewhere.order", "f = np.sort(x)"),
    ("syntax.no_function elsewhere.chosen", "f = np.nonzero(x)"),
    ("syntax.no_function elsewhere.inverse", "f = np.linalg.inv(A)"),
    ("syntax.no_function elsewhere.chance", "f = torch.randn(3)"),
    ("syntax.no_function elsewhere.module", "f = nn.LSTM(2, 1)"),
    ("syntax.no_function elsewhere.training", "f = s.backward()"),
    ("syntax.no_function elsewhere.numbers", "f = np.isnan(x)"),
    ("syntax.no_function elsewhere.written", "f = x.scatter(0, y, 1)"),
    ("syntax.no_function elsewhere.complex", "f = np.fft.fft(x)"),
    ("syntax.no_function elsewhere.row", "f = torch.lgamma(x)"),
    ("syntax.no_function elsewhere.print", "f = print(x)"),
    ("syntax.no_function elsewhere.in_place", "f = x.mul_(2)"),
    ("syntax.no_function elsewhere.transposed", "f = F.conv_transpose2d(X, A)"),
    ("syntax.no_function elsewhere.quadrant", "f = np.arctan2(x, x)"),
    ("syntax.no_function elsewhere.positive", "f = np.cumprod(x)"),
    ("elsewhere.option", "f = F.smooth_l1_loss(x, x, beta=0.5)"),
    ("elsewhere.pooled", "f = F.adaptive_avg_pool2d(X, 2)"),
    ("elsewhere.border", "f = np.pad(x, 1, 'edge')"),
    ("elsewhere.same", "f = F.conv2d(X, A, padding='same')"),
    ("elsewhere.dilation", "f = F.conv2d(X, A, dilation=2)"),
    ("elsewhere.groups", "f = F.conv2d(X, A, groups=2)"),
    ("elsewhere.ord", "f = np.linalg.norm(x, ord=1)"),
    ("torch.batch_norm", "f = F.batch_norm(X, s, s)"),
    ("torch.rms_norm", "f = F.rms_norm(X, (3,))"),
    ("operands.over_all", "f = prod(X, axis=0)"),
    ("operands.last_axis", "f = F.layer_norm(X, (2,))"),
    ("unpacking.axis", "f = X.chunk(2, dim=2)[0]"),
    ("unpacking.uneven", "f = np.split(y, 2)[0]"),
    ("unpacking.takes", "f = X.chunk()[0]"),
    ("unpacking.count", "f, g = y"),
    ("unpacking.several", "f = sum(X.chunk(2))"),
    ("unpacking.at_once", "f, g = s, f"),
    ("operands.single_entry", "f = var(R, axis=0)"),
    ("operands.single_entry operands.this", "f = var(R * s, axis=0)"),
    ("operands.which_axis", "f = softmax(A)"),
    ("operands.takes", "f = square(x, s)"),
    ("operands.takes operands.and_axis operands.and_no", "f = layer_norm(x, s, s, b=1)"),
    ("operands.needs", "f = layer_norm(x, epsilon=1, beta=s)"),
    (f"operands.within {MISFIT} shapes.matrix_product", "f = swiglu(x, R, R)"),
    (f"{MISFIT} operands.row shapes.equal_or_scalar shapes.a_matrix shapes.a_vector", "f = X + y[:, None]"),
    ("indexing.scalar", "f = s[0]"),
    ("indexing.lone_row shapes.a_matrix", "f = R[0]"),
    ("indexing.too_many shapes.a_matrix", "f = X[0, 1, 2]"),
    ("indexing.two_dots", "f = A[..., ...]"),
    ("indexing.step_of_zero", "f = x[::0]"),
    ("indexing.pairs", "f = A[[0, 1], [0, 1, 1]]"),
    ("indexing.no_data", "f = x[g]\ng = s + 0"),
    ("indexing.not_whole", "f = x[half]"),
    ("indexing.matrix_of_places", "f = X[0, A]"),
    ("indexing.no_place", "f = x.shape[2]"),
    ("indexing.no_length", "f = len(s)"),
    ("indexing.beyond shapes.a_vector", "f = x[5]"),
    ("indexing.empty shapes.a_vector", "f = x[1:1]"),
    ("literals.ragged", "f = np.array([[1, 2], [3]])"),
    ("literals.sizes", "f = np.zeros(500)"),
    ("indexing.einsum", "f = einsum(A, A)"),
    ("indexing.einsum_result", "f = einsum('ij->ijk', A)"),
    ("indexing.einsum_axes", "f = einsum('ijk->i', A)"),
    ("indexing.einsum_sizes", "f = einsum('ij,ij->i', A, X)"),
    ("indexing.einsum_three", "f = einsum('ij,kl,ik,jl->', A, A, A, A)"),
    ("operands.quoted", "f = exp('a')"),
    ("indexing.clip", "f = clip(x)"),
    ("indexing.padding", "f = pad(x, -1)"),
    ("indexing.tile", "f = tile(x, 0)"),
    ("indexing.repeat", "f = repeat(x, 0)"),
    ("indexing.squeezed", "f = squeeze(A, axis=0)"),
    ("indexing.expanded", "f = expand_dims(x, 5)"),
    ("indexing.transposed", "f = A.transpose(0, 2)"),
    ("indexing.argmax", "f = x[np.argmax(A)]"),
    ("literals.full", "f = np.full(2, s)"),
    ("operands.no_keyword", "f = np.eye(2, k=1)"),
    ("indexing.joined", "f = concat(x, y, axis=2)"),
    ("stacks.too_many_axes", "f = T[None, None, None]"),
    ("stacks.too_many", "f = np.broadcast_to(T, (300, 2, 2, 3))"),
    ("stacks.matrix_wanted", "f = column_stack([T, T])"),
    ("stacks.misfit", "f = T + X.T"),
    ("stacks.beside", "f = T + x"),
    ("stacks.product", "f = T @ T"),
    ("stacks.dot", "f = dot(A, T)"),
    ("stacks.convolution", "f = conv2d(T, T)"),
    ("stacks.channels", "f = conv2d(T[:1], K)"),
    ("stacks.bias", "f = conv2d(T, K, bias=y)"),
    ("stacks.no_axis", "f = sum(T, axis=3)"),
    ("stacks.no_such_axis", "f = swapaxes(T, 0, 5)"),
    ("stacks.which_axis", "f = softmax(T)"),
    ("stacks.along_last", "f = masked_softmax(T, axis=0)"),
    ("stacks.order", "f = transpose(T, 0, 1, 1)"),
    ("stacks.two_axes", "f = swapaxes(T, 0)"),
    ("stacks.reshaped", "f = reshape(T, 5, 2)"),
    ("stacks.joined", "f = concat(T, K[0][:, :1], axis=0)"),
    ("stacks.stacked", "f = stack(A, X)"),
    ("stacks.stretched", "f = broadcast_to(T, (2, 2, 4))"),
    ("stacks.too_many_places", "f = T[0, 0, 0, 0]"),
    ("stacks.padding", "f = pad(T, ((1, 1), (0, 0), (0, 0)))"),
    ("stacks.rolled", "f = roll(T, 1)"),
    ("stacks.no_rule", "f = trace(T)"),
    ("operands.axes", "f = sum(A, axis=(0, 1), keepdims=True)"),
    ("indexing.beyond shapes.an_array", "f = T[5]"),
    ("readings.beside readings.vector_named readings.advice_named", "f = A + x"),
    ("readings.beside readings.vector readings.advice", "f = A + (x + x)"),
    ("readings.outer", "f = x[:, None] + x"),
    ("readings.product", "f = x @ x.T"),
    ("readings.dot", "f = dot(A, A)"),
    ("readings.diag", "f = diag(x[:, None])"),
    (f"{MISFIT} shapes.takes shapes.a_scalar", "f = exp(s, s)"),
    (f"{MISFIT} shapes.takes", "f = dot(x)"),
    (f"{MISFIT} shapes.no_option shapes.further", "f = maxpool(A, 2, 1, 0, 1)"),
    (f"{MISFIT} shapes.no_option shapes.axis", "f = exp(s, width=2)"),
    (f"{MISFIT} shapes.needs", "f = repeat_rows(R)"),
    (f"{MISFIT} shapes.equal_or_scalar", "f = x ^ y"),
    (f"{MISFIT} shapes.equal", "f = masked_softmax(x, y)"),
    (f"{MISFIT} shapes.matrix", "f = diagonal(x)"),
    (f"{MISFIT} shapes.dropout", "f = dropout(x, mask, x)"),
    (f"{MISFIT} shapes.matrix_product", "f = A @ y"),
    (f"{MISFIT} shapes.dot_product", "f = dot(x, y)"),
    (f"{MISFIT} shapes.row", "f = repeat_rows(x, 2)"),
    (f"{MISFIT} shapes.no_parts", "f = slice(s, 1, 1, 1, 1)"),
    (f"{MISFIT} shapes.part", "f = slice(A, 1, 5, 1, 1)"),
    (f"{MISFIT} shapes.padded", "f = pad(A, 1, 1, 1, 1, 3, 3)"),
    (f"{MISFIT} shapes.below", "f = concat(X, A)"),
    (f"{MISFIT} shapes.beside", "f = concat(X, R, axis=1)"),
    (f"{MISFIT} shapes.reshaped", "f = reshape(A, 3, 2)"),
    (f"{MISFIT} shapes.diagonal_matrix", "f = diag(R)"),
    (f"{MISFIT} shapes.main_diagonal", "f = diagonal(X)"),
    (f"{MISFIT} shapes.picked", "f = embedding(X, [5])"),
    (f"{MISFIT} shapes.blocks", "f = block_sums(X, 2, 2)"),
    (f"{MISFIT} shapes.axis_wanted", "f = roll(A, 1)"),
    (f"{MISFIT} shapes.one_hot", "f = one_hot(A, 3)"),
    (f"{MISFIT} shapes.one_of_each_row", "f = pick_in_rows(X, 1, 5)"),
    (f"{MISFIT} shapes.gathered", "f = gather_rows(X, 1, 5)"),
    (f"{MISFIT} shapes.stride", "f = conv2d(A, A, stride=0)"),
    (f"{MISFIT} shapes.kernel_rows", "f = conv2d(A, y)"),
    (f"{MISFIT} shapes.kernel_columns", "f = conv2d(A, R)"),
    (f"{MISFIT} shapes.pooling", "f = maxpool(A, 2, 1, 2)"),
    (f"{MISFIT} shapes.padding_rows", "f = conv2d(A, A, padding=2)"),
    (f"{MISFIT} shapes.padding_columns", "f = conv2d(A, x, padding=1)"),
    (f"{MISFIT} shapes.sizes", "f = spread(A, 0)"),
    (f"{MISFIT} shapes.windows", "f = maxpool(x, 3)"),
]
"""The codes of the sentences that are told of an equation, the outermost first."""
NOTATIONS = [
    ("notation.long", "a" * 201),
    ("notation.character", "\u03b1"),
    ("notation.empty", "1"),
    ("notation.forbidden notation.a_command", r"\input"),
    ("notation.forbidden notation.a_character", "~"),
    ("notation.unopened notation.a_bracket", "a)"),
    ("notation.unclosed notation.a_brace", "{a"),
    ("notation.nothing_in", "a^{}"),
    ("notation.nothing_before", "^2"),
    ("notation.nothing_behind", "a_"),
    ("notation.no_braces", r"a_12"),
    ("notation.subscripts", "a_b_c"),
    ("notation.superscripts", "a^b^c"),
    ("notation.deep", "(" * 9 + "a" + ")" * 9),
    ("notation.words", r"\text{\x}"),
]
VALUES = [
    ("undefined.within undefined.logarithm", "f = log(0 - s)", ""),
    ("undefined.within undefined.root", "f = sqrt(0 - s)", ""),
    ("undefined.within undefined.division", "f = s / (s - s)", ""),
    ("undefined.within undefined.fractional_power", "f = (0 - s)^0.5", ""),
    ("undefined.within undefined.power_of_zero", "f = (s - s)^(0 - 0.5)", ""),
    ("undefined.within undefined.beyond_one", "f = arcsin(s)", ""),
    ("undefined.within undefined.label", "f = sum(one_hot(s, 2))", ""),
    ("undefined.within undefined.condition", "f = where(s, 1, 2)", ""),
    ("undefined.too_large", "f = exp(400000 * s)", ""),
    ("undefined.carried undefined.within undefined.division", "f = s / (s - s)", 'rounding = "carry"\n'),
    ("uncertain.never uncertain.within uncertain.whole", "f = floor(exp(log(s)))", ""),
]
"""What is told where a spec has no value, with what stands at its head."""
MODEL = '[model]\nequations = """\n{}\n"""\n'
TRAINED = MODEL + 'loss = "L"\n[parameters]\nw = 2\n[update]\nrule = "sgd"\nrate = {}\nsteps = 3\n'
LEARNT = MODEL + 'loss = "L"\n[parameters]\nw = {}\n[data]' + DATA
ONE = LEARNT.format("L = w^2", 1)


def worked(text: str, flag: str = "", jacobian: str = "") -> Callable[[str], object]:
    """Works a spec, with a view, in a language that it names itself."""

    def work(language: str) -> object:
        network = derivation.loads(f'language = "{language}"\n{text}')
        return derivation.derive(network, views({flag: True}, (jacobian,) * bool(jacobian)))

    return work


def spoken(call: Callable[[], object]) -> Callable[[str], object]:
    """Calls what no spec leads to, in a language that is asked for."""

    def work(language: str) -> object:
        with speaking(language):
            return call()

    return work


BALL, HALF = arb(0, 1), fmpq(1, 2)
COLUMN = (2, 1)


def undecided() -> None:
    raise Uncertain(tell("uncertain.sign"))


PLANTED: list[tuple[str, Callable[[str], object]]] = [
    *((codes, worked(MODEL.format(text) + "[data]" + DATA)) for codes, text in EQUATIONS),
    *((codes, worked(MODEL.format("f = s") + f"[data]{DATA}[notation]\nf = '{text}'")) for codes, text in NOTATIONS),
    *((codes, worked(head + MODEL.format(text) + "[data]" + DATA)) for codes, text, head in VALUES),
    ("undefined.after undefined.within undefined.division", worked(TRAINED.format("L = w + 0 / w", 2))),
    ("undefined.after undefined.within undefined.division", worked(TRAINED.format("L = w + 0 / w", 1))),
    ("shapes.outer_product", spoken(lambda: table.outer_product([COLUMN, (2, 2)]))),
    ("undefined.root_at_0", worked(LEARNT.format("L = sqrt(w)", 0))),
    ("undefined.derivative", worked(LEARNT.format("L = cos_pi(w)", 2))),
    ("views.needs_loss", worked(MODEL.format("f = s") + "[data]" + DATA, "hessian")),
    ("views.needs_parameters", worked(MODEL.format("L = s") + 'loss = "L"\n[data]' + DATA, "sensitivity")),
    ("views.hessian_of_many", worked(LEARNT.format("L = sum(w)", list(range(40))), "hessian")),
    ("views.hessian_of_long", worked(LEARNT.format("h = w * repeat_rows(R, 3000)\nL = sum(h)", 1), "hessian")),
    ("views.hessian_undefined undefined.power_of_zero", worked(LEARNT.format("L = w^1.5", 0), "hessian")),
    ("views.jacobian_of_nothing", worked(ONE, jacobian="q")),
    ("views.carried", worked('rounding = "carry"\n' + ONE, jacobian="L")),
    ("views.carried", worked('rounding = "carry"\n' + ONE, "gradient_check")),
    ("views.carried", worked('rounding = "carry"\n' + ONE, "hessian")),
    ("views.jacobian_of_matrix shapes.a_matrix", worked(LEARNT.format("H = w * A\nL = sum(H)", 1), jacobian="H")),
    (
        "views.jacobian_of_long",
        worked(LEARNT.format("h = w * flatten(repeat_rows(R, 99))\nL = sum(h)", 1), jacobian="h"),
    ),
    ("views.jacobian_by_nothing", worked(LEARNT.format("L = sum(A)", 1), jacobian="L")),
    ("shapes.two_arrays", spoken(lambda: table.arrays_entrywise([(), ()]))),
    ("shapes.one_scalar", spoken(lambda: table.with_scalar([COLUMN, COLUMN]))),
    ("shapes.both_scalars", spoken(lambda: table.scalar_by_scalar([COLUMN, ()]))),
    ("shapes.divisor", spoken(lambda: table.not_by_scalar([COLUMN, ()]))),
    ("shapes.scalar_product", spoken(lambda: table.matrix_product([(), ()]))),
    ("uncertain.size", spoken(lambda: numbers.within_reach(arb("inf") - arb("inf")))),
    ("uncertain.equal", spoken(lambda: numbers.agree(BALL, HALF))),
    ("uncertain.sign", spoken(lambda: numbers.is_positive(BALL))),
    ("uncertain.digits", spoken(lambda: decimals.rounded(BALL, 3))),
    ("uncertain.logarithm", spoken(lambda: elementary.logarithm(BALL))),
    ("uncertain.divisor", spoken(lambda: elementary.quotient(HALF, BALL))),
    ("uncertain.base", spoken(lambda: elementary.power(BALL, HALF))),
    ("uncertain.never uncertain.sign", spoken(lambda: numbers.certified(undecided))),
    ("false_lines.false", spoken(lambda: Line(number("3"), "=", "value", proof="refuted"))),
]
"""The codes of the sentences that are told, the outermost first, and what leads to them in a language."""
TABLES = "syntax elsewhere torch unpacking operands indexing stacks readings shapes undefined uncertain views false_lines notation".split()
UNMET = {"false_lines.refuted": "no line of any row is refuted"}
ERRORS = (FalseLine, NoDerivative, NoView, ShapeMismatch, SpecError, Uncertain, Undefined)


def message(work: Callable[[str], object], language: str) -> str:
    """The first thing that is told where something goes wrong."""
    with pytest.raises(ERRORS) as found:
        work(language)
    error = found.value
    if isinstance(error, SpecError):
        return error.problems[0].message
    with speaking(language):  # what is told late is told in the language that is spoken then
        return message_of(error)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(("codes", "work"), PLANTED)
def test_a_planted_error_is_told_in_its_language(codes: str, work: Callable[[str], object], language: str) -> None:
    told = message(work, language)
    assert told.code == codes.split()[0]  # type: ignore[attr-defined]
    for code in codes.split():
        assert re.search(pattern(code, language), told, re.DOTALL), (code, told)
    for other in set(languages()) - {language}:
        assert not re.fullmatch(pattern(codes.split()[0], other), told, re.DOTALL)


def test_a_command_speaks_the_language_of_its_spec_to_the_end(tmp_path: Path) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text('language = "de"\n' + MODEL.format("f = s / (s - s)") + "[data]\ns = 2\nt = 3\n", "utf-8")
    for chosen, unused, told in (
        ("", "wird aber nie gebraucht", "f hat bei diesen Zahlen keinen Wert: Division durch null"),
        ("en", "never used", "f has no value at these numbers: division by zero"),
    ):
        result = CliRunner().invoke(
            app, ["handout", str(spec), "-o", "-", "--format", "md", *["--language", chosen][: 2 * bool(chosen)]]
        )
        assert result.exit_code == 2 and unused in result.stderr and told in result.stderr
        with preferring("de"):
            assert language_of_now() == "de"  # nothing is asked for any more


def test_every_sentence_about_formulas_is_met() -> None:
    met = {code for codes, _ in PLANTED for code in codes.split()}
    assert {f"{key}.{row}" for key in TABLES for row in load("en")[key]} - met == UNMET.keys()


def test_large_numbers_are_grouped_as_the_language_does() -> None:
    for language, told in (("en", "1,250,000 bytes; the limit is 999"), ("de", "1.250.000 Bytes; die Grenze ist 999")):
        with speaking(language):
            assert tell("files.large_file", count=1250000, most=999).endswith(told)


def test_a_tex_that_lacks_something_is_passed_over_in_every_language(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(tex: str, candidate: Engine, *rest: object) -> bytes:
        if candidate.source == "system":
            raise TexError(tell("tex.lacks", program="pdflatex", file="a.sty", packages="a"))
        return b"%PDF"

    monkeypatch.setattr(engine, "_run", run)
    monkeypatch.setattr(engine, "engines", lambda: [Engine(Path(source), source) for source in ("system", "bundled")])
    for language in languages():
        with speaking(language):
            assert compile_pdf("x") == b"%PDF"


ROOMS = ("formulas", "deriving", "networks", "tex", "proving", "handwriting", "pages")
INTERNAL = {
    "tex/mathml/reader.py": "a formula that is not shown as MathML is shown as it was written",
    **dict.fromkeys(
        ("tex/read.py", "tex/reader.py", "tex/forms.py"), "tests read what `tex.write` has written; nobody else does"
    ),
    "pages/formats/__init__.py": "help is told before a language is chosen",
    "deriving/on_request/views.py": "a registry says to us what a row is",
    "handwriting/__init__.py": "a registry says to us what a row is",
}
"""Where English stands in code, and why nobody who speaks another language reads it."""


@pytest.mark.parametrize("room", ROOMS)
def test_no_sentence_is_left_in_code(room: str) -> None:
    left = {
        (file.relative_to(ROOT / "derivation").as_posix(), text)
        for file in (ROOT / "derivation" / room).rglob("*.py")
        for text in english(ast.parse(file.read_text("utf-8")))
    }
    assert {found for found in left if found[0] not in INTERNAL} == set()
    assert {name for name, _ in left} == {name for name in INTERNAL if name.startswith(f"{room}/")}


def test_a_sentence_in_code_would_be_found() -> None:
    raised = 'def f(x):\n    """What it is that is raised."""\n    raise ValueError(f"no {x} here")'
    assert list(english(ast.parse(raised))) == ["no {} here"]
    assert list(english(ast.parse('g = lambda x: "there is no such thing" if x else "ab c"'))) == [
        "there is no such thing"
    ]
    assert not list(english(ast.parse('raise ValueError(tell("shapes.row", key="a"))')))


@pytest.mark.parametrize(
    "folder", ["markdown", "notebook", "page", "page_handwritten", "question", "worksheet_markdown"]
)
def test_no_word_stands_in_a_template(folder: str) -> None:
    files = [file for ending in ("md", "html") for file in (ROOT / "templates" / folder).glob(f"*.{ending}.j2")]
    assert files
    for file in files:
        assert not WORD.findall(MARKUP.sub("", BLOCK.sub("", file.read_text("utf-8")))), file
