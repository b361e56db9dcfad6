"""Whatever a spec says, `loads` gives a network or a `SpecError`: mutants of the lessons and of hostile texts, with a
fresh seed each time."""

from __future__ import annotations

import random
import re
import time

import pytest
from places import ROOT

from derivation import SpecError, loads

TEXTS = [
    path.read_text() for folder in ("examples", "examples/variants") for path in sorted((ROOT / folder).glob("*.toml"))
]
KEYS = re.compile(r"^[ \t]*[\w.]+(?= *=)", re.MULTILINE)
NUMBERS = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
WORDS = re.compile(r"\w+|[^\w\s]")
SPARE_NUMBERS = (
    "0", "-1", "1e300", "1e-300", "1e301", "-0.0", "9" * 90, "9" * 4400, "0x" + "f" * 50, "1e99999999999999999999", "nan", "-inf", "1979-05-27", "07:32:00",
    "true", '"1"', "[]", "[[]]", "[1, [2]]", "[[1, 2], [3]]", "{}", '{ file = "x.npy" }', '{ file = "/etc/passwd" }', "1_000", "0b11", "\u22121", "1,5", "[" * 30,
)  # fmt: skip
SPARE_WORDS = (
    "softmax", "concat", "stack", "embedding", "reshape", "sum", "mean", "max", "layer_norm", "attention", "var", "conv2d", "maxpool", "dropout", "huber", "diag",
    "None", ":", "axis=1", "axis=-1", "keepdims=True", ".T", "@", "^", "**", "..", "for", "in", "range", "t", "1..200", "[[0, 1]]", "[0]", "[None, :]", "[-1:]",
    "(", ")", "[", "]", "{", "}", ",", "=", "==", ">", "<=", "-", "+", "*", "/", '"', "'", '"""', "#", "##", "## {k}", "\n", "\\", "\x00", "\u202e", "\ud800", "\ufeff",
    "np.", "torch.", "F.cross_entropy", "x" * 120, "(" * 70, ".T" * 260, "[x" * 70, "-" * 70, "a.b.c", "a." * 30 + "a", "[update]", "[notation]", "[variants]", "[[variants.strata]]",
    "é", "ŷ", "²", "٣", "𝑥",
)  # fmt: skip


def mutant(seed: str) -> str:
    """A lesson with some bytes, words, numbers, keys or lines changed."""
    pick = random.Random(seed)
    text = pick.choice(TEXTS)
    for _ in range(pick.choice((1, 1, 1, 2, 3, 8))):
        text = pick.choice(MUTATIONS)(text, pick)
    return text


def _replaced(pattern: re.Pattern[str], text: str, new: str, pick: random.Random) -> str:
    places = list(pattern.finditer(text))
    if not places:
        return text + new
    place = pick.choice(places)
    return text[: place.start()] + new + text[place.end() :]


def _character(text: str, pick: random.Random) -> str:
    place = pick.randrange(len(text) + 1)
    new = pick.choice((chr(pick.randrange(128)), chr(pick.randrange(0x3000)), pick.choice(SPARE_WORDS), ""))
    return text[:place] + new + text[place + pick.randrange(3) :]


def _number(text: str, pick: random.Random) -> str:
    return _replaced(NUMBERS, text, pick.choice(SPARE_NUMBERS), pick)


def _word(text: str, pick: random.Random) -> str:
    return _replaced(WORDS, text, pick.choice((*SPARE_WORDS, *pick.sample(WORDS.findall(text) or [""], 1))), pick)


def _between(text: str, pick: random.Random) -> str:
    return _replaced(re.compile(r"(?<=\w)(?!\w)"), text, pick.choice(SPARE_WORDS), pick)


def _key(text: str, pick: random.Random) -> str:
    return _replaced(
        KEYS,
        text,
        pick.choice((*KEYS.findall(text), "schedule", "steps", "vary", "digits", "places", "elide", "paper", "q")),
        pick,
    )


def _line(text: str, pick: random.Random) -> str:
    lines = text.split("\n")
    place, other = pick.randrange(len(lines)), pick.choice(pick.choice(TEXTS).split("\n"))
    return "\n".join(
        pick.choice(
            (
                lines[:place] + lines[place + 1 :],
                [*lines[:place], other, *lines[place:]],
                lines[:place] + lines[place:][::-1],
            )
        )
    )


def _repeated(text: str, pick: random.Random) -> str:
    start = pick.randrange(len(text) + 1)
    part = text[start : start + pick.randrange(1, 12)]
    return text[:start] + part * pick.choice((2, 3, 100)) + text[start:]


MUTATIONS = (_character, _number, _number, _word, _word, _between, _key, _line, _repeated)


@pytest.mark.slices(2)
@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_no_text_gets_anything_but_a_network_or_a_sentence(part: int) -> None:
    """Others each time, for a second in each part."""
    seed, end, count = random.SystemRandom().randrange(10**9), time.process_time() + 1, 0
    while time.process_time() < end or count < 50:
        text = mutant(f"{seed}.{count}")
        try:
            loads(text)
        except SpecError as error:
            assert all(problem.message and problem.message.isprintable() for problem in error.problems), (
                f"{seed}.{count}"
            )
        except BaseException:
            print(f"mutant({seed}.{count!r})")
            raise
        count += 1
    print(f"seed {seed}: {count} mutants")
