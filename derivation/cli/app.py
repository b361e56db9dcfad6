"""The command line. Exit codes: 0 done, 1 an article has wrong equalities, 2 something cannot be understood, read or written, 3 TeX failed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from derivation.cli.exits import BAD_INPUT, SOME_WRONG, TEX_FAILED, Commands, Group, deliver, explained, file_of, put, stop
from derivation.cli.mark import mark
from derivation.cli.variants import variants
from derivation.system.streams import is_terminal, say
from derivation.system.writing import NotWritten, make_folder
from derivation.version import VERSION

if TYPE_CHECKING:
    from derivation.handwriting.writing import Writing
    from derivation.networks.walkthrough import Derivation

ENDINGS = {"txt": "text"}
COLOUR = re.compile(rb"\033\[[;?0-9]*[a-zA-Z]")
"""What tells a terminal of a colour, and nobody else."""

app = Commands(cls=Group, add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"derivation {VERSION}")
        raise typer.Exit


@app.callback()
def main(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")] = False) -> None:
    """Work a network the way one works it on paper."""


@app.command()
def handout(
    spec: Annotated[Path, typer.Argument(help="The network: a TOML file.")],
    output: Annotated[
        str | None, typer.Option("-o", "--output", help="Where to write; - is standard output. Without it: output/NAME.FORMAT.", show_default=False)
    ] = None,
    form: Annotated[str, typer.Option("--format", help="pdf, tex, html, md, ipynb or json. Without it, by the ending of the output file, else pdf.")] = "",
    theme: Annotated[str, typer.Option(help="The look: typeset or handwritten.")] = "typeset",
    hand: Annotated[str, typer.Option(help="Whose hand: steady, quick or round (with --theme handwritten).")] = "",
    paper_style: Annotated[str, typer.Option(help="On what paper: squared, lined or plain (with --theme handwritten).")] = "",
    seed: Annotated[int | None, typer.Option(help="Another seed, another writing (with --theme handwritten).")] = None,
    unproved: Annotated[bool, typer.Option("--unproved", help="Print links that could not be proved, with a mark, instead of stopping.")] = False,
    sensitivity: Annotated[bool, typer.Option("--sensitivity", help="Add a table of how strongly the loss answers to each parameter.")] = False,
    gradient_check: Annotated[bool, typer.Option("--gradient-check", help="Hold the gradients against difference quotients.")] = False,
    hessian: Annotated[bool, typer.Option("--hessian", help="Add the second derivatives of the loss (up to 12 parameter entries).")] = False,
    jacobian: Annotated[
        list[str] | None, typer.Option("--jacobian", help="Add the Jacobians of this quantity by all vectors before it; may be given several times.")
    ] = None,
) -> None:
    """Write the walkthrough of a network: forward pass, backpropagation, update."""
    from derivation.deriving import derive
    from derivation.deriving.on_request.views import views
    from derivation.pages.formats import FORMATS, THEMES, beside

    form = form or _ending(output) or "pdf"
    if form not in FORMATS:
        stop(f"there is no format {form!r}; formats are {', '.join(FORMATS)}")
    if theme not in THEMES:
        stop(f"there is no theme {theme!r}; themes are {', '.join(THEMES)}")
    target = file_of(output, Path("output", f"{spec.stem}.{form}"))
    writing = _writing(theme, hand, paper_style, seed, target if form == "tex" else None)
    if form == "tex" and theme == "handwritten" and target is None:
        stop("a handwritten .tex needs its fonts beside it, so it cannot go to standard output; give -o NAME.tex")
    wished = views({"sensitivity": sensitivity, "gradient_check": gradient_check, "hessian": hessian}, tuple(jacobian or ()))
    derivation = explained(spec, lambda network: derive(network, wished))
    # TeX sets the page while SymPy proves it, on the presumption that the proof succeeds; if not, the page is thrown away.
    from derivation.proving.prover import presumed

    expected = presumed(derivation)
    page = _meanwhile(lambda: FORMATS[form](expected, theme, writing))
    proved = _proved(spec, derivation, unproved)
    document = _document(lambda: page.result() if proved == expected else FORMATS[form](proved, theme, writing))
    if target is not None and form == "tex":
        _put_beside(target.parent / writing.folder, beside(document, theme, writing))
    deliver(document, target)


@app.command()
def check(
    articles: Annotated[list[Path], typer.Argument(help="Markdown, LaTeX or notebook files.")],
    output: Annotated[str, typer.Option("-o", "--output", help="Where to write; - is standard output.")] = "-",
    form: Annotated[
        str, typer.Option("--format", help="text, json, html, pdf, github or sarif. Without it, by the ending of the output file, else text.")
    ] = "",
) -> None:
    """Say which equalities of an article are wrong. Exit code 0: none; 1: some; 2: a file could not be read."""
    from derivation.checking.article import Report, UnreadableArticle
    from derivation.checking.article import check as checked
    from derivation.checking.reports import MODULES, write
    from derivation.pages.typesetting.engine import TexError

    form = form or ENDINGS.get(_ending(output), _ending(output)) or "text"
    if form not in MODULES:
        stop(f"there is no format {form!r}; formats are {', '.join(MODULES)}")
    target = file_of(output, Path())
    reports: list[Report] = []
    unread = False
    for article in articles:
        try:
            reports.append(checked(str(article)))
        except UnreadableArticle as error:
            unread = True
            say(error)
    try:
        document = write(form, reports) if reports else b""
    except TexError as error:
        stop(str(error), TEX_FAILED)
    if form == "text" and not (target is None and is_terminal()):
        document = COLOUR.sub(b"", document)
    if reports:
        deliver(document, target)
    if unread or any(report.wrong for report in reports):
        raise typer.Exit(BAD_INPUT if unread else SOME_WRONG)


@app.command()
def spec(
    article: Annotated[Path, typer.Argument(help="A Markdown, LaTeX or notebook file.")],
    output: Annotated[str, typer.Option("-o", "--output", help="Where to write; - is standard output.")] = "-",
) -> None:
    """Write the network that an article describes, as a spec that `derivation handout` takes."""
    from derivation.checking.article import UnreadableArticle
    from derivation.checking.rewriting.rebuild import NoNetwork, NotInSpec, spec_of

    target = file_of(output, Path())
    try:
        text = spec_of(str(article))
    except UnreadableArticle as error:
        stop(str(error))
    except NoNetwork as error:
        stop(f"{article}: {error}", SOME_WRONG if isinstance(error, NotInSpec) else BAD_INPUT)
    deliver(text.encode(), target)


@app.command()
def renumber(
    article: Annotated[Path, typer.Argument(help="A Markdown or LaTeX file.")],
    changes: Annotated[list[str] | None, typer.Option("--set", help="An input's new value, as x='[2, 1]'; may be given several times.")] = None,
    seed: Annotated[int | None, typer.Option(help="Draw new values for all inputs from this seed.")] = None,
    output: Annotated[str, typer.Option("-o", "--output", help="Where to write; - is standard output.")] = "-",
) -> None:
    """Write the same article with other numbers: whatever follows from the changed ones is worked anew."""
    from derivation.checking.article import UnreadableArticle
    from derivation.checking.rewriting.renumber import BadChange
    from derivation.checking.rewriting.renumber import renumber as renumbered

    pairs = [change.partition("=") for change in changes or ()]
    if (seed is None and not pairs) or not all(middle and key.strip() for key, middle, _ in pairs):
        stop("say what changes: --set x='[2, 1]' (as often as you like), or --seed 7")
    target = file_of(output, Path())
    try:
        result = renumbered(str(article), {key.strip(): value for key, _, value in pairs}, seed)
    except (UnreadableArticle, BadChange) as error:
        stop(str(error))
    deliver(result.text.encode(), target)
    for heading, rows in (("these numbers were not changed, since no formula ties them", result.untied), ("these words may no longer hold", result.claims)):
        if rows:
            say("\n  ".join([f"{heading}:", *rows]))
    if result.untied:
        raise typer.Exit(SOME_WRONG)


app.command()(variants)
app.command()(mark)


def _writing(theme: str, hand: str, paper: str, seed: int | None, tex: Path | None) -> Writing:
    """The hand, the paper and the seed that were asked for; ends the program with a message where there is none such."""
    from derivation.handwriting.strokes.hands import HANDS, PAPERS
    from derivation.handwriting.writing import STANDARD, Writing

    if theme != "handwritten" and (hand or paper or seed is not None):
        stop("--hand, --paper-style and --seed choose a handwriting: add --theme handwritten")
    if hand and hand not in HANDS:
        stop(f"there is no hand {hand!r}; hands are {', '.join(HANDS)}")
    if paper and paper not in PAPERS:
        stop(f"there is no paper style {paper!r}; paper styles are {', '.join(PAPERS)}")
    folder = re.sub(r"[^A-Za-z0-9.]", "-", tex.stem) + "-fonts/" if tex else ""
    return Writing(hand or STANDARD.hand, paper or STANDARD.paper, STANDARD.seed if seed is None else seed, folder)


def _document(make: Callable[[], bytes]) -> bytes:
    from derivation.handwriting.writing import Unwritable
    from derivation.pages.typesetting.engine import TexError

    try:
        return make()
    except Unwritable as error:
        stop(str(error))
    except TexError as error:
        stop(str(error), TEX_FAILED)


def _proved(spec: Path, derivation: Derivation, keep_unproved: bool) -> Derivation:
    """The derivation with every link judged; ends the program with a message where a link is not proved."""
    from derivation.networks.walkthrough import FalseLine
    from derivation.proving.prover import prove
    from derivation.proving.prover import unproved as failures
    from derivation.tex.write import write

    try:
        judged = prove(derivation)
    except FalseLine as error:
        stop(f"{spec}: {error}")
    failed = failures(judged)
    if failed and not keep_unproved:
        names = derivation.network.names
        rows = [f"{spec}: not proved: {write(quantity, names)} {line.relation} {write(line.term, names)}" for quantity, line in failed]
        stop("\n".join([*rows, "use --unproved to print them with a mark"]))
    return judged


def _ending(output: str | None) -> str:
    return Path(output).suffix[1:] if output and output != "-" else ""


def _meanwhile(make: Callable[[], bytes]) -> Future[bytes]:
    """What is made while other work is done, in a thread that nobody waits for where the program ends before."""
    made: Future[bytes] = Future()

    def run() -> None:
        try:
            made.set_result(make())
        except BaseException as error:
            made.set_exception(error)

    Thread(target=run, daemon=True).start()
    return made


def _put_beside(folder: Path, files: Mapping[str, bytes]) -> None:
    """The files that a document needs, in a folder beside it."""
    try:
        make_folder(folder)
    except NotWritten as error:
        stop(str(error))
    for name, content in files.items():
        put(content, folder / name)
