"""TeX's own life: what an engine offers for files, code and programs is closed in the body; a run ends, and leaves nothing, whatever ends the command."""

from __future__ import annotations

import io
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

import pypdf
import pytest
from test_doors import opened

from derivation.render import engine, guard, letters
from derivation.render.document import shell
from derivation.render.engine import Engine, TexError, compile_pdf, engines, unsettable

BY = {"lua" if one.is_lua else one.source: one for one in reversed(engines())}
HERE = [
    pytest.param(kind, marks=pytest.mark.skipif(kind not in BY, reason=f"there is no {kind} TeX on this machine")) for kind in ("system", "bundled", "lua")
]
CLOSED = (
    "pdfobj pdfximage pdfprimitive primitive pdfmapfile pdfmapline pdffiledump pdffilemoddate openout read readline directlua latelua luafunction luafunctioncall luadef "
    "luabytecode luabytecodecall lateluafunction saveimageresource useimageresource"
).split()
IN_PDFTEX = CLOSED[:3] + CLOSED[4:11]
OTHERS = (
    "tex_filedump:D tex_filemoddate:D tex_mapfile:D tex_mapline:D __file_timestamp:n pdf@primitive pgfutil@read pgfutil@directlua pdftexcmds@directlua MT@lua __lua_now:n "
    "__lua_shipout:n __sys_shell_now:e close@engine"
).split()
WAYS = (
    r"\ifdefined\%s OPEN\fi",
    r"\expandafter\ifx\csname %s\endcsname\relax\else OPEN\fi",
    r"\ifdefined^^5c%s OPEN\fi",
    r"{\catcode`\!=0 \ifdefined!%s OPEN\fi}",
    r"\scantokens{\ifdefined\%s OPEN\fi}",
    r"\ifcsname tex_%s:D\endcsname OPEN\fi",
    r"\ifdefined\pdfprimitive\pdfprimitive\%s OPEN\fi",
    r"\ifdefined\primitive\primitive\%s OPEN\fi",
    r"{\escapechar=-1 \ifcsname\string\%s\endcsname OPEN\fi}",
)
SMALL = r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{lmodern}\begin{document}"


def document(body: str, preamble: str = "") -> str:
    page = shell("a4").dumps()
    return page.replace(r"\begin{document}", preamble + r"\begin{document}" + body, 1)


def text(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """A marker in a file outside of TeX's folder, and in a variable."""
    told = secrets.token_hex(12)
    monkeypatch.setenv("DERIVATION_SECRET", told)
    path = tmp_path / "secret.tex"
    path.write_text(told)
    return path, told


def holds(pdf: bytes, told: str) -> bool:
    return told in text(pdf) or any(told.encode() in content for _, content in opened("pdf", pdf))


@pytest.mark.parametrize("kind", HERE)
def test_the_body_has_no_way_to_files_code_and_programs(kind: str) -> None:
    """Each of what is closed by each way to name it, twenty to a document; then the names that packages keep, with all our packages."""
    tries = [way.replace("%s", name) for name, way in product(CLOSED, WAYS)]
    pages = [(SMALL, tries[first : first + 20]) for first in range(0, len(tries), 20)]
    pages.append((document(""), [rf"\ifcsname {name}\endcsname OPEN\fi" for name in (*CLOSED, *OTHERS)]))
    assert sum(len(twenty) for _, twenty in pages) > 200
    for start, twenty in pages:
        body = "".join(rf"\par {place}: {{{attempt}}}" + "\n" for place, attempt in enumerate(twenty))
        seen = text(compile_pdf(start.partition(r"\end{document}")[0] + body + r"\end{document}", BY[kind]))
        assert "OPEN" not in seen and f"{len(twenty) - 1}:" in seen, (seen, twenty)


@pytest.mark.parametrize("kind", HERE)
def test_what_stays_open_reads_and_writes_nothing_outside(kind: str, secret: tuple[Path, str]) -> None:
    path, told = secret
    named = (str(path), f"../{path.parent.name}/{path.name}", f"|cat {path}")
    tries = [rf'\openin0="{name}" \ifeof0 \else OPEN\fi\closein0 ' for name in named]
    tries += [rf"\IfFileExists{{{name}}}{{OPEN}}{{}}" for name in named[:2]]
    asked = ("pdffilesize", "tex_filesize:D", "__file_size:n", "pdf@filesize", "pdf@filemdfivesum", "tex_mdfivesum:D", "pdfmdfivesum")
    for name in asked:
        argument = f"file{{{path}}}" if name in ("pdfmdfivesum", "tex_mdfivesum:D") else f"{{{path}}}"
        tries.append(rf"\ifcsname {name}\endcsname\edef\x{{\csname {name}\endcsname {argument}}}\ifx\x\empty\else\show\x OPEN\fi\fi")
    tries += [rf"\immediate\write18{{cp {path} {path}.copy}}", r"\special{psfile=" + str(path) + "}"]
    pdf = compile_pdf(document("".join(rf"\par {place}: {{{attempt}}}" + "\n" for place, attempt in enumerate(tries))), BY[kind])
    assert "OPEN" not in text(pdf) and not holds(pdf, told) and list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("kind", HERE)
@pytest.mark.parametrize("attack", [r"\immediate\pdfobj stream file{%s}", r"\immediate\pdfextension obj stream file{%s}", r"\input{%s}", r"\font\x=%s \x x", r"\pdfximage{%s}",
                                    r"\directlua{tex.print(io.open('%s'):read())}", r"\saveimageresource{%s}"])  # fmt: skip
def test_an_attack_ends_the_run_or_finds_nothing(kind: str, attack: str, secret: tuple[Path, str]) -> None:
    path, told = secret
    try:
        pdf = compile_pdf(SMALL + attack.replace("%s", str(path)) + r"x\end{document}", BY[kind])
    except TexError:
        return
    assert kind == "lua" and "pdfextension" in attack and not holds(pdf, told)


@pytest.mark.parametrize("kind", HERE)
def test_the_attack_would_be_seen(kind: str, secret: tuple[Path, str]) -> None:
    """In the preamble, which is ours, the engine is still open: so the tests above would find what gets out. Variables are not there even so."""
    path, told = secret
    attack = r"\immediate\pdfextension obj stream file{%s}\directlua{assert(not os.getenv('DERIVATION_SECRET'))}" if kind == "lua" else r"\immediate\pdfobj stream file{%s}"
    assert holds(compile_pdf(document("x", attack.replace("%s", str(path))), BY[kind]), told)


@pytest.mark.parametrize("kind", [one for one in HERE if "lua" not in one.values])
def test_no_other_name_means_what_is_closed(kind: str, tmp_path: Path) -> None:
    """All names in all files that TeX reads for a document, and those of its format, held against what is closed."""
    (tmp_path / "handout.tex").write_text(document("x"))
    subprocess.run([BY[kind].program, "-recorder", "-interaction=batchmode", "handout.tex"], cwd=tmp_path, capture_output=True, check=True)
    read = {Path(tmp_path, line[6:]) for line in (tmp_path / "handout.fls").read_text().splitlines() if line.startswith("INPUT ")}
    latex = next(path for path in read if path.name == "article.cls").parents[1]
    formats = [path for folder in ("base", "l3kernel", "l3backend") for path in (latex / folder).glob("*.[lsdt]*")]
    names = {name for path in {*read, *formats} if path.suffix in (".sty", ".def", ".cls", ".tex", ".ltx", ".fd", ".cfg") for name in re.findall(r"\\([A-Za-z@:_]+)", path.read_text("latin1"))}
    names |= {f"tex_{name}:D" for name in names if name.isalpha()}
    assert len(names) > 20000
    kept = "".join(rf"\expandafter\let\csname zz{name}\expandafter\endcsname\csname {name}\endcsname" for name in IN_PDFTEX)
    judged = "".join(rf"\expandafter\ifx\csname#1\endcsname\zz{name} OPEN \detokenize{{#1}}\fi" for name in IN_PDFTEX)
    body = rf"\def\judge#1{{\ifcsname#1\endcsname{judged}\fi}}" + "\n".join(rf"\judge{{{name}}}" for name in sorted(names) if name != "relax")
    assert text(compile_pdf(document("x" + body, kept), BY[kind])).split() == ["x", "1"]


@pytest.mark.skipif("lua" not in BY, reason="there is no LuaLaTeX on this machine")
def test_no_other_name_means_what_is_closed_in_lualatex() -> None:
    """LuaTeX can list its table of names; it does so at the end, and fails where one of them leads to Lua."""
    look = r"\directlua{luatexbase.add_to_callback('finish_pdffile', function() local names = tex.hashtokens() for place = 1, \string#names do local name = names[place] " \
        r"local found = name and name \string~= '' and token.create(name) if found and (found.cmdname == 'convert' and found.mode > 0 and found.mode < 4 or found.cmdname == 'lua_function_call' " \
        r"or found.cmdname == 'lua_bytecode_call' or found.cmdname == 'def_lua_call' or found.cmdname == 'read_to_cs') then texio.write_nl('OPEN ' .. name) os.exit(1) end end end, 'look')}"  # fmt: skip
    compile_pdf(document("x", look), BY["lua"])
    with pytest.raises(TexError):
        compile_pdf(document("x", look.replace("mode < 4", "mode < 40")), BY["lua"])
