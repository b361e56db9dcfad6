"""Which stretches of a line of lexemes say that numbers are equal: sides of arithmetic, tied by relations.

A side begins where nothing before it belongs to it, and ends where what follows does not. What is doubtful ends a chain,
so that no number of it is held against anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derivation.checking.sources.arithmetic import Lexeme
from derivation.checking.sources.units import family, measure

OPERATORS = frozenset(["plus", "minus", "times", "star", "over", "power"])
ENDS = frozenset(["number", "part", "percent", "close", "square", "bang", "letter", "money"])
"""What an operand may end with."""
POSTFIXES = frozenset(["percent", "square", "bang"])
MAXIMAL_UNIT = 5
"""Words that may stand between a numeral and the sign behind it."""
STOP_WORDS = frozenset(
    """and or so is are was were be been the a an this that these those which who where when while if then thus hence
    therefore because since as we he she it they you i my his her its their our to from with without on at by
    have has had get gets got gives give makes make made means mean total totals leaves leave there will would can could
    should must not_ equal both costs cost paid pays spends spent earns earned sold but minus plus and/or for in into
    und oder also ist sind war hat haben der die das ein eine wir er sie es dann denn weil da mit ohne auf zu bei
    et ou donc est sont le la les un une nous il elle car avec sans sur
    y o es son el los las una nosotros porque con sin
    remainder rest reste resto approximately rounded""".split()
)
"""Words that are no units: behind them something else is said."""
CLAIMING = frozenset(
    """because since so that as thus hence therefore then is get gets have and or where also weil da denn also dass
    car donc que porque""".split()
)
"""Words behind which a numeral may begin an equality, `because 36 = 12 * 3`; behind others (`half of 36`) it is part of
what is said."""
ALTERING = frozenset(
    """average mean median root square cube remainder log ln sin cos tan exp twice double triple thrice negative
    percentage ratio difference factorial gcd lcm gcf hcf modulo mod choose choosing
    nine eight seven six five four three two one zero hundred thousand
    mittelwert durchschnitt wurzel doppelte moyenne racine double media raíz""".split()
)
"""Words that change the number behind them."""
JOINING = frozenset(["and", "und", "et", "y"])
OF = ("of", "von", "de", "del", "des", "der")
SHARES = frozenset(
    ["half", "third", "quarter", "fourth", "fifth", "thirds", "quarters", "fourths", "fifths", "tenth", "all"]
)
"""What may be taken `of` a number."""
BARE = frozenset(["number", "minus"])
SEPARATING = frozenset("|:;[<>")
"""Signs behind which a side may begin without a space."""
REMAINDERS = frozenset(["remainder", "r", "rest", "reste", "resto", "rem"])


@dataclass(frozen=True, slots=True)
class Side:
    """A side: where it begins and ends among the lexemes. `worked` says that it holds a sign, so that there is
    something to work; `unit` that words stand behind its only number; `named` that it has a letter for a number."""

    begin: int
    end: int
    behind: int
    """Where what follows begins, behind the words of a unit."""
    worked: bool
    unit: bool
    named: bool


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


def closing(words: Sequence[Lexeme]) -> Mapping[int, int]:
    """Where the brackets end that hold arithmetic alone: no relation stands in them, nor anything foreign."""
    found, opened = dict[int, int](), list[int]()
    for at, word in enumerate(words):
        if word.kind == "open":
            opened.append(at)
        elif word.kind == "close" and opened:
            found[opened.pop()] = at
        elif word.kind in ("relation", "foreign", "calendar", "comma"):
            opened.clear()
    return found


def behind_relation(words: Sequence[Lexeme], at: int) -> int:
    """Where a side begins behind the relation at a place: behind `about`, too."""
    at += 1
    return at + 1 if at < len(words) and words[at].kind == "about" else at


def may_begin(words: Sequence[Lexeme], at: int, tied: bool) -> bool:
    """Whether a side may begin here: nothing that stands before belongs to it."""
    if tied or not at:
        return True
    before = words[at - 1]
    if before.kind in ("relation", "about"):
        return True
    if words[at].kind in ("plus", "minus") and not (
        at + 1 < len(words) and words[at + 1].glued and words[at].text == "-"
    ):
        return False
    if before.text == ":" and at > 1 and words[at - 2].kind in ENDS:
        return False  # a ratio
    if before.kind == "of" and is_share(words, at - 1):
        return False
    if before.kind in OPERATORS | ENDS | {"root", "calendar"}:
        return before.kind == "minus" and at == 1  # the mark of a list
    if words[at].glued and before.kind != "open" and before.text not in SEPARATING:
        return False
    return not (before.kind == "open" and words[at - 1].glued and at > 1 and words[at - 2].kind in ("word", "number"))


def is_whole(words: Sequence[Lexeme], side: Side, goes_on: bool) -> bool:
    """Whether a side ends where it seems to."""
    if goes_on or side.end >= len(words):
        return True
    after, behind = words[side.end], words[side.end + 1 : side.end + 4]
    if after.text.lower() in JOINING and [word.kind for word in behind] == ["number", "over", "number"]:
        return False  # 7 and 2/3
    if after.glued and after.kind in ("word", "letter") and words[side.end - 1].kind != "money":
        return measure(after.text) is not None
    if after.kind == "stop" and after.glued and behind and behind[0].glued and behind[0].text not in SEPARATING | {")"}:
        return False
    if after.text == ":" and behind and behind[0].kind == "number":
        return False
    if after.kind in ("plus", "times", "over", "power", "of", "number", "part", "calendar", "root"):
        return False
    if after.kind == "star":
        return after.end - after.start > 1 or side.end + 1 == len(words)
    if after.kind == "minus":
        return after.text in "-–—" and side.end + 1 < len(words) and words[side.end + 1].kind in ("word", "minus")
    if after.kind == "word" and after.text.lower() in REMAINDERS:
        return all(word.kind not in ("number", "of") for word in words[side.end + 1 : side.end + 2])
    if after.kind == "open" and after.glued:
        return False
    return after.kind not in ("foreign",) or after.text in (";", "|", ":", "?", "]", "}", "<", "@", "\\")


def read(words: Sequence[Lexeme], at: int, closers: Mapping[int, int]) -> Side | None:
    """The side that begins at a place, as far as it reaches; None where there is none."""
    begin, depth = at, list[int]()
    good = behind = -1
    numbers, unit, worked, named = 0, False, False, False
    while at < len(words):
        after = operand(words, at, closers)
        if after is None:
            break
        at, is_letter, opened = after
        depth += opened
        if opened and words[at - 1].kind == "open":
            continue
        numbers += 1
        named = named or is_letter
        at, power = postfixed(words, at)
        while depth and at == depth[-1]:
            depth.pop()
            at, more = postfixed(words, at + 1)
            power = power or more
        worked = worked or power
        past = over_unit(words, at)
        if compound(words, at):
            past = at
        if not depth:
            good, behind, unit = at, past, unit or past > at
            if past < len(words) and words[past].kind == "relation":
                break
        while depth and past == depth[-1]:
            depth.pop()
            past, _ = postfixed(words, past + 1)
            if not depth:
                good = behind = past
                behind = over_unit(words, past)
        if further := compound(words, at):
            at, worked = further, True
            continue
        at = past
        if at < len(words) and is_operator(words, at, closers):
            at, worked = at + 1, True
        elif (
            at < len(words)
            and at in closers
            and words[at].glued
            and words[at - 1].kind in ("close", "number", "letter")
        ) or (
            at < len(words)
            and words[at].kind in ("letter", "root")
            and words[at].glued
            and words[at - 1].kind in ("number", "close", "letter")
        ):
            worked = True
        else:
            break
    return None if good < 0 else Side(begin, good, behind, worked, unit, named)


def operand(words: Sequence[Lexeme], at: int, closers: Mapping[int, int]) -> tuple[int, bool, list[int]] | None:
    """Behind the operand that begins at a place; whether it is a letter; and where the bracket ends that it opens."""
    while at < len(words) and words[at].kind in ("minus", "plus") and words[at].text in "-–−+":
        if at + 1 == len(words) or words[at + 1].kind in ("minus", "plus"):
            return None
        at += 1
    if at < len(words) and words[at].kind == "root":
        at += 1
    if at < len(words) and words[at].kind == "money":
        at += 1
        if at < len(words) and words[at].kind == "minus" and words[at].glued:
            at += 1
        return (at + 1, False, []) if at < len(words) and words[at].kind == "number" else None
    if at >= len(words):
        return None
    word = words[at]
    if word.kind == "open":
        return (at + 1, False, [closers[at]]) if at in closers else None
    if word.kind == "number":
        return at + mixed(words, at), False, []
    if word.kind == "part":
        return at + 1, False, []
    return (at + 1, True, []) if word.kind == "letter" else None


def compound(words: Sequence[Lexeme], at: int) -> int:
    """Where the second number of an amount in two units stands, behind the first one's number: `1 hour and 30 minutes`;
    0 where there is none."""
    first = family(words[at].text) if at < len(words) and words[at].kind == "word" else None
    second = at + 1
    if second < len(words) and (words[second].kind == "comma" or words[second].text.lower() in JOINING):
        second += 1
    is_second = second + 1 < len(words) and words[second].kind == "number" and words[second + 1].kind == "word"
    return second if first and is_second and family(words[second + 1].text) == first else 0


def mixed(words: Sequence[Lexeme], at: int) -> int:
    """How many lexemes a numeral has with the fraction behind it: 1 where there is none, 4 in `2 1/2`, 2 in `2½`."""
    if not words[at].text.isdecimal():
        return 1
    if at + 1 < len(words) and words[at + 1].kind == "part":
        return 2
    kinds = [word.kind for word in words[at + 1 : at + 4]]
    if kinds != ["number", "over", "number"] or not (words[at + 2].glued and words[at + 3].glued):
        return 1
    above, below = words[at + 1].text, words[at + 3].text
    return 4 if above.isdecimal() and below.isdecimal() and 0 < int(above) < int(below) else 1


def postfixed(words: Sequence[Lexeme], at: int) -> tuple[int, bool]:
    """Behind per cent, squares, factorials and currencies; whether there is something to work in them."""
    worked = False
    while at < len(words):
        kind = words[at].kind
        if kind == "bang" and not is_factorial(words, at):
            break
        if (
            kind == "money"
            and not (words[at].text in "€£¥" and not words[at + 1 : at + 2])
            and not is_behind(words, at)
        ):
            break
        if kind not in (*POSTFIXES, "money"):
            break
        worked = worked or kind in ("square", "bang")
        at += 1
    return at, worked


def is_factorial(words: Sequence[Lexeme], at: int) -> bool:
    """Whether an exclamation mark goes on in the formula."""
    after = words[at + 1].kind if at + 1 < len(words) else ""
    return words[at].glued and after in (*OPERATORS, "relation", "close")


def is_behind(words: Sequence[Lexeme], at: int) -> bool:
    """Whether a currency stands behind its number."""
    after = words[at + 1] if at + 1 < len(words) else None
    return after is None or after.kind not in ("number", "minus") or (after.kind == "minus" and not after.glued)


def over_unit(words: Sequence[Lexeme], at: int) -> int:
    """Behind the words of a unit, where the formula goes on behind them; the place itself where it does not."""
    past = at
    while past < len(words) and past - at < MAXIMAL_UNIT and is_unit_word(words, past, past == at):
        past += 1
    if past == at or past == len(words):
        return at
    after = words[past]
    goes_on = after.kind in ("relation", "close") or (
        after.kind in (*OPERATORS, "of") and past + 1 < len(words) and is_operand(words[past + 1])
    )
    return past if goes_on else at


def is_unit_word(words: Sequence[Lexeme], at: int, first: bool) -> bool:
    word = words[at]
    if word.kind == "over" and word.glued:
        return words[at + 1 : at + 2] != [] and words[at + 1].kind == "word" and words[at + 1].glued
    if word.kind == "stop" and not first and word.glued:
        return len(words[at - 1].text) <= 3 and at + 1 < len(words) and words[at + 1].kind != "number"
    if word.kind == "of" or word.kind == "square":
        return not first
    if first and word.glued and words[at - 1].kind == "number" and measure(word.text) is None:
        return False
    return word.kind == "word" and word.text.lower() not in STOP_WORDS


def is_operand(word: Lexeme) -> bool:
    """Whether an operand may begin with a lexeme."""
    return word.kind in ("number", "part", "open", "money", "minus", "plus", "root", "letter")


def is_operator(words: Sequence[Lexeme], at: int, closers: Mapping[int, int]) -> bool:
    """Whether a sign of arithmetic stands here, with an operand behind it."""
    word = words[at]
    if word.kind not in OPERATORS and word.kind != "of":
        return False
    if word.kind == "star" and word.text != "*":
        return False
    if word.kind == "of" and not is_share(words, at):
        return False
    return operand(words, at + 1, closers) is not None


def is_share(words: Sequence[Lexeme], at: int) -> bool:
    """Whether what stands in front of `of` is per cent or a fraction."""
    return (at > 0 and words[at - 1].kind in ("percent", "part")) or (
        at > 2 and words[at - 2].kind == "over" and words[at - 3].kind == "number"
    )


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
    if left.worked or left.named:
        return not is_range(words, right)
    if left.unit:
        return measure(" ".join(word.text for word in words[left.end : left.behind])) is not None
    mine, yours = ({word.kind for word in inner(words, side)} for side in (left, right))
    if is_first and mine <= BARE and yours <= BARE:
        return False  # two numbers, of which none is worked
    return not ("percent" in mine and "money" in yours)


def inner(words: Sequence[Lexeme], side: Side) -> Sequence[Lexeme]:
    return words[side.begin : side.end]


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
    if near[-1] in ALTERING or (near[-1].startswith(OF) and not ALTERING.isdisjoint(near[:-1])):
        return True
    if near[-1].startswith(OF) and near[-2:-1] and near[-2] in SHARES:
        return True
    return not side.worked and not side.named and near[-1] not in CLAIMING
