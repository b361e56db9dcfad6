r"""Several columns of equalities beside each other, as `align` and `alignat` have them: each is a chain of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derivation.checking.reading.tokens import Token

EQUALITIES = frozenset(["=", r"\approx", r"\leftarrow", ":=", "≔", "≡", r"\equiv"])
ALIGNED = ("align", "flalign")
"""How the names of the environments begin whose cells come in pairs."""
SPECIFICATION = frozenset("lcrptbm|123456789@")
"""What is written of columns and rows behind the beginning of an environment."""
MAXIMAL_SPECIFICATION = 40
"""Tokens that say how columns stand."""


def after_specification(words: Sequence[Token], at: int) -> int:
    r"""The place behind what says how the columns stand, `{rcl}`, `{2}`, `[t]`; the one given where nothing does."""
    for opening, closing in (("[", "]"), ("{", "}")):
        if at < len(words) and words[at].text == opening:
            last = min(at + MAXIMAL_SPECIFICATION, len(words))
            end = next((place for place in range(at, last) if words[place].text == closing), at)
            inner = words[at + 1 : end]
            at = end + 1 if inner and all(set(word.text) <= SPECIFICATION for word in inner) else at
    return at


def columns(words: list[Token]) -> list[Token]:
    r"""The tokens with columns of equalities held apart by `\quad`; one below the other where one of them goes on in
    the next row.

    >>> from derivation.checking.reading.tokens import scan
    >>> text = r"\begin{align} x &= 1 & y &= 2 \\ &= 3 & &= 4 \end{align}"
    >>> " ".join(token.text for token in columns(scan(text, 0, len(text))))
    '\\begin{align} x & = 1 \\\\ & = 3 \\\\ y & = 2 \\\\ & = 4 \\end{align}'
    """
    found, at = list[Token](), 0
    while at < len(words):
        text = words[at].text
        if not (text.startswith(r"\begin{") and text[7:].startswith(ALIGNED)):
            found.append(words[at])
            at += 1
            continue
        begin = after_specification(words, at + 1)
        end = _end(words, begin)
        found += [words[at], *_apart(words[begin:end])]
        at = end
    return found


def _end(words: Sequence[Token], at: int) -> int:
    depth = 1
    for place in range(at, len(words)):
        depth += words[place].text.startswith(r"\begin{") - words[place].text.startswith(r"\end{")
        if depth == 0:
            return place
    return len(words)


def _apart(words: list[Token]) -> list[Token]:
    rows = [_pairs(row) for row in _cut(words, r"\\")]
    if not any(len(row) > 1 and all(map(_is_equality, row[:2])) for row in rows):
        return words
    if not any(_goes_on(pair) for row in rows[1:] for pair in row[1:]):
        return _joined([_joined(row, r"\quad") for row in rows], r"\\")
    widest = max(map(len, rows))
    return _joined([row[place] for place in range(widest) for row in rows if place < len(row) and row[place]], r"\\")


def _cut(words: Sequence[Token], sign: str) -> list[list[Token]]:
    """The tokens between a sign, outside of brackets and inner environments."""
    parts, depth = [list[Token]()], 0
    for word in words:
        depth += (word.text.startswith(r"\begin{") or word.text == "{") - (
            word.text.startswith(r"\end{") or word.text == "}"
        )
        if word.text == sign and depth <= 0:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _pairs(row: list[Token]) -> list[list[Token]]:
    """The cells of a row, two by two, with the mark between them."""
    cells = _cut(row, "&")
    return [_joined(cells[place : place + 2], "&") for place in range(0, len(cells), 2)]


def _is_equality(pair: Sequence[Token]) -> bool:
    return any(word.text in EQUALITIES for word in pair)


def _goes_on(pair: Sequence[Token]) -> bool:
    """Whether a pair of cells goes on with the chain above it."""
    first = next((word.text for word in pair if word.text != "&"), "")
    return first in EQUALITIES


def _joined(parts: Sequence[list[Token]], sign: str) -> list[Token]:
    """Parts with a sign between them, which stands where the next one begins."""
    made = list[Token]()
    for place, part in enumerate(parts):
        near = part[:1] or made[-1:]
        if place and near:
            made.append(replace(near[0], text=sign, end=near[0].start, glued=False))
        made += part
    return made
