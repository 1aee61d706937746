"""The model in a worker: from the bytes of one file to an answer in JSON."""

import gc
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import imgpipe
from imgpipe._common import InputError, MissingPackage, needed_for
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.refusing import refusing
from imgpipe.bundle.inference.opening import model_of
from imgpipe.bundle.predictor import Predictor
from imgpipe.images import Image, Images
from imgpipe.images.image import TooManyPixels, pixels_at_most, spatial
from imgpipe.images.read import UnknownFormat, read_bytes
from imgpipe.images.storage import Items
from imgpipe.serve.app.frames import Frame, Head

OOD = "out of distribution: the image differs from the training images; do not rely on its class"


@dataclass(frozen=True)
class Served:
    """A bundle that was opened, and what is told of it."""

    predictor: Predictor
    model: Mapping[str, str]
    pixels: int
    facts: Head = field(default_factory=dict)

    @classmethod
    def opened(cls, content: bytes, path: str, pixels: int) -> "Served":
        """Open a bundle and compile or load the loops that it needs."""
        with refusing(path):
            bundled = Bundled.of_bytes(content)
        model, card = model_of(bundled, path)
        if model.region != "image":
            raise InputError(
                f"{path}: the model looks inside masks, which a request does not bring; train with "
                "--region image to serve whole images"
            )
        called = {
            "name": Path(path).stem,
            "version": hashlib.sha256(content).hexdigest(),
            "imgpipe": imgpipe.__version__,
        }
        predictor = Predictor(model, card)
        served = cls(predictor, called, pixels, _facts(predictor, called, bundled))
        served.predict(_noise(predictor))
        gc.collect()
        gc.freeze()
        return served

    def predict(self, content: bytes, name: str | None = None) -> Frame:
        """Predict the image, or the images, of a file."""
        images, notes = self._read(content, name)
        told = self.predictor.predict(images)
        rows: list[dict[str, Any]] = []
        for i, error in enumerate(told.errors):
            if error:
                rows.append({"id": told.ids[i], "error": error, "status": 422})
            else:
                far = None if told.ood_distance is None else float(told.ood_distance[i])
                shares = zip(told.classes, told.probabilities[i].tolist(), strict=True)
                rows.append(self._row(told.ids[i], told.predicted[i], dict(shares), far, notes))
        return _frame(rows)

    def explain(self, content: bytes, name: str | None = None) -> Frame:
        """Predict the one image of a file, and say what speaks for it."""
        from imgpipe.serve.app.explained import parts

        images, _ = self._read(content, name)
        if len(images) != 1:
            raise Unusable(f"{len(images):,} images in one file; one is explained at a time")
        try:
            told = self.predictor.explain(images[0])
        except MissingPackage as error:
            return {"status": 501, "error": str(error)}, b""
        except InputError as error:
            raise Unusable(str(error)) from None
        row = self._row(images.ids[0], told.predicted, dict(told.probabilities),
                        told.ood_distance, list(map(str, told.warnings)))  # fmt: skip
        return _frame([row | parts(told)])

    def page(self, _: bytes, lang: str = "en") -> Frame:
        """Give the page in the browser, in a language."""
        try:
            with needed_for("the page"):
                from imgpipe.serve.page import page

                made = page(self.predictor, lang)
        except MissingPackage as error:
            return {"status": 501, "error": str(error)}, b""
        return {"type": "text/html; charset=utf-8"}, made.encode()

    def _read(self, content: bytes, name: str | None) -> tuple[Images, list[str]]:
        """Give the images of a file as `imgpipe predict` lists them, and what was noted of it."""
        called = "the image" if name is None else name
        with pixels_at_most(self.pixels):
            image = read_bytes(content, name=called)
        items: tuple[Image, ...] = (image,)
        ids: tuple[str, ...] = (called,)
        if content.startswith(b"\x93NUMPY") and len(spatial(image.shape, image.channel_axis)) == 3:
            items = tuple(Image(pixels, image.channel_axis) for pixels in image.pixels)
            ids = tuple(map(str, range(len(items))))
        notes = list(map(str, image.warnings))
        return Images.of_store(Items(items, self.predictor.model.size), ids), notes

    def _row(
        self,
        id: str,
        predicted: str | None,
        shares: Mapping[str, float],
        far: float | None,
        warnings: list[str],
    ) -> dict[str, Any]:
        ood = None if far is None else far > 1.0
        return {
            "id": id,
            "predicted": predicted,
            "probabilities": shares,
            "ood": ood,
            "ood_distance": far,
            "warnings": [OOD, *warnings] if ood else warnings,
            "model": self.model,
        }


class Unusable(InputError):
    """An image that was read, and that the model cannot use."""


def refusal(error: InputError) -> Head:
    """Choose the status for what is wrong with a file."""
    if isinstance(error, UnknownFormat | MissingPackage):
        status = 415
    elif isinstance(error, TooManyPixels):
        status = 413
    elif isinstance(error, Unusable):
        status = 422
    else:
        status = 400
    return {"status": status, "error": str(error)}


def _frame(rows: list[dict[str, Any]]) -> Frame:
    """Count what a row says, for the server's numbers; one row stands alone."""
    good = [row for row in rows if "error" not in row]
    head: Head = {
        "status": 200,
        "images": len(good),
        "failed": len(rows) - len(good),
        "ood": sum(bool(row["ood"]) for row in good),
        "warnings": sum(len(row["warnings"]) for row in good),
    }
    if len(rows) == 1 and not good:
        return head | {"status": rows[0]["status"], "error": rows[0]["error"]}, b""
    told = rows[0] if len(rows) == 1 else rows
    return head, json.dumps(told, allow_nan=False).encode()


def _noise(predictor: Predictor) -> bytes:
    """A file of an image that the model takes: the first request is not to wait for loops."""
    from PIL import Image as Pictures

    model = predictor.model
    noise = np.random.default_rng(0).integers(0, 100, model.image_shape).astype(model.dtype)
    store = io.BytesIO()
    if model.dtype == "uint8" and len(spatial(noise.shape, model.channel_axis)) == 2:
        Pictures.fromarray(noise).save(store, "PNG")  # which loads what decodes most pictures
    else:
        np.save(store, noise)
    return store.getvalue()


def _facts(predictor: Predictor, called: Mapping[str, str], bundled: Bundled) -> Head:
    """What the server tells of the model."""
    model = predictor.model
    size = model.size
    card = {name: value for name, value in predictor.card.items() if name != "run"}
    return {
        **called,
        "classes": list(model.classes),
        "positive_class": model.positive_class,
        "expected": {
            "shape": list(spatial(model.image_shape, model.channel_axis)),
            "channels": "gray" if model.channel_axis is None else "colour",
            "dtype": model.dtype,
            "resized": size is not None,
        },
        "features": len(bundled.manifest.features),
        "ood": model.novelty is not None,
        "warnings": list(map(str, model.warnings)),
        "card": card,
    }
