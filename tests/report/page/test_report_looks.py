"""A model looks the same wherever it is drawn, and in every report."""

from types import SimpleNamespace

from imgpipe.learn import CLASSIFIERS
from imgpipe.report.page.looks import looks_of


def looks(*names: str) -> dict[str, dict[str, str]]:
    return looks_of([SimpleNamespace(name=name) for name in names])


def test_a_known_classifier_keeps_its_colour() -> None:
    """Which models stand beside it, and in which order, does not matter."""
    every = looks(*CLASSIFIERS)
    for name in CLASSIFIERS:
        assert looks("own", name)[name] == looks(name, "another", "own")[name] == every[name]
    assert every["dummy"]["colour"] == "var(--dummy)"


def test_no_two_models_look_alike() -> None:
    """Models of one's own take what the known ones leave."""
    names = [*CLASSIFIERS, *(f"own {i}" for i in range(20))]
    found = looks(*names[::-1])
    assert list(found) == names[::-1]
    assert len({tuple(look.values()) for look in found.values()}) == len(names)
