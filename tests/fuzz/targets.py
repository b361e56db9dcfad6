"""What is fuzzed: a row for each kind of input, with real ones to begin from and the commands that it leads to."""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy
from hypothesis import strategies as st
from places import EXAMPLES, ROOT

import derivation
from derivation.exercises.exports import EXPORTS
from fuzz import oracle
from fuzz.judging import Find, run
from fuzz.mutations import mutated
from fuzz.networks import networks

KEPT = Path(__file__).parent / "corpus"
"""Inputs that were finds once, in a folder for each target."""
ARTICLES = sorted((ROOT / "examples" / "articles").iterdir())
EXERCISES = sorted((ROOT / "examples" / "variants").glob("*.toml"))
QUICK = (
    "two-two-one",
    "logistic-regression",
    "momentum",
    "softmax-regression",
    "dropout",
    "skip-gram",
    "rnn",
    "cnn",
    "residual",
    "sigmoid-circuit",
    "weight-decay",
)
SPECS = [path for path in EXAMPLES if path.stem in QUICK]
"""Lessons that are worked in a moment."""
PAGES = (
    "tex",
    "html",
    "md",
    "ipynb",
    "json",
    "tex --theme handwritten",
    "json --unproved --sensitivity",
    "json --unproved --gradient-check",
)
FIRST_PROOF = 4
"""One spec in so many is proved; the others are worked and written."""
Judge = Callable[[bytes, Path], None]


@dataclass(frozen=True)
class Target:
    """A kind of input: where real ones are, how many edits' worth it is to try, and what is done with one."""

    ending: str
    seeds: Callable[[], Sequence[bytes]]
    judge: Judge
    made: Callable[[Sequence[bytes]], st.SearchStrategy[bytes]] = mutated


def chosen(text: bytes, options: Sequence[str]) -> str:
    """One of the options, always the same for the same input, so that a find can be replayed."""
    return random.Random(sha256(text).digest()).choice(options)


def spec(text: bytes, folder: Path) -> None:
    """Worked, and written in one format; what is worked is held against the second opinion."""
    path = folder / "spec.toml"
    path.write_bytes(text)
    form, *options = chosen(text, PAGES).split()
    run("handout", path, "-o", folder / f"out.{form}", "--format", form, *options, codes=(0, 2))
    worked(text, path)


def worked(text: bytes, path: Path) -> None:
    code, said = run("handout", path, "-o", "-", "--format", "json", "--unproved")
    if code == 0:
        try:
            wrong = list(oracle.disagreements(text.decode("utf-8-sig"), json.loads(said)))
        except (oracle.Unknown, tomllib.TOMLDecodeError):
            return
        if wrong:
            raise Find("; ".join(wrong))


def network(text: bytes, folder: Path) -> None:
    """A network whose every value has a second opinion."""
    path = folder / "spec.toml"
    path.write_bytes(text)
    worked(text, path)


def notation(text: bytes, folder: Path) -> None:
    """Whatever is let through is set by TeX."""
    path = folder / "spec.toml"
    written = json.dumps(text.decode("utf-8", "replace"), ensure_ascii=True)
    path.write_text(
        (ROOT / "examples" / "two-two-one.toml").read_text("utf-8") + f"\n[notation]\nz1 = {written}\n", "utf-8"
    )
    code, _ = run("handout", path, "-o", folder / "out.tex")
    if code == 0 and chosen(text, "ab") == "a":
        run("handout", path, "-o", folder / "out.pdf", codes=(0, 2))


def article(ending: str) -> Judge:
    """Checked in two formats, read as a spec and renumbered."""

    def judge(text: bytes, folder: Path) -> None:
        path = folder / f"article.{ending}"
        path.write_bytes(text)
        for form in ("json", chosen(text, ("text", "html", "github", "sarif"))):
            run("check", path, "--format", form, "-o", folder / f"report.{form}", codes=(0, 1, 2))
        code, said = run("spec", path, codes=(0, 1, 2))
        if code == 0:
            derivation.loads(said)
        run("renumber", path, "--seed", "3", codes=(0, 1, 2))

    return judge


@cache
def batch() -> dict[str, bytes]:
    """A small batch with its key."""
    with TemporaryDirectory() as folder:
        run("variants", EXERCISES[-1], "--count", "2", "--format", "json,csv", "-o", folder)
        return {path.name: path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


def file_of_batch(ending: str) -> bytes:
    return next(content for name, content in batch().items() if name.endswith(ending))


def answered() -> list[bytes]:
    return [(ROOT / "examples" / "variants" / "class.csv").read_bytes(), file_of_batch(".csv")]


def answers(text: bytes, folder: Path) -> None:
    (folder / "key.json").write_bytes(file_of_batch("json"))
    (folder / "answers.csv").write_bytes(text)
    marked(folder, text)


def key(text: bytes, folder: Path) -> None:
    (folder / "key.json").write_bytes(text)
    (folder / "answers.csv").write_bytes(answered()[0])
    marked(folder, text)


def marked(folder: Path, text: bytes) -> None:
    form = chosen(text, ("text", "csv", "json"))
    run("mark", folder / "key.json", folder / "answers.csv", "--format", form, "-o", folder / "marks", codes=(0, 2))


def roster(text: bytes, folder: Path) -> None:
    (folder / "roster.csv").write_bytes(text)
    form = chosen(text, (*EXPORTS, "json"))
    run(
        "variants",
        EXERCISES[-1],
        "--roster",
        folder / "roster.csv",
        "--format",
        form,
        "-o",
        folder / "out",
        codes=(0, 2),
    )


def exercise(text: bytes, folder: Path) -> None:
    (folder / "exercise.toml").write_bytes(text)
    form = chosen(text, (*EXPORTS, "json"))
    run("variants", folder / "exercise.toml", "--count", "1", "--format", form, "-o", folder / "out", codes=(0, 2))


def array_files() -> Iterator[bytes]:
    """The same four numbers in each binary format; the ending is found again by what a file begins with."""
    with TemporaryDirectory() as folder:
        values = numpy.array([[0.3, -0.1], [0.2, 0.4]])
        numpy.save(Path(folder, "a.npy"), values)
        numpy.savez(Path(folder, "b.npz"), W=values)
        header = json.dumps({"W": {"dtype": "F64", "shape": [2, 2], "data_offsets": [0, 32]}}).encode()
        Path(folder, "c.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + values.tobytes())
        Path(folder, "d.csv").write_bytes(b"a,b\n0.3,-0.1\n0.2,0.4\n")
        yield from (path.read_bytes() for path in sorted(Path(folder).iterdir()))


def ending_of(content: bytes) -> str:
    starts = {b"\x93NUMPY": "npy", b"PK": "npz"}
    return next(
        (ending for start, ending in starts.items() if content.startswith(start)),
        "safetensors" if b'"dtype"' in content else "csv",
    )


def data_file(text: bytes, folder: Path) -> None:
    name = f"data.{ending_of(text)}"
    (folder / name).write_bytes(text)
    wish = f'file = "{name}"' + (', key = "W"' if name.endswith(("npz", "safetensors")) else "")
    path = folder / "spec.toml"
    path.write_text(f'[model]\nequations = "z = 2 * W"\n[parameters]\nW = {{ {wish} }}\n')
    run("handout", path, "-o", folder / "out.tex")


def read(paths: Sequence[Path]) -> Callable[[], list[bytes]]:
    return lambda: [path.read_bytes() for path in paths]


def ending_in(*endings: str) -> list[Path]:
    return [path for path in ARTICLES if path.suffix in endings]


TARGETS: dict[str, Target] = {
    "network": Target("toml", list, network, lambda seeds: networks()),
    "spec": Target("toml", read(SPECS), spec),
    "notation": Target(
        "txt", lambda: [rb"W^{(1)}_{out}", rb"\hat{\mathbf{y}}'", rb"\varepsilon_{t-1}", rb"\text{loss}"], notation
    ),
    "markdown": Target("md", read([*ending_in(".md"), ROOT / "examples" / "slip.md"]), article("md")),
    "latex": Target("tex", read(ending_in(".tex")), article("tex")),
    "notebook": Target("ipynb", read(ending_in(".ipynb")), article("ipynb")),
    "answers": Target("csv", answered, answers),
    "key": Target("json", lambda: [file_of_batch("json")], key),
    "roster": Target(
        "csv", lambda: ["name,id\nŁukasz Żak,1\nJosé Ñ,2\nИван,3\n".encode(), b'id;name\r\n7;"O\'Brien, A"\r\n'], roster
    ),
    "exercise": Target("toml", read(EXERCISES), exercise),
    "data": Target("bin", lambda: list(array_files()), data_file),
}


def kept(name: str) -> list[Path]:
    """The inputs that are kept for a target."""
    return sorted((KEPT / name).glob("*"))


def judged(name: str, text: bytes) -> None:
    """Raises what is wrong with how an input is taken."""
    with TemporaryDirectory(prefix="fuzz-") as folder:
        TARGETS[name].judge(text, Path(folder))
