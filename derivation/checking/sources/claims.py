"""Which stretches of a line of lexemes say that numbers are equal: sides of arithmetic, tied by relations, each pair of
which claims something. What is doubtful ends a chain, so that no number of it is held against anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derivation.checking.sources.arithmetic import Lexeme
from derivation.checking.sources.sides import Side, closing, is_part, is_whole, may_begin, read
from derivation.checking.sources.speech import ALTERING, CLAIMING, JOINING, OF, SHARES, STOP_WORDS
from derivation.checking.sources.units import measure

BARE = frozenset(["number", "minus"])
"""Kinds of lexemes that a number is made of."""


def chains(words: Sequence[Lexeme]) -> Iterator[tuple[int, int]]:
    """The stretches of a line that equate numbers: where each begins and ends among the lexemes."""
    closers, at = closing(words), 0
    tied: list[Side] = []
    while at < len(words):
        side = read(words, at, closers) if may_begin(words, at, bool(tied)) else None
        if side is None:
            yield from claims(words, tied)
            tied, at = [], at + 1
            continue
        goes_on = side.behind < len(words) and words[side.behind].kind == "relation"
        if is_whole(words, side, goes_on):
            tied.append(side)
        elif tied:
            yield from claims(words, tied)
            tied = []
        at = side.behind
        if goes_on:
            at = behind_relation(words, at)
        if not goes_on or at == len(words):
            yield from claims(words, tied)
            tied = []


def behind_relation(words: Sequence[Lexeme], at: int) -> int:
    """Where a side begins behind the relation at a place: behind `about`, too."""
    at += 1
    return at + 1 if at < len(words) and words[at].kind == "about" else at


def claims(words: Sequence[Lexeme], tied: Sequence[Side]) -> Iterator[tuple[int, int]]:
    """The stretches of tied sides in which each pair claims something."""
    run: list[Side] = []
    for side in tied:
        if run and not is_claim(words, run[-1], side, len(run) == 1):
            yield from stretch(words, run)
            run = []
        if not run and is_altered(words, side):
            continue
        run.append(side)
    yield from stretch(words, run)


def stretch(words: Sequence[Lexeme], run: Sequence[Side]) -> Iterator[tuple[int, int]]:
    if len(run) > 1:
        yield run[0].begin, max(run[-1].end, named_unit(words, run[-1].end))


def named_unit(words: Sequence[Lexeme], at: int) -> int:
    """Behind the word that stands behind the last side, which may be its unit."""
    if at < len(words) and words[at].kind == "word" and words[at].text.lower() not in STOP_WORDS:
        return at + 1
    return at


def is_claim(words: Sequence[Lexeme], left: Side, right: Side, is_first: bool) -> bool:
    """Whether two sides can be held against each other. A number with its unit that equals something else is a
    conversion, `1 pack = 20 cards`."""
    is_share_of = left.unit and [word.kind for word in inner(words, left)] == ["number", "over", "number"]
    if (left.worked and not is_share_of) or left.named:
        return not is_range(words, right)
    if left.unit:
        return is_measured(words, left)
    mine, yours = ({word.kind for word in inner(words, side)} for side in (left, right))
    if is_first and mine <= BARE and yours <= BARE:
        return False  # two numbers, of which none is worked
    return not ("percent" in mine and "money" in yours)


def inner(words: Sequence[Lexeme], side: Side) -> Sequence[Lexeme]:
    return words[side.begin : side.end]


def is_measured(words: Sequence[Lexeme], side: Side) -> bool:
    """Whether the words behind a side are a unit that converts into others, and nothing else."""
    return measure(" ".join(word.text for word in words[side.end : side.behind])) is not None


def is_range(words: Sequence[Lexeme], side: Side) -> bool:
    """Whether a side is a range of numbers, `2-3`."""
    inner = words[side.begin : side.end]
    return (
        [word.kind for word in inner] == ["number", "minus", "number"]
        and inner[1].glued
        and inner[2].glued
        and float(inner[0].text) < float(inner[2].text)
    )


def is_altered(words: Sequence[Lexeme], side: Side) -> bool:
    """Whether words before a side change its number: `the average of 3 + 4`, `half of 10`."""
    at = side.begin
    if at == 0 or words[at - 1].kind not in ("word", "of"):
        return False
    near = [word.text.lower() for word in words[max(at - 3, 0) : at] if word.kind in ("word", "of", "root")]
    if near[-1] in JOINING and at > 1 and words[at - 2].kind == "number" and is_part(words, at):
        return True
    if near[-1] in ALTERING or (near[-1].startswith(OF) and not ALTERING.isdisjoint(near[:-1])):
        return True
    if near[-1].startswith(OF) and near[-2:-1] and near[-2] in SHARES:
        return True
    return not (side.worked or side.named or near[-1] in CLAIMING or is_measured(words, side))
