"""Models of others, from PyTorch and ONNX, as networks in the language of the spec."""
