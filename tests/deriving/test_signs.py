"""Signs are explained where they first stand, once; reasons are true of what stands there."""

from __future__ import annotations

from derivation import Derivation, derive, loads
from derivation.formulas.terms import name
from derivation.networks.walkthrough import Step
from derivation.pages.figures.chains import chains

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


def notes(equations: str) -> list[str]:
    return [note.key for step in steps(worked(equations)) for note in step.notes]


def test_each_sign_is_explained_once() -> None:
    found = notes("h = W[1:, :] @ x\nk = W[:2, :] @ x\nL = sum(h * (h > 0) + k * (k > 0)) + G * z[0] - z[1]")
    assert sorted(found) == ["sign_condition", "sign_pad", "sign_slice", "sign_unit"]


def test_where_it_first_stands() -> None:
    [first] = [step for step in steps(worked("h = W[1:, :] @ x\nL = sum(h)")) if step.notes]
    assert first.quantity == name("h") and first.title.key == "structure"


def test_what_the_reason_says_is_not_said_again() -> None:
    assert notes("h = W[1:, :] @ x\nL = sum(h)") == ["sign_slice"]
    assert notes("L = norm(z)") == []


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
