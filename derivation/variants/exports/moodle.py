"""Moodle XML: a cloze question for each variant, a gap for each blank."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator

from markupsafe import Markup

from ...render.templating import environment, format_of
from ..exercise import Exercise
from .formats import Files, Format, Labelled
from .question import Question, certain, title
from .setting import Tex

IN_GAP = str.maketrans({"&": "&amp;", "~": "&#126;", "{": "&#123;", "}": "&#125;", "#": "&#35;", "\\": "&#92;"})
"""What would end a feedback in a gap. Moodle takes entities there for their letters."""


def questions(exercise: Exercise, variants: Labelled) -> bytes:
    """The questions of some variants."""
    question = Question(exercise, Tex(format_of("moodle")["inline"]))
    template = environment("moodle").get_template("moodle/question.xml.j2")
    mistakes = {key: in_gap(text) for key, text in question.mistakes.items()}
    looks = list(map(in_gap, question.looks))
    made = [certain(lambda variant: template.render(posed=question.of(variant), mistakes=mistakes, looks=looks), variant) for variant, _ in variants]
    return "".join(made).encode()


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


MOODLE = Format((questions,), quiz)
