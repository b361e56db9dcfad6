"""Trees to terms of the operations table, at one place of the article: names by what is known there, signs by
`operations.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

from derivation.checking.facts.entries import entry, part_of
from derivation.checking.facts.failures import Mismatch, Unknown
from derivation.checking.facts.indices import instance, letters
from derivation.checking.facts.knowledge import is_closed
from derivation.checking.facts.lookup import Lookup, Meant
from derivation.checking.facts.matrices import ALONG, OF_MATRICES
from derivation.checking.facts.operations import PRODUCTS, operation, product
from derivation.checking.facts.position import Position
from derivation.checking.facts.quantity import ARGUMENT, THETA, hidden
from derivation.checking.facts.slopes import slope
from derivation.checking.facts.supposed import NOTHING, is_kronecker
from derivation.checking.reading.names import TRIGONOMETRIC
from derivation.checking.reading.numerals import pi
from derivation.checking.reading.symbols import Symbol
from derivation.checking.reading.tokens import Unreadable
from derivation.checking.reading.trees import Tree, alike, nodes
from derivation.formulas.arrays import Shape, collapse
from derivation.formulas.language.definitions import rule
from derivation.formulas.language.shapes import choose
from derivation.formulas.operations import TABLE, heads
from derivation.formulas.terms import Term, index, name, number, partial, substitute, updated

MAXIMAL_CALLS = 20
MAXIMAL_SUM = 1000
SIGNS = {"+": "+", "-": "-", "/": "/", "frac": "/", heads.ABS: heads.ABS}
RELATED = {">": (">", False), ">=": (">=", False), "<": (">", True), "<=": (">=", True)}
"""A comparison as the table has it, and whether its sides are exchanged for that."""
OPPOSITE = {">": "<=", "<=": ">", "<": ">=", ">=": "<"}


class Meaning:
    """What trees mean at one place of the article."""

    def __init__(
        self,
        facts: Lookup,
        position: Position,
        bound: Mapping[str, Meant] | None = None,
        indices: dict[str, str] | None = None,
        depth: int = 0,
        renamed: tuple[str, str] | None = None,
        beside: bool = False,
    ) -> None:
        self.facts, self.position, self.depth, self.renamed, self.beside = facts, position, depth, renamed, beside
        self.bound, self.indices = bound or {}, indices or {}
        if facts.supposed.numbers:
            self.indices = {**facts.supposed.numbers, **self.indices}

    def of(self, tree: Tree) -> Meant:
        """The term and its shape; `Unreadable` where that is not certain, `Mismatch` where shapes do not fit."""
        self.facts.meter.tick()
        method = METHODS.get(tree.head)
        if method:
            return method(self, tree)
        if tree.head not in PRODUCTS:
            return operation(SIGNS[tree.head], [self.of(child) for child in tree.children], tree.start)
        try:
            parts = [self.of(child) for child in tree.children]
            return (number(0), ()) if self.vanishes(tree) else product(tree, *parts)
        except Mismatch:
            if self.beside or not any(node.head == "tuple" for node in nodes(tree)):
                raise
            return self.side_by_side().of(tree)

    def side_by_side(self) -> Meaning:
        """The same with columns in a list side by side."""
        return Meaning(self.facts, self.position, self.bound, self.indices, self.depth, self.renamed, beside=True)

    def vanishes(self, tree: Tree) -> bool:
        """Whether a product is 0 log 0, which by convention is 0 (Cover and Thomas, Elements of Information Theory,
        2.1)."""
        factor, log = tree.args[0], tree.args[1].args[0] if tree.args[1].head == "/" else tree.args[1]
        if log.head != "call" or log.args[0] != heads.LOG or not is_closed(factor) or not is_closed(log.args[1]):
            return False
        values = (self.facts.integer(self.of(part)[0], self.position) for part in (factor, log.args[1]))
        return all(value == 0 for value in values)

    # Leaves

    def number(self, tree: Tree) -> Meant:
        return number(tree.args[0]), ()

    def negative(self, tree: Tree) -> Meant:
        inner, shape = self.of(tree.args[0])
        if inner.head == "number" and not inner.args[0].startswith("-"):
            return number(f"-{inner.args[0]}"), ()
        return -inner, shape

    def group(self, tree: Tree) -> Meant:
        return self.of(tree.args[0])

    def named(self, tree: Tree) -> Meant:
        symbol = instance(tree.args[0], self.indices)
        if self.renamed and symbol.sub and symbol.sub[-1] == self.renamed[0]:
            symbol = replace(symbol, sub=(*symbol.sub[:-1], self.renamed[1]))
        if symbol.key in self.indices:
            return number(self.indices[symbol.key]), ()
        if len(symbol.base) > 1 and symbol.base.isalpha() and any(letter in self.indices for letter in symbol.base):
            raise Unknown(tree.start, "lacking.anything", quantity=symbol.key)  # the k n of `a_n = 1 + kn`
        found = self.part(symbol) or self.known(symbol) or self.entry(symbol)
        if found is None and (last := self.facts.with_numbers(symbol, self.position)) != symbol:
            return self.named(replace(tree, args=(last,)))
        if found is None and self.facts.supposed is not NOTHING and (kronecker := is_kronecker(symbol)) is not None:
            return number(int(kronecker)), ()
        if found is None and (symbol.key in self.facts.parameters or self.facts.may_assume(symbol)):
            return name(symbol.key), ()
        if found is None:
            raise Unknown(tree.start, "lacking.anything", quantity=symbol.key)
        return found

    def known(self, symbol: Symbol) -> Meant | None:
        """What is bound to a name, else the quantity that it names, where that has a shape."""
        if symbol.key in self.bound:
            return self.bound[symbol.key]
        shape = self.facts.shape(symbol.key, self.position, symbol)
        return None if shape is None else (name(symbol.key), shape)

    def entry(self, symbol: Symbol) -> Meant | None:
        """The entry of a known array that a name stands for; None where it is none."""
        return entry(symbol, self.known)

    def part(self, symbol: Symbol) -> Meant | None:
        """The part of a known array that a name stands for; None where it is none."""
        return part_of(symbol, self.known)

    def entry_of(self, tree: Tree) -> Meant:
        """An entry of an expression: `(A B)_{12}`."""
        inner, shape = self.of(tree.args[0])
        whole = inner if inner.head == "name" else self.facts.alias(inner, shape)
        symbol = Symbol(whole.args[0], instance(tree.args[1], self.indices).sub)
        if not shape and symbol.sub == ("1",):
            return inner, shape
        found = self.entry(symbol) or self.part(symbol)
        if found is None:
            raise Unreadable(tree.start, "meaning.index")
        return found

    def updated(self, tree: Tree) -> Meant:
        inner, shape = self.of(tree.args[0])
        if inner.head not in ("name", "index"):
            raise Unreadable(tree.start, "meaning.updated")
        if inner.head == "index":
            return index(updated(inner.args[0]), *inner.args[1:]), ()
        return updated(inner), shape

    # Functions

    def call(self, tree: Tree) -> Meant:
        function, *arguments = tree.args
        meant = [self.of(argument) for argument in arguments]
        if function in ALONG and not meant[0][1] and arguments[0].head == "name":  # one of several
            raise Unknown(tree.start, "lacking.number_or_array", quantity=arguments[0].args[0].key)
        if function in ALONG and len(meant) == 1 and 1 not in (meant[0][1] or (1,)):
            function += f" axis={0 if self.facts.knowledge.is_by_columns else 1}"
        if function in TRIGONOMETRIC and any(node.head == "degrees" for node in nodes(arguments[0])):
            half_turn = operation("/", [self.of(pi(tree.start)), (number(180), ())], tree.start)
            meant = [product(Tree(r"\cdot", (arguments[0], arguments[0]), tree.start), meant[0], half_turn)]
        if function in ("max", "min") and len(meant) > 2:
            return reduce(lambda first, second: operation(function, [first, second], tree.start), meant)
        return operation(function, meant, tree.start)

    def windowed(self, tree: Tree) -> Meant:
        """A function worked in windows of a size that stands below it."""
        function, options, *arguments = tree.args
        return operation(function, [self.of(argument) for argument in arguments], tree.start, options)

    def where(self, tree: Tree) -> Meant:
        """An expression with a value put in for a name."""
        body, variable, value = tree.args
        if body.head == "partial" and body.args[1].head == "name" and body.args[1].args == variable.args:
            return substitute(slope(self, body)[0], {variable.args[0].key: self.of(value)[0]}), ()
        bound = {**self.bound, variable.args[0].key: self.of(value)}
        return Meaning(self.facts, self.position, bound, self.indices, self.depth + 1).of(body)

    def apply(self, tree: Tree) -> Meant:
        """The article's own function: its body with the arguments put in."""
        symbol, *arguments = tree.args
        parameters, body = self.facts.function(symbol.key, self.position, len(arguments))
        meant = [self.of(argument) for argument in arguments]
        if self.facts.definitions(symbol.key, self.position) and all(
            a.head == "name" and a.args[0] == p for a, p in zip(arguments, parameters, strict=True)
        ):
            shape = self.facts.shape(symbol.key, self.position, symbol)
            if shape is not None:
                return name(symbol.key), shape
        if self.depth > MAXIMAL_CALLS:
            raise Unreadable(tree.start, "meaning.calls")
        bound = {**self.bound, **{parameter.key: value for parameter, value in zip(parameters, meant, strict=True)}}
        counted = {
            p.key: a.args[0]
            for p, a in zip(parameters, arguments, strict=True)
            if a.head == "number" and a.args[0].isdecimal()
        }
        return Meaning(self.facts, self.position, bound, {**self.indices, **counted}, self.depth + 1).of(body)

    def prime(self, tree: Tree) -> Meant:
        """The derivative of a function, at an argument, entry by entry."""
        function, argument = tree.args[0], tree.args[1]
        inner, shape = self.of(argument)
        if isinstance(function, Symbol):
            return self.own_prime(tree, function, inner, shape)
        row = choose(function, [shape])
        derivative = next((other for other in TABLE.values() if other.derivative_of == row.name), None)
        if row.name in (heads.SOFTMAX, heads.LOG_SOFTMAX) or len(row.operands) - len(row.defaults) != 1:
            raise Unreadable(tree.start, "meaning.several_entries")
        constants = tuple(number(text) for text in row.defaults)
        if derivative:
            return Term(derivative.name, (inner, *constants)), shape
        one = Term("ones", shape) if shape else number(1)
        operand_shapes = [shape, *[()] * len(constants)]
        body, _ = rule(
            row.reverse[0] or "0", (*zip(row.operands, operand_shapes, strict=True), ("G", shape), ("out", shape))
        )
        out = Term(row.name, (inner, *constants))
        return substitute(
            body, {row.operands[0]: inner, **dict(zip(row.operands[1:], constants, strict=True)), "G": one, "out": out}
        ), shape

    def own_prime(self, tree: Tree, function: Symbol, inner: Term, shape: Shape) -> Meant:
        parameters, body = self.facts.function(function.key, self.position, 1)
        variable = name(ARGUMENT)
        result, after = Meaning(
            self.facts, self.position, {parameters[0].key: (variable, shape)}, {}, self.depth + 1
        ).of(body)
        if after != shape:
            raise Unreadable(tree.start, "meaning.several_entries")
        one = Term("ones", shape) if shape else number(1)
        for _ in range(*tree.args[2:] or (1,)):
            result = self.facts.slope_of(result, ARGUMENT, shape, one)
        return substitute(result, {ARGUMENT: inner}), shape

    # Derivatives and sums

    def at(self, tree: Tree) -> Meant:
        r"""A derivative of the article's own function at a point: `\frac{\partial f}{\partial x}(3, 4)`."""
        (of, by), point = tree.args[0].args, [self.of(argument) for argument in tree.args[1:]]
        parameters, body = self.facts.function(of.args[0].key, self.position, len(point))
        if (
            by.head != "name"
            or by.args[0] not in parameters
            or len(parameters) != len(point)
            or any(shape for _, shape in point)
        ):
            raise Unreadable(tree.start, "meaning.point")
        variables = {parameter.key: (name(hidden(parameter.key)), ()) for parameter in parameters}
        result, shape = Meaning(self.facts, self.position, variables, {}, self.depth + 1).of(body)
        if shape:
            raise Unreadable(tree.start, "meaning.several_entries")
        slope = self.facts.slope_of(result, hidden(by.args[0].key), (), number(1))
        return substitute(
            slope, {hidden(parameter.key): value for parameter, (value, _) in zip(parameters, point, strict=True)}
        ), ()

    def partial(self, tree: Tree) -> Meant:
        of = tree.args[0] if tree.head == "partial" else tree.args[-1]
        if len(tree.args) == 2:
            bottom, below = self.of(tree.args[1] if tree.head == "partial" else tree.args[0])
        elif THETA in self.bound:
            bottom, below = self.bound[THETA]
        elif (parameter := self.sole_parameter(of)) is not None:
            bottom, below = self.named(Tree("name", (parameter,), tree.start))
        else:
            raise Unreadable(tree.start, "meaning.gradient")
        top, above = self.numerator(of)
        if bottom.head not in ("name", "index"):
            raise Unreadable(tree.start, "meaning.derivative")
        if top.head not in ("name", "index"):
            top = self.facts.alias(top, above)
        if above and below and below[1] != 1:
            raise Unreadable(tree.start, "meaning.by_matrix")
        if not above:
            return partial(top, bottom), below
        size = above[0] * above[1]
        return partial(top, bottom), (collapse((size, below[0])) if below else above)

    def sole_parameter(self, of: Tree) -> Symbol | None:
        r"""What a function is a function of, where that is one thing: the w of `\nabla J` for `J(w) = ...`."""
        functions = self.facts.knowledge.functions.get(of.args[0].key, ()) if of.head in ("name", "apply") else ()
        found = {parameters for _, parameters, _ in functions}
        return next(iter(found))[0] if len(found) == 1 and len(next(iter(found))) == 1 else None

    def numerator(self, of: Tree) -> Meant:
        """What is differentiated; a name of which nothing is said is a scalar, as losses are."""
        try:
            return self.of(of)
        except Unknown:
            if of.head != "name":
                raise
            return name(of.args[0].key), ()

    def sum(self, tree: Tree) -> Meant:
        """A sum, or a product, over an index, term by term."""
        variable, low, high, body = tree.args
        steps = self.range(tree, variable, low, high, body)
        parts = [
            Meaning(self.facts, self.position, self.bound, {**self.indices, variable: str(k)}, self.depth).of(body)
            for k in steps
        ]
        result = parts[0]
        for part in parts[1:]:
            result = (
                operation("+", [result, part], tree.start)
                if tree.head == heads.SUM
                else product(Tree(r"\cdot", (body, body), tree.start), result, part)
            )
        return result

    def range(self, tree: Tree, variable: str, low: Tree | None, high: Tree | None, body: Tree) -> range:
        if low is not None and high is not None:
            first, last = (self.facts.integer(self.of(limit)[0], self.position) for limit in (low, high))
            if first is None or last is None:
                raise Unreadable(tree.start, "meaning.limits")
        else:
            first, last = 1, self.size(variable, body)
        if not 0 <= last - first < MAXIMAL_SUM:
            raise Unreadable(tree.start, "meaning.terms", count=last - first + 1)
        return range(first, last + 1)

    def size(self, variable: str, body: Tree) -> int:
        """How far an index runs that has no limits: as far as the arrays or names go that bear it."""
        for node in nodes(body):
            count = 0
            if node.head == "name" and variable in "".join((*node.args[0].sub, *node.args[0].label)):
                symbol = instance(node.args[0], self.indices)
                others = dict.fromkeys("".join(symbol.sub), "1") if letters("".join(symbol.sub)) else {}
                most = MAXIMAL_SUM if self.facts.supposed is NOTHING else self.facts.supposed.size
                while count < most and self.exists(instance(symbol, {**others, variable: str(count + 1)})):
                    count += 1
            elif node.head == "entry" and variable in (places := "".join(instance(node.args[1], self.indices).sub)):
                _, shape = self.of(node.args[0])
                count = shape[places.index(variable)] if len(places) == 2 and shape else max(shape, default=1)
            if count:
                return count
        raise Unreadable(body.start, "meaning.end")

    def exists(self, symbol: Symbol) -> bool:
        has_shape = self.facts.shape(symbol.key, self.position, symbol) is not None
        return has_shape or bool(self.entry(symbol) or self.part(symbol))

    # Comparisons

    def cases(self, tree: Tree) -> Meant:
        parts = list(tree.args)
        if len(parts) == 4:
            second = parts.pop()
            first = parts[1]
            alikes = (alike(a, b) for a, b in zip(first.args[1:], second.args[1:], strict=True))
            if OPPOSITE[first.args[0]] != second.args[0] or not all(alikes):
                kinds = {first.args[0], second.args[0]}
                if kinds not in ({">", "<"}, {">=", "<="}, {">", "<="}, {"<", ">="}):
                    raise Unreadable(tree.start, "meaning.opposite")
        if parts[1].head == "compare":
            value, condition, other = parts
        elif parts[2].head == "compare":
            other, value, condition = parts
        else:
            raise Unreadable(tree.start, "meaning.condition")
        parts_of_it = [self.condition(condition.args, tree), self.of(value), self.of(other)]
        return operation(heads.CASES, parts_of_it, tree.start)

    def condition(self, args: tuple[Any, ...], tree: Tree) -> Meant:
        relation, left, right = args
        sign, exchanged = RELATED[relation]
        parts = [self.of(left), self.of(right)]
        return operation(sign, parts[::-1] if exchanged else parts, tree.start)

    def indicator(self, tree: Tree) -> Meant:
        return self.condition(tree.args, tree)

    def compare(self, tree: Tree) -> Meant:
        raise Unreadable(tree.start, "meaning.comparison")


METHODS: dict[str, Callable[..., Meant]] = {
    "u-": Meaning.negative,
    "name": Meaning.named,
    "nabla": Meaning.partial,
    "entry": Meaning.entry_of,
    heads.PROD: Meaning.sum,
    "degrees": Meaning.group,
    "slope": slope,
    **OF_MATRICES,
    **{
        key: getattr(Meaning, key)
        for key in (
            *("number", "group", "at", "updated", "call", "windowed", "where", "apply", "prime", "partial"),
            *(heads.SUM, heads.CASES, "indicator", "compare"),
        )
    },
}
