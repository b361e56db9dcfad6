"""Arrays of inputs and targets from files, and the numbers of a model beside its spec. Nothing in a file is executed."""

from __future__ import annotations

import io
import json
import struct
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy

from derivation.models.graph import ModelError
from derivation.spec.files import BROKEN, DTYPES, MAXIMAL_FILE
from derivation.words.telling import tell

NAMES = {numpy.dtype(dtype).str.lstrip("<|"): name for name, dtype in DTYPES.items()}
"""What a safetensors file calls NumPy's types."""


def bytes_of(path: Path, most: int = MAXIMAL_FILE) -> bytes:
    """The content of a file; raises `ModelError` where it cannot be read, or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise ModelError(
            str(path), [tell("models.unreadable", why=getattr(error, "strerror", None) or error)]
        ) from None
    if len(content) > most:
        raise ModelError(str(path), [tell("models.large_file", most=most)])
    return content


def members_of(path: Path, content: bytes) -> dict[str, bytes]:
    """What a zip holds, by name; raises `ModelError` where it is none, or unpacks to too much. Nothing is unpacked to
    disk, so names are names alone."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = archive.infolist()
            if sum(info.file_size for info in found) > MAXIMAL_FILE:
                raise ModelError(str(path), [tell("models.large_unpacked", most=MAXIMAL_FILE)])
            return {info.filename: _unpacked(archive, info) for info in found}
    except ModelError:
        raise
    except BROKEN as error:
        raise ModelError(str(path), [tell("models.no_archive", why=_first_line(error))]) from None


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """No more of a member than it says it has."""
    with archive.open(info) as member:
        return member.read(info.file_size)


def read(path: Path) -> dict[str, Any]:
    """The arrays of a `.npy` (called "") or `.npz` file, by name."""
    content = bytes_of(path)
    if path.suffix.lower() == ".npz":
        members = members_of(path, content)
        return {name.removesuffix(".npy"): _array(path, part) for name, part in members.items()}
    if path.suffix.lower() != ".npy":
        raise ModelError(str(path), [tell("models.array_formats")])
    return {"": _array(path, content)}


def _array(path: Path, content: bytes) -> Any:
    try:
        with warnings.catch_warnings(action="ignore"):
            found = numpy.load(io.BytesIO(content), allow_pickle=False)
    except BROKEN as error:
        raise ModelError(str(path), [tell("models.no_array_file", why=_first_line(error))]) from None
    if not isinstance(found, numpy.ndarray) or found.dtype.kind not in "iuf" or found.dtype.itemsize > 8:
        raise ModelError(str(path), [tell("models.no_numbers", kind=getattr(found, "dtype", type(found).__name__))])
    return found


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def safetensors(arrays: Mapping[str, Any]) -> bytes:
    """Arrays as a safetensors file: the length of a header, the header in JSON, the numbers.

    >>> safetensors({"a": numpy.array([1.5])})[8:].partition(b"}}")[0]
    b'{"a": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]'
    """
    header, parts, at = dict[str, Any](), list[bytes](), 0
    for name, given in arrays.items():
        little = numpy.ascontiguousarray(given, given.dtype.newbyteorder("<"))
        part = little.tobytes()
        offsets = [at, at + len(part)]
        header[name] = {
            "dtype": NAMES[little.dtype.str.lstrip("<|")],
            "shape": list(little.shape),
            "data_offsets": offsets,
        }
        parts, at = [*parts, part], at + len(part)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(parts)
