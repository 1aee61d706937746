"""One ONNX graph from pixels to probabilities: filters, features and the fitted part of a model."""
