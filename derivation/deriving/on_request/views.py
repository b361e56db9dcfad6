"""The views of a derivation that are made on request: sensitivity, gradient check, Hessian, Jacobians."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial as partial_view
from typing import Any

from derivation.deriving import View
from derivation.system.registry import Registry, Row

HERE = "derivation.deriving.on_request"
VIEWS: Registry[Callable[..., Any]] = Registry(
    Row("sensitivity", "what the loss is most sensitive to", f"{HERE}.sensitivity:sensitivity"),
    Row("gradient_check", "every derivative beside a difference quotient", f"{HERE}.gradient_check:gradient_check"),
    Row("hessian", "all second derivatives of the loss", f"{HERE}.hessian:hessian"),
    Row("jacobian", "the derivatives of a quantity that is named", f"{HERE}.jacobian:jacobian"),
)


def views(flags: Mapping[str, bool], jacobians: tuple[str, ...] = ()) -> list[View]:
    """The views asked for, in the order in which they stand: those whose flag is set, then the Jacobians of named
    quantities.

    >>> views({"sensitivity": False})
    []
    """
    return [
        *(VIEWS[key] for key in VIEWS if flags.get(key)),
        *(partial_view(VIEWS["jacobian"], key) for key in jacobians),
    ]
