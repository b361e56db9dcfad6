"""The keys of a spec that name a quantity: the loss, an output that is none, and what has a notation of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from derivation.formulas.arrays import describe
from derivation.formulas.language.stacks.stack import endings
from derivation.formulas.language.suggestions import nearest
from derivation.spec.building.findings import Findings
from derivation.spec.building.quantities import Quantities
from derivation.spec.sections import uses
from derivation.spec.tables import Model
from derivation.tex.names import numbered
from derivation.tex.notation import NotationError, notation
from derivation.words.telling import message_of, tell


def check_loss(model: Model, has_update: bool, quantities: Quantities, findings: Findings) -> None:
    """The loss, or the output, is a number that an equation defines; an update needs one."""
    key, word = model.differentiated, "loss" if model.output is None else "output"
    if model.loss is not None and model.output is not None:
        findings.add(("model", "output"), tell("spec.loss_and_output"))
    elif key is None:
        if has_update:
            findings.add(("model", "loss"), tell("spec.update_without_loss"))
    elif key not in quantities.written:
        near = nearest(key, quantities.written)
        quantities.add_missing(("model", word), tell(f"spec.undefined_{word}", key=key, near=near))
    elif told := _no_scalar(key, word, quantities):
        findings.add(("model", word), told)


def _no_scalar(key: str, word: str, quantities: Quantities) -> str:
    """What to say of a loss or an output that is no number; "" where it is one."""
    line, stack = quantities.written[key].line, quantities.stacks.by_name.get(key)
    if stack is not None:
        return tell(f"spec.{word}_no_scalar", key=key, shape=" x ".join(map(str, stack.axes)), line=line)
    shape = quantities.shapes.get(key, ())
    if shape == ():
        return ""
    told = tell(f"spec.{word}_no_scalar", key=key, shape=describe(shape), line=line)
    return quantities.with_givens(told, uses(quantities.written[key].syntax))


def notations(
    given: Mapping[str, str], constants: Collection[str], quantities: Quantities, findings: Findings
) -> dict[str, str]:
    """LaTeX for each name that has a notation, and for each matrix of an array that has one; `constants` are those of the
    update. What names nothing, or is no LaTeX that is understood, is told."""
    found, stacks, shapes = dict(given), quantities.stacks.by_name, quantities.shapes
    known = [*shapes, *stacks, *constants]
    for key, latex in given.items():
        if key not in known and key not in quantities.written:
            told = tell("spec.nothing_called", key=key, near=nearest(key, known))
            quantities.add_missing(("notation", key), told)
            continue
        try:
            found[key] = latex = notation(latex)
        except NotationError as error:
            findings.add(("notation", key), message_of(error))
            continue
        if key in stacks and key not in shapes:
            for name, ending in zip(stacks[key].names, endings(stacks[key].lead), strict=True):
                found.setdefault(name, numbered(latex, ending.split("_")[1:]))
    return found
