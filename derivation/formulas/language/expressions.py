"""The language of equations: text to an untyped tree. A safe parser of our own; nothing in the text is ever executed.

equation := comparison loop?                        loop := 'for' name 'in' (integer '..' integer | 'range' '(' ... ')')
comparison := sum (('>' | '<' | '>=' | '<=' | '==' | '!=') sum)?  sum := product (('+' | '-') product)*
product := signed (('*' | '/' | '@') signed)*       signed := '-' signed | power
power   := postfix (('^' | '**') signed)?           postfix := atom ('.T' | '[' place (',' place)? ']' | '.' name '('
... ')')* atom    := number | name | name '(' arguments ')' | '(' comparison ')' | '[' comparison (',' comparison)* ']'
place   := comparison | comparison? ':' comparison? | 'None' | list
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import replace
from difflib import get_close_matches
from functools import reduce
from typing import Any

from derivation.formulas.language.lexing import MAXIMAL_NAME, Token, plain_number, tokens
from derivation.formulas.language.lexing import SyntaxProblem as SyntaxProblem
from derivation.formulas.language.spellings import ALIASES, DIFFERENT_IN_TORCH, MODULES, TORCH, WITH_AXIS
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.language.unfolding import sum_problem
from derivation.formulas.operations import SPELLINGS
from derivation.formulas.operations.layers import LAYERS
from derivation.words.telling import tell

MAXIMAL_DEPTH = 60
MAXIMAL_OPERATORS = 100
MAXIMAL_LEVELS = 250
"""Of the tree, brackets or none: `x.T.T.T` has three."""
MAXIMAL_LENGTH = 20_000
"""Characters of an equation."""
MAXIMAL_STEPS = 200
FUNCTIONS = (
    frozenset(s for s in SPELLINGS if s.isidentifier())
    | LAYERS.keys()
    | {"concat", "stack", "embedding", "tile", "repeat", "torch.pad", "einsum"}
)
TEMPLATE_FUNCTIONS = frozenset({"ones", "size"})
"""Only rows of the table use these: an array of ones of an operand's shape, and its number of entries."""


def parse(text: str) -> Syntax:
    """The tree of an expression, as written.

    >>> parse("W @ x + b").symbol
    '+'
    >>> parse("2 *")
    Traceback (most recent call last):
    derivation.formulas.language.lexing.SyntaxProblem: expected a number, a name or a bracket, found the end of the line
    """
    if len(text) > MAXIMAL_LENGTH:
        raise SyntaxProblem(MAXIMAL_LENGTH, tell("syntax.long", most=MAXIMAL_LENGTH))
    return shallow(_Parser(text).whole())


def shallow(syntax: Syntax) -> Syntax:
    """The tree, if it is not too deep for all that walk through it."""
    waiting = [(syntax, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAXIMAL_LEVELS:
            raise SyntaxProblem(node.at, tell("syntax.deep", most=MAXIMAL_LEVELS))
        inside = (*node.args, *(value for _, value in node.keywords))
        waiting += [(part, depth + 1) for part in inside if isinstance(part, Syntax)]
    return syntax


class _Parser:
    def __init__(self, text: str) -> None:
        self.words = list(tokens(text))
        self.place = self.depth = self.operators = 0

    @property
    def next(self) -> Token:
        return self.words[self.place]

    def take(self, *texts: str) -> Token | None:
        """The next word, consumed, if it is one of these."""
        word = self.next
        if word.kind == "symbol" and word.text in texts:
            self.place += 1
            return word
        return None

    def counted(self, *texts: str) -> Token | None:
        """An operator, of which an expression may have so many."""
        word = self.take(*texts)
        self.operators += word is not None
        if word and self.operators > MAXIMAL_OPERATORS:
            raise SyntaxProblem(word.at, tell("syntax.operators", place=MAXIMAL_OPERATORS + 1))
        return word

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise SyntaxProblem(self.next.at, tell("syntax.expected", expected=text, found=self.found()))

    def found(self) -> str:
        return tell("syntax.end") if self.next.kind == "end" else repr(self.next.text)

    def whole(self) -> Syntax:
        syntax = self.loop(self.comparison())
        if self.next.kind != "end":
            raise SyntaxProblem(self.next.at, tell("syntax.expected_operator", found=self.found()))
        return syntax

    def word(self, *texts: str) -> Token | None:
        """The next name, consumed, if it is one of these."""
        word = self.next
        if word.kind == "name" and word.text in texts:
            self.place += 1
            return word
        return None

    def loop(self, body: Syntax) -> Syntax:
        """The body, or its repetition where `for t in 1..3` stands behind it."""
        start = self.word("for")
        if not start:
            return body
        variable = self.next
        self.place += 1
        if variable.kind != "name" or not self.word("in"):
            raise SyntaxProblem(variable.at, tell("syntax.expected_repetition"))
        if self.word("range"):
            self.expect("(")
            bounds = [self.sum()]
            bounds += [self.sum()] if self.take(",") else []
            self.expect(")")
            first, last = ([0] * (len(bounds) == 1) + [whole(bound) for bound in bounds])[:2]
            last -= 1
        else:
            first = whole(self.sum())
            self.expect("..")
            last = whole(self.sum())
        if not 0 <= last - first < MAXIMAL_STEPS:
            raise SyntaxProblem(start.at, tell("syntax.steps", most=MAXIMAL_STEPS))
        return Syntax("for", (body, variable.text, first, last), start.at)

    def comparison(self) -> Syntax:
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            raise SyntaxProblem(self.next.at, tell("syntax.deep_brackets", most=MAXIMAL_DEPTH))
        left = self.sum()
        if word := self.take(">", ">=", "=="):
            left = Syntax(word.text, (left, self.sum()), word.at)
        elif word := self.take("!="):
            same = Syntax("==", (left, self.sum()), word.at)
            left = Syntax("-", (Syntax("number", ("1",), word.at), same), word.at)
        elif word := self.take("<", "<="):
            left = Syntax(word.text.replace("<", ">"), (self.sum(), left), word.at)
        self.depth -= 1
        return left

    def sum(self) -> Syntax:
        left = self.product()
        while word := self.counted("+", "-"):
            left = Syntax(word.text, (left, self.product()), word.at)
        return left

    def product(self) -> Syntax:
        minus = self.next if self.next.text == "-" and not self.literal_follows() else None
        if minus:
            self.place += 1
            return Syntax("u-", (self.nested(self.product),), minus.at)
        left = self.signed()
        while word := self.counted("*", "/", "@"):
            left = Syntax(word.text, (left, self.signed()), word.at)
        return left

    def literal_follows(self) -> bool:
        """Whether a minus and the number behind it are one literal: `-2 x` is (-2) x, but `-2^2` is -(2^2)."""
        after = self.words[self.place + 1 : self.place + 3]
        return len(after) == 2 and after[0].kind == "number" and after[1].text not in ("^", "**")

    def signed(self) -> Syntax:
        literal = self.literal_follows()
        minus = self.take("-")
        if not minus:
            return self.power()
        if literal:
            digits = self.power()
            return (
                Syntax("number", (f"-{digits.args[0]}",), minus.at)
                if digits.symbol == "number"
                else Syntax("u-", (digits,), minus.at)
            )
        return Syntax("u-", (self.nested(self.signed),), minus.at)

    def nested(self, part: Callable[[], Syntax]) -> Syntax:
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            raise SyntaxProblem(self.next.at, tell("syntax.deep_signs", most=MAXIMAL_DEPTH))
        syntax = part()
        self.depth -= 1
        return syntax

    def power(self) -> Syntax:
        base = self.postfix()
        if word := self.take("^", "**"):
            return Syntax("^", (base, self.nested(self.signed)), word.at)
        return base

    def postfix(self) -> Syntax:
        syntax = self.atom()
        while word := self.take(".T", "[", "."):
            if word.text == ".T":
                syntax = Syntax(".T", (syntax,), word.at)
            elif word.text == ".":
                syntax = self.method(syntax)
            else:
                syntax = Syntax("index", (syntax, *self.places()), word.at)
        return syntax

    def method(self, of: Syntax) -> Syntax:
        """`x.sum(axis=1)` is sum(x, axis=1)."""
        word = self.next
        self.place += 1
        self.expect("(")
        return with_axis(self.call(word, of), word)

    def places(self) -> list[Syntax]:
        places = []
        while True:
            places.append(self.index())
            if not self.take(","):
                self.expect("]")
                break
        if len(places) > 2:
            raise SyntaxProblem(places[2].at, tell("syntax.three_indices"))
        return places

    def index(self) -> Syntax:
        word = self.next
        if none := self.word("None", "newaxis"):
            return Syntax("none", (), none.at)
        if word.text not in (":", "[") and word.kind not in ("number", "name") and word.text != "-":
            raise SyntaxProblem(word.at, tell("syntax.expected_index", found=self.found()))
        first = None if self.next.text == ":" else self.nested(self.sum)
        if not self.take(":"):
            assert first is not None
            return first
        last = None if self.next.text in (",", "]", ":") else self.nested(self.sum)
        if step := self.take(":"):
            raise SyntaxProblem(step.at, tell("syntax.step_of_slice"))
        return Syntax("slice_of", (first, last), word.at)

    def atom(self) -> Syntax:
        word = self.next
        if word.kind == "number":
            self.place += 1
            return Syntax("number", (plain_number(word),), word.at)
        if word.kind == "name":
            self.place += 1
            if word.text in MODULES and self.take("."):
                return self.of_module(word)
            return self.call(word) if self.take("(") else Syntax("name", (word.text,), word.at)
        if word.kind == "text":
            self.place += 1
            return Syntax("text", (word.text[1:-1],), word.at)
        if self.take("("):
            syntax = self.comparison()
            if self.next.text == ",":
                syntax = self.rest_of_list(syntax, word)
            self.expect(")")
            return syntax
        if self.take("["):
            syntax = self.rest_of_list(self.comparison(), word)
            self.expect("]")
            return syntax
        raise SyntaxProblem(word.at, tell("syntax.expected_operand", found=self.found()))

    def of_module(self, module: Token) -> Syntax:
        """What stands behind `np.` or `torch.nn.`, as it is called there."""
        word = self.next
        self.place += 1
        while word.text in MODULES and self.take("."):
            module, word = module if module.text in TORCH else word, self.next
            self.place += 1
        if module.text in TORCH and f"torch.{word.text}" in FUNCTIONS:
            word = replace(word, text=f"torch.{word.text}")
        if module.text in TORCH and word.text in DIFFERENT_IN_TORCH:
            raise SyntaxProblem(word.at, tell(f"torch.{word.text}"))
        if word.kind != "name" or not self.take("("):
            raise SyntaxProblem(word.at, tell("syntax.expected_function", module=module.text, found=word.text))
        return with_axis(self.call(word), word)

    def rest_of_list(self, first: Syntax, start: Token) -> Syntax:
        items = [first]
        while self.take(","):
            if self.next.text not in ("]", ")"):
                items.append(self.comparison())
        return Syntax("list", tuple(items), start.at)

    def call(self, word: Token, *args: Syntax) -> Syntax:
        """A function's arguments, those by position first, and the closing bracket."""
        found, keywords = [*args], list[tuple[str, Syntax]]()
        while not self.take(")"):
            if self.next.kind == "name" and self.words[self.place + 1].text == "=":
                key = self.next.text
                self.place += 2
                keywords.append((ALIASES.get(key, key), self.nested(self.sum)))
            else:
                found.append(self.loop(self.comparison()))
            if not self.take(","):
                self.expect(")")
                break
        symbol = ALIASES.get(word.text, word.text)
        if symbol not in FUNCTIONS | TEMPLATE_FUNCTIONS and word.text not in ALIASES:
            near = nearest(word.text, FUNCTIONS)
            raise SyntaxProblem(word.at, tell("syntax.no_function", called=word.text, near=near))
        if not found:
            raise SyntaxProblem(self.words[self.place - 1].at, tell("syntax.expected_operand", found=repr(")")))
        if found[0].symbol == "for" and symbol == "sum":
            return spelled_out(found[0])
        return Syntax(symbol, tuple(found), word.at, tuple(keywords))


def with_axis(syntax: Syntax, word: Token) -> Syntax:
    """`np.sum(X, 0)` and `X.sum(0)` as sum(X, axis=0)."""
    if word.text not in WITH_AXIS or len(syntax.args) != 2 or syntax.args[1].symbol != "number":
        return syntax
    return Syntax(syntax.symbol, syntax.args[:1], syntax.at, (("axis", syntax.args[1]), *syntax.keywords))


def whole(syntax: Syntax) -> int:
    """The whole number that an index or an option stands for.

    >>> whole(parse("3 - 1"))
    2
    """
    if syntax.symbol == "number" and re.fullmatch(r"-?\d+", syntax.args[0]):
        return int(syntax.args[0])
    if syntax.symbol in ("+", "-"):
        left, right = map(whole, syntax.args)
        return left + right if syntax.symbol == "+" else left - right
    raise SyntaxProblem(syntax.at, tell("syntax.expected_whole"))


def at_step(syntax: Syntax, variable: str, step: int) -> Syntax:
    """The expression at one step of a repetition: `h[t]` is the quantity h_3 at step 3, and t itself is 3."""
    if syntax.symbol == "name":
        return Syntax("number", (str(step),), syntax.at) if syntax.args[0] == variable else syntax
    args = tuple(at_step(arg, variable, step) if isinstance(arg, Syntax) else arg for arg in syntax.args)
    keywords = tuple((key, at_step(value, variable, step)) for key, value in syntax.keywords)
    if (
        syntax.symbol == "index"
        and len(args) == 2
        and syntax.args[0].symbol == "name"
        and args[1] != syntax.args[1]
        and syntax.args[1].symbol in ("name", "+", "-")
    ):
        return Syntax("name", (f"{syntax.args[0].args[0]}_{whole(args[1])}",), syntax.at)
    return Syntax(syntax.symbol, args, syntax.at, keywords)


def at_known_steps(syntax: Syntax, known: Container[str]) -> Syntax:
    """`h[3]` as the quantity h_3, where there is such a one and none is called h."""
    args = tuple(at_known_steps(arg, known) if isinstance(arg, Syntax) else arg for arg in syntax.args)
    if (
        syntax.symbol == "index"
        and len(args) == 2
        and args[0].symbol == "name"
        and args[0].args[0] not in known
        and args[1].symbol == "number"
    ):
        step = f"{args[0].args[0]}_{args[1].args[0]}"
        if step in known:
            return Syntax("name", (step,), syntax.at)
    return Syntax(syntax.symbol, args, syntax.at, syntax.keywords)


def spelled_out(syntax: Syntax) -> Syntax:
    """`sum(E[t] for t in 1..3)` as E_1 + E_2 + E_3."""
    body, variable, first, last = syntax.args
    if problem := sum_problem(body, last - first + 1):
        raise SyntaxProblem(syntax.at, problem)
    steps = [at_step(body, variable, step) for step in range(first, last + 1)]
    return reduce(lambda a, b: Syntax("+", (a, b), syntax.at), steps)


def nearest(word: str, known: Any) -> str:
    """A suggestion to append to an error message, or nothing.

    >>> nearest("sigmod", ["relu", "sigmoid"])
    "; did you mean 'sigmoid'?"
    """
    if len(word) > MAXIMAL_NAME:
        return ""
    matches = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return tell("syntax.near", near=matches[0]) if matches else ""
