"""A run of TeX by itself, for tests that read what it logs or writes beside the page."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from patience import PATIENCE

from derivation.pages.typesetting.engine import engines


def typeset(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes files into a folder, and sets the first of them there; the lines of its log are not broken."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    command = [
        engines()[0].program,
        "-no-shell-escape",
        "-interaction=nonstopmode",
        "-halt-on-error",
        next(iter(files)),
    ]
    environment = {"max_print_line": "10000", "HOME": str(folder)}
    subprocess.run(command, cwd=folder, capture_output=True, timeout=PATIENCE, check=True, env=environment)
