"""The views made on request, held against hand calculation, numpy and HIPS autograd."""

from __future__ import annotations

import json

import autograd.numpy as np
import pytest
from places import ROOT

import derivation
from derivation.check import check_text
from derivation.deriving.views import NoView, views
from derivation.proof import unproved
from derivation.render import FORMATS

EXAMPLES = ["two-two-one", "shared-bias", "logistic-regression", "momentum", "sigmoid-circuit"]


def worked(example: str, view: str, **options: object) -> derivation.Derivation:
    return derivation.prove(derivation.derive(derivation.load(ROOT / "examples" / f"{example}.toml"), views({view: True}, **options)))


def rows(found: derivation.Derivation, title: str) -> dict[str, list[float]]:
    """The values of each row of a table, by its title."""
    phase = json.loads(FORMATS["json"](found, "typeset"))["phases"][-1]
    table: dict[str, list[float]] = {}
    for step, made in zip(found.phases[-1].steps, phase["steps"], strict=True):
        if step.title.key == title:
            table.setdefault(made["title"], []).append(float(step.lines[-1].term.args[0]))
    return table


def test_sensitivity_by_hand() -> None:
    """L = 25/32, dL/dw12 = -5/4: the change is 0.01 (-0.1) (-1.25), the elasticity (-0.1) (-1.25) 32 / 25."""
    found = rows(worked("two-two-one", "sensitivity"), "sensitivity")
    assert found["Sensitivity to $w^{(1)}_{12}$, rank 1"] == [-0.1, -1.25, 0.00125, 0.16]
    assert [title[-1] for title in found] == ["5", "1", "7", "4", "5", "7", "9", "1", "1"]


def test_sensitivity_of_arrays_by_their_norms() -> None:
    found = rows(worked("three-four-two", "sensitivity"), "sensitivity_norms")
    network = derivation.derive(derivation.load(ROOT / "examples" / "three-four-two.toml"))
    for key, row in zip(("W1", "b1", "W2", "b2"), found.values(), strict=True):
        value, slope = (
            np.array([float(x.mid()) if hasattr(x, "mid") else float(x.p) / float(x.q) for x in array[key].entries])
            for array in (network.values, network.gradients)
        )
        change = np.sum(value * slope) / 100
        loss = float(network.values["L"].entries[0].mid())
        assert np.allclose(row, [np.linalg.norm(value), np.linalg.norm(slope), change, 100 * change / loss], rtol=1e-3)


def test_a_loss_of_zero_has_no_elasticity() -> None:
    text = '[model]\nloss = "L"\nequations = "L = (w - 1)^2"\n[parameters]\nw = 1'
    found = derivation.prove(derivation.derive(derivation.loads(text), views({"sensitivity": True})))
    assert rows(found, "sensitivity") == {"Sensitivity to $w$, rank 1": [1, 0, 0]}
    assert "relative change" not in FORMATS["md"](found, "typeset").decode().split("|\n")[0]


@pytest.mark.parametrize("view", ["sensitivity"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_views_are_proved_and_our_checker_finds_no_fault(example: str, view: str) -> None:
    found = worked(example, view)
    assert not unproved(found)
    assert not check_text(FORMATS["md"](found, "typeset").decode()).wrong


@pytest.mark.parametrize("view", ["sensitivity"])
def test_a_network_without_a_loss_is_told_so(view: str) -> None:
    network = derivation.loads('[model]\nequations = "z = 2 * x"\n[data]\nx = 1')
    with pytest.raises(NoView, match="needs a loss"):
        derivation.derive(network, views({view: True}))
