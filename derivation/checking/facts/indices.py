"""Index letters in the scripts of names, and the digits that they stand for."""

from __future__ import annotations

import re

from derivation.checking.reading.symbols import Symbol, is_fenced
from derivation.checking.reading.trees import Tree, nodes


def bears(tree: Tree, symbol: Symbol) -> bool:
    """Whether a formula holds an index letter of a symbol, in scripts or by itself."""
    indices = {letter for part in (*symbol.sub, *symbol.label) if letters(part) for letter in part}
    return any(
        node.head == "name" and indices & {*node.args[0].base, *"".join((*node.args[0].sub, *node.args[0].label))}
        for node in nodes(tree)
    )


def letters(word: str) -> bool:
    """Whether a script is made of index letters."""
    return bool(re.fullmatch(r"[a-zL]{1,3}", word))


def match(pattern: tuple[str, ...], found: tuple[str, ...], bound: dict[str, str] | None) -> dict[str, str] | None:
    """The index letters of a pattern bound to the digits of a symbol's scripts; None where they do not fit.

    >>> match(("jk",), ("12",), {})
    {'j': '1', 'k': '2'}
    """
    if bound is None:
        return None
    a, b = (
        [char for word in words for char in (word if letters(word) or word.isdecimal() else [word])]
        for words in (pattern, found)
    )
    a, b = [char for char in a if char != ","], [char for char in b if char != ","]
    if len(a) != len(b):
        return None
    for wanted, given in zip(a, b, strict=True):
        if letters(wanted) and given.isdecimal():
            if bound.setdefault(wanted, given) != given:
                return None
        elif wanted != given:
            return None
    return bound


def instance(symbol: Symbol, bound: dict[str, str]) -> Symbol:
    r"""The symbol with index letters replaced, and sums in its scripts worked out: `a^{l-1}` with l = 2 is `a^{1}`."""
    if not bound or not (symbol.sub or symbol.label):
        return symbol
    return Symbol(symbol.base, _instance(symbol.sub, bound), _instance(symbol.label, bound), symbol.primes)


def _instance(words: tuple[str, ...], bound: dict[str, str]) -> tuple[str, ...]:
    replaced: list[str] = []
    for word in words:
        if word in bound:
            replaced.append(bound[word])
        elif letters(word) and any(letter in bound for letter in word):
            replaced += [bound.get(letter, letter) for letter in word]
        else:
            replaced.append(word)
    if replaced == list(words):
        return words
    inner = replaced[1:-1] if is_fenced(tuple(replaced)) else replaced
    text = "".join(inner)
    sum_ = re.fullmatch(r"(\d+)([+-])(\d+)", text)
    if sum_:
        text = str(int(sum_[1]) + int(sum_[2] + sum_[3]))
        return (replaced[0], text, replaced[-1]) if inner != replaced else (text,)
    if all(word.isdecimal() for word in inner):
        return (replaced[0], text, replaced[-1]) if inner != replaced else (text,)
    return tuple(replaced)
