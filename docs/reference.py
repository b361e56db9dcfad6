"""The pages of the reference, made from the tables that the program itself goes by, and what else the site shows of the
repository: a hook of MkDocs."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import chdir
from itertools import product
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from typer.testing import CliRunner

from derivation.checking.reports import FORMATS as REPORTS
from derivation.cli.app import COMMANDS, app
from derivation.exercises.batch.products import FORMATS as EXPORTS
from derivation.exercises.marking.reports import FORMATS as MARKS
from derivation.exercises.plan.table import VariantsTable
from derivation.exercises.plan.wishes import WISHES
from derivation.formulas.arrays import Shape
from derivation.formulas.language.spellings import ALIASES
from derivation.formulas.operations import TABLE, Operation
from derivation.formulas.operations.layers import LAYERS
from derivation.formulas.operations.table import ShapeMismatch
from derivation.formulas.terms import Term, name
from derivation.mistakes.table import latest, mistakes
from derivation.networks.optimizers import OPTIMIZERS, RANGES, SCHEDULES, UpdateRule
from derivation.networks.optimizers import WISHES as ADDITIONS
from derivation.pages.formats import FORMATS as HANDOUTS
from derivation.pages.typesetting.mathml import mathml
from derivation.spec.tables import Spec
from derivation.tex.names import Names
from derivation.tex.write import write
from derivation.words.files import load

HERE = Path(__file__).parent
ROOT = HERE.parent
WORDS: dict[str, dict[str, str]] = tomllib.loads((HERE / "reference.toml").read_text("utf-8"))
INCLUDED = {
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
"""Files of the repository that are pages of the site."""
SHAPES: tuple[Shape, ...] = ((2, 1), (2, 2), (2, 3), (3, 2), (1, 2), (3, 3), ())
"""What operands of an operation are tried with."""
OPTIONS = (1, 2, 0, 3)
"""What options that have to be given are tried with."""
LONGEST = 60
"""Letters of a value that is shown as an example."""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown; the bar of a cell is spelled."""
    lines = [[cell.replace("|", "&#124;").replace("\n", " ") for cell in row] for row in (head, *rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def code(text: object) -> str:
    """Text as code, also where a bar is in it; nothing for nothing."""
    spelled = str(text).replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;")
    return f"<code>{spelled}</code>" if spelled else ""


def said(kind: str, keys: Iterable[str]) -> dict[str, str]:
    """What `reference.toml` says of these; a `KeyError` where it has too little or too much."""
    wanted = list(keys)
    if odd := set(wanted) ^ WORDS[kind].keys():
        raise KeyError(f"docs/reference.toml, [{kind}]: {', '.join(sorted(odd))}")
    return {key: WORDS[kind][key] for key in wanted}


def fields(model: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The keys of a table of a spec, with those of the tables in it behind each."""
    for key, about in model.model_fields.items():
        yield prefix + key, about
        for inner in [about.annotation, *getattr(about.annotation, "__args__", ())]:
            if hasattr(inner, "model_fields"):
                yield from fields(inner, f"{prefix}{key}.")


def default(about: Any) -> str:
    """What holds where a key is left out."""
    if about.is_required():
        return "must be given"
    return "" if about.default in (None, {}, []) else code(json.dumps(about.default))


def spec_page() -> str:
    """Every key of a spec."""
    keys, variants = dict(fields(Spec)), VariantsTable.model_fields
    shown = {key: re.sub(r"^(\w+)\.(\w+)$", r"[\1] \2", key) for key in keys}
    about, of_variants, of_wishes = said("spec", keys), said("variants", variants), said("wishes", WISHES)
    return "\n".join(
        [
            "# The spec\n",
            "A spec is a TOML file. Numbers are exact: `0.1` is one tenth. What is unknown, misplaced or impossible is "
            "told with line and column, all of it at once.\n",
            table(
                ("key", "what it says", "without it"),
                ((code(shown[key]), about[key], default(keys[key])) for key in keys),
            ),
            "The constants that `[update]` takes besides are those of its [rule, schedule and additions](updates.md).\n",
            "## `[variants]`\n",
            table(
                ("key", "what it says", "without it"),
                ((code(key), of_variants[key], default(variants[key])) for key in variants),
            ),
            "### Wishes\n",
            "They stand in `[variants]`, and in each of `[[variants.strata]]` for that kind alone.\n",
            table(
                ("key", "what is wished", "without it"),
                ((code(key), of_wishes[key], _wished(WISHES[key].default, key)) for key in WISHES),
            ),
        ]
    )


def _wished(value: Any, key: str) -> str:
    """What holds where a wish is left out, as a spec would say it; `zeros` and `repeats` are wished by false."""
    shown = not value if key in ("zeros", "repeats") else value
    return "" if shown in (None, ()) else code(json.dumps(shown))


def as_printed(row: Operation) -> str:
    """An operation of letters as handouts set it, for the first shapes and options that fit."""
    asked = [key for key, value in row.options.items() if value is None]
    for given in product(OPTIONS, repeat=len(asked)):
        for shapes in product(SHAPES, repeat=len(row.operands)):
            try:
                options = row.filled(
                    (2, 1, 2) if "many" in row.options.values() else (), dict(zip(asked, given, strict=True))
                )
                row.shape(shapes, *options)
            except (ShapeMismatch, ValueError, IndexError):
                continue
            names = Names(dict(zip(row.operands, shapes, strict=True)))
            return mathml(write(Term(row.name, (*map(name, row.operands), *options)), names))
    raise ValueError(f"nothing that was tried fits {row.name}")


def written(row: Operation) -> str:
    """How it is written in a spec: by its spellings, and as NumPy and PyTorch call it."""
    ours = [spelling for spelling in row.spellings if spelling and not spelling.startswith("\\")]
    theirs = sorted(key for key, meant in ALIASES.items() if meant in ours)
    shown = [spell(spelling) for spelling in ours if not spelling.endswith(" axis")]
    return ", ".join(map(code, shown)) + (f" (also {', '.join(map(code, theirs))})" if theirs else "")


def spell(spelling: str) -> str:
    """A row's key in the grammar as one types it.

    >>> spell("sum axis=1"), spell("u-"), spell("relu")
    ('sum(A, axis=1)', '-', 'relu')
    """
    function, _, axis = spelling.partition(" ")
    return f"{function}(A, {axis})" if axis else "-" if spelling == "u-" else spelling


def operations_page() -> str:
    """The operations table, and the layers."""
    return "\n".join(
        [
            "# Operations\n",
            "What equations are made of. *Backwards* is the gradient by each operand: `G` comes from above, `out` is "
            "the result. A name before the dot (`np.`, `torch.`) is passed over; a function that has another value "
            "there is refused, with what to write instead.\n",
            table(
                ("written", "on paper", "shapes", "means", "backwards"),
                (
                    (
                        written(row) + (f", last operand {code(row.defaults[-1])} if left out" if row.defaults else ""),
                        as_printed(row),
                        (row.shape.__doc__ or "").split("\n")[0],
                        code((row.definition or "").replace("{share}", " / size(a - b)")),
                        ", ".join(code(text or "none") for text in row.reverse),
                    )
                    for row in TABLE.values()
                ),
            ),
            "## Layers\n",
            "Worked in their steps: each line is a quantity with a value and a gradient of its own. `{along}` stands for "
            "an axis.\n",
            table(
                ("written", "worked as"),
                (
                    (
                        code(f"{key}({', '.join(layer.operands)})"),
                        "<br>".join(code(f"{left} = {right}") for left, right in layer.equations),
                    )
                    for key, layer in LAYERS.items()
                ),
            ),
        ]
    )


def _rules(rows: Mapping[str, UpdateRule]) -> str:
    return table(
        ("name", "equations", "constants"),
        (
            (
                code(key),
                "<br>".join(code(line) for line in (*row.equations, row.objective) if line),
                ", ".join(
                    f"{code(constant)} {RANGES[constant].sentence}" + (f" ({given} if left out)" if given else "")
                    for constant, given in row.constants.items()
                ),
            )
            for key, row in rows.items()
        ),
    )


def updates_page() -> str:
    """The optimizers table."""
    return "\n".join(
        [
            "# Update rules and schedules\n",
            "`theta` is a parameter, `g` the gradient of the loss by it, `t` the number of the training step, from 1. A "
            "name that is used before it is defined starts at 0 and is carried from step to step. Squares, roots and "
            "quotients of arrays go entry by entry.\n",
            _rules(OPTIMIZERS),
            "## Schedules\n",
            _rules(SCHEDULES),
            "## With any rule\n",
            "In this order, before the rule.\n",
            _rules(ADDITIONS),
        ]
    )


def mistakes_page() -> str:
    """The mistakes table, in the words that students read."""
    words = load()
    return "\n".join(
        [
            "# Mistakes\n",
            "Each is a change of formulas that applies to any network. `derivation variants` chooses numbers with which "
            "their answers differ, learning platforms get them with their feedback, `derivation mark` names them.\n",
            table(
                ("in JSON", "called", "what the student is told"),
                ((code(key), words["mistakes"][key], words["mistake_feedback"][key]) for key in mistakes(latest())),
            ),
        ]
    )


def formats_page() -> str:
    """What `--format` takes, by command."""
    of = {
        "handout": HANDOUTS.descriptions,
        "check": REPORTS.descriptions,
        "variants": EXPORTS.descriptions,
        "mark": MARKS.descriptions,
    }
    parts = ["# Formats\n"]
    for command, rows in of.items():
        parts += [f"## `derivation {command} --format`\n", table(("format", "what it is"), ((code(key), says) for key, says in rows.items()))]  # fmt: skip
    return "\n".join(parts)


def commands_page() -> str:
    """The commands with their arguments and options."""
    parts = ["# Commands\n", "Each ends with 0 when it is done, 1 for a verdict and nothing else, 2 where something cannot be understood, read or written, 3 where TeX failed.\n", "Help is in the language that is asked for before it, as in `derivation --language de --help`, and else in English: the settings of the machine are not asked, so the same command says the same everywhere.\n"]  # fmt: skip
    for key, row in COMMANDS.rows.items():
        told = CliRunner().invoke(app, [key, "--help"], terminal_width=100).output
        parts += [f"## `derivation {key}`\n", f"{row.says}\n", f"```text\n{told.strip()}\n```\n"]
    return "\n".join(parts)


def outline(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The keys of a JSON document, each with an example; of a list its first entry stands for all."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from outline(inner, f"{path}.{key}".strip("."))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield from outline(value[0], f"{path}[]")
    else:
        text = json.dumps(value, ensure_ascii=False)
        yield path, text if len(text) <= LONGEST else text[:LONGEST] + " …"


EXAMPLES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "handout": (("handout", "spec.toml", "-o", "handout.json"), "handout.json"),
    "check": (("check", "article.md", "--format", "json", "-o", "check.json"), "check.json"),
    "key": (("variants", "spec.toml", "--format", "json,csv", "-o", "class"), "class/key.json"),
    "marks": (("mark", "class/key.json", "class/answers.csv", "--format", "json", "-o", "marks"), "marks/marks.json"),
}
"""How each JSON form is come by, in this order, and its file."""


def json_page() -> str:
    """The JSON forms, read off documents that the commands write."""
    parts, about = ["# JSON\n", "Every document says its `schema`. What stands here keeps its meaning; keys may be added.\n"], said("json", EXAMPLES)  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        Path("spec.toml").write_bytes((ROOT / "examples" / "logistic-regression.toml").read_bytes())
        Path("article.md").write_text("With $x = 2$ we find $x^2 = 5$.\n", "utf-8")
        for kind, (call, file) in EXAMPLES.items():
            done = CliRunner().invoke(app, call)
            if not Path(file).is_file():
                raise RuntimeError(f"derivation {' '.join(call)}: {done.output}")
            rows = ((code(path), code(example)) for path, example in outline(json.loads(Path(file).read_text("utf-8"))))
            parts += [f"## {kind.capitalize()}\n", f"{about[kind]}\n", table(("key", "example"), rows)]
    return "\n".join(parts)


PAGES: Mapping[str, Callable[[], str]] = {
    "reference/spec.md": spec_page,
    "reference/operations.md": operations_page,
    "reference/updates.md": updates_page,
    "reference/mistakes.md": mistakes_page,
    "reference/formats.md": formats_page,
    "reference/commands.md": commands_page,
    "reference/json.md": json_page,
}
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)([^)#]+)(#[^)]*)?\)")


def included(file: str) -> str:
    """A file of the repository as a page: its links lead to pages of the site, or are none."""

    def turned(link: re.Match[str]) -> str:
        target = link[2].removeprefix("docs/")
        page = INCLUDED.get(target) or (target if (HERE / target).is_file() else "")
        return f"[{link[1]}]({page}{link[3] or ''})" if page else link[1]

    return LINK.sub(turned, (ROOT / file).read_text("utf-8"))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds what is not written in this folder."""
    made = {path: make() for path, make in PAGES.items()} | {page: included(file) for file, page in INCLUDED.items()}
    for path, text in made.items():
        files.append(File.generated(config, path, content=text))
    for picture in sorted((ROOT / "output").rglob("*.png")):
        shown = f"pictures/{picture.relative_to(ROOT / 'output').as_posix().removeprefix('pictures/')}"
        files.append(File.generated(config, shown, abs_src_path=os.fspath(picture)))
    return files
