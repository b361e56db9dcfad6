"""Examples in modules that need an extra's package are run where that is installed."""

from __future__ import annotations

from importlib.util import find_spec

NEEDED = {"derivation/models/onnx_file.py": "onnx", "derivation/models/tracing.py": "torch"}
collect_ignore = [module for module, package in NEEDED.items() if find_spec(package) is None]
