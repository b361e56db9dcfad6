"""What is raised where TeX fails, without the engine: a command knows the error before anything is set."""

from __future__ import annotations


class TexError(RuntimeError):
    """No TeX, or a run that failed, in the user's terms."""
