"""Sides of arithmetic in a line of lexemes: where one begins, since nothing before it belongs to it, and where it
ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from derivation.checking.sources.arithmetic import Lexeme
from derivation.checking.sources.speech import JOINING, REMAINDERS, STOP_WORDS, WEAK_WORDS
from derivation.checking.sources.units import family, measure

OPERATORS = frozenset(["plus", "minus", "times", "star", "over", "power"])
ENDS = frozenset(["number", "part", "percent", "close", "square", "bang", "letter", "money"])
"""What an operand may end with."""
CLEAR = frozenset(["plus", "times", "star", "over"])
"""Signs that are nothing else in a sentence, as a dash is."""
POSTFIXES = frozenset(["percent", "square", "bang"])
MAXIMAL_UNIT = 5
"""Words that may stand between a numeral and the sign behind it."""
SEPARATING = frozenset("|:;[<>")
"""Signs behind which a side may begin without a space."""


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
    if before.text == ":" and not before.glued and at > 1 and words[at - 2].kind in ENDS:
        return False  # a ratio
    if before.kind == "of" and is_share(words, at - 1):
        return False
    if before.kind in OPERATORS | ENDS | {"root", "calendar"}:
        return before.kind == "minus" and at == 1  # the mark of a list
    if words[at].glued and before.kind != "open" and before.text not in SEPARATING:
        return False
    if before.kind == "word" and at > 1 and words[at - 2].text == "\\":
        return False  # \\cdot 3
    outside = words[at - 2].kind if before.kind == "open" and at > 1 else ""
    return not (outside in OPERATORS or (before.glued and outside in ("word", "letter", "number")))


def is_whole(words: Sequence[Lexeme], side: Side, goes_on: bool) -> bool:
    """Whether a side ends where it seems to."""
    if goes_on or side.end >= len(words):
        return True
    after, behind = words[side.end], words[side.end + 1 : side.end + 2]
    if after.text.lower() in JOINING and is_part(words, side.end + 1):
        return False  # 7 and 2/3
    if after.glued and after.kind in ("word", "letter") and words[side.end - 1].kind != "money":
        return measure(after.text) is not None
    if after.kind == "stop" and after.glued and behind and behind[0].glued and behind[0].text not in SEPARATING | {")"}:
        return False
    if after.kind == "letter" and behind and behind[0].kind in (*OPERATORS, "square", "relation"):
        return False
    if after.text == ":" and not after.glued and behind and behind[0].kind == "number":
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
    return after.kind not in ("foreign",) or after.text in ";|:?]}<@&\\"


def read(words: Sequence[Lexeme], at: int, closers: Mapping[int, int]) -> Side | None:
    """The side that begins at a place, as far as it reaches; None where there is none."""
    return _Reading(words, closers, at).side()


@dataclass
class _Reading:
    """One way along the operands of a side."""

    words: Sequence[Lexeme]
    closers: Mapping[int, int]
    at: int
    open: list[int] = field(default_factory=list)
    """Where the brackets end that are open."""
    end: int = -1
    behind: int = -1
    worked: bool = False
    unit: bool = False
    named: bool = False

    def side(self) -> Side | None:
        begin = self.at
        while self.operand() and self.sign():
            pass
        return None if self.end < 0 else Side(begin, self.end, self.behind, self.worked, self.unit, self.named)

    def operand(self) -> bool:
        """Goes behind the next operand, its unit, and the brackets that end there; whether there is one."""
        while found := operand(self.words, self.at, self.closers):
            self.at, is_letter, opened = found
            self.open += opened
            if not opened:
                self.named = self.named or is_letter
                self.close(is_letter)
                return True
        return False

    def close(self, is_letter: bool) -> None:
        while True:
            self.at, is_worked = postfixed(self.words, self.at)
            self.worked = self.worked or is_worked
            past = self.at if is_letter or compound(self.words, self.at) else over_unit(self.words, self.at)
            if not self.open:
                self.end, self.behind, self.unit = self.at, past, self.unit or past > self.at
            if not self.open or past != self.open[-1]:
                self.at = past
                return
            self.at = self.open.pop() + 1

    def sign(self) -> bool:
        """Goes behind the sign of arithmetic here, if it does not go without saying; whether there is one."""
        further = compound(self.words, self.at)
        if further or is_operator(self.words, self.at, self.closers):
            self.at = further or self.at + 1
        elif not self.is_factor():
            return False
        self.worked = True
        return True

    def is_factor(self) -> bool:
        """Whether another factor stands right behind the one before: `2(3 + 4)`, `3x`."""
        if self.at >= len(self.words) or not self.words[self.at].glued:
            return False
        is_begun = self.at in self.closers or self.words[self.at].kind in ("letter", "root")
        return is_begun and self.words[self.at - 1].kind in ("number", "letter", "close")


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
    return 4 if is_part(words, at + 1) else 1


def is_part(words: Sequence[Lexeme], at: int) -> bool:
    """Whether a fraction less than 1 stands at a place, with nothing behind it that begins an equality."""
    parts = words[at : at + 3]
    return (
        [word.kind for word in parts] == ["number", "over", "number"]
        and parts[1].glued
        and parts[2].glued
        and parts[0].text.isdecimal()
        and parts[2].text.isdecimal()
        and 0 < int(parts[0].text) < int(parts[2].text)
    )


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
    """Behind the words of a unit, where the formula goes on behind them; the place itself where it does not. With words
    among them that may begin something else, only signs go on with it that are nothing but signs: `$40 on shoes / 2`."""
    past, weak = at, False
    while past < len(words) and past - at < MAXIMAL_UNIT and is_unit_word(words, past, past == at):
        weak = weak or words[past].text.lower() in WEAK_WORDS
        past += 1
    if past == at or past == len(words):
        return at
    after = words[past]
    is_sign = after.kind in (CLEAR if weak else (*OPERATORS, "of"))
    goes_on = (after.kind in ("relation", "close") and not weak) or (
        is_sign and past + 1 < len(words) and is_operand(words[past + 1])
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
    text = word.text.lower()
    return word.kind == "word" and (text not in STOP_WORDS or text in WEAK_WORDS or word.text == "A")


def is_operand(word: Lexeme) -> bool:
    """Whether an operand may begin with a lexeme."""
    return word.kind in ("number", "part", "open", "money", "minus", "plus", "root", "letter")


def is_operator(words: Sequence[Lexeme], at: int, closers: Mapping[int, int]) -> bool:
    """Whether a sign of arithmetic stands here, with an operand behind it."""
    word = words[at] if at < len(words) else None
    if word is None or (word.kind not in OPERATORS and word.kind != "of"):
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
