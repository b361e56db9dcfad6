"""Exported programs of PyTorch's in their files (`.pt2`, as `torch.export.save` writes them): a zip with the graph in
JSON and the weights as raw bytes. Nothing is unpickled; what an archive holds as a pickle is not looked at, or refused.

Schema: `torch/_export/serde/schema.py`, versions 8; archive: `torch/export/pt2_archive`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy

from derivation.models.arrays import bytes_of, members_of
from derivation.models.filling import made
from derivation.models.graph import Graph, ModelError, Node, Ref
from derivation.words.telling import tell

DTYPES = {
    1: "u1",
    2: "i1",
    3: "i2",
    4: "i4",
    5: "i8",
    6: "f2",
    7: "f4",
    8: "f8",
    12: "?",
    13: "bfloat16",
    28: "u2",
    34: "u4",
    35: "u8",
}
"""The types of numbers, by their places in the schema's `ScalarType`."""
TABLES = {"parameter": "parameters", "buffer": "constants", "tensor_constant": "constants"}
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, StopIteration)
"""What reading JSON that is not of the schema may raise."""
VERSION = 8
WHERE = ("data/weights/", "data/constants/")


def graph(path: Path) -> Graph:
    """The graph of a file; its inputs are arrays of zeros until they are given."""
    members = members_of(path, bytes_of(path))
    root = next(
        (name.removesuffix("models/model.json") for name in members if name.endswith("/models/model.json")), None
    )
    if root is None:
        older = any(name.endswith("serialized_exported_program.json") for name in members)
        raise ModelError(str(path), [tell("models.older_pt2" if older else "models.no_pt2")])
    try:
        program = json.loads(members[f"{root}models/model.json"])
        version = program["schema_version"]["major"]
        if version != VERSION:
            raise ModelError(str(path), [tell("models.schema", found=version, known=VERSION)])
        tensors = dict(_tensors(path, members, root))
        return _graph(path.stem, program["graph_module"], tensors)
    except ModelError:
        raise
    except MALFORMED as error:
        raise ModelError(
            str(path), [tell("models.malformed_pt2", why=f"{type(error).__name__}: {str(error)[:80]}")]
        ) from None


def _tensors(path: Path, members: Mapping[str, bytes], root: str) -> Iterator[tuple[str, Any]]:
    """All arrays of the archive, by the names that the model has for them."""
    order = members.get(f"{root}byteorder", b"little").decode()
    for folder in WHERE:
        for name in members:
            if name.startswith(f"{root}{folder}model_") and name.endswith("_config.json"):
                for key, about in json.loads(members[name])["config"].items():
                    if about["use_pickle"]:
                        raise ModelError(str(path), [tell("models.pickled", name=key)])
                    content = members.get(f"{root}{folder}{about['path_name']}")
                    if content is None:
                        raise ModelError(str(path), [tell("models.no_member", name=key, member=about["path_name"])])
                    yield key, _tensor(path, key, content, about["tensor_meta"], ">" if order == "big" else "<")


def _tensor(path: Path, key: str, content: bytes, about: Mapping[str, Any], order: str) -> Any:
    """An array in its storage: sizes, strides and an offset, counted in numbers."""
    kind = DTYPES.get(about["dtype"])
    if kind is None:
        raise ModelError(str(path), [tell("models.tensor_type", name=key, number=about["dtype"])])
    sizes, strides = ([part["as_int"] for part in about[what]] for what in ("sizes", "strides"))
    start = about["storage_offset"]["as_int"]
    dtype = numpy.dtype(f"{order}{'u2' if kind == 'bfloat16' else kind}")
    count = len(content) // dtype.itemsize
    last = start + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
    whole = all(type(number) is int and number >= 0 for number in (*sizes, *strides, start))
    if not whole or 0 in sizes or last >= count or prod(sizes) > count or len(content) % dtype.itemsize:
        raise ModelError(str(path), [tell("models.tensor_size", name=key, sizes=sizes, count=len(content))])
    storage = numpy.frombuffer(content, dtype)
    steps = [stride * dtype.itemsize for stride in strides]
    found = numpy.lib.stride_tricks.as_strided(storage[start:], sizes, steps, writeable=False).copy()
    return (found.astype("u4") << 16).view("f4") if kind == "bfloat16" else found.astype(dtype.newbyteorder("="))


def _graph(title: str, module: Mapping[str, Any], tensors: Mapping[str, Any]) -> Graph:
    parameters, constants, inputs, own = dict[str, Any](), dict[str, Any](), dict[str, Any](), dict[str, str]()
    about = module["graph"]["tensor_values"]
    for spec in module["signature"]["input_specs"]:
        ((kind, held),) = spec.items()
        if kind == "user_input":
            name = _name(held["arg"]["as_tensor"])
            inputs[name], own[name] = _expected(about[name]), name
        elif kind in TABLES:
            name, key = _name(held["arg"]), _text(held[f"{kind}_name"])
            (parameters if kind == "parameter" else constants)[name] = tensors[key]
            own[name] = key
    outputs = [
        _name(part["user_output"]["arg"]["as_tensor"])
        for part in module["signature"]["output_specs"]
        if "as_tensor" in part.get("user_output", {}).get("arg", {})
    ]
    nodes = tuple(map(_node, module["graph"]["nodes"]))
    return Graph(title, nodes, tuple(outputs), parameters, inputs, {**constants, **made(nodes)}, own)


def _expected(about: Mapping[str, Any]) -> Any:
    """An input as it has to be: its type and sizes. A size that is not fixed is 0."""
    kind = DTYPES.get(about["dtype"], "f4")
    sizes = [part.get("as_int", 0) for part in about["sizes"]]
    return numpy.broadcast_to(numpy.zeros((), "f4" if kind == "bfloat16" else kind), sizes)


def _node(given: Mapping[str, Any]) -> Node:
    operator = given["target"].removeprefix("torch.ops.")
    parts = operator.split(".")
    key = parts[1] if parts[0] == "aten" and len(parts) > 1 else operator
    arguments = {item["name"]: _argument(item["arg"]) for item in given["inputs"]}
    results = [name for output in given["outputs"] for name in _names(output)]
    stack = [part.split(",", 2) for part in given.get("metadata", {}).get("nn_module_stack", "").split(";") if part]
    module, kind = stack[-1][1:] if stack and len(stack[-1]) == 3 else ("", "")
    return Node(key, operator, arguments, tuple(results), module, kind)


def _names(output: Mapping[str, Any]) -> list[str]:
    if "as_tensors" in output:
        return [_name(part) for part in output["as_tensors"]]
    return [_name(output["as_tensor"])] if "as_tensor" in output else [""]


def _name(given: Mapping[str, Any]) -> str:
    return _text(given["name"])


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError(type(given).__name__)
    return given


def _argument(given: Mapping[str, Any]) -> Any:
    """An argument: a name, a number, or several."""
    ((kind, held),) = given.items()
    if kind == "as_tensor":
        return Ref(_name(held))
    if kind in ("as_tensors", "as_optional_tensors"):
        return [_argument(part) if "as_none" in part or "as_tensor" in part else Ref(_name(part)) for part in held]
    return None if kind == "as_none" else held
