"""What counts as a constant: by hand, and by PyTorch's detach."""

from __future__ import annotations

import pytest
from flint import fmpq

import derivation
from derivation.deriving.on_request.views import views
from derivation.formulas.operations import TABLE
from derivation.pages.formats import FORMATS
from derivation.proving.prover import unproved

TARGET = """[model]
loss = "L"
equations = '''
q = w * x
t = r + gamma * {0}(v * w)
L = (t - q)^2 / 2
'''
[parameters]
w = 0.5
[data]
x = 2
v = 3
r = 1
gamma = 0.9
"""


@pytest.mark.parametrize("spelling", ["stop_gradient", "jax.lax.stop_gradient", "tf.stop_gradient", "detach"])
def test_a_target_is_held(spelling: str) -> None:
    """q = 1, t = 1 + 0.9 * 1.5 = 2.35, so L = 1.35^2 / 2; of the gradient -(t - q) x = -2.7 is left, of the full one
    (t - q) (0.9 * 3 - 2) = 0.945."""
    found = derivation.prove(derivation.derive(derivation.loads(TARGET.format(spelling))))
    assert found.values["L"].entries == (fmpq(135, 100) ** 2 / 2,)
    assert found.gradients["w"].entries == (fmpq(-27, 10),)
    full = derivation.derive(derivation.loads(TARGET.format("")))
    assert full.gradients["w"].entries == (fmpq(945, 1000),)
    assert not unproved(found)


def test_as_a_method() -> None:
    text = TARGET.format("").replace("(v * w)", "(v * w).detach()")
    assert derivation.derive(derivation.loads(text)).gradients["w"].entries == (fmpq(-27, 10),)


def test_views_hold_what_counts_as_a_constant() -> None:
    """The quotient is that of (2.35 - 2 w)^2 / 2, and so is the second derivative."""
    wished = views({"gradient_check": True, "hessian": True})
    found = derivation.prove(derivation.derive(derivation.loads(TARGET.format("stop_gradient")), wished))
    quotient, _, apart = next(phase for phase in found.phases if phase.key == "gradient_check").steps
    assert quotient.lines[-1].term.args == ("-2.7",) and apart.lines[-1].term.args == ("0",)
    assert [note.key for note in quotient.notes] == ["check_held"]
    assert next(phase for phase in found.phases if phase.key == "hessian").steps[0].lines[-1].term.args == ("4",)


def test_the_page_says_why() -> None:
    found = derivation.derive(derivation.loads(TARGET.format("stop_gradient")))
    markdown = FORMATS["md"](found, "typeset").decode()
    assert "held as a constant" in markdown and markdown.count("counts as a constant") == 1


def test_a_rule_that_goes_through_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from derivation.networks.walkthrough import FalseLine

    monkeypatch.setitem(TABLE, "stop_gradient", replace(TABLE["stop_gradient"], reverse=("G",)))
    with pytest.raises(FalseLine):
        derivation.prove(derivation.derive(derivation.loads(TARGET.format("stop_gradient"))))
