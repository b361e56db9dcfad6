"""Values from data files: every format, exact numbers, and every problem with its place. Expectations are written by
hand."""

from __future__ import annotations

import json
import os
import struct
import sys
import zipfile
from pathlib import Path

import numpy
import pytest

from derivation import SpecError, load, loads
from derivation.networks.network import Network

HEAD = '[model]\nequations = "z = 2 * W"\n[parameters]\nW = '
"""What stands before the value: it is at line 4, column 5."""


def network(folder: Path, value: str) -> Network:
    (folder / "spec.toml").write_text(HEAD + value + "\n")
    return load(folder / "spec.toml")


def read(folder: Path, value: str) -> tuple[tuple[int, ...], list[str]]:
    array = network(folder, value).parameters["W"]
    return array.shape, list(map(str, array.entries))


def safetensors(path: Path, tensors: dict[str, tuple[str, list[int], bytes]], header: bytes | None = None) -> None:
    """As the format's README says: length, JSON, numbers."""
    about, data = {"__metadata__": {"format": "pt"}}, b""
    for key, (dtype, shape, content) in tensors.items():
        about[key] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(about).encode() if header is None else header
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def test_npy_floats_are_their_shortest_decimals(tmp_path: Path) -> None:
    for dtype in ("f2", "f4", "f8", ">f8"):
        numpy.save(tmp_path / "w.npy", numpy.array([[0.1, -2.5], [1e-3, 3]], dtype))
        assert read(tmp_path, '{ file = "w.npy" }') == ((2, 2), ["1/10", "-5/2", "1/1000", "3"]), dtype
    numpy.save(tmp_path / "w.npy", numpy.array([1e22, 2**-24], "f8"))
    assert read(tmp_path, '{ file = "w.npy" }')[1] == [
        "1" + "0" * 22,
        "5960464477539063/1" + "0" * 23,
    ]  # 5.960464477539063e-08


def test_whole_numbers_are_exact(tmp_path: Path) -> None:
    numpy.save(tmp_path / "w.npy", numpy.array([2**63 - 1, -(2**63)]))
    assert read(tmp_path, '{ file = "w.npy" }') == ((2, 1), ["9223372036854775807", "-9223372036854775808"])
    numpy.save(tmp_path / "w.npy", numpy.array([2**64 - 1], "u8"))
    assert read(tmp_path, '{ file = "w.npy" }') == ((), ["18446744073709551615"])


def test_one_dimension_is_a_column_and_transpose_makes_it_a_row(tmp_path: Path) -> None:
    numpy.save(tmp_path / "w.npy", numpy.array([1, 2, 3]))
    assert read(tmp_path, '{ file = "w.npy" }') == ((3, 1), ["1", "2", "3"])
    assert read(tmp_path, '{ file = "w.npy", transpose = true }') == ((1, 3), ["1", "2", "3"])
    numpy.save(tmp_path / "w.npy", numpy.asfortranarray([[1, 2, 3], [4, 5, 6]]))
    assert read(tmp_path, '{ file = "w.npy" }') == ((2, 3), list("123456"))
    assert read(tmp_path, '{ file = "w.npy", transpose = true }') == ((3, 2), list("142536"))


@pytest.mark.parametrize("save", [numpy.savez, numpy.savez_compressed])
def test_npz(tmp_path: Path, save) -> None:
    save(tmp_path / "w.npz", W1=numpy.array([0.3, 0.7]), b1=numpy.array([[4]]))
    assert read(tmp_path, '{ file = "w.npz", key = "W1" }') == ((2, 1), ["3/10", "7/10"])
    save(tmp_path / "w.npz", only=numpy.array([0.3]))
    assert read(tmp_path, '{ file = "w.npz" }') == ((), ["3/10"])


def test_csv_is_the_decimal_as_written(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(b"\xef\xbb\xbfa,b,c\r\n0.10000000000000000000001, -.5 ,1e3\r\n\r\n+4,5.,6E-1\r\n")
    assert read(tmp_path, '{ file = "d.csv" }') == (
        (2, 3),
        ["10000000000000000000001/100000000000000000000000", "-1/2", "1000", "4", "5", "3/5"],
    )
    assert read(tmp_path, '{ file = "d.csv", columns = ["c", "a"], rows = [1, 2] }') == ((1, 2), ["3/5", "4"])
    (tmp_path / "d.csv").write_text("1\n2\n3\n4\n")
    assert read(tmp_path, '{ file = "d.csv" }') == ((4, 1), list("1234"))
    assert read(tmp_path, '{ file = "d.csv", rows = [0, 2], transpose = true }') == ((1, 2), list("12"))
    (tmp_path / "d.csv").write_text('x,"label, in words"\n1,cat\n2,dog\n')
    assert read(tmp_path, '{ file = "d.csv", columns = ["x"] }') == ((2, 1), ["1", "2"])


def test_csv_needs_no_numpy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    (tmp_path / "d.csv").write_text("1,2\n")
    assert read(tmp_path, '{ file = "d.csv" }') == ((1, 2), ["1", "2"])
    (tmp_path / "w.npy").write_bytes(b"")
    with pytest.raises(SpecError, match=r"w\.npy: reading this format needs NumPy: pip install 'derivation\[files\]'"):
        network(tmp_path, '{ file = "w.npy" }')


def test_safetensors(tmp_path: Path) -> None:
    tensors = {
        "layer1.weight": ("F32", [2, 2], struct.pack("<4f", 0.1, -0.25, 3e-5, 16777216)),
        "layer1.bias": ("F64", [2], struct.pack("<2d", 0.1, -1e-7)),
        "half": ("F16", [1], struct.pack("<e", 0.2)),
        "count": ("I64", [1, 2], struct.pack("<2q", -3, 2**62)),
    }
    safetensors(tmp_path / "m.safetensors", tensors)
    assert read(tmp_path, '{ file = "m.safetensors", key = "layer1.weight" }') == (
        (2, 2),
        ["1/10", "-1/4", "3/100000", "16777216"],
    )
    assert read(tmp_path, '{ file = "m.safetensors", key = "layer1.bias", transpose = true }') == (
        (1, 2),
        ["1/10", "-1/10000000"],
    )
    assert read(tmp_path, '{ file = "m.safetensors", key = "half" }') == ((), ["1/5"])
    assert read(tmp_path, '{ file = "m.safetensors", key = "count" }') == ((1, 2), ["-3", str(2**62)])


def test_a_file_serves_data_too_and_a_folder_below(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "d.csv").write_text("7\n")
    text = '[model]\nequations = "z = 2 * x"\n[data.x]\nfile = "below/d.csv"\n'
    assert loads(text, folder=tmp_path).data["x"].entries == (7,)


def spoil(folder: Path) -> None:
    """One file of each kind of trouble."""
    numpy.save(folder / "good.npy", numpy.array([1.0]))
    numpy.save(folder / "three.npy", numpy.zeros((1, 1, 2, 2, 2)))
    numpy.save(folder / "none.npy", numpy.array(1.0))
    numpy.save(folder / "empty.npy", numpy.zeros((0, 3)))
    numpy.save(folder / "long.npy", numpy.zeros(100_001, "i1"))
    numpy.save(folder / "complex.npy", numpy.array([1j]))
    numpy.save(folder / "text.npy", numpy.array(["1"]))
    numpy.save(folder / "truth.npy", numpy.array([True]))
    numpy.save(folder / "nan.npy", numpy.array([[1.0, 2.0], [3.0, numpy.nan]]))
    numpy.save(folder / "tiny.npy", numpy.array([5e-324]))
    numpy.save(folder / "objects.npy", numpy.array([{"a": 1}], dtype=object), allow_pickle=True)
    (folder / "short.npy").write_bytes((folder / "three.npy").read_bytes()[:-8])
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (100000000000,), }"
    (folder / "huge.npy").write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header) + 1) + header + b"\n")
    numpy.savez(folder / "two.npz", W1=numpy.ones(1), W2=numpy.ones(1))
    (folder / "two.npy").write_bytes((folder / "two.npz").read_bytes())
    (folder / "bad.npz").write_text("no zip")
    with zipfile.ZipFile(folder / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("W.npy", bytes(64_000_001))
    (folder / "words.csv").write_text("a,b\n1,2\n3,four\n")
    (folder / "ragged.csv").write_text("1,2\n3\n")
    (folder / "plain.csv").write_text("1,2\n3,4\n")
    (folder / "comma.csv").write_text("1;2\n")
    (folder / "half.csv").write_text("1,2x\n3,4\n")
    (folder / "quote.csv").write_text('1,"2\n')
    (folder / "header.csv").write_text("a,b\n")
    (folder / "latin.csv").write_bytes(b"1\n\xff\n")
    (folder / "digits.csv").write_text("0." + "1" * 101)
    safetensors(folder / "two.safetensors", {"a": ("F32", [1], bytes(4)), "b": ("F32", [1], bytes(4))})
    safetensors(folder / "brain.safetensors", {"a": ("BF16", [1], bytes(2))})
    safetensors(folder / "shape.safetensors", {"a": ("F32", [3], bytes(4))})
    safetensors(folder / "end.safetensors", {}, b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}')
    safetensors(folder / "list.safetensors", {}, b"[1]")
    (folder / "cut.safetensors").write_bytes(struct.pack("<Q", 10**15) + b"{}")
    (folder / "folder.npy").mkdir()
    (folder / "weights.pt").write_bytes(b"")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            '{ file = "three.npy" }',
            "three.npy: expected one to four dimensions, found 5 (shape (1, 1, 2, 2, 2))",
        ),
        ('{ file = "none.npy" }', "none.npy: expected one to four dimensions, found 0"),
        ('{ file = "empty.npy" }', "empty.npy: 0 x 3 has no entries"),
        ('{ file = "long.npy" }', "long.npy: 100001 x 1 is larger than the limit of 100000 rows"),
        (
            '{ file = "complex.npy" }',
            "complex.npy: expected whole numbers, float16, float32 or float64, found complex128",
        ),
        ('{ file = "text.npy" }', "text.npy: expected whole numbers, float16, float32 or float64, found <U1"),
        (
            '{ file = "truth.npy" }',
            "truth.npy: expected whole numbers, float16, float32 or float64, found bool; convert with .astype",
        ),
        ('{ file = "nan.npy" }', "nan.npy: entry 1, 1 (from 0) is nan, which is not a number"),
        (
            '{ file = "tiny.npy" }',
            "tiny.npy: entry 0, 0 (from 0) is 5e-324, but this number has more than 100 digits, or a power of ten "
            "beyond 300",
        ),
        (
            '{ file = "objects.npy" }',
            "objects.npy: this is not an array of numbers as numpy.save writes it (Object arrays cannot be loaded",
        ),
        ('{ file = "short.npy" }', "short.npy: this is not an array of numbers"),
        ('{ file = "huge.npy" }', "huge.npy: this is not an array of numbers"),
        ('{ file = "two.npy" }', "two.npy: this holds several arrays although it is called .npy"),
        ('{ file = "two.npz" }', 'two.npz: the file holds W1, W2; name one, as in key = "W1"'),
        ('{ file = "two.npz", key = "W3" }', "two.npz: the file holds no 'W3'; did you mean 'W"),
        (
            '{ file = "bad.npz", key = "W" }',
            "bad.npz: this is not a set of arrays as numpy.savez writes it (File is not a zip file)",
        ),
        ('{ file = "bomb.npz", key = "W" }', "bomb.npz: 'W' has 64,000,001 bytes unpacked; the limit is 64,000,000"),
        ('{ file = "words.csv" }', "words.csv: line 3, cell 2: expected a number such as 0.5, found 'four'"),
        ('{ file = "words.csv", columns = ["c"] }', "words.csv: there is no column 'c'; the header line has a, b"),
        (
            '{ file = "plain.csv", columns = ["a"] }',
            "plain.csv: columns are chosen by name, but the first line is numbers",
        ),
        (
            '{ file = "plain.csv", rows = [1, 3] }',
            "plain.csv: there are 2 rows of numbers, so rows = [1, 3] holds none or goes beyond them",
        ),
        (
            '{ file = "plain.csv", rows = [1, 1] }',
            "plain.csv: there are 2 rows of numbers, so rows = [1, 1] holds none",
        ),
        ('{ file = "ragged.csv" }', "ragged.csv: line 2 has 1 cells where 2 were expected"),
        ('{ file = "comma.csv" }', "comma.csv: there are 0 rows of numbers below the header line '1;2'"),
        ('{ file = "half.csv" }', "half.csv: line 1, cell 2: expected a number such as 0.5, found '2x'"),
        ('{ file = "quote.csv" }', "quote.csv: this is not a table of numbers in UTF-8, separated by commas"),
        ('{ file = "header.csv" }', "header.csv: there are 0 rows of numbers"),
        ('{ file = "latin.csv" }', "latin.csv: this is not a table of numbers in UTF-8"),
        ('{ file = "digits.csv" }', "digits.csv: line 1, cell 1: this number has more than 100 digits"),
        ('{ file = "two.safetensors" }', "two.safetensors: the file holds a, b; name one"),
        (
            '{ file = "brain.safetensors" }',
            "brain.safetensors: its numbers are of type BF16; read are the types F64, F32",
        ),
        (
            '{ file = "shape.safetensors" }',
            "shape.safetensors: its shape [3] asks for 12 bytes, and data_offsets say 0 to 4 of 4",
        ),
        (
            '{ file = "end.safetensors" }',
            "end.safetensors: its shape [1] asks for 4 bytes, and data_offsets say 0 to 4 of 0",
        ),
        ('{ file = "list.safetensors" }', "list.safetensors: this is not a safetensors file"),
        (
            '{ file = "cut.safetensors" }',
            "cut.safetensors: this is not a safetensors file: it does not begin with the length of a JSON header",
        ),
        ('{ file = "folder.npy" }', "folder.npy: this is not a file"),
        ('{ file = "nothing.npy" }', "nothing.npy: there is no such file in"),
        (
            '{ file = "weights.pt" }',
            "weights.pt: its ending says no format that is read here; these are .npy, .npz, .csv, .safetensors",
        ),
        ('{ file = "/etc/passwd.csv" }', "/etc/passwd.csv: an absolute path holds on one machine only"),
        ("{ file = 'C:\\w.npy' }", "C:\\w.npy: an absolute path holds on one machine only"),
        (
            '{ file = "../w.npy" }',
            "../w.npy: this leads out of the spec's folder, and a spec, which may come from somebody else",
        ),
        ('{ file = "link.npy" }', "link.npy: this leads out of the spec's folder"),
        ('{ file = "a\\u0000.npy" }', ".npy: "),
        ('{ file = "good.npy", key = "W" }', "good.npy: 'key' belongs to .npz and .safetensors files; leave it out"),
        ('{ file = "good.npy", rows = [0, 1] }', "good.npy: 'rows' belongs to .csv files; leave it out"),
        ('{ file = "good.npy", kay = "W" }', "there is no key 'kay' for a file; did you mean 'key'?"),
        ('{ key = "W" }', 'a value that is a table names a file, as in { file = "weights.npy" }'),
        ("{ file = 3 }", "a value that is a table names a file"),
        (
            '{ file = "plain.csv", rows = [0] }',
            "plain.csv: expected the first row and the one to stop before, as in rows = [0, 4]",
        ),
        ('{ file = "plain.csv", columns = "a" }', "plain.csv: expected a list of names from the header line"),
        ('{ file = "good.npy", transpose = 1 }', "good.npy: expected true or false"),
        ('{ file = "two.npz", key = 1 }', "two.npz: expected one array's name"),
    ],
)
def test_every_problem_is_told_with_its_place(tmp_path: Path, value: str, message: str) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    spoil(folder)
    numpy.save(tmp_path / "w.npy", numpy.array([1.0]))
    (folder / "link.npy").symlink_to(tmp_path / "w.npy")
    with pytest.raises(SpecError) as caught:
        network(folder, value)
    assert str(caught.value).startswith(f"{folder / 'spec.toml'}:4:5: "), str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("about", "message"),
    [
        (
            '"shape": [-1, 2], "data_offsets": [0, 8]',
            "its shape is [-1, 2] and its data_offsets are 0 to 8; these are whole numbers that are not negative",
        ),
        ('"shape": [-1], "data_offsets": [0, 8]', "its shape is [-1] and"),
        ('"shape": [2.5, 2], "data_offsets": [0, 8]', "its shape is [2.5, 2] and"),
        ('"shape": "22", "data_offsets": [0, 8]', "its shape is 22 and"),
        ('"shape": [true, 2], "data_offsets": [0, 8]', "its shape is [True, 2] and"),
        ('"shape": {"1": 2}, "data_offsets": [0, 8]', "its shape is {'1': 2} and"),
        ('"shape": [2], "data_offsets": [0.0, 8]', "its data_offsets are 0.0 to 8"),
        ('"shape": [2], "data_offsets": [-8, 8]', "its data_offsets are -8 to 8"),
        ('"shape": [1], "data_offsets": [0, 8]', "its shape [1] asks for 4 bytes, and data_offsets say 0 to 8 of 8"),
        ('"shape": [2], "data_offsets": [8, 16]', "its shape [2] asks for 8 bytes, and data_offsets say 8 to 16 of 8"),
        ('"shape": [2], "data_offsets": [0]', "its dtype, shape or data_offsets are missing"),
        ('"shape": [2]', "its dtype, shape or data_offsets are missing ('data_offsets')"),
        ('"shape": [' + "9" * 4400 + '], "data_offsets": [0, 8]', "this is not a safetensors file"),
    ],
)
def test_a_safetensors_header_that_lies_is_refused(tmp_path: Path, about: str, message: str) -> None:
    safetensors(tmp_path / "w.safetensors", {}, f'{{"a": {{"dtype": "F32", {about}}}}}'.encode())
    with (tmp_path / "w.safetensors").open("ab") as file:
        file.write(bytes(8))
    with pytest.raises(SpecError) as caught:
        network(tmp_path, '{ file = "w.safetensors" }')
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "shape", ["(-1, 2)", "(2.5,)", "('2',)", "(True,)", "[2]", "(2, -1)", "(99999999999999999999,)", "(2, 2)] }", "(2"]
)
def test_an_npy_header_that_lies_is_refused(tmp_path: Path, shape: str) -> None:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    (tmp_path / "w.npy").write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(8))
    with pytest.raises(SpecError, match=r"w\.npy: this is not an array of numbers"):
        network(tmp_path, '{ file = "w.npy" }')


def test_a_spec_reads_files_of_its_own_folder_alone(tmp_path: Path) -> None:
    """Whatever the way out: links to files, folders and devices, a folder that is a link, a FIFO, an address."""
    folder, other = tmp_path / "here", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    for place in (tmp_path, other):
        (place / "d.csv").write_text("7\n")
    (folder / "link.csv").symlink_to(other / "d.csv")
    (folder / "folder").symlink_to(other)
    (folder / "zero.csv").symlink_to("/dev/zero")
    (folder / "loop.csv").symlink_to(folder / "loop.csv")
    os.mkfifo(folder / "fifo.csv")
    for file in (
        "link.csv",
        "folder/d.csv",
        "zero.csv",
        "../d.csv",
        "x/../../d.csv",
        str(other / "d.csv"),
        "~/d.csv",
        "file:///etc/hosts.csv",
        "http://localhost/d.csv",
    ):
        with pytest.raises(SpecError, match=r"outside of its folder|out of the spec's folder|no such file"):
            network(folder, f"{{ file = '{file}' }}")
    for file, why in (
        ("fifo.csv", "this is not a file"),
        ("loop.csv", "no such file|cannot be read"),
        (".", "its ending says no format"),
    ):
        with pytest.raises(SpecError, match=why):
            network(folder, f"{{ file = '{file}' }}")
    (folder / "inside.csv").symlink_to(folder / "own.csv")
    (folder / "own.csv").write_text("7\n")
    assert read(folder, '{ file = "inside.csv" }') == ((), ["7"])


def test_a_files_columns_are_lists_or_columns_as_numpy_has_them(tmp_path: Path) -> None:
    """Beside a square matrix a list can be read in two ways, a column of a matrix in one."""
    for shape, fits in (((2,), False), ((2, 1), True)):
        numpy.save(tmp_path / "b.npy", numpy.ones(shape))
        (tmp_path / "spec.toml").write_text(
            '[model]\nequations = "z = X + b"\n[data]\nX = [[1, 2], [3, 4]]\nb = { file = "b.npy" }\n'
        )
        if fits:
            assert load(tmp_path / "spec.toml").shapes["z"] == (2, 2)
        else:
            with pytest.raises(SpecError, match="with each row or with each column"):
                load(tmp_path / "spec.toml")


def test_a_pickle_is_never_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return Path.touch, (tmp_path / "trap",)

    numpy.save(tmp_path / "w.npy", numpy.array([Trap()], dtype=object), allow_pickle=True)
    numpy.savez(tmp_path / "w.npz", W=numpy.array([Trap()], dtype=object))
    for value in ('{ file = "w.npy" }', '{ file = "w.npz", key = "W" }'):
        with pytest.raises(SpecError, match="Object arrays cannot be loaded"):
            network(tmp_path, value)
    assert not (tmp_path / "trap").exists()


def test_too_large_a_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "w.npy").open("wb") as file:
        file.truncate(64_000_001)
    with pytest.raises(SpecError, match=r"w\.npy: the file has 64,000,001 bytes; the limit is 64,000,000"):
        network(tmp_path, '{ file = "w.npy" }')


def test_text_without_a_folder_reads_no_file() -> None:
    with pytest.raises(SpecError, match="load it from a file, or call loads"):
        loads(HEAD + '{ file = "w.npy" }')
