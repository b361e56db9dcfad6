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
    "labels": [1, 0, 1],
}
X, Y, A, B, S = (np.array(GIVEN[key]) for key in "xyABs")

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
    "0.1 * x.grad": "a gradient is no quantity of the equations.*as in dx",
    "config.rate * x": "'rate' of an object is nothing that an equation knows.*as in config_rate",
}


@pytest.mark.parametrize("expression", REFUSED)
def test_what_has_two_values_or_none_is_told_with_what_to_write(expression: str) -> None:
    with pytest.raises(SpecError, match=REFUSED[expression]):
        readings.by_spec([expression], GIVEN)
