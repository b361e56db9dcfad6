"""Terms as NumPy, for notebooks: each primitive operation's expression; what has a definition becomes a function of its
own.

Arrays have two dimensions, a column vector n rows of 1, and a scalar is a plain number, as in a derivation.
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from derivation.formulas.language.definitions import definition
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, options
from derivation.networks.keys import key_of
from derivation.words.files import templates

MACHINE_DIGITS = 18
IMPORTED = frozenset({"np", "math"})
REDUCING = frozenset({heads.SUM, heads.DOT, heads.LARGEST, heads.SMALLEST})
"""What NumPy itself makes a number of."""


@dataclass
class Code:
    """Writes terms over quantities of known shapes; `functions` gathers the definitions that were needed, `helpers` the
    names of helpers.

    >>> from derivation.formulas.terms import name
    >>> Code({"W": (1, 2), "h": (2, 1), "b": ()}).write(name("W") @ name("h") + name("b"))
    '(W @ h).item() + b'
    """

    shapes: Mapping[str, tuple[int, ...]]
    functions: dict[str, str] = field(default_factory=dict)
    helpers: set[str] = field(default_factory=set)

    def write(self, term: Term) -> str:
        """The term as an expression, with no bracket that Python does not need."""
        return ast.unparse(ast.parse(self.expression(term), mode="eval"))

    def expression(self, term: Term) -> str:
        leaf = LEAVES.get(term.head)
        if leaf:
            return leaf(self, term)
        parts = dict(
            zip(TABLE[term.head].operands, (f"({self.expression(child)})" for child in term.children), strict=True)
        )
        if not TABLE[term.head].numpy:
            return f"{self.function(term)}({', '.join(parts.values())})"
        text = self.call(term, parts)
        is_number = Shapes(self.shapes).of(term) == () and any(Shapes(self.shapes).of(child) for child in term.children)
        return f"({text}).item()" if is_number and term.head not in REDUCING else text

    def call(self, term: Term, parts: Mapping[str, str]) -> str:
        """A primitive's expression with its operands and options put in."""
        template = TABLE[term.head].numpy
        helper = template.partition("(")[0]
        if helper.isidentifier():
            self.helpers.add(helper)
        given = options(term)
        places = ", ".join(map(str, given))
        named = dict(zip(TABLE[term.head].options, given, strict=False))
        template = template.replace("{places[:-1]}", ", ".join(map(str, given[:-1]))).replace(
            "{places[-1]}", str(given[-1]) if given else ""
        )
        return template.format(**{**named, "places": places, **parts})

    def identifier(self, quantity: Term) -> str:
        """A quantity's name in code: `dL_dW1`, `W1_new`; an optimizer's own gives way to one of the network's.

        >>> from derivation.formulas.terms import name, partial
        >>> Code({}).identifier(partial(name("L"), name("W1")))
        'dL_dW1'
        """
        text = "".join(letter if letter.isalnum() else "_" for letter in key_of(quantity)).strip("_")
        taken = keyword.iskeyword(text) or text in IMPORTED or (text in self.shapes and quantity.args != (text,))
        return f"{text}_" if taken else text

    def function(self, term: Term) -> str:
        """The name of the function that an operation's definition makes, defined where it was not yet."""
        row = TABLE[term.head]
        shapes = tuple(Shapes(self.shapes).of(child) for child in term.children)
        inner = Code(dict(zip(row.operands, shapes, strict=True)), self.functions, self.helpers)
        body = inner.write(definition(row, shapes, options(term)))
        text = f"return {body}"
        called, count = row.name, 1
        while (
            self.functions.setdefault(called, f"def {called}({', '.join(row.operands)}):\n    {text}")
            != f"def {called}({', '.join(row.operands)}):\n    {text}"
        ):
            count += 1
            called = f"{row.name}_{count}"
        return called


def helpers_source(names: set[str]) -> str:
    """The source of the helpers with these names and of those they call, in the order of the file."""
    sources = _helpers()
    wanted, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name in sources and name not in wanted:
            wanted.add(name)
            waiting += [node.id for node in ast.walk(ast.parse(sources[name])) if isinstance(node, ast.Name)]
    return "\n\n\n".join(source for name, source in sources.items() if name in wanted)


@cache
def _helpers() -> dict[str, str]:
    text = (templates() / "notebook" / "helpers.py").read_text("utf-8")
    return {
        node.name: ast.get_source_segment(text, node) or ""
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef)
    }


def _index(code: Code, term: Term) -> str:
    of, *place = term.args
    shape = Shapes(code.shapes).of(of)
    both = place if len(place) == 2 else [place[0], 0] if shape[1] == 1 else [0, place[0]]
    return f"{code.expression(of)}[{both[0]}, {both[1]}]"


def _unit(code: Code, term: Term) -> str:
    code.helpers.add("unit")
    rows, columns, *place = term.args
    both = place if len(place) == 2 else [place[0], 0] if columns == 1 else [0, place[0]]
    return f"unit({rows}, {columns}, {both[0]}, {both[1]})"


def _matrix(code: Code, term: Term) -> str:
    return f"np.array([{', '.join('[' + ', '.join(map(code.expression, row.args)) + ']' for row in term.args)}])"


def _number(text: str) -> str:
    """A numeral as Python writes it: no zeros in front of a whole number, and one that no machine integer holds as a
    float.

    >>> _number("05"), _number("-007.50"), _number("1" + "0" * 20)
    ('5', '-7.50', '100000000000000000000.0')
    """
    sign, digits = text[: text.startswith("-")], text.lstrip("-").lstrip("0")
    whole = digits if digits[:1].isdigit() else f"0{digits}"
    return sign + (f"{whole}.0" if whole.isdigit() and len(whole) > MACHINE_DIGITS else whole)


LEAVES = {
    **dict.fromkeys(("name", "partial", "updated"), Code.identifier),
    "number": lambda code, term: _number(term.args[0]),
    "matrix": _matrix,
    "ones": lambda code, term: f"np.ones(({term.args[0]}, {term.args[1]}))",
    "unit": _unit,
    "index": _index,
}
