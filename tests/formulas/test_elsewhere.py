"""Code for NumPy and PyTorch as it is pasted: it has the value that it has there, or what is told to be written instead
has it."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from formulas import test_readings as readings

from derivation import SpecError
from derivation.formulas.language.elsewhere import INSTEAD, REASON_OF
from derivation.formulas.language.functions import FUNCTIONS
from derivation.formulas.language.spellings import ALIASES

GIVEN: dict[str, Any] = {
    "x": [0.5, 2, 0.25, 4],
    "y": [1, -1, 1, -1],
    "h": [-0.5, 2.5, 1.5, -2.25],
    "a": [0.5, -2, -1, 4],
    "b": [1, 0.25, 3, -2],
    "n": [2, 2, 0.5, -1],
    "p": [0.25, 0.75, 0.5, 0.125],
    "v": [0.5, 2, 1, 1.5],
    "w": [0.25, 1, 0.5, 2],
    "mask": [1, 0, 1, 1],
    "rate": 0.5,
    "s": [0.5, -1, 2, 0.25],
    "c": [1, -0.5, 2],
    "k": [1, -0.5],
    "t": [1, 0],
    "gamma": [1, 2, 0.5, 3],
    "beta": [0, 1, 0, -1],
    "E": [[1, 2], [3, 4], [5, 6]],
    "A": [[1, 2.5, 0.5], [-3, 0.5, 2]],
    "B": [[4, -1, 1], [2, 2, 0.25]],
    "C": [[1, 0.5, 0.25], [2, 2, -1], [0.5, 1, 3]],
    "W": [[1, 0.5, -1, 2], [0, 2, 1, -1], [0.5, 1, 2, 0], [1, 1, 0, 1]],
    "X": [[1, 2, -1, 0.5], [0.25, -2, 3, 1], [0.5, 1, -1, 2], [4, -0.5, 1, 2]],
    "M": [[1, 2, -1, 0.5], [0.25, -2, 3, 1], [4, -0.5, 1, 2]],
    "z": [0.5, -1, 2, 0.25],
    "q": [0.5, 0.25, 0.125, 0.125],
    "K": [[1, -0.5], [0.25, 2]],
    "D": [[[1, 2.5], [-3, 0.5], [0.25, 7]], [[4, -1], [2, 2], [0.5, -6]]],
}
N = {key: np.array(value) for key, value in GIVEN.items()}
x, y, h, a, b, p, v, w, X, A, B, C, D, W, K, M, k = (N[key] for key in "x y h a b p v w X A B C D W K M k".split())
EDGES = np.where(y > 0, a, np.maximum(0, 1 - a))
COSINE = a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def standardised(of: Any, axis: int = -1) -> Any:
    return (of - of.mean(axis, keepdims=True)) / np.sqrt(of.var(axis, keepdims=True) + 1e-5)


def windows(of: Any, kernel: Any) -> Any:
    views = np.lib.stride_tricks.sliding_window_view(of, kernel.shape)
    return np.einsum("ijkl,kl->ij", views, kernel)


READ = {
    "np.round(h) + torch.round(2 * h)": np.round(h) + np.round(2 * h),
    "np.around(h) + np.rint(x) + round(rate)": np.round(h) + np.round(x) + round(0.5),
    "h.round(1) + np.round(h / 3, 2)": np.round(h, 1) + np.round(h / 3, 2),
    "torch.round(h, decimals=1)": np.round(h, 1),
    "np.ceil(h) + math.ceil(rate)": np.ceil(h) + 1,
    "torch.trunc(h) + np.fix(h)": 2 * np.trunc(h),
    "int(rate * 3) + (h * 2).int() + h.astype(int)": 1 + np.trunc(2 * h) + np.trunc(h),
    "torch.frac(h)": h - np.trunc(h),
    "h % 2 + h // 2": h % 2 + h // 2,
    "-h % 3 + -x * h % 2 - h": -h % 3 + -x * h % 2 - h,
    "2 * -h // 3": 2 * -h // 3,
    "np.mod(h, x) - torch.remainder(h, 3)": np.mod(h, x) - h % 3,
    "np.floor_divide(h, x)": h // x,
    "X[:, : len(X) // 2] * X[:, len(X) // 2 :]": X[:, :2] * X[:, 2:],
    "x[7 % 4] - x[-7 // 4]": x[3] - x[-2],
    "7 - h % x * 2": 7 - h % x * 2,
    "F.layer_norm(M, (4,), gamma, beta)": standardised(M) * N["gamma"] + N["beta"],
    "F.layer_norm(X, (4,))": standardised(X),
    "F.layer_norm(M, M.shape[1:], weight=gamma)": standardised(M) * N["gamma"],
    "torch.nn.functional.layer_norm(x, [4], bias=beta, eps=1e-5)": standardised(x) + N["beta"],
    "F.layer_norm(D, normalized_shape=(2,))": standardised(D),
    "X.chunk(2, dim=1)[0] * torch.chunk(X, 2, dim=-1)[1]": X[:, :2] * X[:, 2:],
    "x.chunk(3)[1]": x[2:],
    "X.split(3, dim=1)[1]": X[:, 3:],
    "torch.split(X, [1, 3])[1]": X[1:],
    "np.split(X, 2, axis=1)[1]": X[:, 2:],
    "np.split(X, [1, 2])[1]": X[1:2],
    "np.array_split(x, 3)[0]": x[:2],
    "torch.tensor_split(X, 3, dim=1)[2]": X[:, 3:],
    "np.hsplit(X, 2)[0] - np.vsplit(X, 2)[0].T": X[:, :2] - X[:2].T,
    "np.hsplit(x, 2)[1]": x[2:],
    "torch.unbind(X, dim=1)[2]": X[:, 2],
    "D.chunk(2, dim=2)[1]": D[:, :, 1:],
    "D.unbind()[1]": D[1],
    "x.item(1) * X.item(5) - X.item(1, 2)": x[1] * X[1, 1] - X[1, 2],
    "x.size()[0] * X.dim() + D.ndim": 4 * 2 + 3,
    "F.adaptive_avg_pool2d(D, 1)": D.mean((1, 2), keepdims=True),
    "F.adaptive_max_pool2d(D, (1, 1))": D.max((1, 2), keepdims=True),
    "F.adaptive_avg_pool1d(X, output_size=1)": X.mean(1, keepdims=True),
    "F.pad(X, (1, 1, 0, 1), 'constant', 0)": np.pad(X, ((0, 1), (1, 1))),
    "np.pad(X, 1, mode='constant', constant_values=0)": np.pad(X, 1),
    "torch.add(x, h, alpha=2)": x + 2 * h,
    "torch.sub(x, h, alpha=0.5)": x - 0.5 * h,
    "F.softplus(h, beta=2)": np.log1p(np.exp(2 * h)) / 2,
    "F.gelu(h, approximate='tanh')": h / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h**3))),
    "math.log(rate, 2)": -1,
    "np.fmax(h, 0) + np.fabs(h) - h.clamp_min(1)": np.maximum(h, 0) + np.abs(h) - np.maximum(h, 1),
    "F.conv2d(X, K, padding='valid')": windows(X, K),
}
"""What is read now, as it stands in code."""


@pytest.mark.parametrize("expression", READ)
def test_pasted_code_has_the_value_that_it_has_there(expression: str) -> None:
    found = readings.by_spec([expression], GIVEN)
    assert found is not None
    assert readings.same(found, READ[expression]), (found, READ[expression])


BETTER: dict[str, Any] = {
    "soft_margin_loss": np.log1p(np.exp(-y * a)).mean(),
    "gaussian_nll_loss": (np.log(v) / 2 + (y - a) ** 2 / (2 * v)).mean(),
    "poisson_nll_loss": (np.exp(a) - y * a).mean(),
    "hinge_embedding_loss": EDGES.mean(),
    "margin_ranking_loss": np.maximum(0, -y * (a - b)).mean(),
    "multi_margin_loss": lambda: sum(max(0, 1 - N["s"][1] + N["s"][j]) for j in (0, 2, 3)) / 4,
    "triplet_margin_loss": max(0, np.linalg.norm(a - p) - np.linalg.norm(a - N["n"]) + 1),
    "dist": np.linalg.norm(a - b),
    "cdist": np.linalg.norm(A[:, None] - B[None], axis=2),
    "CosineSimilarity": COSINE,
    "linear": W @ x + b,
    "bilinear": x @ W @ y,
    "convolve": np.convolve(x, k),
    "correlate": np.correlate(x, k),
    "max_pool1d": x.reshape(2, 2).max(1),
    "avg_pool1d": x.reshape(2, 2).mean(1),
    "interpolate": X.repeat(2, 0).repeat(2, 1),
    "instance_norm": (D - D.mean((1, 2), keepdims=True)) / np.sqrt(D.var((1, 2), keepdims=True) + 1e-5),
    "celu": np.maximum(0, h) + np.minimum(0, 2 * np.expm1(h / 2)),
    "hardshrink": h * (np.abs(h) > 0.5),
    "softshrink": np.sign(h) * np.maximum(np.abs(h) - 0.5, 0),
    "threshold": np.where(h > 0.1, h, 0),
    "softmin": np.exp(-h) / np.exp(-h).sum(),
    "glu": h[:2] / (1 + np.exp(-h[2:])),
    "prelu": np.where(h > 0, h, 2 * h),
    "fmod": np.fmod(h, y),
    "modf": np.modf(h)[0],
    "cbrt": np.cbrt(h),
    "erfc": np.array([math.erfc(entry) for entry in h]),
    "logit": np.log(p / (1 - p)),
    "deg2rad": np.deg2rad(h),
    "rad2deg": np.rad2deg(h),
    "sinc": np.sinc(h),
    "arcsinh": np.arcsinh(h),
    "arccosh": np.arccosh(v + 1),
    "arctanh": np.arctanh(p),
    "ptp": np.ptp(h),
    "aminmax": h.min(),
    "trapz": np.trapezoid(h),
    "diff": np.diff(h),
    "logcumsumexp": np.logaddexp.accumulate(h),
    "cov": np.cov(X),
    "corrcoef": np.corrcoef(h, y)[0, 1],
    "cross": np.cross([1, -0.5, 2], [3, 1, -1]),
    "tensordot": np.tensordot(A, C, 1),
    "kron": np.kron(h, y),
    "addcdiv": h + a / b,
    "polyval": np.polyval(N["c"], h),
    "logical_xor": np.logical_xor(a > 0, b > 0),
    "logical_or": np.logical_or(a > 0, b > 0),
    "logical_and": np.logical_and(a > 0, b > 0),
    "logical_not": a <= 0,
    "any": np.any(h > 0),
    "all": np.all(h > 0),
    "count_nonzero": np.count_nonzero(h),
    "take": h[[1, 0]],
    "take_along_axis": np.take_along_axis(A, np.array([[1], [0]]), 1)[:, 0],
    "narrow": X[:, :2],
    "append": np.append(h, y),
    "insert": np.insert(h, 1, y),
    "delete": np.delete(h, 1),
    "dstack": np.dstack([A, B]),
    "block": np.block([[A, B]]),
    "flipud": np.flipud(X),
    "fliplr": np.fliplr(X),
    "rot90": np.rot90(X),
    "rollaxis": np.rollaxis(D, 2),
    "atleast_2d": np.atleast_2d(h),
    "expand_as": np.broadcast_to(h, X.shape),
    "logspace": np.logspace(0, 1, 3),
    "tri": np.tri(3),
    "vander": np.vander(h, 3),
    "diag_embed": np.diag(h),
    "block_diag": np.block([[A, np.zeros((2, 3))], [np.zeros((2, 3)), B]]),
    "bincount": np.bincount([1, 0], minlength=3),
    "scatter_add": np.eye(3)[[1, 0]].T @ A,
}
"""What functions have of `h` and its like: worked by NumPy itself, or by hand."""
SIGNED = """hardshrink softshrink threshold softmin glu modf cbrt erfc deg2rad rad2deg sinc arcsinh ptp aminmax trapz diff
    logcumsumexp corrcoef kron addcdiv polyval any all count_nonzero take append insert delete atleast_2d expand_as vander
    diag_embed fmod celu prelu"""
"""Texts that are tried with numbers of both signs."""
MEANT = {
    **{key: {"x": "h"} for key in SIGNED.split()},
    **{key: {"x": "h", "a": "2"} for key in ("celu", "CELU", "prelu", "PReLU")},
    **{key: {"x": "(v + 1)"} for key in ("arccosh", "acosh")},
    **{key: {"x": "p"} for key in ("arctanh", "atanh")},
    "multi_margin_loss": {"t": "1"},
    "cross": {"x": "c", "y": "np.array([3, 1, -1])"},
    "tensordot": {"B": "C"},
    "matrix_power": {"A": "C"},
    **{key: {"A": "C", "B": "C"} for key in ("multi_dot", "chain_matmul", "baddbmm")},
    "addmv": {"A": "W", "c": "b"},
    **{key: {"X": "A"} for key in ("scatter_add", "index_add")},
    **{
        key: {"X": "M"}
        for key in ("Linear", "linear", "Dense", "dense", "LazyLinear", "BatchNorm1d", "BatchNorm2d", "BatchNorm")
    },
    **{key: {"X": "D"} for key in ("instance_norm", "InstanceNorm2d", "group_norm", "GroupNorm", "rollaxis")},
}
"""What the names in a text stand for where it is tried."""


def tried(name: str) -> list[str]:
    """What is told to be written, with other names where it is tried."""
    written = INSTEAD[name]
    found = [written] if isinstance(written, str) else [*written]
    for letter, meant in MEANT.get(name, {}).items():
        found = [re.sub(rf"(?<![\w.']){letter}(?![\w'(])", meant, text) for text in found]
    return found


@pytest.mark.parametrize("name", BETTER)
def test_what_is_told_to_be_written_has_the_value_of_what_it_stands_for(name: str) -> None:
    expected = BETTER[name]() if callable(BETTER[name]) else BETTER[name]
    found = readings.by_spec(tried(name)[:1], GIVEN)
    assert found is not None
    assert readings.same(found, expected), (tried(name), found, expected)


@pytest.mark.parametrize("name", INSTEAD)
def test_whatever_is_told_to_be_written_can_be_read(name: str) -> None:
    for text in tried(name):
        assert readings.by_spec([text], GIVEN) is not None, text


def test_no_function_is_told_to_be_written_otherwise_that_can_be_read() -> None:
    assert not {*INSTEAD, *REASON_OF} & {*FUNCTIONS, *ALIASES} - {"MSELoss"}
    assert not INSTEAD.keys() & REASON_OF.keys()


SEVERAL = {
    "q, k = X.chunk(2, dim=1)": ("q * k", X[:, :2] * X[:, 2:]),
    "(q, r) = torch.split(X, [1, 3], dim=1)": ("q * r", X[:, :1] * X[:, 1:]),
    "q, r, f, g = X.split(1, dim=-1)": ("q - r * f + g", X[:, :1] - X[:, 1:2] * X[:, 2:3] + X[:, 3:]),
    "q, r = np.split(x, 2)": ("q * r", x[:2] * x[2:]),
    "q, r, f = np.array_split(x, 3)": ("q * r * f", x[:2] * x[2] * x[3]),
    "rows, columns = A.shape": ("rows / columns * x", 2 / 3 * x),
    "m, d = A.mean(axis=0), A.std(axis=0)": ("(A - m) / d", (A - A.mean(0)) / A.std(0)),
    "first, second = A": ("first * second", A[0] * A[1]),
    "q, r, f = torch.tensor([1.0, 2.0, 4.0])": ("q + r * f", 9),
    "values, places = A.max(dim=1)": ("values + places", A.max(1) + A.argmax(1)),
    "_, places = torch.max(A, 1)": ("places * 1", A.argmax(1)),
    "q, r = D.chunk(2, dim=2)": ("q * r", D[:, :, :1] * D[:, :, 1:]),
    "q, r, f = D.unbind(1)": ("q * r - f", D[:, 0] * D[:, 1] - D[:, 2]),
}
"""Lines with several names on the left, what is made of these, and its value."""


@pytest.mark.parametrize("line", SEVERAL)
def test_several_names_take_a_value_each(line: str) -> None:
    used, expected = SEVERAL[line]
    data = "\n".join(f"{key} = {value}" for key, value in GIVEN.items() if key not in ("k", "n", "s", "q", "z"))
    network = readings.loads(f"[model]\nequations = '''\n{line}\nz = {used}\n'''\n[data]\n{data}\n")
    assert readings.same(readings.valued(network, "z"), expected)


REFUSED = {
    "q, r = X.chunk(4, dim=1)": "on the left stand 2 names, on the right 4 values",
    "q, r, f = A": "on the left stand 3 names, on the right 2 values",
    "q, r = x[0], x[1], x[2]": "on the left stand 2 names, on the right 3 values",
    "q, r = rate": "on the left stand 2 names, on the right 1 values",
    "q, r = np.split(x, 3)": r"does not cut 4 entries into such parts.*array_split parts of two lengths",
    "q, r = torch.split(X, [1, 1], dim=1)": "does not cut 4 entries",
    "q, r = X.chunk(2, dim=2)": "works along axis 2, and there is none such here",
    "q = torch.cat(X.chunk(2, dim=1))": r"makes several arrays; give each a name, as in a, b = X.chunk",
    "q, r = 2 * x, q + x": "Python works all values with 'q' as it was before; write q_old = q",
    "q, r = torch.sort(x)": "what is sorted or ranked changes its form with the values",
    "q, 2 = x": "expected an equation such as",
    "q = r = x": "write r = ... in a line above",
    "q = F.layer_norm(X, (3,))": r"normalized_shape is \(3,\), and the array has \(4, 4\)",
    "q = F.rms_norm(X, (4,))": r"another epsilon for each kind of float; write rms_norm\(x, gamma, 1e-6\)",
    "q = F.batch_norm(X, gamma, beta)": "PyTorch's takes a running mean and a running variance first",
    "q = F.adaptive_avg_pool2d(X, 2)": r"known for one entry of each map.*write avgpool\(X, 2\)",
    "q = np.pad(x, 1, 'reflect')": "a border is filled with zeros here",
    "q = np.linalg.norm(x, 1)": r"write sum\(abs\(x\)\) for order 1",
    "q = F.conv2d(X, K, padding='same')": "padding=1 keeps the size with a kernel of 3 x 3",
    "q = F.conv2d(X, K, dilation=2)": "zeros between its entries",
    "q = F.conv_transpose2d(X, K, stride=2)": r"with a stride of 1 write conv2d\(X, flip\(K\), padding=len\(K\) - 1\)",
    "q = F.cross_entropy(A, t, label_smoothing=0.1)": r"write cross_entropy_with_logits\(z, 0.9 \* y \+ 0.1 / len\(y\)\)",
    "q = X.add_(W)": r"changes its array in place; give the result a name, as in z = add\(\.\.\.\)",
    "q = np.random.randn(2, 3)": "nothing is drawn at random here",
    "q = nn.MSELoss()(a, b)": r"write mse\(a, b\)",
    "q = nn.LSTM(2, 1)(A)": "derivation.from_torch",
    "q = np.linalg.inv(W) @ x": "determinants and decompositions of matrices are not worked here",
    "q = np.apply_along_axis(np.sum, 1, A)": "'sum' is a function; put what it is of in brackets",
    "q = sum([i * j for i, j in zip(a, b)])": r"a list has no 'for' in it; write",
    "q = torch.prod(A, dim=1)": r"'prod' works over all entries here",
    "q = x.bool()": "write x != 0",
    "q = A.masked_fill(A > 1, float('-inf'))": r"write masked_softmax\(S, M, axis=1\)",
    "q = x[3 // 0]": "division by zero",
    "q = loss.backward()": "the backward pass and the update are worked by themselves",
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_is_refused_says_what_to_write(line: str) -> None:
    data = "\n".join(f"{key} = {value}" for key, value in GIVEN.items() if key not in ("n", "q", "z"))
    with pytest.raises(SpecError, match=REFUSED[line]) as found:
        readings.loads(f"[model]\nequations = '''\n{line}\n'''\n[data]\nloss = 2\n{data}\n")
    assert found.value.problems[0].line == 3


def test_a_transposed_convolution_of_stride_1_is_one_with_the_kernel_turned() -> None:
    """Each entry of the image puts the kernel, times itself, where it stands."""
    expected = np.zeros((5, 5))
    for i in range(4):
        for j in range(4):
            expected[i : i + 2, j : j + 2] += X[i, j] * K
    assert readings.same(readings.by_spec(["conv2d(X, flip(K), padding=len(K) - 1)"], GIVEN), expected)
