"""Networks from Python: every kind of number exact, every problem with its argument."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy
import pytest
from flint import fmpq
from places import ROOT

import derivation
from derivation import SpecError, derive, load, loads, network, prove
from derivation.pages.formats.json_form import write
from derivation.words.language import speaking

LINE = "f = sum(W * x)"


def entries(given: Any) -> list[str]:
    return list(map(str, network("f = 2 * W", {"W": given}).parameters["W"].entries))


def problems(*arguments: Any, **named: Any) -> list[str]:
    with pytest.raises(SpecError) as told:
        network(*arguments, **named)
    return str(told.value).splitlines()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (0.1, ["1/10"]),
        (1e-7, ["1/10000000"]),
        (2**63, ["9223372036854775808"]),
        (Fraction(1, 3), ["1/3"]),
        (Decimal("0.30"), ["3/10"]),
        (fmpq(-2, 7), ["-2/7"]),
        (numpy.float32(0.1), ["1/10"]),
        (numpy.int8(-3), ["-3"]),
        (numpy.array(0.1), ["1/10"]),
        (numpy.array([0.1, -2]), ["1/10", "-2"]),
        (numpy.array([[0.1, 0.7]], "f4"), ["1/10", "7/10"]),
        (numpy.arange(6).reshape(2, 3).T, ["0", "3", "1", "4", "2", "5"]),
        ([numpy.array([1, 0.5]), (Fraction(1, 3), 2)], ["1", "1/2", "1/3", "2"]),
        ([numpy.float64(0.1), numpy.array(2)], ["1/10", "2"]),
        ((1, 2.5), ["1", "5/2"]),
    ],
)
def test_numbers_are_exact(given: Any, expected: list[str]) -> None:
    assert entries(given) == expected


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
def test_tensors_are_the_shortest_decimals_that_read_back() -> None:
    torch = pytest.importorskip("torch")
    tenths = [0.1, -2.5, 1e-3, 448.0]
    for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        assert entries(torch.tensor(tenths, dtype=dtype)) == ["1/10", "-5/2", "1/1000", "448"], dtype
    assert entries(torch.tensor([[0.1, 448]], dtype=torch.float8_e4m3fn)) == ["1/10", "448"]
    assert entries(torch.nn.Parameter(torch.tensor([[0.25]]))) == ["1/4"]
    assert entries(torch.tensor(7)) == ["7"]
    for wrong, said in (
        (torch.ones(2, device="meta"), "on the device meta; write .cpu()"),
        (torch.eye(2).to_sparse(), "write .to_dense()"),
        (torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8), "write .dequantize()"),
        (torch.tensor([1, float("nan")]), "entry 1, 0 (from 0) is nan"),
        (torch.tensor(float("inf"), dtype=torch.bfloat16), "inf is not a number"),
        (torch.ones(1, 1, 1, 2, 2, dtype=torch.bfloat16), "shape (1, 1, 1, 2, 2)"),
        (torch.tensor([True]), "found bool"),
        (torch.tensor([1j]), "found complex64"),
    ):
        (told,) = problems(LINE, {"W": wrong}, {"x": 2})
        assert told.startswith("parameters['W']: ") and said in told, told


class Frame:
    def __array__(self) -> Any:
        return numpy.ones(2)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "expected a number, a list, a NumPy array or a tensor, found a NoneType"),
        ({1}, "found a set"),
        (1j, "found a complex"),
        (True, "expected a number, found True"),
        (float("nan"), "NaN is not a number one can compute with"),
        (float("inf"), "Infinity is not a number one can compute with"),
        (Frame(), "a Frame is not read as it is; write numpy.asarray(...) around it"),
        ([], "an empty list has no shape"),
        ([1, [2]], "numbers and lists are mixed"),
        ([[1, 2], [3]], "rows of a matrix need one length; these have 2, 1 entries"),
        ([[[[[1]]]]], "lists are nested too deep"),
        ([numpy.ones((1, 2, 2, 2))], "lists are nested too deep"),
        (numpy.array([1, None]), "found object"),
        (numpy.array([True]), "found bool"),
        (numpy.array([1j]), "found complex128"),
        (numpy.array(["a"]), "found <U1"),
        (numpy.ones((1, 1, 1, 2, 2)), "found 5 (shape (1, 1, 1, 2, 2))"),
        ([[[1, 2]], [[3]]], "alike; here are 1 x 2, 1 x 1"),
        (numpy.ones((2, 0, 2)), "2 x 0 x 2 has no entries"),
        (numpy.ones((300, 1, 1)), "300 x 1 x 1 is too large to be written out as matrices"),
        (numpy.ones((0, 2)), "0 x 2 has no entries"),
        (numpy.broadcast_to(1.0, (10**6, 10**6)), "is larger than the limit"),
        (numpy.array([[1, numpy.inf]]), "entry 0, 1 (from 0) is inf"),
        (numpy.ma.array([1, 2], mask=[0, 1]), "a masked array has entries without a value"),
        (10**400, "more than 100 digits"),
        (Fraction(1, 10**400), "more than 100 digits"),
    ],
)
def test_what_is_no_value_is_told_with_its_argument(given: Any, said: str) -> None:
    (told,) = problems(LINE, {"W": given}, {"x": 2})
    assert told.startswith("parameters['W']: ") and said in told, told


def test_a_list_within_itself_ends() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert problems(LINE, {"W": endless}, {"x": 2}) == [
        "parameters['W']: lists are nested too deep; a matrix is a list of rows, and an array has four axes at most"
    ]


def test_all_problems_are_told_at_once_equations_with_their_place() -> None:
    assert problems(
        LINE, {"W": None, 3: 1}, {"x": "y"}, title=5, digits="many", update={"rule": "sgd", "rate": {}}
    ) == [
        "data['x']: 'y' stands where a number belongs, and is none that can be worked: it may name pi and e only, not 'y'; "
        'write a number, or an expression of numbers such as "1/3", "sqrt(2)/2" or "2*pi"',
        "digits: expected a whole number",
        "parameters['3']: a name is a string, and this one is of the type int",
        "parameters['W']: expected a number, a list, a NumPy array or a tensor, found a NoneType",
        "title: expected text in quotation marks",
    ]
    assert problems(["a = 2 * x", "L = a + c", "M = ("], {"p": 1}, {"x": 2}, update={"rule": "sgx"}) == [
        "loss: an update needs a loss; name it, as in loss='L'",
        "update['rule']: there is no update rule 'sgx'; did you mean 'sgd'?; known are "
        "sgd, momentum, classical_momentum, averaged_momentum, nesterov, adagrad, rmsprop, adadelta, adam, adamax, "
        "amsgrad, adamw",
        "equations:2:9: nothing is called 'c'; give it a value under [parameters] or [data], or an equation above this one",
        "equations:3:6: expected a number, a name or a bracket, found the end of the line",
    ]
    assert problems("L = w", {"w": 1}, loss="L", update={"rule": "sgd", "rate": -1}, notation={"w": r"\evil"})[1] == (
        "update['rate']: 'rate' must be greater than 0"
    )
    assert problems("f = x", [1]) == ["parameters: expected a dict of values by name, as in {'w': 0.5}"]
    assert problems(5) == ["equations: expected text in quotation marks"]
    assert problems("f = \ud800") == [
        "equations:1:5: half a character stands here (a lone surrogate); the text was cut or decoded wrongly"
    ]


def test_a_wrong_argument_says_what_to_write() -> None:
    with pytest.raises(TypeError, match=r"takes no 'params'; did you mean 'parameters'\?"):
        network("f = x", params={"x": 1})
    with pytest.raises(TypeError, match=r"derive\(\) wants a network, as load\('net.toml'\) .* not dict"):
        derive({"equations": "f = 2"})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"prove\(\) wants a derivation, as derive\(network\) gives it, not Network"):
        prove(network("f = 2 * x", data={"x": 1}))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"load\(\) wants the path of a spec"):
        load({})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"loads\(\) wants the text of a spec"):
        loads(b"")  # type: ignore[arg-type]
    with speaking("de"), pytest.raises(TypeError, match=r"derive\(\) erwartet ein Netz"):
        derive(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("lesson", ["two-two-one", "adam", "paper-arithmetic", "logistic-regression"])
def test_a_call_is_the_spec_that_says_the_same(lesson: str) -> None:
    """To the last byte of JSON, with floats in place of decimals."""
    path = ROOT / "examples" / f"{lesson}.toml"
    given = tomllib.loads(path.read_text("utf-8"))
    given.pop("variants", None)
    built = network(**given.pop("model"), **given)
    assert write(prove(derive(built))) == write(prove(derive(load(path))))


def test_the_language_of_the_call_is_spoken() -> None:
    assert problems("f = x", data={"x": None}, language="de") == [
        "data['x']: erwartet wird eine Zahl, eine Liste, ein NumPy-Array oder ein Tensor, gefunden: NoneType"
    ]
    assert network("f = x", data={"x": 1}, digits=numpy.int64(3)).style.digits == 3
    assert derivation.network is network
