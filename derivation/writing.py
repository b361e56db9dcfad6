"""Files that are whole or not there at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path


def write_whole(target: Path, content: Iterable[bytes], aside: Path | None = None) -> None:
    """Writes a file aside (in its own folder, if no other is given) and moves it into its place."""
    with tempfile.NamedTemporaryFile(dir=aside or target.parent, prefix=f".{target.name}.", delete=False) as file:
        for piece in content:
            file.write(piece)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(target)
