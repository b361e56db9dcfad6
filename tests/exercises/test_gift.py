"""GIFT, read back letter by letter as Moodle's documentation and its importer (question/format/gift) read it, and marked
as its numerical questions are marked."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from xml.etree import ElementTree

import by_hand
import pytest
from exercises.test_moodle import gaps
from loose import loose
from places import ROOT
from written import EVIL, article, files, given, titled, typed

from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.exports import EXPORTS
from derivation.exercises.exports.keys import json_key
from derivation.exercises.search.solve import draw
from derivation.words.files import load as words

Letter = tuple[str, bool]
"""A letter, and whether it may be one of GIFT's marks: a backslash before it takes that away."""
ID = re.compile(r"//.*\[id:([^\]]*)\].*")


@dataclass(frozen=True)
class Accepted:
    credit: Fraction
    low: Fraction | None
    high: Fraction | None
    told: str


@dataclass(frozen=True)
class Asked:
    category: str
    id: str
    name: str
    text: str
    answers: tuple[Accepted, ...]
    feedback: str

    def marked(self, answer: str) -> Accepted:
        """The first that fits."""
        x = Fraction(answer)
        return next(one for one in self.answers if one.low is None or one.high is None or one.low <= x <= one.high)


def letters(text: str) -> list[Letter]:
    r"""`\\` is a backslash, `\n` ends a line, the seven marks stand for themselves; any other backslash stays."""
    found: list[Letter] = []
    waiting = iter(text)
    for letter in waiting:
        if letter != "\\":
            found.append((letter, True))
        elif (then := next(waiting, "")) in set("\\:#={}~"):
            found.append((then, False))
        else:
            found += [("\n", False)] if then == "n" else [("\\", False), (then, True)]
    return found


def plain(text: list[Letter]) -> str:
    return "".join(letter for letter, _ in text).strip()


def cut(text: list[Letter], mark: str, most: int = -1) -> list[list[Letter]]:
    """The parts between the marks."""
    parts: list[list[Letter]] = [[]]
    for one in text:
        if one == (mark, True) and most != len(parts) - 1:
            parts.append([])
        else:
            parts[-1].append(one)
    return parts


def formatted(text: list[Letter], form: str) -> str:
    """Moodle takes what stands in the first brackets for the format, if it is the name of one."""
    said = plain(text)
    assert not said.startswith("[") or said.startswith(f"[{form}]")
    return said.removeprefix(f"[{form}]").strip()


def answer(text: list[Letter]) -> Accepted:
    said, told = cut(text, "#", 1)
    found = re.fullmatch(r"%([0-9]{1,3})%(-?[0-9.]+):([0-9.]+)", plain(said))
    assert found and all(free for _, free in said), plain(said)
    middle, tolerance = Fraction(found[2]), Fraction(found[3])
    return Accepted(Fraction(found[1]), middle - tolerance, middle + tolerance, formatted(told, "html"))


def question(category: str, lines: list[str]) -> Asked:
    comments = [line for line in lines if line.startswith("//")]
    (named,) = [found[1] for line in comments if (found := ID.fullmatch(line))]
    text = letters("\n".join(line for line in lines if line not in comments).strip())
    assert text[:2] == [(":", True)] * 2
    name, rest = [], text[2:]
    while rest[:2] != [(":", True)] * 2:
        name.append(rest.pop(0))
    asked, *behind = cut(rest[2:], "{")
    if not behind:
        return Asked(category, named, plain(name), formatted(asked, "html"), (), "")
    (within,) = behind
    inside, after = cut(within, "}")
    assert not plain(after) and plain(inside).startswith("#")
    marks = "".join(letter if free else "?" for letter, free in inside)
    general = marks.rindex("####")
    accepted, wrong = cut(inside[marks.index("#") + 1 : general], "~")
    first, *others = cut(accepted, "=")
    assert not plain(first)
    nothing, told = cut(wrong, "#", 1)
    assert not plain(nothing)
    return Asked(
        category,
        named,
        plain(name),
        formatted(asked, "html"),
        (*map(answer, others), Accepted(Fraction(0), None, None, formatted(told, "html"))),
        formatted(inside[general + 4 :], "html"),
    )


def questions(content: bytes) -> Iterator[Asked]:
    """Empty lines part the questions; a category holds until the next."""
    category = ""
    for is_empty, lines in groupby(content.decode().split("\n"), lambda line: not line.strip()):
        if is_empty:
            continue
        block = list(lines)
        if block[0].startswith("$CATEGORY:"):
            (line,) = block
            category = plain(letters(line.removeprefix("$CATEGORY:")))
        else:
            yield question(category, block)


def sheets(exercise: Exercise, count: int) -> list[list[Asked]]:
    """The questions of each variant: what is given first."""
    found = questions(files(EXPORTS["gift"], exercise, count)["gift.txt"])
    return [list(members) for _, members in groupby(found, lambda asked: asked.category)]


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return article()


@pytest.fixture(scope="module")
def quizzes(exercise: Exercise) -> list[list[Asked]]:
    return sheets(exercise, 40)


@pytest.mark.parametrize(
    ("written", "name", "text", "accepted", "feedback"),
    [
        (
            [r"::a\:b::[html]\{x\} \= \\nabla\n\\\\{#=%100%1:0.5# =%50%-2:0.5#so\~ ~#no\#####why \= this}"],
            "a:b",
            "{x} = \\nabla\n\\\\",
            [(100, "1/2", "3/2", ""), (50, "-5/2", "-3/2", "so~"), (0, None, None, "no#")],
            "why = this",
        )
    ],
)
def test_the_reader_reads_moodles_grammar(written, name, text, accepted, feedback) -> None:  # type: ignore[no-untyped-def]
    found = question("", ["// [id:1]", *written])
    assert (found.id, found.name, found.text, found.feedback) == ("1", name, text, feedback)
    assert found.answers == tuple(
        Accepted(Fraction(credit), low and Fraction(low), high and Fraction(high), told)
        for credit, low, high, told in accepted
    )


@pytest.mark.slow
def test_answers_worked_by_hand_get_full_marks(exercise: Exercise, quizzes: list[list[Asked]]) -> None:
    for variant, (_, *asked) in zip(draw(exercise, 1, 40), quizzes, strict=True):
        key = typed(by_hand.worked(given(variant)))
        assert [one.name for one in asked] == [f"{blank} ({variant.id})" for blank in key]
        assert [one.marked(x).credit for one, x in zip(asked, key.values(), strict=True)] == [100] * 29


@pytest.mark.parametrize("row", by_hand.WORDS)
def test_mistakes_made_by_hand_are_named(exercise: Exercise, quizzes: list[list[Asked]], row: str) -> None:
    sentence, named = words()["mistake_feedback"][row], 0
    for variant, (_, *asked) in zip(draw(exercise, 1, 40), quizzes, strict=True):
        wrong = typed(by_hand.worked(given(variant), by_hand.WORDS[row]))
        for one, x in zip(asked, wrong.values(), strict=True):
            found = one.marked(x)
            assert found.credit != 50 or sentence in html.unescape(found.told).split(words()["exports"]["or"])
            named += found.credit == 50
    assert named > 30


@pytest.mark.slow
@pytest.mark.slices(3)
@pytest.mark.parametrize(
    "lesson", ["two-two-one", "adam", "gru", "softmax-regression", "cnn", "layer-norm", "skip-gram"]
)
def test_every_key_is_that_of_json_and_of_moodles_xml(lesson: str) -> None:
    """Accepted intervals, mistakes and what is said of them, and what is given."""
    exercise = loose(ROOT / "examples" / f"{lesson}.toml")
    keys = json.loads(files(json_key("", 1), exercise, 6)["key.json"])["variants"]
    quiz = ElementTree.fromstring(files(EXPORTS["moodle"], exercise, 6)["moodle.xml"])
    clozes = [found for found in quiz.findall("question") if found.get("type") == "cloze"]
    for key, cloze, (shown, *asked) in zip(keys, clozes, sheets(exercise, 6), strict=True):
        text = cloze.findtext("questiontext/text") or ""
        assert shown.text in text and r"\(" in shown.text and not shown.answers
        assert {shown.id, *(one.id for one in asked)} == {key["id"], *(f"{key['id']}-{k}" for k in range(len(asked)))}
        for blank, (_, gap), one in zip(key["blanks"], gaps(cloze), asked, strict=True):
            right = [(found.low, found.high) for found in one.answers if found.credit == 100]
            assert min(low for low, _ in right) == Fraction(blank["low"])  # type: ignore[type-var]
            assert max(high for _, high in right) == Fraction(blank["high"])  # type: ignore[type-var]
            assert one.name == f"{blank['key']} ({key['id']})"
            assert [(found.credit, found.low, found.high, found.told) for found in one.answers] == [
                (Fraction(found.fraction), found.low, found.high, found.feedback) for found in gap
            ]


def test_the_solution_of_a_step_is_that_of_moodles_xml(exercise: Exercise, quizzes: list[list[Asked]]) -> None:
    quiz = ElementTree.fromstring(files(EXPORTS["moodle"], exercise, 3)["moodle.xml"])
    whole = [found.findtext("generalfeedback/text") or "" for found in quiz.findall("question")[1:]]
    steps = len({(blank.phase, blank.number) for blank in exercise.blanks})
    for solution, (_, *asked) in zip(whole, quizzes, strict=False):
        assert all(one.feedback in solution and r"\begin{aligned}" in one.feedback for one in asked)
        assert len({one.feedback for one in asked}) == steps


def test_a_users_title_names_the_category_and_nothing_else(exercise: Exercise) -> None:
    named = titled(exercise, EVIL + r" \n \: ~ # ::")
    (members,) = sheets(named, 1)
    title = members[0].category.removeprefix("$course$/top/").rpartition("/")[0].replace("//", "/")
    assert title == EVIL.replace("\x01", "") + r" \n \: ~ # ::"
    assert len(members) == 30 and len({one.id for one in members}) == 30
