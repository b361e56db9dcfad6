"""What is said beside the lines and over them: true of the line it stands by, and said of every row of the tables."""

from __future__ import annotations

import re

import pytest
from places import EXAMPLES

from derivation import derive, load, loads, prove
from derivation.formulas.operations import TABLE
from derivation.formulas.operations.layers import LAYERS
from derivation.networks.walkthrough import Derivation
from derivation.pages.formats import FORMATS
from derivation.pages.views.view import view
from derivation.pages.words import Words
from derivation.proving.prover import unproved
from derivation.words.files import load as words_file

WITHOUT_A_WAY_BACK = {
    "sum",
    "given",
    "transpose",
    "relu_prime",
    "floor",
    "ceil",
    "round",
    "trunc",
    "indicator",
    "sign",
    "spread",
    "gather_rows",
    "place_in_rows",
    "enlarge",
}
"""Reasons of rows with no derivative to speak of, or (sums, transposes) with sentences of their own."""


def spoken(text: str) -> Derivation:
    return derive(loads(text))


def reasons(worked: Derivation, phase: str) -> dict[str, str]:
    """What is said beside each quantity of a phase."""
    seen = next(one for one in view(worked).phases if one.key == phase)
    return {chain.key: chain.reason for group in seen.groups for chain in group.chains}


def titles(worked: Derivation, phase: str) -> list[str]:
    return [group.title for group in next(one for one in view(worked).phases if one.key == phase).groups]


SUMS = """
[model]
loss = "L"
equations = \"\"\"
p = U @ x + V @ h + b
q = (1 - k) * p[0] + k * p[1]
r = b + W @ x
C = conv2d(x, k2) + 1
d = x - h
s = k - 0.5
L = sum(p) + q + sum(r) + sum(C) + sum(d^2) + s^3
\"\"\"
[parameters]
U = [[1, 2], [3, 4]]
V = [[1, 0], [0, 1]]
W = [[2, 0], [1, 1]]
b = [1, 1]
k = 0.25
[data]
x = [1, 2]
h = [3, 4]
k2 = [1, 1]
"""


def test_what_is_worked_first_in_a_sum_is_named() -> None:
    found = reasons(spoken(SUMS), "forward")
    assert found["p"] == "Work out $U x$ and $V h$, then add up."
    assert found["q"] == "Work out $(1 - k) p_{1}$ and $k p_{2}$, then add up."
    assert found["r"] == "Rows of $W$ times $x$ (dot products), plus $b$."
    assert found["C"].startswith("The kernel $k_{2}$ slides over $x$, with a dot product at each place")
    assert found["d"] == found["s"] == ""


def test_what_comes_back_is_told_by_the_operations_on_the_way() -> None:
    found = reasons(spoken(SUMS), "backward")
    by = {key.removeprefix(r"\frac{\partial L}{\partial ").rstrip("}"): text for key, text in found.items()}
    assert by["k"].endswith("the contributions add up.")
    assert "shape of $U$" in by["U"]
    assert "The exponent comes down" in by["s"]


QUOTIENTS = """
[model]
loss = "L"
equations = \"\"\"
u = a / n
v = 3 / n
f = t - u
L = f + v
\"\"\"
[parameters]
a = 2
n = 4
t = 1
"""


def test_numerator_and_denominator_and_what_is_subtracted() -> None:
    found = reasons(spoken(QUOTIENTS), "backward")
    assert found[r"\frac{\partial L}{\partial a}"] == "The upstream gradient divided by the denominator."
    assert found[r"\frac{\partial L}{\partial u}"].endswith("enters with a minus sign, so the sign changes.")
    lone = reasons(spoken('[model]\nloss = "L"\nequations = "L = 3 / n"\n[parameters]\nn = 4'), "backward")
    assert lone[r"\frac{\partial L}{\partial n}"] == "The derivative of $1/u$ is $-1/u^2$."


def test_no_error_signal_where_there_is_no_network() -> None:
    for spec in EXAMPLES:
        if spec.stem in ("momentum", "adam", "sigmoid-circuit"):
            page = FORMATS["md"](derive(load(spec)), "markdown").decode()
            assert "error signal" not in page.lower()


def test_an_output_is_no_loss() -> None:
    worked = spoken('[model]\noutput = "f"\nequations = "f = 1 / (1 + exp(-w))"\n[parameters]\nw = 2')
    assert titles(worked, "forward")[-1] == "Output $f$"
    assert titles(worked, "backward")[0] == "Derivative of $f$ with respect to $u_{1}$"


def test_titles_say_what_a_quantity_is() -> None:
    worked = derive(load(next(spec for spec in EXAMPLES if spec.stem == "transformer-block")))
    found = titles(worked, "forward")
    for title in (
        "Scores $S$",
        "Attention weights $A$",
        r"Mean $\mu$",
        "Centred values $c$",
        "Variance $v$",
        "Standard deviation $s$",
    ):
        assert title in found
    assert not any("Intermediate quantity" in title for title in found)


def table(name: str) -> dict[str, str]:
    return words_file()[name]


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_every_row_has_its_sentences(row) -> None:
    assert row.reason in table("reasons")
    assert row.name in table("operations")
    if row.reason not in WITHOUT_A_WAY_BACK and any(row.reverse) and not row.derivative_of:
        assert any(re.match(rf"back_{row.reason}(_\w+)?(\.\w+)?$", key) for key in table("reasons")), row.reason


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_every_layer_names_its_quantities(layer) -> None:
    assert all(f"quantity_{key}" in table("titles") for key in layer.titles.values())


def test_a_key_falls_back_word_by_word() -> None:
    words = Words(str)
    assert words.found("reasons", "back_matmul_b.gradient") == table("reasons")["back_matmul.gradient"]
    assert words.found("reasons", "back_power_a") == table("reasons")["back_power"]
    assert words.found("reasons", "back_nothing_known") == table("reasons")["back"]
    assert words.found("reasons", "nothing") == ""


def chain(worked: Derivation, phase: str, quantity: str) -> list[str]:
    """The links of a quantity's chain, as LaTeX."""
    seen = next(one for one in view(worked).phases if one.key == phase)
    return next(
        [link.latex for link in chain.links] for group in seen.groups for chain in group.chains if chain.key == quantity
    )


def test_the_shortcut_of_the_sigmoid_is_seen_to_cancel() -> None:
    worked = derive(load(next(spec for spec in EXAMPLES if spec.stem == "logistic-regression")))
    assert chain(worked, "backward", r"\frac{\partial L}{\partial z}")[:3] == [
        r"\frac{\partial L}{\partial p} \frac{\partial p}{\partial z}",
        r"\frac{p - y}{p (1 - p)} p (1 - p)",
        "p - y",
    ]


def test_the_sum_of_softmax_and_cross_entropy_is_seen_to_collapse() -> None:
    worked = prove(derive(load(next(spec for spec in EXAMPLES if spec.stem == "three-four-two"))))
    assert chain(worked, "backward", r"\frac{\partial L}{\partial p}") == [r"-y \oslash p"]
    assert chain(worked, "backward", r"\frac{\partial L}{\partial z^{(2)}}")[:4] == [
        r"p \odot \left(\frac{\partial L}{\partial p} - \sum_{i} \left(\frac{\partial L}{\partial p}\right)_{i} "
        r"p_{i}\right)",
        r"p \odot \left(-y \oslash p + \sum_{i} \frac{y_{i}}{p_{i}} p_{i}\right)",
        r"\left(\sum_{i} y_{i}\right) p - y",
        "p - y",
    ]
    assert not unproved(worked)


def lesson(stem: str) -> Derivation:
    """One of the examples, worked and proved."""
    worked = prove(derive(load(next(spec for spec in EXAMPLES if spec.stem == stem))))
    assert not unproved(worked)
    return worked


@pytest.mark.slow
def test_a_sum_over_samples_has_its_logarithms() -> None:
    assert chain(lesson("xor"), "forward", "L")[2:5] == [
        r"\frac{-(\ln(1 - 0.6667) + \ln(0.3333) + \ln(0.4976) + \ln(1 - 0.3376))}{4}",
        r"\frac{-(\ln(0.3333) + \ln(0.3333) + \ln(0.4976) + \ln(0.6624))}{4}",
        r"\frac{-(-1.099 - 1.099 - 0.6979 - 0.4119)}{4}",
    ]


def test_many_samples_are_added_from_the_error_signals() -> None:
    links = chain(lesson("xor"), "partials", r"\frac{\partial L}{\partial w^{(2)}_{1}}")
    assert links[1] == " + ".join(
        rf"\frac{{\partial L}}{{\partial z^{{(2)}}_{{{k}}}}} h_{{1{k}}}" for k in (1, 2, 3, 4)
    )
    assert links[2] == r"0.1667 (-0.4621) + (-0.1667) \cdot 0.4621 + (-0.1256) \cdot 0.4621 + 0.08440 \cdot 0.9051"


def test_a_kernel_collects_its_products() -> None:
    worked = lesson("cnn")
    assert chain(worked, "backward", r"\frac{\partial L}{\partial K}")[2] == (
        r"\begin{pmatrix} 0.5 (-0.06996) \;\; & -0.06996 \\ -0.06996 \;\; & 2 (-0.06996) \end{pmatrix}"
    )
    signals = [
        (rf"\frac{{\partial L}}{{\partial C_{{{i}{j}}}}}", rf"x_{{{i}{j + 1}}}") for i in (1, 2, 3) for j in (1, 2, 3)
    ]
    assert chain(worked, "partials", r"\frac{\partial L}{\partial k_{12}}")[0] == " + ".join(map(" ".join, signals))


def test_a_quotient_on_the_left_of_a_product_stands_in_brackets() -> None:
    links = chain(lesson("skip-gram"), "backward", r"\frac{\partial L}{\partial s}")
    assert links[:2] == [
        r"\frac{\partial L}{\partial p} \odot p \odot (1 - p)",
        r"((p - y) \oslash (p \odot (1 - p))) \odot p \odot (1 - p)",
    ]


def test_products_are_worked_before_they_are_added() -> None:
    assert chain(lesson("layer-norm"), "backward", r"\frac{\partial L}{\partial c}")[-2] == (
        r"\begin{pmatrix} -0.2297 + 0.07587 \\ -0.1723 + 0.2276 \\ 0.3088 - 0.3035 \end{pmatrix}"
    )


def test_numeric_factors_stand_beside_each_other_before_they_are_drawn_together() -> None:
    mean = (
        '[model]\nloss = "J"\nequations = "J = mean((u - y)^2)"\n[parameters]\nu = [1, 2, 3, 4]\n[data]\ny = '
        "[0, 0, 1, 1]"
    )
    assert chain(spoken(mean), "backward", r"\frac{\partial J}{\partial u}")[:2] == [
        r"\frac{1}{4} \cdot 2 (u - y)",
        r"\frac{u - y}{2}",
    ]


def test_a_mask_is_written_out() -> None:
    worked = derive(load(next(spec for spec in EXAMPLES if spec.stem == "dropout")))
    assert chain(worked, "forward", "d")[:2] == [r"\operatorname{dropout}(h, m, 0.5)", r"\frac{m \odot h}{1 - 0.5}"]


def test_each_local_derivative_of_a_product_has_its_formula_before_its_number() -> None:
    worked = prove(derive(load(next(spec for spec in EXAMPLES if spec.stem == "logistic-regression"))))
    assert chain(worked, "partials", r"\frac{\partial L}{\partial w_{1}}")[1:4] == [
        r"\frac{p - y}{p (1 - p)} (p (1 - p)) x_{1}",
        r"\frac{0.700567 - 1}{0.700567 (1 - 0.700567)} (0.700567 (1 - 0.700567)) \cdot 2",
        r"-1.42741 \cdot 0.209773 \cdot 2",
    ]
    assert not unproved(worked)


def test_entries_of_softmax_have_their_own_derivatives() -> None:
    text = '[model]\nloss = "L"\nequations = """\np = softmax(z)\nL = p[0]^2\n"""\n[parameters]\nz = [1, 2]'
    worked = prove(spoken(text))
    assert chain(worked, "partials", r"\frac{\partial L}{\partial z_{1}}")[:2] == [
        r"\frac{\partial L}{\partial p_{1}} \frac{\partial p_{1}}{\partial z_{1}}",
        r"2 p_{1} (p_{1} (1 - p_{1}))",
    ]
    assert chain(worked, "partials", r"\frac{\partial L}{\partial z_{2}}")[1] == r"2 p_{1} (-p_{2} p_{1})"
    assert not unproved(worked)


def test_weight_decay_says_what_is_made_small_and_its_gradient_is_the_term_that_joins() -> None:
    import sympy

    worked = prove(derive(load(next(spec for spec in EXAMPLES if spec.stem == "weight-decay"))))
    assert chain(worked, "update", r"\tilde{L}") == [r"L + \frac{\lambda}{2} \lVert \theta_{\text{old}}\rVert^{2}"]
    assert not unproved(worked)
    loss, theta, decay = sympy.Function("L"), sympy.Symbol("theta", real=True), sympy.Symbol("lambda")
    objective = loss(theta) + decay / 2 * sympy.sqrt(theta**2) ** 2
    assert sympy.simplify(objective.diff(theta) - (loss(theta).diff(theta) + decay * theta)) == 0


def test_no_fraction_of_a_fraction_and_factors_in_front() -> None:
    norm = derive(load(next(spec for spec in EXAMPLES if spec.stem == "layer-norm")))
    assert (
        chain(norm, "backward", r"\frac{\partial L}{\partial v}")[1] == r"\frac{\partial L}{\partial s} \frac{1}{2 s}"
    )
    batch = derive(load(next(spec for spec in EXAMPLES if spec.stem == "batch-norm")))
    apart, together = chain(batch, "backward", r"\frac{\partial L}{\partial c}")[:2]
    assert r"\frac{1}{3} \cdot 2 \left(\mathbf{1}_{3} \frac{\partial L}{\partial v} \odot c\right)" in apart
    assert r"\frac{2}{3} \left(\mathbf{1}_{3} \frac{\partial L}{\partial v} \odot c\right)" in together


def test_an_entry_of_a_name_with_a_subscript_stands_behind_brackets() -> None:
    page = FORMATS["md"](derive(load(next(spec for spec in EXAMPLES if spec.stem == "rnn"))), "markdown").decode()
    assert r"(h_1)_2" in page and "}}_" not in page.replace(r"\mathbf{1}}_", "")


def test_what_is_exact_is_printed_as_exact() -> None:
    """0 times an irrational number is 0, and what is added to it stays as it is."""
    text = '[model]\nloss = "L"\nequations = """\nh = c * tanh(w)\nr = h + 0.1\nL = (r - 1)^2\n"""\n[parameters]\nw = 1\n[data]\nc = 0\n[update]\nrule = "sgd"\nrate = 0.3'
    worked = prove(spoken(text))
    seen = {chain.key: chain.links for phase in view(worked).phases for group in phase.groups for chain in group.chains}
    assert [(link.relation, link.latex) for link in seen["h"][-1:]] == [("=", "0")]
    assert [(link.relation, link.latex) for link in seen["r"][-1:]] == [("=", "0.1")]
    assert [(link.relation, link.latex) for link in seen[r"w_{\text{new}}"][-1:]] == [("=", "1")]
    assert worked.updated["w"].entries == (1,) and not unproved(worked)


def test_what_is_rounded_is_never_said_to_be_equal() -> None:
    worked = spoken('[model]\nequations = """\na = 1 / 3\nb = 3 * a\nc = exp(x) * x\n"""\n[data]\nx = 1')
    seen = {chain.key: chain.links for phase in view(worked).phases for group in phase.groups for chain in group.chains}
    assert [(link.relation, link.latex) for link in seen["b"][-2:]] == [
        (r"\approx", r"3 \cdot 0.333333"),
        (r"\approx", "1"),
    ]
    assert seen["c"][-1].relation == r"\approx"
