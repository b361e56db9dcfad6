"""Matrices as authors write them: environments, rows of numerals held apart by spaces alone, determinants, cases."""

from __future__ import annotations

from derivation.checking.reading.reader import RELATIONS, Reader
from derivation.checking.reading.tokens import Token, Unreadable
from derivation.checking.reading.trees import Tree
from derivation.formulas.operations import heads

MATRICES = frozenset(
    [
        "pmatrix",
        "bmatrix",
        "matrix",
        "smallmatrix",
        "array",
        "Bmatrix",
        "vmatrix",
        "bsmallmatrix",
        "psmallmatrix",
    ]
)


def environment(reader: Reader) -> Tree:
    start = reader.at
    kind = reader.next[7:-1].rstrip("*")
    reader.place += 1
    if kind not in MATRICES and kind not in ("cases", "dcases", "rcases"):
        raise Unreadable(start, "reading.environment", name=kind)
    if kind == "array":
        reader.group()
    elif reader.next == "[":
        reader.place = (
            next((k for k in range(reader.place, len(reader.words)) if reader.words[k].text == "]"), reader.place) + 1
        )
    found = cells(reader)
    if "cases" in kind:
        return branches(reader, found, start)
    if kind != "vmatrix" and any(is_dots(cell) for row in found for cell in row):
        return elided(reader, found, start)
    rows = tuple(tuple(reader.inner(cell) for cell in row) for row in found)
    if len({len(row) for row in rows}) != 1:
        raise Unreadable(start, "reading.ragged_matrix")
    tree = Tree("matrix", tuple(Tree("row", row, row[0].start) for row in rows), start)
    return Tree("det", (tree,), start) if kind == "vmatrix" else tree


DOTS = frozenset([r"\ldots", r"\vdots", r"\ddots"])


def is_dots(cell: list[Token]) -> bool:
    return len(cell) == 1 and cell[0].text in DOTS


def elided(reader: Reader, found: list[list[list[Token]]], start: int) -> Tree:
    """A matrix with dots for some rows, or columns: what is printed of it, and how much before the dots and behind."""
    if len({len(row) for row in found}) != 1:
        raise Unreadable(start, "reading.ragged_matrix")
    rows = [k for k, row in enumerate(found) if all(map(is_dots, row))]
    whole = [row for k, row in enumerate(found) if k not in rows]
    columns = [k for k in range(len(found[0])) if whole and all(is_dots(row[k]) for row in whole)]
    kept = [[reader.inner(cell) for k, cell in enumerate(row) if k not in columns] for row in whole]
    if len(rows) > 1 or len(columns) > 1 or not kept or not kept[0]:
        raise Unreadable(start, "reading.ragged_matrix")
    matrix = Tree("matrix", tuple(Tree("row", tuple(row), row[0].start) for row in kept), start)
    return Tree("elided", (matrix, ends(rows, len(found)), ends(columns, len(found[0]))), start)


def ends(dots: list[int], count: int) -> tuple[int, int]:
    """How many stand before the dots, and how many behind them."""
    return (dots[0], count - dots[0] - 1) if dots else (count, 0)


def cells(reader: Reader) -> list[list[list[Token]]]:
    """The cells of an environment, whose beginning is read, up to its end."""
    rows, depth = [[list[Token]()]], 0
    while reader.place < len(reader.words):
        word = reader.words[reader.place]
        reader.place += 1
        if depth == 0 and word.text.startswith(r"\end{"):
            break
        depth += (
            word.text.startswith(r"\begin{") + (word.text == "{") - word.text.startswith(r"\end{") - (word.text == "}")
        )
        if depth == 0 and word.text == "&":
            rows[-1].append([])
        elif depth == 0 and word.text == r"\\":
            rows.append([[]])
        elif word.text != r"\quad":
            rows[-1][-1].append(word)
    else:
        raise Unreadable(reader.words[-1].end, "reading.open_environment")
    return [row for row in rows if any(row)]


def branches(reader: Reader, cells: list[list[list[Token]]], start: int) -> Tree:
    """The rows of a `cases`: values, and conditions in words or signs."""
    parts: list[Tree] = []
    for row in cells:
        if len(row) != 2:
            raise Unreadable(start, "reading.case_without_condition")
        value = [word for word in row[0] if word.text != ","]
        condition = [word for word in row[1] if not word.text.startswith(r"\text{") and word.text not in (",", ".")]
        says_if = condition and any(word.text in RELATIONS for word in condition)
        if condition and not says_if:
            raise Unreadable(condition[0].start, "reading.case_of_no_comparison")
        test = reader.inner(condition) if says_if else None
        parts += [reader.inner(value), *([test] if test else [])]
    if len(parts) not in (3, 4) or len(cells) != 2:
        raise Unreadable(start, "reading.other_cases")
    return Tree(heads.CASES, tuple(parts), start)


CLOSING = {"[": "]", "(": ")"}


def spaced_row(reader: Reader) -> Tree | None:
    r"""A row of numerals between which there is nothing but room: `[0.4 \;\; 0.3]`, `[1 \ -2]`; None where something
    else stands in the bracket."""
    close = CLOSING.get(reader.next)
    at, start, items, sign = reader.place + 1, reader.at, list[Tree](), ""
    while at < len(reader.words) and reader.words[at].text != close:
        word = reader.words[at]
        if word.text == "-" and not sign and (not items or word.apart) and not is_apart(reader.words, at + 1):
            sign = "-"
        elif word.text[:1].isdecimal() and (sign or not items or word.apart or close == "]"):
            numeral = Tree("number", (word.text,), word.start)
            items.append(Tree("u-", (numeral,), word.start - 1) if sign else numeral)
            sign = ""
        elif word.text != r"\quad":
            return None
        at += 1
    if at >= len(reader.words) or len(items) < 2 or sign:
        return None
    reader.place = at + 1
    return Tree("matrix", (Tree("row", tuple(items), start),), start)


def is_apart(words: list[Token], at: int) -> bool:
    return at >= len(words) or not words[at].glued


def determinant(reader: Reader) -> Tree:
    r"""`\det A`, `\det(A)`."""
    start = reader.at
    reader.expect(r"\det")
    return Tree("det", (reader.factor(),), start)
