"""Values from data files: `W1 = { file = "weights.npz", key = "W1" }` in a spec. Nothing in a file is ever executed.

A float in a binary file is taken as its shortest decimal that reads back to it (what Python prints: 0.1 for the float64
nearest to one tenth, and for the float32 as well); whole numbers are exact; text is the decimal as written. One
dimension is a column vector.
"""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from math import prod
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

from derivation.formulas.arrays import Array
from derivation.formulas.language.stacks.stack import MOST_AXES
from derivation.formulas.language.suggestions import nearest
from derivation.spec.given import Given, Sliced, decimal, sized
from derivation.words.telling import listed, tell

if TYPE_CHECKING:
    from numpy import ndarray

MAXIMAL_FILE = 64_000_000
"""Bytes of a file, and of an array unpacked from one."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII)
BROKEN = (
    ValueError, OSError, EOFError, LookupError, MemoryError, NotImplementedError, OverflowError, RuntimeError, SyntaxError, TypeError, struct.error,
    tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading an array that is cut short, encrypted or no array at all may raise."""
DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1",
}  # fmt: skip
"""The number types of a safetensors file, as NumPy calls them."""


@dataclass(frozen=True)
class Wish:
    """What a spec asks of a file: the keys of the inline table."""

    file: str
    key: str | None = None
    columns: Sequence[str] | None = None
    rows: Sequence[int] | None = None
    transpose: bool = False


@dataclass(frozen=True)
class Format:
    """A kind of file: what reads it, and the keys that it takes beside `file` and `transpose`."""

    read: Callable[[bytes, Wish], Array | Sliced]
    takes: tuple[str, ...] = ()


def from_file(given: Mapping[str, Any], folder: Path | None) -> Array | Sliced:
    """The array that `{ file = "...", ... }` names, relative to the spec's folder.

    .npy, .npz and .safetensors need NumPy (`pip install 'derivation[files]'`), .csv does not. Raises `ValueError` with
    a sentence that begins with the file's name.
    """
    wish = _wish(given)
    kind = FORMATS.get(Path(wish.file).suffix.lower())
    try:
        if kind is None:
            raise ValueError(tell("files.no_format", known=", ".join(FORMATS)))
        for key in ("key", "columns", "rows"):
            if getattr(wish, key) is not None and key not in kind.takes:
                endings = listed(ending for ending, other in FORMATS.items() if key in other.takes)
                raise ValueError(tell("files.key_of_others", key=key, endings=endings))
        array = kind.read(_bytes(wish.file, folder), wish)
        if wish.transpose and isinstance(array, Sliced):
            raise ValueError(tell("files.transposed", shape=" x ".join(map(str, array.axes))))
    except ValueError as problem:
        raise ValueError(f"{wish.file}: {problem}") from None
    return array.T if wish.transpose and isinstance(array, Array) else array


def _wish(given: Mapping[str, Any]) -> Wish:
    known = [field.name for field in fields(Wish)]
    for key in given:
        if key not in known:
            raise ValueError(
                tell("files.no_key", key=key, near=nearest(key, [*known, "steps"]), known=", ".join(known))
            )
    if not isinstance(given.get("file"), str) or not given["file"]:
        raise ValueError(tell("files.names_a_file"))
    columns, rows = given.get("columns", [""]), given.get("rows", [0, 1])
    expected = {
        "key": isinstance(given.get("key", ""), str),
        "columns": _is_list(columns, str),
        "rows": _is_list(rows, int) and len(rows) == 2,
        "transpose": isinstance(given.get("transpose", True), bool),
    }
    for key, holds in expected.items():
        if not holds:
            raise ValueError(tell("files.expected", file=given["file"], what=tell(f"files.expected_{key}")))
    return Wish(**given)


def _is_list(given: Any, of: type) -> bool:
    return isinstance(given, list) and bool(given) and all(type(entry) is of for entry in given)


def _bytes(file: str, folder: Path | None) -> bytes:
    """The file's content; only from within the folder of the spec, since a spec may come from somebody else."""
    if folder is None:
        raise ValueError(tell("files.no_folder"))
    if Path(file).is_absolute() or PureWindowsPath(file).anchor:
        raise ValueError(tell("files.absolute"))
    try:
        path = (folder / file).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise ValueError(tell("files.outside"))
        if not path.is_file():
            raise ValueError(tell("files.no_file", folder=folder) if not path.exists() else tell("files.not_a_file"))
        size = path.stat().st_size
        if size > MAXIMAL_FILE:
            raise ValueError(tell("files.large_file", count=size, most=MAXIMAL_FILE))
        return path.read_bytes()
    except RuntimeError:  # what Path.resolve raises up to Python 3.12
        raise ValueError(tell("files.circle")) from None
    except OSError as problem:
        raise ValueError(tell("files.unreadable", why=problem.strerror or problem)) from None


def _npy(syntax: bytes, wish: Wish) -> Array | Sliced:
    numpy = _numpy()
    try:
        with warnings.catch_warnings(action="ignore"):  # of headers as Python 2 wrote them
            found = numpy.load(io.BytesIO(syntax), allow_pickle=False)
    except BROKEN as problem:
        raise ValueError(tell("files.no_npy", why=_first_line(problem))) from None
    if not isinstance(found, numpy.ndarray):
        raise ValueError(tell("files.several"))
    return exact_array(found)


def _npz(syntax: bytes, wish: Wish) -> Array | Sliced:
    _numpy()
    try:
        with zipfile.ZipFile(io.BytesIO(syntax)) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            info = members[_chosen(wish.key, list(members))]
            if info.file_size > MAXIMAL_FILE:
                raise _TooLarge(tell("files.large_array", key=wish.key, count=info.file_size, most=MAXIMAL_FILE))
            content = archive.read(info)
    except (_NoSuchArray, _TooLarge):
        raise
    except BROKEN as problem:
        raise ValueError(tell("files.no_npz", why=_first_line(problem))) from None
    return _npy(content, wish)


def _safetensors(syntax: bytes, wish: Wish) -> Array | Sliced:
    """Eight bytes with the length of the header, the header in JSON, then the numbers (huggingface/safetensors, README,
    "Format")."""
    numpy = _numpy()
    length = int.from_bytes(syntax[:8], "little")
    try:
        header: dict[str, Any] = json.loads(syntax[8 : 8 + length] if 8 + length <= len(syntax) else "")
        tensors = {key: about for key, about in header.items() if key != "__metadata__"}
    except (ValueError, AttributeError, RecursionError):
        raise ValueError(tell("files.no_safetensors")) from None
    about, data = tensors[_chosen(wish.key, list(tensors))], memoryview(syntax)[8 + length :]
    try:
        dtype, shape, (start, end) = DTYPES.get(str(about["dtype"])), about["shape"], about["data_offsets"]
    except (ValueError, TypeError, KeyError) as problem:
        raise ValueError(tell("files.no_layout", why=_first_line(problem))) from None
    if dtype is None:
        raise ValueError(tell("files.no_dtype", dtype=about["dtype"], known=", ".join(DTYPES)))
    if not isinstance(shape, list) or not all(map(_is_size, (*shape, start, end))):
        raise ValueError(tell("files.no_sizes", shape=shape, start=start, end=end))
    expected = prod(shape) * numpy.dtype(dtype).itemsize
    if not start <= end <= len(data) or end - start != expected:
        raise ValueError(
            tell("files.wrong_size", shape=shape, expected=expected, start=start, end=end, count=len(data))
        )
    found = numpy.frombuffer(data[start:end], dtype).reshape(shape)
    return exact_array(found)


def _is_size(given: Any) -> bool:
    return type(given) is int and given >= 0


def _csv(syntax: bytes, wish: Wish) -> Array:
    try:
        lines = csv.reader(io.StringIO(syntax.decode("utf-8-sig"), newline=""), strict=True)
        table = [(lines.line_num, [cell.strip() for cell in cells]) for cells in lines if any(map(str.strip, cells))]
    except (UnicodeDecodeError, csv.Error) as problem:
        raise ValueError(tell("files.no_csv", why=_first_line(problem))) from None
    header = (
        table.pop(0)[1] if table and not any(map(NUMBER.match, table[0][1])) else None
    )  # a line half of numbers is a mistake, not a header
    start, stop = wish.rows or (0, len(table))
    if not table or not 0 <= start < stop <= len(table):
        below = tell("files.below_header", header=",".join(header)[:40]) if header else ""
        code = "files.row_range" if table else "files.row_count"
        raise ValueError(tell(code, count=len(table), below=below, start=start, stop=stop))
    chosen = table[start:stop]
    expected = len(header or table[0][1])
    kept = range(expected) if wish.columns is None else [_column(name, header) for name in wish.columns]
    axes = sized(len(chosen), len(kept)) if len(kept) > 1 else (len(chosen),)
    return Given.of(axes, (entry for line, cells in chosen for entry in _cells(line, cells, expected, kept)))


def _column(name: str, header: list[str] | None) -> int:
    if header is None:
        raise ValueError(tell("files.no_header"))
    if name not in header:
        raise ValueError(tell("files.no_column", name=name, near=nearest(name, header), known=", ".join(header[:12])))
    return header.index(name)


def _cells(line: int, cells: list[str], expected: int, kept: Sequence[int]) -> list[Any]:
    if len(cells) != expected:
        raise ValueError(tell("files.cell_count", line=line, count=len(cells), expected=expected))
    found = []
    for place in kept:
        cell = cells[place]
        try:
            found.append(decimal(cell if NUMBER.match(cell) else "?"))
        except ValueError as problem:
            why = problem if NUMBER.match(cell) else tell("files.no_number", found=cell[:40])
            raise ValueError(tell("files.cell", line=line, cell=place + 1, why=why)) from None
    return found


class _NoSuchArray(ValueError):
    pass


class _TooLarge(ValueError):
    pass


def _chosen(key: str | None, known: list[str]) -> str:
    """The array to take from several: the one named, or the only one."""
    shown = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    if key is None and len(known) == 1:
        return known[0]
    if key is None:
        raise _NoSuchArray(tell("files.name_one", known=shown or tell("files.no_array")))
    if key not in known:
        raise _NoSuchArray(
            tell("files.no_such_array", key=key, near=nearest(key, known), known=shown or tell("files.nothing"))
        )
    return key


def exact_array(found: ndarray[Any, Any]) -> Array | Sliced:
    """A NumPy array as exact numbers."""
    if found.dtype.kind not in "iuf" or found.dtype.itemsize > 8:
        raise ValueError(tell("files.expected_floats", dtype=found.dtype))
    if not 0 < found.ndim <= MOST_AXES:
        raise ValueError(tell("files.expected_axes", count=found.ndim, shape=found.shape))
    if found.ndim > 2:
        return Sliced.of(found.shape, (_matrix(found[place]) for place in product(*map(range, found.shape[:-2]))))
    return _matrix(found)


def _matrix(found: ndarray[Any, Any]) -> Array:
    shape = sized(found.shape[0], found.shape[1] if found.ndim == 2 else 1)
    # str of a NumPy scalar is the shortest decimal that reads back at its own precision; a float's repr is that of
    # float64, and faster
    texts = (
        map(repr, found.ravel().tolist())
        if found.dtype.itemsize == 8 or found.dtype.kind != "f"
        else map(str, found.ravel())
    )
    entries = []
    for place, text in enumerate(texts):
        try:
            entries.append(decimal(text))
        except ValueError as problem:
            why = tell("files.but", why=problem) if NUMBER.match(text) else tell("files.incomputable")
            raise ValueError(
                tell("files.entry", place=", ".join(map(str, divmod(place, shape[1]))), text=text, why=why)
            ) from None
    return Given.of(found.shape, entries)


def _numpy() -> Any:
    try:
        import numpy
    except ImportError:
        raise ValueError(tell("files.numpy")) from None
    return numpy


def _first_line(problem: BaseException) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0][:120]


FORMATS = {
    ".npy": Format(_npy),
    ".npz": Format(_npz, ("key",)),
    ".csv": Format(_csv, ("columns", "rows")),
    ".safetensors": Format(_safetensors, ("key",)),
}
