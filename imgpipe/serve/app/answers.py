"""The shapes of answers, as ``/openapi.json`` describes them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_MODEL: dict[str, Any] = {"name": "lungs", "version": "9f86d081884c7d65...", "imgpipe": "0.1.0"}
_PREDICTION: dict[str, Any] = {
    "id": "7.png",
    "predicted": "pneumonia",
    "probabilities": {"normal": 0.03, "pneumonia": 0.97},
    "ood": False,
    "ood_distance": 0.41,
    "warnings": [],
    "model": _MODEL,
}
_SPEAKS: dict[str, Any] = {
    "picture": "iVBORw0KGgo...",
    "maps": [{"name": "occlusion", "png": "iVBORw0KGgo..."}],
    "reasons": [],
    "copy_of": ["train/7.png"],
}


class Error(BaseModel):
    """Why there is no answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"error": "the body is empty"}]})

    error: str = Field(description="One sentence.")


class Model(BaseModel):
    """Which model answered."""

    name: str = Field(description="Name of its file.")
    version: str = Field(description="SHA-256 of its file.")
    imgpipe: str = Field(description="Version of imgpipe.")


class Prediction(BaseModel):
    """What the model says of one image: the same as `imgpipe predict`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PREDICTION]})

    id: str = Field(description="Name of the file, or index in a stack.")
    predicted: str = Field(description="The most probable class.")
    probabilities: dict[str, float]
    ood: bool | None = Field(description="Out of distribution; null where the model cannot tell.")
    ood_distance: float | None = Field(
        description="Distance to the training images; beyond 1 the image differs from them."
    )
    warnings: list[str]
    model: Model


class Failed(BaseModel):
    """One of several files, or images of a stack, that got no prediction."""

    id: str
    status: int = Field(description="What a request with this file alone would have got.")
    error: str


class Map(BaseModel):
    """What speaks for the class (orange) and against it (blue), to lay over the picture."""

    name: str = Field(description="occlusion, or Grad-CAM for networks.")
    png: str = Field(description="PNG with transparency, base64.")


class Reason(BaseModel):
    """A group of features and what it changes."""

    model_config = ConfigDict(extra="allow")


class Explanation(Prediction):
    """A prediction with what speaks for it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PREDICTION | _SPEAKS]})

    picture: str = Field(description="The image, PNG, base64.")
    maps: list[Map] = Field(description="Empty where nothing matters to the model.")
    reasons: list[Reason] = Field(description="The strongest first; none for a network.")
    copy_of: list[str] | None = Field(
        description="Not null for an image that the model was trained on; ids where it keeps them."
    )


class Expected(BaseModel):
    """The images that the model takes."""

    shape: list[int] = Field(description="Rows and columns.")
    channels: str = Field(description="gray or colour.")
    dtype: str
    resized: bool = Field(description="Whether other sizes are brought to this one.")


class ModelFacts(Model):
    """What the file of the model says of itself."""

    classes: list[str]
    positive_class: str | None
    expected: Expected
    features: int = Field(description="How many it measures; 0 for a network.")
    ood: bool = Field(description="Whether it can tell images out of distribution.")
    warnings: list[str]
    card: dict[str, Any]


class Health(BaseModel):
    """Whether requests are answered."""

    live: bool
    ready: bool
    processes: int = Field(description="That predict, and are up.")
    waiting: int = Field(description="Requests that wait or are worked on.")


_WHY = {
    400: "The file is damaged, the body empty, the form broken, or the header Host of another.",
    401: "The token is missing or wrong.",
    403: "A page of another site asked.",
    408: "The body took too long to arrive.",
    413: "The body, or the number of pixels that the file declares, is too large.",
    415: "No image of a kind that is read.",
    422: "An image that this model cannot use: another size, type, or number of channels.",
    429: "More requests wait than the server takes; Retry-After says when to come again.",
    500: "A bug in imgpipe.",
    501: "A package is not installed here.",
    503: "No process was free in time, or the one at work ended.",
    504: "The prediction took too long.",
}


def errors(*codes: int) -> dict[int | str, dict[str, Any]]:
    """Describe the errors of a route."""
    return {code: {"model": Error, "description": _WHY[code]} for code in codes}
