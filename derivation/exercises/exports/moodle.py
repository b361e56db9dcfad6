"""Moodle XML: a cloze question for each variant, a gap for each blank."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from markupsafe import Markup

from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.exports.answers import BlankAnswers
from derivation.exercises.exports.formats import ExportFormat, Files, Labelled
from derivation.exercises.exports.question import Question, certain, title
from derivation.exercises.exports.setting import Tex
from derivation.pages.typesetting.templating import environment, format_of

IN_GAP = str.maketrans({"&": "&amp;", "~": "&#126;", "{": "&#123;", "}": "&#125;", "#": "&#35;", "\\": "&#92;"})
"""What would end a feedback in a gap. Moodle takes entities there for their letters."""


def questions(exercise: Exercise, variants: Labelled) -> bytes:
    """The questions of some variants."""
    question = Question(
        exercise, Tex(format_of("moodle")["inline"]), environment("moodle").get_template("question/chain.html.j2")
    )
    template = environment("moodle").get_template("moodle/question.xml.j2")
    told = cache(lambda mistakes: f"#{in_gap(question.told(mistakes))}")
    looks = [f"~%0%*#{in_gap(text)}}}" for text in question.looks]

    def written(variant: Variant) -> str:
        posed = question.of(variant)
        gaps = [
            Markup(gap(entry, points, question.credit, told) + look)
            for entry, points, look in zip(posed.entries, question.points, looks, strict=True)
        ]
        return template.render(posed=posed, gaps=gaps)

    return "".join(certain(written, variant) for variant, _ in variants).encode()


def gap(entry: BlankAnswers, points: int, credit: int, told: Callable[[tuple[str, ...]], str]) -> str:
    """A gap up to its last answer, the one for anything else: the first answer that fits counts, the right one before
    all others."""
    right = [("=", entry.right, "")]
    wrong = [(f"~%{credit}%", answer, told(mistakes)) for mistakes, answer in entry.wrong]
    return f"{{{points}:NUMERICAL:" + "".join(
        f"{mark}{answer.shown}:{answer.tolerance}{sentence}"
        + (f"~{mark.lstrip('~')}{answer.tie}:{answer.tolerance}{sentence}" if answer.tie else "")
        for mark, answer, sentence in right + wrong
    )


def in_gap(text: str) -> Markup:
    r"""A sentence as the feedback of an answer in a gap.

    >>> print(in_gap("a < b} ~"))
    a &amp;lt; b&#125; &#126;
    """
    return Markup(html.escape(text, quote=False).translate(IN_GAP))


def quiz(exercise: Exercise, parts: Iterable[bytes]) -> Files:
    """One file with all questions in a category of their own."""

    def content() -> Iterator[bytes]:
        category = title(exercise).replace("/", "//")
        yield environment("moodle").get_template("moodle/opening.xml.j2").render(category=category).encode()
        yield from parts
        yield environment("moodle").get_template("moodle/closing.xml.j2").render().encode()

    yield "moodle.xml", content()


MOODLE = ExportFormat((questions,), quiz)
