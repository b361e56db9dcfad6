"""The views of a derivation that are made on request: sensitivity, gradient check, Hessian, Jacobians."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial as partial_view

from derivation.deriving import View
from derivation.deriving.on_request.gradient_check import gradient_check
from derivation.deriving.on_request.hessian import hessian
from derivation.deriving.on_request.jacobian import jacobian
from derivation.deriving.on_request.sensitivity import sensitivity


def views(flags: Mapping[str, bool], jacobians: tuple[str, ...] = ()) -> list[View]:
    """The views asked for, in the order in which they stand: those whose flag is set, then the Jacobians of named
    quantities.

    >>> views({"sensitivity": False})
    []
    """
    table = {"sensitivity": sensitivity, "gradient_check": gradient_check, "hessian": hessian}
    return [
        *(view for key, view in table.items() if flags.get(key)),
        *(partial_view(jacobian, key) for key in jacobians),
    ]
