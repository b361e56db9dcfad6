"""What an editor shows of the quantity under the cursor: its true value, its formula, and where both come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derivation.checking.article import PRECISION
from derivation.checking.facts.failures import FAILURES
from derivation.checking.facts.knowledge import ChainRead, Statement, quantity
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.meter import Exhausted
from derivation.checking.facts.quantity import Key
from derivation.checking.facts.values import Truth
from derivation.checking.judging.expected import as_printed, formula_of
from derivation.checking.reading.clauses import Side
from derivation.checking.reading.trees import Tree, nodes
from derivation.editors.documents import Span
from derivation.editors.looks import Look
from derivation.formulas.precision import working_precision
from derivation.formulas.terms import Term
from derivation.words.telling import tell


@dataclass(frozen=True, slots=True)
class Asked:
    """A quantity that stands in an article, at one of its places."""

    key: Key
    term: Term
    chain: ChainRead
    side: Side


def asked(look: Look, offset: int) -> Asked | None:
    """The quantity at a character of the article: the one that stands there, else the one that the chain is about."""
    found = [
        (chain, read.side, read.tree)
        for chain in look.article.chains
        for read in chain.sides
        if read.side.formula.source is look.document.source and read.side.start <= offset <= read.side.end
    ]
    for chain, side, tree in found:
        at = name_at(tree, offset) if tree else None
        first = chain.sides[0]
        for node, where in ((at, side), (first.tree, first.side)):
            key = quantity(node) if node else None
            if node and key is not None and (term := meant(look, chain, node)):
                return Asked(key, term, chain, where)
    return None


def name_at(tree: Tree, offset: int) -> Tree | None:
    """The quantity that begins last before a place, if nothing else does: the outermost, where several begin there."""
    before = [node for node in nodes(tree) if node.start <= offset]
    last = max((node.start for node in before), default=-1)
    return next((node for node in before if node.start == last and quantity(node) is not None), None)


def meant(look: Look, chain: ChainRead, node: Tree) -> Term | None:
    """A quantity as a term; None where it has no meaning here."""
    look.facts.meter.begin()
    try:
        return Meaning(look.facts, chain.position).of(node)[0]
    except (*FAILURES, Exhausted, RecursionError):
        return None


def hover(look: Look, offset: int) -> tuple[str, Span] | None:
    r"""What is shown at a character of the article, as Markdown, and of which stretch it is said.

    >>> from derivation.editors.documents import document
    >>> from derivation.editors.looks import looked
    >>> look = looked(document("file:///a.md", "/a.md", "$x = 3$, $z = 2 x$"))
    >>> print(hover(look, 10)[0])
    `z` = `6`
    <BLANKLINE>
    formula: `2 x` (line 1)
    """
    with working_precision(PRECISION):
        about = asked(look, offset)
        if about is None:
            return None
        return "\n\n".join(lines(look, about)), look.document.span(about.side.start, about.side.end)


def lines(look: Look, about: Asked) -> Iterator[str]:
    """The lines about a quantity."""
    name, facts, position = str(about.key), look.facts, about.chain.position
    facts.meter.begin()
    try:
        value = Truth(facts).value(about.term, position)
        yield f"`{name}` = `{look.typed(as_printed(value, ''))}`"
    except (*FAILURES, Exhausted, RecursionError) as problem:
        yield f"`{name}`: {problem}"
    stated = facts.definitions(about.key, position)[:1]
    if stated:
        yield said(look, "editors.formula", stated[0])
    elif formula := chain_rule(look, about):
        yield tell("editors.chain_rule", formula=look.typed(formula))
    if printed := facts.value_statement(about.key, position):
        yield said(look, "editors.printed" if stated else "editors.given", printed)


def chain_rule(look: Look, about: Asked) -> str | None:
    """The formula of a quantity that the article gives none; None where there is no way to one."""
    try:
        return formula_of(look.facts, about.term, about.chain.position)
    except (*FAILURES, Exhausted, RecursionError):
        return None


def said(look: Look, code: str, statement: Statement) -> str:
    """A formula or value that the article states, and where it does."""
    side = statement.read.side
    return tell(code, latex=side.latex, where=look.where(side))
