"""Moodle XML, read back by the grammar of its documentation and marked as its numerical gaps are marked; and by a
reader from PyPI."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from xml.etree import ElementTree

import by_hand
import pytest
from written import EVIL, article, files, given, titled, typed

from derivation.exercises.exports import EXPORTS, export
from derivation.exercises.exports.moodle import in_gap
from derivation.exercises.search.solve import draw
from derivation.words.files import load as words

FRACTIONS = {
    100,
    90,
    83.33333,
    80,
    75,
    70,
    66.66667,
    60,
    50,
    40,
    33.33333,
    30,
    25,
    20,
    16.66667,
    14.28571,
    12.5,
    11.11111,
    10,
    5,
    0,
}
NUMBER = r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
GAP = re.compile(r"\{([0-9]+):(?:NUMERICAL|NM):(.*?)(?<!\\)\}", re.DOTALL)
ALTERNATIVE = re.compile(rf"(=|%[0-9.]+%)?({NUMBER}(?::{NUMBER})?|\*)(?:#(.*))?", re.DOTALL)


@dataclass(frozen=True)
class Alternative:
    fraction: float
    low: Fraction | None
    high: Fraction | None
    feedback: str


def alternative(text: str) -> Alternative:
    found = ALTERNATIVE.fullmatch(text)
    assert found, text
    mark, answer, feedback = found[1], found[2], html.unescape(found[3] or "")
    fraction = 100 if mark == "=" else float(mark.strip("%")) if mark else 0
    if answer == "*":
        return Alternative(fraction, None, None, feedback)
    middle, _, tolerance = answer.partition(":")
    return Alternative(
        fraction, Fraction(middle) - Fraction(tolerance or 0), Fraction(middle) + Fraction(tolerance or 0), feedback
    )


def gaps(question: ElementTree.Element) -> list[tuple[int, list[Alternative]]]:
    text = question.findtext("questiontext/text") or ""
    return [
        (int(weight), [alternative(part) for part in re.split(r"(?<!\\)~", body)]) for weight, body in GAP.findall(text)
    ]


def marked(alternatives: list[Alternative], answer: str) -> Alternative:
    """The first alternative that fits."""
    given = Fraction(answer)
    return next(
        found for found in alternatives if found.low is None or found.high is None or found.low <= given <= found.high
    )


def questions(content: bytes) -> list[ElementTree.Element]:
    return [found for found in ElementTree.fromstring(content).findall("question") if found.get("type") == "cloze"]


@pytest.fixture(scope="module")
def exercise():  # type: ignore[no-untyped-def]
    return article()


@pytest.fixture(scope="module")
def quiz(exercise) -> list[ElementTree.Element]:  # type: ignore[no-untyped-def]
    return questions(files(EXPORTS["moodle"], exercise, 40)["moodle.xml"])


def test_answers_worked_by_hand_get_full_marks(exercise, quiz) -> None:  # type: ignore[no-untyped-def]
    for variant, question in zip(draw(exercise, 1, 40), quiz, strict=True):
        key = typed(by_hand.worked(given(variant)))
        found = gaps(question)
        assert len(found) == len(key) == 29
        assert [
            marked(alternatives, answer).fraction for (_, alternatives), answer in zip(found, key.values(), strict=True)
        ] == [100] * 29


@pytest.mark.parametrize("row", by_hand.WORDS)
def test_mistakes_made_by_hand_are_named_and_no_other(exercise, quiz, row: str) -> None:  # type: ignore[no-untyped-def]
    sentence, named = words()["mistake_feedback"][row], 0
    for variant, question in zip(draw(exercise, 1, 40), quiz, strict=True):
        right, wrong = by_hand.worked(given(variant)), typed(by_hand.worked(given(variant), by_hand.WORDS[row]))
        for (key, x), (_, alternatives) in zip(right.items(), gaps(question), strict=True):
            found = marked(alternatives, wrong[key])
            if abs(Fraction(wrong[key]) - x) > Fraction(1, 500) * max(abs(x), 1):
                assert found.fraction < 100
            assert found.fraction != 50 or sentence in html.unescape(found.feedback).split(words()["exports"]["or"])
            named += found.fraction == 50
    assert named > 30


def test_intervals_never_meet_and_the_right_answer_comes_first(quiz) -> None:  # type: ignore[no-untyped-def]
    wrong = 0
    for question in quiz:
        for weight, alternatives in gaps(question):
            assert weight == 1
            assert {found.fraction for found in alternatives} <= FRACTIONS
            assert alternatives[0].fraction == 100
            assert alternatives[-1].low is None and alternatives[-1].fraction == 0 and alternatives[-1].feedback
            assert all(found.feedback for found in alternatives if found.fraction < 100)
            spans = [(found.low, found.high, found.feedback) for found in alternatives if found.low is not None]
            for place, (low, high, told) in enumerate(spans):
                for other_low, other_high, other in spans[:place]:
                    assert told == other or high < other_low or other_high < low  # type: ignore[operator]
            wrong += len(spans) - 1
    assert wrong > 500


@pytest.mark.parametrize("changes", [{"places": 2}, {"digits": 2}, {"places": 1}])
def test_both_roundings_of_a_tie_are_right(changes: dict[str, int]) -> None:
    exercise, ties = article(**changes), 0
    content = files(EXPORTS["moodle"], exercise, 40, seed=2)["moodle.xml"]
    for variant, question in zip(draw(exercise, 2, 40), questions(content), strict=True):
        for x, (_, alternatives) in zip(variant.answers, gaps(question), strict=True):
            value, unit = Fraction(int(x.p), int(x.q)), Fraction(str(exercise.contract.unit(x)))
            scaled = value / unit
            if scaled.denominator == 2:
                ties += 1
                for rounded in (scaled - Fraction(1, 2), scaled + Fraction(1, 2)):
                    answer = rounded * unit
                    assert (
                        marked(alternatives, str(Decimal(answer.numerator) / Decimal(answer.denominator))).fraction
                        == 100
                    )
    assert ties > 3


def test_a_users_title_is_a_title_and_nothing_else(exercise) -> None:  # type: ignore[no-untyped-def]
    named = titled(exercise, EVIL)
    content = files(EXPORTS["moodle"], named, 2)["moodle.xml"]
    root = ElementTree.fromstring(content)
    shown = EVIL.replace("\x01", "")
    assert [found.findtext("name/text") for found in questions(content)] == [
        f"{shown} ({variant.id})" for variant in draw(named, 1, 2)
    ]
    assert root.findtext("question/category/text") == "$course$/top/" + shown.replace("/", "//")
    assert [len(gaps(found)) for found in questions(content)] == [29, 29]


def test_the_texts_inside_are_well_formed(quiz) -> None:  # type: ignore[no-untyped-def]
    for question in quiz[:5]:
        for part in ("questiontext", "generalfeedback"):
            inside = ElementTree.fromstring(f"<div>{question.findtext(f'{part}/text')}</div>")
            said = "".join(inside.itertext())
            assert said.count(r"\(") == said.count(r"\)") and said.count(r"\[") == said.count(r"\]") > -1
            assert "$" not in said and "Markup" not in said and "%s" not in said
    assert len({question.findtext("idnumber") for question in quiz}) == len(quiz)
    assert "Round answers to 4 significant digits" in (quiz[0].findtext("questiontext/text") or "")


def test_a_sentence_in_a_gap_comes_out_as_it_was() -> None:
    sentence = r"a < b & {c} ~ #1 \} \frac{1}{2}"
    inside = str(in_gap(sentence))
    assert not re.search(r"[~{}]", inside)
    assert html.unescape(html.unescape(inside)) == sentence


def test_no_more_variants_are_drawn_than_a_part_holds(exercise) -> None:  # type: ignore[no-untyped-def]
    drawn = 0

    def variants():  # type: ignore[no-untyped-def]
        nonlocal drawn
        for variant in draw(exercise, 1, 60):
            drawn += 1
            yield variant

    ((_, content),) = export(EXPORTS["moodle"], exercise, variants, 10)
    pieces = iter(content)
    next(pieces)
    for part in range(1, 4):
        assert next(pieces).count(b'<question type="cloze">') == 10
        assert drawn == 10 * part


@pytest.mark.slow
def test_the_same_spec_gives_the_same_bytes(exercise) -> None:  # type: ignore[no-untyped-def]
    for form in EXPORTS.values():
        if form is not EXPORTS["canvas"]:
            assert files(form, exercise, 3) == files(form, article(), 3)
    assert files(EXPORTS["moodle"], exercise, 9, portion=2) == files(EXPORTS["moodle"], exercise, 9, portion=9)


def test_moodle_xml_parser_reads_the_key(exercise) -> None:  # type: ignore[no-untyped-def]
    parser = pytest.importorskip(
        "moodle_xml_parser.parser", reason="moodle-xml-parser (PyPI) is not installed: pip install -e '.[readers]'"
    )
    read = parser.parse_bytes(files(EXPORTS["moodle"], exercise, 10)["moodle.xml"])["cloze"]
    assert len(read) == 10
    for variant, question in zip(draw(exercise, 1, 10), read, strict=True):
        numerical = [gap for gap in question.gaps if gap.sub_type == "NUMERICAL"]
        key = by_hand.worked(given(variant))
        assert len(numerical) == len(key)
        for gap, answer in zip(numerical, typed(key).values(), strict=True):
            middle, _, tolerance = gap.options[0].answer.removeprefix("=").partition(":")
            assert gap.options[0].score == 100
            assert abs(Fraction(middle) - Fraction(answer)) <= Fraction(tolerance)
