"""Models in files: which reader a file has, its inputs, a loss behind it, and the spec that is written of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy

from derivation.formulas.language.suggestions import nearest
from derivation.models import onnx_rows, pt2
from derivation.models.arrays import read
from derivation.models.graph import Graph, ModelError, Node, Ref
from derivation.models.losses import NAMES
from derivation.models.rows import ROWS
from derivation.models.writer import Row, Spec, Writer
from derivation.words.telling import tell


def _onnx(path: Path) -> Graph:
    try:
        from derivation.models import onnx_file
    except ModuleNotFoundError:
        raise ModelError(str(path), [tell("models.no_onnx_package")]) from None
    return onnx_file.graph(path)


READERS: Mapping[str, tuple[Callable[[Path], Graph], Mapping[str, Row]]] = {
    ".pt2": (pt2.graph, ROWS),
    ".onnx": (_onnx, {**ROWS, **onnx_rows.ROWS}),
}
"""The readers of files by their endings, and the rows for their operators."""


def taken(model: Path, inputs: Path | None, loss: str = "", target: Path | None = None) -> Spec:
    """A model in a file, at inputs in a file, as a spec; raises `ModelError` with all that is wrong."""
    reader, rows = READERS.get(model.suffix.lower(), (None, {}))
    if reader is None:
        raise ModelError(str(model), [tell("models.formats", known=", ".join(READERS))])
    if bool(loss) != bool(target):
        raise ModelError(str(model), [tell("models.loss_and_target")])
    if loss and loss not in NAMES:
        raise ModelError(str(model), [tell("models.no_loss", name=loss, known=", ".join(NAMES))])
    graph = reader(model)
    graph = replace(graph, inputs=_given(graph, str(inputs or model), read(inputs) if inputs else {}))
    return Writer(_measured(graph, loss, target) if target else graph, rows).spec()


def _given(graph: Graph, source: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs by name; unnamed ones in their order."""
    wanted = [name for name in graph.inputs if any(name in node.refs for node in graph.needed)]
    if len(arrays) == len(wanted) and all(name == "" or name.startswith("arr_") for name in arrays):
        arrays = dict(zip(wanted, arrays.values(), strict=True))
    problems, found = list[str](), dict[str, Any]()
    for name in wanted:
        shape = " x ".join(str(size or "?") for size in graph.inputs[name].shape)
        if name not in arrays:
            problems.append(tell("models.no_input", name=name, shape=shape, near=nearest(name, arrays)))
        elif fault := _fault(graph.inputs[name], arrays[name]):
            problems.append(tell(fault, name=name, shape=shape, found=" x ".join(map(str, arrays[name].shape))))
        else:
            found[name] = arrays[name]
    if problems:
        raise ModelError(source, problems)
    return found


def _fault(expected: Any, given: Any) -> str:
    """The code of what is wrong with an input."""
    if len(expected.shape) != len(given.shape) or any(a not in (0, b) for a, b in zip(expected.shape, given.shape, strict=True)):  # fmt: skip
        return "models.input_shape"
    return "models.input_whole" if expected.dtype.kind in "iu" and given.dtype.kind == "f" else ""


def _measured(graph: Graph, loss: str, target: Path) -> Graph:
    """The graph with a loss behind its first output."""
    (numbers, *more) = read(target).values()
    if more:
        raise ModelError(str(target), [tell("models.one_target", count=1 + len(more))])
    arguments = {"self": Ref(graph.outputs[0]), "target": Ref("target"), "reduction": 1}
    node = Node(NAMES[loss], loss, arguments, ("loss",))
    return replace(
        graph,
        nodes=(*graph.nodes, node),
        outputs=("loss",),
        inputs={**graph.inputs, "target": numbers},
        own={**graph.own, "target": "y"},
        loss=True,
    )


def text_of(spec: Spec, beside: str) -> tuple[str, dict[str, Any]]:
    """The text of a spec file, and the arrays that lie in the file `beside` it."""
    arrays = {key: held for table in (spec.parameters, spec.data) for key, held in table.items() if held.ndim}
    lines = [f"title = {json.dumps(spec.title, ensure_ascii=False)}", "", "[model]"]
    lines += [f'loss = "{spec.loss}"'] if spec.loss else []
    lines += ['equations = """', *spec.equations, '"""']
    for title, table in (("parameters", spec.parameters), ("data", spec.data)):
        lines += (
            ["", f"[{title}]", *(f"{key} = {_stated(key, held, beside)}" for key, held in table.items())]
            if table
            else []
        )
    return "\n".join(lines) + "\n", arrays


def _stated(key: str, numbers: Any, beside: str) -> str:
    if numbers.ndim:
        return f'{{ file = {json.dumps(beside, ensure_ascii=False)}, key = "{key}" }}'
    text = str(numbers[()])
    if numbers.dtype.kind == "f" and not numpy.isfinite(numbers):
        raise ModelError(key, [tell("models.infinite", number=text)])
    return text
