"""Cells of workbooks: whether each holds what its formula gives."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from commands import run

from derivation.check import Report, UnreadableArticle, check

RNG = np.random.default_rng(7)
A, B = RNG.normal(size=(3, 3)), RNG.normal(size=(3, 3))


def written(
    path: Path, cells: dict[str, object], values: dict[str, object], arrays: dict[str, str] | None = None
) -> str:
    """A workbook with these cells; formulas keep the values that are given for them."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        book.define_name("rate", "=Sheet1!$A$1")
        book.define_name("RELU", "=_xlfn.LAMBDA(_xlpm.x,IF(_xlpm.x>0,_xlpm.x,0))")
        for cell, content in cells.items():
            if cell in (arrays or {}):
                sheet.write_array_formula((arrays or {})[cell], str(content), None, values[cell])
            elif isinstance(content, str) and content.startswith("="):
                sheet.write_formula(cell, content, None, values.get(cell, 0))
            else:
                sheet.write(cell, content)
    return str(path)


def grid(name: str, matrix: np.ndarray) -> dict[str, object]:
    column = ord(name[0])
    return {
        f"{chr(column + k)}{int(name[1:]) + row}": float(entry)
        for row, line in enumerate(matrix)
        for k, entry in enumerate(line)
    }


X, Y = A[0], B[0]
FORMULAS: dict[str, float] = {
    "A1+B1*C1-A2/B2": A[0, 0] + A[0, 1] * A[0, 2] - A[1, 0] / A[1, 1],
    "-A1^2": A[0, 0] ** 2,
    "2^3^2": 64.0,
    "50%": 0.5,
    "SUM(A1:C3,1)": A.sum() + 1,
    "SUMPRODUCT(A1:C1,F1:H1)": X @ Y,
    "SUMPRODUCT(A1:C1*F1:H1)": X @ Y,
    "SUMPRODUCT(--(A1:C3>0))": float((A > 0).sum()),
    "SUM(MMULT(A1:C3,TRANSPOSE(F1:H3)))": (A @ B.T).sum(),
    "EXP(A1)/SUM(EXP(A1),EXP(B1))": np.exp(A[0, 0]) / np.exp(A[0, :2]).sum(),
    "1/(1+EXP(-A1))": 1 / (1 + np.exp(-A[0, 0])),
    "LN(ABS(A1))+LOG(ABS(B1),2)+LOG(ABS(C1))+LOG10(ABS(A2))": np.log(abs(A[0, 0]))
    + np.log2(abs(A[0, 1]))
    + np.log10(abs(A[0, 2]))
    + np.log10(abs(A[1, 0])),
    "TANH(A1)+SQRT(ABS(B1))+POWER(ABS(C1),1.5)": np.tanh(A[0, 0]) + abs(A[0, 1]) ** 0.5 + abs(A[0, 2]) ** 1.5,
    "MAX(0,A1)+MIN(A1:C3)": max(0, A[0, 0]) + A.min(),
    "IF(A1>0,A1,0)+IF(AND(A1<9,NOT(B1>9)),1,2)": max(0, A[0, 0]) + 1,
    "AVERAGE(A1:C3)+ROUND(0.15,1)": A.mean() + 0.2,
    "SUMSQ(A1:C1)+SUMXMY2(A1:C1,F1:H1)": X @ X + ((X - Y) ** 2).sum(),
    "SIGN(A1)+COUNT(A1:D3)+PI()": np.sign(A[0, 0]) + 9 + np.pi,
    "STDEV.S(A1:C3)+VAR.P(A1:C3)+PRODUCT(A1:C1)": A.std(ddof=1) + A.var() + X.prod(),
    "rate*2": 2 * A[0, 0],
    "'Sheet1'!A1+Sheet1!$B$2+SUM(A:A)": A[0, 0] + A[1, 1] + A[:, 0].sum(),
    "INDEX(A1:C3,2,3)+SUM({1,2;3,4})": A[1, 2] + 10,
    "IFERROR(1/0,5)+(1=1)*2": 7.0,
    "SUM(RELU(A1:C3))+RELU(A1)": np.maximum(A, 0).sum() + max(0, A[0, 0]),
    "_xlfn.LET(_xlpm.a,A1,_xlpm.b,_xlpm.a*2,_xlpm.b+_xlpm.a)": 3 * A[0, 0],
    "ROW()+COLUMN(C7)": 29.0,
}


def of(path: Path, formulas: dict[str, float]) -> Report:
    cells = grid("A1", A) | grid("F1", B) | {f"J{k}": f"={text}" for k, text in enumerate(formulas, 1)}
    return check(written(path, cells, {f"J{k}": value for k, value in enumerate(formulas.values(), 1)}))


def test_formulas_give_what_numpy_gives(tmp_path: Path) -> None:
    report = of(tmp_path / "a.xlsx", FORMULAS)
    assert report.summary == {"stated": 0, "exact": len(FORMULAS), "rounded": 0, "wrong": 0, "undecided": 0}


def test_a_value_that_a_formula_does_not_give_is_wrong(tmp_path: Path) -> None:
    report = of(tmp_path / "a.xlsx", {text: value * 1.001 + 0.001 for text, value in FORMULAS.items()})
    assert len(report.wrong) == len(FORMULAS)
    worked = [float(equality.expected or "nan") for equality in report.wrong]
    np.testing.assert_allclose(worked, list(FORMULAS.values()), rtol=1e-10)


def test_array_formulas_fill_their_area(tmp_path: Path) -> None:
    right = A @ B
    cells = grid("A1", A) | grid("F1", B) | {"J1": "{=MMULT(A1:C3,F1:H3)}"}
    path = written(tmp_path / "a.xlsx", cells, {"J1": right[0, 0]}, {"J1": "J1:L3"})
    report = check(path)  # XlsxWriter keeps 0 in all cells of the area but the first
    assert report.summary["exact"] == 1 and report.summary["wrong"] == 8
    expected = {equality.source.cell(equality.right.start): float(equality.expected or 0) for equality in report.wrong}
    assert expected["Sheet1!L3"] == pytest.approx(right[2, 2])


def test_values_that_are_not_kept_are_worked(tmp_path: Path) -> None:
    """openpyxl writes formulas without values."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active["A3"] = 2.0, "=A1*3", "=A2+1"
    book.save(tmp_path / "a.xlsx")
    report = check(tmp_path / "a.xlsx")
    assert [(equality.verdict, equality.code, equality.right.latex) for equality in report.equalities] == [
        ("stated", "sheets.no_value_kept", "6"),
        ("stated", "sheets.no_value_kept", "7"),
    ]


def test_formulas_filled_down_are_read_with_their_own_cells(tmp_path: Path) -> None:
    source = io.BytesIO()
    book = openpyxl.Workbook()
    for row in range(1, 4):
        book.active[f"A{row}"] = row
    book.save(source)
    path = tmp_path / "a.xlsx"
    shared = '<c r="B1"><f t="shared" ref="B1:B3" si="0">A1*$A$3+LOG10(1)</f><v>3</v></c>'
    rest = ['<c r="B2"><f t="shared" si="0"/><v>6</v></c>', '<c r="B3"><f t="shared" si="0"/><v>8</v></c>']
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                for row, cell in enumerate((shared, *rest), 1):
                    end = f"<v>{row}</v></c>".encode()
                    text = text.replace(end, end + cell.encode())
            new.writestr(name, text)
    report = check(path)
    assert [equality.verdict for equality in report.equalities] == ["exact", "exact", "wrong"]
    assert (report.wrong[0].left.latex, report.wrong[0].expected) == ("=A3*$A$3+LOG10(1)", "9")


def test_what_is_not_known_is_undecided_by_its_name(tmp_path: Path) -> None:
    formulas = [
        "SEQUENCE(3)",
        "XLOOKUP(1,A1:A3,A1:A3)",
        "nothing+1",
        "[2]Other!A1",
        '"a"*2',
        "MMULT(A1:B3,A1:B3)",
        "A1:A3",
    ]
    report = of(tmp_path / "a.xlsx", dict.fromkeys(formulas, 0.5))
    assert [equality.verdict for equality in report.equalities] == ["undecided"] * len(formulas)
    assert "SEQUENCE" in report.equalities[0].why and "XLOOKUP" in report.equalities[1].why
    assert "nothing" in report.equalities[2].why


def test_what_is_drawn_anew_is_stated(tmp_path: Path) -> None:
    report = of(tmp_path / "a.xlsx", {"RAND()": 0.25, "RANDBETWEEN(1,6)+1": 3.0})
    assert report.summary["stated"] == 2


def test_circles_are_no_hang(tmp_path: Path) -> None:
    cells = {"A1": "=B1/2+1", "B1": "=A1", "C1": "=A1+B1"}
    report = check(written(tmp_path / "a.xlsx", cells, {"A1": 2.0, "B1": 2.0, "C1": 5.0}))
    assert [equality.verdict for equality in report.equalities] == ["exact", "exact", "wrong"]


def test_reports_name_the_cell(tmp_path: Path) -> None:
    path = of(tmp_path / "a.xlsx", {"A1+1": 3.25}).article
    text = run("check", path, cwd=tmp_path)
    assert text.returncode == 1 and f"{path}:Sheet1!J1: wrong" in text.stdout
    found = json.loads(run("check", path, "--format", "json", cwd=tmp_path).stdout)["equalities"][0]
    assert (found["cell"], found["line"], found["column"], found["right"]) == ("Sheet1!J1", 1, 10, "3.25")
    sarif = json.loads(run("check", path, "--format", "sarif", cwd=tmp_path).stdout)["runs"][0]["results"][0][
        "locations"
    ][0]
    assert sarif["logicalLocations"] == [{"fullyQualifiedName": "Sheet1!J1"}]
    assert "Sheet1!J1" in run("check", path, "--format", "github", cwd=tmp_path).stdout
    assert "A1+1" in run("check", path, "--format", "html", cwd=tmp_path).stdout


def damaged(tmp_path: Path) -> dict[str, bytes]:
    good = Path(written(tmp_path / "good.xlsx", {"A1": 1.0, "A2": "=A1"}, {"A2": 1.0})).read_bytes()
    bomb, laughs = io.BytesIO(), io.BytesIO()
    for target, sheet in (
        (bomb, b"<worksheet>" + b" " * 300_000_000),
        (laughs, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    ):
        with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, sheet if name.endswith("sheet1.xml") else old.read(name))
    encrypted = bytearray(good)
    at = encrypted.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<H", encrypted, at + 8, 1)
        at = encrypted.find(b"PK\x01\x02", at + 4)
    inside = good.find(b"sheet1.xml") + 40
    return {
        "cut": good[: len(good) // 2],
        "empty": b"",
        "text": b"a;b\n1;2\n",
        "old": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "bomb": bomb.getvalue(),
        "laughs": laughs.getvalue(),
        "flipped": good[:inside] + bytes([good[inside] ^ 255]) + good[inside + 1 :],
        "encrypted": bytes(encrypted),
        "other": zipped(),
    }


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as new:
        new.writestr("word/document.xml", "<a/>")
    return target.getvalue()


def test_what_is_no_workbook_is_refused_with_a_sentence(tmp_path: Path) -> None:
    for name, content in damaged(tmp_path).items():
        file = tmp_path / f"{name}.xlsx"
        file.write_bytes(content)
        with pytest.raises(UnreadableArticle) as refused:
            check(file)
        assert name in str(refused.value)
        done = run("check", file, cwd=tmp_path)
        assert done.returncode == 2 and "Traceback" not in done.stdout + done.stderr
    for ending in (".csv", ".xls", ".ods"):
        (tmp_path / f"a{ending}").write_text("1")
        assert run("check", tmp_path / f"a{ending}", cwd=tmp_path).returncode == 2


def test_a_workbook_without_formulas_says_so(tmp_path: Path) -> None:
    done = run("check", written(tmp_path / "a.xlsx", {"A1": 1.0}, {}), cwd=tmp_path)
    assert done.returncode == 0 and "no formula was found in the cells" in done.stderr


def test_damaged_parts_and_formulas_are_no_crash(tmp_path: Path) -> None:
    """Parts of a package with letters changed, lost and doubled: a report, or a sentence."""
    good = Path(of(tmp_path / "good.xlsx", FORMULAS).article).read_bytes()
    with zipfile.ZipFile(io.BytesIO(good)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    rng, read = np.random.default_rng(1), 0
    for count in range(150):
        changed = dict(parts)
        name = ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"][count % 5 // 2]
        part = bytearray(changed[name])
        for _ in range(rng.integers(1, 4)):
            at, kind = int(rng.integers(len(part))), rng.integers(3)
            part[at : at + 1] = [b"", bytes([part[at]]) * 2, bytes(rng.choice(list(b'A1(<>"&=:!,{-9'), 1).tolist())][
                kind
            ]
        changed[name] = bytes(part)
        with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as new:
            for key, content in changed.items():
                new.writestr(key, content)
        try:
            read += bool(check(tmp_path / "a.xlsx").equalities)
        except UnreadableArticle as refused:
            assert "a.xlsx" in str(refused)
    assert read > 30
