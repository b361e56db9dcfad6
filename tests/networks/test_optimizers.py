"""Every rule, schedule and wish of the optimizers table over 20 steps against NumPy, written here from the papers, and
against torch.optim."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from places import ROOT

import derivation
from derivation import SpecError
from derivation.formulas.decimals import json_text
from derivation.formulas.language.shapes import Shapes
from derivation.formulas.terms import Term, name, updated
from derivation.networks.optimizers import OPTIMIZERS, RANGES, SCHEDULES, WISHES
from derivation.networks.update import at
from derivation.networks.walkthrough import Line
from derivation.pages.figures import charts
from derivation.pages.formats import FORMATS
from derivation.proving.prover import Prover, unproved
from derivation.tex.read import read
from derivation.tex.write import write

STEPS = 20
START = {"W": np.array([[0.5, -0.25], [0.75, 1.0]]), "b": np.array(0.125)}
X, Y = np.array([[1.0], [-2.0]]), np.array([[0.25], [0.75]])
NETWORK = """
[model]
loss = "L"
equations = \"\"\"
z = W @ x + b
h = tanh(z)
L = sum((h - y)^2) / 2
\"\"\"
[parameters]
W = [[0.5, -0.25], [0.75, 1]]
b = 0.125
[data]
x = [1, -2]
y = [0.25, 0.75]
[update]
"""
Parameters = dict[str, Any]
needs_torch = pytest.mark.skipif(
    find_spec("torch") is None,
    reason="PyTorch is not installed; `pip install -e .[torch]` compares with torch.optim too",
)


def gradients(p: Parameters) -> Parameters:
    """The gradients of the network above, by hand."""
    h = np.tanh(p["W"] @ X + p["b"])
    dz = (h - Y) * (1 - h**2)
    return {"W": dz @ X.T, "b": dz.sum()}


def ours(update: str, steps: int = STEPS) -> list[Parameters]:
    worked = derivation.derive(derivation.loads(f"{NETWORK}{update}\nsteps = {steps}"))
    return [{key: floats(array) for key, array in step.updated.items()} for step in worked.training_steps]


def floats(array: Any) -> Any:
    return np.array([float(Fraction(json_text(entry))) for entry in array.entries]).reshape(array.shape)


def close(found: list[Parameters], expected: list[Parameters]) -> float:
    """The largest difference, relative to numbers beyond 1."""
    assert len(found) == len(expected) == STEPS
    return max(
        float(np.max(np.abs(a[key] - b[key]) / np.maximum(1, np.abs(b[key]))))
        for a, b in zip(found, expected, strict=True)
        for key in START
    )


class State(dict[str, Any]):
    """What an implementation keeps for one parameter; everything starts at 0."""

    def __missing__(self, key: str) -> float:
        return 0.0


def sgd(w: Any, g: Any, s: State, t: int, rate: float) -> Any:
    return w - rate * g


def momentum(w: Any, g: Any, s: State, t: int, rate: float) -> Any:
    s["buf"] = 0.8 * s["buf"] + g
    return w - rate * s["buf"]


def classical_momentum(w: Any, g: Any, s: State, t: int, rate: float) -> Any:
    s["v"] = 0.8 * s["v"] - rate * g
    return w + s["v"]


def averaged_momentum(w: Any, g: Any, s: State, t: int, rate: float) -> Any:
    s["v"] = 0.8 * s["v"] + 0.2 * g
    return w - rate * s["v"]


def nesterov(w: Any, g: Any, s: State, t: int, rate: float) -> Any:
    """CS231n: v_prev = v; v = mu v - rate g; x += -mu v_prev + (1 + mu) v."""
    before = s["v"]
    s["v"] = 0.8 * before - rate * g
    return w - 0.8 * before + 1.8 * s["v"]


def adagrad(w: Any, g: Any, s: State, t: int, rate: float) -> Any:
    s["r"] = s["r"] + g * g
    return w - rate * g / (1e-8 + np.sqrt(s["r"]))


def rmsprop(w: Any, g: Any, s: State, t: int, rate: float) -> Any:
    s["mean_square"] = 0.9 * s["mean_square"] + 0.1 * g * g
    return w - rate * g / (np.sqrt(s["mean_square"]) + 1e-8)


def adadelta(w: Any, g: Any, s: State, t: int, rate: float) -> Any:
    """Zeiler's algorithm 1, with the rate that torch adds."""
    s["E[g2]"] = 0.9 * s["E[g2]"] + 0.1 * g**2
    dx = -np.sqrt(s["E[dx2]"] + 1e-6) / np.sqrt(s["E[g2]"] + 1e-6) * g
    s["E[dx2]"] = 0.9 * s["E[dx2]"] + 0.1 * dx**2
    return w + rate * dx


def adam_step(g: Any, s: State, t: int) -> Any:
    s["m"] = 0.9 * s["m"] + 0.1 * g
    s["v"] = 0.999 * s["v"] + 0.001 * g * g
    return s["m"] / (1 - 0.9**t) / (np.sqrt(s["v"] / (1 - 0.999**t)) + 1e-8)


def adam(w: Any, g: Any, s: State, t: int, rate: float) -> Any:
    return w - rate * adam_step(g, s, t)


def adamax(w: Any, g: Any, s: State, t: int, rate: float) -> Any:
    s["m"] = 0.9 * s["m"] + 0.1 * g
    s["norm"] = np.maximum(0.999 * s["norm"], np.abs(g) + 1e-8)
    return w - rate / (1 - 0.9**t) * s["m"] / s["norm"]


def amsgrad(w: Any, g: Any, s: State, t: int, rate: float) -> Any:
    s["m"] = 0.9 * s["m"] + 0.1 * g
    s["v"] = 0.999 * s["v"] + 0.001 * g**2
    s["largest"] = np.maximum(s["largest"], s["v"])
    return w - rate / (1 - 0.9**t) * s["m"] / (np.sqrt(s["largest"]) / math.sqrt(1 - 0.999**t) + 1e-8)


def adamw(w: Any, g: Any, s: State, t: int, rate: float) -> Any:
    return w - rate * (adam_step(g, s, t) + 0.1 * w)


RULES: dict[str, tuple[str, Callable[..., Any]]] = {
    "sgd": ("", sgd),
    "momentum": ("momentum = 0.8", momentum),
    "classical_momentum": ("momentum = 0.8", classical_momentum),
    "averaged_momentum": ("momentum = 0.8", averaged_momentum),
    "nesterov": ("momentum = 0.8", nesterov),
    "adagrad": ("", adagrad),
    "rmsprop": ("", rmsprop),
    "adadelta": ("", adadelta),
    "adam": ("", adam),
    "adamax": ("", adamax),
    "amsgrad": ("", amsgrad),
    "adamw": ("weight_decay = 0.1", adamw),
}
RATES: dict[str, tuple[str, Callable[[int], float]]] = {
    "constant": ("", lambda t: 0.1),
    "step": ("drop = 0.5\nevery = 3", lambda t: 0.1 * 0.5 ** ((t - 1) // 3)),
    "exponential": ("gamma = 0.9", lambda t: 0.1 * 0.9 ** (t - 1)),
    "inverse_time": ("decay = 0.25", lambda t: 0.1 / (1 + 0.25 * (t - 1))),
    "cosine": ("period = 25\nleast = 0.01", lambda t: 0.01 + 0.09 / 2 * (1 + math.cos(math.pi * (t - 1) / 25))),
}


def shortened(g: Parameters, bound: float = 0.5) -> Parameters:
    norm = math.sqrt(sum(float(np.sum(x * x)) for x in g.values()))
    return {key: x * (bound / norm if norm > bound else 1) for key, x in g.items()}


CHANGES: dict[str, tuple[str, Callable[[Parameters, Parameters], Parameters]]] = {
    "clip": ("clip = 0.1", lambda p, g: {key: np.clip(x, -0.1, 0.1) for key, x in g.items()}),
    "clip_norm": ("clip_norm = 0.5", lambda p, g: shortened(g)),
    "weight_decay": ("weight_decay = 0.2", lambda p, g: {key: x + 0.2 * p[key] for key, x in g.items()}),
}


def numpy_steps(
    rule: Callable[..., Any],
    rate: Callable[[int], float] = RATES["constant"][1],
    change: Any = lambda p, g: g,
    shrink: float = 0,
) -> list[Parameters]:
    p, states, found = dict(START), {key: State() for key in START}, []
    for t in range(1, STEPS + 1):
        g = change(p, gradients(p))
        p = {key: rule((1 - rate(t) * shrink) * p[key], g[key], states[key], t, rate(t)) for key in p}
        found.append(p)
    return found


def test_every_constant_has_a_range_and_its_default_lies_in_it() -> None:
    constants = [
        constant
        for table in (OPTIMIZERS, SCHEDULES, WISHES)
        for row in table.values()
        for constant in row.constants.items()
    ]
    assert {key for key, _ in constants} == RANGES.keys()
    assert all(RANGES[key].holds(float(default)) for key, default in constants if default)


def test_the_lists_cover_the_table() -> None:
    assert RULES.keys() == OPTIMIZERS.keys() and RATES.keys() == SCHEDULES.keys()
    assert CHANGES.keys() | {"warmup", "decoupled_weight_decay"} == WISHES.keys()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_agrees_with_numpy(rule: str) -> None:
    constants, function = RULES[rule]
    assert close(ours(f'rule = "{rule}"\nrate = 0.1\n{constants}'), numpy_steps(function)) < 1e-12


@pytest.mark.parametrize("schedule", RATES)
def test_a_schedule_agrees_with_numpy(schedule: str) -> None:
    constants, rate = RATES[schedule]
    found = ours(f'rule = "momentum"\nmomentum = 0.8\nrate = 0.1\nschedule = "{schedule}"\n{constants}')
    assert close(found, numpy_steps(momentum, rate)) < 1e-12


@pytest.mark.parametrize("wish", CHANGES)
@pytest.mark.parametrize("rule", ["sgd", "momentum", "adam"])
def test_a_wish_agrees_with_numpy(rule: str, wish: str) -> None:
    constants, change = CHANGES[wish]
    found = ours(f'rule = "{rule}"\nrate = 0.1\n{RULES[rule][0]}\n{constants}')
    assert close(found, numpy_steps(RULES[rule][1], change=change)) < 1e-12


def test_wishes_and_schedules_combine() -> None:
    """Clipped by norm, then by entry, then the penalty's gradient; the rate warmed up and halved; the parameter
    shrunk."""
    wishes = "clip_norm = 0.5\nclip = 0.1\nweight_decay = 0.2\ndecoupled_weight_decay = 0.3\nwarmup = 4"
    found = ours(f'rule = "nesterov"\nmomentum = 0.8\nrate = 0.1\nschedule = "step"\ndrop = 0.5\nevery = 3\n{wishes}')

    def change(p: Parameters, g: Parameters) -> Parameters:
        return CHANGES["weight_decay"][1](p, CHANGES["clip"][1](p, shortened(g)))

    def rule(w: Any, g: Any, s: State, t: int, rate: float) -> Any:
        s["buf"] = 0.8 * s["buf"] + g
        return w - rate * (g + 0.8 * s["buf"])

    assert close(found, numpy_steps(rule, lambda t: RATES["step"][1](t) * min(1, t / 4), change, shrink=0.3)) < 1e-12


TORCH = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.8}),
    "classical_momentum": ("SGD", {"momentum": 0.8}),  # the same path while the rate is constant
    "averaged_momentum": ("SGD", {"momentum": 0.8, "lr": 0.1 * 0.2}),  # the same path at a rate times 1 - momentum
    "nesterov": ("SGD", {"momentum": 0.8, "nesterov": True}),
    "adagrad": ("Adagrad", {"eps": 1e-8}),
    "rmsprop": ("RMSprop", {"alpha": 0.9}),
    "adadelta": ("Adadelta", {}),
    "adam": ("Adam", {}),
    "adamax": ("Adamax", {}),
    "amsgrad": ("Adam", {"amsgrad": True}),
    "adamw": ("AdamW", {"weight_decay": 0.1}),
}


def torch_steps(optimizer: str, constants: dict[str, Any], schedule: Any = None, clip: Any = None) -> list[Parameters]:
    import torch

    p = {key: torch.tensor(value, dtype=torch.float64, requires_grad=True) for key, value in START.items()}
    x, y = (torch.tensor(value, dtype=torch.float64) for value in (X, Y))
    stepper = getattr(torch.optim, optimizer)(p.values(), **{"lr": 0.1, **constants})
    scheduler = schedule(torch.optim.lr_scheduler, stepper) if schedule else None
    found = []
    for _ in range(STEPS):
        stepper.zero_grad()
        (((torch.tanh(p["W"] @ x + p["b"]) - y) ** 2).sum() / 2).backward()
        if clip:
            clip(torch.nn.utils, list(p.values()))
        stepper.step()
        if scheduler:
            scheduler.step()
        found.append({key: value.detach().numpy().copy() for key, value in p.items()})
    return found


def test_the_torch_list_covers_the_table() -> None:
    assert TORCH.keys() == OPTIMIZERS.keys()


@needs_torch
@pytest.mark.parametrize("rule", TORCH)
def test_a_rule_agrees_with_torch(rule: str) -> None:
    assert close(ours(f'rule = "{rule}"\nrate = 0.1\n{RULES[rule][0]}'), torch_steps(*TORCH[rule])) < 1e-12


@needs_torch
@pytest.mark.parametrize(
    ("keys", "schedule"),
    [
        ('schedule = "step"\ndrop = 0.5\nevery = 3', lambda made, o: made.StepLR(o, 3, 0.5)),
        ('schedule = "exponential"\ngamma = 0.9', lambda made, o: made.ExponentialLR(o, 0.9)),
        ('schedule = "inverse_time"\ndecay = 0.25', lambda made, o: made.LambdaLR(o, lambda k: 1 / (1 + 0.25 * k))),
        ('schedule = "cosine"\nperiod = 25\nleast = 0.01', lambda made, o: made.CosineAnnealingLR(o, 25, 0.01)),
        ("warmup = 5", lambda made, o: made.LinearLR(o, 1 / 5, 1, 4)),
    ],
    ids=["step", "exponential", "inverse_time", "cosine", "warmup"],
)
def test_a_schedule_agrees_with_torch(keys: str, schedule: Any) -> None:
    assert close(ours(f'rule = "adam"\nrate = 0.1\n{keys}'), torch_steps("Adam", {}, schedule)) < 1e-12


@needs_torch
@pytest.mark.parametrize(
    ("keys", "optimizer", "constants", "clip", "tolerance"),
    [
        ('rule = "adam"\nweight_decay = 0.2', "Adam", {"weight_decay": 0.2}, None, 1e-12),
        (
            'rule = "nesterov"\nweight_decay = 0.2',
            "SGD",
            {"momentum": 0.9, "nesterov": True, "weight_decay": 0.2},
            None,
            1e-12,
        ),
        ('rule = "adam"\ndecoupled_weight_decay = 0.2', "AdamW", {"weight_decay": 0.2}, None, 1e-12),
        (
            'rule = "momentum"\nclip = 0.1',
            "SGD",
            {"momentum": 0.9},
            lambda made, p: made.clip_grad_value_(p, 0.1),
            1e-12,
        ),
        # torch adds 1e-6 to the norm, which the papers do not
        ('rule = "sgd"\nclip_norm = 0.5', "SGD", {}, lambda made, p: made.clip_grad_norm_(p, 0.5), 1e-5),
    ],
    ids=["l2", "l2-nesterov", "decoupled", "clip", "clip_norm"],
)
def test_a_wish_agrees_with_torch(
    keys: str, optimizer: str, constants: dict[str, Any], clip: Any, tolerance: float
) -> None:
    assert close(ours(f"{keys}\nrate = 0.1"), torch_steps(optimizer, constants, clip=clip)) < tolerance


UPDATES = [
    *(f'rule = "{rule}"\nrate = 0.1' for rule in OPTIMIZERS),
    *(f'rule = "momentum"\nrate = 0.1\nschedule = "{schedule}"\n{RATES[schedule][0]}' for schedule in SCHEDULES),
    'rule = "adam"\nwarmup = 4\nclip_norm = 0.5\nclip = 0.1\nweight_decay = 0.2\ndecoupled_weight_decay = 0.3',
]


@pytest.mark.slices(9)
@pytest.mark.parametrize("update", UPDATES, ids=lambda update: update.replace("\n", " "))
def test_every_link_is_proved_and_read_back(update: str) -> None:
    found = derivation.prove(derivation.derive(derivation.loads(f"{NETWORK}{update}\nsteps = 2")))
    assert not unproved(found)
    for phase in found.phases:
        for line in (line for step in phase.steps for line in step.lines if phase.key == "update"):
            assert read(write(line.term, found.network.names), found.network.names) == line.term


def test_a_wrong_formula_of_a_rule_is_refuted() -> None:
    found = derivation.derive(derivation.loads(f'{NETWORK}rule = "adam"'))
    prover = Prover(found.network, found.values, found.gradients, found.updated, found.training_steps[0].optimizer)
    for equation in at(found.network, "W"):
        quantity, formula = equation.quantity, equation.formula(Shapes(found.network.names.shapes))
        before = [Line(quantity, "=", "quantity")]
        assert prover.judge("update", quantity, before, Line(formula, "=", "formula")).proof == "proved"
        assert prover.judge("update", quantity, before, Line(formula + formula, "=", "formula")).proof == "refuted"
    old = Term("sub", (name("W"), name("update.rate") * updated(name("update.m.W"))))
    assert (
        prover.judge(
            "update", updated(name("W")), [Line(updated(name("W")), "=", "quantity")], Line(old, "=", "formula")
        ).proof
        == "refuted"
    )


def test_the_first_step_of_adam_by_hand() -> None:
    """With g = 3: m = 0.3, v = 0.009, both corrected to 3 and 9, so the step is 0.1 * 3 / (3 + 1e-8), exactly."""
    text = '[model]\nloss = "L"\nequations = "L = 3 * w"\n[parameters]\nw = 1\n[update]\nrule = "adam"\nrate = 0.1'
    first = derivation.derive(derivation.loads(text)).training_steps[0]
    assert {key: str(first.optimizer[updated(name(f"update.{key}.w"))].entries[0]) for key in "mv"} == {
        "m": "3/10",
        "v": "9/1000",
    }
    assert {key: str(first.optimizer[name(f"update.{key}.w")].entries[0]) for key in ("mhat", "vhat")} == {
        "mhat": "3",
        "vhat": "9",
    }
    assert Fraction(str(first.updated["w"].entries[0])) == 1 - Fraction(3, 10) / (3 + Fraction(1, 10**8))


TWO = (
    '[model]\nloss = "L"\nequations = "L = w1^2 + 2 * w2^2"\n[parameters]\nw1 = 1\nw2 = -1\n[update]\nrule = '
    '"momentum"\nrate = 0.1\nmomentum = 0.5\n'
)


def test_training_ends_in_a_table_and_a_plot() -> None:
    """w1 = 1, 0.8, 0.54 and w2 = -1, -0.6, -0.16, by hand."""
    found = derivation.derive(derivation.loads(TWO + "steps = 2"))
    assert [phase.key for phase in found.phases] == [
        "setup",
        "forward",
        "backward",
        "update",
        "partials",
        "forward",
        "backward",
        "update",
        "training",
    ]
    page = FORMATS["md"](found, "typeset").decode()
    assert (
        "| $0$ | $3$ | $1$ | $-1$ |\n| $1$ | $1.36$ | $0.8$ | $-0.6$ |\n| $2$ | $0.3428$ | $0.54$ | $-0.16$ |" in page
    )
    tex = FORMATS["tex"](found, "typeset").decode()
    assert r"\draw[line path] (16.00,7.00) -- (76.00,32.15) -- (136.00,47.74);" in tex, (
        "the axes are 120 x 46 mm, y from 0 to 3, their top left corner at (16, 7)"
    )
    assert b"after_training" in FORMATS["json"](found, "typeset")


def test_one_step_has_neither_table_nor_plot() -> None:
    found = derivation.derive(derivation.loads(TWO))
    assert "training" not in [phase.key for phase in found.phases]
    form = json.loads(FORMATS["json"](found, "typeset"))
    assert "after_training" not in form
    assert (
        form["training_steps"][0]["optimizer"]["v.w1_new"] == "2"
        and form["training_steps"][0]["optimizer"]["rate"] == "1/10"
    )


@pytest.mark.parametrize(("keys", "worked"), [("steps = 3", 3), ("steps = 4", 1), ("steps = 4\nworked = 2", 2)])
def test_which_steps_are_worked(keys: str, worked: int) -> None:
    found = derivation.derive(derivation.loads(TWO + keys))
    assert sum(phase.key == "update" for phase in found.phases) == worked
    assert (
        sum(step.title.key == "rule" for phase in found.phases for step in phase.steps) == 4
    )  # two equations, two constants, once
    assert len(found.training_steps) == int(keys[8])


def test_the_table_names_the_rate_where_it_changes() -> None:
    """The rate halves: step 2 goes 0.05 * 2.6 and 0.05 * 4.4 far, by hand."""
    page = FORMATS["md"](
        derivation.derive(derivation.loads(TWO + 'steps = 3\nschedule = "exponential"\ngamma = 0.5')), "typeset"
    ).decode()
    assert r"| $\text{step}$ | $L$ | $\alpha_t$ | $w_1$ | $w_2$ |" in page
    assert r"| $0$ | $3$ |  | $1$ | $-1$ |" in page and r"| $2$ | $0.7377$ | $0.05$ | $0.67$ | $-0.38$ |" in page


def test_long_numbers_go_on_as_certified_balls() -> None:
    """2-2-1 has 12,951 digits after step 8 when it is worked in fractions."""
    text = (ROOT / "examples" / "two-two-one.toml").read_text()
    found = derivation.derive(derivation.loads(text + "\nsteps = 12\nworked = 1"))
    assert all(
        len(json_text(entry)) < 2600
        for step in found.training_steps
        for array in step.updated.values()
        for entry in array.entries
    )
    assert float(Fraction(json_text(found.outcome.values["L"].entries[0]))) < 0.01


def test_symbols_make_way_for_those_of_the_network() -> None:
    text = (
        '[model]\nloss = "L"\nequations = "L = (alpha * m - t)^2 + v"\n[parameters]\nalpha = 1\nv = '
        '2\n[data]\nm = 3\nt = 4\n[update]\nrule = "adam"\nschedule = "exponential"\ngamma = 0.5'
    )
    names = derivation.loads(text).names
    symbols = [names.latex(f"update.{key}") for key in ("rate", "t", "m", "v", "rate_t", "m.alpha")]
    assert symbols == [r"\eta", "k", r"p_{\text{old}}", r"u_{\text{old}}", r"\eta_{k}", r"p_{\alpha}"]


@pytest.mark.parametrize(
    ("keys", "line", "message"),
    [
        ('rule = "adm"', 7, "there is no update rule 'adm'; did you mean 'adam'?; known are sgd, momentum"),
        (
            'rule = "sgd"\nrate = 1\nschedule = "cosin"',
            9,
            "there is no schedule 'cosin'; did you mean 'cosine'?; known are constant, step",
        ),
        ('rule = "sgd"\nrate = 1\nschedule = "step"', 9, "step needs 'every', a number"),
        ('rule = "momentum"', 6, "momentum needs 'rate', a number"),
        ('rule = "adam"\nbeta = 0.9', 8, "adam takes no 'beta'; did you mean 'beta"),
        ('rule = "sgd"\nrate = 1\nclip_nrm = 1', 9, "sgd takes no 'clip_nrm'; did you mean 'clip_norm'?"),
        (
            'rule = "sgd"\nrate = 1\nqqq = 1',
            9,
            "sgd takes no 'qqq'; it takes rate, warmup, clip_norm, clip, weight_decay",
        ),
        ('rule = "sgd"\nrate = 1\nperiod = 9', 9, "sgd takes no 'period'; it belongs to schedule = \"cosine\""),
        ('rule = "sgd"\nrate = 1\nclip = -1', 9, "'clip' must be greater than 0"),
        ('rule = "sgd"\nrate = -0.2', 8, "'rate' must be greater than 0"),
        ('rule = "sgd"\nrate = 0', 8, "'rate' must be greater than 0"),
        ('rule = "momentum"\nrate = 1\nmomentum = 1', 9, "'momentum' must be at least 0 and less than 1"),
        ('rule = "nesterov"\nrate = 1\nmomentum = -0.9', 9, "'momentum' must be at least 0 and less than 1"),
        ('rule = "adam"\nbeta1 = 1.0', 8, "'beta1' must be at least 0 and less than 1"),
        ('rule = "adam"\nbeta2 = 1.999', 8, "'beta2' must be at least 0 and less than 1"),
        ('rule = "adam"\nepsilon = -1e-8', 8, "'epsilon' must be at least 0"),
        ('rule = "rmsprop"\nrho = 9', 8, "'rho' must be at least 0 and less than 1"),
        ('rule = "adamw"\nweight_decay = -0.1', 8, "'weight_decay' must be at least 0"),
        ('rule = "sgd"\nrate = 1\ndecoupled_weight_decay = -0.1', 9, "'decoupled_weight_decay' must be at least 0"),
        ('rule = "sgd"\nrate = 1\nclip_norm = 0', 9, "'clip_norm' must be greater than 0"),
        ('rule = "sgd"\nrate = 1\nwarmup = 0', 9, "'warmup' must be greater than 0"),
        ('rule = "sgd"\nrate = 1\nschedule = "step"\nevery = 0', 10, "'every' must be greater than 0"),
        ('rule = "sgd"\nrate = 1\nschedule = "step"\nevery = 1\ndrop = -0.5', 11, "'drop' must be greater than 0"),
        ('rule = "sgd"\nrate = 1\nschedule = "exponential"\ngamma = 0', 10, "'gamma' must be greater than 0"),
        ('rule = "sgd"\nrate = 1\nschedule = "inverse_time"\ndecay = -1', 10, "'decay' must be at least 0"),
        ('rule = "sgd"\nrate = 1\nschedule = "cosine"\nperiod = 0', 10, "'period' must be greater than 0"),
        ('rule = "sgd"\nrate = 1\nschedule = "cosine"\nperiod = 5\nleast = -1', 11, "'least' must be at least 0"),
        ('rule = "sgd"\nrate = 1\nclip = [1, 2]', 9, "'clip' must be a scalar"),
        ('rule = "sgd"\nrate = 1\nsteps = 2\nworked = 3', 10, "3 steps cannot be worked where 'steps' is 2"),
    ],
)
def test_a_problem_with_an_update_is_told_with_its_place(keys: str, line: int, message: str) -> None:
    text = f'[model]\nloss = "L"\nequations = "L = w^2"\n[parameters]\nw = 1\n[update]\n{keys}'
    with pytest.raises(SpecError) as caught:
        derivation.loads(text)
    assert [problem.line for problem in caught.value.problems if message in problem.message] == [line], str(
        caught.value
    )


def test_two_parameters_draw_their_path_over_the_contours() -> None:
    """The corners of the path lie as the parameters do: w2 upwards, w1 to the right, each axis with a scale of its
    own."""
    found = derivation.derive(derivation.loads(TWO + "steps = 2"))
    chart = charts(found)["surface"]
    corners = next(line.points for line in chart.lines if line.style == "path")
    scale = [(corners[2][k] - corners[0][k]) / span for k, span in ((0, 0.54 - 1), (1, -0.16 + 1))]
    for corner, (w1, w2) in zip(corners, ((1, -1), (0.8, -0.6), (0.54, -0.16)), strict=True):
        assert corner == pytest.approx(
            (corners[0][0] + scale[0] * (w1 - 1), corners[0][1] + scale[1] * (w2 + 1)), abs=0.02
        )


def test_contour_lines_of_a_circle_are_circles() -> None:
    """The contour of x^2 + y^2 = 4 is one ring at distance 2 from the middle."""
    from derivation.pages.figures.contours import contour

    places = [x / 10 for x in range(-30, 31)]
    (ring,) = contour(places, places, [[x * x + y * y for x in places] for y in places], 4.0)
    assert ring[0] == ring[-1] and len(ring) > 30
    assert all(math.hypot(*point) == pytest.approx(2, abs=0.01) for point in ring)


def test_a_loss_without_a_value_somewhere_still_has_a_picture() -> None:
    text = TWO.replace("w1^2 + 2 * w2^2", "log(w1) ^ 2 + w2^2").replace("rate = 0.1", "rate = 0.4")
    chart = charts(derivation.derive(derivation.loads(text + "steps = 3")))["surface"]
    assert any(line.style == "contour" for line in chart.lines)


def test_numbers_too_wide_for_a_line_begin_entry_by_entry() -> None:
    found = derivation.derive(derivation.loads(f'{NETWORK}rule = "adam"\nrate = 0.1\nsteps = 2'))
    moved = [
        step
        for phase in found.phases
        if phase.training_step == 2
        for step in phase.steps
        if step.quantity == updated(name("W"))
    ]
    put_in = moved[0].lines[2].term
    assert put_in.head == "matrix" and put_in.args[0].args[0].head == "sub"
