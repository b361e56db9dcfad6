"""The same bytes on two days: every command and format, at two dates of `faketime`, else of clocks that Python is
given."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT

from derivation.exercises.batch.products import FORMATS

DAYS = {"2024-02-29 23:59:30": 1709251170, "2031-07-04 12:34:56": 1940934896}
"""A leap day's last half minute, and another day."""
WORK = """
import datetime, json, sys, time
from pathlib import Path

real, start, day = time.time, time.time(), int(sys.argv[1])
if abs(real() - day) > 86400:  # not under faketime
    now = lambda: day + real() - start
    for name in ("localtime", "gmtime"):
        setattr(time, name, lambda seconds=None, work=getattr(time, name): work(now() if seconds is None else seconds))
    shown = time.strftime
    time.time, time.time_ns = now, lambda: int(now() * 10**9)
    time.strftime = lambda form, moment=None: shown(form, time.localtime() if moment is None else moment)

    class Moment(datetime.datetime):
        @classmethod
        def now(cls, zone=None):
            return cls.fromtimestamp(now(), zone)

        @classmethod
        def utcnow(cls):
            return cls.fromtimestamp(now(), datetime.timezone.utc).replace(tzinfo=None)

    datetime.datetime = Moment
assert abs(time.time() - day) < 3600 and abs(datetime.datetime.now(datetime.timezone.utc).timestamp() - day) < 3600

from typer.testing import CliRunner

from derivation.cli.app import app
from derivation.pages.typesetting.engine import compile_pdf, engines

for call in json.loads(sys.argv[2]):
    run = CliRunner().invoke(app, call)
    assert run.exit_code in (0, 1), (call, run.output, run.exception)
    Path(f"said-{len(list(Path().iterdir()))}").write_text(run.output)
    if call[0] == "variants":
        blanks = json.loads(Path("v/key.json").read_text())["variants"][0]
        heads = ",".join('"' + blank["key"] + '"' for blank in blanks["blanks"])
        Path("answers.csv").write_text(f"student,id,{heads}\\nA,{blanks['id']}" + ",1" * len(blanks["blanks"]) + "\\n")
for engine in () if json.loads(sys.argv[2]) else engines():
    page = compile_pdf(r"\\documentclass{article}\\usepackage{lmodern}\\begin{document}$x^2$\\end{document}", engine)
    Path(f"{engine.source}-{engine.program.name}.pdf").write_bytes(page)
"""
SPEC = '[model]\nloss = "L"\nequations = """\nz = w * x\nL = z^2\n"""\n[parameters]\nw = 2\n[data]\nx = 3\n[update]\nrule = "sgd"\nrate = 0.1\n'
VARIANTS = ",".join(FORMATS)
CALLS = {
    "handouts": [
        ["handout", "../spec.toml", "-o", f"plain.{form}"] for form in ("pdf", "tex", "md", "html", "ipynb", "json")
    ],
    "handouts by hand": [
        ["handout", "../spec.toml", "--theme", "handwritten", "-o", f"hand.{form}"] for form in ("pdf", "tex", "html")
    ],
    "articles": [
        *(
            ["check", str(ROOT / "examples" / "slip.md"), "--format", form, "-o", f"report.{form}"]
            for form in ("text", "json", "html", "github", "sarif", "pdf")
        ),
        ["spec", str(ROOT / "examples" / "articles" / "german-commas.md"), "-o", "found.toml"],
        ["renumber", str(ROOT / "examples" / "articles" / "german-commas.md"), "--seed", "3", "-o", "new.md"],
    ],
    "exercises": [
        ["variants", str(ROOT / "examples/variants/two-two-one.toml"), "-n", "1", "--format", VARIANTS, "-o", "v"],
        ["mark", "v/key.json", "answers.csv", "--format", "text,csv,json,pdf", "-o", "m"],
    ],
    "every TeX": [],
}


@pytest.mark.slices(2)
@pytest.mark.tex
@pytest.mark.parametrize("subject", CALLS)
def test_the_same_bytes_on_two_days(subject: str, tmp_path: Path) -> None:
    (tmp_path / "spec.toml").write_text(SPEC)
    faketime = shutil.which("faketime")
    for day, seconds in DAYS.items():
        (tmp_path / day).mkdir()
        clock = ["env", "TZ=UTC", faketime, "-f", f"@{day}"] if faketime else []
        command = [*clock, sys.executable, "-c", WORK, str(seconds), json.dumps(CALLS[subject])]
        done = subprocess.run(command, cwd=tmp_path / day, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    first, second = (
        {path.relative_to(tmp_path / day): path for path in (tmp_path / day).rglob("*") if path.is_file()}
        for day in DAYS
    )
    assert first.keys() == second.keys() and len(first) > len(CALLS[subject])
    assert not [str(name) for name in first if first[name].read_bytes() != second[name].read_bytes()]
