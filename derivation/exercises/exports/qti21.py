"""A QTI 2.1 package: an item for each variant, and a test that gives everybody one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derivation.exercises.exercise.exercise import Blank, Exercise
from derivation.exercises.exports.follow import binary, follow_through, spelled_out
from derivation.exercises.exports.formats import ExportFormat, Files, Labelled
from derivation.exercises.exports.package import packed, portion, unpacked
from derivation.exercises.exports.question import Posed, Question, certain, title
from derivation.exercises.exports.setting import MathML
from derivation.exercises.plan.contract import Contract
from derivation.pages.typesetting.templating import environment

SLACK = 1 + 1e-9
"""Engines work in binary: an answer at the very end of its interval is still in it."""
NUDGES = (1 - 1e-12, 1 + 1e-12)
"""An exact tie may be rounded either way, so an expression is compared a little below and a little above."""


def items(exercise: Exercise, variants: Labelled) -> bytes:
    """The items of some variants."""
    question, followed = (
        Question(exercise, MathML(), environment("qti21").get_template("qti21/chain.xml.j2")),
        follow_through(exercise),
    )
    template = environment("qti21").get_template("qti21/item.xml.j2")
    shared = {
        "question": question,
        "followed": followed,
        "told": _told(question),
        "partial": [points * question.credit / 100 for points in question.points],
        "look": list(map(_look, exercise.blanks)),
        "rounding": _rounding(exercise.contract),
        "nudges": [repr(nudge) for nudge in NUDGES],
    }

    def item(posed: Posed) -> str:
        entries = posed.entries
        return template.render(
            posed=posed,
            entries=entries,
            spelled_out=spelled_out,
            tolerances=[
                [
                    f"{_wide(answer.below)} {_wide(answer.above)}"
                    for answer in (entry.right, *(answer for _, answer in entry.wrong))
                ]
                for entry in entries
            ],
            leading=[
                [place for place in rule.places if float(entries[place].right.shown)] if rule else []
                for rule in followed
            ],
            numbers={str(node): binary(posed.variant.values[node]) for node in exercise.program.inputs},
            **shared,
        )

    return portion(
        (f"items/{variant.id}.xml", certain(lambda variant: item(question.of(variant)), variant))
        for variant, _ in variants
    )


def package(exercise: Exercise, parts: Iterable[bytes]) -> Files:
    """One package with all items."""
    made = environment("qti21")

    def files() -> Iterator[tuple[str, bytes]]:
        names = []
        for part in parts:
            for name, content in unpacked(part):
                names.append(name.removeprefix("items/").removesuffix(".xml"))
                yield name, content
        for name in ("test.xml", "imsmanifest.xml"):
            yield name, made.get_template(f"qti21/{name}.j2").render(ids=names, title=title(exercise)).encode()

    yield "qti21.zip", packed(files())


def _told(question: Question) -> dict[str, str]:
    """What a student may be told, by the key of the outcome that says so; the solution has no sentence, it is a text of
    its own."""
    mistakes = {f"mistake_{key}": sentence for key, sentence in question.mistakes.items()}
    looks = dict(zip(map(_look, question.exercise.blanks), question.looks, strict=True))
    return {"followed": question.words["followed"], **mistakes, **looks, "solution": ""}


def _look(blank: Blank) -> str:
    return f"look_{blank.phase}_{blank.number}"


def _wide(tolerance: str) -> str:
    return spelled_out(f"{float(tolerance) * SLACK:.12g}")


def _rounding(contract: Contract) -> dict[str, str]:
    """How an answer is compared with an expression: to places within half a unit, to digits after rounding both."""
    if contract.places is None:
        return {"figures": str(contract.digits), "tolerance": ""}
    return {"figures": "", "tolerance": _wide(str(10**-contract.places / 2))}


QTI21 = ExportFormat((items,), package)
