"""How a spec wants its numbers printed, and whether results are carried on rounded."""

from __future__ import annotations

from derivation.formulas.decimals import Carry, Style
from derivation.formulas.language.suggestions import nearest
from derivation.spec.building.findings import Findings
from derivation.spec.tables import Spec
from derivation.words.telling import tell

ROUNDINGS = ("full", "carry")


def check_rounding(spec: Spec, findings: Findings) -> None:
    """Tells of a rounding that there is not, and of keys that go with another one."""
    rounding, places = spec.rounding, spec.places
    if rounding not in ROUNDINGS:
        near, known = nearest(rounding, ROUNDINGS), ", ".join(ROUNDINGS)
        findings.add(("rounding",), tell("spec.no_rounding", rounding=rounding, near=near, known=known))
    elif places is not None and rounding != "carry":
        findings.add(("places",), tell("spec.places_without_carry"))
    elif places is not None and "digits" in spec.model_fields_set:
        findings.add(("places",), tell("spec.digits_and_places"))


def carry(spec: Spec) -> Carry | None:
    """How results are rounded before they are used."""
    return Carry(spec.digits, spec.places) if spec.rounding == "carry" else None


def style(spec: Spec) -> Style:
    """How numbers are printed."""
    carried = carry(spec)
    return carried.style if carried else Style(spec.digits, max(spec.digits, 10))
