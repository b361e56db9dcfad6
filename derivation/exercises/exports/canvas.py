"""A QTI 1.2 package in the shape that Canvas imports: a quiz for each variant, a numerical question for each blank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flint import fmpq

from derivation.exercises.exercise.exercise import Exercise
from derivation.exercises.exports.answers import BlankAnswers
from derivation.exercises.exports.follow import spelled_out
from derivation.exercises.exports.formats import ExportFormat, Files, Labelled, Unfit
from derivation.exercises.exports.package import packed, portion, unpacked
from derivation.exercises.exports.question import Posed, Question, certain
from derivation.exercises.exports.setting import Tex
from derivation.formulas.numbers import exact
from derivation.pages.typesetting.templating import environment, format_of
from derivation.pages.words import latex_of
from derivation.words.telling import tell

SMALLEST = fmpq(1, 10000)
"""Canvas keeps four decimal places: an answer that is smaller, and not 0, would be asked for as 0."""


def quizzes(exercise: Exercise, variants: Labelled) -> bytes:
    """The quizzes of some variants. Raises `Unfit` where an answer is too small for Canvas."""
    question = Question(
        exercise, Tex(format_of("canvas")["inline"]), environment("canvas").get_template("question/chain.html.j2")
    )
    latex = latex_of(exercise.network)
    shared = {
        "question": question,
        "keys": [blank.key for blank in exercise.blanks],
        "symbols": [latex(blank.term) for blank in exercise.blanks],
        "points": sum(question.points),
        "spelled_out": spelled_out,
    }

    def files(posed: Posed) -> list[tuple[str, str]]:
        entries = posed.entries
        _fits(posed, entries)
        made = environment("canvas")
        return [
            (
                f"v{posed.id}/{name}",
                made.get_template(f"canvas/{template}").render(posed=posed, entries=entries, **shared),
            )
            for name, template in (
                (f"v{posed.id}.xml", "quiz.xml.j2"),
                ("assessment_meta.xml", "assessment_meta.xml.j2"),
            )
        ]

    return portion(
        file for variant, _ in variants for file in certain(lambda variant: files(question.of(variant)), variant)
    )


def _fits(posed: Posed, entries: list[BlankAnswers]) -> None:
    for blank, entry in zip(posed.question.exercise.blanks, entries, strict=True):
        if 0 < abs(exact(entry.right.shown)) < SMALLEST:
            raise Unfit(tell("exports.too_small", id=posed.id, blank=blank.key, answer=entry.right.shown))


def package(exercise: Exercise, parts: Iterable[bytes]) -> Files:
    """One package with all quizzes."""

    def files() -> Iterator[tuple[str, bytes]]:
        ids = []
        for part in parts:
            for name, content in unpacked(part):
                if not name.endswith("assessment_meta.xml"):
                    ids.append(name.partition("/")[0].removeprefix("v"))
                yield name, content
        yield (
            "imsmanifest.xml",
            environment("canvas").get_template("canvas/imsmanifest.xml.j2").render(ids=ids).encode(),
        )

    yield "canvas.zip", packed(files())


CANVAS = ExportFormat((quizzes,), package)
