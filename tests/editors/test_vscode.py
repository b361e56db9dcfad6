"""The extension for VS Code: its client is driven against the server under Node.js, with a stub in the place of
`vscode`. In VS Code itself it is not run here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE
from places import ROOT

EXTENSION = ROOT / "editors" / "vscode"
MANIFEST = json.loads((EXTENSION / "package.json").read_text("utf-8"))


@pytest.fixture
def folder() -> str:
    """The extension with what it needs beside it, as `npm install` puts it there."""
    found = os.environ.get("VSCODE_EXTENSION", str(EXTENSION))
    if shutil.which("node") is None or not (Path(found) / "node_modules" / "vscode-languageclient").is_dir():
        pytest.skip(
            "NO NODE.JS, or no `npm install` in editors/vscode or the folder that VSCODE_EXTENSION names: the extension is NOT tested"
        )
    return found


def test_the_client_shows_hovers_mends_and_asks_for_other_numbers(folder: str) -> None:
    drive = EXTENSION / "test" / "drive.js"
    done = subprocess.run(
        ["node", drive, folder, sys.executable, "-m", "derivation", "lsp"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    remark = {
        "under": "6",
        "message": "5, not 6; expected: 5",
        "severity": 0,
        "source": "derivation",
        "code": "wrong.value",
    }
    assert found["before"] == [remark]
    assert found["hover"] == "`x` = `2`\n\ngiven: `2` (line 1)"
    assert found["actions"][0] == "Put in 5"
    assert found["mended"] == "Let $x = 2$. \U0001f600 Then $x^2 + 1 = 5$.\n"
    assert found["renumbered"] == "Let $x = 3$. \U0001f600 Then $x^2 + 1 = 10$.\n"


def test_the_extension_says_what_it_holds() -> None:
    assert (EXTENSION / MANIFEST["main"]).is_file()
    client = (EXTENSION / "extension.js").read_text("utf-8")
    assert all(f"'{command['command']}'" in client for command in MANIFEST["contributes"]["commands"])
    (setting,) = MANIFEST["contributes"]["configuration"]["properties"]
    assert setting == "derivation.command" and "getConfiguration('derivation').get('command')" in client
    assert (EXTENSION / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    ignored = (EXTENSION / ".vscodeignore").read_text("utf-8").split()
    assert "test/**" in ignored
