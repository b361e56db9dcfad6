"""The page says what its signs mean; reasons are true of what stands there."""

from __future__ import annotations

import pytest

from derivation import Derivation, derive, loads
from derivation.formulas.terms import name
from derivation.networks.walkthrough import Step
from derivation.pages.figures.chains import chains
from derivation.pages.views.view import view

GIVEN = """
[parameters]
W = [[1, 2], [3, 4], [5, 6]]
z = [0.5, 1]
G = 1.5
[data]
x = [1, -2]
"""


def worked(equations: str) -> Derivation:
    return derive(loads(f'[model]\nloss = "L"\nequations = """\n{equations}\n"""{GIVEN}'))


def steps(found: Derivation) -> list[Step]:
    return [step for phase in found.phases for step in phase.steps]


MEANT = {
    "h = W[1:, :] @ x\nL = sum(h)": ["pad", "row 2 of"],
    "L = sum(z * (z > 0))": ["[a > 0]"],
    "L = G * z[0] - z[1]": ["\\mathbf{e}_k"],
    "L = G * norm(z)": ["\\operatorname{dir}"],
    "L = sum(sigmoid(z))": ["\\sigma(z)$ is"],
    "L = cross_entropy(softmax(z), abs(x))": ["CE is"],
    "L = binary_cross_entropy(sigmoid(z), abs(x))": ["\\sigma(z)$ is", "BCE is"],
    "L = sum(z)": [],
}
OWN = ("pad", "row 2 of", "[a > 0]", "\\mathbf{e}_k", "dir", "\\sigma(z)$ is", "CE is")


@pytest.mark.parametrize("equations", MEANT)
def test_the_page_says_what_its_signs_mean(equations: str) -> None:
    said = [sign for sign in view(worked(equations)).signs if any(mark in sign for mark in OWN)]
    assert len(said) == len(MEANT[equations])
    assert all(any(mark in sign for sign in said) for mark in MEANT[equations])


def test_a_change_of_sign_is_no_sum() -> None:
    [step] = [step for step in steps(worked("p = softmax(z)\nL = -G * log(p[1])")) if step.quantity == name("L")][1:2]
    assert step.reason is not None
    assert (step.reason.key, step.reason.about["steps"]) == ("inside_out_log_times_neg", ("log", "times", "neg"))


GRAPH = '[model]\nequations = "{}"\n[parameters]\nW = [[0.5, 1], [1, -1]]\n[data]\nA = [[1, 0.5], [0.5, 1]]\nX = [[1, 2], [3, -1]]\n'


def test_nodes_of_a_graph_are_no_queries() -> None:
    assert chains(loads(GRAPH.format("P = softmax(A @ X @ W, axis=1)"))) == []
    assert chains(loads(GRAPH.format("P = softmax(A @ (X @ W), axis=1)"))) == []
    assert chains(loads(GRAPH.format("p = softmax(A @ x)").replace("X = [[1, 2], [3, -1]]", "x = [1, 2]"))) == []
    [[stage]] = chains(loads(GRAPH.format("P = softmax(X @ W @ X.T, axis=1)")))
    assert stage.axes == ("heat_queries", "heat_keys")
