"""Models in ONNX files: their values are those of onnx's own reference evaluator; custom operators are named, numbers
beside the file are read from its folder alone."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
import pytest
from seeds import fresh_seed
from typer.testing import CliRunner

from derivation import derive, load, network
from derivation.cli.app import app
from derivation.pages.formats.json_form import write

onnx = pytest.importorskip("onnx")
torch = pytest.importorskip("torch")
from models.test_from_torch import CASES, close, gathered, made  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

from derivation.models import onnx_file, onnx_rows, rows, taking  # noqa: E402
from derivation.models.writer import Writer  # noqa: E402

NOT_HELD = {"encoder", "a batch through an encoder", "rnn", "causal", "a batch of causal"}
"""What the exporter to TorchScript or onnx's evaluator cannot do, or writes with infinities as a mask."""
IN_FLOAT32 = {"gelu", "gelu by tanh"}
"""What onnx's evaluator works in float32, whatever it is given."""
Arrays = Mapping[str, Any]


def called(*arguments: Any) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["import", *map(str, arguments)])
    return done.exit_code, done.output


def agrees(file: Path, inputs: Arrays, within: float = 1e-10) -> list[str]:
    """The equations of a file's model, after its output was held against the evaluator's."""
    graph = onnx_file.graph(file)
    graph = taking.replace(graph, inputs=dict(inputs))
    writer = Writer(graph, {**rows.ROWS, **onnx_rows.ROWS})
    spec = writer.spec()
    worked = derive(network(spec.equations, spec.parameters, spec.data))
    for name, expected in zip(graph.outputs, ReferenceEvaluator(str(file)).run(None, dict(inputs)), strict=True):
        found = gathered(writer, worked.values, name)
        assert found.shape == expected.shape and close(found, expected, within), name
    return [*spec.equations]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.slices(6)
@pytest.mark.parametrize("key", [key for key in CASES if key not in NOT_HELD])
def test_values_are_the_reference_evaluators(tmp_path: Path, key: str) -> None:
    module, inputs, _, _ = made(key, random.Random(f"{key} {fresh_seed()}").randrange(2**31))
    torch.onnx.export(module, (inputs,), tmp_path / "net.onnx", dynamo=False)
    (name,) = (value.name for value in onnx.load(tmp_path / "net.onnx").graph.input)
    agrees(tmp_path / "net.onnx", {name: inputs.numpy()}, 1e-6 if key in IN_FLOAT32 else 1e-10)


def saved(
    file: Path,
    nodes: Sequence[Any],
    weights: Arrays,
    inputs: Arrays,
    output: Sequence[int],
    domains: Sequence[str] = (),
) -> Path:
    """A model of these operators."""
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(key, helper.np_dtype_to_tensor_dtype(held.dtype), held.shape) for key, held in inputs.items()],
        [helper.make_tensor_value_info("out", TensorProto.DOUBLE, output)],
        [numpy_helper.from_array(held, key) for key, held in weights.items()],
    )  # fmt: skip
    sets = [helper.make_opsetid("", 20), *(helper.make_opsetid(domain, 1) for domain in domains)]
    onnx.save(helper.make_model(graph, opset_imports=sets), file)
    return file


ALONE = {
    "HardSigmoid": {"alpha": 0.3},
    "Softsign": {},
    "Celu": {"alpha": 2.0},
    "Selu": {},
    "LeakyRelu": {"alpha": 0.2},
    "Reciprocal": {},
    "ReduceMean": {"keepdims": 0},
    "LogSoftmax": {"axis": 0},
    "Flatten": {"axis": 0},
    "Transpose": {"perm": [1, 0]},
    "Sign": {},
    "Floor": {},
}


@pytest.mark.parametrize("operator", ALONE)
def test_operators_alone(tmp_path: Path, operator: str) -> None:
    x = numpy.random.default_rng(fresh_seed()).normal(size=(2, 3))
    node = helper.make_node(operator, ["x"], ["mid"], **ALONE[operator])
    file = saved(tmp_path / "a.onnx", [node, helper.make_node("Exp", ["mid"], ["out"])], {}, {"x": x}, [])
    assert agrees(file, {"x": x})


def test_sizes_that_are_worked_from_shapes_are_known(tmp_path: Path) -> None:
    x = numpy.arange(12.0).reshape(3, 4)
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Gather", ["s", "first"], ["rows"]),
        helper.make_node("Mul", ["rows", "two"], ["twice"]),
        helper.make_node("Concat", ["twice", "rest"], ["size"], axis=0),
        helper.make_node("Reshape", ["x", "size"], ["y"]),
        helper.make_node("Clip", ["y", "low", "high"], ["z"]),
        helper.make_node("Pow", ["z", "third"], ["w"]),
        helper.make_node("Slice", ["w", "one", "end", "axis"], ["out"]),
    ]
    whole = {"first": [0], "two": [2], "rest": [-1], "one": [1], "end": [5], "axis": [0]}
    weights = {key: numpy.array(held) for key, held in whole.items()}
    weights |= {"low": numpy.array(1.5), "high": numpy.array(9.0), "third": numpy.array(3.0)}
    file = saved(tmp_path / "a.onnx", nodes, weights, {"x": x}, [4, 2])
    assert agrees(file, {"x": x}) == ["t = reshape(X, 6, 2)", "h = min(max(t, 1.5), 9)", "t2 = h^3"]


def test_a_parameter_of_one_entry_stays_one(tmp_path: Path) -> None:
    x = numpy.array([[1.0, 2.0]])
    weights = {"scale": numpy.array([0.5]), "shift": numpy.array([[0.25]]), "half": numpy.array(0.5)}
    nodes = [
        helper.make_node("Mul", ["x", "scale"], ["a"]),
        helper.make_node("Add", ["a", "shift"], ["b"]),
        helper.make_node("Mul", ["b", "half"], ["out"]),
    ]
    file = saved(tmp_path / "net.onnx", nodes, weights, {"x": x}, [1, 2])
    assert agrees(file, {"x": x}) == ["t = x * scale", "r = t + shift", "t2 = r * 0.5"]
    numpy.save(tmp_path / "x.npy", x)
    assert called(file, "--inputs", tmp_path / "x.npy", "-o", tmp_path / "a.toml")[0] == 0
    assert [*load(tmp_path / "a.toml").parameters] == ["scale", "shift"]


def test_a_file_is_read_back_to_the_same_bytes_with_a_loss(tmp_path: Path) -> None:
    weights = {"fc.weight": numpy.array([[0.5, -1.0], [2, 0.25]]), "fc.bias": numpy.array([0.1, 0.2])}
    inputs = {"x": numpy.array([[1.0, 2.0], [3, -1]])}
    node = helper.make_node("Gemm", ["x", "fc.weight", "fc.bias"], ["out"], transB=1)
    file = saved(tmp_path / "net.onnx", [node], weights, inputs, [2, 2])
    numpy.savez(tmp_path / "in.npz", x=inputs["x"])
    numpy.save(tmp_path / "y.npy", numpy.array([1, 0]))
    options = ["--inputs", tmp_path / "in.npz", "--loss", "cross_entropy", "--target", tmp_path / "y.npy"]
    assert called(file, *options, "-o", tmp_path / "a.toml")[0] == 0
    text = (tmp_path / "a.toml").read_text("utf-8")
    assert "z_fc = X @ W_fc.T + b_fc.T\np = softmax(z_fc, axis=1)\nL = cross_entropy(p, Y) / 2\n" in text
    own = network(
        ["z_fc = X @ W_fc.T + b_fc.T", "p = softmax(z_fc, axis=1)", "L = cross_entropy(p, Y) / 2"],
        {"W_fc": weights["fc.weight"], "b_fc": weights["fc.bias"]},
        {"X": inputs["x"], "Y": [[0, 1], [1, 0]]},
        loss="L",
        title="net",
    )
    assert write(derive(load(tmp_path / "a.toml"))) == write(derive(own))


def model(folder: Path, *nodes: Any, weights: Arrays | None = None, domains: Sequence[str] = ()) -> Path:
    x = numpy.ones((2, 2))
    numpy.save(folder / "x.npy", x)
    return saved(folder / "net.onnx", nodes, weights or {"w": numpy.eye(2)}, {"x": x}, [2, 2], domains)


def test_custom_operators_are_named(tmp_path: Path) -> None:
    file = model(
        tmp_path,
        helper.make_node("Mine", ["x"], ["a"], domain="com.example"),
        helper.make_node("Det", ["x"], ["b"], name="/head/Det"),
        helper.make_node("Add", ["a", "b"], ["out"]),
        domains=["com.example"],
    )
    code, output = called(file, "--inputs", tmp_path / "x.npy", "-o", tmp_path / "a.toml")
    told = "this operator is not known here; write the layer with others, or as equations in a spec"
    assert (code, output.splitlines()) == (
        2,
        [f"net: com.example.Mine in the model: {told}", f"net: Det in head (Module): {told}"],
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.onnx", "x.npy"]


def beside(file: Path, **about: str) -> None:
    """The weight of a model in another file."""
    held = onnx.load_model(file, load_external_data=False)
    (tensor,) = held.graph.initializer
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    del tensor.external_data[:]
    for key, value in about.items():
        tensor.external_data.add(key=key, value=value)
    file.write_bytes(held.SerializeToString())


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"location": "w.bin"}, ""),
        ({"location": "w.bin", "offset": "8", "length": "32"}, "w reaches beyond the end of 'w.bin'"),
        ({"location": "w.bin", "offset": "-8"}, "w reaches beyond the end of 'w.bin'"),
        ({"location": "w.bin", "length": "24"}, "w cannot be read as an array"),
        ({"location": "w.bin", "offset": "x"}, "w lies in 'w.bin', outside of the model's folder"),
        ({"location": "../w.bin"}, "w lies in '../w.bin', outside of the model's folder"),
        ({"location": "/etc/passwd"}, "w lies in '/etc/passwd', outside of the model's folder"),
        ({"location": "C:/w.bin"}, "w lies in 'C:/w.bin', outside of the model's folder"),
        ({"location": "link.bin"}, "w lies in 'link.bin', outside of the model's folder"),
        ({"location": ""}, "w lies in '', outside of the model's folder"),
        ({"location": "none.bin"}, "none.bin: the file cannot be read: No such file or directory"),
    ],
)
def test_numbers_beside_a_model_are_read_from_its_folder_alone(
    tmp_path: Path, about: dict[str, str], said: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for where in (folder, tmp_path):
        (where / "w.bin").write_bytes(numpy.array([[1.0, 2], [3, 4]]).tobytes())
    (folder / "link.bin").symlink_to(tmp_path / "w.bin")
    file = model(folder, helper.make_node("MatMul", ["x", "w"], ["out"]))
    beside(file, **about)
    code, output = called(file, "--inputs", folder / "x.npy", "-o", folder / "a.toml")
    assert (code, said in output) == (2 if said else 0, True), output
    assert (folder / "a.toml").exists() == (not said)
    if not said:
        assert list(map(int, load(folder / "a.toml").parameters["W"].entries)) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "this is not a model in ONNX's format"),
        (b"\x80\x04]q\x00.", "this is not a model in ONNX's format"),
        (b"PK\x03\x04" + bytes(50), "this is not a model in ONNX's format"),
    ],
)
def test_what_is_no_model_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.onnx").write_bytes(content)
    code, output = called(tmp_path / "a.onnx", "-o", tmp_path / "a.toml")
    assert (code, said in output) == (2, True), output
    assert [path.name for path in tmp_path.iterdir()] == ["a.onnx"]


def test_weights_that_lie_about_their_size_are_told(tmp_path: Path) -> None:
    file = model(tmp_path, helper.make_node("MatMul", ["x", "w"], ["out"]))
    held = onnx.load(file)
    held.graph.initializer[0].dims[0] = 10**12
    file.write_bytes(held.SerializeToString())
    code, output = called(file, "--inputs", tmp_path / "x.npy", "-o", tmp_path / "a.toml")
    assert code == 2 and "w cannot be read as an array (" in output
