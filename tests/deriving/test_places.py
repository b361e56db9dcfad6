"""A value that does not exist is told at the line of its equation."""

from __future__ import annotations

import pytest

from derivation import derive, loads
from derivation.formulas.numbers import Undefined

SPEC = '[model]\nloss = "L"\nequations = """\nz = w * x\nL = {loss}\n"""\n[parameters]\nw = {w}\n[data]\nx = 2\n'


@pytest.mark.parametrize(
    ("loss", "w", "place"),
    [
        ("log(z)", "-1", (5, 5)),
        ("1 / (w - 1) + z", "1", (5, 5)),
        ("sqrt(w - 1) + z", "1", (5, 5)),  # only its derivative has none, and w stands in both equations
        ("z^(1/2)", "-1", (5, 5)),
        ("z + w^0.5", "0", (5, 5)),
    ],
)
def test_values_that_do_not_exist_have_a_place(loss: str, w: str, place: tuple[int, int]) -> None:
    with pytest.raises(Undefined) as caught:
        derive(loads(SPEC.format(loss=loss, w=w)))
    assert caught.value.place == place
