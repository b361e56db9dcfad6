"""Derivatives as authors write them: fractions of differentials, with a slash, gradients."""

from __future__ import annotations

from collections.abc import Sequence

from derivation.checking.reading.names import applied, labelled
from derivation.checking.reading.reader import Reader
from derivation.checking.reading.symbols import Symbol, Vocabulary, script, scripted, texts
from derivation.checking.reading.tokens import Token, Unreadable
from derivation.checking.reading.trees import Tree


def slashed_derivative(reader: Reader) -> Tree | None:
    r"""`dL/dw`, where a slash stands between two names behind a `d`."""
    begin = reader.place
    if reader.next != "d" or "d" in reader.vocabulary.quantities:
        return None
    of = (
        scripted(reader.words, begin + 1, reader.vocabulary)
        if reader.place + 1 < len(reader.words) and reader.words[begin + 1].glued
        else None
    )
    if (
        of is None
        or of.after + 2 >= len(reader.words)
        or reader.words[of.after].text != "/"
        or reader.words[of.after + 1].text != "d"
    ):
        return None
    by = scripted(reader.words, of.after + 2, reader.vocabulary)
    if by is None:
        return None
    reader.place = by.after
    return Tree("partial", (labelled(reader, of), labelled(reader, by)), reader.words[begin].start)


def slashed_partial(reader: Reader) -> Tree:
    r"""`\partial L / \partial w`."""
    start = reader.at
    reader.expect(r"\partial")
    of = quantity(reader)
    reader.expect("/")
    reader.expect(r"\partial")
    return Tree("partial", (of, quantity(reader)), start)


def quantity(reader: Reader) -> Tree:
    """A name, with brackets around it or without, as it stands behind a differential."""
    start = reader.at
    if reader.next in ("(", "{") and not (
        reader.next == "{" and scripted(reader.words, reader.place, reader.vocabulary)
    ):
        close = {"(": ")", "{": "}"}[reader.take("(", "{")]
        tree = reader.comparison()
        reader.expect(close)
        if (
            close == ")" and tree.head == "name" and reader.next == "_"
        ):  # an entry of a name with a subscript: (W_Q)_{12}
            inner, reader.place = script(reader.words, reader.place)
            return Tree("entry", (tree, Symbol("", texts(inner))), start)
        return tree
    found = scripted(reader.words, reader.place, reader.vocabulary)
    if found is None:
        raise reader.problem("expected.name")
    reader.place = found.after
    if found.base in ("", r"\partial"):
        raise Unreadable(start, "reading.higher_derivative")
    tree = labelled(reader, found)
    if reader.next != "(":
        return tree
    before = reader.place
    arguments = reader.arguments()
    if tree.head == "name" and all(argument.head in ("name", "updated") for argument in arguments):
        return tree  # J(W, b): the quantity J, which depends on W and b
    reader.place = before
    return applied(reader, tree, found)


def fraction(reader: Reader) -> Tree:
    start = reader.at
    reader.expect(r"\frac")
    above, below = reader.group(), reader.group()
    if (
        above
        and below
        and is_differential(above[0], reader.vocabulary)
        and is_differential(below[0], reader.vocabulary)
        and len(below) > 1
    ):
        return derivative(reader, above, below, start)
    return Tree("frac", (reader.inner(above), reader.inner(below)), start)


def derivative(reader: Reader, above: list[Token], below: list[Token], start: int) -> Tree:
    if len(above) > 1 and above[1].text == "^":
        return repeated(reader, above, below, start)
    parts: list[Tree | None] = []
    for words in (above, below):
        if len(words) > 1 and words[1].text in ("^", "'"):
            raise Unreadable(words[1].start, "reading.higher_derivative")
        inner = reader.nested(words[1:])
        parts.append(quantity(inner) if inner.next else None)
        if inner.next:
            raise inner.problem("expected.end_of_derivative")
    of, by = parts
    assert by is not None
    if of is None:  # \frac{\partial}{\partial w} (...)
        of = reader.product()
        if reader.next in ("+", "-") and of.head != "group":
            raise Unreadable(reader.at, "reading.reach_of_derivative")
    found = Tree("partial", (of, by), start)
    if (
        reader.next == "("
        and of.head == "name"
        and max(reader.vocabulary.functions.get(of.args[0].key, ()), default=0) > 1
    ):
        return Tree("at", (found, *reader.arguments()), start)
    return found


def repeated(reader: Reader, above: list[Token], below: list[Token], start: int) -> Tree:
    r"""A higher derivative as one of another: `\frac{d^2 f}{dx^2}`, `\frac{\partial^2 f}{\partial x \partial y}`."""
    order, place = script(above, 1)
    variables = list[Tree]()
    for words in by_differentials(below, reader.vocabulary):
        power = next((k for k, word in enumerate(words) if word.text == "^"), len(words))
        count = "".join(texts(script(words, power)[0])) if power < len(words) else "1"
        if count not in COUNTS or not words[:power]:
            raise Unreadable(start, "reading.higher_derivative")
        variables += [quantity(reader.nested(words[:power]))] * int(count)
    if "".join(texts(order)) != str(len(variables)):
        raise Unreadable(start, "reading.higher_derivative")
    tree = quantity(reader.nested(above[place:])) if above[place:] else reader.product()
    return Tree("slope", (tree, *variables), start)


COUNTS = ("1", "2", "3")
"""How often one differentiates by one variable."""


def by_differentials(words: Sequence[Token], vocabulary: Vocabulary) -> list[list[Token]]:
    """What stands behind each differential."""
    found = list[list[Token]]()
    for word in words:
        if is_differential(word, vocabulary):
            found.append([])
        elif found:
            found[-1].append(word)
    return found


def nabla(reader: Reader) -> Tree:
    start = reader.at
    reader.expect(r"\nabla")
    by = None
    if reader.next == "_":
        inner, reader.place = script(reader.words, reader.place)
        by = reader.inner(inner)
    of = quantity(reader)
    return Tree("nabla", (by, of) if by else (of,), start)


def is_differential(word: Token, vocabulary: Vocabulary) -> bool:
    return word.text in (r"\partial", r"\text{d}", r"\mathrm{d}") or (
        word.text in ("d", r"\delta") and word.text not in vocabulary.quantities
    )
