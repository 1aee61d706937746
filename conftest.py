"""What concerns tests and doctests alike."""

from importlib.util import find_spec

# doctests import each module; tests of the networks skip themselves, with the reason
collect_ignore_glob = [] if find_spec("torch") else ["imgpipe/learn/networks/*"]

pytest_plugins = ["pytester"]
