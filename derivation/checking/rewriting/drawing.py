"""New values for an article's inputs: as they are given, or drawn from a seed in the form of the old ones."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import blake2b

from derivation.checking.article import Article
from derivation.checking.facts.facts import Facts
from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.knowledge import Statement, is_number
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.meter import Exhausted
from derivation.checking.facts.numerals import numerals
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, is_derived
from derivation.checking.reading.trees import Tree, nodes
from derivation.checking.rewriting.rebuild import identifier
from derivation.checking.rewriting.worlds import TELLING
from derivation.formulas.arrays import Shape
from derivation.formulas.decimals import point
from derivation.formulas.language.suggestions import nearest as suggestion
from derivation.formulas.numbers import exact
from derivation.words.telling import tell

RATES = frozenset([r"\alpha", r"\eta", r"\lambda", r"\mu"])
"""Names of rates, which a draw leaves as they are."""
COUNTS = frozenset("nmNMTKBDdkpqLJH")
"""Letters that count something where their value is a whole number: samples, steps, dimensions."""
SMALLEST_RANGE = 4
"""Units of the last place from which at least a number is drawn."""
MOST_SHOWN = 24
"""Inputs that are named where one is asked for that there is not."""


class BadChange(ValueError):
    """A change that was asked for and cannot be made; the text says why."""


def inputs(article: Article, changes: Mapping[str, str], seed: str | None) -> dict[Key, Tree]:
    """The new values of inputs: those given (`{"x": "[2, 1]"}`), and all others drawn where there is a seed."""
    found = drawn(article, seed) if seed is not None else {}
    found |= {named(article, key): tree_of(text) for key, text in changes.items()}
    check_shapes(article.facts(), found)
    return found


def named(article: Article, wanted: str) -> str:
    """The input that a name on the command line means: as LaTeX, or as it would be called in a spec."""
    facts = article.facts()
    keys = [key for key in article.knowledge.values if isinstance(key, str) and is_input(facts, key)]
    for key in keys:
        if wanted in (key, identifier(key)):
            return key
    known = [identifier(key) for key in keys]
    shown = ", ".join(known[:MOST_SHOWN]) + (", ..." if len(known) > MOST_SHOWN else "")
    raise BadChange(tell("renumbering.no_input", wanted=wanted, near=suggestion(wanted, known), known=shown or "-"))


def tree_of(text: str) -> Tree:
    """A value as it is written in a spec: a number, a list (a column), or a list of lists."""
    try:
        value = json.loads(text, parse_float=str, parse_int=str)
    except ValueError:
        raise BadChange(tell("renumbering.no_value", given=text)) from None
    rows = value if isinstance(value, list) else None
    if rows is None:
        return leaf(str(value))
    rows = [row if isinstance(row, list) else [row] for row in rows]
    if (
        not rows
        or len({len(row) for row in rows}) != 1
        or not all(isinstance(entry, str) for row in rows for entry in row)
    ):
        raise BadChange(tell("renumbering.ragged", given=text))
    return Tree("matrix", tuple(Tree("row", tuple(map(leaf, row)), 0) for row in rows), 0)


def leaf(text: str) -> Tree:
    """A numeral as it is given."""
    if not re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        raise BadChange(tell("renumbering.no_decimal", given=text))
    return Tree("u-", (Tree("number", (text[1:],), 0),), 0) if text.startswith("-") else Tree("number", (text,), 0)


def check_shapes(facts: Facts, changed: Mapping[Key, Tree]) -> None:
    """`BadChange` where a new value has another shape than the old one."""
    for key, tree in changed.items():
        statement = facts.value_statement(key, Position.END)
        if statement and shape_of(facts, statement.tree) != shape_of(facts, tree):
            value = statement.read.side.latex
            raise BadChange(tell("renumbering.other_shape", quantity=identifier(key), value=value))


def drawn(article: Article, seed: str) -> dict[Key, Tree]:
    """New values for all inputs, in the form of the old ones; targets of zeros and ones, rates, and what only counts
    stay."""
    found, facts = {}, article.facts()
    for key, statements in article.knowledge.values.items():
        tree = statements[0].tree
        if not is_kept(article, key, statements[0]) and is_input(facts, key) and shape_of(facts, tree) is not None:
            found[key] = redrawn(tree, f"{seed}/{key}")
    return found


def is_input(facts: Facts, key: Key) -> bool:
    """Whether a quantity has values of its own, and no formula."""
    facts.meter.begin()
    first = facts.knowledge.values[key][0]
    is_read = first.chain is None or all(read.tree for read in first.chain.sides)
    return (
        not is_derived(key)
        and is_read
        and first.worked in (None, first.tree)
        and not facts.knowledge.formulas.get(key)
        and facts.definition(key, Position.END) is None
    )


def is_kept(article: Article, key: Key, statement: Statement) -> bool:
    """Whether a draw leaves an input as it is."""
    texts = {node.args[0] for node in nodes(statement.tree) if node.head == "number"}
    return (
        texts <= {"0", "1"}
        or key in RATES
        or statement.assigned
        or counts(article, key, texts)
        or is_gathered(article, statement)
    )


def is_gathered(article: Article, statement: Statement) -> bool:
    """Whether a value only puts together what the article has shown: numerals with digits enough to be told, all of
    them from results before it."""
    telling = {text for text in numerals(statement.tree) if len(text.lstrip("0.").replace(".", "")) >= TELLING}
    shown = {
        text
        for chain in article.chains
        if chain.position < statement.position and len(chain.sides) > 2
        for read in chain.sides[1:]
        if read.tree and is_number(read.tree)
        for text in numerals(read.tree)
    }
    return bool(telling) and telling <= shown


def counts(article: Article, key: Key, texts: set[str]) -> bool:
    """Whether an input says how many there are of something, so that the form of the article hangs on it."""
    symbol = article.knowledge.symbols.get(key)
    declared = {word.text for rows in article.knowledge.sets.values() for _, row in rows for word in row.set.words}
    is_whole = all(text.isdecimal() for text in texts)
    is_letter = symbol is not None and symbol.base in COUNTS and not any(part.isdecimal() for part in symbol.sub)
    return is_whole and len(texts) == 1 and (is_letter or str(key) in article.knowledge.limits | declared)


def shape_of(facts: Facts, tree: Tree) -> Shape | None:
    """The shape of a value; None where it cannot be read."""
    facts.meter.begin()
    try:
        return Meaning(facts, Position.START).of(tree)[1]
    except (*FAILURES, Exhausted, RecursionError):
        return None


def redrawn(tree: Tree, salt: str) -> Tree:
    """A value of the same form and signs with other digits; what is 0 stays 0."""
    if tree.head == "number":
        text = tree.args[0]
        places = len(text.partition(".")[2])
        units = int(exact(text) * 10**places)
        if not units:
            return tree
        drawn_by = blake2b(f"{salt}/{tree.start}".encode(), digest_size=4).digest()
        value = int.from_bytes(drawn_by, "big") % max(SMALLEST_RANGE, 2 * units) + 1
        return Tree("number", (point(value, places),), tree.start)
    args = tuple(redrawn(arg, salt) if isinstance(arg, Tree) else arg for arg in tree.args)
    return Tree(tree.head, args, tree.start)
