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
import unicodedata
from itertools import product
from pathlib import Path

import pypdf
import pytest
from patience import PATIENCE
from whole.test_doors import opened

from derivation.pages.formats.tex import shell
from derivation.pages.typesetting import engine, guard, letters
from derivation.pages.typesetting.engine import Engine, compile_pdf, engines, stood_in, unsettable
from derivation.pages.typesetting.failure import TexError
from derivation.pages.typesetting.templating import latex_text

BY = {"lua" if one.is_lua else one.source: one for one in reversed(engines())}
HERE = [
    pytest.param(kind, marks=pytest.mark.skipif(kind not in BY, reason=f"there is no {kind} TeX on this machine"))
    for kind in ("system", "bundled", "lua")
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

TOLD = r"\ifdefined\pdfgentounicode\input{glyphtounicode}\pdfgentounicode=1 \fi"


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


@pytest.mark.tex
@pytest.mark.parametrize("kind", HERE)
def test_the_body_has_no_way_to_files_code_and_programs(kind: str) -> None:
    """Each of what is closed by each way to name it, twenty to a document (LuaLaTeX, which starts slowly: sixty); then the names that packages keep, with all our packages."""
    tries = [way.replace("%s", name) for name, way in product(CLOSED, WAYS)]
    many = 60 if kind == "lua" else 20
    pages = [(SMALL, tries[first : first + many]) for first in range(0, len(tries), many)]
    pages.append(
        (
            document(""),
            [
                rf"\ifcsname {name}\endcsname OPEN\fi"
                for name in (*CLOSED, *OTHERS)
                if kind == "lua" or "@directlua" not in name
            ],
        )
    )
    assert sum(len(twenty) for _, twenty in pages) > 200
    for start, twenty in pages:
        body = "".join(rf"\par {place}: {{{attempt}}}" + "\n" for place, attempt in enumerate(twenty))
        seen = text(compile_pdf(start.partition(r"\end{document}")[0] + body + r"\end{document}", BY[kind]))
        assert "OPEN" not in seen and f"{len(twenty) - 1}:" in seen, (seen, twenty)


@pytest.mark.tex
@pytest.mark.parametrize("kind", HERE)
def test_what_stays_open_reads_and_writes_nothing_outside(kind: str, secret: tuple[Path, str]) -> None:
    path, told = secret
    named = (str(path), f"../{path.parent.name}/{path.name}", f"|cat {path}")
    tries = [rf'\openin0="{name}" \ifeof0 \else OPEN\fi\closein0 ' for name in named]
    tries += [rf"\IfFileExists{{{name}}}{{OPEN}}{{}}" for name in named[:2]]
    asked = (
        "pdffilesize",
        "tex_filesize:D",
        "__file_size:n",
        "pdf@filesize",
        "pdf@filemdfivesum",
        "tex_mdfivesum:D",
        "pdfmdfivesum",
    )
    for name in asked:
        argument = f"file{{{path}}}" if name in ("pdfmdfivesum", "tex_mdfivesum:D") else f"{{{path}}}"
        tries.append(
            rf"\ifcsname {name}\endcsname\edef\x{{\csname {name}\endcsname {argument}}}\ifx\x\empty\else\show\x OPEN\fi\fi"
        )
    tries += [rf"\immediate\write18{{cp {path} {path}.copy}}", r"\special{psfile=" + str(path) + "}"]
    pdf = compile_pdf(
        document("".join(rf"\par {place}: {{{attempt}}}" + "\n" for place, attempt in enumerate(tries))), BY[kind]
    )
    assert "OPEN" not in text(pdf) and not holds(pdf, told) and list(path.parent.iterdir()) == [path]


ATTACKS = {
    "pdf": (r"\immediate\pdfobj stream file{%s}", r"\input{%s}", r"\font\x=%s \x x", r"\pdfximage{%s}"),
    "lua": (
        r"\immediate\pdfextension obj stream file{%s}",
        r"\input{%s}",
        r"\directlua{tex.print(io.open('%s'):read())}",
        r"\saveimageresource{%s}",
    ),
}


@pytest.mark.tex
@pytest.mark.parametrize("kind", HERE)
@pytest.mark.parametrize("place", range(4))
def test_an_attack_ends_the_run_or_finds_nothing(kind: str, place: int, secret: tuple[Path, str]) -> None:
    path, told = secret
    attack = ATTACKS["lua" if kind == "lua" else "pdf"][place]
    try:
        pdf = compile_pdf(SMALL + attack.replace("%s", str(path)) + r"x\end{document}", BY[kind])
    except TexError:
        return
    assert kind == "lua" and "pdfextension" in attack and not holds(pdf, told)


@pytest.mark.tex
@pytest.mark.parametrize("kind", HERE)
def test_the_attack_would_be_seen(kind: str, secret: tuple[Path, str]) -> None:
    """In the preamble, which is ours, the engine is still open: so the tests above would find what gets out. Variables are not there even so."""
    path, told = secret
    attack = (
        r"\immediate\pdfextension obj stream file{%s}\directlua{assert(not os.getenv('DERIVATION_SECRET'))}"
        if kind == "lua"
        else r"\immediate\pdfobj stream file{%s}"
    )
    assert holds(compile_pdf(document("x", attack.replace("%s", str(path))), BY[kind]), told)


@pytest.mark.tex
@pytest.mark.parametrize("kind", [one for one in HERE if "lua" not in one.values])
def test_no_other_name_means_what_is_closed(kind: str, tmp_path: Path) -> None:
    """All names in all files that TeX reads for a document, and those of its format, held against what is closed."""
    (tmp_path / "handout.tex").write_text(document("x"))
    subprocess.run(
        [BY[kind].program, "-recorder", "-interaction=batchmode", "handout.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    read = {
        Path(tmp_path, line[6:])
        for line in (tmp_path / "handout.fls").read_text().splitlines()
        if line.startswith("INPUT ")
    }
    latex = next(path for path in read if path.name == "article.cls").parents[1]
    formats = [path for folder in ("base", "l3kernel", "l3backend") for path in (latex / folder).glob("*.[lsdt]*")]
    names = {
        name
        for path in {*read, *formats}
        if path.suffix in (".sty", ".def", ".cls", ".tex", ".ltx", ".fd", ".cfg")
        for name in re.findall(r"\\([A-Za-z@:_]+)", path.read_text("latin1"))
    }
    names |= {f"tex_{name}:D" for name in names if name.isalpha()}
    assert len(names) > 20000
    kept = "".join(
        rf"\expandafter\let\csname zz{name}\expandafter\endcsname\csname {name}\endcsname" for name in IN_PDFTEX
    )
    judged = "".join(rf"\expandafter\ifx\csname#1\endcsname\zz{name} OPEN \detokenize{{#1}}\fi" for name in IN_PDFTEX)
    body = rf"\def\judge#1{{\ifcsname#1\endcsname{judged}\fi}}" + "\n".join(
        rf"\judge{{{name}}}" for name in sorted(names) if name != "relax"
    )
    assert text(compile_pdf(document("x" + body, kept), BY[kind])).split() == ["x", "1"]


@pytest.mark.tex
@pytest.mark.skipif("lua" not in BY, reason="there is no LuaLaTeX on this machine")
def test_no_other_name_means_what_is_closed_in_lualatex() -> None:
    """LuaTeX can list its table of names; it does so at the end, and fails where one of them leads to Lua."""
    look = r"\directlua{luatexbase.add_to_callback('finish_pdffile', function() local names = tex.hashtokens() for place = 1, \string#names do local name = names[place] " \
        r"local found = name and name \string~= '' and token.create(name) if found and (found.cmdname == 'convert' and found.mode > 0 and found.mode < 4 or found.cmdname == 'lua_function_call' " \
        r"or found.cmdname == 'lua_bytecode_call' or found.cmdname == 'def_lua_call' or found.cmdname == 'read_to_cs') then texio.write_nl('OPEN ' .. name) os.exit(1) end end end, 'look')}"  # fmt: skip
    compile_pdf(document("x", look), BY["lua"])
    with pytest.raises(TexError):
        compile_pdf(document("x", look.replace("mode < 4", "mode < 40")), BY["lua"])


# What a run may take, and what it leaves

ENDLESS = SMALL + r"\def\endless{\immediate\write-1{%s}\endless}\endless\end{document}"
TEMPORARY = "derivation-*"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.tex
@pytest.mark.skipif(not BY, reason="there is no TeX on this machine")
def test_a_run_that_writes_without_end_is_stopped(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SIZE_LIMIT", 4 << 20)
    with pytest.raises(TexError, match="was stopped as it had written more than 4 MB"):
        compile_pdf(ENDLESS.replace("%s", "x" * 1000), time_limit=PATIENCE)
    assert not list(temporary.iterdir())


RUN = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from derivation.pages.typesetting.engine import compile_pdf
compile_pdf(sys.argv[2])
"""


def started(temporary: Path) -> tuple[Path, list[int]]:
    """The folder in which TeX runs, once it does, and the programs that run there (as far as the system tells)."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for log in temporary.glob(f"{TEMPORARY}/handout.log"):
            own = [
                int(place.parent.name)
                for place in Path("/proc").glob("[0-9]*/cwd")
                if str(log.parent) == reached(place)
            ]
            return log.parent, own
        time.sleep(0.02)
    raise AssertionError("TeX did not start")


def reached(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def gone(folder: Path, programs: list[int]) -> bool:
    """Whether folder and programs are gone, or go soon."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        alive = [program for program in programs if str(folder) in reached(Path(f"/proc/{program}/cwd"))]
        if not folder.exists() and not alive:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.tex
@pytest.mark.skipif(not BY or os.name == "nt", reason="there is no TeX on this machine, or no signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGKILL", "SIGHUP"])
def test_tex_and_its_folder_go_whatever_ends_the_command(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUN, str(tmp_path), ENDLESS.replace("%s", "")]
    running = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    folder, programs = started(tmp_path)
    assert folder.stat().st_mode & 0o777 == 0o700 and (len(programs) == 2 or not Path("/proc").is_dir())
    os.killpg(running.pid, signal.Signals[name])
    assert running.wait(timeout=PATIENCE) != 0
    assert gone(folder, programs)


def test_where_there_is_no_room_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    with pytest.raises(
        TexError,
        match=r"TeX has no folder to work in: .*file: Not a directory; make room there, or let TMPDIR name another folder",
    ):
        compile_pdf(SMALL + r"x\end{document}", Engine(Path(sys.executable), "system"))

    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    with pytest.raises(TexError, match="TeX has no folder to work in: No usable temporary directory"):
        compile_pdf(SMALL + r"x\end{document}", Engine(Path(sys.executable), "system"))


def test_a_disk_that_fills_while_tex_writes_is_told(tmp_path: Path) -> None:
    """Where no block is free any more after a run that failed, that is the reason."""
    job = {
        "temporary": str(tmp_path),
        "files": {},
        "private": (),
        "environment": {},
        "command": ["/bin/false"],
        "result": "x",
        "seconds": 60,
        "size": 1 << 20,
    }
    ask = f"import sys, os, types; sys.path.insert(0, {str(Path(guard.__file__).parent)!r}); import guard; full = types.SimpleNamespace(f_bavail=0); os.statvfs = lambda _: full; print(guard.answered({job!r}))"
    waiting, _ = os.pipe()
    said = subprocess.run(
        [sys.executable, "-I", "-c", ask], stdin=waiting, capture_output=True, text=True, check=True
    ).stdout
    assert said.strip() == repr({"refused": f"{tmp_path}: No space left on device"}) and not list(tmp_path.iterdir())


def test_without_a_guard_a_run_says_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on a system without process groups."""
    job = {
        "files": {"handout.tex": b""},
        "private": ("HOME",),
        "environment": {},
        "result": "made",
        "seconds": 30,
        "size": 1 << 20,
    }
    shell_out = {**job, "command": ["/bin/sh", "-c", 'printf "$HOME" > made; pwd']}
    monkeypatch.setattr(os, "name", os.name)
    answer = engine._unguarded(shell_out)
    assert (
        answer["code"] == 0
        and answer["result"] == answer["said"].strip()
        and not Path(answer["result"].decode()).exists()
    )
    assert engine._unguarded({**job, "command": ["/bin/sleep", "30"], "seconds": 0.1}) == {"beyond": "time"}
    assert engine._unguarded({**job, "command": ["/nowhere/tex"]}) == {"unstarted": "No such file or directory"}
    assert not list(tmp_path.iterdir())


# Letters


@pytest.mark.tex
def test_letters_that_the_fonts_have() -> None:
    assert letters.rare("Łukasz Żak, José Ñ, O’Brien, Ștefan – “x” …") == ""
    assert letters.rare("Иван Иванов") == "Ивано"
    assert (
        unsettable("Łukasz Żak") == ""
        and unsettable("日本") == "日"
        and unsettable("علي") == "ع"
        and unsettable("e\u0301") == ""
        and unsettable("x\u0301\u0302") != ""
    )


@pytest.mark.tex
@pytest.mark.parametrize("kind", HERE)
def test_every_ordinary_letter_is_set(kind: str) -> None:
    every = [chr(code) for code in range(0xA1, 0x3000) if letters.ORDINARY.match(chr(code)) and chr(code).isprintable()]
    assert len(every) > 300
    compile_pdf(document(" ".join(every)), BY[kind])


@pytest.mark.tex
@pytest.mark.skipif(
    "lua" not in BY or not letters.fonts(), reason="there is no LuaLaTeX or no font with other letters on this machine"
)
def test_rare_letters_are_set_in_names_and_titles() -> None:
    title = latex_text("Иван -- 'Γιώργος'")
    seen = compile_pdf(
        document(rf"{{\bfseries Γιώργος}} Nguyễn Thị {title}", TOLD + rf"\hypersetup{{pdftitle={{{title}}}}}")
    )
    assert "Γιώργος Nguyễn Thị Иван -- 'Γιώργος'" in text(seen)
    assert pypdf.PdfReader(io.BytesIO(seen)).metadata.title == "Иван -- 'Γιώργος'"  # type: ignore[union-attr]


@pytest.mark.tex
@pytest.mark.parametrize("kind", HERE)
def test_text_stands_in_print_as_it_was_typed(kind: str) -> None:
    typed = "it's -- a `test', 50% of {x_1} & $y^2$ ~ #3 <<a>> ,,b'' | \\input"
    seen = compile_pdf(
        document(latex_text(typed), TOLD + rf"\hypersetup{{pdftitle={{{latex_text(typed)}}}}}"), BY[kind]
    )
    assert typed.replace(" ", "") in text(seen).replace(" ", "").replace("\n", "")
    assert pypdf.PdfReader(io.BytesIO(seen)).metadata.title == typed  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("日本 net", "¤¤ net"), ("علي", "¤¤¤"), ("Ada Ṩ", "Ada S"), ("x\u0301\u0302", "x"), ("𝐍et", "Net")],
)
@pytest.mark.tex
def test_other_letters_stand_for_those_that_no_font_has(name: str, shown: str) -> None:
    assert stood_in(name) in (shown, unicodedata.normalize("NFC", name), name)
    assert not unsettable(stood_in(name))
    assert text(compile_pdf(document(name))).strip()


@pytest.mark.tex
def test_no_sign_of_tex_stands_in_for_a_letter() -> None:
    for sign in "＼｛｝％＃＄＆＾＿～﹨﹪﹩﹠":
        assert stood_in(f"a{sign}b") in (f"a{sign}b", "a¤b")
