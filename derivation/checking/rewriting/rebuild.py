"""The network that an article describes, as a spec that `derivation handout` takes."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from derivation.checking.article import PRECISION, Article
from derivation.checking.facts.facts import Facts
from derivation.checking.facts.failures import Mismatch
from derivation.checking.facts.meaning import Meaning
from derivation.checking.facts.meter import Exhausted
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import Key, Quantity, is_derivative
from derivation.checking.facts.values import quantities
from derivation.checking.judging.agreement import printed_entries
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree
from derivation.checking.sources.find import opened
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.precision import working_precision
from derivation.formulas.terms import Term, names, options, walk
from derivation.networks.keys import SIGNS
from derivation.spec.errors import SpecError
from derivation.spec.reader import loads
from derivation.tex.names import ACCENTS, default
from derivation.words.telling import tell

MAXIMAL_EQUATIONS, MAXIMAL_TITLE = 200, 300
STRENGTH = {">": 0, ">=": 0, "+": 1, "-": 1, "*": 2, "@": 2, "/": 2, "^": 3}
"""How strongly a sign binds; of comparisons and powers both operands are bracketed."""


class NoNetwork(ValueError):
    """The article describes no network that could be worked; the text says what is missing."""


class NotInSpec(NoNetwork):
    """The article describes a network that no spec can say."""


@dataclass(frozen=True, slots=True)
class Found:
    """A network in the article's own keys: equations in order, values of inputs, the loss, the parameters and the
    rate."""

    equations: Mapping[str, Term]
    inputs: Mapping[str, Term]
    parameters: tuple[str, ...]
    loss: str | None
    rate: Term | None


def spec_of(path: str) -> str:
    """The spec of the article in a file; `NoNetwork` or `UnreadableArticle` where there is none."""
    with working_precision(PRECISION):
        article = Article(opened(path))
        try:
            written = text(found(article), title(article))
        except Exhausted as problem:
            raise NoNetwork(str(problem)) from None
        except RecursionError:
            raise NotInSpec(tell("rebuilding.deep")) from None
    return read_again(written)


def read_again(written: str) -> str:
    """The spec, if it can be read; what the language of specs refuses is told before anything is written."""
    try:
        loads(written, tell("rebuilding.the_spec"))
    except SpecError as problem:
        raise NotInSpec(tell("rebuilding.refused", why=problem)) from None
    return written


def title(article: Article) -> str:
    """The article's first heading, or the name of its file."""
    heading = re.search(r"^#{1,2}[^\S\n]++(\S[^\n]*+)$|\\title\{([^{}]*+)\}", article.source.text, re.MULTILINE)
    return (
        (heading[2] or heading[1].rstrip().rstrip("#")).strip()[:MAXIMAL_TITLE]
        if heading
        else Path(article.source.shown).stem.replace("-", " ")
    )


def found(article: Article) -> Found:
    """The network: the loss, and all that it is computed from."""
    facts = article.facts()
    loss = loss_of(article)
    roots = [loss] if loss else list(article.knowledge.formulas)[-1:]
    equations: dict[str, Term] = {}
    inputs: dict[str, Term] = {}
    for root in roots:
        collect(facts, root, equations, inputs, ())
    if not equations:
        raise NoNetwork(tell("rebuilding.no_network"))
    moved = [
        key
        for key in sorted(inputs, key=lambda key: first_value(article, key))
        if Quantity.updated(key) in article.knowledge.formulas
        or Quantity.updated(key) in article.knowledge.values
        or updated_in_place(article, key)
    ]
    slopes = [
        key
        for key in inputs
        if loss and Quantity.derivative(loss, key) in {*article.knowledge.formulas, *article.knowledge.values}
    ]
    parameters = tuple(moved or slopes)
    inputs = dict(sorted(inputs.items(), key=lambda pair: first_value(article, pair[0])))
    return Found(equations, inputs, parameters, loss, rate(article, facts, moved))


def first_value(article: Article, key: str) -> Position:
    """Where the article first gives a quantity a value."""
    return min((statement.position for statement in article.knowledge.values.get(key, ())), default=Position.START)


def updated_in_place(article: Article, key: str) -> bool:
    """Whether a quantity gets a new value from its old one: `w = w - \\eta g`."""
    return any(statement.assigned for statement in article.knowledge.values.get(key, ()))


def loss_of(article: Article) -> str | None:
    """The quantity that the article differentiates most, or the last that it computes under a loss's usual name."""
    counted: Counter[str] = Counter()
    for key in (*article.knowledge.formulas, *article.knowledge.values):
        if is_derivative(key) and isinstance(key.of, str):
            counted[key.of] += 1
    for key, _ in counted.most_common():
        if key in article.knowledge.formulas:
            return key
    usual = [
        key
        for key in article.knowledge.formulas
        if isinstance(key, str) and re.fullmatch(r"\\?(?:mathcal\{)?[LJEC]\}?(?:_\{\w+\})?", key)
    ]
    return usual[-1] if usual else None


def collect(
    facts: Facts, key: Key, equations: dict[str, Term], inputs: dict[str, Term], above: tuple[str, ...]
) -> None:
    """Takes in a quantity's formula, and before it all that it needs."""
    if str(key) in equations or str(key) in inputs:
        return
    if len(above) > MAXIMAL_EQUATIONS:
        raise NotInSpec(tell("rebuilding.deep"))
    facts.meter.begin()
    for term in formulas(facts, key):
        if not set(names(term)) & {*above, str(key)} and not any(
            node.head in ("partial", "updated") for node in walk(term)
        ):
            for part in names(term):
                collect(facts, part, equations, inputs, (*above, str(key)))
            equations[str(key)] = term
            return
    inputs[str(key)] = value(facts, key)


def formulas(facts: Facts, key: Key) -> Iterator[Term]:
    """A quantity's formulas, the simplest first: `h = ReLU(z)` before `h = ReLU(W x + b)`."""
    count = len(facts.definitions(key, Position.END))
    terms = [defined[0] for place in range(max(count, 1)) if (defined := facts.definition(key, Position.END, place))]
    yield from sorted(
        (term for term in terms if any(True for _ in quantities(term))), key=lambda term: sum(1 for _ in walk(term))
    )


def value(facts: Facts, key: Key) -> Term:
    """An input's first value, as printed."""
    statements = facts.knowledge.values.get(key, ())
    tree = statements[0].tree if statements else facts.put_in(key)
    if tree is None:
        raise NoNetwork(tell("rebuilding.no_value", quantity=key))
    try:
        return Meaning(facts, statements[0].position if statements else Position.START).of(tree)[0]
    except (Unreadable, Mismatch) as problem:
        raise NoNetwork(tell("rebuilding.unread_value", quantity=key, why=problem)) from None


def rate(article: Article, facts: Facts, moved: list[str]) -> Term | None:
    """The learning rate: the scalar that stands with the gradient in the update of a parameter."""
    for key in moved:
        statements = [
            *article.knowledge.formulas.get(Quantity.updated(key), ()),
            *(statement for statement in article.knowledge.values.get(key, ()) if statement.assigned),
        ]
        trees = [
            side.tree for statement in statements if statement.chain for side in statement.chain.sides if side.tree
        ]
        for tree in trees:
            for part in outside_slopes(tree):
                other = part.args[0].key
                if (
                    other != key
                    and facts.shape(other, Position.END) == ()
                    and article.knowledge.values.get(other)
                    and not article.knowledge.formulas.get(other)
                ):
                    return value(facts, other)
    return None


def outside_slopes(tree: Tree) -> Iterator[Tree]:
    """The names of a tree that stand outside its derivatives."""
    if tree.head == "name":
        yield tree
    elif tree.head not in ("partial", "nabla", "updated"):
        for child in tree.children:
            yield from outside_slopes(child)


# The spec as text


def text(network: Found, heading: str) -> str:
    """The spec: names become plain identifiers, and keep their looks in `[notation]`."""
    keys = [*network.inputs, *network.equations]
    called = identifiers(keys)
    lines = [f"title = {quoted(heading)}", "", "[model]"]
    if network.loss:
        lines.append(f"loss = {quoted(called[network.loss])}")
    lines.append('equations = """')
    lines += [f"{called[key]} = {spelled(term, called.__getitem__)}" for key, term in network.equations.items()]
    lines += ['"""', ""]
    for table, chosen in (
        ("parameters", network.parameters),
        ("data", tuple(key for key in network.inputs if key not in network.parameters)),
    ):
        if chosen:
            lines += [f"[{table}]", *(f"{called[key]} = {literal(network.inputs[key])}" for key in chosen), ""]
    if network.rate and network.loss and network.parameters:
        lines += ["[update]", 'rule = "sgd"', f"rate = {literal(network.rate)}", ""]
    layered = any(re.fullmatch(r"[A-Z]\d+", identifier) for identifier in called.values())
    looks = {called[key]: key for key in keys if plain(default(called[key], layered)) != plain(key)}
    if looks:
        lines += ["[notation]", *(f"{key} = {quoted(latex)}" for key, latex in looks.items()), ""]
    return "\n".join(lines)


def plain(latex: str) -> str:
    return re.sub(r"[{}\s]", "", latex)


def quoted(text_: str) -> str:
    """A TOML string."""
    return (
        f"'{text_}'"
        if text_.isprintable() and "'" not in text_
        else json.dumps(text_, ensure_ascii=False).replace("\x7f", r"\u007f")
    )


def identifiers(keys: list[str]) -> dict[str, str]:
    """A plain name for each key, each once."""
    made: dict[str, str] = {}
    used: Counter[str] = Counter()
    for key in keys:
        chosen = wished = identifier(key)
        while used[chosen]:
            used[wished] += 1
            chosen = f"{wished}_{used[wished]}"
        used[chosen] += 1
        made[key] = chosen
    return made


def identifier(key: Key) -> str:
    r"""A key as a name in a spec.

    >>> identifier(r"\hat{y}_{1}"), identifier("W^{(1)}"), identifier(r"net_{h1}")
    ('yhat_1', 'W1', 'net_h1')
    """
    word = str(key)
    for ending, accent in ACCENTS.items():
        word = re.sub(rf"\{accent}\{{(\\?\w+)\}}", rf"\1{ending}", word)
    word = re.sub(r"\\(?:mathrm|mathbf|boldsymbol|mathcal|vec|text)\{(\\?\w+)\}", r"\1", word)
    word = re.sub(r"\^\{[(\[]?(\d+)[)\]]?\}", r"\1", word).replace("'", "_prime")
    words = re.sub(r"[^\w]+", "_", word.replace("_{", "_").replace("^{", "_")).strip("_")
    bare = re.sub(r"__++", "_", words)
    if not bare or not bare[0].isalpha():
        bare = f"q_{bare}".rstrip("_")
    return f"{bare}_" + "q" if bare in RESERVED else bare


RESERVED = frozenset(spelling for row in TABLE.values() for spelling in row.spellings if spelling.isidentifier()) | {
    "ones",
    "size",
}


def spelled(term: Term, called: Callable[[str], str], least: int = 0) -> str:
    """A term in the language of the spec, with brackets where they are needed."""
    if term.head in ("name", "number"):
        return called(term.args[0]) if term.head == "name" else term.args[0]
    if term.head == "index":
        return f"{called(term.args[0].args[0])}[{', '.join(map(str, term.args[1:]))}]"
    if term.head in SIGNS:
        sign = SIGNS[term.head]
        own = STRENGTH[sign]
        left, right = spelled(term.args[0], called, own + (sign not in "+-*@/")), spelled(term.args[1], called, own + 1)
        shown = f"{left} {sign} {right}"
    elif term.head == heads.NEG:
        own, shown = 1, f"-{spelled(term.args[0], called, 2)}"
    elif term.head == heads.TRANSPOSE:
        own, shown = 4, f"{spelled(term.args[0], called, 4)}.T"
    else:
        word = (
            next((spelling for spelling in TABLE[term.head].spellings if spelling.isidentifier()), None)
            if term.head in TABLE
            else None
        )
        if word is None:
            raise NotInSpec(tell("rebuilding.no_word", operation=term.head))
        arguments = [*(spelled(arg, called) for arg in term.children), *map(str, options(term))]
        return f"{word}({', '.join(arguments)})"
    return f"({shown})" if own < least else shown


def literal(term: Term) -> str:
    """A value as TOML: a number, a list for a column, a list of lists for a matrix."""
    if term.head == "number":
        return str(term.args[0])
    if term.head != "matrix" or not all(entry.head == "number" for row in term.args for entry in row.args):
        raise NoNetwork(tell("rebuilding.formula_as_input"))
    entries, shape = printed_entries(term)
    if shape[1] == 1:
        return f"[{', '.join(entries)}]"
    rows = [entries[k : k + shape[1]] for k in range(0, len(entries), shape[1])]
    return f"[{', '.join('[' + ', '.join(row) + ']' for row in rows)}]"
