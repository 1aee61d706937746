"""Fitted estimators as ONNX: a graph in the making, and what each kind of estimator adds to it."""
