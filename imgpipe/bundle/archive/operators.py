"""The ONNX operators that a bundle's graph may have, and their attributes."""

# None of these makes memory from a number in the file: no Expand, Tile, ConstantOfShape or Resize,
# and none holds a graph of its own. Pads of a convolution or a pool do, so what reads a graph
# bounds them (and kernel_shape, strides, dilations) itself.

FEATURES: dict[str, frozenset[str]] = {
    "Abs": frozenset(),
    "Add": frozenset(),
    "Cast": frozenset({"to"}),
    "Concat": frozenset({"axis"}),
    "Div": frozenset(),
    "Equal": frozenset(),
    "Exp": frozenset(),
    "GreaterOrEqual": frozenset(),
    "Identity": frozenset(),
    "IsNaN": frozenset(),
    "MatMul": frozenset(),
    "Max": frozenset(),
    "Mul": frozenset(),
    "Neg": frozenset(),
    "Pow": frozenset(),
    "Reciprocal": frozenset(),
    "ReduceMax": frozenset({"axes", "keepdims"}),
    "ReduceSum": frozenset({"keepdims"}),
    "ReduceSumSquare": frozenset({"axes", "keepdims"}),
    "Sub": frozenset(),
    "Tanh": frozenset(),
    "Transpose": frozenset({"perm"}),
    "Where": frozenset(),
}
"""What classifiers of features are made of."""

NETWORKS: dict[str, frozenset[str]] = {
    "Add": frozenset(),
    "AveragePool": frozenset({"kernel_shape", "strides"}),
    "BatchNormalization": frozenset({"epsilon"}),
    "Cast": frozenset({"to"}),
    "Concat": frozenset({"axis"}),
    "Conv": frozenset({"pads", "strides"}),
    "Div": frozenset(),
    "Flatten": frozenset(),
    "Gemm": frozenset({"transB"}),
    "GlobalAveragePool": frozenset(),
    "Identity": frozenset(),
    "MaxPool": frozenset({"kernel_shape", "strides"}),
    "Relu": frozenset(),
    "Sigmoid": frozenset(),
    "Softmax": frozenset({"axis"}),
    "Sub": frozenset(),
    "Tanh": frozenset(),
    "Transpose": frozenset({"perm"}),
    "Unsqueeze": frozenset(),
}
"""What networks are made of."""

OPERATORS: dict[str, frozenset[str]] = {
    name: FEATURES.get(name, frozenset()) | NETWORKS.get(name, frozenset())
    for name in sorted({*FEATURES, *NETWORKS})
}
"""Operators of the standard domain by name: the attributes that each may have."""
