"""Exported programs in files, and the command that takes them over: the same spec as from the module itself, read back
to the same bytes; whatever is wrong with an archive is a sentence, and nothing is unpickled or written."""

from __future__ import annotations

import io
import json
import pickle
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from models.test_from_torch import CASES, made
from seeds import fresh_seed
from typer.testing import CliRunner

from derivation import derive, from_torch, load
from derivation.cli.app import app
from derivation.pages.formats.json_form import write

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

IN_FILES = ["one sample", "normalised", "lstm", "channels", "encoder", "mixed", "cross-entropy"]


def called(*arguments: Any) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["import", *map(str, arguments)])
    return done.exit_code, done.output


def exported(folder: Path, module: Any, inputs: Any) -> Path:
    file = folder / "net.pt2"
    torch.export.save(torch.export.export(module, (inputs,)), file)
    numpy.save(folder / "x.npy", inputs.numpy())
    return file


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    torch.manual_seed(3)
    module = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)).double()
    return exported(tmp_path, module, torch.randn(2, dtype=torch.float64))


@pytest.mark.slices(2)
@pytest.mark.parametrize("key", IN_FILES)
def test_a_file_is_the_module_and_is_read_back_to_the_same_bytes(tmp_path: Path, key: str) -> None:
    assert key in CASES
    module, inputs, loss, target = made(key, random.Random(f"{key} {fresh_seed()}").randrange(2**31))
    file = exported(tmp_path, module, inputs)
    numpy.save(tmp_path / "y.npy", target.numpy())
    name = loss if isinstance(loss, str) else {nn.MSELoss: "mse", nn.CrossEntropyLoss: "cross_entropy"}[type(loss)]
    options = ["--inputs", tmp_path / "x.npy", "--loss", name, "--target", tmp_path / "y.npy"]
    assert called(file, *options, "-o", tmp_path / "out" / "net.toml") == (
        0,
        f"wrote {tmp_path / 'out' / 'net.toml'}\n",
    )
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["net.safetensors", "net.toml"]
    read = derive(load(tmp_path / "out" / "net.toml"))
    own = derive(from_torch(module, inputs, loss, target, title="net"))
    assert write(read) == write(own)


def test_without_a_loss_it_is_a_forward_spec(archive: Path) -> None:
    folder = archive.parent
    assert called(archive, "--inputs", folder / "x.npy", "-o", folder / "a.toml")[0] == 0
    text = (folder / "a.toml").read_text("utf-8")
    assert text.startswith('title = "net"\n\n[model]\nequations = """\nz1 = W1 @ x + b1\nh1 = relu(z1)\n')
    assert 'W1 = { file = "a.safetensors", key = "W1" }' in text and "loss" not in text
    assert derive(load(folder / "a.toml")).values["z2"].shape == ()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            [],
            "net.pt2: the model needs the input 'input' (2); save it with numpy.savez and name the file with --inputs",
        ),
        (["--inputs", "wrong.npy"], "wrong.npy: the input 'input' has the shape 3, and the model takes 2"),
        (["--inputs", "object.npy"], "object.npy: this is not an array as numpy.save writes it, without pickles"),
        (["--inputs", "object.npz"], "object.npz: this is not an array as numpy.save writes it, without pickles"),
        (["--inputs", "none.npy"], "none.npy: the file cannot be read: No such file or directory"),
        (["--inputs", "nan.npy"], "data['x']: entry 0, 0 (from 0) is nan, which is not a number one can compute with"),
        (["--inputs", "words.npy"], "expected whole numbers or floats, found <U1"),
        (["--inputs", "x.csv"], "arrays are read from .npy and .npz files"),
        (["--inputs", "x.npy", "--loss", "mse"], "a loss needs a target"),
        (["--inputs", "x.npy", "--loss", "mean", "--target", "x.npy"], "there is no loss 'mean'; losses are mse, l1"),
        (
            ["--inputs", "x.npy", "--loss", "mse", "--target", "x.npy"],
            "the output has the shape [1] and the target [2]",
        ),
        (["--inputs", "x.npy", "-o", "-"], "give -o NAME.toml"),
    ],
)
def test_what_is_wrong_with_a_call_is_told_and_nothing_written(
    archive: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
) -> None:
    monkeypatch.chdir(archive.parent)
    numpy.save("wrong.npy", numpy.ones(3))
    numpy.save("nan.npy", numpy.array([numpy.nan, 1]))
    numpy.save("object.npy", numpy.array([Hostile(), None]), allow_pickle=True)
    numpy.savez("object.npz", input=numpy.array([Hostile(), None]), allow_pickle=True)
    numpy.save("words.npy", numpy.array(["a", "b"]))
    Path("x.csv").write_text("1,2\n")
    before = sorted(Path().iterdir())
    code, output = called("net.pt2", *options)
    assert (code, said in output) == (2, True), output
    assert sorted(Path().iterdir()) == before and not Path("ran").exists()


class Hostile:
    """What runs where it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (Path("ran"),)


def rewritten(archive: Path, edit: Callable[[dict[str, bytes]], Any]) -> None:
    with zipfile.ZipFile(archive) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    edit(members)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, content in members.items():
            whole.writestr(name, content)


WEIGHTS, MODEL = "net/data/weights/model_weights_config.json", "net/models/model.json"


def config(change: Callable[[Any], Any]) -> Callable[[dict[str, bytes]], None]:
    def edit(members: dict[str, bytes]) -> None:
        about = json.loads(members[WEIGHTS])
        change(about["config"]["0.weight"])
        members[WEIGHTS] = json.dumps(about).encode()

    return edit


def program(change: Callable[[Any], Any]) -> Callable[[dict[str, bytes]], None]:
    def edit(members: dict[str, bytes]) -> None:
        about = json.loads(members[MODEL])
        change(about)
        members[MODEL] = json.dumps(about).encode()

    return edit


def nodes(change: Callable[[Any], Any]) -> Callable[[dict[str, bytes]], None]:
    return program(lambda about: change(about["graph_module"]["graph"]["nodes"]))


EDITS: dict[str, tuple[Callable[[dict[str, bytes]], Any], str]] = {
    "a pickle for weights": (config(lambda about: about.update(use_pickle=True)), "0.weight is held as a pickle"),
    "a path out": (config(lambda about: about.update(path_name="../../../../etc/passwd")), "the archive has no '../../../../etc/passwd' for 0.weight"),
    "larger than its bytes": (config(lambda about: about["tensor_meta"].update(sizes=[{"as_int": 10**9}, {"as_int": 2}])), "says that its sizes are [1000000000, 2], which its 48 bytes do not hold"),
    "beyond its bytes": (config(lambda about: about["tensor_meta"].update(storage_offset={"as_int": 1})), "which its 48 bytes do not hold"),
    "backwards": (config(lambda about: about["tensor_meta"].update(strides=[{"as_int": -2}, {"as_int": 1}])), "which its 48 bytes do not hold"),
    "overlapping without end": (config(lambda about: about["tensor_meta"].update(sizes=[{"as_int": 10**6}] * 2, strides=[{"as_int": 0}] * 2)), "which its 48 bytes do not hold"),
    "no type": (config(lambda about: about["tensor_meta"].update(dtype=11)), "a type of numbers that is not read (number 11 of the schema)"),
    "no sizes": (config(lambda about: about.pop("tensor_meta")), "its JSON is not as torch.export.save writes it (KeyError: 'tensor_meta')"),
    "bytes cut off": (lambda members: members.update({"net/data/weights/weight_0": b"123"}), "which its 3 bytes do not hold"),
    "another schema": (program(lambda about: about["schema_version"].update(major=99)), "its schema has the version 99, and 8 is read"),
    "no graph": (lambda members: members.update({MODEL: b"[]"}), "its JSON is not as torch.export.save writes it"),
    "deep": (lambda members: members.update({MODEL: b"[" * 10**5}), "its JSON is not as torch.export.save writes it"),
    "no JSON": (lambda members: members.update({MODEL: b"{"}), "its JSON is not as torch.export.save writes it"),
    "no model": (lambda members: members.pop(MODEL), "it has no models/model.json"),
    "older": (lambda members: (members.pop(MODEL), members.update({"serialized_exported_program.json": b""})), "an older PyTorch wrote this, with its weights in a pickle"),
    "a bomb": (lambda members: members.update({"net/data/weights/weight_0": bytes(65_000_000)}), "unpacked, it has more than 64,000,000 bytes"),
    "an unknown operator": (nodes(lambda found: found[1].update(target="torch.ops.mine.evil.default")), "mine.evil.default in 1 (ReLU): this operator is not known here"),
    "a name that nothing has": (nodes(lambda found: found[1]["inputs"][0].update(arg={"as_tensor": {"name": "zz"}})), "aten.relu.default in 1 (ReLU): nothing in the model is called 'zz'"),
    "a circle": (nodes(lambda found: found[0]["inputs"][0].update(arg={"as_tensor": {"name": "relu"}})), "nothing in the model is called 'relu'"),
    "a number for an array": (nodes(lambda found: found[0]["inputs"][1].update(arg={"as_int": 3})), "its 'weight' is no array of the model"),
    "a huge result": (nodes(lambda found: found[1].update(target="torch.ops.aten.expand.default", inputs=[{"name": "self", "arg": {"as_tensor": {"name": "linear"}}}, {"name": "size", "arg": {"as_ints": [10**9, 3]}}])), "its result has 3,000,000,000 entries"),
    "an axis that there is not": (nodes(lambda found: found[1].update(target="torch.ops.aten.softmax.int", inputs=[{"name": "self", "arg": {"as_tensor": {"name": "linear"}}}, {"name": "dim", "arg": {"as_string": "x"}}])), "its arguments do not fit it (TypeError"),
}  # fmt: skip


@pytest.mark.parametrize("key", EDITS)
def test_an_archive_that_was_tampered_with_is_told(archive: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.chdir(archive.parent)
    edit, said = EDITS[key]
    rewritten(archive, edit)
    code, output = called("net.pt2", "--inputs", "x.npy", "-o", "out.toml")
    assert (code, said in output) == (2, True), output
    assert sorted(path.name for path in Path().iterdir()) == ["net.pt2", "x.npy"]


def test_pickles_in_an_archive_are_not_looked_at(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(archive.parent)
    rewritten(archive, lambda members: members.update({"net/data/sample_inputs/model.pt": pickle.dumps(Hostile())}))
    assert called("net.pt2", "--inputs", "x.npy", "-o", "out.toml")[0] == 0
    assert not Path("ran").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", pickle.dumps([1]), b"\x00" * 100])
def test_what_is_no_archive_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pt2").write_bytes(content)
    code, output = called(tmp_path / "a.pt2", "-o", tmp_path / "a.toml")
    assert code == 2 and "a.pt2: this is not a zip archive (" in output
    assert [path.name for path in tmp_path.iterdir()] == ["a.pt2"]
    assert "models are read from files ending in .pt2" in called(tmp_path / "a.pth")[1]


def test_bfloat16_and_views_are_read(tmp_path: Path) -> None:
    torch.manual_seed(1)
    layer = nn.Linear(2, 2).bfloat16()
    layer.weight = nn.Parameter(torch.randn(4, 3, dtype=torch.bfloat16)[1:3, ::2])
    file = exported_as(tmp_path, layer, torch.ones(2, dtype=torch.bfloat16))
    assert called(file, "--inputs", tmp_path / "x.npy", "-o", tmp_path / "a.toml")[0] == 0
    read = load(tmp_path / "a.toml").parameters["W"].entries
    assert numpy.allclose([float(entry) for entry in read], layer.weight.float().detach().numpy().ravel(), rtol=1e-6)


def exported_as(folder: Path, module: Any, inputs: Any) -> Path:
    saved = io.BytesIO()
    torch.export.save(torch.export.export(module, (inputs,)), saved)
    (folder / "net.pt2").write_bytes(saved.getvalue())
    numpy.save(folder / "x.npy", inputs.float().numpy())
    return folder / "net.pt2"
