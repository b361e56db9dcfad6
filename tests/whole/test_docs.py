"""What the README and the guides say: every command in them is run in a folder that has the files they give, every
output that they show is the one that comes, every link leads somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from places import ROOT

from derivation.exercises.plan.table import VariantsTable
from derivation.exercises.plan.wishes import WISHES
from derivation.spec.tables import Spec
from derivation.spec.update import UpdateTable

GUIDES = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *GUIDES]
FENCE = re.compile(r"(?P<fence>```+)(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?\s*$")
MARK = re.compile(r"<!-- (?P<what>not run|not compared|exits)(?:: | )(?P<say>.+) -->$")
LINK = re.compile(r"!?\[[^\]]*\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
GENERATED = re.compile(r"(reference/(spec|operations|updates|mistakes|formats|commands|json)|architecture|changelog|contributing|security)\.md$|pictures/")  # fmt: skip
"""What the site has beside the guides (docs/reference.py); a build of the site finds links that lead nowhere."""
PROGRAM = f"#!{sys.executable}\nfrom derivation.__main__ import main\n\nif __name__ == '__main__':\n    main()\n"
LONGEST_README = 150


@dataclass(frozen=True)
class Block:
    """A fenced block: what it holds, where it begins, and what the comment above it says (`not run`: why)."""

    language: str
    title: str
    text: str
    line: int
    marks: dict[str, str]


def blocks(page: Path) -> Iterator[Block]:
    lines = iter(enumerate(page.read_text("utf-8").splitlines(), 1))
    marks: dict[str, str] = {}
    for number, line in lines:
        if found := MARK.match(line):
            marks[found["what"]] = found["say"]
        elif opened := FENCE.match(line):
            held = []
            for _, inside in lines:
                if inside == opened["fence"]:
                    break
                held.append(inside)
            yield Block(opened["language"], opened["title"] or "", "".join(f"{x}\n" for x in held), number, marks)
            marks = {}
        elif line.strip():
            marks = {}


class Desk:
    """A folder in which a page's commands are run one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "here"
        (folder / "bin").mkdir()
        self.folder.mkdir()
        (self.folder / "examples").symlink_to(ROOT / "examples")
        program = folder / "bin" / "derivation"
        program.write_text(PROGRAM)
        program.chmod(0o755)
        (folder / "bin" / "python").symlink_to(sys.executable)
        path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(folder), "COLUMNS": "200"}

    def run(self, block: Block) -> tuple[int, str]:
        """The exit code of a block, and all that it says."""
        command = [sys.executable, "-c"] if block.language == "python" else ["bash", "-e", "-o", "pipefail", "-c"]
        done = subprocess.run(
            [*command, block.text],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout


@pytest.mark.slices(3)
@pytest.mark.slow
@pytest.mark.tex
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_runs_and_says_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    desk, said = Desk(tmp_path), ""
    for block in blocks(page):
        place = f"{page.name}:{block.line}"
        if block.title:
            (desk.folder / block.title).parent.mkdir(parents=True, exist_ok=True)
            (desk.folder / block.title).write_text(block.text, "utf-8")
        elif block.language in ("sh", "python") and "not run" not in block.marks:
            code, said = desk.run(block)
            assert code == int(block.marks.get("exits", 0)), (place, code, said)
        elif block.language == "text" and "not compared" not in block.marks:
            assert said.strip() == block.text.strip(), place


def test_blocks_say_what_they_are() -> None:
    """A command, a program, an output, or a file; what is not run or not compared says why."""
    for page in PAGES:
        for block in blocks(page):
            assert block.title or block.language in ("sh", "python", "text", "toml", "markdown"), (
                page.name,
                block.line,
            )
            reasons = [block.marks[mark] for mark in ("not run", "not compared") if mark in block.marks]
            assert all(len(reason.split()) >= 3 for reason in reasons), (page.name, block.line)
    unrun = [block for page in PAGES for block in blocks(page) if "not run" in block.marks]
    run = [block for page in PAGES for block in blocks(page) if block.language in ("sh", "python")]
    assert len(unrun) * 3 < len(run)


def test_commands_stand_in_blocks_alone() -> None:
    """Indented commands would not be run."""
    for page in PAGES:
        assert not re.search(r"^    (?:\S*/)?derivation ", page.read_text("utf-8"), re.MULTILINE), page.name


def test_the_readme_is_short_and_every_link_leads_somewhere() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= LONGEST_README
    for page in [*PAGES, ROOT / "CONTRIBUTING.md"]:
        for target in LINK.findall(page.read_text("utf-8")):
            assert (page.parent / target).exists() or (page in GUIDES and GENERATED.match(target)), (page.name, target)


def test_an_example_of_each_kind_of_block(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        '<!-- not run: it is an example -->\n```sh\nfalse\n```\n\n<!-- exits 2 -->\n```sh\nexit 2\n```\n\n```toml title="a.toml"\nx = 1\n```\n'
    )
    found = list(blocks(page))
    assert [(block.language, block.title, block.line) for block in found] == [
        ("sh", "", 2),
        ("sh", "", 7),
        ("toml", "a.toml", 11),
    ]
    assert [block.marks for block in found] == [{"not run": "it is an example"}, {"exits": "2"}, {}]


def test_the_reference_says_something_of_every_row() -> None:
    """A row that is new needs a sentence in `docs/reference.toml`; the site is not built without it."""
    said = tomllib.loads((ROOT / "docs" / "reference.toml").read_text("utf-8"))
    assert said["wishes"].keys() == WISHES.keys()
    assert said["variants"].keys() == VariantsTable.model_fields.keys()
    assert {key.partition(".")[0] for key in said["spec"]} == Spec.model_fields.keys()
    assert {
        key.partition(".")[2] for key in said["spec"] if key.startswith("update.")
    } == UpdateTable.model_fields.keys()


NAMED = re.compile(r"`([\w/.-]+\.(?:py|tex|toml|js|j2))`")
"""A file that a document names."""


def test_every_file_that_a_document_names_is_there() -> None:
    """The user's own files stand in the guides; what is written for developers names ours."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    files = tracked or [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.*")]
    for document in ("ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md"):
        named = set(NAMED.findall((ROOT / document).read_text("utf-8")))
        missing = {name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in files)}
        assert not missing, document
