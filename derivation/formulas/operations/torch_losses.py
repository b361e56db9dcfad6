"""PyTorch's losses: what each is called in its libraries and on the command line, and what is written for it here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TorchLoss:
    """A loss of PyTorch's: `operators` are what ATen calls it, the usual one first, `function` is what
    `torch.nn.functional` calls it, `classes` are what `torch.nn` and others do. `names` are its names on the command
    line, none where it has no target to name. `instead` is what a spec has for a class."""

    operators: tuple[str, ...]
    function: str
    classes: tuple[str, ...]
    names: tuple[str, ...] = ()
    instead: str = ""


TORCH_LOSSES = (
    TorchLoss(("mse_loss",), "mse_loss", ("MSE", "l2_loss"), ("mse",), "mse(a, b)"),
    TorchLoss(
        ("l1_loss",), "l1_loss", ("L1Loss", "l1_loss", "mean_absolute_error", "mae"), ("l1",), "mean(abs(a - b))"
    ),
    TorchLoss(("huber_loss",), "huber_loss", ("HuberLoss",), ("huber",), "F.huber_loss(a, b)"),
    TorchLoss(("smooth_l1_loss",), "smooth_l1_loss", ("SmoothL1Loss",), ("smooth_l1",), "F.smooth_l1_loss(a, b)"),
    TorchLoss(
        ("cross_entropy_loss",),
        "cross_entropy",
        ("CrossEntropyLoss", "categorical_crossentropy"),
        ("cross_entropy",),
        "cross_entropy_with_logits(z, y)",
    ),
    TorchLoss(("nll_loss", "nll_loss_nd"), "nll_loss", ("NLLLoss",), ("nll",), "F.nll_loss(a, y)"),
    TorchLoss(
        ("binary_cross_entropy",),
        "binary_cross_entropy",
        ("BCELoss", "binary_crossentropy"),
        ("binary_cross_entropy", "bce"),
        "binary_cross_entropy(p, y)",
    ),
    TorchLoss(
        ("binary_cross_entropy_with_logits",),
        "binary_cross_entropy_with_logits",
        ("BCEWithLogitsLoss",),
        ("binary_cross_entropy_with_logits", "bce_with_logits"),
        "bce_with_logits(z, y)",
    ),
    TorchLoss(("kl_div",), "kl_div", ("KLDivLoss",), ("kl_div",), "kl(p, q)"),
    TorchLoss(("soft_margin_loss",), "soft_margin_loss", ("SoftMarginLoss",), instead="mean(softplus(-y * a))"),
)
BY_NAME = {name: loss for loss in TORCH_LOSSES for name in loss.names}
"""The losses by their names on the command line.

>>> BY_NAME["bce"].function
'binary_cross_entropy'
"""
