"""Why a line holds: sentences chosen by what an equation is made of, on the way forward and on the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce

from derivation.formulas.calculus.simplify import simplify
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.operations.table import Operation
from derivation.formulas.terms import Term, name, names, walk
from derivation.networks.walkthrough import Reason

About = dict[str, Term | tuple[Term, ...] | tuple[str, ...] | str]
BILINEAR = frozenset({heads.TIMES, heads.HADAMARD, heads.MATMUL, heads.DOT, heads.OUTER, heads.CONV2D})
TACIT = heads.REPEATS | {heads.TRANSPOSE, heads.BELOW, heads.BESIDE, heads.SLICE}
"""What is seen at a glance and not spoken of as a step of the calculation."""
SPOKEN = 3
"""Products that are named in a sentence about a sum; of more, or of long ones, it is only said that they come first."""
LONG = 18


def forward_reason(term: Term, side: str = "") -> Reason:
    """The reason for a forward step; `side` says on which side of its kink the operation is (`.positive`)."""
    row = TABLE.get(term.head)
    if row is None:
        return Reason("given")
    if len(list(_summands(term, 1))) > 1:
        return _of_a_sum(term)
    repeated = next((child for child in term.children if child.head in heads.REPEATS), None)
    if repeated is not None and all(child.head == "name" or child is repeated for child in term.children):
        return Reason(f"every_{repeated.head}", {"part": repeated.args[0]})
    steps = operations(term)
    if len(steps) > 1:
        return Reason(
            "_".join(["inside_out", *(step.replace(".", "_constant.").partition(".")[0] for step in steps)]),
            {"steps": steps},
        )
    return Reason(row.reason + side, dict(zip(row.operands, term.children, strict=False)))


def _of_a_sum(term: Term) -> Reason:
    """What is worked before the sum, and what then joins in."""
    summands = list(_summands(term, 1))
    first = tuple(part for _, part in summands if operations(part))
    rest = tuple(part for _, part in summands if not operations(part))
    plus = all(sign == 1 for sign, _ in summands)
    if not first:
        repeated = next((part for part in rest if part.head in heads.REPEATS), None)
        if repeated is not None:
            return Reason(f"every_{repeated.head}", {"part": repeated.args[0]})
        return Reason("sum" if plus else "difference")
    if len(first) == 1 and rest and plus:
        row = TABLE[first[0].head]
        plain = len(operations(first[0])) == 1
        return Reason(
            f"affine_{row.name}" if plain else "affine",
            {**dict(zip(row.operands, first[0].children, strict=False)), "first": first, "rest": rest},
        )
    named = len(first) <= SPOKEN and sum(1 for part in first for _ in walk(part)) <= LONG
    return Reason("sum_of", {"first": first}) if named else Reason("sum_many")


def _summands(term: Term, sign: int) -> Iterator[tuple[int, Term]]:
    if term.head not in heads.SIGNED:
        yield sign, term
        return
    signs = (-sign,) if term.head == heads.NEG else (sign, -sign if term.head == heads.SUB else sign)
    for part, own in zip(term.children, signs, strict=True):
        yield from _summands(part, own)


def operations(term: Term) -> tuple[str, ...]:
    """The operations of a term from the inside out, along the longest way; a constant operand stands behind its
    operation's name.

    >>> operations((name("a") - name("b")) ** Term("number", ("2",)))
    ('sub', 'pow.2')
    """
    inner: tuple[str, ...] = max((operations(child) for child in term.children), key=len, default=())
    if term.head not in TABLE or not names(term) or term.head in TACIT:
        return inner
    constant = next((f".{_text(child)}" for child in term.children if not names(child) and _text(child)), "")
    return (*inner, term.head + constant)


def _text(term: Term) -> str:
    """A number or a fraction of two as text; nothing for other constants."""
    if term.head == "number":
        return str(term.args[0])
    return (
        f"{term.args[0].args[0]}/{term.args[1].args[0]}"
        if term.head == heads.DIV and all(part.head == "number" for part in term.children)
        else ""
    )


def kind(term: Term, shapes: Shapes) -> str:
    """What a quantity is by its equation: the outermost operation, `affine` for a product with something added,
    `conv2d` for a sum of convolutions, one for each channel, `mean_...` for a sum divided by the number of its
    summands, `scaled_...` for other quotients by a constant.

    >>> kind(name("W") @ name("x") + name("b"), Shapes({}))
    'affine'
    """
    if term.head in (heads.ADD, heads.SUB):
        parts = [part for _, part in _summands(term, 1) if operations(part)]
        if not parts or any(part.head not in BILINEAR for part in parts):
            return term.head
        if len(parts) > 1 and all(part.head == heads.CONV2D for part in parts):
            return heads.CONV2D
        return "affine" if len(parts) == 1 else "combination"
    if term.head == heads.DIV and term.args[1].head == "number":
        inner = kind(term.args[0], shapes)
        rows, columns = shapes.of(term.args[0].args[0]) or (1, 1) if inner in heads.SUMS else (1, 1)
        counts = {heads.SUM: rows * columns, heads.ROW_SUMS: columns, heads.COLUMN_SUMS: rows}
        return f"mean_{inner}" if str(counts.get(inner)) == term.args[1].args[0] else f"scaled_{inner}"
    return term.head


def backward_reason(term: Term, key: str, result: str, shapes: Shapes, is_parameter: bool) -> Reason:
    """The reason for what comes back through one equation to a quantity that it uses.

    Spoken of are the operations on the way, from the outermost in; that a sum hands on what comes back, only where
    there is nothing else to say.
    """
    about: About = {"quantity": name(key), "result": name(result)}
    stopped = [
        Reason(f"back_{TABLE[node.head].reason}", about)
        for node in walk(term)
        if node.head == heads.STOP_GRADIENT and key in names(node)
    ][:1]
    if sum(node == name(key) for node in walk(term)) > 1:
        return followed([Reason("occurs", about), *stopped])
    if stopped:
        return stopped[0]
    ending = ".gradient" if is_parameter else ""
    way = list(_way(term, key))
    passed = [
        (node, place, TABLE[node.head])
        for node, place in way
        if node.head in TABLE and node.head not in heads.SIGNED and not _only_scales(node, place)
    ]
    means = {
        node.args[0]: node.args[1].args[0]
        for node, _ in way
        if node.head == heads.DIV and kind(node, shapes) in ("mean_row_sums", "mean_column_sums")
    }
    found = [
        Reason(f"back_mean{ending}", {**about, "count": means[node]})
        if node in means
        else Reason(f"back_{row.reason}_{row.operands[place]}{ending}", {**about, **_partner(node, place, row, shapes)})
        for k, (node, place, row) in enumerate(passed)
        if not k or row.reason != passed[k - 1][2].reason
    ]
    if sum(node.head == heads.NEG or (node.head == heads.SUB and place == 1) for node, place in way) % 2:
        found.append(Reason("back_subtracted", about))
    if not found:
        found.append(
            Reason(f"back_sum{ending}" if any(node.head in heads.SIGNED for node, _ in way) else "back_product", about)
        )
    if shapes.of(name(key)) == () != shapes.of(name(result)):
        found = [*(reason for reason in found if not reason.key.startswith("back_sum")), Reason("broadcast", about)]
    return followed(found)


def followed(reasons: Sequence[Reason]) -> Reason:
    """Several reasons as one, each followed by the next."""
    return reduce(
        lambda later, reason: replace(reason, then=followed([reason.then, later]) if reason.then else later),
        reversed(reasons[:-1]),
        reasons[-1],
    )


def _way(term: Term, key: str) -> Iterator[tuple[Term, int]]:
    """The nodes from the outermost in to the name, each with the place of the operand that leads there."""
    while term.head != "name":
        place = next(k for k, child in enumerate(term.children) if key in names(child)) if term.head != "index" else 0
        yield term, place
        term = term.children[place]


def _only_scales(node: Term, place: int) -> bool:
    """Whether a constant stands beside the operand that leads there: that it only scales goes without saying."""
    scales = node.head in BILINEAR or (node.head == heads.DIV and place == 0)
    return scales and not any(names(child) for k, child in enumerate(node.children) if k != place)


def _partner(node: Term, place: int, row: Operation, shapes: Shapes) -> About:
    """What stands beside an operand: the other operand (of a matrix product transposed, as it returns), the number of
    entries."""
    others = [child for k, child in enumerate(node.children) if k != place]
    about: About = {"count": str(_size(shapes, node.args[0]))}
    if others:
        about["factor"] = simplify(others[0].T, shapes) if row.name == heads.MATMUL else others[0]
    return about


def _size(shapes: Shapes, term: Term) -> int:
    rows, columns = shapes.of(term) or (1, 1)
    return rows * columns
