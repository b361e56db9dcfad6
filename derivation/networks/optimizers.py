"""The optimizers table: a row each, as the equations one finds in the paper, in the language of the spec.

`OPTIMIZERS` holds the rules, `SCHEDULES` what makes the rate depend on the step, `WISHES` what any rule can be combined
with (`clip = 1` in a spec's [update]). All are rows of one kind; an update is the equations of the chosen rows in
order.

In an equation `theta` is a parameter, `g` the gradient of the loss by it, `t` the number of the training step (from 1),
and `squares` the sum of the squares of all gradients' entries. An equation defines the name on its left for those after
it; a name that is used before it is defined is a state: it starts at 0 and is carried from step to step. Squares, roots
and quotients of arrays go entry by entry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from derivation.words.telling import tell

GIVEN = frozenset({"theta", "g", "t", "squares", "rate"})
WORD = re.compile(r"[A-Za-z]\w*\b(?!\()")


@dataclass(frozen=True)
class Range:
    """Where a constant has to lie: from `least` (itself only if `reached`) to below `limit`.

    >>> RANGES["momentum"].holds(1), RANGES["momentum"].sentence
    (False, 'at least 0 and less than 1')
    """

    least: int = 0
    reached: bool = True
    limit: int | None = None

    def holds(self, x: Any) -> bool:
        """Whether a number lies in the range."""
        return bool((x >= self.least if self.reached else x > self.least) and (self.limit is None or x < self.limit))

    @property
    def sentence(self) -> str:
        """The range in words."""
        code = ("ranges.at_least" if self.reached else "ranges.greater") + ("" if self.limit is None else "_below")
        return tell(code, least=self.least, limit=self.limit)


@dataclass(frozen=True)
class UpdateRule:
    """One row. `constants` are the numbers it takes, each with its default; "" where the spec has to give it.

    `gives` is what the last equation's result stands for in the rows after it: the gradient, the rate, the parameter.
    `objective` is the equation of what is made small in place of the loss, where the row changes that (`loss` is the
    loss).

    >>> OPTIMIZERS["momentum"].states
    ('v',)
    """

    name: str
    equations: tuple[str, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    gives: str = "theta"
    objective: str = ""

    @cached_property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """(name, expression) of each equation."""
        return tuple(
            (left.strip(), right.strip()) for left, _, right in (text.partition("=") for text in self.equations)
        )

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The names that are carried from step to step: those used before they are defined."""
        known, found = {*GIVEN, *self.constants}, list[str]()
        for left, right in self.lines:
            found += [word for word in words(right) if word not in known and word not in found]
            known.add(left)
        return tuple(found)


def words(text: str) -> list[str]:
    """The quantities that an expression names.

    >>> words("theta - rate * g / (sqrt(s) + epsilon)")
    ['theta', 'rate', 'g', 's', 'epsilon']
    """
    return [*dict.fromkeys(WORD.findall(text))]


def _table(*rows: UpdateRule) -> dict[str, UpdateRule]:
    return {row.name: row for row in rows}


OPTIMIZERS = _table(
    # Goodfellow, Bengio, Courville, Deep Learning (2016), equation 4.5 and algorithm 8.1.
    UpdateRule("sgd", ("theta = theta - rate * g",), {"rate": ""}),
    # Polyak (1964), with the rate outside the velocity: torch.optim.SGD(momentum=...).
    UpdateRule("momentum", ("v = momentum * v + g", "theta = theta - rate * v"), {"rate": "", "momentum": "0.9"}),
    # Sutskever, Martens, Dahl, Hinton, On the importance of initialization and momentum (2013), equations 1 and 2; Deep
    # Learning,
    # algorithm 8.2; CS231n, Neural networks part 3. The rate is inside the velocity.
    UpdateRule(
        "classical_momentum", ("v = momentum * v - rate * g", "theta = theta + v"), {"rate": "", "momentum": "0.9"}
    ),
    # A moving average of the gradients: Ng, Improving Deep Neural Networks (2017), week 2; the numerator of Adam
    # without its correction.
    UpdateRule(
        "averaged_momentum",
        ("v = momentum * v + (1 - momentum) * g", "theta = theta - rate * v"),
        {"rate": "", "momentum": "0.9"},
    ),
    # Nesterov (1983) as rewritten by Bengio, Boulanger-Lewandowski, Pascanu, Advances in optimizing recurrent networks
    # (2013), section 3.5,
    # so that the gradient is taken where the parameters are: torch.optim.SGD(momentum=..., nesterov=True).
    UpdateRule(
        "nesterov",
        ("v = momentum * v + g", "theta = theta - rate * (g + momentum * v)"),
        {"rate": "", "momentum": "0.9"},
    ),
    # Duchi, Hazan, Singer, Adaptive subgradient methods (2011), figure 1; Deep Learning, algorithm 8.4.
    UpdateRule(
        "adagrad",
        ("s = s + g^2", "theta = theta - rate * g / (sqrt(s) + epsilon)"),
        {"rate": "0.01", "epsilon": "1e-8"},
    ),
    # Tieleman, Hinton, Neural Networks for Machine Learning (2012), lecture 6.5; epsilon beside the root as in
    # torch.optim.RMSprop.
    UpdateRule(
        "rmsprop",
        ("s = rho * s + (1 - rho) * g^2", "theta = theta - rate * g / (sqrt(s) + epsilon)"),
        {"rate": "0.001", "rho": "0.9", "epsilon": "1e-8"},
    ),
    # Zeiler, ADADELTA: an adaptive learning rate method (2012), algorithm 1.
    UpdateRule(
        "adadelta",
        (
            "s = rho * s + (1 - rho) * g^2",
            "d = sqrt(u + epsilon) / sqrt(s + epsilon) * g",
            "u = rho * u + (1 - rho) * d^2",
            "theta = theta - rate * d",
        ),
        {"rate": "1", "rho": "0.9", "epsilon": "1e-6"},
    ),
    # Kingma, Ba, Adam: a method for stochastic optimization (2015), algorithm 1.
    UpdateRule(
        "adam",
        (
            "m = beta1 * m + (1 - beta1) * g",
            "v = beta2 * v + (1 - beta2) * g^2",
            "mhat = m / (1 - beta1^t)",
            "vhat = v / (1 - beta2^t)",
            "theta = theta - rate * mhat / (sqrt(vhat) + epsilon)",
        ),
        {"rate": "0.001", "beta1": "0.9", "beta2": "0.999", "epsilon": "1e-8"},
    ),
    # Kingma, Ba, Adam (2015), algorithm 2; epsilon where torch.optim.Adamax has it.
    UpdateRule(
        "adamax",
        (
            "m = beta1 * m + (1 - beta1) * g",
            "u = max(beta2 * u, abs(g) + epsilon)",
            "theta = theta - rate / (1 - beta1^t) * m / u",
        ),
        {"rate": "0.002", "beta1": "0.9", "beta2": "0.999", "epsilon": "1e-8"},
    ),
    # Reddi, Kale, Kumar, On the convergence of Adam and beyond (2018), algorithm 2; with Adam's corrections, as in
    # torch.optim.Adam(amsgrad=True).
    UpdateRule(
        "amsgrad",
        (
            "m = beta1 * m + (1 - beta1) * g",
            "v = beta2 * v + (1 - beta2) * g^2",
            "u = max(u, v)",
            "mhat = m / (1 - beta1^t)",
            "uhat = u / (1 - beta2^t)",
            "theta = theta - rate * mhat / (sqrt(uhat) + epsilon)",
        ),
        {"rate": "0.001", "beta1": "0.9", "beta2": "0.999", "epsilon": "1e-8"},
    ),
    # Loshchilov, Hutter, Decoupled weight decay regularization (2019), algorithm 2; the decay is scaled by the rate as
    # in torch.optim.AdamW.
    UpdateRule(
        "adamw",
        (
            "m = beta1 * m + (1 - beta1) * g",
            "v = beta2 * v + (1 - beta2) * g^2",
            "mhat = m / (1 - beta1^t)",
            "vhat = v / (1 - beta2^t)",
            "theta = theta - rate * (mhat / (sqrt(vhat) + epsilon) + weight_decay * theta)",
        ),
        {"rate": "0.001", "beta1": "0.9", "beta2": "0.999", "epsilon": "1e-8", "weight_decay": "0.01"},
    ),
)

SCHEDULES = _table(
    UpdateRule("constant", (), gives="rate"),
    # CS231n, Neural networks part 3, annealing the learning rate; torch's StepLR.
    UpdateRule("step", ("rate_t = rate * drop^floor((t - 1) / every)",), {"drop": "0.1", "every": ""}, "rate"),
    # CS231n writes gamma as e^(-k); torch's ExponentialLR.
    UpdateRule("exponential", ("rate_t = rate * gamma^(t - 1)",), {"gamma": ""}, "rate"),
    # CS231n's 1/t decay.
    UpdateRule("inverse_time", ("rate_t = rate / (1 + decay * (t - 1))",), {"decay": ""}, "rate"),
    # Loshchilov, Hutter, SGDR (2017), equation 5, without restarts; torch's CosineAnnealingLR.
    UpdateRule(
        "cosine",
        ("rate_t = least + 1 / 2 * (rate - least) * (1 + cos_pi((t - 1) / period))",),
        {"period": "", "least": "0"},
        "rate",
    ),
)

WISHES = _table(
    # Goyal et al., Accurate, large minibatch SGD (2017), section 2.2: gradual warm-up, linear over the first steps.
    UpdateRule("warmup", ("ratetilde_t = min(1, t / warmup) * rate",), {"warmup": ""}, "rate"),
    # Pascanu, Mikolov, Bengio, On the difficulty of training recurrent neural networks (2013), algorithm 1; written as
    # in TensorFlow's
    # clip_by_global_norm, which has a value at gradient 0 too.
    UpdateRule("clip_norm", ("n = sqrt(squares)", "gbar = clip_norm / max(n, clip_norm) * g"), {"clip_norm": ""}, "g"),
    # Each entry by itself: Deep Learning, section 10.11.1, citing Mikolov (2012).
    UpdateRule("clip", ("ghat = max(-clip, min(clip, g))",), {"clip": ""}, "g"),
    # Deep Learning, equation 7.3: the gradient of the loss plus lambda/2 |theta|^2; torch's weight_decay.
    UpdateRule(
        "weight_decay",
        ("gtilde = g + weight_decay * theta",),
        {"weight_decay": ""},
        "g",
        "losstilde = loss + weight_decay / 2 * norm(theta)^2",
    ),
    # Loshchilov, Hutter, Decoupled weight decay regularization (2019), algorithm 1; scaled by the rate as in torch.
    UpdateRule(
        "decoupled_weight_decay",
        ("thetatilde = (1 - rate * decoupled_weight_decay) * theta",),
        {"decoupled_weight_decay": ""},
    ),
)
"""In the order in which they are applied, before the rule."""

POSITIVE, SHARE = Range(reached=False), Range(limit=1)
RANGES = {
    **dict.fromkeys(("rate", "clip_norm", "clip", "drop", "every", "gamma", "period", "warmup"), POSITIVE),
    **dict.fromkeys(("momentum", "rho", "beta1", "beta2"), SHARE),
    **dict.fromkeys(("epsilon", "weight_decay", "decoupled_weight_decay", "decay", "least"), Range()),
}
"""Where each constant of the rows has to lie."""

SYMBOLS = {
    "rate": (r"\alpha", r"\eta", r"\lambda"),
    "momentum": (r"\mu", r"\beta", r"\rho"),
    "epsilon": (r"\varepsilon", r"\epsilon"),
    "weight_decay": (r"\lambda", r"\omega"),
    "decoupled_weight_decay": (r"\lambda", r"\omega", r"\kappa"),
    "clip_norm": ("c", "C"),
    "clip": ("c", "C", "d", "D"),
    "drop": (r"\gamma", r"\delta"),
    "every": ("s", "S"),
    "decay": (r"\kappa", "k"),
    "period": ("T",),
    "least": (r"\alpha_{\mathrm{min}}",),
    "warmup": (r"T_{\mathrm{w}}",),
    "t": ("t", "k", r"\tau"),
    "n": ("n", "N"),
    "m": ("m", "p"),
    "v": ("v", "u"),
    "s": ("s", "r"),
    "g": ("g", "d"),
}
"""How the tables' names are written, the first that the network leaves free; others are written as the spec's names
are."""
