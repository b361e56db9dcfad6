"""The command `derivation import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from derivation.api import network
from derivation.cli.exits import deliver, file_of, put, stop
from derivation.cli.language import Language
from derivation.models.graph import ModelError
from derivation.spec.errors import SpecError
from derivation.words.telling import tell


def import_model(
    model: Annotated[Path, typer.Argument()],
    output: Annotated[str | None, typer.Option("-o", "--output", show_default=False)] = None,
    inputs: Annotated[Path | None, typer.Option("--inputs", show_default=False)] = None,
    loss: Annotated[str, typer.Option("--loss", show_default=False)] = "",
    target: Annotated[Path | None, typer.Option("--target", show_default=False)] = None,
    language: Language = "",
) -> None:
    """Write a model of PyTorch's or ONNX as a spec, its numbers in a file beside it."""
    try:
        from derivation.models.arrays import safetensors
        from derivation.models.taking import taken, text_of
    except ModuleNotFoundError:
        stop(tell("models.no_numpy"))
    file = file_of(output, Path(f"{model.stem}.toml"))
    if file is None:
        stop(tell("models.to_output"))
    try:
        spec = taken(model, inputs, loss, target)
        network(spec.equations, spec.parameters, spec.data, loss=spec.loss, title=spec.title)
        text, arrays = text_of(spec, beside := f"{file.stem}.safetensors")
    except (ModelError, SpecError) as error:
        stop(str(error))
    if arrays:
        put(safetensors(arrays), file.parent / beside)
    deliver(text.encode(), file)
