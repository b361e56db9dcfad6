"""derivation: a network written as equations, worked the way one works it on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from derivation import version

if TYPE_CHECKING:
    from derivation.api import Derivation, ModelError, SpecError, derive, from_torch, load, loads, network, prove

__all__ = [
    "Derivation",
    "ModelError",
    "SpecError",
    "__version__",
    "derive",
    "from_torch",
    "load",
    "loads",
    "network",
    "prove",
]

__version__ = version.VERSION


def __getattr__(key: str) -> Any:
    """Imports a public name when it is first used: `import derivation` itself costs nothing."""
    if key not in __all__:
        raise AttributeError(f"module 'derivation' has no attribute {key!r}")
    from derivation import api

    return getattr(api, key)
