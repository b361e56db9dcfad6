"""Calls as they stand in code for NumPy and PyTorch: each has the value that it has there, by NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from formulas import test_readings as readings

from derivation import SpecError

GIVEN: dict[str, Any] = {
    "x": [0.5, 2, -1, 4],
    "y": [1, 0.25, 3, -2],
    "A": [[1, 2.5], [-3, 0.5], [0.25, 7]],
    "B": [[4, -1], [2, 2], [0.5, -6]],
    "s": 0.75,
    "p": [0.25, 0.75, 0.5, 0.125],
    "q": [1, 0, 0, 1],
    "w": [0.5, 1.5],
    "t": [1, 0, 1],
    "args_rate": 0.5,
    "w_grad": [4, 2],
    "column": [[1], [0], [1]],
    "D": [[[1, 2.5], [-3, 0.5], [0.25, 7]], [[4, -1], [2, 2], [0.5, -6]]],
}
X, Y, A, B, S, P, Q, W, T, D = (np.array(GIVEN[key]) for key in "xyABspqwtD")
BCE = -(Q * np.log(P) + (1 - Q) * np.log(1 - P))

VALUES = {
    "x.std(ddof=1)": X.std(ddof=1),
    "x.std(axis=0)": X.std(),
    "np.std(x)": X.std(),
    "torch.std(x)": X.std(ddof=1),
    "std(x, ddof=1)": X.std(ddof=1),
    "A.std(0, keepdim=True)": A.std(0, ddof=1, keepdims=True),
    "A.std(dim=1, keepdim=True)": A.std(1, ddof=1, keepdims=True),
    "A.std(axis=1, keepdims=True)": A.std(1, keepdims=True),
    "A.var(0, keepdim=True, unbiased=True)": A.var(0, ddof=1, keepdims=True),
    "A.var(0, unbiased=False)": A.var(0),
    "A.var(axis=0, ddof=1)": A.var(0, ddof=1),
    "torch.var(A, dim=0, correction=0)": A.var(0),
    "torch.var(A, 1)": A.var(1, ddof=1),
    "np.var(A, 0, ddof=0)": A.var(0),
    "self.A @ self.A.mT": A @ A.T,
    "x.data * y": X * Y,
    "args.rate * x": 0.5 * X,
    "w - self.args.rate * w.grad": W - 0.5 * np.array(GIVEN["w_grad"]),
    "torch.max(A, dim=1, keepdim=True)[0]": A.max(1, keepdims=True),
    "A.max(1, keepdim=True)[0]": A.max(1, keepdims=True),
    "A.max(dim=0)[1]": A.argmax(0),
    "A.max(1).values": A.max(1),
    "torch.min(A, 1).indices": A.argmin(1),
    "np.max(A, axis=1)[0]": A.max(1)[0],
    "A.min(axis=1)[0]": A.min(1)[0],
    "torch.transpose(A, 0, 1)": A.T,
    "A.transpose(1, 0)": A.T,
    "torch.transpose(A, 0, -1)": A.T,
    "D.transpose(0, 1)": D.transpose(1, 0, 2),
    "D.transpose(-2, -1)": D.transpose(0, 2, 1),
    "torch.transpose(D, 0, 1)": D.transpose(1, 0, 2),
    "D.permute(0, 2, 1)": D.transpose(0, 2, 1),
    "D.max(dim=2)[0]": D.max(2),
    "D.max(axis=2)[0]": D.max(2)[0],
    "D.var(axis=(1, 2), ddof=1)": D.var((1, 2), ddof=1),
    "D.repeat(1, 2, 1)": np.tile(D, (1, 2, 1)),
    "A.permute(1, 0)": A.T,
    "A.permute(0, 1)": A,
    "np.transpose(A, (0, 1))": A,
    "np.repeat(x, 2)": np.repeat(X, 2),
    "A.repeat(2, axis=0)": A.repeat(2, axis=0),
    "x.repeat_interleave(2)": np.repeat(X, 2),
    "2 ** x": 2**X,
    "10000 ** (2 * np.arange(4) / 8)": 10000 ** (2 * np.arange(4) / 8),
    "p ** x": P**X,
    "np.power(p[:, None], w)": P[:, None] ** W,
    "(x > 0).astype(int) * y": (X > 0) * Y,
    "(x != 2).long()": X != 2,
    "x.astype(np.float64)": X,
    "x.to(torch.float32) - y.double()": X - Y,
    "A.argmax(dim=1).int()": A.argmax(1),
    "np.zeros(4, dtype=np.float32) + x": X,
    "torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True) * x": np.arange(1, 5) * X,
    "np.arange(4) * x": np.arange(4) * X,
    "np.arange(0, 1, 0.25) - x": np.arange(0, 1, 0.25) - X,
    "np.arange(3, -1, -1) + x": np.arange(3, -1, -1) + X,
    "torch.linspace(-1, 1, 4)": np.linspace(-1, 1, 4),
    "np.max([s, 1 - s])": 0.75,
    "np.max([x, y], axis=0)": np.maximum(X, Y),
    "np.mean([s, 1])": 0.875,
    "max([s, 0])": 0.75,
    "sum([x, y])": X + Y,
    "x if s > 0 else y": X,
    "1 / s if s > 1 else (y if s > 0.9 else 2 * y)": 2 * Y,
    "x.neg() + x.reciprocal()": 1 / X - X,
    "p.rsqrt()": P**-0.5,
    "np.exp2(x)": 2**X,
    "np.hypot(x, y)": np.hypot(X, Y),
    "np.logaddexp(x, y)": np.logaddexp(X, Y),
    "np.heaviside(x - 2, 0.5)": np.heaviside(X - 2, 0.5),
    "x.gt(y).float()": X > Y,
    "torch.le(x, y)": X <= Y,
    "np.not_equal(x, 2)": X != 2,
    "x.masked_fill(x > 1, -9)": np.where(X > 1, -9, X),
    "F.relu6(4 * x)": np.clip(4 * X, 0, 6),
    "F.hardtanh(x)": np.clip(X, -1, 1),
    "F.hardsigmoid(x)": np.clip(X / 6 + 0.5, 0, 1),
    "F.hardswish(x)": X * np.clip(X / 6 + 0.5, 0, 1),
    "F.mish(x)": X * np.tanh(np.log1p(np.exp(X))),
    "F.selu(x)": 1.0507009873554805 * np.where(X > 0, X, 1.6732632423543772 * (np.exp(X) - 1)),
    "F.leaky_relu(x, negative_slope=0.1)": np.where(X > 0, X, 0.1 * X),
    "F.elu(x, alpha=0.5)": np.where(X > 0, X, 0.5 * (np.exp(X) - 1)),
    "torch.addmm(w, A, B.T @ A)": A @ (B.T @ A) + W,
    "F.normalize(A, p=2, dim=1)": A / np.linalg.norm(A, axis=1, keepdims=True),
    "torch.norm(x, 2) + x.norm(p=1)": np.linalg.norm(X) + np.abs(X).sum(),
    "A.norm(p=1, dim=1)": np.abs(A).sum(1),
    "F.mse_loss(x, y, reduction='sum')": ((X - Y) ** 2).sum(),
    "F.mse_loss(x, y, reduction='mean')": ((X - Y) ** 2).mean(),
    "F.l1_loss(x, y, reduction='sum')": np.abs(X - Y).sum(),
    "F.binary_cross_entropy(p, q, reduction='sum')": BCE.sum(),
    "F.binary_cross_entropy(p, q)": BCE.mean(),
    "F.cross_entropy(A, t, reduction='sum')": (np.log(np.exp(A).sum(1)) - A[range(3), T]).sum(),
    "F.huber_loss(x, y, delta=2)": np.where(np.abs(X - Y) <= 2, (X - Y) ** 2 / 2, 2 * (np.abs(X - Y) - 1)).mean(),
    "F.one_hot(A.max(1).indices, num_classes=A.shape[1])": np.eye(2)[A.argmax(1)],
    "A.gather(1, t.unsqueeze(1))": A[range(3), T][:, None],
    "torch.gather(A, 1, t[:, None]).squeeze()": A[range(3), T],
    "A.gather(1, column.long()).view(-1)": A[range(3), T],
    "A.index_select(0, t)": A[T],
    "ops.maximum(d2l.abs(x), 0.75)": np.maximum(np.abs(X), 0.75),
    "torch.triu(A @ B.T, diagonal=1)": np.triu(A @ B.T, 1),
    "torch.full_like(x, 0.5) * y": 0.5 * Y,
}


@pytest.mark.parametrize("expression", VALUES)
def test_a_call_has_the_value_that_it_has_there(expression: str) -> None:
    found = readings.by_spec([expression], GIVEN)
    assert found is not None
    assert readings.same(found, VALUES[expression])


REFUSED = {
    "x.std()": r"std divides by the number of entries in NumPy, by one less in PyTorch; write std\(x\)",
    "A.var(0)": r"write var\(x\) for the first, var\(x, ddof=1\) for the second",
    "x.std(ddof=2)": "ddof is one of 0 / 1",
    "x.var(unbiased=1)": "unbiased is one of False / True",
    "A.max(1)[0]": r"write max\(x, dim=1\).values or .indices, or max\(x, axis=1\)\[0\]",
    "torch.max(A, 1)[2]": "max along an axis has values and places in PyTorch",
    "A.transpose(0, 1)": "leaves a matrix as it is in NumPy and exchanges its axes in PyTorch; write X.T",
    "A.transpose(0, -1)": r"transpose\(0, -1\) leaves a matrix as it is in NumPy",
    "A.transpose(-2, -1)": r"transpose\(-2, -1\) leaves a matrix as it is in NumPy",
    "x.repeat(2)": r"write np.repeat\(x, 2\) or np.tile\(x, 2\)",
    "x.astype(bool)": "write x != 0",
    "np.arange(1, 2, 0)": "a step other than 0",
    "F.l1_loss(x, y, reduction='none')": "reduction is 'mean' or 'sum'",
    "A.gather(0, t)": r"there are gather\(1, t\[:, None\]\)",
    "x if s else y": "is a comparison, as in y > 0",
    "params['W1'] @ w": "'params' is no array.*write W1 for its entry",
    "(x > 0) & (y > 0)": r"write \*, as in \(x > 0\) \* \(y > 0\)",
    "0.1 * x.grad": r"a gradient is no quantity of the equations.*give x_grad a value under \[data\]",
    "args.gamma * x": r"nothing is called 'args_gamma'; give it a value under \[parameters\] or \[data\]",
    "(x + y).weight": "'weight' behind an expression is nothing that is known here",
}


@pytest.mark.parametrize("expression", REFUSED)
def test_what_has_two_values_or_none_is_told_with_what_to_write(expression: str) -> None:
    with pytest.raises(SpecError, match=REFUSED[expression]):
        readings.by_spec([expression], GIVEN)
