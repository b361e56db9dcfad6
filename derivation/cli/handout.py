"""The command `derivation handout`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextvars import copy_context
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer

from derivation.cli.completing import one_of
from derivation.cli.exits import TEX_FAILED, deliver, ending, file_of, known, put, stop
from derivation.cli.explaining import explained, stood_in
from derivation.cli.language import Language
from derivation.deriving import derive
from derivation.deriving.on_request.views import views
from derivation.handwriting.ink.hands import HANDS, PAPERS
from derivation.handwriting.writing import STANDARD, Unwritable, Writing, fonts_of
from derivation.networks.walkthrough import Derivation, FalseLine
from derivation.pages.formats import FORMATS, THEMES
from derivation.pages.typesetting.failure import TexError
from derivation.proving.prover import presumed, prove
from derivation.proving.prover import unproved as failures
from derivation.system.writing import NotWritten, make_folder
from derivation.tex.write import write
from derivation.words.telling import tell


def handout(
    spec: Annotated[Path, typer.Argument()],
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            show_default=False,
        ),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            autocompletion=one_of(FORMATS, FORMATS.descriptions),
        ),
    ] = "",
    theme: Annotated[str, typer.Option(autocompletion=one_of(THEMES))] = "typeset",
    hand: Annotated[
        str,
        typer.Option(autocompletion=one_of(HANDS)),
    ] = "",
    paper_style: Annotated[
        str,
        typer.Option(autocompletion=one_of(PAPERS)),
    ] = "",
    seed: Annotated[int | None, typer.Option()] = None,
    unproved: Annotated[bool, typer.Option("--unproved")] = False,
    sensitivity: Annotated[bool, typer.Option("--sensitivity")] = False,
    gradient_check: Annotated[bool, typer.Option("--gradient-check")] = False,
    hessian: Annotated[bool, typer.Option("--hessian")] = False,
    jacobian: Annotated[
        list[str] | None,
        typer.Option(
            "--jacobian",
        ),
    ] = None,
    language: Language = "",
) -> None:
    """Write the walkthrough of a network: forward pass, backpropagation, update."""
    form = known("format", form or ending(output) or "pdf", FORMATS)
    known("theme", theme, THEMES)
    target = file_of(output, Path("output", f"{spec.stem}.{form}"))
    writing = _writing(theme, hand, paper_style, seed, target if form == "tex" else None)
    if form == "tex" and theme == "handwritten" and target is None:
        stop(tell("commands.tex_to_output"))
    wished = views(
        {"sensitivity": sensitivity, "gradient_check": gradient_check, "hessian": hessian}, tuple(jacobian or ())
    )
    derivation = explained(spec, lambda network: derive(network, wished))
    if form == "pdf":
        stood_in(spec, derivation.network)
    # TeX sets the page while SymPy proves it, on the presumption that the proof succeeds; if not, the page is thrown
    # away.
    expected = presumed(derivation)
    page = _meanwhile(lambda: FORMATS[form](expected, theme, writing))
    proved = _proved(spec, derivation, unproved)
    document = _document(lambda: page.result() if proved == expected else FORMATS[form](proved, theme, writing))
    if target is not None and form == "tex":
        from derivation.pages.formats.tex import beside

        _put_beside(target.parent / writing.folder, beside(document, theme, writing))
    deliver(document, target)


def _writing(theme: str, hand: str, paper: str, seed: int | None, tex: Path | None) -> Writing:
    """The hand, the paper and the seed that were asked for; ends the program with a message where there is none
    such."""
    if theme != "handwritten" and (hand or paper or seed is not None):
        stop(tell("commands.no_handwriting"))
    hand = known("hand", hand or STANDARD.hand, HANDS)
    paper = known("paper_style", paper or STANDARD.paper, PAPERS)
    return Writing(hand, paper, STANDARD.seed if seed is None else seed, fonts_of(tex) if tex else "")


def _document(make: Callable[[], bytes]) -> bytes:
    try:
        return make()
    except Unwritable as error:
        stop(str(error))
    except TexError as error:
        stop(str(error), TEX_FAILED)


def _proved(spec: Path, derivation: Derivation, keep_unproved: bool) -> Derivation:
    """The derivation with every link judged; ends the program with a message where a link is not proved."""
    try:
        judged = prove(derivation)
    except FalseLine as error:
        stop(f"{spec}: {error}")
    failed = failures(judged)
    if failed and not keep_unproved:
        names = derivation.network.names
        rows = [
            tell(
                "commands.not_proved",
                spec=spec,
                quantity=write(quantity, names),
                relation=line.relation,
                claim=write(line.term, names),
            )
            for quantity, line in failed
        ]
        stop("\n".join([*rows, tell("commands.print_unproved")]))
    return judged


def _meanwhile(make: Callable[[], bytes]) -> Future[bytes]:
    """What is made while other work is done, in a thread that nobody waits for where the program ends before."""
    made: Future[bytes] = Future()

    def run() -> None:
        try:
            made.set_result(make())
        except BaseException as error:
            made.set_exception(error)

    Thread(target=copy_context().run, args=(run,), daemon=True).start()
    return made


def _put_beside(folder: Path, files: Mapping[str, bytes]) -> None:
    """The files that a document needs, in a folder beside it."""
    try:
        make_folder(folder)
    except NotWritten as error:
        stop(str(error))
    for name, content in files.items():
        put(content, folder / name)
