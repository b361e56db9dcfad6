"""Models in ONNX files as graphs. The file is parsed, and nothing in it is run; numbers that lie beside it are read from
its own folder alone.

Format: onnx/onnx.proto (IR) and docs/ExternalData.md of the ONNX repository.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import Any

import numpy
import onnx
from google.protobuf.message import DecodeError
from onnx import numpy_helper

from derivation.models.arrays import bytes_of
from derivation.models.graph import Graph, ModelError, Node, Ref
from derivation.words.telling import tell

MALFORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""What reading an array whose parts contradict each other may raise."""
OWN = ("", "ai.onnx")
"""The domain of ONNX's own operators."""
TRAINED_NOT = {"BatchNormalization": (3, 4)}
"""Inputs that are kept statistics, and no parameters."""
PREFIX = "onnx."


def graph(path: Path) -> Graph:
    """The graph of a file; its inputs are arrays of zeros until they are given."""
    try:
        model = onnx.load_model_from_string(bytes_of(path))
    except DecodeError:
        raise ModelError(str(path), [tell("models.no_onnx")]) from None
    try:
        return _graph(path, model.graph)
    except ModelError:
        raise
    except MALFORMED:
        raise ModelError(str(path), [tell("models.no_onnx")]) from None


def _graph(path: Path, model: Any) -> Graph:
    if not model.node:
        raise ModelError(str(path), [tell("models.no_onnx")])
    if model.sparse_initializer:
        raise ModelError(str(path), [tell("models.sparse")])
    arrays = {tensor.name: _array(path, tensor.name, tensor) for tensor in model.initializer}
    nodes = [_node(path, node, arrays) for node in model.node]
    kept = {
        node.input[place]
        for node in model.node
        for place in TRAINED_NOT.get(node.op_type, ())
        if place < len(node.input)
    }
    parameters = {key: held for key, held in arrays.items() if held.dtype.kind == "f" and held.ndim and key not in kept}
    constants = {key: held for key, held in arrays.items() if key not in parameters}
    inputs = {value.name: _expected(value) for value in model.input if value.name not in arrays}
    return Graph(
        path.stem,
        tuple(nodes),
        tuple(value.name for value in model.output),
        parameters,
        inputs,
        constants,
        {**{name: name for name in inputs}, **dict(_called(nodes, arrays))},
    )


def _called(nodes: list[Node], arrays: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What the model calls its arrays; exporters give some of them numbers, and then the module is named."""
    for node in nodes:
        for name in node.refs:
            if name in arrays:
                yield name, f"{node.module}.weight" if "::" in name else name


def _array(path: Path, name: str, tensor: Any) -> Any:
    """The numbers of a tensor, from the file or from one in its folder."""
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        tensor = _fetched(path, name, tensor)
    try:
        found = numpy_helper.to_array(tensor)
    except MALFORMED as error:
        why = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise ModelError(str(path), [tell("models.tensor_malformed", name=name, why=why)]) from None
    if found.dtype.kind == "V":  # bfloat16 and its like
        found = found.astype("f4")
    if found.dtype.kind not in "iufb" or found.dtype.itemsize > 8:
        raise ModelError(str(path), [tell("models.no_numbers", kind=f"{name}: {found.dtype}")])
    return found


def _fetched(path: Path, name: str, tensor: Any) -> Any:
    """A tensor whose bytes lie in another file, with them."""
    about = {entry.key: entry.value for entry in tensor.external_data}
    location = about.get("location", "")
    folder = path.parent.resolve()
    try:
        file = (folder / location).resolve()
        outside = not location or PureWindowsPath(location).anchor or not file.is_relative_to(folder)
        start, length = int(about.get("offset", 0)), int(about.get("length", -1))
    except (ValueError, OSError, RuntimeError):
        outside = True
    if outside:
        raise ModelError(str(path), [tell("models.outside", name=name, file=location)])
    content = bytes_of(file)
    end = len(content) if length < 0 else start + length
    if not 0 <= start <= end <= len(content):
        raise ModelError(str(path), [tell("models.external_size", name=name, file=location)])
    made = onnx.TensorProto(dims=tensor.dims, data_type=tensor.data_type, name=name)
    made.raw_data = content[start:end]
    return made


def _expected(value: Any) -> Any:
    """An input as it has to be: its type and sizes. A size that is not fixed is 0."""
    kind = value.type.tensor_type
    sizes = [size.dim_value for size in kind.shape.dim]
    whole = kind.elem_type in (onnx.TensorProto.INT64, onnx.TensorProto.INT32)
    return numpy.broadcast_to(numpy.zeros((), "i8" if whole else "f8"), [max(size, 0) for size in sizes])


def _node(path: Path, node: Any, arrays: dict[str, Any]) -> Node:
    operator = node.op_type if node.domain in OWN else f"{node.domain}.{node.op_type}"
    key = f"{PREFIX}{operator}" if node.domain in OWN else operator
    arguments: dict[str, Any] = {item.name: _attribute(path, item) for item in node.attribute}
    arguments["inputs"] = [Ref(name) if name else None for name in node.input]
    return Node(key, operator, arguments, tuple(node.output), _module(node, arrays))


def _attribute(path: Path, item: Any) -> Any:
    if item.type == onnx.AttributeProto.TENSOR:
        return _array(path, item.name, item.t)
    if item.type == onnx.AttributeProto.GRAPH:
        return None
    found = onnx.helper.get_attribute_value(item)
    if isinstance(found, bytes):
        return found.decode("utf-8", "replace")
    return found if isinstance(found, int | float) else list(found)


def _module(node: Any, arrays: dict[str, Any]) -> str:
    """The module of an operator: that of its parameters, or as exporters of PyTorch's put it into the name."""
    for name in node.input:
        if name in arrays and "." in name and "::" not in name:
            return str(name.rpartition(".")[0])
    parts = node.name.strip("/").split("/")
    return ".".join(parts[:-1]) if node.name.startswith("/") else ""
