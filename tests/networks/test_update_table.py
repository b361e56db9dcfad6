"""The table [update]: what may be left out, what is understood, and what is said of the rest."""

from __future__ import annotations

import pytest
from flint import fmpq

from derivation import SpecError, derive, loads
from derivation.pages.formats.markdown import markdown

HEAD = '[model]\nloss = "L"\nequations = "L = (w*x - 1)^2"\n[parameters]\nw = 2\n[data]\nx = 3\n'


def told(update: str) -> list[tuple[int, int, str]]:
    with pytest.raises(SpecError) as caught:
        loads(f"{HEAD}[update]\n{update}")
    return [(problem.line - 8, problem.column, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize("key", ["rate", "lr", "learning_rate"])
def test_a_rate_alone_is_gradient_descent_and_the_page_says_so(key: str) -> None:
    network = loads(f"{HEAD}[update]\n{key} = 0.1")
    assert network.update is not None
    assert network.update.rule == "sgd"
    derivation = derive(network)
    # w = 2, x = 3: L = 25, dL/dw = 2 * 5 * 3 = 30, so w becomes 2 - 0.1 * 30 = -1
    assert derivation.updated["w"].entries == (fmpq(-1),)
    assert "The rule: gradient descent" in markdown(derivation)
    said = [] if key == "rate" else [f"'{key}' under [update] is read as 'rate'"]
    assert list(network.warnings) == said


@pytest.mark.parametrize(
    ("update", "line", "column", "message"),
    [
        ("rate = 0.1\nlr = 0.2", 2, 6, "'rate' and 'lr' are both given, and both are 'rate'; leave one of them out"),
        ("lr = 0.1\nlearning_rate = 0.2", 2, 17, "'lr' and 'learning_rate' are both given"),
        ("lr = 0", 1, 6, "'rate' must be greater than 0"),
        ("rate = -0.2", 1, 8, "'rate' must be greater than 0"),
        ("steps = 2", 0, 1, "sgd needs 'rate'"),
        ('rule = "Adam"', 1, 8, "no update rule 'Adam'; did you mean 'adam'?"),
        ('rule = "SGD"\nrate = 1', 1, 8, "no update rule 'SGD'; did you mean 'sgd'?"),
        ('rule = "rmsprob"', 1, 8, "did you mean 'rmsprop'?"),
        ("rate = 0.1\nmomentum = 0.9", 2, 12, 'it belongs to rule = "momentum", "classical_momentum",'),
        ('optimizer = "adam"\nrate = 0.1', 1, 13, "sgd takes no 'optimizer'; did you mean 'rule'?"),
        ("rate = 0.1\nepochs = 3", 2, 10, "did you mean 'steps'?"),
        ('rule = "adam"\nbetas = 0.9', 2, 9, "did you mean 'beta1'?"),
        ("eta = 0.1", 1, 7, "did you mean 'rate'?"),
    ],
)
def test_what_is_wrong_has_its_place_and_says_what_to_write(update: str, line: int, column: int, message: str) -> None:
    assert any(problem[:2] == (line, column) and message in problem[2] for problem in told(update)), told(update)


def test_an_update_without_a_rule_hides_no_other_problem() -> None:
    with pytest.raises(SpecError) as caught:
        loads(HEAD.replace("w*x", "w*q") + "[update]\nsteps = 2")
    assert [problem.message.partition("'")[2].partition("'")[0] for problem in caught.value.problems] == ["q", "rate"]
