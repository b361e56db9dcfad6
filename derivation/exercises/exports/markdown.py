"""Markdown: worksheets, and worked keys."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.exports.formats import ExportFormat, Files, Labelled
from derivation.exercises.exports.question import Question, certain
from derivation.exercises.exports.setting import Tex
from derivation.pages.formats.markdown_math import safe
from derivation.pages.typesetting.templating import environment, format_of
from derivation.pages.words import latex_of


def _written(template: str, exercise: Exercise, variants: Labelled) -> bytes:
    question, latex = (
        Question(
            exercise,
            Tex(format_of("worksheet_markdown")["inline"]),
            environment("worksheet_markdown").get_template("worksheet_markdown/chain.md.j2"),
        ),
        latex_of(exercise.network),
    )
    made = environment("worksheet_markdown").get_template(f"worksheet_markdown/{template}.md.j2")
    symbols = [latex(blank.term) for blank in exercise.blanks]

    def written(name: str, variant: Variant) -> str:
        return safe(made.render(posed=question.of(variant), question=question, name=name, symbols=symbols))

    sheets = (certain(partial(written, name), variant) for variant, name in variants)
    return "".join(sheets).encode()


def files(exercise: Exercise, sheets: Iterable[bytes], keys: Iterable[bytes]) -> Files:
    """All worksheets in one file, all keys in another."""
    yield "worksheets.md", sheets
    yield "keys.md", keys


MARKDOWN = ExportFormat((partial(_written, "sheet"), partial(_written, "key")), files)
