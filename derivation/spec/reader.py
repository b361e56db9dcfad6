"""The spec reader: TOML to a Network. Decimals stay exact; every problem is told with line and column, all at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo

from derivation.formulas.arrays import Array, Shape
from derivation.formulas.language.constants import constants
from derivation.formulas.language.einsum import indexed_sum
from derivation.formulas.language.expressions import nearest
from derivation.formulas.language.letters import plain
from derivation.formulas.language.lexing import SyntaxProblem, UnknownName
from derivation.formulas.language.readings import Reading, Resolved
from derivation.formulas.language.resolve import Resolver, describe
from derivation.formulas.language.stacks.stack import Stack, endings, slices
from derivation.formulas.language.steps import at_known_steps, is_given_so
from derivation.formulas.language.syntax import Syntax
from derivation.formulas.language.unfolding import (
    entries_problem,
    operations,
    repetition_problem,
    terms_problem,
    unfolded,
)
from derivation.formulas.numbers import Carry, Style
from derivation.formulas.terms import Term, names
from derivation.networks.network import Network, Page, Sample, split
from derivation.networks.update import PREFIX, Update
from derivation.spec import checks as spec_checks
from derivation.spec import hints
from derivation.spec.blocks import Statement, standing, statements
from derivation.spec.files import from_file
from derivation.spec.given import Given, Misplaced, Sliced, Stepped, as_written, stepped, value
from derivation.spec.sections import HEADING, Equation, Heading, arranged, each, each_step, ordered, sections, uses
from derivation.spec.sides import PASSED, left_sides, right_sides
from derivation.spec.text import MAXIMAL_TEXT, NotToml, Places, Problem, decoded, parsed, shown, title_fault, titled
from derivation.spec.update import MAXIMAL_STEPS, UpdateTable, chosen
from derivation.spec.versions import last_version, versions
from derivation.tex.names import numbered
from derivation.tex.notation import NotationError, notation
from derivation.words.files import languages
from derivation.words.files import load as load_words
from derivation.words.language import preferring
from derivation.words.telling import Sentence, listed, message_of, tell

MAXIMAL_LINES = 5000
MAXIMAL_MESSAGE = 800
ANY = ""
"""Stands among the names that could not be read where any name may be meant."""
ROUNDINGS = ("full", "carry")
STEM = re.compile(r"[^\W\d]\w*")
IDENTIFIER = re.compile(r"[A-Za-z]\w{0,99}\Z", re.ASCII)


class SpecError(ValueError):
    """A spec that cannot be worked; `problems` are all that were found, in the order of the file."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self.source, self.problems = (
            source,
            sorted({replace(problem, message=_legible(problem.message)) for problem in problems}, key=Problem.place),
        )
        super().__init__(
            "\n".join(
                f"{p.argument or source}{f':{p.line}:{p.column}' if p.line else ''}: {p.message}" for p in self.problems
            )
        )


def _legible(message: str) -> str:
    text = shown(message[:MAXIMAL_MESSAGE])
    return Sentence(text, message.code) if isinstance(message, Sentence) else text


def _value(given: Any, info: ValidationInfo) -> Array | Sliced:
    """A value as it stands in the spec, or in a file that the spec names; the context is the spec's folder."""

    def one(given: Any) -> Array | Sliced:
        return from_file(given, info.context) if isinstance(given, dict) else value(given)

    return stepped(given, one) if isinstance(given, dict) and "steps" in given else one(given)


Value = Annotated[Any, BeforeValidator(_value)]


def _language(given: str) -> str:
    if given and given not in languages():
        raise ValueError(
            tell("spec.no_language", language=given, near=nearest(given, languages()), known=", ".join(languages()))
        )
    return given


def expressions(given: Mapping[str, Array]) -> dict[str, Term]:
    """What is given as an expression, by its key."""
    return {key: written for key, array in given.items() if (written := as_written(array)) is not None}


def _in_plain_letters(name: str | None) -> str | None:
    return plain(name) or name if name else name


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Model(_Table):
    equations: str
    loss: Annotated[str | None, AfterValidator(_in_plain_letters)] = None
    output: Annotated[str | None, AfterValidator(_in_plain_letters)] = None

    def at_the_end(self, written: Collection[str]) -> Model:
        """The table with the last versions of the names in it."""
        named = {"loss": self.loss, "output": self.output}
        return self.model_copy(update={place: last_version(key, written) for place, key in named.items() if key})

    @property
    def differentiated(self) -> str | None:
        """The quantity whose derivatives are wanted: a loss, or an output that is none."""
        return self.output if self.loss is None else self.loss


class Spec(_Table):
    """The tables and keys of a spec."""

    title: Annotated[str, AfterValidator(titled)] = ""
    language: Annotated[str, AfterValidator(_language)] = ""
    decimal: Literal[".", ","] = "."
    digits: Annotated[int, Field(ge=1, le=30)] = 6
    rounding: str = "full"
    places: Annotated[int, Field(ge=0, le=30)] | None = None
    elide: Annotated[int, Field(ge=3, le=12)] = 6
    paper: Literal["a4", "letter"] = "a4"
    model: Model
    parameters: dict[str, Value] = {}
    data: dict[str, Value] = {}
    update: UpdateTable | None = None
    notation: dict[str, str] = {}
    variants: dict[str, Any] | None = None
    """Kept as it stands: exercises read it (`exercises.plan.table`)."""


@dataclass(frozen=True)
class Opened:
    """What a spec says: the network, and the table `[variants]` as it stands (None without it). `places` knows where
    everything stands."""

    network: Network
    variants: Mapping[str, Any] | None
    places: Places
    source: str


def load(path: str | Path) -> Network:
    """The network of a spec file.

    Raises `SpecError` with every problem found. Nothing in the file is ever executed.
    """
    return opened(path).network


def loads(text: str, source: str = "<spec>", folder: Path | None = None) -> Network:
    """The network of a spec given as text; data files that it names are looked for in `folder`.

    >>> loads('[model]\\nequations = "f = 2 * x"\\n[data]\\nx = 0.5').equations["f"].head
    'times'
    """
    return opened_text(text, source, folder).network


def opened(path: str | Path) -> Opened:
    """All that a spec file says; raises `SpecError` as `load` does."""
    return opened_text(text_of(path), str(path), Path(path).parent)


def text_of(path: str | Path) -> str:
    """The text of a spec file; raises `SpecError` where it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            syntax = file.read(MAXIMAL_TEXT + 1)  # no more, whatever the file is: a device has no end
        return decoded(syntax)
    except NotToml as error:
        raise SpecError(str(path), [error.problem]) from None
    except (OSError, ValueError) as error:
        raise SpecError(
            str(path), [Problem(0, 0, tell("spec.unreadable", why=getattr(error, "strerror", None) or error))]
        ) from None


def opened_text(text: str, source: str = "<spec>", folder: Path | None = None) -> Opened:
    """All that a spec given as text says."""
    try:
        syntax, places = parsed(text)
    except NotToml as error:
        raise SpecError(source, [error.problem]) from None
    return opened_tables(syntax, places, source, folder)


def opened_tables(syntax: Mapping[str, Any], places: Places, source: str, folder: Path | None = None) -> Opened:
    """All that the tables of a spec say, as they were read from a text or given to a call."""
    with preferring(_asked(syntax.get("language"))):
        try:
            spec = Spec.model_validate(syntax, context=folder)
        except ValidationError as error:
            raise SpecError(source, list(problems(error, places))) from None
        return _Builder(spec, places, source).opened()


def page_of(text: str) -> Page:
    """The language and the decimal mark that a spec's text asks for, as far as it can be read: for what is said before
    all of it is.

    >>> page_of('language = "de"').language, page_of("language = ").language
    ('de', '')
    """
    try:
        syntax, _ = parsed(text)
    except NotToml:
        return Page()
    return Page(language=_asked(syntax.get("language")), decimal="," if syntax.get("decimal") == "," else ".")


def _asked(language: object) -> str:
    """The language that a spec names; nothing where there is none such."""
    return str(language) if language in languages() else ""


def problems(error: ValidationError, places: Places, *inside: str) -> Iterator[Problem]:
    """What pydantic finds wrong with a table, in our words; `inside` are the keys that lead to the table."""
    items: list[dict[str, Any]] = [dict(item) for item in error.errors()]
    meant = {_meant(item) for item in items if item["type"] == "extra_forbidden"}
    return (
        _problem(item, places, inside)
        for item in items
        if item["type"] != "missing" or str(item["loc"][-1]) not in meant
    )


def _problem(item: Mapping[str, Any], places: Places, inside: tuple[str, ...]) -> Problem:
    cause = item.get("ctx", {}).get("error")
    path, at = (cause.path, cause.at) if isinstance(cause, Misplaced) else ((), 0)
    return places.problem((*inside, *map(str, item["loc"]), *path), _sentence(item), at)


def _sentence(error: Mapping[str, Any]) -> str:
    """One of pydantic's errors in our words."""
    key = str(error["loc"][-1])
    kind, about = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return message_of(about["error"]) if "error" in about else ""
    if kind == "extra_forbidden":
        code = "spec.extra_table" if isinstance(error["input"], dict) else "spec.extra"
        return tell(code, key=key, elsewhere=_elsewhere(error))
    if kind in KINDS:
        return tell(KINDS[kind], key=key)
    return f"{key}: {expectation(error)}"


def expectation(error: Mapping[str, Any]) -> str:
    """What pydantic expects and does not find, in our words."""
    kind, about = error["type"], error.get("ctx", {})
    if kind in load_words()["pydantic"]:
        expected = str(about.get("expected", "")).replace(" or ", load_words()["joining"]["or"])
        return tell(f"pydantic.{kind}", **{**about, "expected": expected})
    return f"{str(error['msg'])[:1].lower()}{str(error['msg'])[1:]}"


KINDS = {"missing": "spec.missing", "model_type": "spec.no_table", "dict_type": "spec.no_table"}
"""What we call what pydantic calls so."""


TABLES = ("model", "parameters", "data", "update", "notation", "variants")


def _meant(error: Mapping[str, Any]) -> str:
    """The table or key that may be meant by one that there is not; "" where none is near."""
    key, fields = str(error["loc"][-1]), Model.model_fields if error["loc"][:1] == ("model",) else Spec.model_fields
    if isinstance(error["input"], dict):
        return hints.table(key, TABLES)
    return hints.key(key, [name for name in fields if name not in TABLES])


def _elsewhere(error: Mapping[str, Any]) -> str:
    """Where a key that stands in the wrong place belongs, or which one may be meant."""
    key, meant = str(error["loc"][-1]), _meant(error)
    if isinstance(error["input"], dict):
        known = listed(map("[{}]".format, TABLES))
        return tell("spec.near_table", near=meant) if meant else tell("spec.tables", known=known)
    if key in Model.model_fields:
        return tell("spec.elsewhere_model")
    if key in Spec.model_fields:
        return tell("spec.elsewhere_top")
    return tell("syntax.near", near=meant) if meant else ""


class _Builder:
    """Turns a validated spec into a network, gathering problems as it goes."""

    def __init__(self, spec: Spec, places: Places, source: str) -> None:
        self.spec, self.places, self.source = spec, places, source
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        """What is read otherwise than it is written."""
        self.written: dict[str, Equation] = {}
        self.all_read = True
        """Whether every equation could be read."""
        self.unread: set[str] = set()
        """The names that equations or values define that could not be read: what uses them is not judged."""
        self.unfolded = self.entries = 0
        """How many operators the equations have so far, and how many numbers their results."""
        self.titles: dict[str, str] = {}
        self.indices: set[str] = set()
        """The data that stand in an index, and arrays that stand in an equation."""
        self.constants: dict[str, str] = {}
        self.sliced: dict[str, Sliced] = {}
        self.tables: dict[str, str] = {}
        """What is given with three or four axes; its matrices stand among the parameters and the data."""
        self.sums: dict[str, Term] = {}
        self.stacks: dict[str, Stack] = {}
        """All arrays of three or four axes, of which each matrix is a quantity."""
        self.whole: dict[str, str] = {}
        """Which array each of those quantities is a matrix of."""

    def opened(self) -> Opened:
        """The network, and what is left to be read; raises `SpecError` with all problems."""
        return Opened(self.network(), self.spec.variants, self.places, self.source)

    def network(self) -> Network:
        self.read_values()
        self.read_equations()
        equations, shapes = self.resolve()
        self.check_loss(shapes)
        update = self.update()
        self.check_notation(shapes, update)
        self.check_rounding()
        self.stop()
        for key, message in spec_checks.problems(equations, self.spec.parameters, self.spec.data, shapes):
            self.problems.append(Problem(self.written[key].line, self.written[key].column, message))
        self.stop()
        spec = self.spec
        equations, shapes = split(equations, shapes)
        built = Network(
            spec.title or tell("spec.untitled"),
            equations,
            spec.parameters,
            spec.data,
            shapes,
            spec.model.differentiated,
            update,
            spec.notation,
            self.style(),
            Page(spec.paper, spec.elide, spec.language, spec.decimal),
            (*self.notes, *self.unused(equations)),
            self.carry(),
            "loss" if spec.model.output is None else "output",
            self.titles,
            sections(list(equations), self.written, spec.model.loss),
            self.stated(equations),
            self.as_written(update),
            self.samples(),
            fixed=frozenset(self.indices),
            sums=self.sums,
            stacks={key: stack.axes for key, stack in self.stacks.items()},
        )
        for first, second in built.names.clashes():
            self.add(
                ("notation",),
                tell("spec.alike", first=first, second=second, latex=built.names.latex(first)),
            )
        self.stop()
        return built

    def stated(self, equations: Mapping[str, Term]) -> dict[str, tuple[int, int]]:
        """Where each equation stands; what was split off one comes before it."""
        places, before = dict[str, tuple[int, int]](), list[str]()
        for key in equations:
            before.append(key)
            if key in self.written:
                places |= dict.fromkeys(before, (self.written[key].line, self.written[key].column))
                before = []
        return places

    def as_written(self, update: Update | None) -> dict[str, Term]:
        """What is given as an expression, by the names of quantities."""
        rates = {PREFIX + key: array for key, array in (update.constants if update else {}).items()}
        everywhere = {called: constants()[key] for key, called in self.constants.items()}
        return expressions({**self.spec.parameters, **self.spec.data, **rates}) | everywhere

    def samples(self) -> tuple[Sample, ...]:
        """The data of each training step, where they change."""
        changing = {key: array.samples for key, array in self.spec.data.items() if isinstance(array, Stepped)}
        steps = [dict(zip(changing, arrays, strict=True)) for arrays in zip(*changing.values(), strict=True)]
        return tuple(Sample(data, expressions(data)) for data in steps)

    def update(self) -> Update | None:
        """The update that [update] asks for, if there is such a table."""
        table = self.update_table()

        def add(key: str, message: str, at: int = 0) -> None:
            self.add(("update", key) if key else ("update",), message, at)

        return chosen(table, add, self.notes.append) if table else None

    def update_table(self) -> UpdateTable | None:
        """The table [update], with as many training steps as there are samples where it does not say how many."""
        given = self.spec.update
        for key, array in self.spec.parameters.items():
            if isinstance(array, Stepped):
                self.add(("parameters", key), tell("spec.steps_of_parameter", key=key))
        changing = {key: len(array.samples) for key, array in self.spec.data.items() if isinstance(array, Stepped)}
        if not changing:
            return given
        first, count = next(iter(changing.items()))
        if given is None:
            self.add(("data", first), tell("spec.steps_without_update", key=first))
            return None
        asked = given.steps if "steps" in given.model_fields_set else None
        for key, samples in changing.items():
            if asked not in (None, samples):
                self.add(("data", key), tell("spec.steps_count", key=key, count=samples, steps=asked))
            elif samples != count:
                self.add(("data", key), tell("spec.steps_differ", key=key, count=samples, other=first, others=count))
            elif samples > MAXIMAL_STEPS:
                self.add(("data", key), tell("spec.steps_many", key=key, count=samples, most=MAXIMAL_STEPS))
        return given.model_copy(update={"steps": count})

    def add(self, path: tuple[str, ...], message: str, at: int = 0) -> None:
        path = tuple(self.whole.get(key, key) for key in path)
        self.problems.append(self.places.problem(path, message, at))

    def stop(self) -> None:
        if self.problems:
            raise SpecError(self.source, self.problems)

    def read_values(self) -> None:
        for table, values in (("parameters", self.spec.parameters), ("data", self.spec.data)):
            for key in values:
                told = self.wrong_name(table, key)
                if told:
                    self.add((table, key), told)
                    self.unread |= {key, *STEM.findall(key)[:1]}
        self.spec.parameters, self.spec.data = map(self.in_matrices, ("parameters", "data"))

    def in_matrices(self, table: str) -> dict[str, Any]:
        """The values of a table, each matrix of an array of three or four axes under its own name."""
        values: dict[str, Any] = getattr(self.spec, table)
        made = dict[str, Any]()
        for key, given in values.items():
            if not isinstance(given, Sliced):
                made[key] = given
                continue
            self.sliced[key], self.tables[key] = given, table
            stack = self.know(key, given.axes)
            self.add_clash((table, key), stack, {*self.spec.parameters, *self.spec.data} - {key})
            made |= dict(zip(stack.names, given.arrays, strict=True))
        return made

    def add_clash(self, path: tuple[str, ...], stack: Stack, others: Container[str]) -> None:
        """Tells of a quantity that is called as a matrix of an array is."""
        taken = next((name for name in stack.names if name in others), None)
        if taken is not None:
            self.add(path, tell("spec.slice_taken", key=stack.key, first=stack.names[0], name=taken))

    def know(self, key: str, axes: Shape) -> Stack:
        """An array of which each matrix is a quantity."""
        stack = self.stacks[key] = Stack.named(key, axes)
        self.whole |= dict.fromkeys(stack.names, key)
        return stack

    def wrong_name(self, table: str, key: str) -> str:
        """What is wrong with the name of a value; "" where nothing is."""
        if not IDENTIFIER.match(key):
            return tell("spec.no_name", key=key)
        return tell("spec.twice_given", key=key) if table == "data" and key in self.spec.parameters else ""

    def lines(self) -> list[tuple[int, int, str]]:
        """(line, column, text) of each equation and each heading, comments and blank lines left out."""
        given = self.places.lines_of(("model", "equations"), self.spec.model.equations)
        bare = [(line, column, text if HEADING.match(text) else text.split("#", 1)[0]) for line, column, text in given]
        return [whole for whole in bare if whole[2].strip()]

    def read_equations(self) -> None:
        read: list[list[Equation]] = []
        heading: Heading | None = None
        given = [*statements(self.lines(), self.counting, self.add_unread, HEADING)]
        if len(given) > MAXIMAL_LINES:
            first = given[MAXIMAL_LINES]
            told = tell("spec.too_many_lines", most=MAXIMAL_LINES)
            self.problems.append(Problem(first.line, first.column, told))
            return
        for statement, after in pairwise([*given, Statement(0, 0, "")]):
            if title := HEADING.match(statement.text):
                empty = not after.text or HEADING.match(after.text) is not None
                heading = self.heading(title, statement.line, statement.column, empty)
            else:
                read += self.lines_of(statement, heading)
        self.all_read = all(read) and ANY not in self.unread
        read = [[equation for equation in line if not is_given_so(equation.key, equation.syntax)] for line in read]
        known = {*(equation.key for line in read for equation in line), *self.spec.parameters, *self.spec.data}
        known = (known - self.whole.keys()) | self.stacks.keys()
        lines = [
            [replace(equation, syntax=at_known_steps(equation.syntax, known)) for equation in line]
            for line in read
            if line
        ]
        lines = versions(
            lines,
            {*self.spec.parameters, *self.spec.data, *self.sliced},
            lambda equation, told: self.problems.append(Problem(equation.line, equation.named_at, told)),
        )
        self.check_counting([line[0] for line in lines])
        self.written = {equation.key: equation for equation in arranged(lines)}
        self.spec.model = self.spec.model.at_the_end(self.written)
        if not self.written and not self.problems:
            self.add(("model", "equations"), tell("spec.no_equation"))

    def add_unread(self, line: int, column: int, message: str) -> None:
        """Tells of a line that nobody knows what it would have defined."""
        self.problems.append(Problem(line, column, message))
        self.unread.add(ANY)

    @property
    def labels(self) -> dict[str, Array]:
        """What may stand in an index: data, and equations that are whole numbers."""
        counts = {key: array for key, array in self.counting.items() if key in self.written}
        return {**counts, **self.spec.data}

    @cached_property
    def counting(self) -> dict[str, Array]:
        """What the steps of a repetition may be counted by: data, and the lengths of parameters."""
        lengths = {key: array for key, array in self.spec.parameters.items() if array.shape}
        return {**lengths, **self.spec.data, **self.sliced}

    def heading(self, title: re.Match[str], line: int, column: int, empty: bool) -> Heading:
        column += title.start() + len(title.string) - len(title.string.lstrip())
        text = title["title"].strip()
        if not text:
            self.problems.append(Problem(line, column, tell("spec.no_title")))
        elif fault := title_fault(text):
            self.problems.append(Problem(line, column, fault))
        elif empty:
            self.problems.append(
                Problem(
                    line,
                    column,
                    tell("spec.empty_section", title=text[:40]),
                )
            )
        return Heading(text, line, column)

    def check_counting(self, lines: Sequence[Equation]) -> None:
        """A title with an index in braces counts the steps of a repetition: there has to be one, and nothing else in
        the section."""
        counted = {(line.heading, line.index) for line in lines}
        for line in lines:
            heading = line.heading
            strange = heading.indices - {line.index} if heading else frozenset()
            if heading is None or not strange:
                continue
            if not any((heading, index) in counted for index in heading.indices):
                braces = ", ".join(f"{{{index}}}" for index in sorted(heading.indices))
                self.problems.append(
                    Problem(
                        heading.line,
                        heading.column,
                        tell("spec.no_repetition", braces=braces),
                    )
                )
            else:
                message = tell("spec.not_repeated", title=heading.title[:40])
                self.problems.append(Problem(line.line, line.named_at, message))

    def lines_of(self, statement: Statement, heading: Heading | None) -> Iterator[list[Equation]]:
        """The equations of each name on the left of a line; what is wrong with it is told."""
        line, column, text = statement.line, statement.column, statement.text
        names = left_sides(text)
        if not names:
            self.problems.append(Problem(line, column, tell("spec.expected_equation", found=text.strip()[:40])))
            self.unread |= {*STEM.findall(text.partition("=")[0])[:1], ANY}
            yield []
            return
        try:
            values = right_sides(text[names[0].end() :], names, self.counting)
        except SyntaxProblem as problem:
            self.problems.append(Problem(line, column + names[0].end() + problem.at, problem.message))
            self.unread |= {match[1] for match in names}
            yield []
            return
        for match, written in zip(names, values, strict=True):
            if match["name"] != PASSED:
                yield list(self.equations(statement, heading, match, written))

    def equations(
        self, statement: Statement, heading: Heading | None, match: re.Match[str], written: Syntax
    ) -> Iterator[Equation]:
        """The equations that a name and what it stands for make; what is wrong with them is told."""
        line, column = statement.line, statement.column
        try:
            if written.symbol == "list":
                written = Syntax("array", (written,), written.at)
            body, steps = each(written)
            steps *= prod(last - first + 1 for _, first, last, _ in statement.loops)
            if problem := repetition_problem(self.unfolded, body, steps):
                raise SyntaxProblem(written.at, problem)
            self.unfolded += unfolded(body, steps)
            for key, syntax, index, step, when in each_step(match, written, standing(line, column), statement.loops):
                changes = key in uses(syntax) and (self.is_data(key) or match["change"] is not None)
                self.check_name(key, changes, line, column + match.start(1))
                at, named_at = column + match.end(), column + match.start(1)
                yield Equation(key, syntax, line, at, heading, index, step, named_at=named_at, when=when)
        except SyntaxProblem as problem:
            self.problems.append(Problem(line, column + match.end() + problem.at, problem.message))
            self.unread.add(match[1])

    def check_name(self, key: str, changes: bool, line: int, column: int) -> None:
        """Tells of a name that has a value already and is not changed here (`x = x - max(x)`, `W -= 0.1 * D`)."""
        if (key in self.spec.parameters or key in self.spec.data or key in self.sliced) and not changes:
            self.problems.append(Problem(line, column, hints.twice(key, self.given_at(key))))
            self.unread.add(ANY)
        elif not IDENTIFIER.match(key):
            self.problems.append(Problem(line, column, tell("spec.no_quantity", key=key)))
            self.unread.add(ANY)

    def is_data(self, key: str) -> bool:
        """Whether a name has a value that is no parameter."""
        return key in self.spec.data or self.tables.get(key) == "data"

    def given_at(self, key: str) -> int:
        """The line of a name that has a value."""
        table = self.tables.get(key) or ("parameters" if key in self.spec.parameters else "data")
        return self.places.find((table, self.whole.get(key, key)))[0]

    def follows(self, key: str) -> bool:
        """Whether a name may be one that a line defines that could not be read: `h_3` where that of `h` could not."""
        return bool({key, re.sub(r"_-?\d+\Z", "", key)} & self.unread)

    def resolve(self) -> tuple[dict[str, Term], dict[str, Shape]]:
        """Each equation as a Term, in an order in which each uses only what stands before it."""
        given = {**self.spec.parameters, **self.spec.data}
        shapes = {key: array.shape for key, array in given.items()}
        readings = {
            key: Reading(axes := array.axes if isinstance(array, Given) else array.shape, soft=len(axes) == 2)
            for key, array in given.items()
        }
        order = ordered(self.written, frozenset(shapes))
        equations: dict[str, Term] = {}
        failed: set[str] = set()
        used = frozenset[str]().union(*(uses(equation.syntax) for equation in self.written.values()))
        for key in order:
            equation = self.written[key]
            if uses(equation.syntax) & failed or any(map(self.follows, uses(equation.syntax))):
                failed.add(key)
                continue
            try:
                resolver = Resolver(
                    shapes, key, self.written, readings, self.labels, self.constants, stacks=self.stacks
                )
                made = self.quantities(resolver, equation, shapes, used)
                for own in (*resolver.added, *made):
                    if problem := entries_problem(self.entries, resolver.names[own]):
                        raise SyntaxProblem(0, problem)
                    self.entries += prod(resolver.names[own])
                shapes, readings = resolver.names, resolver.readings or {}
                self.spec.data |= resolver.arrays
                self.indices |= resolver.arrays.keys()
                equations |= {**resolver.added, **made}
                self.titles |= resolver.titles
                self.indices |= resolver.indices
                self.constants = resolver.constants
            except UnknownName as problem:
                failed.add(key)
                if ANY not in self.unread:
                    told = hints.unknown(problem, shapes, self.lines_by_name)
                    self.problems.append(Problem(equation.line, equation.column + problem.at, told))
            except SyntaxProblem as problem:
                failed.add(key)
                told = self.with_givens(problem.message, uses(equation.syntax))
                self.problems.append(Problem(equation.line, equation.column + problem.at, told))
        circle = [
            key
            for key in self.written
            if key not in order and uses(self.written[key].syntax) - set(order) & self.written.keys()
        ]
        if circle and ANY not in self.unread:
            self.problems.append(Problem(self.written[circle[0]].line, 1, tell("spec.circle", keys=", ".join(circle))))
        return equations, shapes

    def quantities(
        self, resolver: Resolver, equation: Equation, taken: Container[str], used: Container[str]
    ) -> dict[str, Term]:
        """The equation, or one for each matrix of an array of three or four axes."""
        key = equation.key
        found = resolver.equation(equation.syntax, as_data=key in used)
        if summed := indexed_sum(equation.syntax):
            first = key if isinstance(found, Resolved) else Stack.named(key, found.axes).names[0]
            self.sums[first] = Term("indexed_sum", (key, summed))
        if isinstance(found, Resolved):
            resolver.know(key, found)
            return {} if key in resolver.arrays else {key: found.term}
        stack, matrices = Stack.named(key, found.axes), slices(resolver, equation.syntax, found)
        clash = next((own for own in stack.names if own in taken or (own in self.written and own != key)), None)
        if clash is not None:
            raise SyntaxProblem(0, tell("spec.slice_taken", key=key, first=stack.names[0], name=clash))
        if problem := terms_problem(self.unfolded, [matrix.term for matrix in matrices]):
            raise SyntaxProblem(0, problem)
        self.unfolded += sum(map(operations, (matrix.term for matrix in matrices)))
        self.know(key, found.axes)
        for own, matrix in zip(stack.names, matrices, strict=True):
            resolver.know(own, matrix)
            self.written[own] = replace(equation, key=own)
        return dict(zip(stack.names, (matrix.term for matrix in matrices), strict=True))

    @property
    def lines_by_name(self) -> dict[str, int]:
        """The line that each name is given or defined in."""
        given = {
            key: self.places.find((table, self.whole.get(key, key)))[0]
            for table, values in (("parameters", self.spec.parameters), ("data", self.spec.data))
            for key in values
        }
        return given | {key: equation.line for key, equation in self.written.items()}

    def with_givens(self, message: str, used: Iterable[str]) -> str:
        """What is said of shapes that do not fit, with the quantities of the equation that are given, and where."""
        given = {**self.spec.parameters, **self.spec.data}
        shapes = {key: given[key].shape for key in given if key in used}
        return hints.with_givens(message, shapes, self.lines_by_name)

    def add_missing(self, place: tuple[str, ...], message: str) -> None:
        """Tells of a name that nothing has, unless it may stand in an equation that could not be read."""
        if self.all_read:
            self.add(place, message)

    def check_loss(self, shapes: Mapping[str, Shape]) -> None:
        key, word = self.spec.model.differentiated, "loss" if self.spec.model.output is None else "output"
        if self.spec.model.loss is not None and self.spec.model.output is not None:
            self.add(
                ("model", "output"),
                tell("spec.loss_and_output"),
            )
        elif key is None:
            if self.spec.update:
                self.add(("model", "loss"), tell("spec.update_without_loss"))
        elif key not in self.written:
            self.add_missing(("model", word), tell(f"spec.undefined_{word}", key=key, near=nearest(key, self.written)))
        elif key in self.stacks:
            axes = " x ".join(map(str, self.stacks[key].axes))
            self.add(("model", word), tell(f"spec.{word}_no_scalar", key=key, shape=axes, line=self.written[key].line))
        elif shapes.get(key, ()) != ():
            told = tell(f"spec.{word}_no_scalar", key=key, shape=describe(shapes[key]), line=self.written[key].line)
            self.add(("model", word), self.with_givens(told, uses(self.written[key].syntax)))

    def check_notation(self, shapes: Mapping[str, Shape], update: Update | None) -> None:
        for key, latex in list(self.spec.notation.items()):
            known = [*shapes, *self.stacks, *(update.constants if update else ())]
            if key not in known and key not in self.written:
                self.add_missing(("notation", key), tell("spec.nothing_called", key=key, near=nearest(key, known)))
                continue
            try:
                self.spec.notation[key] = latex = notation(latex)
            except NotationError as error:
                self.add(("notation", key), message_of(error))
                continue
            if key in self.stacks and key not in shapes:
                for name, ending in zip(self.stacks[key].names, endings(self.stacks[key].lead), strict=True):
                    self.spec.notation.setdefault(name, numbered(latex, ending.split("_")[1:]))

    def check_rounding(self) -> None:
        rounding, places = self.spec.rounding, self.spec.places
        if rounding not in ROUNDINGS:
            self.add(
                ("rounding",),
                tell(
                    "spec.no_rounding", rounding=rounding, near=nearest(rounding, ROUNDINGS), known=", ".join(ROUNDINGS)
                ),
            )
        elif places is not None and rounding != "carry":
            self.add(
                ("places",),
                tell("spec.places_without_carry"),
            )
        elif places is not None and "digits" in self.spec.model_fields_set:
            self.add(("places",), tell("spec.digits_and_places"))

    def style(self) -> Style:
        """How numbers are printed."""
        carry = self.carry()
        return carry.style if carry else Style(self.spec.digits, max(self.spec.digits, 10))

    def carry(self) -> Carry | None:
        """How results are rounded before they are used."""
        return Carry(self.spec.digits, self.spec.places) if self.spec.rounding == "carry" else None

    def unused(self, equations: Mapping[str, Term]) -> tuple[str, ...]:
        used = {operand for term in equations.values() for operand in names(term)} | self.indices
        unused = [key for key in (*self.spec.parameters, *self.spec.data) if key not in used]
        return tuple(tell("spec.unused", key=key) for key in dict.fromkeys(self.whole.get(key, key) for key in unused))
