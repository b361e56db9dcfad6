"""Brackets, environments and commands: what may begin a part of a side, other than a name or a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derivation.checking.reading.derivatives import fraction, nabla, slashed_derivative, slashed_partial
from derivation.checking.reading.functions import SPOKEN
from derivation.checking.reading.names import call, named
from derivation.checking.reading.reader import BARS, RELATIONS, Forms, Reader
from derivation.checking.reading.symbols import (
    LETTERS,
    TRANSPOSED,
    Scripted,
    Symbol,
    Vocabulary,
    script,
    scripted,
    texts,
)
from derivation.checking.reading.tokens import Token, Unreadable, group
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
        "Vmatrix",
        "bsmallmatrix",
        "psmallmatrix",
    ]
)


def bracket(reader: Reader) -> Tree:
    start = reader.at
    if reader.next == "{" and (bare := spliced(reader)):
        return bare
    close = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}[reader.take("(", "[", r"\{", "{")]
    items = [reader.comparison()]
    while reader.take(",", ";"):
        items.append(reader.comparison())
    reader.expect(close)
    if len(items) > 1:
        if close not in (")", "]"):
            raise Unreadable(start, "reading.set")
        if reader.next == "^" and texts(script(reader.words, reader.place)[0])[0] in TRANSPOSED:
            reader.place = script(reader.words, reader.place)[1]  # (1, 2)^T is the column that (1, 2) is, too
        return Tree("tuple", tuple(items), start)
    if items[0].head == "compare" and close == "]":
        return Tree("indicator", items[0].args, start)
    if reader.next == "_" and items[0].head == "name" and not items[0].args[0].sub:  # (W)_{12}
        inner, reader.place = script(reader.words, reader.place)
        symbol = items[0].args[0]
        return Tree("name", (Symbol(symbol.base, texts(inner), symbol.label, symbol.primes),), start)
    if reader.next == "_" and close == ")":
        inner, reader.place = script(reader.words, reader.place)
        return Tree("entry", (items[0], Symbol("", texts(inner))), start)
    return Tree("group", (items[0],), start)


def spliced(reader: Reader) -> Tree | None:
    """Braces that do not show are no brackets: what they hold is read as if they were not there, unless a script needs
    them."""
    end = group(reader.words, reader.place)
    after = reader.words[end].text if end < len(reader.words) else ""
    if after in ("^", "_", "'"):
        return None
    if end - reader.place == 2:
        raise Unreadable(reader.at, "reading.nothing_between")
    del reader.words[end - 1], reader.words[reader.place]
    return reader.factor()


def absolute(reader: Reader) -> Tree:
    start = reader.at
    bar = reader.take("|", r"\|")
    reader.bars += 1
    inner = reader.sum()
    reader.bars -= 1
    reader.expect(bar)
    norm = bar == r"\|" or reader.next == "_"
    if reader.next == "_":
        index, reader.place = script(reader.words, reader.place)
        if texts(index) not in (("2",), ("F",)):
            raise Unreadable(start, "reading.other_norm")
    return Tree(heads.NORM if norm else heads.ABS, (inner,), start)


def root(reader: Reader) -> Tree:
    start = reader.at
    reader.expect(r"\sqrt")
    if reader.next == "[":
        raise Unreadable(start, "reading.other_root")
    return Tree("call", (heads.SQRT, reader.inner(reader.group())), start)


def total(reader: Reader) -> Tree:
    start = reader.at
    reader.expect(r"\sum")
    below: tuple[str, ...] = ()
    above: Tree | None = None
    low: Tree | None = None
    while reader.next in ("_", "^") and reader.next:
        mark = reader.next
        inner, reader.place = script(reader.words, reader.place)
        if mark == "^":
            above = reader.inner(inner)
        else:
            below = texts(inner)
            equals = next((k for k, word in enumerate(inner) if word.text == "="), None)
            if equals is not None:
                below, low = texts(inner[:equals]), reader.inner(inner[equals + 1 :])
    if not below or len(below) > 1 or not below[0].isalpha():
        raise Unreadable(start, "reading.unclear_sum")
    minus = reader.take("-")
    body = reader.entrywise()
    if minus:
        body = Tree("u-", (body,), start)
    return Tree(heads.SUM, (below[0], low, above, body), start)


def indicator(reader: Reader) -> Tree:
    start = reader.at
    reader.place = group(reader.words, reader.place + 1)
    if reader.next == "_":
        inner, reader.place = script(reader.words, reader.place)
        words = [word for word in inner if word.text not in (r"\{", r"\}", "{", "}", "[", "]")]
        if len(words) == 1 and words[0].text.isdecimal():
            return Tree("ones", (words[0].text,), start)
        condition = reader.inner(words)
    else:
        condition = reader.arguments()[0]
    if condition.head != "compare":
        raise Unreadable(start, "reading.indicator_of_no_comparison")
    return Tree("indicator", condition.args, start)


def styled(reader: Reader) -> Tree:
    r"""`\mathbb{1}[z > 0]` and `\mathbf{1}[...]` are indicators; any other letter in such a font is a name."""
    if (
        reader.peek() == "{"
        and reader.peek(2) in ("1", "I")
        and reader.peek(3) == "}"
        and reader.peek(4) in ("[", "(", "_", r"\{")
    ):
        return indicator(reader)
    found = scripted(reader.words, reader.place, reader.vocabulary)
    if found is None:
        raise reader.problem("expected.operand")
    return named(reader, found)


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
    if kind in ("vmatrix", "Vmatrix"):
        raise Unreadable(start, "reading.determinant")
    rows = tuple(tuple(reader.inner(cell) for cell in row) for row in found)
    if len({len(row) for row in rows}) != 1:
        raise Unreadable(start, "reading.ragged_matrix")
    return Tree("matrix", tuple(Tree("row", row, row[0].start) for row in rows), start)


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


def function(reader: Reader) -> Tree:
    """A command such as `\\ln` or `\\max`, with its scripts."""
    word = reader.words[reader.place]
    at, sub, sups, primes = reader.place + 1, (), [], 0
    while at < len(reader.words) and reader.words[at].text in ("_", "^", "'"):
        if reader.words[at].text == "'":
            primes, at = primes + 1, at + 1
            continue
        mark = reader.words[at].text
        inner, at = script(reader.words, at)
        if mark == "_":
            sub = inner  # type: ignore[assignment]
        elif all(token.text == "'" for token in inner):
            primes += len(inner)
        else:
            sups.append(inner)
    return call(reader, SPOKEN[word.text], Scripted(word.text, sub, tuple(sups), primes, word.start, at))


def name(reader: Reader, found: Scripted) -> Tree:
    """A derivative such as `dL/dw`, or the name that stands there, with what belongs to it."""
    return slashed_derivative(reader) or named(reader, found)


BRACKETS_AND_COMMANDS: dict[str, Callable[[Reader], Tree]] = {
    **dict.fromkeys(("(", "[", "{", r"\{"), bracket),
    **dict.fromkeys(BARS, absolute),
    **dict.fromkeys((r"\mathbb", r"\mathbf"), styled),
    **{
        command: function
        for command in SPOKEN
        if command.startswith("\\") and command not in LETTERS and not command.startswith(r"\operatorname")
    },
    r"\frac": fraction,
    r"\sqrt": root,
    r"\sum": total,
    r"\partial": slashed_partial,
    r"\nabla": nabla,
}
"""What a side or a part of one may begin with, other than a name or a number."""
FORMS = Forms(BRACKETS_AND_COMMANDS, environment, name)


def read(words: Sequence[Token], vocabulary: Vocabulary) -> Tree:
    """The tree of one side; `Unreadable` at the place that is not understood."""
    reader = Reader(list(words), vocabulary, FORMS)
    tree = reader.comparison()
    if reader.next:
        raise reader.problem("expected.operator")
    return tree
