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
from math import prod
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

from derivation.formulas.arrays import Array
from derivation.formulas.language.expressions import nearest
from derivation.spec.given import Given, decimal, sized

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

    read: Callable[[bytes, Wish], Array]
    takes: tuple[str, ...] = ()


def from_file(given: Mapping[str, Any], folder: Path | None) -> Array:
    """The array that `{ file = "...", ... }` names, relative to the spec's folder.

    .npy, .npz and .safetensors need NumPy (`pip install 'derivation[files]'`), .csv does not. Raises `ValueError` with
    a sentence that begins with the file's name.
    """
    wish = _wish(given)
    kind = FORMATS.get(Path(wish.file).suffix.lower())
    try:
        if kind is None:
            raise ValueError(f"its ending says no format that is read here; these are {', '.join(FORMATS)}")
        for key in ("key", "columns", "rows"):
            if getattr(wish, key) is not None and key not in kind.takes:
                raise ValueError(
                    f"{key!r} belongs to "
                    f"{' and '.join(ending for ending, other in FORMATS.items() if key in other.takes)} files; "
                    f"leave it out"
                )
        array = kind.read(_bytes(wish.file, folder), wish)
    except ValueError as problem:
        raise ValueError(f"{wish.file}: {problem}") from None
    return array.T if wish.transpose else array


def _wish(given: Mapping[str, Any]) -> Wish:
    known = [field.name for field in fields(Wish)]
    for key in given:
        if key not in known:
            raise ValueError(f"there is no key {key!r} for a file{nearest(key, known)}; known are {', '.join(known)}")
    if not isinstance(given.get("file"), str) or not given["file"]:
        raise ValueError('a value that is a table names a file, as in { file = "weights.npy" }')
    columns, rows = given.get("columns", [""]), given.get("rows", [0, 1])
    expected = {
        'one array\'s name, as in key = "W1"': isinstance(given.get("key", ""), str),
        'a list of names from the header line, as in columns = ["a", "b"]': _is_list(columns, str),
        "the first row and the one to stop before, as in rows = [0, 4]": _is_list(rows, int) and len(rows) == 2,
        "true or false, as in transpose = true": isinstance(given.get("transpose", True), bool),
    }
    for sentence, holds in expected.items():
        if not holds:
            raise ValueError(f"{given['file']}: expected {sentence}")
    return Wish(**given)


def _is_list(given: Any, of: type) -> bool:
    return isinstance(given, list) and bool(given) and all(type(entry) is of for entry in given)


def _bytes(file: str, folder: Path | None) -> bytes:
    """The file's content; only from within the folder of the spec, since a spec may come from somebody else."""
    if folder is None:
        raise ValueError(
            "this spec is text without a folder to look in; load it from a file, or call loads(text, folder=...)"
        )
    if Path(file).is_absolute() or PureWindowsPath(file).anchor:
        raise ValueError(
            "an absolute path holds on one machine only, and a spec reads nothing outside of its folder; put the "
            "file beside the spec"
        )
    try:
        path = (folder / file).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise ValueError(
                "this leads out of the spec's folder, and a spec, which may come from somebody else, reads nothing "
                "there; put the file beside it"
            )
        if not path.is_file():
            raise ValueError(f"there is no such file in {folder}" if not path.exists() else "this is not a file")
        size = path.stat().st_size
        if size > MAXIMAL_FILE:
            raise ValueError(f"the file has {size:,} bytes; the limit is {MAXIMAL_FILE:,}")
        return path.read_bytes()
    except RuntimeError:  # what Path.resolve raises up to Python 3.12
        raise ValueError("the file cannot be read: links lead in a circle") from None
    except OSError as problem:
        raise ValueError(f"the file cannot be read: {problem.strerror or problem}") from None


def _npy(syntax: bytes, wish: Wish) -> Array:
    numpy = _numpy()
    try:
        with warnings.catch_warnings(action="ignore"):  # of headers as Python 2 wrote them
            found = numpy.load(io.BytesIO(syntax), allow_pickle=False)
    except BROKEN as problem:
        raise ValueError(f"this is not an array of numbers as numpy.save writes it ({_first_line(problem)})") from None
    if not isinstance(found, numpy.ndarray):
        raise ValueError("this holds several arrays although it is called .npy; call it .npz and name one with key")
    return _exact(found)


def _npz(syntax: bytes, wish: Wish) -> Array:
    _numpy()
    try:
        with zipfile.ZipFile(io.BytesIO(syntax)) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            info = members[_chosen(wish.key, list(members))]
            if info.file_size > MAXIMAL_FILE:
                raise _TooLarge(f"{wish.key!r} has {info.file_size:,} bytes unpacked; the limit is {MAXIMAL_FILE:,}")
            content = archive.read(info)
    except (_NoSuchArray, _TooLarge):
        raise
    except BROKEN as problem:
        raise ValueError(f"this is not a set of arrays as numpy.savez writes it ({_first_line(problem)})") from None
    return _npy(content, wish)


def _safetensors(syntax: bytes, wish: Wish) -> Array:
    """Eight bytes with the length of the header, the header in JSON, then the numbers (huggingface/safetensors, README,
    "Format")."""
    numpy = _numpy()
    length = int.from_bytes(syntax[:8], "little")
    try:
        header: dict[str, Any] = json.loads(syntax[8 : 8 + length] if 8 + length <= len(syntax) else "")
        tensors = {key: about for key, about in header.items() if key != "__metadata__"}
    except (ValueError, AttributeError, RecursionError):
        raise ValueError(
            "this is not a safetensors file: it does not begin with the length of a JSON header and the header"
        ) from None
    about, data = tensors[_chosen(wish.key, list(tensors))], memoryview(syntax)[8 + length :]
    try:
        dtype, shape, (start, end) = DTYPES.get(str(about["dtype"])), about["shape"], about["data_offsets"]
    except (ValueError, TypeError, KeyError) as problem:
        raise ValueError(
            f"the array cannot be read: its dtype, shape or data_offsets are missing ({_first_line(problem)})"
        ) from None
    if dtype is None:
        raise ValueError(f"its numbers are of type {about['dtype']}; read are the types {', '.join(DTYPES)}")
    if not isinstance(shape, list) or not all(map(_is_size, (*shape, start, end))):
        raise ValueError(
            f"its shape is {shape} and its data_offsets are {start} to {end}; these are whole numbers that are not "
            f"negative"
        )
    expected = prod(shape) * numpy.dtype(dtype).itemsize
    if not start <= end <= len(data) or end - start != expected:
        raise ValueError(
            f"its shape {shape} asks for {expected:,} bytes, and data_offsets say {start} to {end} of {len(data):,}"
        )
    found = numpy.frombuffer(data[start:end], dtype).reshape(shape)
    return _exact(found)


def _is_size(given: Any) -> bool:
    return type(given) is int and given >= 0


def _csv(syntax: bytes, wish: Wish) -> Array:
    try:
        lines = csv.reader(io.StringIO(syntax.decode("utf-8-sig"), newline=""), strict=True)
        table = [(lines.line_num, [cell.strip() for cell in cells]) for cells in lines if any(map(str.strip, cells))]
    except (UnicodeDecodeError, csv.Error) as problem:
        raise ValueError(
            f"this is not a table of numbers in UTF-8, separated by commas ({_first_line(problem)})"
        ) from None
    header = (
        table.pop(0)[1] if table and not any(map(NUMBER.match, table[0][1])) else None
    )  # a line half of numbers is a mistake, not a header
    start, stop = wish.rows or (0, len(table))
    if not table or not 0 <= start < stop <= len(table):
        below = f" below the header line {','.join(header)[:40]!r}" if header else ""
        raise ValueError(
            f"there are {len(table)} rows of numbers{below}"
            + (f", so rows = [{start}, {stop}] holds none or goes beyond them" if table else "")
        )
    chosen = table[start:stop]
    expected = len(header or table[0][1])
    kept = range(expected) if wish.columns is None else [_column(name, header) for name in wish.columns]
    axes = sized(len(chosen), len(kept)) if len(kept) > 1 else (len(chosen),)
    return Given.of(axes, (entry for line, cells in chosen for entry in _cells(line, cells, expected, kept)))


def _column(name: str, header: list[str] | None) -> int:
    if header is None:
        raise ValueError("columns are chosen by name, but the first line is numbers, not names")
    if name not in header:
        raise ValueError(
            f"there is no column {name!r}{nearest(name, header)}; the header line has {', '.join(header[:12])}"
        )
    return header.index(name)


def _cells(line: int, cells: list[str], expected: int, kept: Sequence[int]) -> list[Any]:
    if len(cells) != expected:
        raise ValueError(f"line {line} has {len(cells)} cells where {expected} were expected")
    found = []
    for place in kept:
        cell = cells[place]
        try:
            found.append(decimal(cell if NUMBER.match(cell) else "?"))
        except ValueError as problem:
            why = problem if NUMBER.match(cell) else f"expected a number such as 0.5, found {cell[:40]!r}"
            raise ValueError(f"line {line}, cell {place + 1}: {why}") from None
    return found


class _NoSuchArray(ValueError):
    pass


class _TooLarge(ValueError):
    pass


def _chosen(key: str | None, known: list[str]) -> str:
    """The array to take from several: the one named, or the only one."""
    listed = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    if key is None and len(known) == 1:
        return known[0]
    if key is None:
        raise _NoSuchArray(f'the file holds {listed or "no array"}; name one, as in key = "W1"')
    if key not in known:
        raise _NoSuchArray(f"the file holds no {key!r}{nearest(key, known)}; it holds {listed or 'nothing'}")
    return key


def _exact(found: ndarray[Any, Any]) -> Array:
    """A NumPy array as exact numbers."""
    if found.dtype.kind not in "iuf" or found.dtype.itemsize > 8:
        raise ValueError(
            f"expected whole numbers, float16, float32 or float64, found {found.dtype}; convert with .astype('float64')"
        )
    if found.ndim not in (1, 2):
        raise ValueError(
            f"expected one dimension (a column vector) or two (a matrix), found {found.ndim} (shape {found.shape})"
        )
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
            why = f"but {problem}" if NUMBER.match(text) else "which is not a number one can compute with"
            raise ValueError(
                f"entry {', '.join(map(str, divmod(place, shape[1])))} (from 0) is {text}, {why}"
            ) from None
    return Given.of(found.shape, entries)


def _numpy() -> Any:
    try:
        import numpy
    except ImportError:
        raise ValueError(
            "reading this format needs NumPy: pip install 'derivation[files]' (or give the numbers as .csv)"
        ) from None
    return numpy


def _first_line(problem: BaseException) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0][:120]


FORMATS = {
    ".npy": Format(_npy),
    ".npz": Format(_npz, ("key",)),
    ".csv": Format(_csv, ("columns", "rows")),
    ".safetensors": Format(_safetensors, ("key",)),
}
