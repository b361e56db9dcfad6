"""GIFT, Moodle's text format: a category for each variant, in it what is given and a numerical question for each blank.

GIFT has no points for a question, and no gaps in a text. Source: Moodle's documentation of the format, and for what
becomes of backslashes its importer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html import escape

from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.exports.answers import BlankAnswers
from derivation.exercises.exports.follow import spelled_out
from derivation.exercises.exports.formats import ExportFormat, Files, Labelled
from derivation.exercises.exports.question import Question, certain, title
from derivation.exercises.exports.setting import Tex
from derivation.pages.typesetting.templating import environment, format_of, gift_text
from derivation.pages.words import latex_of

WHOLE = 100
"""Per cent of a question's points for the right answer."""


@dataclass(frozen=True, slots=True)
class GiftAnswer:
    """An answer with its share of the points in per cent, and what a student is told who gives it."""

    credit: int
    shown: str
    tolerance: str
    told: str


def questions(exercise: Exercise, variants: Labelled) -> bytes:
    """The questions of some variants."""
    made, latex = environment("gift"), latex_of(exercise.network)
    question = Question(exercise, Tex(format_of("gift")["inline"]), made.get_template("question/chain.html.j2"))
    template = made.get_template("gift/variant.txt.j2")
    told = cache(lambda mistakes: _sentence(question.told(mistakes)))
    shared = {
        "question": question,
        "category": title(exercise).replace("\\", "\\\\").replace("/", "//"),
        "keys": [blank.key for blank in exercise.blanks],
        "symbols": [latex(blank.term) for blank in exercise.blanks],
        "looks": list(map(_sentence, question.looks)),
    }

    def written(variant: Variant) -> str:
        posed = question.of(variant)
        solutions = {(group.phase, group.number): (group, chains) for group, chains in posed.worked.groups}
        answers = [list(_answers(entry, question.credit, told)) for entry in posed.entries]
        return template.render(posed=posed, solutions=solutions, answers=answers, **shared)

    return "".join(certain(written, variant) for variant, _ in variants).encode()


def _sentence(text: str) -> str:
    return gift_text(escape(text, quote=False))


def _answers(entry: BlankAnswers, credit: int, told: Callable[[tuple[str, ...]], str]) -> Iterator[GiftAnswer]:
    """The first answer that fits counts; one that lies halfway between two roundings stands there twice. Moodle reads
    powers of ten, other readers of GIFT do not."""
    for names, answer in (((), entry.right), *entry.wrong):
        share, sentence = (credit, told(names)) if names else (WHOLE, "")
        for shown in (answer.shown, answer.tie):
            if shown:
                yield GiftAnswer(share, spelled_out(shown), spelled_out(answer.tolerance), sentence)


def file(exercise: Exercise, parts: Iterable[bytes]) -> Files:
    """One file with all questions."""
    yield "gift.txt", parts


GIFT = ExportFormat((questions,), file)
