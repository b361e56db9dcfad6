"""Heat maps: what is shown follows from the operations, tints from the numbers, and nothing lies on anything else,
however large it is."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from pages.test_figures import LESSONS, faults, lesson
from places import ROOT

import derivation
from derivation.formulas.terms import name
from derivation.handwriting.ink.hands import HANDS
from derivation.pages.figures import Chart, charts
from derivation.pages.figures.flowchart import TEXT_WIDTH
from derivation.pages.figures.geometry import Node
from derivation.pages.figures.svg import svg
from derivation.pages.figures.tikz import tikz
from derivation.tex.write import write

Matrix = list[list[float]]
IMAGE = [[1, 0.5, 2, 1], [0, 1, -1, 0.5], [2, 1, 0.5, 1], [1, 0, 1, 2]]
KERNEL = [[1, -1], [0.5, 2]]


def drawn(equations: str, parameters: dict[str, object], data: dict[str, object], head: str = "") -> Chart | None:
    given = [
        f"[{key}]\n" + "\n".join(f"{one} = {value}" for one, value in values.items())
        for key, values in (("parameters", parameters), ("data", data))
    ]
    return charts(
        derivation.derive(derivation.loads(f'{head}\n[model]\nequations = """\n{equations}\n"""\n' + "\n".join(given)))
    ).get("heat")


def numbers(rows: int, columns: int, seed: int = 1) -> Matrix:
    return np.random.default_rng(seed).integers(-99, 100, (rows, columns)).__truediv__(100).tolist()  # type: ignore[no-any-return]


def cells(chart: Chart, quantity: str) -> list[Node]:
    return [node for node in chart.nodes if node.quantity == quantity]


def shown(chart: Chart | None) -> list[str]:
    return list(dict.fromkeys(node.quantity for node in chart.nodes if node.quantity)) if chart else []


def texts(chart: Chart) -> list[str]:
    return [text.latex for label in chart.labels for text in label.block.texts]


def read(nodes: list[Node]) -> np.ndarray:
    """The printed numbers, laid out by where they stand."""
    rows = sorted({node.y for node in nodes})
    return np.array(
        [
            [float(node.block.texts[0].latex) for node in sorted(nodes, key=lambda node: node.x) if node.y == row]
            for row in rows
        ]
    )


def shades(nodes: list[Node]) -> np.ndarray:
    rows = sorted({node.y for node in nodes})
    return np.array([[node.shade for node in sorted(nodes, key=lambda node: node.x) if node.y == row] for row in rows])


# What is shown


@pytest.mark.slow
def test_only_convolutions_and_attentions_have_heat_maps() -> None:
    found = {stem: shown(charts(lesson(stem)).get("heat")) for stem in LESSONS}
    assert {stem: keys for stem, keys in found.items() if keys} == {
        "cnn": ["X", "K", "C", "A", "P"], "attention": ["S", "A"], "transformer-block": ["S", "A"], "two-heads": ["S_1", "P_1", "S_2", "P_2"],
        "multi-head-attention": ["S_1", "P_1", "S_2", "P_2"],
        "image-batch": ["X_1_1", "K_1", "X_1_2", "K_2", "Z_1", "X_2_1", "X_2_2", "Z_2"],
        "lenet": ["X_1", "K_1_1", "X_2", "K_1_2", "Z_1", "A_1", "P_1", "K_2_1", "K_2_2", "Z_2", "A_2", "P_2"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "equations",
    [
        "P = softmax(X @ W, axis=1)",
        "Z = X @ W.T + X\nP = softmax(Z, axis=1)",
        "H = softmax(W @ X, axis=0)\nY = W @ H",
        "P = softmax(W @ slice(X, 1, 2, 1, 1))",
        "Y = relu(X @ W)",
        "Y = X\nZ = X[1, 1] * Y",
    ],
)
def test_the_softmax_of_a_layer_is_no_attention(equations: str) -> None:
    """Its scores come from weights, not from a product of two quantities."""
    assert drawn(equations, {"W": [[1, 2], [3, 4]]}, {"X": [[1, 2], [0, 1]]}) is None


@pytest.mark.parametrize(
    ("equations", "quantities"),
    [
        ("left = X @ W\nlinks = left @ X.T\nshares = softmax(links, axis=1)", ["links", "shares"]),
        ("shares = softmax(X @ X.T / 2, axis=1)", ["z", "shares"]),
        ("other = X.T\nshares = softmax(X @ other + M, axis=1)", ["z", "shares"]),
        ("o = masked_attention(X @ W, X, X, M)", ["S", "M", "A"]),
        ("S = X @ W @ X.T\nA = softmax(S, axis=0)", ["S", "A"]),
        ("q = W @ x\na = softmax(X @ q)", ["z", "a"]),
    ],
)
def test_an_attention_is_known_by_its_product(equations: str, quantities: list[str]) -> None:
    chart = drawn(
        equations,
        {"W": [[1, -2], [3, 0.5]]},
        {"X": [[1, 2], [0, 1], [2, -1]], "x": [1, 2], "M": [[1, 0, 0], [1, 1, 0], [1, 1, 1]]},
    )
    assert chart is not None and not faults(chart) and shown(chart) == quantities


def test_rows_of_weights_are_queries_and_columns_where_these_add_up_to_1() -> None:
    for axis, beside, above in ((1, "queries", "keys"), (0, "keys", "queries")):
        chart = drawn(f"S = X @ X.T\nA = softmax(S, axis={axis})", {"w": 1}, {"X": [[1, 2], [0, 1]]})
        assert chart is not None
        words = {text.latex: label for label in chart.labels for text in label.block.texts if "text" in text.latex}
        first = cells(chart, "S")[0]
        assert (
            words[rf"\text{{{beside}}}"].x < first.x - first.width / 2
            and words[rf"\text{{{above}}}"].y < first.y - first.height / 2
        )
        assert read(cells(chart, "A")).sum(axis=axis) == pytest.approx(1, abs=1e-4)


def test_the_operations_stand_between() -> None:
    """Signs as in the formula, functions above their arrows; what is written in one goes step by step."""
    image = {"X": [[1, 2, 3], [0, -1, 2], [1, 1, 0]], "Y": [[0, 1, 0], [1, 0, 1], [0, 2, 0]]}
    kernels = {"K": [[1, 0], [0, 1]], "J": [[0, 1], [1, 0]], "b": 0.5}
    for equations, said in (
        (
            "P = avgpool(relu(conv2d(X, K) + conv2d(Y, J) + b))",
            [r"\star", "+", r"\star", "+ b", r"\operatorname{ReLU}", r"\operatorname{avgpool}_{2}"],
        ),
        ("C = conv2d(X, K, padding=1)\nD = conv2d(C, J)", [r"\star_{s=1,\,p=1 \times 1}", r"\star"]),
        ("C = 2 * conv2d(X + Y, K)", ["X + Y", ",", r"2 ((X + Y) \star K)"]),
    ):
        chart = drawn(equations, kernels, image)
        assert chart is not None and not faults(chart)
        left = iter(texts(chart))
        assert all(text in left for text in said), (equations, texts(chart))


# Numbers and tints


def test_a_convolution_is_tinted_by_its_numbers() -> None:
    """The lesson again with NumPy: image, kernel, feature map, activation, pooled; the three made of one another have
    one scale."""
    chart = charts(lesson("cnn"))["heat"]
    windows = np.lib.stride_tricks.sliding_window_view(np.array(IMAGE), (2, 2))
    feature = np.einsum("ijkl,kl->ij", windows, np.array(KERNEL)) + 0.1
    active = np.maximum(feature, 0)
    expected = {"X": np.array(IMAGE), "K": np.array(KERNEL), "C": feature, "A": active, "P": active.max(keepdims=True)}
    scale = {"X": 2, "K": 2, "C": 4.1, "A": 4.1, "P": 4.1}
    for quantity, values in expected.items():
        assert read(cells(chart, quantity)) == pytest.approx(values), quantity
        assert shades(cells(chart, quantity)) == pytest.approx(values / scale[quantity], abs=5e-4), quantity


def test_heads_are_tinted_on_one_scale() -> None:
    tokens = np.array([[1, 0], [0.5, 1]])
    chart = charts(lesson("two-heads"))["heat"]
    scores = {"1": np.outer(tokens @ [1, 0.5], tokens @ [0.5, 0]), "2": np.outer(tokens @ [0, 1], tokens @ [1, -0.5])}
    weights = {key: np.exp(one) / np.exp(one).sum(axis=1, keepdims=True) for key, one in scores.items()}
    strongest = max(one.max() for one in weights.values())
    for key in scores:
        assert shades(cells(chart, f"S_{key}")) == pytest.approx(scores[key] / np.abs(scores[key]).max(), abs=5e-4)
        assert read(cells(chart, f"P_{key}")) == pytest.approx(weights[key], abs=5e-5)
        assert shades(cells(chart, f"P_{key}")) == pytest.approx(weights[key] / strongest, abs=5e-4)


def test_zero_is_white_and_a_matrix_of_zeros_too() -> None:
    chart = drawn("C = conv2d(X, K)", {"K": [[1, -1]]}, {"X": [[0, 0, 0]]})
    assert chart is not None
    assert [(node.shade, node.tint) for node in cells(chart, "X")] == [(0.0, "")] * 3
    assert [node.tint for node in cells(chart, "K")] == ["positive", "negative"]


@pytest.mark.parametrize("stem", ["cnn", "attention", "transformer-block", "two-heads"])
def test_digits_are_those_of_the_walkthrough(stem: str) -> None:
    """What a cell shows is an entry at the end of the quantity's chain."""
    worked = lesson(stem)
    chart, names = charts(worked)["heat"], worked.network.names
    ends = {
        step.quantity: step.lines[-1].term for phase in worked.phases if phase.key == "forward" for step in phase.steps
    }
    for quantity in set(shown(chart)) & worked.network.equations.keys():
        term = ends[name(quantity)]
        entries = [entry for row in term.args for entry in row.args] if term.head == "matrix" else [term]
        assert [node.block.texts[0].latex for node in cells(chart, quantity)] == [
            write(entry, names) for entry in entries
        ]
        assert all(
            node.block.width + 1 <= node.width and node.block.height + 1 <= node.height
            for node in cells(chart, quantity)
        )


@pytest.mark.parametrize("stem", ["cnn", "attention"])
def test_both_writers_tint_alike(stem: str) -> None:
    chart = charts(lesson(stem))["heat"]
    drawn = {"positive": 1, "negative": -1}
    boxes = re.findall(r"\\path\[box cell(?:,tint (\w+)=([\d.]+))?\]", tikz(chart))
    assert [drawn.get(tint, 0) * float(size or 0) / 100 for tint, size in boxes] == pytest.approx(
        [node.shade for node in chart.nodes], abs=6e-4
    )
    groups = [
        group
        for group in ElementTree.fromstring(svg(chart)).iter("{http://www.w3.org/2000/svg}g")
        if "cell" in group.get("class", "").split()
    ]
    for group, node in zip(groups, chart.nodes, strict=True):
        assert group.get("class", "").split() == ["node", "cell", *filter(None, [node.tint])]
        assert group[0].get("style") == (f"--shade:{abs(node.shade):.3f}" if node.shade else None)


def luminance(colour: np.ndarray) -> float:
    """Relative luminance, WCAG 2.1."""
    linear = np.where(colour <= 0.03928, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(a: np.ndarray, b: np.ndarray) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def rgb(text: str) -> np.ndarray:
    return np.array([int(text.lstrip("#")[k : k + 2], 16) for k in (0, 2, 4)]) / 255


def test_numbers_can_be_read_on_the_fullest_tint() -> None:
    """A contrast of 4.5 (WCAG 2.1, AA) in print, by hand, and on the page in both schemes."""
    templates = ROOT / "templates"
    sheet, page = ((templates / path).read_text("utf-8") for path in ("svg/chart.css", "page/page.css"))
    default = float(re.findall(r"var\(--full, (\d+)%\)", sheet)[0]) / 100
    schemes = [
        dict(re.findall(r"--(\w+): (#?[\w%]+);", text))
        for text in (page.partition("@media")[0], page.partition("@media")[2].partition(".chart")[0])
    ]
    assert schemes[0]["paper"] != schemes[1]["paper"]
    for colours in schemes:
        share = float(colours["full"].strip("%")) / 100 if "full" in colours else default
        for tint in ("forward", "training"):
            ground = share * rgb(colours[tint]) + (1 - share) * rgb(colours["paper"])
            assert contrast(rgb(colours["ink"]), ground) > 4.5, (tint, share)
    preamble = (templates / "typeset" / "preamble.tex.j2").read_text("utf-8")
    colours = dict(re.findall(r"\\definecolor\{(\w+)\}\{HTML\}\{(\w+)\}", preamble))
    for tint, of, share in re.findall(r"\\colorlet\{(positive|negative)\}\{(\w+)!(\d+)!white\}", preamble):
        ground = int(share) / 100 * rgb(colours[of]) + 1 - int(share) / 100
        assert contrast(rgb(colours["ink"]), ground) > 4.5, tint
    by_hand = (templates / "handwritten" / "preamble.tex.j2").read_text("utf-8")
    pencils = dict(re.findall(r"\\definecolor\{(positive|negative)\}\{HTML\}\{(\w+)\}", by_hand))
    for hand in HANDS.values():
        assert len(pencils) == 2 and all(contrast(rgb(hand.ink), rgb(pencil)) > 4.5 for pencil in pencils.values())


# Room


@pytest.mark.parametrize(
    ("equations", "parameters", "data", "kinds"),
    [
        (
            "O = masked_attention(X @ W, X, X, M)",
            {"W": numbers(2, 2)},
            {"X": numbers(4, 2), "M": np.tri(4, dtype=int).tolist()},
            {"cell"},
        ),
        ("O = attention(X @ W, X, X)", {"W": numbers(2, 2)}, {"X": numbers(14, 2)}, {"tile", "cell"}),
        ("C = conv2d(X, K)\nP = maxpool(relu(C))", {"K": numbers(3, 3)}, {"X": numbers(18, 18)}, {"tile", "cell"}),
        (
            "A = relu(conv2d(X, K))\nB = tanh(conv2d(A, J) + b)\nP = avgpool(B)",
            {"K": numbers(2, 2), "J": numbers(2, 2, 2), "b": 0.3},
            {"X": numbers(6, 6)},
            {"tile", "cell"},
        ),
        ("C = conv2d(X, K)\nP = avgpool(relu(C))", {"K": numbers(2, 2)}, {"X": numbers(5, 5)}, {"cell"}),
        ("C = conv2d(X, K)", {"K": numbers(2, 2)}, {"X": numbers(40, 40)}, None),
    ],
)
def test_large_matrices_keep_to_the_page(
    equations: str, parameters: dict[str, object], data: dict[str, object], kinds: set[str] | None
) -> None:
    """Numbers where there is room, tiles where there is none (the legend has cells), nothing beyond 32 rows; rows of
    the chart go on where the last one ended."""
    chart = drawn(equations, parameters, data, "digits = 4")
    if kinds is None or chart is None:
        assert kinds is chart
        return
    assert {node.kind for node in chart.nodes} == kinds and not faults(chart)
    assert chart.width <= TEXT_WIDTH["a4"]


def test_many_heads_stand_side_by_side() -> None:
    heads = "\n".join(f"q_{k} = X @ A_{k}\nS_{k} = q_{k} @ X.T\nP_{k} = softmax(S_{k}, axis=1)" for k in range(1, 9))
    chart = drawn(heads, {f"A_{k}": numbers(2, 2, k) for k in range(1, 9)}, {"X": numbers(3, 2)}, "digits = 2")
    assert chart is not None and not faults(chart) and len(shown(chart)) == 16
    assert len({round(min(node.y for node in cells(chart, f"P_{k}"))) for k in range(1, 9)}) < 8


def test_a_tile_below_0_is_marked_for_print_without_colours() -> None:
    chart = drawn("C = conv2d(X, K)", {"K": [[1, -1]]}, {"X": numbers(14, 14)})
    assert chart is not None
    tiles = [node for node in chart.nodes if node.kind == "tile"]
    assert {node.block.texts[0].latex for node in tiles if node.block.texts} == {"-"}
    assert [bool(node.block.texts) for node in tiles] == [node.shade < -0.1 for node in tiles]
