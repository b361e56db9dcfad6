"""Gathering names before formulas are read: what the article declares, wherever it does so."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from derivation.checking.reading.clauses import Chain, Clause, Declaration
from derivation.checking.reading.functions import CALLED
from derivation.checking.reading.remarks import is_unit, word_of
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
    letter_run,
    marked,
    scripted,
    texts,
)
from derivation.checking.reading.tokens import Token, Unreadable, group


def gather(clauses: Sequence[Clause], formulas: Iterable[Sequence[Token]]) -> Vocabulary:
    """The article's vocabulary, from its statements and the tokens of all its formulas."""
    vocabulary = Vocabulary()
    formulas = list(formulas)
    declared = [words for clause in clauses for words in _declared(clause)]
    _words(vocabulary, declared, formulas)
    bare: dict[str, set[str]] = defaultdict(set)
    for words in declared:
        for found in _lone(words, vocabulary):
            _quantity(vocabulary, found, bare)
    for clause in clauses:
        if isinstance(clause, Chain):
            _function(vocabulary, clause)
    _remarks(vocabulary, formulas)
    for clause in clauses:
        if isinstance(clause, Chain):
            _operator(vocabulary, clause)
    vocabulary.quantities -= {f"{key}^{{-1}}" for key in vocabulary.quantities}  # the inverse of one that is given
    for tokens in formulas:  # nobody writes a first power: the 1 of `w^1` counts something
        vocabulary.labelled |= {
            tokens[at].text
            for at in range(len(tokens) - 2)
            if tokens[at + 1].text == "^" and is_one(tokens, at + 2) and tokens[at].text[-1:].isalpha()
        }
    counts_from_one = any(
        is_one(tokens, at + 1) for tokens in formulas for at in range(len(tokens) - 1) if tokens[at].text == "^"
    )
    alone = {words[0].text for words in formulas if words and all(word.text in ".,;" for word in words[1:])}
    if {"d", "e"} <= alone and "e^" not in {
        "".join(w.text for w in words[at : at + 2]) for words in formulas for at in range(len(words) - 1)
    }:
        vocabulary.quantities.add("e")  # the fifth of `a, b, c, d, e`
    vocabulary.standing = {base for words in formulas for base in _standing(words)}
    vocabulary.signed = any(
        _bare_minus(words, at) for words in formulas for at in range(len(words) - 1) if words[at].text == "^"
    )
    vocabulary.powered = {base for base in vocabulary.labelled if base in vocabulary.quantities}
    for base in vocabulary.powered:  # `x^2 = 4` beside `x = 2` is a square
        vocabulary.quantities -= {
            key
            for key in vocabulary.quantities
            if key.startswith(base + "^{") and key[len(base) + 2 :].rstrip("}").isalnum()
        }
        if len(bare[base]) < 2 or not counts_from_one:
            vocabulary.labelled.discard(base)
    return vocabulary


def is_one(words: Sequence[Token], at: int) -> bool:
    """Whether a superscript is the number 1 and nothing else."""
    following = [word.text for word in words[at : at + 3]]
    return following[:1] == ["1"] or following == ["{", "1", "}"]


def _standing(words: Sequence[Token]) -> Iterable[str]:
    """The letters that stand without a bracket behind them and their scripts."""
    for at, word in enumerate(words):
        if word.text in LETTERS or (len(word.text) == 1 and word.text.isalpha()):
            after = at + 1
            try:
                while after < len(words) and words[after].text in ("_", "^"):
                    after = group(words, after + 1)
            except Unreadable:
                return
            if after >= len(words) or words[after].text != "(":
                yield word.text


def _bare_minus(words: Sequence[Token], at: int) -> bool:
    """Whether a superscript is nothing but a minus: `p^-`, beside which `p^+` is a label, too."""
    following = [word.text for word in words[at + 1 : at + 4]]
    return following[:1] == ["-"] or following == ["{", "-", "}"]


def _declared(clause: Clause) -> Iterable[tuple[Token, ...]]:
    if isinstance(clause, Declaration):
        yield from clause.parts
    elif isinstance(clause, Chain):
        yield clause.sides[0].words


def point(words: Sequence[Token]) -> str:
    """The capital letter that a formula gives coordinates: `A = (1, 2)`; nothing where it does not."""
    texts_ = [word.text for word in words]
    return texts_[0] if texts_[1:3] == ["=", "("] and "," in texts_ and texts_[0].isupper() else ""


def _words(vocabulary: Vocabulary, declared: Sequence[Sequence[Token]], formulas: Sequence[Sequence[Token]]) -> None:
    """Runs of letters that are one name, since they stand on a left side, behind a differential, or are long."""
    singles = {words[0].text for words in declared if words and (len(words) == 1 or words[1].text in "_^")}
    for words in declared:
        run = letter_run(words, 0) if words else ""
        if (
            len(run) > 1
            and (
                len(words) == len(run)
                or words[len(run)].text in ("_", "^", "'", "(")
                or (words[len(run)].glued and words[len(run)].text.isdecimal())
            )
            and not set(run) <= singles
        ):
            vocabulary.words.add(run)
    is_geometric = sum(is_segment(run) for run in vocabulary.words) >= SEGMENTS
    points = {word for words in formulas if (word := point(words))}
    for words in formulas:
        at = 0
        while at < len(words):
            run = letter_run(words, at)
            after = words[at + len(run)].text if at + len(run) < len(words) else ""
            if len(run) > 1:
                before = words[at - 1].text if at else ""
                named = run.lower() in CALLED and len(run) > 2
                long = len(run) > 3 or (len(run) > 2 and after in ("_", "("))
                if (
                    (is_geometric and is_segment(run) and not set(run) & singles)
                    or set(run) <= points
                    or named
                    or (
                        (long or (before == r"\partial" and after in ("_", "^", "}")))
                        and not set(run) <= singles
                        and (run[0] != "d" or len(run) > 3)
                    )
                ):
                    vocabulary.words.add(run)
            at += max(len(run), 1)


SEGMENTS = 2
"""Quantities called by two or three capitals, from which on an article is taken to name segments so."""


def is_segment(run: str) -> bool:
    """Whether a run of letters may be the two ends of a segment, or the corners of a triangle."""
    return run.isupper() and len(run) in (2, 3)


def _lone(words: Sequence[Token], vocabulary: Vocabulary) -> Iterable[Scripted]:
    """The symbol that these words are, if they are one."""
    try:
        found = scripted(words, 0, vocabulary) if words else None
    except Unreadable:
        return
    if found and found.after == len(words):
        yield found


def _quantity(vocabulary: Vocabulary, found: Scripted, bare: dict[str, set[str]]) -> None:
    """A symbol that the article declares, with the labels that it bears."""
    sub, _ = marked(texts(found.sub))
    label: tuple[str, ...] = ()
    for sup in found.sups:
        shown = texts(sup)
        if not shown or (len(shown) == 1 and shown[0] in UPDATED | CURRENT | TRANSPOSED | {r"\circ"}):
            continue
        if shown[-1] in TRANSPOSED and is_fenced(shown[:-1]):
            shown = shown[:-1]
        elif is_fenced(shown) and is_arithmetic(shown):
            return
        elif not is_fenced(shown):
            if re.fullmatch(r"\d+|[A-Za-z]", shown[0]) and found.base not in ("e", r"\mathrm{e}"):
                vocabulary.labelled.add(found.base)
                bare[found.base].add(shown[0])
            elif not re.fullmatch(r"[A-Za-z]{2,}|[*+\-]|\\star|\\ast", shown[0]):
                return
        label += shown
    vocabulary.quantities.add(Symbol(found.base, sub, label, found.primes).key)


def _function(vocabulary: Vocabulary, chain: Chain) -> None:
    """A left side such as `f(x)` or `L(y, p)`: a name and nothing but names in its bracket, one of which stands on the
    right as well."""
    words = chain.sides[0].words
    right = {word.text for side in chain.sides[1:2] for word in side.words}
    try:
        head = scripted(words, 0, vocabulary) if words else None
        if head is None or head.after >= len(words) or words[head.after].text != "(" or words[-1].text != ")":
            return
        count, at, used = 0, head.after + 1, False
        while at < len(words) - 1:
            argument = scripted(words, at, vocabulary)
            if argument is None or argument.after >= len(words) or words[argument.after].text not in (",", ")", ";"):
                return
            used = used or words[argument.after - 1].text in right or argument.base in right
            count, at = count + 1, argument.after + 1
    except Unreadable:
        return
    recursive = any(
        [word.text for word in side.words[at : at + head.after + 1]] == [word.text for word in words[: head.after + 1]]
        for side in chain.sides[1:2]
        for at in range(len(side.words))
    )
    if not head.primes and count and used and not recursive:  # Bayes' rule says what P(A | B) is, not what P is
        label = tuple(text for sup in head.sups for text in texts(sup))
        vocabulary.functions.setdefault(Symbol(head.base, texts(head.sub), label).key, set()).add(count)


def _remarks(vocabulary: Vocabulary, formulas: Sequence[Sequence[Token]]) -> None:
    """Words that are no units, and whether there are angles in degrees."""
    for words in formulas:
        for at, word in enumerate(words):
            if word_of(word) and not is_unit(words, at):
                vocabulary.spoken.add(word_of(word))
            vocabulary.degrees = vocabulary.degrees or (word.text == r"\circ" and at > 0 and words[at - 1].text in "^{")


OWN = frozenset(
    r"""\star \circ * @ \oplus \otimes \ominus \odot \oslash \diamond \Diamond \# \& \heartsuit \clubsuit \spadesuit
    \diamondsuit \bigtriangleup \bigtriangledown \dagger \ddagger \square \Box \bowtie \triangle \nabla \bigstar
    \spadesuit \clubsuit \boxplus \boxtimes \clubsuit ? \S""".split()
)
"""Signs that an article may define."""


def _operator(vocabulary: Vocabulary, chain: Chain) -> None:
    r"""A left side such as `a \star b`, of whose letters the right side says what it is: a sign of the article's own."""
    texts_ = [word.text for word in chain.sides[0].words]
    if texts_[:1] == ["("] and texts_[-1:] == [")"]:
        texts_ = texts_[1:-1]
    if len(texts_) != 3 or texts_[1] not in OWN or not all(part.isalpha() and len(part) == 1 for part in texts_[::2]):
        return
    letters = set(texts_[::2])
    right = chain.sides[1].words
    bare = {
        word.text
        for at, word in enumerate(right)
        if at + 1 == len(right) or right[at + 1].text not in ("_", "[", "'", "(")
    }
    if len(letters) == 2 and letters <= bare and not letters & vocabulary.quantities and texts_[1] not in bare:
        vocabulary.operators.add(texts_[1])
        vocabulary.functions.setdefault(texts_[1], set()).add(2)
        vocabulary.variables |= letters
