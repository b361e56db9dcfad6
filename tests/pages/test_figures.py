"""Charts: nothing lies on anything else, on every lesson and on random graphs; shares add up; both writers draw the
same."""

from __future__ import annotations

import math
import random
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise, permutations, product
from pathlib import Path

import pytest
from flint import arb, ctx, fmpq
from lessons import worked as lesson
from patience import PATIENCE
from places import EXAMPLES, ROOT

import derivation
from derivation.formulas.calculus.evaluate import evaluate
from derivation.formulas.numbers import bounds, exact, middle
from derivation.formulas.terms import name, names, rebuild
from derivation.pages.figures import Chart, charts, map_of
from derivation.pages.figures.flowchart import TEXT_WIDTH, Look, backward_looks, drawn, forward_looks
from derivation.pages.figures.fold import Graph, Row, Station, folded, row, width_of
from derivation.pages.figures.geometry import HEAD, Block, Edge, Frame, Label, Node, Text, block
from derivation.pages.figures.layered import Box, Link, layered
from derivation.pages.figures.shares import shares
from derivation.pages.figures.svg import svg
from derivation.pages.figures.tikz import PAGE, tikz
from derivation.pages.typesetting import engine

LESSONS = [path.stem for path in EXAMPLES]
SEEDS = range(200)
TOUCH = 0.02
"""Millimetres by which frames may touch."""


@cache
def charts_of(stem: str) -> dict[str, Chart]:
    return charts(lesson(stem))


def overlap(a: Frame, b: Frame) -> bool:
    return min(a[2], b[2]) - max(a[0], b[0]) > TOUCH and min(a[3], b[3]) - max(a[1], b[1]) > TOUCH


def within(point: tuple[float, float], frame: Frame) -> bool:
    return frame[0] + TOUCH < point[0] < frame[2] - TOUCH and frame[1] + TOUCH < point[1] < frame[3] - TOUCH


def sampled(edge: Edge) -> Iterator[tuple[float, float]]:
    """Points along an edge, a tenth of a millimetre apart or less, by the definition of a Bezier curve."""
    for curves in edge.curves:
        for a, b, c, d in curves:
            steps = max(int(10 * (abs(d[0] - a[0]) + abs(d[1] - a[1]))), 1)
            for k in range(steps + 1):
                t = k / steps
                yield tuple(
                    (1 - t) ** 3 * a[i] + 3 * (1 - t) ** 2 * t * b[i] + 3 * (1 - t) * t**2 * c[i] + t**3 * d[i]
                    for i in (0, 1)
                )  # type: ignore[misc]


def frames(chart: Chart) -> list[Frame]:
    """Boxes and labels; the points of a plot lie where their values put them."""
    labels = [edge.label for edge in chart.edges if edge.label]
    return [
        part.frame
        for part in (*(node for node in chart.nodes if node.kind not in ("dot", "ring")), *chart.labels, *labels)
    ]


def faults(chart: Chart) -> list[object]:
    """Everything that lies on something else or outside."""
    taken = frames(chart)
    found: list[object] = [(a, b) for k, a in enumerate(taken) for b in taken[:k] if overlap(a, b)]
    round_ones = [node for node in chart.nodes if node.kind == "neuron"]
    solid = [frame for frame in taken if frame not in [node.frame for node in round_ones]]
    for edge in chart.edges:
        found += [
            (edge.source, edge.target, frame) for point in sampled(edge) for frame in solid if within(point, frame)
        ][:1]
        found += [
            (edge.source, edge.target, node)
            for point in sampled(edge)
            for node in round_ones
            if math.dist(point, (node.x, node.y)) < node.width / 2 - TOUCH
        ][:1]
    found += [
        frame
        for frame in taken
        if frame[0] < -TOUCH or frame[1] < -TOUCH or frame[2] > chart.width + TOUCH or frame[3] > chart.height + TOUCH
    ]
    return found


def test_faults_are_found() -> None:
    """The checks of this file see a box on a box, and an edge through one."""
    empty = Block((), 0, 0)
    a, b, c = (Node(key, "unit", x, 3, 4, 4, empty) for key, x in (("a", 3), ("b", 6), ("c", 12)))
    edge = Edge("a", "c", "a", "forward", (((5, 3), (10, 3)),))
    assert faults(Chart(20, 10, (a, b)))
    assert faults(Chart(20, 10, (a, replace(b, x=8), c), (edge,)))
    assert not faults(Chart(20, 10, (a, c), (edge,)))
    assert faults(Chart(10, 10, (c,)))


# Every lesson


@pytest.mark.parametrize("stem", LESSONS)
def test_nothing_lies_on_anything_in_a_lesson(stem: str) -> None:
    for key, chart in charts_of(stem).items():
        assert not faults(chart), key
        assert chart.width <= TEXT_WIDTH["a4"] + TOUCH and chart.height <= PAGE, key


def landings(chart: Chart) -> Iterator[tuple[Edge, float]]:
    """Each arrow with the length of the level piece at its end."""
    for edge in chart.edges:
        if not edge.straight:
            *_, (start, _, _, end) = list(edge.curves)[-1]
            yield edge, abs(end[0] - start[0]) if start[1] == end[1] else 0.0


@pytest.mark.parametrize("stem", LESSONS)
def test_every_arrow_meets_its_box_at_a_right_angle(stem: str) -> None:
    """The last piece is level, at least as long as a head, and ends at the side of a box."""
    worked = lesson(stem)
    for chart in (*(chart for key, chart in charts_of(stem).items() if key != "heat"), map_of(worked.network)):
        for edge, level in landings(chart):
            assert level >= HEAD - 1e-9, (edge.source, edge.target)
            x, y = edge.strokes[-1][-1]
            sides = [
                (side, box.frame)
                for box in chart.nodes
                for side in (box.frame[0], box.frame[2])
                if box.quantity == edge.target
            ]
            assert any(abs(x - side) < 1e-5 and frame[1] < y < frame[3] for side, frame in sides), (
                edge.source,
                edge.target,
            )


@pytest.mark.slices(12)
@pytest.mark.parametrize("stem", LESSONS)
def test_nothing_lies_on_anything_however_much_is_shown(stem: str) -> None:
    """The looks that the page had no room for too."""
    worked = lesson(stem)
    for look in (*forward_looks(worked), *backward_looks(worked)):
        chart = drawn(look, TEXT_WIDTH["a4"])
        assert not faults(chart)
        assert all(level >= HEAD - 1e-9 for _, level in landings(chart))
        assert chart.width <= TEXT_WIDTH["a4"] + TOUCH


@pytest.mark.parametrize("stem", LESSONS)
def test_a_map_is_low_and_marks_what_it_is_told(stem: str) -> None:
    network = lesson(stem).network
    for key in network.equations:
        chart = map_of(network, frozenset({key}))
        assert {node.quantity for node in chart.nodes if node.marked} == {key}
    assert not faults(chart)
    assert chart.height <= 45 and chart.width <= TEXT_WIDTH["a4"] + TOUCH
    assert {key for node in chart.nodes for key in node.quantity.split()} >= {
        *network.equations,
        *(key for key in network.data if network.consumers[key]),
    }
    drawn_uses = {(one, edge.target) for edge in chart.edges for one in edge.source.split() if one != edge.target}
    assert drawn_uses == {
        (used, key) for key, term in network.equations.items() for used in names(term) if used not in network.parameters
    }
    assert not {key for node in chart.nodes for key in node.quantity.split()} & set(network.parameters)


@pytest.mark.parametrize("stem", LESSONS)
def test_every_use_is_an_edge(stem: str) -> None:
    """Forward and backward, each equation has an edge from each quantity that it uses, and no other."""
    worked = lesson(stem)
    uses = {(operand, key) for key, term in worked.network.equations.items() for operand in names(term)}
    found = charts_of(stem)
    drawn_uses = {
        (one, edge.target) for edge in found["forward"].edges for one in edge.source.split() if one != edge.target
    }
    assert drawn_uses == uses
    if "backward" in found:
        assert {
            (
                one,
                max(edge.source, edge.target, key=lambda end: end in worked.network.equations and end != edge.quantity),
            )
            for edge in found["backward"].edges
            for one in edge.quantity.split()
            if edge.source != edge.target
        } == uses


@pytest.mark.parametrize("stem", LESSONS)
def test_gradients_flow_back_to_what_has_one_and_never_into_data(stem: str) -> None:
    worked = lesson(stem)
    if not worked.network.loss:
        return
    for edge in charts_of(stem)["backward"].edges:
        flows = all(key in worked.gradients and key not in worked.network.data for key in edge.quantity.split())
        assert (edge.style == "backward") == flows, edge
        if edge.style == "backward":
            assert edge.target == edge.quantity
            assert edge.strokes[0][0][0] > edge.strokes[-1][-1][0], "gradients go from right to left"


# Shares


def near(a: object, b: object, digits: int) -> bool:
    """Whether two numbers differ by less than a unit at the given digit of the larger."""
    x, y = middle(a), middle(b)
    return bool(abs(x - y) <= max(abs(x), abs(y), fmpq(1, 1000)) / fmpq(10) ** digits)


@pytest.mark.parametrize("stem", LESSONS)
def test_shares_add_up_to_the_gradient(stem: str) -> None:
    worked = lesson(stem)
    found = shares(worked.network, worked.training_steps[0]).gradients
    digits = 2 if worked.network.carry else 25
    checked = 0
    for key, gradient in worked.gradients.items():
        parts = [array for (_, operand), array in found.items() if operand == key]
        if parts:
            for k, entry in enumerate(gradient.entries):
                assert near(
                    entry, sum((middle(part.entries[k]) for part in parts[1:]), middle(parts[0].entries[k])), digits
                ), key
                checked += 1
    assert checked


@pytest.mark.parametrize("stem", ["gru", "lstm", "layer-norm", "two-two-one"])
def test_a_share_is_the_slope_of_its_own_use(stem: str) -> None:
    """The loss when one use alone sees a quantity changed, by difference quotients: an independent reckoning of each
    share."""
    worked = lesson(stem)
    network, h = worked.network, fmpq(1, 10**8)

    def loss(result: str, operand: str, place: int, change: fmpq) -> fmpq:
        known = {name(key): worked.values[key] for key in (*network.data, *network.parameters)}
        for key, term in network.equations.items():
            if key == result:
                array = known[name(operand)]
                entries = tuple(entry + change if k == place else entry for k, entry in enumerate(array.entries))
                known[name("changed")] = type(array)(array.shape, entries)
                term = rebuild(term, lambda node: name("changed") if node == name(operand) else None)
            known[name(key)] = evaluate(term, known)
        return middle(known[name(network.loss)].entries[0])

    with ctx.workprec(192):
        found = {
            (use, place): entry
            for use, array in shares(network, worked.training_steps[0]).gradients.items()
            for place, entry in enumerate(array.entries)
        }
        for ((result, operand), place), entry in found.items():
            slope = (loss(result, operand, place, h) - loss(result, operand, place, -h)) / (2 * h)
            assert near(slope, entry, 6), (result, operand)


def test_the_backward_chart_prints_shares_on_edges_and_totals_in_nodes() -> None:
    """Layer normalization: c is used by v and by xhat; what the edges say adds up to what the node says, to the digits
    printed."""
    chart = charts_of("layer-norm")["backward"]

    def numbers(block: Block) -> list[float]:
        matrix = next(text.latex for text in block.texts if "pmatrix" in text.latex)
        return [float(entry) for entry in re.findall(r"-?\d+\.\d+|-?\d+", matrix)]

    labels = [numbers(edge.label.block) for edge in chart.edges if edge.quantity == "c" and edge.label]
    total = numbers(next(node.block for node in chart.nodes if node.quantity == "c" and node.kind == "unit"))
    assert len(labels) == 2 and len(total) == 3
    assert [sum(entries) for entries in zip(*labels, strict=True)] == pytest.approx(total, abs=2e-3)


# Random graphs


def random_boxes(chooser: random.Random) -> tuple[list[Box], list[Link]]:
    """Up to thirty boxes of any size in up to nine columns, any links to the right, some with labels."""
    columns = chooser.randint(2, 9)
    boxes = [
        Box(k, layer, chooser.uniform(3, 30), chooser.uniform(3, 20))
        for k, layer in enumerate(column for column in range(columns) for _ in range(chooser.randint(1, 4)))
    ]
    pairs = [(a, b) for a in boxes for b in boxes if a.layer < b.layer]
    chosen = chooser.sample(pairs, min(len(pairs), chooser.randint(1, 40)))
    return boxes, [
        Link(
            a.key,
            b.key,
            (chooser.uniform(4, 20), chooser.uniform(2, 12)) if chooser.random() < 0.4 else None,
            chooser.random() < 0.5,
        )
        for a, b in chosen
    ]


def laid_out(boxes: list[Box], links: list[Link]) -> Chart:
    layout = layered(boxes, links, 172.0)
    nodes = tuple(
        Node(str(box.key), "unit", *layout.places[box.key], box.width, box.height, Block((), 0, 0)) for box in boxes
    )
    edges = tuple(
        Edge(
            str(link.source),
            str(link.target),
            "",
            "forward",
            route.strokes,
            Label(Block((), *link.label), *route.label) if link.label and route.label else None,
        )
        for link, route in zip(links, layout.routes, strict=True)
    )
    return Chart(layout.width, layout.height, nodes, edges)


@pytest.mark.slices(30)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_lies_on_anything_in_a_random_graph(seed: int) -> None:
    boxes, links = random_boxes(random.Random(seed))
    chart = laid_out(boxes, links)
    assert not faults(chart)
    sides = {node.quantity: node.frame for node in chart.nodes}
    for link, edge in zip(links, chart.edges, strict=True):
        assert bool(edge.label) == bool(link.label)
        (start, end) = edge.strokes[0][0], edge.strokes[-1][-1]
        left, right = sides[edge.source], sides[edge.target]
        assert start[0] == pytest.approx(left[2]) and left[1] < start[1] < left[3]
        assert end[0] == pytest.approx(right[0]) and right[1] < end[1] < right[3]
        for stroke in edge.strokes:
            assert all(a[0] <= b[0] + 1e-9 for a, b in pairwise(stroke)), "an edge never turns back"


@pytest.mark.slices(30)
@pytest.mark.parametrize("seed", SEEDS)
def test_random_networks_fold_into_rows_that_fit(seed: int) -> None:
    """Random equations with parameters and data; every use is drawn once, every quantity has one node of its own."""
    chooser = random.Random(seed)
    given = [f"p{k}" for k in range(chooser.randint(1, 6))] + [f"d{k}" for k in range(chooser.randint(1, 4))]
    uses: dict[str, tuple[str, ...]] = {}
    for k in range(chooser.randint(1, 20)):
        before = given + list(uses)
        uses[f"e{k}"] = (
            tuple(chooser.sample(before[-6:] + given, chooser.randint(1, 3)))
            if chooser.random() < 0.8
            else tuple(chooser.sample(before, 1))
        )
        uses[f"e{k}"] = tuple(dict.fromkeys(uses[f"e{k}"]))
    used = {operand for operands in uses.values() for operand in operands}
    kinds = dict.fromkeys(uses, "unit") | {
        key: "parameter" if key.startswith("p") else "datum" for key in given if key in used
    }
    widths = {key: chooser.uniform(3, 30) for key in kinds}

    def sized(key: str) -> Block:
        return block((Text(key, widths[key], chooser.uniform(2, 12)),))

    labelled = {(key, operand) for key, operands in uses.items() for operand in operands if chooser.random() < 0.3}
    look = Look(
        Graph(uses, kinds),
        sized,
        sized,
        lambda key, operand: sized(key) if (key, operand) in labelled else None,
        lambda key, operand: "forward",
    )  # type: ignore[arg-type]
    chart = drawn(look, 172.0)
    assert not faults(chart)
    assert chart.width <= 172.0 + TOUCH
    assert {(edge.source, edge.target) for edge in chart.edges if edge.source != edge.target} == {
        (operand, key) for key, operands in uses.items() for operand in operands
    }
    own = [node.quantity for node in chart.nodes if node.kind != "again"]
    assert sorted(own) == sorted(kinds)


def crossings(chart: Chart) -> int:
    """Pairs of edges between two columns whose ends stand in opposite order."""
    ends = [(edge.strokes[0][0], edge.strokes[-1][-1]) for edge in chart.edges]
    return sum(
        (a[0][1] - b[0][1]) * (a[1][1] - b[1][1]) < 0 and a[0] != b[0] and a[1] != b[1]
        for k, a in enumerate(ends)
        for b in ends[:k]
    )


@pytest.mark.parametrize("seed", range(40))
def test_crossings_of_two_columns_are_as_few_as_any_order_has(seed: int) -> None:
    """Against all orders of four and four boxes."""
    chooser = random.Random(seed)
    pairs = chooser.sample(list(product(range(4), range(4))), chooser.randint(3, 7))
    boxes = [Box(side + str(k), layer, 5, 8) for layer, side in enumerate("ab") for k in range(4)]
    chart = laid_out(boxes, [Link(f"a{i}", f"b{j}") for i, j in pairs])
    least = min(
        sum(
            (left.index(i) - left.index(k)) * (right.index(j) - right.index(m)) < 0
            for n, (i, j) in enumerate(pairs)
            for k, m in pairs[:n]
        )
        for left in permutations(range(4))
        for right in permutations(range(4))
    )
    assert crossings(chart) == least


def test_a_chain_is_straight() -> None:
    boxes = [Box(k, k, 5, 5 + k) for k in range(5)]
    chart = laid_out(boxes, [Link(k, k + 1, None, True) for k in range(4)])
    assert len({round(point[1], 6) for edge in chart.edges for stroke in edge.strokes for point in stroke}) == 1


# Folding


def test_a_long_chain_is_folded_and_its_connection_named_twice() -> None:
    uses = {f"e{k}": (f"e{k - 1}",) if k else ("x",) for k in range(10)}
    graph = Graph(uses, {"x": "datum"} | dict.fromkeys(uses, "unit"))  # type: ignore[arg-type]
    rows = folded(graph, lambda row: width_of(row, lambda station: 20.0, lambda source, target: 0.0), 172.0)
    assert len(rows) == 2
    again = [[station.quantity for station in row.stations if station.again] for row in rows]
    assert again[0] == again[1] and len(again[0]) == 1


def test_a_parameter_used_far_away_is_named_again_and_a_datum_keeps_its_lane() -> None:
    uses = {"a": ("w", "x"), "b": ("a",), "c": ("b",), "d": ("c",), "e": ("d", "w", "x")}
    graph = Graph(uses, {"w": "parameter", "x": "datum"} | dict.fromkeys(uses, "unit"))  # type: ignore[arg-type]
    found: Row = row(graph, 1, 6)
    assert [(station.quantity, station.again) for station in found.stations if station.quantity in "wx"] == [
        ("w", False),
        ("w", True),
        ("x", False),
    ]
    assert (Station("x", 0, False), Station("e", 5, False)) in found.edges


@pytest.mark.slow
def test_a_chart_higher_than_a_page_is_parted_between_its_rows() -> None:
    """Twenty time steps of a GRU: no row is cut through, none is lost."""
    text = (ROOT / "examples" / "gru.toml").read_text("utf-8").replace("1..2", "1..20").replace("h[2]", "h[20]")
    text = text.replace("x_2 = -1", "\n".join(f"x_{k} = {(-1) ** k}" for k in range(2, 21))).partition("[update]")[0]
    worked = derivation.derive(derivation.loads(text))
    chart = charts(worked)["forward"]
    assert chart.height > PAGE and not faults(chart)
    pictures = tikz(chart).split("\\par\n")
    heights = [
        float(bottom) - float(top)
        for top, bottom in re.findall(
            r"\\useasboundingbox \(0,([\d.]+)\) rectangle \([\d.]+,([\d.]+)\)", "\n".join(pictures)
        )
    ]
    assert len(heights) == len(pictures) > 1 and max(heights) < PAGE
    assert sum(heights) == pytest.approx(chart.height, abs=0.1)
    assert sum(picture.count(r"\path[box") for picture in pictures) == len(chart.nodes)
    assert sum(picture.count(r"\draw[edge") for picture in pictures) == sum(len(edge.strokes) for edge in chart.edges)


# The update and the plots


@pytest.mark.parametrize("stem", LESSONS)
def test_a_step_of_the_update_carries_its_sign(stem: str) -> None:
    worked = lesson(stem)
    chart = charts_of(stem).get("update")
    if chart is None:
        assert not worked.network.update
        return
    assert len(chart.edges) == len(worked.training_steps[0].updated)
    for edge in chart.edges:
        assert edge.label is not None
        (text,) = edge.label.block.texts
        assert "+(-" not in text.latex.replace(" ", "") and re.match(r"(\\approx )?(-|\{\+\})", text.latex), text.latex


@pytest.mark.parametrize("stem", LESSONS)
def test_a_new_value_shows_how_far_it_has_moved(stem: str) -> None:
    """Old, step and new as printed: they add up within a tenth of the step, but where results are carried rounded."""
    worked = lesson(stem)
    chart = charts_of(stem).get("update")
    numeral = r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.}])"
    if chart is None or worked.network.carry:
        return
    texts = {node.block.texts[0].latex: node.quantity for node in chart.nodes}
    for edge in chart.edges:
        assert edge.label
        old, new = (
            [float(x) for x in re.findall(numeral, re.split(r"=|\\approx", latex)[-1])]
            for latex, key in texts.items()
            if key == edge.quantity
        )
        steps = [float(x) for x in re.findall(numeral, edge.label.block.texts[0].latex.replace("{+}", " "))]
        assert len(old) == len(new) == len(steps) > 0
        for a, step, b in zip(old, steps, new, strict=True):
            assert abs(a + step - b) <= abs(step) / 10 + 1e-12, (edge.quantity, a, step, b)


def test_the_step_is_the_one_that_is_taken_where_results_are_carried_rounded() -> None:
    """Paper arithmetic to three digits, by hand: 0.4 - 0.5 x 0.0814 = 0.3593 is written 0.359, and the step is -0.0407,
    not -0.041."""
    worked = lesson("paper-arithmetic")
    (edge,) = (edge for edge in charts(worked)["update"].edges if edge.quantity == "W2")
    assert edge.label
    steps = [exact(part) for part in re.findall(r"-?\d+\.\d+", edge.label.block.texts[0].latex)]
    assert steps[0] == exact("-0.0407")
    assert steps == [-x / 2 for x in worked.gradients["W2"].entries]


@pytest.mark.parametrize(
    ("stem", "lowest"), [("linear-regression", (1.9, 1.0)), ("momentum", (0.0, 0.0)), ("adam", (0.0, 0.0))]
)
def test_the_minimum_lies_in_the_frame_of_the_contours(stem: str, lowest: tuple[float, float]) -> None:
    """Least squares by hand: slope 9.5/5, intercept 5.75 - 1.9 x 2.5."""
    from derivation.pages.figures.surface import HEIGHT, WIDTH, _Picture

    worked = lesson(stem)
    assert worked.outcome is not None
    network = worked.network
    stations = [
        tuple(middle(now.values[term.args[0]].entries[0]) for term, _ in network.few_entries)
        for now in (*worked.training_steps, worked.outcome)
    ]
    picture = _Picture(network, network.few_entries, stations, fmpq(1))
    assert picture.minimum is not None
    assert tuple(float(value) for value in picture.minimum) == pytest.approx(lowest, abs=1e-4)
    ring = next(node for node in charts_of(stem)["surface"].nodes if node.kind == "ring")
    axis = max(
        (line for line in charts_of(stem)["surface"].lines if line.style == "axis"), key=lambda line: len(line.points)
    )
    (left, top), (right, bottom) = axis.points[0], axis.points[2]
    assert (right - left, bottom - top) == (WIDTH, HEIGHT)
    assert left < ring.x < right and top < ring.y < bottom


@pytest.mark.parametrize("stem", ["momentum", "adam"])
def test_contour_lines_lie_where_the_loss_has_their_level(stem: str) -> None:
    """The loss is (w1^2 + 10 w2^2) / 2: every line is one of its ellipses to 0.03 mm, the innermost one closed but for
    the words on it."""
    from derivation.pages.figures.surface import HEIGHT, LEFT, TOP, WIDTH, _Picture

    worked = lesson(stem)
    stations = [
        tuple(middle(now.values[term.args[0]].entries[0]) for term, _ in worked.network.few_entries)
        for now in (*worked.training_steps, worked.outcome)
    ]  # type: ignore[union-attr]
    picture = _Picture(worked.network, worked.network.few_entries, stations, fmpq(1))
    (left, right), (low, high) = ((float(marks[0]), float(marks[-1])) for marks in picture.ticks)
    scale = WIDTH / (right - left), HEIGHT / (high - low)
    found = picture.contours()
    assert len(found) >= 7
    for level, lines in found:
        assert lines
        for x, y in (point for line in lines for point in line):
            w1, w2 = left + (x - LEFT) / scale[0], high - (y - TOP) / scale[1]
            slope = math.hypot(w1 / scale[0], 10 * w2 / scale[1])
            assert abs((w1**2 + 10 * w2**2) / 2 - float(level)) / slope < 0.03
    ((*_, innermost),) = (lines for _, lines in found[:1])
    assert math.dist(innermost[0], innermost[-1]) < 1e-9


@pytest.mark.parametrize("stem", ["momentum", "adam", "linear-regression"])
def test_no_contour_line_passes_through_a_word_or_a_level(stem: str) -> None:
    chart = charts_of(stem)["surface"]
    levels = [label for label in chart.labels if label.block.texts[0].tone == "shape"]
    assert len(levels) >= 7
    for line in chart.lines:
        if line.style in ("contour", "path"):
            for a, b in pairwise(line.points):
                samples = [(a[0] + (b[0] - a[0]) * k / 20, a[1] + (b[1] - a[1]) * k / 20) for k in range(21)]
                marks = levels if line.style == "path" else chart.labels
                assert not any(within(point, label.frame) for point in samples for label in marks)


# Neurons


def test_a_perceptron_is_drawn_by_its_weights() -> None:
    """The article's 2-2-1 network: a line for each of its six weights, as thick as it is large, dashed below 0, its
    number on it."""
    chart = charts_of("two-two-one")["setup"]
    assert [node.block.texts[0].latex for node in chart.nodes] == ["x_{1}", "x_{2}", "h_{1}", "h_{2}", r"\hat{y}"]
    weights = [0.3, -0.1, 0.2, 0.4, 0.5, -0.3]
    assert [float(edge.label.block.texts[0].latex) for edge in chart.edges if edge.label] == weights
    assert [edge.style for edge in chart.edges] == ["negative" if weight < 0 else "positive" for weight in weights]
    assert [
        round((edge.thickness - chart.edges[1].thickness) / (chart.edges[4].thickness - chart.edges[1].thickness), 6)
        for edge in chart.edges
    ] == [pytest.approx((abs(weight) - 0.1) / 0.4) for weight in weights]
    assert {(edge.source, edge.target, edge.quantity) for edge in chart.edges} == {
        ("x", "h", "W1"),
        ("h", "yhat", "W2"),
    }


def test_weights_run_from_the_right_neuron_whichever_way_the_product_is_written() -> None:
    """x W has the weight in row i and column j from neuron i to neuron j, W x the other way round."""
    from derivation.pages.figures.neurons import layers_of

    text = '[model]\nequations = "h = tanh({})\\ny = V @ h"\n[parameters]\nW = {}\nV = [[1, 1]]\n[data]\nx = {}\n'
    left = layers_of(derivation.loads(text.format("W @ x", "[[1, 2, 3], [4, 5, 6]]", "[1, 1, 1]")))
    right = layers_of(
        derivation.loads(
            text.format("x @ W", "[[1, 4], [2, 5], [3, 6]]", "[[1, 1, 1]]")
            .replace("V @ h", "h @ V")
            .replace("[[1, 1]]\n[data]", "[1, 1]\n[data]")
        )
    )
    assert (
        [layer.weights for layer in left]
        == [layer.weights for layer in right]
        == [(), ((1, 2, 3), (4, 5, 6)), ((1, 1),)]
    )


@pytest.mark.slow
def test_the_legend_speaks_of_dashes_only_where_there_are_some() -> None:
    for stem in LESSONS:
        chart = charts_of(stem).get("setup")
        if chart:
            legend = " ".join(text.latex for label in chart.labels for text in label.block.texts)
            assert ("dashed" in legend) == any(edge.style == "negative" for edge in chart.edges), stem
            assert ("thickness" in legend) == (len({edge.thickness for edge in chart.edges}) > 1), stem
    assert not any(
        "dashed" in text.latex for label in charts_of("shared-bias")["setup"].labels for text in label.block.texts
    )


@pytest.mark.slow
def test_only_perceptrons_are_drawn_as_neurons() -> None:
    assert {stem for stem in LESSONS if "setup" in charts_of(stem)} == {
        "mlp-batch", "paper-arithmetic", "shared-bias", "three-four-two", "two-two-one", "xor",
    }  # fmt: skip


# Writers


@pytest.mark.parametrize("stem", LESSONS)
def test_svg_is_well_formed_and_says_what_everything_is(stem: str) -> None:
    for key, chart in charts_of(stem).items():
        root = ElementTree.fromstring(svg(chart, key, "A <title> & more"))
        space = "{http://www.w3.org/2000/svg}"
        identities = [node.get("id") for node in root.iter() if node.get("id")]
        assert len(identities) == len(set(identities))
        groups = list(root.iter(f"{space}g"))
        nodes = [node for node in groups if "node" in node.get("class", "").split()]
        edges = [node for node in groups if "edge" in node.get("class", "").split()]
        assert [node.get("data-quantity") for node in nodes] == [node.quantity for node in chart.nodes]
        assert [(edge.get("data-source"), edge.get("data-target"), edge.get("data-quantity")) for edge in edges] == [
            (edge.source, edge.target, edge.quantity) for edge in chart.edges
        ]
        assert len(list(root.iter("{http://www.w3.org/1998/Math/MathML}math"))) == tikz(chart).count(r"\node[")
        assert root.find(f"{space}title").text == "A <title> & more"  # type: ignore[union-attr]


def test_both_writers_draw_the_same_places() -> None:
    """Boxes and ends of edges, read back from both texts."""
    chart = charts_of("residual")["backward"]
    scale = 96 / 25.4
    boxes = [
        tuple(float(text) for text in found)
        for found in re.findall(
            r"\\path\[box [^]]*\] \(([\d.]+),([\d.]+)\) rectangle \(([\d.]+),([\d.]+)\)", tikz(chart)
        )
    ]
    root = ElementTree.fromstring(svg(chart))
    rects = [
        [float(rect.get(side, "")) / scale for side in ("x", "y", "width", "height")]
        for rect in root.iter("{http://www.w3.org/2000/svg}rect")
    ]
    assert [(x, y, x + width, y + height) for x, y, width, height in rects] == [
        pytest.approx(box, abs=0.02) for box in boxes
    ]
    starts = [
        tuple(float(text) for text in found)
        for found in re.findall(r"\\draw\[edge [^]]*\] \(([\d.]+),([\d.]+)\)", tikz(chart))
    ]
    paths = [
        tuple(float(x) / scale for x in re.findall(r"M([\d.]+),([\d.]+)", path.get("d", ""))[0])
        for path in root.iter("{http://www.w3.org/2000/svg}path")
        if path.get("d", "").startswith("M") and "head" not in path.get("class", "")
    ]
    assert paths == [pytest.approx(start, abs=0.02) for start in starts]


def test_a_users_notation_cannot_break_the_svg() -> None:
    text = (
        '[model]\nloss = "L"\nequations = "L = (w * x)^2"\n[parameters]\nw = 3\n[data]\nx = 1\n[notation]\nw = '
        '"\\\\mathbf{w}_{<}"\n'
    )
    worked = derivation.derive(derivation.loads(text))
    for key, chart in charts(worked).items():
        ElementTree.fromstring(svg(chart, key))


@pytest.mark.tex
def test_measured_formulas_fit_their_boxes(tmp_path: Path) -> None:
    """The width and height of each text of all lessons as TeX finds them: never wider than measured, and not much
    narrower."""
    texts = {}
    for stem in LESSONS:
        for chart in (*charts_of(stem).values(), map_of(lesson(stem).network)):
            for part in (*chart.nodes, *chart.labels, *(edge.label for edge in chart.edges if edge.label)):
                texts |= {(text.latex, text.tone): text for text in part.block.texts}
    sizes = {
        "shape": r"\fontsize{6}{7}",
        "local": r"\fontsize{7}{8}",
        "digit": r"\fontsize{6}{7}",
        "sign": r"\fontsize{12}{14}",
    }
    body = "\n".join(
        rf"\setbox0=\hbox{{{sizes.get(text.tone, chr(92) + 'fontsize{8}{9.6}')}\selectfont\arraycolsep=1.9pt\renewcommand{{\arraystretch}}{{.95}}${text.latex}$}}\message{{^^J@\the\wd0 @\the\dimexpr\ht0+\dp0}}"
        for text in texts.values()
    )
    source = rf"\documentclass[11pt]{{article}}\usepackage[T1]{{fontenc}}\usepackage{{lmodern,amsmath}}\begin{{document}}{body}\end{{document}}"
    (tmp_path / "handout.tex").write_text(source, "utf-8")
    program = engine.engines()[0].program
    log = subprocess.run(
        [program, "-interaction=nonstopmode", "handout.tex"],
        cwd=tmp_path,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    ).stdout.decode()
    measured = [
        (float(width) / 72.27 * 25.4, float(height) / 72.27 * 25.4)
        for width, height in re.findall(r"@([\d.]+)pt ?@([\d.]+)pt", log.replace("\n", " "))
    ]
    assert len(measured) == len(texts) > 500
    for text, (width, height) in zip(texts.values(), measured, strict=True):
        assert width <= text.width + 0.35, (text.latex, width, text.width)
        assert height <= text.height + 0.6, (text.latex, height, text.height)
        assert text.width <= 1.35 * width + 1.8, (text.latex, width, text.width)


def test_a_number_is_bounded_by_what_it_prints() -> None:
    """A share that is a tie or 0 to all its certain digits is printed, not refused."""
    from derivation.pages.figures.texts import printable

    with ctx.workprec(192):
        zero, tie = arb(0, 1e-50), arb("0.00062345") + arb(0, 1e-45)
        assert printable(zero) == 0
        low, high = bounds(tie)
        assert low <= printable(tie) <= high or abs(printable(tie) - middle(tie)) < fmpq(1, 10**29)
