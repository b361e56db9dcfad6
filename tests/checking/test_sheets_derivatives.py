"""Networks in the cells of workbooks: derivatives held against those of HIPS autograd, planted slips found and named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import autograd.numpy as anp
import numpy as np
import pytest
import xlsxwriter
from autograd import grad

from derivation.check import Report, check

CELL = re.compile(r"\$?([A-Z])\$?(\d+)")


def cell_of(row: int, column: int) -> str:
    return f"{chr(65 + column)}{row + 1}"


class Sheet:
    """A sheet worked by Python as it is written: each formula's value by Python's own arithmetic over NumPy's."""

    def __init__(self) -> None:
        self.content: dict[str, object] = {}
        self.values: dict[str, float] = {}
        self.areas: dict[str, str] = {}

    def put(self, cell: str, content: object) -> float:
        self.content[cell] = content
        if isinstance(content, str) and content.startswith("="):
            text = content[1:].replace("^", "**").replace("<>", "!=")
            text = CELL.sub(lambda found: f"v['{found[1]}{found[2]}']", text)
            self.values[cell] = float(
                eval(
                    text,
                    {
                        "v": self.values,
                        "EXP": np.exp,
                        "LN": np.log,
                        "TANH": np.tanh,
                        "MAX": max,
                        "IF": lambda c, a, b: a if c else b,
                    },
                )
            )
        elif isinstance(content, int | float):
            self.values[cell] = float(content)
        return self.values.get(cell, 0.0)

    def fill(self, cell: str, content: str, matrix: np.ndarray) -> None:
        """An array formula over as many cells as the matrix has."""
        row, column = int(cell[1:]) - 1, ord(cell[0]) - 65
        last = cell_of(row + matrix.shape[0] - 1, column + matrix.shape[1] - 1)
        self.content[cell], self.areas[cell] = content, f"{cell}:{last}"
        for (i, k), entry in np.ndenumerate(matrix):
            self.values[cell_of(row + i, column + k)] = float(entry)

    def save(self, path: Path) -> str:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for cell, content in self.content.items():
                if cell in self.areas:
                    sheet.write_array_formula(self.areas[cell], str(content), None, self.values[cell])
                    first, _, last = self.areas[cell].partition(":")
                    for i in range(int(first[1:]), int(last[1:]) + 1):
                        for k in range(ord(first[0]), ord(last[0]) + 1):
                            if (other := f"{chr(k)}{i}") != first:
                                sheet.write_number(other, self.values[other])
                elif isinstance(content, str) and content.startswith("="):
                    sheet.write_formula(cell, content, None, self.values[cell])
                else:
                    sheet.write(cell, content)
        return str(path)


def wrong(report: Report) -> dict[str, str]:
    """What is said of each wrong cell."""
    return {equality.source.cell(equality.right.start).partition("!")[2]: equality.why for equality in report.wrong}


def codes(report: Report) -> dict[str, str]:
    return {equality.source.cell(equality.right.start).partition("!")[2]: equality.code for equality in report.wrong}


# One value beside its name, as in Mazur's example: 2-2-2 with sigmoids, all names in a column.

INPUTS = {"i1": 0.05, "i2": 0.1, "t1": 0.01, "t2": 0.99, "b1": 0.35, "b2": 0.6}
GIVEN = INPUTS | {f"w{k}": (k + 2) / 20 + 0.05 * (k > 4) for k in range(1, 9)}
FORWARD = {
    "net_h1": "w1*i1+w2*i2+b1",
    "out_h1": "1/(1+EXP(-net_h1))",
    "net_h2": "w3*i1+w4*i2+b1",
    "out_h2": "1/(1+EXP(-net_h2))",
    "net_o1": "w5*out_h1+w6*out_h2+b2",
    "out_o1": "1/(1+EXP(-net_o1))",
    "net_o2": "w7*out_h1+w8*out_h2+b2",
    "out_o2": "1/(1+EXP(-net_o2))",
    "E1": "0.5*(t1-out_o1)^2",
    "E2": "0.5*(t2-out_o2)^2",
    "E_total": "E1+E2",
}
BACKWARD = {
    "∂E/∂out_o1": "out_o1-t1",
    "∂E/∂out_o2": "out_o2-t2",
    "∂out_o1/∂net_o1": "out_o1*(1-out_o1)",
    "dE/dnet_o1": "[∂E/∂out_o1]*[∂out_o1/∂net_o1]",
    "dE/dnet_o2": "[∂E/∂out_o2]*out_o2*(1-out_o2)",
    "∂E_total/∂w5": "[dE/dnet_o1]*out_h1",
    "∂E_total/∂w6": "[dE/dnet_o1]*out_h2",
    "∂E_total/∂w7": "[dE/dnet_o2]*out_h1",
    "∂E_total/∂w8": "[dE/dnet_o2]*out_h2",
    "dE/dout_h1": "[dE/dnet_o1]*w5+[dE/dnet_o2]*w7",
    "dE/dout_h2": "[dE/dnet_o1]*w6+[dE/dnet_o2]*w8",
    "dE/dnet_h1": "[dE/dout_h1]*out_h1*(1-out_h1)",
    "dE/dnet_h2": "[dE/dout_h2]*out_h2*(1-out_h2)",
    "dE/dw1": "[dE/dnet_h1]*i1",
    "dE/dw2": "[dE/dnet_h1]*i2",
    "dE/dw3": "[dE/dnet_h2]*i1",
    "dE/dw4": "[dE/dnet_h2]*i2",
    "dE/db1": "[dE/dnet_h1]+[dE/dnet_h2]",
    "new w1": "w1-0.5*[dE/dw1]",
}


def placed(formula: str, rows: Mapping[str, str]) -> str:
    text = re.sub(r"\[([^\]]+)\]", lambda found: rows[found[1]], formula)
    return re.sub(r"(?<![A-Z$])[a-zE]\w*(?!\()\b", lambda found: rows.get(found[0], found[0]), text)


def column(changed: Mapping[str, str] = {}, backward: Mapping[str, str] = BACKWARD) -> tuple[Sheet, dict[str, str]]:
    sheet, rows = Sheet(), dict[str, str]()
    sheet.put("A1", "Forward pass")
    for row, (label, content) in enumerate({**GIVEN, **FORWARD, **backward, **changed}.items(), 2):
        rows[label] = f"B{row}"
        sheet.put(f"A{row}", label)
        sheet.put(f"B{row}", f"={placed(content, rows)}" if isinstance(content, str) else content)
    return sheet, rows


def test_the_column_is_the_network_of_autograd() -> None:
    def error(w: Sequence[float]) -> float:
        x, t = (GIVEN["i1"], GIVEN["i2"]), (GIVEN["t1"], GIVEN["t2"])
        s = lambda z: 1 / (1 + anp.exp(-z))  # noqa: E731
        h = [s(w[0] * x[0] + w[1] * x[1] + w[8]), s(w[2] * x[0] + w[3] * x[1] + w[8])]
        o = [s(w[4] * h[0] + w[5] * h[1] + 0.6), s(w[6] * h[0] + w[7] * h[1] + 0.6)]
        return sum(0.5 * (t[k] - o[k]) ** 2 for k in range(2))

    sheet, rows = column()
    slopes = grad(error)(np.array([GIVEN[f"w{k}"] for k in range(1, 9)] + [GIVEN["b1"]]))
    for k, label in enumerate(
        (
            "dE/dw1",
            "dE/dw2",
            "dE/dw3",
            "dE/dw4",
            "∂E_total/∂w5",
            "∂E_total/∂w6",
            "∂E_total/∂w7",
            "∂E_total/∂w8",
            "dE/db1",
        )
    ):
        assert sheet.values[rows[label]] == pytest.approx(slopes[k], rel=1e-12)


def test_a_right_column_holds(tmp_path: Path) -> None:
    sheet, _ = column()
    report = check(sheet.save(tmp_path / "a.xlsx"))
    assert report.summary == {"stated": 0, "exact": 30, "rounded": 0, "wrong": 0, "undecided": 0}
    gradients = [equality for equality in report.equalities if equality.kind == "gradient"]
    assert len(gradients) == 18


SLIPS = {
    "sign": ("∂E/∂out_o1", "t1-out_o1", "mistake_in_article.flipped_sign"),
    "prime": ("dE/dnet_o2", "[∂E/∂out_o2]", "sheets.slope"),
    "prime in the hidden layer": ("dE/dnet_h1", "[dE/dout_h1]", "sheets.slope"),
    "factor": ("∂E/∂out_o2", "2*(out_o2-t2)", "mistake_in_article.kept_two"),
    "half": ("dE/dw3", "0.5*[dE/dnet_h2]*i1", "mistake_in_article.lost_two"),
    "other parameter": ("∂E_total/∂w6", "[dE/dnet_o1]*out_h1", "sheets.other"),
    "other cell": ("dE/dnet_h2", "[dE/dout_h2]*out_h1*(1-out_h1)", "sheets.replaced"),
    "other weight": ("dE/dout_h1", "[dE/dnet_o1]*w5+[dE/dnet_o2]*w6", "sheets.replaced"),
    "one path": ("dE/dout_h2", "[dE/dnet_o1]*w6", "sheets.derivative"),
    "local": ("∂out_o1/∂net_o1", "out_o1*(1+out_o1)", "sheets.derivative"),
    "bias": ("dE/db1", "[dE/dnet_h1]", "sheets.other"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_a_column_is_named_at_its_cell_and_nowhere_else(slip: str, tmp_path: Path) -> None:
    label, formula, code = SLIPS[slip]
    sheet, rows = column({label: formula})
    assert codes(check(sheet.save(tmp_path / "a.xlsx"))) == {rows[label]: code}


def test_typed_derivatives_are_held_to_their_places(tmp_path: Path) -> None:
    right, rows = column()
    values = {label: right.values[rows[label]] for label in BACKWARD if label != "new w1"}
    sheet, _ = column({label: round(value, 4) for label, value in values.items()})  # type: ignore[misc]
    report = check(sheet.save(tmp_path / "a.xlsx"))
    assert not report.wrong and report.summary["rounded"] == len(values)
    typed = {label: round(value, 4) + (label == "dE/dw2") * 0.001 for label, value in values.items()}
    assert list(wrong(check(column(typed)[0].save(tmp_path / "b.xlsx")))) == [rows["dE/dw2"]]  # type: ignore[arg-type]


# One sample in a row, one quantity in a column, the names at the top; each row takes a step from the one above it.

ROW = ["x", "t", "w", "b", "z", "a", "E", "dE/da", "dE/dz", "∂E/∂w", "∂E/∂b"]


def table(rows: int, changed: Mapping[str, str] = {}, forward: str = "=MAX(0,E{r})") -> Sheet:
    formulas = {
        "E": "=C{r}*A{r}+D{r}",
        "F": forward,
        "G": "=0.5*(F{r}-B{r})^2",
        "H": "=F{r}-B{r}",
        "I": "=IF(E{r}>0,H{r},0)",
        "J": "=I{r}*A{r}",
        "K": "=I{r}",
        **changed,
    }
    sheet, rng = Sheet(), np.random.default_rng(3)
    sheet.put("A1", "learning rate")
    sheet.put("B1", 0.1)
    for k, label in enumerate(ROW):
        sheet.put(cell_of(1, k), label)
    for row in range(3, rows + 3):
        for column, value in zip("AB", rng.normal(size=2), strict=True):
            sheet.put(f"{column}{row}", round(float(value), 2))
        for column, slope in zip("CD", "JK", strict=True):
            step = f"={column}{row - 1}-$B$1*{slope}{row - 1}"
            step = changed.get(column, step).format(p=row - 1)
            sheet.put(f"{column}{row}", step if row > 3 else 0.3)
        for column, formula in formulas.items():
            if column not in "CD":
                sheet.put(f"{column}{row}", formula.format(r=row))
    return sheet


def test_a_right_table_holds(tmp_path: Path) -> None:
    report = check(table(30).save(tmp_path / "a.xlsx"))
    assert report.summary["exact"] == len(report.equalities) == 30 * 7 + 29 * 2
    assert sum(equality.kind == "gradient" for equality in report.equalities) >= 120


@pytest.mark.parametrize("forward", ["=MAX(0,E{r})", "=MAX(E{r},0)", "=IF(E{r}>0,E{r},0)", "=IF(E{r}<0,0,E{r})"])
def test_a_mask_that_is_left_out_is_told_once_for_a_column(forward: str, tmp_path: Path) -> None:
    sheet = table(30, {"I": "=H{r}"}, forward)
    report = check(sheet.save(tmp_path / "a.xlsx"))
    ((cell, why),) = wrong(report).items()
    first = next(row for row in range(3, 33) if sheet.values[f"E{row}"] <= 0)
    assert cell == f"I{first}" and f"a (Sheet1!F{first})" in why and "mask of the ReLU" in why
    following = [equality for equality in report.equalities if equality.follows]
    assert {equality.code for equality in following} == {"sheets.follows", "sheets.filled"}
    assert len(following) == 3 * sum(sheet.values[f"E{row}"] <= 0 for row in range(3, 33)) - 1


@pytest.mark.parametrize(
    "column, formula, code",
    [
        ("H", "=B{r}-F{r}", "mistake_in_article.flipped_sign"),
        ("J", "=I{r}*B{r}", "sheets.replaced"),
        ("K", "=H{r}", "sheets.mask"),
        ("C", "=C{p}+$B$1*J{p}", "mistake_in_article.added_gradient"),
        ("D", "=D{p}-$B$1*J{p}", "wrong.other_parameter"),
    ],
)
def test_a_slip_in_a_table_is_told_in_its_first_row(column: str, formula: str, code: str, tmp_path: Path) -> None:
    found = codes(check(table(10, {column: formula}).save(tmp_path / "a.xlsx")))
    assert list(found.values()) == [code] and next(iter(found))[0] == column


# Blocks of matrices with headings above them, by array formulas: two layers, softmax and cross entropy, three samples.

RNG = np.random.default_rng(11)
X, W1, B1 = RNG.normal(size=(3, 2)), RNG.normal(size=(2, 4)), RNG.normal(size=(1, 4))
W2, B2, T = RNG.normal(size=(4, 2)), RNG.normal(size=(1, 2)), np.eye(2)[[0, 1, 1]]


def relu(z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0)


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


Blocks = dict[str, tuple[str, str, np.ndarray]]
"""The heading of each block, its first cell, its formula and its numbers."""


def blocks(changed: Mapping[str, tuple[str, Callable[[dict[str, np.ndarray]], np.ndarray]]] = {}) -> Blocks:
    rows: dict[str, tuple[str, str, Callable[[dict[str, np.ndarray]], np.ndarray]]] = {
        "X": ("A2", "", lambda v: X),
        "W1": ("D2", "", lambda v: W1),
        "b1": ("I2", "", lambda v: B1),
        "T": ("N2", "", lambda v: T),
        "Z1": ("A7", "=MMULT(A2:B4,D2:G3)+I2:L2", lambda v: X @ W1 + B1),
        "A1": ("F7", "=IF(A7:D9>0,A7:D9,0)", lambda v: relu(v["Z1"])),
        "W2": ("K7", "", lambda v: W2),
        "b2": ("N7", "", lambda v: B2),
        "Z2": ("A13", "=MMULT(F7:I9,K7:L10)+N7:O7", lambda v: v["A1"] @ W2 + B2),
        "P": ("D13", "=EXP(A13:B15)/MMULT(EXP(A13:B15),{1;1})", lambda v: softmax(v["Z2"])),
        "L": ("G13", "=-SUMPRODUCT(N2:O4,LN(D13:E15))/3", lambda v: np.array([[-(T * np.log(v["P"])).sum() / 3]])),
        "dL/dZ2": ("I13", "=(D13:E15-N2:O4)/3", lambda v: (v["P"] - T) / 3),
        "dW2": ("A19", "=MMULT(TRANSPOSE(F7:I9),I13:J15)", lambda v: v["A1"].T @ v["dL/dZ2"]),
        "grad b2": ("D19", "=MMULT({1,1,1},I13:J15)", lambda v: v["dL/dZ2"].sum(axis=0, keepdims=True)),
        "dL/dA1": ("G19", "=MMULT(I13:J15,TRANSPOSE(K7:L10))", lambda v: v["dL/dZ2"] @ W2.T),
        "dL/dZ1": ("L19", "=G19:J21*(A7:D9>0)", lambda v: v["dL/dA1"] * (v["Z1"] > 0)),
        "∂L/∂W1": ("A25", "=MMULT(TRANSPOSE(A2:B4),L19:O21)", lambda v: X.T @ v["dL/dZ1"]),
        "∂L/∂b1": ("F25", "=MMULT({1,1,1},L19:O21)", lambda v: v["dL/dZ1"].sum(axis=0, keepdims=True)),
        "W1 new": ("A30", "=D2:G3-0.5*A25:D26", lambda v: W1 - 0.5 * v["∂L/∂W1"]),
    }
    values: dict[str, np.ndarray] = {}
    found: Blocks = {}
    for label, (cell, formula, work) in rows.items():
        if label in changed:
            formula, work = changed[label]
        values[label] = work(values)
        found[label] = cell, formula, values[label]
    return found


def in_blocks(rows: Blocks, headings: Mapping[str, str] | None = None) -> Sheet:
    sheet = Sheet()
    for label, (cell, formula, matrix) in rows.items():
        heading = label if headings is None else headings.get(label, "")
        if heading:
            sheet.put(f"{cell[0]}{int(cell[1:]) - 1}", heading)
        if formula:
            sheet.fill(cell, "{" + formula + "}", matrix)
        else:
            for (i, k), entry in np.ndenumerate(matrix):
                sheet.put(cell_of(int(cell[1:]) - 1 + i, ord(cell[0]) - 65 + k), float(entry))
    return sheet


def test_the_blocks_are_the_network_of_autograd() -> None:
    def loss(w1: np.ndarray, w2: np.ndarray, b1: np.ndarray) -> float:
        z = anp.dot(anp.maximum(anp.dot(X, w1) + b1, 0), w2) + B2
        p = anp.exp(z) / anp.sum(anp.exp(z), axis=1, keepdims=True)
        return -anp.sum(T * anp.log(p)) / 3

    rows = blocks()
    for label, which in (("∂L/∂W1", 0), ("dW2", 1), ("∂L/∂b1", 2)):
        np.testing.assert_allclose(rows[label][2], grad(loss, which)(W1, W2, B1), rtol=1e-10)


def test_right_blocks_hold_and_their_derivatives_are_found(tmp_path: Path) -> None:
    report = check(in_blocks(blocks()).save(tmp_path / "a.xlsx"))
    assert report.summary["exact"] == len(report.equalities)
    derivatives = [equality for equality in report.equalities if equality.kind == "gradient"]
    assert len(derivatives) == 6 + 8 + 2 + 12 + 12 + 8 + 4


BLOCK_SLIPS: dict[str, tuple[str, str, Callable[[dict[str, np.ndarray]], np.ndarray], str]] = {
    "mask": ("dL/dZ1", "=G19:J21*1", lambda v: v["dL/dA1"], "sheets.mask"),
    "mask of the output": ("dL/dZ1", "=G19:J21*(A7:D9<=0)", lambda v: v["dL/dA1"] * (v["Z1"] <= 0), "sheets.derivative"),
    "sign": ("dL/dZ2", "=(N2:O4-D13:E15)/3", lambda v: (T - v["P"]) / 3, "mistake_in_article.flipped_sign"),
    "mean": ("dL/dZ2", "=D13:E15-N2:O4", lambda v: v["P"] - T, "sheets.multiple"),
    "activation": ("dW2", "=MMULT(TRANSPOSE(A7:D9),I13:J15)", lambda v: v["Z1"].T @ v["dL/dZ2"], "sheets.derivative"),
    "inputs": ("∂L/∂W1", "=MMULT(TRANSPOSE(A2:B4),G19:J21)", lambda v: X.T @ v["dL/dA1"], "sheets.mask"),
    "factor": ("∂L/∂b1", "=2*MMULT({1,1,1},L19:O21)", lambda v: 2 * v["dL/dZ1"].sum(0, keepdims=True), "mistake_in_article.kept_two"),
}  # fmt: skip


@pytest.mark.parametrize("slip", BLOCK_SLIPS)
def test_a_slip_in_a_block_is_named_at_its_first_cell(slip: str, tmp_path: Path) -> None:
    label, formula, work, code = BLOCK_SLIPS[slip]
    rows = blocks({label: (formula, work)})
    found = codes(check(in_blocks(rows).save(tmp_path / "a.xlsx")))
    cell, wrong_values, right_values = rows[label][0], rows[label][2], blocks()[label][2]
    i, k = np.argwhere(~np.isclose(wrong_values, right_values))[0]
    assert found == {cell_of(int(cell[1:]) - 1 + int(i), ord(cell[0]) - 65 + int(k)): code}


def test_a_transpose_is_named(tmp_path: Path) -> None:
    """Where it fits: as many inputs as units."""
    rng = np.random.default_rng(5)
    x, w, t = rng.normal(size=(2, 1)), rng.normal(size=(2, 2)), rng.normal(size=(2, 1))
    y = w @ x
    sheet = Sheet()
    for k, (label, formula, matrix) in enumerate(
        [
            ("W", "", w),
            ("x", "", x),
            ("t", "", t),
            ("y", "=MMULT(A2:B3,D2:D3)", y),
            ("Loss", "=SUMXMY2(J2:J3,G2:G3)/2", np.array([[((y - t) ** 2).sum() / 2]])),
            ("dW", "=MMULT(D2:D3,TRANSPOSE(J2:J3-G2:G3))", x @ (y - t).T),
        ]
    ):
        sheet.put(cell_of(0, 3 * k), label)
        if formula:
            sheet.fill(cell_of(1, 3 * k), "{" + formula + "}", matrix)
        else:
            for (i, j), entry in np.ndenumerate(matrix):
                sheet.put(cell_of(1 + int(i), 3 * k + int(j)), float(entry))
    assert codes(check(sheet.save(tmp_path / "a.xlsx"))) == {
        "Q2": "mistake_in_article.transposed_gradient"
    }  # P2 is on the diagonal


# The same blocks without a label of any derivative, and without a loss.

FORWARD_NAMES = {"X": "X", "W1": "W1", "b1": "b1", "Z1": "Z1", "A1": "ReLU", "W2": "W2"}


def unlabelled(changed: Mapping[str, tuple[str, Callable[[dict[str, np.ndarray]], np.ndarray]]] = {}) -> Blocks:
    return {label: row for label, row in blocks(changed).items() if label != "L"}


def test_a_backward_pass_without_labels_is_recognised(tmp_path: Path) -> None:
    report = check(in_blocks(unlabelled(), FORWARD_NAMES).save(tmp_path / "a.xlsx"))
    assert not report.wrong and report.summary["undecided"] == 0
    assert sum(equality.kind == "gradient" for equality in report.equalities) >= 40


def test_a_mask_left_out_without_labels_is_named_with_its_cells(tmp_path: Path) -> None:
    slip = {"dL/dZ1": ("=G19:J21", lambda v: v["dL/dA1"])}
    ((cell, why),) = wrong(check(in_blocks(unlabelled(slip), FORWARD_NAMES).save(tmp_path / "a.xlsx"))).items()
    masked = [cell_of(18 + int(i), 11 + int(k)) for i, k in np.argwhere(blocks()["Z1"][2] <= 0)]
    assert cell == masked[0] and f"left out of {', '.join(masked)}:" in why and "ReLU Sheet1!F7:I9" in why
