"""Models are asked one by one, those in training once they are trained."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
import pytest

from imgpipe.images import Image
from imgpipe.lab.app import asking
from imgpipe.lab.app.messages import Head, Picture, Request
from imgpipe.lab.app.workers import Work
from imgpipe.lab.models import Answer, Models

REQUEST = Request(seq=7, source="chart", models=True)
IMAGE = Image(np.zeros((8, 8), np.uint8))


class InTraining:
    """One model that is ready, one that is trained after some looks, one that is not installed."""

    def __init__(self, looks: int) -> None:
        self._left, self.asked = looks, list[str]()

    def prepare(self) -> None:
        pass

    def cards(self) -> list[dict[str, Any]]:
        self._left -= 1
        states = {"svm": "ready" if self._left < 0 else "training", "forest": "ready",
                  "cnn": "absent"}  # fmt: skip
        return [
            {"name": name, "kind": name, "title": name.upper(), "state": state, "note": state}
            for name, state in states.items()
        ]

    def ask(self, image: Image, where: Any, names: list[str]) -> Iterator[Answer]:
        self.asked += names
        yield Answer({"name": names[0], "refused": None, "box": [0, 0, 8, 8]}, b"png")


def heads(models: InTraining, work: Work) -> list[Head]:
    found: list[Head] = []

    def send(head: Head, pictures: Sequence[Picture] = ()) -> None:
        assert (head["answers"][0]["map"] is None) == (not pictures)
        found.append(head)

    asking.ask_models(cast(Models, models), REQUEST, IMAGE, work, send)
    return found


def test_each_model_answers_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One in training says so once, as long as there is no news; the last answer is last."""
    monkeypatch.setattr(asking, "_PAUSE", 0.001)
    models = InTraining(looks=3)
    told = heads(models, Work("me", lambda work: None))
    said = [(each["name"], each["refused"]) for head in told for each in head["answers"]]
    assert said == [("svm", "training"), ("forest", None), ("cnn", "absent"), ("svm", None)]
    assert [head["last"] for head in told] == [False, False, False, True]
    assert models.asked == ["forest", "svm"]
    assert told[-1]["answers"][0]["patch"] == [0, 0, 8, 8]


def test_nobody_is_asked_for_who_has_gone_on() -> None:
    """Work that is stale asks no model."""
    work = Work("me", lambda work: None)
    work.stale.set()
    models = InTraining(looks=0)
    assert heads(models, work) == []
    assert models.asked == []
