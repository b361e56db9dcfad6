"""Neovim with the lines of the guide: it opens a wrong article, shows what is wrong, applies the fix, saves, and shows
nothing more."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE
from places import ROOT

from derivation.checking.article import check_text

neovim = pytest.mark.skipif(
    shutil.which("nvim") is None,
    reason="NO NEOVIM on this machine: the editor that writes is NOT tested (Debian: apt-get install neovim)",
)
WRONG = "# Grüße \U0001f600\n\nLet $x = 2$.\n\n\U0001f600 Then $x^2 + 1 = 6$, and $x + 1 = 3$.\n"
DRIVE = r"""
local found = {}
local patience = %(patience)d * 1000
local errors = function() return vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR }) end
local until_so = function(is_so) assert(vim.wait(patience, is_so, 20), 'waited in vain') end
local chosen = function(items, _, choose) choose(items[1]) end
vim.ui.select = chosen

until_so(function() return #vim.diagnostic.get(0) > 0 end)
found.before = vim.diagnostic.get(0)
local line = found.before[1].lnum + 1
vim.api.nvim_win_set_cursor(0, { line, vim.fn.getline(line):find('x', 1, true) - 1 })
local asked = vim.lsp.buf_request_sync(0, 'textDocument/hover', vim.lsp.util.make_position_params(), patience)
for _, answer in pairs(asked) do found.hover = answer.result and answer.result.contents.value end
vim.api.nvim_win_set_cursor(0, { line, found.before[1].col })
found.letter = vim.fn.matchstr(vim.fn.getline('.'), '\\%%' .. (found.before[1].col + 1) .. 'c.')
vim.lsp.buf.code_action()
until_so(function() return vim.bo.modified end)
vim.cmd('write')
until_so(function() return #errors() == 0 end)
found.after = #vim.diagnostic.get(0)
vim.fn.writefile({ vim.fn.json_encode(found) }, '%(result)s')
vim.cmd('qall!')
"""


def configuration() -> str:
    """The first block for Neovim in the guide."""
    guide = (ROOT / "docs" / "editors.md").read_text("utf-8")
    found = re.search(r'```lua title="init\.lua"\n(.*?)```', guide, re.DOTALL)
    assert found
    return found[1]


def driven(folder: Path, article: Path) -> Any:
    """What Neovim found, in a home of its own, with a `derivation` on its path."""
    bin = folder / "bin"
    bin.mkdir()
    program = bin / "derivation"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m derivation "$@"\n')
    program.chmod(0o755)
    (folder / "init.lua").write_text(configuration(), "utf-8")
    result = folder / "found.json"
    drive = DRIVE % {"patience": PATIENCE, "result": result}
    (folder / "drive.lua").write_text(
        f"local good, why = pcall(function()\n{drive}\nend)\nif not good then print(why) vim.cmd('cquit') end\n",
        "utf-8",
    )
    environment = {
        **os.environ,
        "PATH": f"{bin}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        [
            "nvim",
            "--headless",
            "-i",
            "NONE",
            "-n",
            "-u",
            folder / "init.lua",
            article,
            "-c",
            f"luafile {folder / 'drive.lua'}",
        ],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0 and result.exists(), done.stdout + done.stderr
    return json.loads(result.read_text("utf-8"))


@neovim
@pytest.mark.parametrize("ending", ["md", "tex"])
def test_neovim_shows_what_is_wrong_and_mends_it(ending: str, tmp_path: Path) -> None:
    article = tmp_path / f"article.{ending}"
    article.write_text(WRONG, "utf-8")
    found = driven(tmp_path, article)
    assert [remark["message"] for remark in found["before"]] == ["5, not 6; expected: 5"]
    assert found["letter"] == "6" and found["before"][0]["source"] == "derivation"
    assert found["hover"] == "`x` = `2`\n\ngiven: `2` (line 3)"
    assert article.read_text("utf-8") == WRONG.replace("= 6", "= 5")
    assert found["after"] == 0 and not check_text(article.read_text("utf-8")).wrong
