"""`python -m derivation` is `derivation`."""

from .cli import app

if __name__ == "__main__":
    app()
