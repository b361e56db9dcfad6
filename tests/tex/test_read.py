"""What is written is read back: over every operation, any nesting, brackets included."""

from __future__ import annotations

from itertools import chain, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivation.formulas.arrays import Array, Shape
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import TABLE, ShapeMismatch
from derivation.formulas.terms import Term, index, matrix, name, number, partial, updated
from derivation.tex.names import Names
from derivation.tex.read import read
from derivation.tex.reader import Unreadable
from derivation.tex.slots import Place, SlotWriter, pieces
from derivation.tex.write import write

SHAPES: dict[str, Shape] = {
    "W1": (2, 2),
    "W2": (3, 2),
    "x": (2, 1),
    "h": (3, 1),
    "b1": (),
    "yhat": (),
    "alpha": (),
    "L": (),
    "sigma": (),
    "e": (),
    "row_1": (1, 3),
    "W_Q": (2, 2),
    "h_2": (2, 1),
}
NAMES = Names(SHAPES)
DECIMALS = st.sampled_from(["0", "1", "2", "-1", "0.5", "-0.25", "1.0", "10", "1.5e-7", "-2e9"]).map(number)
LEAVES = st.one_of(
    DECIMALS,
    DECIMALS,
    st.sampled_from([name(text) for text in SHAPES]),
    st.sampled_from(
        [
            partial(name("L"), name("W1")),
            partial(name("L"), name("yhat")),
            partial(name("L"), name("h")),
            updated(name("W2")),
            updated(name("b1")),
        ]
    ),
    st.sampled_from(
        [
            index(name("x"), 1),
            index(name("W1"), 0, 1),
            index(name("row_1"), 1),
            index(name("W_Q"), 1, 0),
            updated(index(name("W_Q"), 1, 1)),
            partial(name("L"), index(name("h_2"), 1)),
            updated(index(name("x"), 0)),
            updated(index(name("W1"), 1, 0)),
            partial(name("L"), index(name("W1"), 1, 1)),
        ]
    ),
    st.lists(DECIMALS, min_size=2, max_size=2).map(lambda row: matrix(tuple((entry,) for entry in row))),
    st.just(
        matrix(
            (
                (number("1"), Term("dots", ("c",)), number("-2")),
                (Term("dots", ("v",)), Term("dots", ("d",)), Term("dots", ("v",))),
            )
        )
    ),
    st.just(Term("ones", (2, 1))),
    st.just(Term("unit", (2, 2, 0, 1))),
)


@st.composite
def nodes(draw: st.DrawFn, parts: st.SearchStrategy[Term]) -> Term:
    """An operation of the table over drawn parts, if their shapes fit it; else one of the parts."""
    row = draw(st.sampled_from(list(TABLE.values())))
    args = tuple(draw(parts) for _ in row.operands)
    places = (
        st.lists(st.integers(1, 3), min_size=1, max_size=3)
        if "many" in row.options.values()
        else st.tuples(*[st.integers(0, 3)] * len(row.options))
    )
    term = Term(row.name, (*args, *draw(places)))
    try:
        Shapes(SHAPES).of(term)
    except ShapeMismatch:
        return args[0]
    return term


TERMS = st.recursive(LEAVES, nodes, max_leaves=14)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(TERMS)
def test_read_inverts_write(term: Term) -> None:
    assert read(write(term, NAMES), NAMES) == term


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_every_operation_is_read_back(row) -> None:
    given = {(): name("b1"), (2, 2): name("W1"), (2, 1): name("x"), (1, 3): name("row_1")}
    shapes = (
        [()] * 3,
        [(2, 2)] * 3,
        [(2, 1)] * 3,
        [(2, 1), (), ()],
        [(2, 2), (2, 1), ()],
        [(), (2, 1), ()],
        [(1, 3)],
        [(2, 2), (2, 2), ()],
    )
    counts = (3, 2) if "many" in row.options.values() else (len(row.options),)
    tried = chain.from_iterable(product((1, 2, 0, 4), repeat=count) for count in counts)
    for operands, places in product(shapes, tried):
        term = Term(row.name, (*(given[shape] for shape in operands[: len(row.operands)]), *places))
        try:
            Shapes(SHAPES).of(term)
        except ShapeMismatch:
            continue
        assert read(write(term, NAMES), NAMES) == term
        break
    else:
        pytest.fail("no shapes fit this row")


@pytest.mark.parametrize("latex", ["W^{(1)} q", r"\frac{1}{2", "x +", r"\unknown{x}", r"x \odot W^{(2)}", ")"])
def test_what_is_not_ours_is_unreadable(latex: str) -> None:
    with pytest.raises(Unreadable):
        read(latex, NAMES)


@pytest.mark.parametrize(
    ("term", "latex"),
    [
        (number("-1.25") * matrix(((number("0.1"), number("1")),)), r"-1.25 \begin{pmatrix} 0.1 & 1 \end{pmatrix}"),
        (number("0.1") * number("-1.25"), "0.1 (-1.25)"),
        (-(number("2") ** number("2")), "-(2^{2})"),
        (
            Term("matmul", (Term("transpose", (name("W2"),)), partial(name("L"), name("h")))),
            r"(W^{(2)})^\top \frac{\partial L}{\partial h}",
        ),
        (
            (number("1") / number("2")) * ((name("yhat") - name("b1")) ** number("2")),
            r"\frac{1}{2} (\hat{y} - b^{(1)})^{2}",
        ),
        (Term("norm", (name("W1"),)), r"\lVert W^{(1)}\rVert_F"),
        (Term("norm", (partial(name("L"), name("h")),)), r"\left\lVert \frac{\partial L}{\partial h}\right\rVert_2"),
        (Term("sum", (Term("hadamard", (name("x"), Term("log", (name("x"),)))),)), r"\sum_{i} x_{i} \ln(x_{i})"),
    ],
)
def test_notation(term: Term, latex: str) -> None:
    assert write(term, NAMES) == latex
    assert read(latex, NAMES) == term


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(TERMS)
def test_slots_stand_where_they_have_come_to(term: Term) -> None:
    """With a slot for each numeral a formula has the same text; each slot stands where its numeral does, none is lost
    and none cut."""
    numerals: list[Term] = []

    def slotted(node: Term) -> Term:
        if node.head != "number":
            args = (slotted(arg) if isinstance(arg, Term) else arg for arg in node.args)
            return Term(node.head, tuple(args), node.value)
        numerals.append(node)
        return Term("number", node.args, Array.scalar(Place(len(numerals) - 1)))

    text = SlotWriter(NAMES).write(slotted(term))[0]
    around, keys = pieces(text)
    shown = [write(numerals[key], NAMES) for key in keys]
    assert text == write(term, NAMES) == "".join(map("".join, zip(around, [*shown, ""], strict=True)))
    assert set(keys) == set(range(len(numerals)))
