"""derivation: a network written as equations, worked the way one works it on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derivation.deriving import derive
    from derivation.networks.walkthrough import Derivation
    from derivation.proving.prover import prove
    from derivation.spec.reader import SpecError, load, loads

__all__ = ["Derivation", "SpecError", "derive", "load", "loads", "prove"]
__version__ = "0.1.0"

_HOMES = {"derive": "deriving", "prove": "proof", "SpecError": "spec", "load": "spec", "loads": "spec", "Derivation": "walkthrough"}


def __getattr__(key: str) -> Any:
    """Imports a public name when it is first used: `import derivation` itself costs nothing."""
    if key not in _HOMES:
        raise AttributeError(f"module 'derivation' has no attribute {key!r}")
    from importlib import import_module

    found = getattr(import_module(f".{_HOMES[key]}", __name__), key)
    globals()[key] = found
    return found
