"""Terms from LaTeX tokens: sums, products, powers, calls and names, by recursive descent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from derivation.formulas.arrays import Shape
from derivation.formulas.language.forms import in_one
from derivation.formulas.language.shapes import Shapes, choose
from derivation.formulas.operations import TABLE, Operation, ShapeMismatch, heads
from derivation.formulas.terms import Term, index, number, updated
from derivation.formulas.terms import name as name_term
from derivation.tex.names import Names, tokens

ENDS = frozenset(
    {
        "",
        ")",
        "]",
        "}",
        r"\rvert",
        r"\rVert",
        r"\rfloor",
        r"\rceil",
        "&",
        r"\\",
        r"\end",
        ",",
        "+",
        "-",
        r"\odot",
        r"\oslash",
        r"\star",
        r"\otimes",
        ">",
        r"\ge",
        r"\ne",
        "=",
        ";",
    }
)
ONES = "vector of ones"
"""While reading: how many ones, and whether they lie in a row."""
HADAMARDS = (r"\odot", r"\oslash", r"\star")
PRODUCTS = (r"\otimes", r"\cdot")
COMPARISONS = {">": ">", r"\ge": ">=", "=": "=="}
TOTALS = {r"\sum": heads.SUM, r"\prod": heads.PROD}


class Unreadable(ValueError):
    """Text that is not a term in our notation; `at` counts tokens from the start."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at


class Reader:
    """Recursive descent over the tokens; `running` is the index of the sum that is being read."""

    def __init__(self, words: list[str], names: Names, forms: Mapping[str, Callable[[Reader], Term]]) -> None:
        self.words, self.names, self.shapes, self.forms = words, names, Shapes(names.shapes), forms
        self.place = 0
        self.running = ""
        self.functions = sorted(
            (
                (tokens(row.notation.symbol), row)
                for row in TABLE.values()
                if row.notation.kind in ("function", "exponential")
            ),
            key=lambda pair: -len(pair[0]),
        )

    @property
    def next(self) -> str:
        return self.peek()

    def peek(self, ahead: int = 0) -> str:
        return self.words[self.place + ahead] if self.place + ahead < len(self.words) else ""

    def take(self, *texts: str) -> str:
        found = self.next if self.next in texts else ""
        self.place += bool(found)
        return found

    def starts(self, words: list[str]) -> bool:
        return self.words[self.place : self.place + len(words)] == words

    def expect(self, *texts: str) -> None:
        for text in texts:
            if not self.take(text):
                raise self.problem(repr(text))

    def problem(self, expected: str) -> Unreadable:
        return Unreadable(self.place, f"expected {expected}, found {self.next or 'the end'!r}")

    def make(self, symbol: str, *args: Term, options: Sequence[int] = ()) -> Term:
        """The operation that a symbol stands for between these operands."""
        shapes: list[Shape] = [self.shapes.of(arg) for arg in args]
        try:
            row = choose(symbol, shapes, options)
            return Term(row.name, (*args, *row.filled(options)))
        except ShapeMismatch as mismatch:
            raise Unreadable(self.place, str(mismatch)) from None

    def comparison(self) -> Term:
        left = self.sum()
        if word := self.take(*COMPARISONS):
            return self.make(COMPARISONS[word], left, self.sum())
        return left

    def sum(self) -> Term:
        left = self.signed()
        while word := self.take("+", "-"):
            left = self.make(word, left, self.hadamard())
        return left

    def signed(self) -> Term:
        if self.next == "-" and not (self.peek(1)[:1].isdecimal() and self.peek(2) != "^"):
            self.place += 1
            return self.make("u-", self.hadamard())
        return self.hadamard()

    def hadamard(self) -> Term:
        left = self.product()
        while word := self.take(*HADAMARDS):
            given = self.options() if self.next == "_" else []
            left = self.make(word, left, self.product(), options=given)
        return left

    def options(self) -> list[int]:
        """The whole numbers in a subscript."""
        self.expect("_", "{")
        given = []
        while self.next and not self.take("}"):
            sign = -1 if self.take("-") else 1
            given += [sign * int(self.next)] if self.next.isdecimal() else []
            self.place += 1
        return given

    def product(self) -> Term:
        left = self.factor()
        while self.next not in ENDS or self.next in PRODUCTS:
            symbol, right = self.take(*PRODUCTS), self.factor()
            left = (
                self.make(symbol, left, right) if ONES not in (left.head, right.head) else self.with_ones(left, right)
            )
        return left

    def with_ones(self, left: Term, right: Term) -> Term:
        """A product with a vector of ones: sums along an axis, or a repetition."""
        vector, other = (left, right) if left.head == ONES else (right, left)
        count, lies = vector.args
        if lies == (vector is left):
            return self.make("sum axis=0" if lies else "sum axis=1", other)
        return self.make(heads.REPEAT_ROWS if vector is left else heads.REPEAT_COLUMNS, other, options=[count])

    def factor(self) -> Term:
        if sign := self.take(*TOTALS):
            return self.total(TOTALS[sign])
        term = self.atom()
        while self.next == "^":
            term = self.superscript(term)
        return term

    def total(self, head: str) -> Term:
        self.expect("_", "{")
        before, self.running = self.running, self.word()
        body = self.product()
        self.running = before
        return self.make(head, lifted(body, self.shapes))

    def superscript(self, base: Term) -> Term:
        self.expect("^")
        if self.take(r"\top"):
            return self.make(".T", base)
        self.expect("{")
        symbol = r"^\odot" if self.take(r"\odot") else "^"
        exponent = self.comparison()
        self.expect("}")
        return in_one(self.make(symbol, base, exponent))

    def atom(self) -> Term:
        if self.next == "(" and (entry := self.bracketed_entry()):
            return entry
        if self.take("("):
            inner = self.comparison()
            self.expect(")")
            return self.sliced(self.running_entry(inner))
        if self.next == "-" or self.next[:1].isdecimal():
            return self.number()
        for known, row in self.functions:
            if self.starts(known) and (row.notation.kind != "exponential" or self.peek(len(known)) == "^"):
                self.place += len(known)
                return self.exponential() if row.notation.kind == "exponential" else self.call(row)
        special = self.forms.get(self.next)
        return self.sliced(special(self)) if special else self.named()

    def running_entry(self, term: Term) -> Term:
        """The term, as one entry of an array where the running index of a sum stands behind it."""
        if self.running and self.starts(["_", "{", *self.running, "}"]):
            self.place += 3 + len(self.running)
            return Term("entry", (term,))
        return term

    def sliced(self, term: Term) -> Term:
        """The term, or the part of it that a subscript such as `1:2, :` names."""
        end = self.place + 2
        if not self.starts(["_", "{"]) or ":" not in (
            self.words[end : self.words.index("}", end)] if "}" in self.words[end:] else ()
        ):
            return term
        self.place += 2
        shape = self.shapes.of(term)
        spans = [self.span(shape[0])]
        spans.append(self.span(shape[1]) if self.take(",") else [1, 1])
        self.expect("}")
        return self.sliced(self.make(heads.SLICE, term, options=[place for span in spans for place in span]))

    def span(self, size: int) -> list[int]:
        """First and last place, counted from 1; a lone colon is all."""
        low = self.whole_number()
        high = self.whole_number() or str(size) if self.take(":") else low
        return [int(low or 1), int(high)]

    def whole_number(self) -> str:
        found = self.next if self.next.isdecimal() else ""
        self.place += bool(found)
        return found

    def number(self) -> Term:
        sign = self.take("-")
        digits = self.next
        if not digits[:1].isdecimal():
            raise self.problem("a number")
        self.place += 1
        if self.starts([r"\times", "10", "^", "{"]):
            self.place += 4
            digits += "e" + self.take("-") + self.next
            self.place += 1
            self.expect("}")
        return number(sign + digits)

    def call(self, row: Operation) -> Term:
        spelling = row.spellings[0]
        given = self.options() if row.options and self.next == "_" else []
        if self.next == r"\begin":
            return self.sliced(self.running_entry(self.make(spelling, self.forms[r"\begin"](self), options=given)))
        self.expect("(")
        args = [self.comparison()]
        while self.take(","):
            args.append(self.comparison())
        self.expect(")")
        if row.folds:
            return self.sliced(reduce(lambda a, b: self.make(spelling, a, b), args))
        return self.sliced(self.make(spelling, *args, options=given))

    def exponential(self) -> Term:
        self.expect("^", "{")
        exponent = self.comparison()
        self.expect("}")
        return self.make(heads.EXP, exponent)

    def bracketed_entry(self) -> Term | None:
        """An entry of a name that has a subscript of its own, `(W_{Q})_{12}`, or None where no such name stands in the
        bracket alone."""
        before = self.place
        self.expect("(")
        for known, name, only_entries in self.names.by_tokens:
            end = self.place + len(known)
            if not only_entries and "_" in known and self.starts(known) and self.words[end : end + 1] == [")"]:
                self.place = end + 1
                whole = name_term(name)
                term = self.entry(name) or self.running_entry(whole)
                if term is not whole:
                    return self.new(term)
        self.place = before
        return None

    def named(self) -> Term:
        if self.next == "(" and (entry := self.bracketed_entry()):
            return entry
        braced = self.next == "{"
        self.place += braced
        for known, name, only_entries in self.names.by_tokens:
            if self.starts(known):
                start, self.place = self.place, self.place + len(known)
                closed = not braced or bool(self.take("}"))
                term = self.entry(name) or (None if only_entries else name_term(name))
                if term is not None:
                    self.expect(*["}"] * (not closed))
                    return self.sliced(self.running_entry(self.new(term)))
                self.place = start
        raise self.problem("a number, a known name or a bracket")

    def new(self, term: Term) -> Term:
        """The term, or its updated value where `new` stands behind it."""
        for mark in "_^":
            if self.starts([mark, "{", r"\text", "{", "n", "e", "w", "}", "}"]):
                self.place += 9
                return updated(term)
        return term

    def entry(self, name: str) -> Term | None:
        """An index behind a name, or None."""
        digits = []
        if not self.starts(["_", "{"]):
            return None
        ahead = 2
        while (word := self.peek(ahead)) and (word.isdecimal() or word == ","):
            digits.append(word)
            ahead += 1
        if not digits or self.peek(ahead) != "}":
            return None
        parts = [digit for digit in digits if digit != ","]
        shape = self.names.shapes[name]
        if "," not in digits and len(shape) == 2 and 1 not in shape:
            parts = list(parts[0])
        self.place += ahead + 1
        return index(name_term(name), *(int(part) - 1 for part in parts))

    def word(self) -> str:
        """Letters up to a closing brace."""
        letters = ""
        while self.next and not self.take("}"):
            letters += self.next
            self.place += 1
        return letters


def lifted(body: Term, shapes: Shapes) -> Term:
    """The body of a sum over entries as an expression of whole arrays: `x_i y_i` as the entry-by-entry product of x and
    y."""
    if body.head == "entry":
        return body.args[0]  # type: ignore[no-any-return]
    args = tuple(lifted(arg, shapes) if isinstance(arg, Term) else arg for arg in body.args)
    if args == body.args:
        return body
    symbol = {heads.TIMES: "*", heads.DIV: "/", heads.POW: "^"}.get(body.head)
    return Term(choose(symbol, [shapes.of(arg) for arg in args]).name if symbol else body.head, args)
