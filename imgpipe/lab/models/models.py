"""The models of the page: the package's own, and those of files."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from imgpipe._common import shown, stem_of
from imgpipe._common.texts import Text, counted, say
from imgpipe.images import Image
from imgpipe.lab.models.answers import Answer, answer, warm
from imgpipe.lab.models.process import Training
from imgpipe.lab.models.recipe import TITLES, Recipe, lacking

if TYPE_CHECKING:
    from imgpipe.bundle import Predictor


class Models:
    """The lab's own models, trained once and kept, and those of a user's files.

    Parameters
    ----------
    files : sequence of path-like
        Bundles (``.imgpipe``) of models that give an image a class.
    recipe : Recipe, optional
        What the lab's own are trained on.
    kinds : sequence of str, optional
        Which of the lab's own there are; all by default.

    Raises
    ------
    InputError
        For a file that is no such bundle.

    Examples
    --------
    >>> from imgpipe.lab.models import Models
    >>> [card["name"] for card in Models().cards()]
    ['forest', 'svm', 'cnn']
    """

    def __init__(
        self,
        files: Iterable[str | os.PathLike[str]] = (),
        recipe: Recipe | None = None,
        kinds: Sequence[str] = tuple(TITLES),
    ) -> None:
        self._given = {name: _opened(path) for name, path in _named(files).items()}
        self._own: dict[str, Predictor] = {}
        self._lock = Lock()
        self._kinds = tuple(kinds)
        possible = [kind for kind in kinds if lacking(kind) is None]
        self._training = Training(possible, recipe or Recipe(), self._kept, self._warm_given)

    def prepare(self) -> None:
        """Open what is kept, and train what is not, in a process of its own; returns at once."""
        self._training.start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until all that can be trained is, or has failed.

        Parameters
        ----------
        seconds : float, optional
            At most.

        Returns
        -------
        bool
            Whether it is so.
        """
        return self._training.wait(seconds)

    def close(self) -> None:
        """End the training."""
        self._training.close()

    def cards(self) -> list[dict[str, Any]]:
        """Say of each model what it is, and how far.

        Returns
        -------
        list of dict
            ``name``, ``kind``, ``title``; ``state``: ``"ready"``, ``"waiting"``, ``"training"``,
            ``"absent"`` or ``"failed"``; ``note``, a sentence on it; ``classes``; ``accuracy`` on
            patients held out: ``value``, ``low`` and ``high`` (95 %), ``images``, ``patients``.
        """
        own = [self._card(kind) for kind in self._kinds]
        given = [_described(_given_as(name), each) for name, each in self._given.items()]
        return own + given

    def ask(
        self,
        image: Image,
        where: Sequence[float] | None = None,
        names: Collection[str] | None = None,
    ) -> Iterator[Answer]:
        """Ask each model that is ready, one after the other.

        Parameters
        ----------
        image : Image
            In two axes.
        where : (row, column), optional
            A model of images of one size is asked about a part of that size round this point; by
            default the middle of the image.
        names : collection of str, optional
            Only these.

        Yields
        ------
        Answer
            A model that takes no such image says why.
        """
        with self._lock:
            own = [(_own_as(kind), self._own[kind]) for kind in self._kinds if kind in self._own]
        for told, predictor in own + [(_given_as(n), each) for n, each in self._given.items()]:
            if names is None or told["name"] in names:
                yield answer(told, predictor, image, where)

    def _kept(self, kind: str, path: Path) -> None:
        predictor = _opened(path)
        warm(predictor)
        with self._lock:
            self._own[kind] = predictor

    def _warm_given(self) -> None:
        for predictor in self._given.values():
            warm(predictor)

    def _card(self, kind: str) -> dict[str, Any]:
        with self._lock:
            predictor = self._own.get(kind)
        if predictor is not None:
            return _described(_own_as(kind), predictor)
        absent = lacking(kind)
        state, note = ("absent", absent) if absent else self._training.state_of(kind)
        return {**_own_as(kind), "state": state, "note": note, "classes": [], "accuracy": None}


def _own_as(kind: str) -> dict[str, Any]:
    return {"name": kind, "kind": kind, "title": TITLES[kind]}


def _given_as(name: str) -> dict[str, Any]:
    return {"name": name, "kind": "file", "title": name}


def _named(files: Iterable[str | os.PathLike[str]]) -> dict[str, Path]:
    """Name files by their stems; what has the name of another gets a number."""
    named: dict[str, Path] = {}
    for path in map(Path, files):
        stem = name = shown(stem_of(path))
        number = 1
        while name in named or name in TITLES:
            number += 1
            name = f"{stem} ({number})"
        named[name] = path
    return named


def _opened(path: str | os.PathLike[str]) -> "Predictor":
    from imgpipe.bundle import load_predictor

    return load_predictor(path)


def _described(told: dict[str, Any], predictor: "Predictor") -> dict[str, Any]:
    accuracy = _accuracy(predictor.card)
    return {
        **told,
        "state": "ready",
        "note": _judgement(accuracy),
        "classes": list(predictor.classes),
        "accuracy": accuracy,
    }


def _accuracy(card: Any) -> dict[str, Any] | None:
    """Take the accuracy from a card, be it of the lab's own or of a run."""
    if "held_out" in card:
        return dict(card["held_out"])
    run = card.get("run")
    if run is None or "accuracy" not in run["model"]["metrics"]:
        return None
    data = run["dataset"]
    found = dict(run["model"]["metrics"]["accuracy"])
    return found | {"images": data["n"], "patients": data["patients"]}


def _judgement(accuracy: dict[str, Any] | None) -> Text:
    if accuracy is None or accuracy["value"] is None:
        return say("The file does not say how often it is right.")
    images = counted(accuracy["images"], "{n} image", "{n} images")
    right = say("{share:.0%}", share=accuracy["value"])
    if accuracy["patients"] is None:
        return say("Right on {right} of {images} that it had not seen.", right=right, images=images)
    if accuracy["low"] is None:
        return say(
            "Right on {right} of {images} of {patients} that it had not seen.",
            right=right,
            images=images,
            patients=counted(accuracy["patients"], "{n} patient", "{n} patients"),
        )
    return say(
        "Right on {right} of {images} of {patients} that it had not seen (95 % interval {low:.0%} "
        "to {high:.0%}).",
        right=right,
        images=images,
        patients=counted(accuracy["patients"], "{n} patient", "{n} patients"),
        low=accuracy["low"],
        high=accuracy["high"],
    )
