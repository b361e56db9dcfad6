"""Modules of PyTorch's as networks: forward and every gradient as PyTorch has them, in float64; what cannot be taken
over is named."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy
import pytest
from seeds import fresh_seed

from derivation import ModelError, derive, from_torch, network

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from derivation.formulas.operations.torch_losses import TORCH_LOSSES, TorchLoss  # noqa: E402
from derivation.models.quantities import BITS  # noqa: E402
from derivation.models.rows import ROWS  # noqa: E402
from derivation.models.tracing import traced  # noqa: E402
from derivation.models.writer import Writer  # noqa: E402

Case = tuple[Any, Any, Any, Any]


class Residual(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(size, size), nn.Linear(size, size)
        self.scale = nn.Parameter(torch.randn(size))

    def forward(self, x: Any) -> Any:
        return x + self.scale * self.fc2(torch.relu(self.fc1(x)))


class Tokens(nn.Module):
    """An embedding, a recurrent layer, and a head at the last step."""

    def __init__(self, layer: Any, size: int) -> None:
        super().__init__()
        self.embedding, self.layer, self.head = nn.Embedding(5, 3), layer, nn.Linear(size, 3)

    def forward(self, tokens: Any) -> Any:
        return self.head(self.layer(self.embedding(tokens))[0][:, -1])


class Attending(nn.Module):
    def __init__(self, heads: int, width: int = 4) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, x: Any) -> Any:
        return self.attention(x, x, x)[0]


class Mixed(nn.Module):
    """Operators that stand in no layer."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Parameter(torch.rand(3, 2) + 0.5), nn.Parameter(torch.randn(2))

    def forward(self, x: Any) -> Any:
        left, right = (x @ self.a).chunk(2, dim=0)
        joined = torch.cat([left.exp(), right.abs().sqrt()], dim=1)
        gate = torch.sigmoid(joined.mean(dim=1, keepdim=True) - self.b.sum())
        return (joined * gate / 2 - joined.pow(2)).flatten(1)[:, 1:] / self.b.square().sum()


class Convolving(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 2, 2)
        self.norm, self.fc = nn.BatchNorm2d(2), nn.Linear(2, 2)

    def forward(self, x: Any) -> Any:
        x = functional.max_pool2d(torch.relu(self.norm(self.conv1(x))), 2)
        return self.fc(functional.adaptive_avg_pool2d(torch.tanh(self.conv2(x)), 1).flatten(1))


class Tied(nn.Module):
    """One layer, used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.act = nn.Linear(3, 3), nn.ReLU()

    def forward(self, x: Any) -> Any:
        return self.act(self.layer(self.act(self.layer(x))))


class Nested(nn.Module):
    """Blocks with numbers for names, a buffer, and parameters that are one number."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([nn.Sequential(nn.Linear(3, 3), nn.ReLU()) for _ in range(2)])
        self.register_buffer("position", torch.randn(2, 3))
        self.temperature, self.shift = nn.Parameter(torch.tensor(0.7)), nn.Parameter(torch.tensor([0.3]))

    def forward(self, x: Any) -> Any:
        x = x + self.position
        for block in self.blocks:
            x = x + block(x)
        return torch.clamp(x / self.temperature - self.shift, -2, 2)


class Causal(nn.Module):
    """Attention as in GPT: heads as an axis, nothing looks ahead."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.norm, self.out = nn.Linear(4, 12), nn.LayerNorm(4), nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        batch, tokens, width = x.shape
        parts = self.qkv(self.norm(x)).split(width, dim=2)
        query, key, value = (part.view(batch, tokens, 2, 2).transpose(1, 2) for part in parts)
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        return x + self.out(seen.transpose(1, 2).contiguous().view(batch, tokens, width))


class Sequence(nn.Module):
    """A batch of sequences, time first, through two layers of an LSTM; the mean over time."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.lstm, self.head = nn.Embedding(6, 3), nn.LSTM(3, 2, 2), nn.Linear(2, 2)

    def forward(self, tokens: Any) -> Any:
        return self.head(self.lstm(self.embedding(tokens))[0].mean(0))


def rows(*axes: int) -> Any:
    return torch.randn(*axes)


def labels(count: int, classes: int = 3) -> Any:
    return torch.randint(0, classes, (count,))


def perceptron(activation: Any, batch: int, loss: Any, out: int = 2) -> Callable[[], Case]:
    def case() -> Case:
        module = nn.Sequential(nn.Linear(3, 4), activation(), nn.Linear(4, out))
        lead = (batch,) if batch else ()
        return module, rows(*lead, 3), loss, rows(*lead, out)

    return case


CASES: dict[str, Callable[[], Case]] = {
    "one sample": perceptron(nn.ReLU, 0, nn.MSELoss()),
    "a batch of one": perceptron(nn.Tanh, 1, nn.MSELoss(reduction="sum")),
    "as many samples as units": perceptron(nn.Sigmoid, 2, nn.MSELoss()),
    "one output": perceptron(nn.SiLU, 3, nn.L1Loss(), 1),
    "gelu": perceptron(nn.GELU, 2, nn.HuberLoss(delta=0.5)),
    "gelu by tanh": perceptron(lambda: nn.GELU("tanh"), 2, nn.SmoothL1Loss(beta=2.0)),
    "leaky": perceptron(lambda: nn.LeakyReLU(0.2), 2, nn.SoftMarginLoss()),
    "elu": perceptron(lambda: nn.ELU(0.7), 3, nn.MSELoss()),
    "selu": perceptron(nn.SELU, 2, nn.MSELoss()),
    "softplus": perceptron(lambda: nn.Softplus(2.0), 2, nn.MSELoss()),
    "mish": perceptron(nn.Mish, 2, nn.MSELoss()),
    "hard": perceptron(nn.Hardtanh, 2, nn.MSELoss()),
    "log sigmoid": perceptron(nn.LogSigmoid, 0, nn.MSELoss()),
    "softsign": perceptron(nn.Softsign, 2, nn.MSELoss()),
    "relu6": perceptron(nn.ReLU6, 2, nn.MSELoss()),
    "only numbers": lambda: (nn.Linear(1, 1), rows(4, 1), "mse", rows(4, 1)),
    "cross-entropy": lambda: (
        nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 3)),
        rows(2, 3),
        "cross_entropy",
        labels(2),
    ),
    "smoothed labels": lambda: (nn.Linear(3, 3), rows(2, 3), nn.CrossEntropyLoss(label_smoothing=0.1), labels(2)),
    "distributions": lambda: (
        nn.Linear(3, 3),
        rows(2, 3),
        nn.CrossEntropyLoss(reduction="sum"),
        torch.softmax(rows(2, 3), 1),
    ),
    "log likelihood": lambda: (
        nn.Sequential(nn.Linear(3, 3), nn.LogSoftmax(dim=1)),
        rows(2, 3),
        nn.NLLLoss(),
        labels(2),
    ),
    "yes or no": lambda: (
        nn.Sequential(nn.Linear(3, 1), nn.Sigmoid()),
        rows(2, 3),
        nn.BCELoss(),
        torch.tensor([[1.0], [0.0]]),
    ),
    "scores": lambda: (nn.Linear(3, 1), rows(4, 3), "bce_with_logits", torch.randint(0, 2, (4, 1)).double()),
    "divergence": lambda: (
        nn.Sequential(nn.Linear(3, 3), nn.LogSoftmax(-1)),
        rows(2, 3),
        nn.KLDivLoss(reduction="batchmean"),
        torch.softmax(rows(2, 3), 1),
    ),
    "normalised": lambda: (
        nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.LayerNorm(4), nn.Dropout(0.5), nn.Linear(4, 2)),
        rows(3, 3),
        "mse",
        rows(3, 2),
    ),
    "one normalised": lambda: (
        nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4, elementwise_affine=False)),
        rows(3),
        "mse",
        rows(4),
    ),
    "residual": lambda: (Residual(3), rows(2, 3), "mse", rows(2, 3)),
    "mixed": lambda: (Mixed(), rows(4, 3), "mse", rows(2, 3)),
    "lstm": lambda: (
        Tokens(nn.LSTM(3, 2, batch_first=True), 2),
        torch.randint(0, 5, (1, 3)),
        "cross_entropy",
        labels(1),
    ),
    "two layers of gru": lambda: (
        Tokens(nn.GRU(3, 2, 2, batch_first=True), 2),
        torch.randint(0, 5, (2, 2)),
        "cross_entropy",
        labels(2),
    ),
    "rnn": lambda: (
        Tokens(nn.RNN(3, 2, batch_first=True, nonlinearity="relu", bias=False), 2),
        torch.randint(0, 5, (1, 3)),
        "cross_entropy",
        labels(1),
    ),
    "gru cell": lambda: (nn.GRUCell(2, 3), rows(2, 2), "mse", rows(2, 3)),
    "rnn cell": lambda: (nn.RNNCell(2, 3), rows(2), "mse", rows(3)),
    "convolution": lambda: (
        nn.Sequential(nn.Conv2d(1, 1, 2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4, 2)),
        rows(1, 1, 5, 5),
        "cross_entropy",
        labels(1, 2),
    ),
    "channels": lambda: (Convolving(), rows(1, 1, 6, 6), "cross_entropy", labels(1, 2)),
    "signal": lambda: (
        nn.Sequential(nn.Conv1d(1, 2, 3, stride=2), nn.Tanh(), nn.AvgPool1d(2), nn.Flatten()),
        rows(1, 1, 9),
        "mse",
        rows(1, 4),
    ),
    "one head": lambda: (Attending(1), rows(1, 3, 4), "mse", rows(1, 3, 4)),
    "two heads": lambda: (Attending(2), rows(1, 3, 4), "mse", rows(1, 3, 4)),
    "encoder": lambda: (nn.TransformerEncoderLayer(4, 2, 5, batch_first=True), rows(1, 2, 4), "mse", rows(1, 2, 4)),
    "tied": lambda: (Tied(), rows(2, 3), "mse", rows(2, 3)),
    "nested": lambda: (Nested(), rows(2, 3), "mse", rows(2, 3)),
    "causal": lambda: (Causal(), rows(1, 3, 4), "mse", rows(1, 3, 4)),
    "a batch of causal": lambda: (Causal(), rows(2, 3, 4), "mse", rows(2, 3, 4)),
    "sequences": lambda: (Sequence(), torch.randint(0, 6, (3, 2)), "cross_entropy", labels(2, 2)),
    "a batch of images": lambda: (
        nn.Sequential(
            nn.Conv2d(2, 3, 2, stride=2, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(27, 2)
        ),
        rows(2, 2, 4, 4),
        "cross_entropy",
        labels(2, 2),
    ),
    "groups": lambda: (nn.Conv2d(4, 2, 2, groups=2), rows(1, 4, 3, 3), "mse", rows(1, 2, 2, 2)),
    "kernels of one": lambda: (nn.Conv2d(2, 3, 1), rows(1, 2, 3, 3), "mse", rows(1, 3, 3, 3)),
    "a batch of heads": lambda: (Attending(2), rows(2, 3, 4), "mse", rows(2, 3, 4)),
    "a batch through an encoder": lambda: (
        nn.TransformerEncoderLayer(4, 2, 3, batch_first=True, norm_first=True, activation="gelu"),
        rows(2, 2, 4),
        "mse",
        rows(2, 2, 4),
    ),
    "signals": lambda: (nn.Conv1d(2, 1, 2), rows(3, 2, 4), "mse", rows(3, 1, 3)),
    "channels of signals": lambda: (nn.BatchNorm1d(2), rows(2, 2, 3), "mse", rows(2, 2, 3)),
    "slopes": lambda: (
        nn.Sequential(nn.Linear(3, 3), nn.PReLU(3), nn.Linear(3, 4), nn.GLU()),
        rows(2, 3),
        "mse",
        rows(2, 2),
    ),
    "over an axis in the middle": lambda: (
        nn.Sequential(nn.Linear(3, 3), nn.Softmax(dim=1)),
        rows(2, 2, 3),
        "mse",
        rows(2, 2, 3),
    ),
    "flat scores": lambda: (
        nn.Sequential(nn.Linear(3, 1), nn.Flatten(0)),
        rows(4, 3),
        "bce_with_logits",
        torch.tensor([1.0, 0, 1, 0]),
    ),
    "a batch of statistics": lambda: (
        nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3).train(), nn.Tanh()),
        rows(4, 2),
        "mse",
        rows(4, 3),
    ),
}


def doubled(given: Any) -> Any:
    return given.double() if torch.is_tensor(given) and given.is_floating_point() else given


def made(key: str, seed: int) -> Case:
    torch.manual_seed(seed)
    module, inputs, loss, target = CASES[key]()
    keeps = key == "a batch of statistics"
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.running_mean.normal_()
            part.running_var.uniform_(0.5, 2)
    module = module.double() if keeps else module.double().eval()
    return module, doubled(inputs), loss, doubled(target)


def close(found: Any, expected: Any, within: float = 1e-10) -> bool:
    """To 1e-10 of the largest entry, which small ones are summed up from."""
    most = max(float(numpy.abs(expected).max()), 1e-3)
    return bool(numpy.abs(found - expected).max() <= within * most)


def gathered(writer: Writer, held: Any, name: str) -> Any:
    """An array by its name in the graph, put together of those of its quantities that are `held`: values, gradients."""
    cells = writer.values[name].cells
    numbers = numpy.zeros(cells.shape)
    for place in numpy.ndindex(*cells.shape):
        cell = int(cells[place])
        found = held.get(writer.quantities.all[cell >> BITS].name)
        numbers[place] = float(found.entries[cell & ((1 << BITS) - 1)]) if found is not None else 0.0
    return numbers


@pytest.mark.slices(8)
@pytest.mark.parametrize("key", CASES)
def test_forward_and_gradients_are_pytorchs(key: str) -> None:
    module, inputs, loss, target = made(key, random.Random(f"{key} {fresh_seed()}").randrange(2**31))
    writer = Writer(graph := traced(module, inputs, loss, target), ROWS)
    spec = writer.spec()
    worked = derive(network(spec.equations, spec.parameters, spec.data, loss=spec.loss))
    names = {"mse": "mse_loss", "bce_with_logits": "binary_cross_entropy_with_logits"}
    measure = getattr(functional, names.get(loss, loss)) if isinstance(loss, str) else loss
    expected = measure(module(inputs), target)
    assert close(float(worked.values[spec.loss].entries[0]), expected.item())
    expected.backward()
    own = {name: key for key, name in graph.own.items() if key in graph.parameters}
    seen = 0
    for name, parameter in module.named_parameters():
        if own[name] in writer.values:
            assert close(gathered(writer, worked.gradients, own[name]), parameter.grad.numpy()), name
            seen += 1
        else:
            assert parameter.grad is None or not parameter.grad.any(), name
    assert seen


def test_equations_are_those_of_a_textbook_with_the_modules_own_names() -> None:
    torch.manual_seed(1)
    found = from_torch(nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), rows(3), nn.MSELoss(), rows(2))
    assert [*found.equations] == ["z1", "h1", "z2", "L"] and [*found.parameters] == ["W1", "b1", "W2", "b2"]
    assert found.title == "Sequential" and found.loss == "L"
    graph = traced(Residual(3), rows(2, 3), "mse", rows(2, 3))
    assert Writer(graph, ROWS).spec().equations == (
        "z_fc1 = X @ W_fc1.T + b_fc1.T",
        "h = relu(z_fc1)",
        "z_fc2 = h @ W_fc2.T + b_fc2.T",
        "t = scale.T * z_fc2",
        "r = X + t",
        "L = mean((r - Y)^2)",
    )


def test_numbers_are_the_decimals_of_their_own_precision() -> None:
    layer = nn.Linear(1, 1, bias=False)
    layer.weight.data.fill_(0.1)
    for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16):
        found = from_torch(layer.to(dtype), torch.tensor([0.5], dtype=dtype))
        if dtype != torch.bfloat16:
            assert str(found.parameters["W"].entries[0]) == "1/10" or dtype == torch.float64, dtype
    assert from_torch(layer.float(), [2.5], title="Mine", digits=3).title == "Mine"


def test_a_module_without_a_loss_is_a_forward_spec() -> None:
    found = from_torch(nn.Linear(2, 2), rows(2))
    assert found.loss is None and [*found.equations] == ["z"]
    steps = from_torch(nn.Linear(2, 1), rows(2), "mse", rows(1), update={"rule": "sgd", "rate": 0.1})
    assert steps.update is not None and derive(steps).updated["W"].shape == (1, 2)


def test_the_module_stays_as_it_was() -> None:
    torch.manual_seed(4)
    module = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout(0.5)).eval()
    module[1].train()
    before = {key: held.clone() for key, held in module.state_dict().items()}
    from_torch(module, rows(4, 2), "mse", rows(4, 3))
    assert [part.training for part in module.modules()] == [False, False, True, False]
    assert all(torch.equal(held, before[key]) for key, held in module.state_dict().items())
    assert all(parameter.grad is None for parameter in module.parameters())


def test_several_outputs_are_all_there() -> None:
    found = from_torch(nn.LSTM(2, 3), rows(2, 2))
    assert [*found.equations][-1] == "h_2" and "c_2" in found.equations and found.loss is None


class Strange(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc, self.drop = nn.Linear(2, 2), nn.Dropout(0.5)

    def forward(self, x: Any) -> Any:
        return torch.special.bessel_j0(self.fc(x)) + torch.cumsum(self.drop(x), 0)


def test_every_operator_without_a_row_is_named_with_its_module_and_what_to_do() -> None:
    with pytest.raises(ModelError) as told:
        from_torch(Strange(), rows(2))
    assert str(told.value).splitlines() == [
        "Strange: aten.special_bessel_j0.default in Strange: this operator is not known here; write the layer with "
        "others, or as equations in a spec",
        "Strange: aten.dropout.default in drop (Dropout): it draws at random while the module is in training; call "
        ".eval() on the module",
    ]


class Applied(nn.Module):
    """A layer, and a function behind it."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.fc, self.function = nn.Linear(2, 2), function

    def forward(self, x: Any) -> Any:
        return self.function(self.fc(x))


@pytest.mark.parametrize(
    ("module", "given", "said"),
    [
        (Applied(lambda z: z.to(torch.int64).double()), rows(2), "floats become whole numbers here"),
        (
            Applied(lambda z: functional.elu(z) if z is None else torch.ops.aten.elu(z, 1.0, 2.0)),
            rows(2),
            "'scale' is only known as 1",
        ),
        (Applied(lambda z: functional.softplus(z, threshold=1)), rows(2), "'threshold' is only known as 20"),
        (nn.Embedding(4, 2, padding_idx=1), torch.tensor([1]), "a row that gets no gradient (padding_idx)"),
        (
            Applied(lambda z: functional.avg_pool2d(z.view(1, 1, 1, 2), (1, 1), divisor_override=3)),
            rows(2),
            "'divisor_override' is only known as None",
        ),
    ],
)
def test_an_option_that_would_make_other_numbers_is_told(module: Any, given: Any, said: str) -> None:
    with pytest.raises(ModelError) as told:
        from_torch(module, given, lambda found, target: found.sum(), rows(1))
    assert said in str(told.value)


def test_a_gradient_that_is_cut_off_is_not_let_through() -> None:
    """What is detached is held fast by `stop_gradient`, or told where the language has none."""
    torch.manual_seed(2)
    module, x = Applied(lambda z: z * z.detach()).double(), rows(2).double()
    try:
        found = derive(from_torch(module, x, lambda made, target: made.sum(), rows(1)))
    except ModelError as error:
        assert "its gradient is cut off" in str(error)
        return
    module(x).sum().backward()
    (gradient,) = [held for key, held in found.gradients.items() if key.startswith("b")]
    assert close(numpy.array([float(entry) for entry in gradient.entries]), module.fc.bias.grad.numpy())


@pytest.mark.parametrize("at", [-3.0, -1.0, 0.0, 1.0, 3.0, 6.0])
def test_at_kinks_gradients_are_pytorchs(at: float) -> None:
    kinked = (
        nn.ReLU,
        lambda z: torch.clamp(z, -1, 3),
        nn.ReLU6,
        nn.Hardtanh,
        nn.Hardswish,
        nn.Hardsigmoid,
        nn.PReLU,
        nn.ELU,
        nn.LeakyReLU,
        torch.abs,
    )
    for kind in kinked:
        module = Kinked(kind() if isinstance(kind, type) else kind).double()
        found = derive(from_torch(module, torch.tensor([1.0]).double() * at, lambda made, target: made.sum(), rows(1)))
        module(torch.tensor([at]).double()).sum().backward()
        expected = 0.0 if module.shift.grad is None else float(module.shift.grad)
        assert float(found.gradients["shift"].entries[0]) == pytest.approx(expected), kind


class Kinked(nn.Module):
    def __init__(self, function: Any) -> None:
        super().__init__()
        self.function, self.shift = function, nn.Parameter(torch.zeros(1))

    def forward(self, x: Any) -> Any:
        return self.function(x + self.shift)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ((nn.Linear(2, 1), rows(3)), ModelError, "torch.export cannot follow this module at these inputs"),
        ((nn.Linear(2, 1), rows(2), "mse"), ModelError, "a loss needs a target"),
        ((nn.Linear(2, 1), rows(2), "mean", rows(1)), ValueError, "there is no loss 'mean'; losses are mse, "),
        ((nn.Linear(2, 1), rows(2), 3, rows(1)), TypeError, "wants loss as a module or function"),
        ((nn.Linear(2, 1), object()), TypeError, "wants inputs as tensors or arrays of numbers, not object"),
        ((nn.Linear(2, 1).to("meta"), rows(2)), ModelError, "weight is on the device meta; write .cpu()"),
        ((nn.Linear(2, 1), rows(2).to("meta")), TypeError, "inputs is on the device meta"),
        (("model.pt", rows(2)), TypeError, "wants a module of torch.nn"),
        ((nn.Linear(2, 1), torch.tensor([float("nan"), 1])), ValueError, "is nan, which is not a number"),
    ],
)
def test_what_is_wrong_is_told(arguments: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error) as told:
        from_torch(*arguments)
    assert said in str(told.value)


@pytest.mark.parametrize("loss", TORCH_LOSSES, ids=lambda loss: loss.function)
def test_the_table_calls_losses_as_pytorch_does(loss: TorchLoss) -> None:
    assert callable(getattr(nn.functional, loss.function))
    assert any(hasattr(nn, name) for name in loss.classes) or loss.function == "mse_loss"
    assert set(loss.operators) <= ROWS.keys()
