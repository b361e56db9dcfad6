r"""A formula as chains of sides: `a = b \approx c`, row by row, with the left side carried where a row leaves it
out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derivation.checking.reading.clauses import Chain, Clause, Declaration, Side
from derivation.checking.reading.columns import after_specification, columns
from derivation.checking.reading.congruences import is_whole, without_moduli
from derivation.checking.reading.remarks import is_prose
from derivation.checking.reading.tokens import Token
from derivation.checking.sources.source import Formula

EQUALITIES = {"=": "=", r"\approx": "≈", r"\leftarrow": "←", ":=": ":=", "≔": ":=", "≡": "=", r"\equiv": "="}
OTHERS = frozenset(
    [
        r"<",
        r">",
        r"\le",
        r"\ge",
        r"\ne",
        r"\propto",
        r"\sim",
        r"\to",
        r"\rightarrow",
        r"\longrightarrow",
        r"\mapsto",
        r"\subset",
        r"\subseteq",
        r"\xrightarrow",
        r"\hookrightarrow",
        r"\lesssim",
        r"\gtrsim",
        r":",
        r"\uparrow",
        r"\downarrow",
    ]
)
SEPARATORS = frozenset(
    [
        r"\implies",
        r"\Rightarrow",
        r"\Longrightarrow",
        r"\iff",
        r"\Leftrightarrow",
        r"\Longleftrightarrow",
        r"\therefore",
        r"\because",
        r"\land",
        r"\wedge",
        r"\lor",
        r"\vee",
        r";",
        r"\quad",
    ]
)
LAYOUT = frozenset(
    [
        "align",
        "aligned",
        "alignat",
        "alignedat",
        "gather",
        "gathered",
        "multline",
        "equation",
        "eqnarray",
        "displaymath",
        "math",
        "flalign",
        "split",
        "dmath",
        "subequations",
    ]
)
OPENING, CLOSING = frozenset(["{", "(", "[", r"\{", r"\langle"]), frozenset(["}", ")", "]", r"\}", r"\rangle"])
CONDITIONS = re.compile(r"\b(?:if|when|unless|otherwise|whenever|wenn|falls|sonst|else)\b", re.IGNORECASE)
MAXIMAL_SIDES, MAXIMAL_SIDE = 200, 2000
"""Sides of one chain, after which another begins with the last of them; tokens of a side that a later row may go on
with."""
CONGRUENT = "congruent"
"""The relation of a congruence that can be held against residues, as a token."""
BINARY = frozenset(["+", "-", r"\cdot", r"\times", "*", r"\odot", r"\circ", "/"])


@dataclass(slots=True)
class _Row:
    words: list[Token]
    joined: bool


def clauses(formula: Formula, words: list[Token], before: Chain | None, modular: bool = False) -> Iterator[Clause]:
    """The chains and declarations of a formula, in order; `before` is the chain that a display may go on with, and
    `modular` says whether the article reckons modulo something."""
    chain = before if formula.display else None
    plain, modulus = without_moduli(words) if modular else (words, 0)
    for row in rows(plain):
        for count, segment in enumerate(segments(row.words)):
            if modular:
                segment.words = congruent(segment.words, modulus, len(plain) < len(words))
            chain, found = _read(formula, segment, chain, join=row.joined and count == 0)
            if modulus:
                for clause in found:
                    if isinstance(clause, Chain):
                        clause.modulus = modulus
            yield from found


def congruent(words: list[Token], modulus: int, named: bool) -> list[Token]:
    r"""A segment in which the relations of a congruence are told apart: `\equiv` where it can be held against residues,
    `\ne` where it claims nothing that can."""
    sides, relations = _sides(words)
    is_congruence = r"\equiv" in relations
    found = list(sides[0])
    places = iter([word for word in words if word.text in relations])
    for after, relation in zip(sides[1:], relations, strict=True):
        sign = next(places, None)
        if sign is None or ":=" in relations:
            return words
        if relation == r"\equiv" or (relation == "=" and named and not is_congruence):
            sign = replace(sign, text=CONGRUENT if modulus else r"\ne")
        found += [sign, *after]
    return found


def rows(words: list[Token]) -> Iterator[_Row]:
    r"""The rows of a formula, alignment marks left out; `joined` rows go on with the expression of the row above."""
    depth, layouts, row, cells, going_on = 0, list[str](), list[Token](), False, False
    words = columns(words)
    arrays, behind = _arrays_of_equalities(words), 0
    for place, word in enumerate(words):
        text = word.text
        if place < behind:
            continue
        if text.startswith(r"\begin{"):
            if depth == 0 and (text[7:-1].rstrip("*") in LAYOUT or place in arrays):
                layouts.append(text[7:-1])
                yield from _row(row, cells)
                row, cells = [], False
                going_on = text[7:-1].rstrip("*") == "multline"
                behind = after_specification(words, place + 1)
                continue
            depth += 1
        elif text.startswith(r"\end{"):
            if layouts and text[5:-1] == layouts[-1]:
                layouts.pop()
                depth = 0
                yield from _row(row, cells)
                row, cells = [], False
                continue
            depth -= 1
        elif text == r"\\" and depth <= 0:
            yield from _row(row, cells)
            row, cells = [], going_on
            continue
        if text == "&" and depth <= 0:
            if is_column(words, place, row):
                yield from _row(row, cells)
                row, cells = [], going_on
            else:
                if row and place and words[place - 1].text == "&":  # another column of equalities
                    row.append(Token(r"\quad", word.start, word.end))
                cells = cells or not row or (len(row) == 1 and row[0].text == "+")
        else:
            row.append(word)
    yield from _row(row, cells)


def is_column(words: list[Token], place: int, row: list[Token]) -> bool:
    """Whether another equality begins behind an alignment mark: `a &= 1 & b &= 2`."""
    if not any(word.text in EQUALITIES for word in row) or row[-1].text in EQUALITIES:
        return False
    rest = list[str]()
    for word in words[place + 1 :]:
        if word.text == r"\\" or word.text.startswith((r"\begin{", r"\end{")):
            break
        rest.append(word.text)
    at = next((k for k, text in enumerate(rest) if text in EQUALITIES), 0)
    return at > 0 and rest[0] not in OTHERS | BINARY and any(text not in ("&", r"\quad") for text in rest[:at])


def _arrays_of_equalities(words: list[Token]) -> set[int]:
    """Where the arrays begin that hold equalities up to the next end of an array: they only lay rows out."""
    found, equality = set[int](), False
    for place in range(len(words) - 1, -1, -1):
        text = words[place].text
        equality = text in EQUALITIES or (equality and text != r"\end{array}")
        if equality and text in (r"\begin{array}", r"\begin{array*}"):
            found.add(place)
    return found


def _row(words: list[Token], cells: bool) -> Iterator[_Row]:
    if (
        words
        and words[0].text == "{"
        and not any(word.text in ("&", "=") for word in words)
        and len(words) > 2
        and all(w.text in "{}lcrp|123456789" for w in words)
    ):
        return
    spaces = next((at for at, word in enumerate(words) if word.text != r"\quad"), len(words))
    if words[spaces:]:
        yield _Row(words[spaces:], words[spaces].text in BINARY and cells)


@dataclass(slots=True)
class _Segment:
    """A stretch between commas, texts and arrows; `after` is what stands before it."""

    words: list[Token]
    after: str


def segments(words: list[Token]) -> Iterator[_Segment]:
    """A row cut at commas, texts and arrows that stand outside brackets."""
    depth, part, after = 0, list[Token](), ""
    for place, word in enumerate(words):
        text = word.text
        depth += _deeper(text)
        if depth <= 0 and (
            text in SEPARATORS or text == "," or (text == "." and _ends(words, place)) or is_prose(words, place)
        ):
            if part:
                yield _Segment(part, after)
            after = text if part or text != "," else after
            part = []
        else:
            part.append(word)
    if part:
        yield _Segment(part, after)


def _deeper(text: str) -> int:
    if text in OPENING or text.startswith(r"\begin{"):
        return 1
    return -1 if text in CLOSING or text.startswith(r"\end{") else 0


def _ends(words: list[Token], place: int) -> bool:
    return place + 1 == len(words) or not words[place + 1].glued


def _read(formula: Formula, segment: _Segment, chain: Chain | None, join: bool) -> tuple[Chain | None, list[Clause]]:
    """What a segment says, and the chain that the next one may go on with."""
    if segment.after.startswith(r"\text{") and CONDITIONS.search(segment.after):
        return chain, []
    sides, relations = _sides(segment.words)
    if r"\in" in relations:
        return None, _declarations(formula, sides, relations)
    first = sides[0]
    if join and chain and first and len(chain.sides[-1].words) < MAXIMAL_SIDE:
        chain.sides[-1] = Side(chain.sides[-1].formula, (*chain.sides[-1].words, *first))
        if len(sides) == 1:
            return chain, []
        first = []
    if segment.after == "," and not any(relation in EQUALITIES for relation in relations):
        return _listed(formula, segment.words, chain), []
    found: list[Clause] = []
    current = Chain([Side(formula, tuple(first))]) if first else chain
    for relation, words in zip(relations, sides[1:], strict=True):
        if (
            (relation not in EQUALITIES and relation != CONGRUENT)
            or current is None
            or not words
            or is_double(words) != is_double(current.sides[-1].words)
            or (relation == CONGRUENT and not (is_whole(words) and is_whole(current.sides[-1].words)))
        ):
            current = Chain([Side(formula, tuple(words))]) if words else None
            continue
        if len(current.sides) == MAXIMAL_SIDES:
            current = Chain(current.sides[-1:])
        if not current.relations:
            found.append(current)
        current.sides.append(Side(formula, tuple(words)))
        current.relations.append("≡" if relation == CONGRUENT else EQUALITIES[relation])
    return (current or chain), [part for clause in found for part in entrywise(clause)]


def entrywise(clause: Clause) -> list[Clause]:
    """`(x, y) = (1, 2)` as two equalities; any other statement as it is."""
    if not isinstance(clause, Chain) or len(clause.sides) != 2:
        return [clause]
    left, right = (listed(side) for side in clause.sides)
    if not len(left) == len(right) > 1:
        return [clause]
    return [Chain([a, b], clause.relations) for a, b in zip(left, right, strict=True)]


def listed(side: Side) -> list[Side]:
    """The parts of a side that is a list in round brackets and nothing else."""
    parts, depth = [list[Token]()], 0
    for place, word in enumerate(side.words):
        depth += _deeper(word.text)
        if depth == 0 and place + 1 < len(side.words):
            return []
        if depth == 1 and word.text == ",":
            parts.append([])
        elif 0 < place < len(side.words) - 1:
            parts[-1].append(word)
    is_list = side.words[0].text == "(" and side.words[-1].text == ")" and all(parts)
    return [Side(side.formula, tuple(part)) for part in parts] if is_list else []


def is_double(words: Sequence[Token]) -> bool:
    r"""Whether a side has two values, one for each sign of `\pm`: it equals no side that has one."""
    return any(word.text in (r"\pm", r"\mp") for word in words)


def is_item(words: Sequence[Token]) -> bool:
    """Whether words may be an item of a list: a numeral, dots, or a letter."""
    texts = [word.text for word in words if word.text != "-"]
    return len(texts) == 1 and (texts[0][:1].isdecimal() or texts[0] == r"\ldots" or texts[0].isalpha())


def _listed(formula: Formula, words: list[Token], chain: Chain | None) -> Chain | None:
    """`i = 1, 2, 3` is no value of `i` and claims nothing; other parts join the side, which cannot be read as one value
    then."""
    if (
        chain
        and chain.relations
        and is_item(chain.sides[-1].words)
        and is_item(words)
        and chain.sides[-1].formula is formula
    ):
        chain.sides.pop()
        chain.relations.pop()
        return None
    if chain and chain.relations and chain.sides[-1].formula is formula and len(chain.sides[-1].words) < MAXIMAL_SIDE:
        chain.sides[-1] = Side(formula, (*chain.sides[-1].words, Token(",", words[0].start, words[0].start), *words))
        return chain
    return Chain([Side(formula, tuple(words))]) if words else chain


def _sides(words: list[Token]) -> tuple[list[list[Token]], list[str]]:
    """The words between relations, and the relations."""
    sides, relations, depth, skip = [list[Token]()], list[str](), 0, False
    for place, word in enumerate(words):
        if skip:
            skip = False
            continue
        text = word.text
        depth += _deeper(text)
        if depth <= 0 and text == ":" and place + 1 < len(words) and words[place + 1].text == "=":
            text, skip = ":=", True
        ratio = (
            text == ":"
            and 0 < place < len(words) - 1
            and words[place - 1].text[:1].isdecimal()
            and words[place + 1].text[:1].isdecimal()
        )
        if depth <= 0 and not ratio and (text in EQUALITIES or text in OTHERS or text in (r"\in", CONGRUENT)):
            sides.append([])
            relations.append(text)
        else:
            sides[-1].append(word)
    return sides, relations


def _declarations(formula: Formula, sides: list[list[Token]], relations: list[str]) -> list[Clause]:
    return [
        Declaration(Side(formula, tuple(sides[k])), Side(formula, tuple(sides[k + 1])))
        for k, relation in enumerate(relations)
        if relation == r"\in" and sides[k] and sides[k + 1]
    ]
