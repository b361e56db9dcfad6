"""The LaTeX of worksheets and of their keys, many in one document: one run of TeX sets them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pylatex import NoEscape

from derivation.deriving import derive
from derivation.exercises.exercise.exercise import Exercise, Variant
from derivation.exercises.sheets.view import SheetView, numbers, sheet_view
from derivation.formulas.decimals import Style, decimal
from derivation.pages.formats.tex import shell
from derivation.pages.typesetting.templating import environment, format_of, latex_text
from derivation.pages.views.tables import in_blocks
from derivation.pages.views.view import View, view
from derivation.pages.words import Words, in_its_language, latex_of, shown
from derivation.proving.prover import prove


@dataclass(frozen=True, slots=True)
class Worksheet:
    """One sheet's own: its id, its numbers in order, and whose it is."""

    id: str
    numbers: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One line of the table of answers: the entry's symbol, the answer, and the answers that are accepted."""

    symbol: str
    shown: str
    low: str
    high: str


@dataclass(frozen=True)
class PrintedKey:
    """One key: the walkthrough of a variant, and its answers in columns."""

    id: str
    view: View
    answers: list[Sequence[KeyRow]]


@in_its_language
def worksheets(exercise: Exercise, variants: Iterable[tuple[Variant, str]]) -> str:
    """All worksheets, each variant with the name of whom it is for (or none)."""
    view = sheet_view(exercise)
    sheets = [Worksheet(variant.id, numbers(variant), name) for variant, name in variants]
    return _document(exercise, view, "body", sheets=sheets)


@in_its_language
def keys(exercise: Exercise, variants: Iterable[tuple[Variant, str]]) -> str:
    """The full walkthrough of each variant, every equality proved, with the answers that are accepted.

    Raises `walkthrough.FalseLine` where an equality does not hold.
    """
    words = Words(str)
    made = [_key(variant, name, words) for variant, name in variants]
    view = sheet_view(exercise)
    return _document(exercise, view, "keys", keys=made, words=words.words["worksheet"], contract=view.contract)


def _document(exercise: Exercise, view: SheetView, template: str, **shown: Any) -> str:
    made, document = environment("worksheet"), shell(exercise.network.page.paper)
    for append, name in ((document.preamble.append, "preamble"), (document.append, template)):
        append(NoEscape(made.get_template(f"worksheet/{name}.tex.j2").render(view=view, **shown)))
    return str(document.dumps()) + "\n"


def _key(variant: Variant, name: str, words: Words) -> PrintedKey:
    form = format_of("worksheet")
    derivation = derive(variant.network)
    asked = replace(derivation, phases=tuple(phase for phase in derivation.phases if phase.key != "partials"))
    worked = view(prove(asked), form["inline"].format, form["real"])
    subtitle = words.text("worksheet", "key_of", id=variant.id) + (
        f" \\textperiodcentered{{}} {latex_text(name)}" if name else ""
    )
    return PrintedKey(variant.id, replace(worked, subtitle=subtitle), in_blocks(list(_answers(variant))))


def _answers(variant: Variant) -> Iterator[KeyRow]:
    contract, network = variant.exercise.contract, variant.exercise.network
    latex, mark = latex_of(network), network.page.decimal
    for blank, x in zip(variant.exercise.blanks, variant.answers, strict=True):
        low, high = (decimal(bound, Style(exact_digits=30)).text for bound in contract.interval(x))
        yield KeyRow(latex(blank.term), *(shown(text, mark) for text in (contract.shown(x), low, high)))
