"""The program `derivation`, also as `python -m derivation`."""

from __future__ import annotations

from typing import NoReturn

from derivation.system.ending import answer_signals


def main() -> NoReturn:
    """Runs the command line; signals are answered before it is even loaded."""
    answer_signals()
    from derivation.cli.app import app

    app()
    raise SystemExit


if __name__ == "__main__":
    main()
