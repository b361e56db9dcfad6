"""Names, their scripts, and what a bracket behind a name holds: arguments, or a factor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from derivation.checking.reading.functions import options_of, printed, spoken
from derivation.checking.reading.numerals import pi
from derivation.checking.reading.reader import STOPS, Reader
from derivation.checking.reading.symbols import (
    CURRENT,
    LETTERS,
    TRANSPOSED,
    UPDATED,
    Scripted,
    Symbol,
    Vocabulary,
    is_arithmetic,
    is_fenced,
    joined,
    marked,
    script,
    texts,
)
from derivation.checking.reading.tokens import Token, Unreadable, group
from derivation.checking.reading.trees import Tree
from derivation.formulas.operations import heads

OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
COUNTING = frozenset("ijklmnrstT")
LONGEST_STEP = 3
"""Tokens of an argument that is a time and a step from it: `t - 1`."""
MAXIMAL_PRIMES = 3
AXES = {"rows": 1, "columns": 0}
"""Subscripts of a function that works at each row, or each column, by itself."""
OPERATORS = frozenset(
    [r"\Sigma", r"\Pi", r"\mathbb{E}", r"\mathbb{P}", r"\mathrm{arg}", r"\mathrm{Var}", r"\mathrm{Cov}"]
)
"""Names that mean nothing by themselves, such as expectations."""

WORD_ABOVE = re.compile(r"\\(?:text|mathrm|textrm|textit|mathit|operatorname)\{[a-zA-Z]{3,}\}")
"""A word as a superscript, which is no power."""


def named(reader: Reader, found: Scripted) -> Tree:
    """What stands where a name begins: a quantity, a number such as pi, a call."""
    follows = reader.words[found.after].text if found.after < len(reader.words) else ""
    function = spoken(found.base, reader.vocabulary) or printed(found.base, follows, reader.vocabulary)
    axis = AXES.get("".join(texts(found.sub))) if function and found.sub else None
    if axis is not None:
        function, found = f"{function} axis={axis}", replace(found, sub=())
    if function and (follows in ("(", "[", r"\{") or follows.startswith(r"\begin{") or found.base not in LETTERS):
        return call(reader, function, found)
    reader.place = found.after
    if (
        found.base == r"\pi"
        and not (found.sub or found.sups or found.primes or found.base in reader.vocabulary.quantities)
        and (follows != "(" or is_numeric(reader.words[found.after : closing(reader, found.after)]))
    ):
        return pi(found.start)
    if found.base == r"\mathrm{proj}" and found.sub and not found.sups and follows not in STOPS:
        return projection(reader, found)
    if found.base in OPERATORS and follows in ("(", "["):
        return opaque(reader, Symbol(found.base, texts(found.sub)), found)
    if found.base in OPERATORS and found.base not in reader.vocabulary.quantities and follows not in STOPS:
        raise Unreadable(found.start, "reading.unknown_operator", base=found.base)
    if (
        found.base in ("e", r"\mathrm{e}")
        and not found.sub
        and (found.sups or follows != "(")
        and is_number_e(found, reader.vocabulary)
    ):
        return exponential(reader, found)
    if follows == "[" and reader.words[found.after].glued and is_call(reader, found):
        return opaque(reader, with_all_scripts(found), found)
    tree = labelled(reader, found)
    return applied(reader, tree, found) if follows == "(" else tree


def projection(reader: Reader, found: Scripted) -> Tree:
    r"""`\operatorname{proj}_{v} u`, the share of u that lies along v: `\frac{u \cdot v}{v \cdot v} v`."""
    onto, what = reader.inner(found.sub), reader.factor()
    above, below = (Tree(r"\cdot", (part, onto), found.start) for part in (what, onto))
    share = Tree("group", (Tree("frac", (above, below), found.start),), found.start)
    return Tree("group", (Tree("", (share, onto), found.start),), found.start)


def with_all_scripts(found: Scripted) -> Symbol:
    """The name with every superscript as its label."""
    return Symbol(found.base, texts(found.sub), tuple(t for sup in found.sups for t in texts(sup)), found.primes)


def is_call(reader: Reader, found: Scripted) -> bool:
    """Whether a square bracket right behind a name holds arguments, as in `E[X]`; what is neither surely that nor a
    product is not read."""
    inner = reader.words[found.after + 1 : closing(reader, found.after) - 1]
    if re.fullmatch(r"-?\d+|:", "".join(word.text for word in inner)):
        raise Unreadable(reader.words[found.after].start, "reading.is_index")
    return not {found.base, Symbol(found.base, texts(found.sub)).key} & reader.vocabulary.quantities


def is_number_e(found: Scripted, vocabulary: Vocabulary) -> bool:
    """Whether an e is Euler's number: where the article has no quantity of that name, with that superscript."""
    shown = texts(found.sups[0]) if found.sups else ()
    if shown[:1] == ("-",) and len(shown) > 1:
        return True
    if shown and not all(text.isdecimal() for text in shown) and not is_fenced(shown):
        return Symbol(found.base, (), shown).key not in vocabulary.quantities
    is_own = {found.base, Symbol(found.base, (), shown).key} & vocabulary.quantities
    return not (is_own or (is_fenced(shown) and not is_arithmetic(shown)))


def exponential(reader: Reader, found: Scripted) -> Tree:
    if len(found.sups) != 1 or found.primes:
        if not found.sups and not found.primes:
            return Tree("call", (heads.EXP, Tree("number", ("1",), found.start)), found.start)
        raise Unreadable(found.start, "reading.which_e")
    return Tree("call", (heads.EXP, reader.inner(found.sups[0])), found.start)


def labelled(reader: Reader, found: Scripted) -> Tree:
    """A name with its labels, and what its other superscripts do to it."""
    sub, is_new = marked(texts(found.sub))
    label: tuple[str, ...] = ()
    after: list[tuple[str, Sequence[Token]]] = []
    for sup in found.sups:
        part, kind = superscript(reader, found, sub, sup)
        label += part
        is_new = is_new or kind == "updated"
        if kind in ("power", ".T", "degrees"):
            after.append((kind, sup))
    tree = Tree("name", (Symbol(found.base, sub, label, found.primes),), found.start)
    if is_new:
        tree = Tree("updated", (tree,), found.start)
    for kind, inner in after:
        parts = (tree, reader.inner(inner)) if kind == "power" else (tree,)
        tree = Tree("^" if kind == "power" else kind, parts, found.start)
    return tree


def superscript(
    reader: Reader, found: Scripted, sub: tuple[str, ...], sup: Sequence[Token]
) -> tuple[tuple[str, ...], str]:
    """The label that a superscript is (or nothing), and what else it does."""
    shown = texts(sup)
    if not shown:
        return (), ""
    if len(shown) == 1 and shown[0] in UPDATED and not (shown[0] == "+" and reader.vocabulary.signed):
        return (), "updated"
    if len(shown) == 1 and shown[0] in CURRENT:
        return (), ""
    if shown == (r"\circ",):
        return (), "degrees"
    if shown[-1] in TRANSPOSED:
        rest = shown[:-2] if len(shown) > 1 and shown[-2] == "^" else shown[:-1]
        if not rest or is_fenced(rest):
            return rest, ".T"
    if is_fenced(shown) and is_arithmetic(shown):
        return (), "power"
    fitting = Symbol(found.base, sub, shown, found.primes).key in reader.vocabulary.quantities
    if is_fenced(shown) or fitting or shown in (("*",), ("-",), ("+",), (r"\star",), (r"\dagger",)):
        if re.fullmatch(r"\(\d+[-+]\d+\)", "".join(shown)):
            raise Unreadable(sup[0].start, "reading.label_or_power")
        return shown, ""
    if len(sup) == 1 and WORD_ABOVE.fullmatch(sup[0].text):
        return shown, ""
    decided = reader.vocabulary.is_label(found.base, shown)
    if (
        decided is not True
        and reader.peek(0) == "("
        and found.base not in reader.vocabulary.quantities
        and not shown[0][:1].isdecimal()
    ):
        decided = True  # V^\pi(s): nothing is said of V but what V^\pi is at s
    if decided is None:
        raise Unreadable(sup[0].start, "reading.label_or_power_of", base=found.base)
    return (shown, "") if decided else ((), "power")


def applied(reader: Reader, tree: Tree, found: Scripted) -> Tree:
    """A name with a bracket behind it: a call of the article's own function, or a product."""
    plain_name = tree.args[0] if tree.head == "name" else with_all_scripts(found)
    if plain_name.key not in reader.vocabulary.functions and is_event(reader):
        return opaque(reader, plain_name, found)
    for candidate in (plain_name, Symbol(plain_name.base, plain_name.sub, plain_name.label)):
        if candidate.key in reader.vocabulary.functions:
            arguments = own_arguments(reader, candidate.key)
            if arguments is None:
                return opaque(reader, plain_name, found)
            if candidate.primes != plain_name.primes:
                if plain_name.primes > MAXIMAL_PRIMES or len(arguments) != 1:
                    raise Unreadable(found.start, "reading.higher_derivative")
                more = (plain_name.primes,) if plain_name.primes > 1 else ()
                return Tree("prime", (candidate, *arguments, *more), found.start)
            return Tree("apply", (candidate, *arguments), found.start)
    if plain_name.key in reader.vocabulary.quantities or tree.head != "name" or is_entry(plain_name, reader.vocabulary):
        return tree
    if is_factor(reader, found):
        return tree
    return opaque(reader, plain_name, found)


def is_numeric(words: Sequence[Token]) -> bool:
    """Whether a bracket holds numerals and signs alone."""
    return not any(word.text[:1].isalpha() or word.text in LETTERS for word in words)


EVENTS = frozenset(["|", r"\cap", r"\cup", "<", ">", r"\le", r"\ge", r"\ne", "=", r"\neg"])


def is_event(reader: Reader) -> bool:
    r"""Whether the bracket here holds an event, as in `P(A | F)` or `P(X \ge 15)`: then a call stands there, whatever
    else its name is."""
    depth = 0
    for word in reader.words[reader.place : closing(reader, reader.place)]:
        depth += (word.text in ("(", "[", "{")) - (word.text in (")", "]", "}"))
        if depth == 1 and word.text in EVENTS:
            return sum(w.text == "|" for w in reader.words[reader.place : closing(reader, reader.place)]) < 2
    return False


CALLED_LETTERS = frozenset("fghFGHPEQVTpquy") | {
    r"\phi",
    r"\psi",
    r"\varphi",
    r"\Phi",
    r"\Psi",
    r"\sigma",
    r"\Gamma",
    r"\zeta",
}
"""Letters that functions bear, too."""


def is_factor(reader: Reader, found: Scripted) -> bool:
    """Whether a name of which nothing is declared stands before a bracket as a factor, `x(x^2 + 1)`: it stands alone
    elsewhere, no function bears it, and the bracket holds a sum of more than a letter and a step, as in `x(t - 1)`."""
    inner = [word.text for word in reader.words[found.after + 1 : closing(reader, found.after) - 1]]
    depths = list(accumulate((text in OPENING) - (text in CLOSING) for text in inner))
    is_sum = any(text in ("+", "-") and depth == 0 for text, depth in zip(inner[1:], depths, strict=False))
    if not is_sum or "," in inner or found.sups or found.base not in reader.vocabulary.standing:
        return False
    if any(text == found.base and following != "(" for text, following in pairwise([*inner, ""])):
        return True
    is_step = len(inner) <= LONGEST_STEP and (inner[-1].isdecimal() or {inner[0], inner[-1]} <= COUNTING)
    return not is_step and not (found.base in CALLED_LETTERS and not found.sub)


def is_entry(symbol: Symbol, vocabulary: Vocabulary) -> bool:
    """Whether a name is an entry of a quantity that the article declares, that of a matrix perhaps with a small
    letter: then a product follows."""
    if not symbol.sub or not all(text.isdecimal() or text == "," for text in symbol.sub):
        return False
    return any(
        Symbol(base, (), symbol.label).key in vocabulary.quantities for base in (symbol.base, symbol.base.upper())
    )


def is_word(argument: Tree, vocabulary: Vocabulary) -> bool:
    r"""Whether an argument is a word that stands for nothing but itself: `P(\text{rain})`."""
    return (
        argument.head == "name"
        and argument.args[0].base.startswith(r"\mathrm{")
        and argument.args[0].key not in vocabulary.quantities
    )


def opaque(reader: Reader, function: Symbol, found: Scripted) -> Tree:
    """A call of a function that the article does not define: `dist(a, b)` is a quantity with that name."""
    end = closing(reader, reader.place)
    shown = joined([word.text for word in reader.words[reader.place : end]])
    reader.place = end
    sub: tuple[str, ...] = ()
    if reader.next == "_":  # E[g^2]_1
        inner, reader.place = script(reader.words, reader.place)
        sub = texts(inner)
    return Tree("name", (Symbol(f"{function.key}{shown}", sub),), found.start)


def closing(reader: Reader, at: int) -> int:
    """The index behind the bracket that closes the one which opens there."""
    depth = 0
    for place in range(at, len(reader.words)):
        text = reader.words[place].text
        depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
        if depth == 0:
            return place + 1
    raise Unreadable(reader.at, "reading.open_bracket")


def own_arguments(reader: Reader, key: str) -> list[Tree] | None:
    """The arguments of the article's own function; None, and nothing read, where it is written with others than it
    was defined with."""
    before = reader.place, reader.depth, reader.bars
    try:
        arguments = reader.arguments()
    except Unreadable:
        arguments = []
    if len(arguments) in reader.vocabulary.functions[key] and not any(
        is_word(argument, reader.vocabulary) for argument in arguments
    ):
        return arguments
    reader.place, reader.depth, reader.bars = before
    return None


TRIGONOMETRIC = frozenset([heads.SIN, heads.COS, heads.TAN])


def bare_argument(reader: Reader) -> Tree:
    r"""The argument of a function without brackets: one factor, or a numeral with the names that it multiplies, up to
    the next function: `\sin 2x \cos x`."""
    start, argument = reader.at, reader.factor()
    scaled = argument.head == "number"
    while reader.next not in STOPS and not reader.next.startswith(r"\text{"):
        if is_function(reader) or (reader.next == "(" and argument.head in ("name", "")):
            break
        if not scaled or not (reader.next in LETTERS or reader.next.isalpha()):
            raise Unreadable(reader.at, "reading.reach_of_function")
        argument = Tree("", (argument, reader.factor()), start)
        scaled = reader.words[reader.place - 1].text == r"\pi"
    return argument


def is_function(reader: Reader) -> bool:
    """Whether a function of the table begins here that is written as a command."""
    return (
        reader.next.startswith("\\")
        and reader.next not in LETTERS
        and reader.next in reader.forms.commands
        and (spoken(reader.next, reader.vocabulary) is not None)
    )


def unwrap_arguments(reader: Reader) -> None:
    r"""Takes braces off a function's arguments that stand in brackets: `\max{(0, x)}`."""
    if reader.next == "{" and reader.peek() == "(":
        end = group(reader.words, reader.place) - 1
        if closing(reader, reader.place + 1) == end:
            del reader.words[end], reader.words[reader.place]


def call(reader: Reader, function: str, found: Scripted) -> Tree:
    """A function of the table, with brackets around its arguments or without."""
    reader.place = found.after
    start = found.start
    powers = [sup for sup in found.sups if texts(sup)]
    base = reader.inner(found.sub) if found.sub and function == heads.LOG else None
    if found.sub and function in ("max", "min") and reader.next not in ("(", r"\{"):
        raise Unreadable(start, "reading.over_index", function=function)
    options = options_of(function, found.sub)
    if found.sub and base is None and not options and function not in ("max", "min", heads.SOFTMAX):
        raise Unreadable(start, "reading.index_behind_function")
    if found.primes > 1 or len(powers) > 1:
        raise Unreadable(start, "reading.higher_derivative")
    unwrap_arguments(reader)
    if reader.next in ("(", "[", r"\{"):
        arguments = reader.arguments()
        if reader.next == "^" and texts(script(reader.words, reader.place)[0]) == (r"\circ",):
            _, reader.place = script(reader.words, reader.place)
            arguments = [Tree("degrees", (argument,), start) for argument in arguments]
    else:
        if reader.next in STOPS or function in ("max", "min"):
            raise reader.problem("expected.argument")
        arguments = [bare_argument(reader)]
    written = reader.words[found.after : reader.place]
    if (
        reader.vocabulary.degrees
        and function in TRIGONOMETRIC
        and not {word.text for word in written} & {r"\circ", r"\pi"}
        and not is_numeric(written)
    ):
        arguments = [Tree("degrees", (argument,), argument.start) for argument in arguments]
    tree = Tree("prime" if found.primes else "call", (function, *arguments), start)
    if options and not found.primes:
        tree = Tree("windowed", (function, options, *arguments), start)
    if base is not None:
        tree = Tree("/", (tree, Tree("call", (heads.LOG, base), start)), start)
    if powers:
        if texts(powers[0]) in (("-", "1"), ("-1",)):
            raise Unreadable(start, "reading.inverse_function")
        return reader.raised(tree, powers[0], start)
    return tree
