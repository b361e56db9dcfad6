"""Tests that do not say `tex` get a TeX that refuses, and fail where they ask it: so `make check` needs none, and a
marker that is missing is seen."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from derivation.pages.typesetting import engine

REFUSAL = "this test runs TeX: mark it with pytest.mark.tex"
PROGRAM = f"""#!/bin/sh
touch "${{0%/*}}/asked"
echo 'handout.tex:1: {REFUSAL}'
exit 1
"""


class Refusing:
    """Stands in for every TeX of this process and of those that it starts."""

    def __init__(self) -> None:
        self.kept = tempfile.TemporaryDirectory(prefix="no-tex-")
        self.folder = Path(self.kept.name)
        for name in engine.SYSTEM_ENGINES:
            (self.folder / name).write_text(PROGRAM)
            (self.folder / name).chmod(0o755)
        os.environ["PATH"] = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        engine.BUNDLED.clear()

    def was_asked(self) -> bool:
        """Whether it was, since it was last asked about."""
        asked = self.folder / "asked"
        found = asked.exists()
        asked.unlink(missing_ok=True)
        return found
