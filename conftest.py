"""What concerns tests and doctests alike."""

from importlib.util import find_spec

# tests that load onnxruntime themselves send nothing, either
import imgpipe._runtime.onnx_runtime  # noqa: F401

# doctests import each module; tests of the networks skip themselves, with the reason
collect_ignore_glob = [] if find_spec("torch") else ["imgpipe/learn/networks/*"]

pytest_plugins = ["pytester"]
