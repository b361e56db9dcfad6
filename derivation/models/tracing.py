"""Modules of PyTorch as graphs, through `torch.export`: the operators that a module calls, before any is taken apart."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy
import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, OutputKind

from derivation.formulas.operations.torch_losses import BY_NAME
from derivation.models.filling import made
from derivation.models.graph import Graph, ModelError, Node, Ref
from derivation.models.rows import written
from derivation.models.writer import Spec
from derivation.words.telling import tell

FAILURES = (
    RuntimeError,
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    NotImplementedError,
    AssertionError,
    ArithmeticError,
)
"""What a module that does not fit its inputs, or cannot be followed, may raise."""


class _WithLoss(torch.nn.Module):  # type: ignore[misc]
    """A module with its loss behind it."""

    def __init__(self, module: torch.nn.Module, loss: Callable[..., Any]) -> None:
        super().__init__()
        self.module, self.loss = module, loss

    def forward(self, target: Any, *inputs: Any) -> Any:
        return self.loss(self.module(*inputs), target)


def spec_of(module: Any, inputs: Any, loss: Any = None, target: Any = None) -> Spec:
    """A module at inputs, as a spec."""
    return written(traced(module, inputs, loss, target))


def traced(module: Any, inputs: Any, loss: Any = None, target: Any = None) -> Graph:
    """The graph of a module at inputs, with a loss behind it where one is given."""
    if not isinstance(module, torch.nn.Module):
        raise TypeError(tell("models.wants_module", kind=type(module).__name__))
    title = type(module).__name__
    if (loss is None) != (target is None):
        raise ModelError(title, [tell("models.loss_and_target")])
    _check(title, module)
    dtype = next((parameter.dtype for parameter in module.parameters()), torch.float64)
    given = [_tensor(part, dtype, "inputs") for part in (inputs if isinstance(inputs, tuple) else (inputs,))]
    whole, prefix, names = module, "", [f"x{k or ''}" for k in range(len(given))]
    if loss is not None:
        whole, prefix, names = _WithLoss(module, _loss(loss)), "module.", ["y", *names]
        given = [_tensor(target, dtype, "target"), *given]
    whole.training = module.training
    return graph_of(
        _exported(title, whole, given), title, prefix, dict(zip(names, given, strict=True)), loss is not None
    )


def _exported(title: str, module: torch.nn.Module, given: Sequence[Any]) -> ExportedProgram:
    try:
        with warnings.catch_warnings(action="ignore"):
            return torch.export.export(module, tuple(given), strict=False)
    except FAILURES as error:
        why = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise ModelError(title, [tell("models.no_export", why=why[:200])]) from None


def _check(title: str, module: torch.nn.Module) -> None:
    held = [*module.named_parameters(), *module.named_buffers()]
    away = [
        tell("models.on_device", name=name, device=tensor.device)
        for name, tensor in held
        if tensor.device.type != "cpu"
    ]
    if away:
        raise ModelError(title, away)


def _tensor(given: Any, dtype: torch.dtype, argument: str) -> torch.Tensor:
    """An input as a tensor of the module's own type; whole numbers stay whole."""
    try:
        tensor = given.detach() if isinstance(given, torch.Tensor) else torch.as_tensor(numpy.asarray(given))
    except (TypeError, ValueError) as error:
        raise TypeError(tell("models.wants_arrays", argument=argument, kind=type(given).__name__)) from error
    if tensor.device.type != "cpu":
        raise TypeError(tell("models.on_device", name=argument, device=tensor.device))
    return tensor.to(dtype) if tensor.is_floating_point() and not isinstance(given, torch.Tensor) else tensor


def _loss(given: Any) -> Any:
    if isinstance(given, str):
        known = {name: getattr(torch.nn.functional, loss.function) for name, loss in BY_NAME.items()}
        if given not in known:
            raise ValueError(tell("models.no_loss", name=given, known=", ".join(known)))
        return known[given]
    if not callable(given):
        raise TypeError(tell("models.wants_loss", kind=type(given).__name__, known=", ".join(BY_NAME)))
    return given


def graph_of(
    program: ExportedProgram, title: str, prefix: str, inputs: Mapping[str, torch.Tensor], loss: bool
) -> Graph:
    """The graph of an exported program; `inputs` are its own inputs in their order, by the names they are to have."""
    signature, held = program.graph_signature, {**program.state_dict, **program.constants}
    parameters, constants, given = dict[str, Any](), dict[str, Any](), dict[str, Any]()
    own: dict[str, str] = {}
    waiting = iter(inputs.items())
    for spec in signature.input_specs:
        name = spec.arg.name
        if spec.kind is InputKind.USER_INPUT:
            own[name], tensor = next(waiting)
            given[name] = array(tensor)
            continue
        table = parameters if spec.kind is InputKind.PARAMETER else constants
        table[name], own[name] = array(held[spec.target]), str(spec.target).removeprefix(prefix)
    outputs = [
        spec.arg.name
        for spec in signature.output_specs
        if spec.kind is OutputKind.USER_OUTPUT and getattr(spec.arg, "name", None)
    ]
    nodes = tuple(_nodes(program.graph.nodes, prefix))
    return Graph(title, nodes, tuple(outputs), parameters, given, {**constants, **made(nodes)}, own, loss)


def array(tensor: torch.Tensor) -> Any:
    """The numbers of a tensor; bfloat16 and its like as they are in float32."""
    plain = tensor.detach().resolve_conj().resolve_neg()
    return (plain.float() if str(plain.dtype) in ("torch.bfloat16", "torch.float8_e4m3fn") else plain).numpy()


def _nodes(given: Any, prefix: str) -> list[Node]:
    several: dict[str, dict[int, str]] = {}
    found = [node for node in given if node.op == "call_function"]
    for node in found:
        if node.target is operator.getitem:
            several.setdefault(node.args[0].name, {})[node.args[1]] = node.name
    return [_node(node, several.get(node.name), prefix) for node in found if node.target is not operator.getitem]


def _node(node: Any, parts: dict[int, str] | None, prefix: str) -> Node:
    results = (node.name,) if parts is None else tuple(parts.get(k, "") for k in range(max(parts) + 1))
    stack = list(node.meta.get("nn_module_stack", {}).values())
    path, kind = stack[-1] if stack else ("", "")
    kind = kind if isinstance(kind, str) else f"{kind.__module__}.{kind.__qualname__}"
    schema = getattr(node.target, "_schema", None)
    if schema is None:
        return Node(str(node.target), str(node.target), {}, results, path.removeprefix(prefix), kind)
    keys = [argument.name for argument in schema.arguments]
    usual = {argument.name: argument.default_value for argument in schema.arguments if argument.has_default_value()}
    arguments = {**usual, **dict(zip(keys, node.args, strict=False)), **node.kwargs}
    name = str(node.target)
    key = name.split(".")[1] if name.startswith("aten.") else name
    module = "" if prefix and path in ("module", "loss") else path.removeprefix(prefix)
    return Node(key, name, {key: plain(argument) for key, argument in arguments.items()}, results, module, kind)


def plain(argument: Any) -> Any:
    """An argument of a node without anything of PyTorch's."""
    if isinstance(argument, torch.fx.Node):
        return Ref(argument.name)
    if isinstance(argument, list | tuple):
        return [plain(part) for part in argument]
    return argument if isinstance(argument, int | float | str | None) else str(argument)
