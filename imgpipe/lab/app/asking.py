"""What models say of an image, sent one by one as they answer."""

from collections.abc import Mapping
from typing import Any

from imgpipe._common import InputError
from imgpipe.images import Image
from imgpipe.lab.app.answering import Send
from imgpipe.lab.app.messages import Picture, Request
from imgpipe.lab.app.workers import Work
from imgpipe.lab.models import Answer, Models
from imgpipe.report.languages import speaking, told

_COMING = ("waiting", "training")
_PAUSE = 1.0  # seconds between looks at models that are being trained


def ask_models(models: Models, request: Request, image: Image, work: Work, send: Send) -> None:
    """Ask each model once; say of those in training how far they are, and ask them when they are.

    Ends where something newer is asked for: at the latest when the model at work has answered.
    """
    models.prepare()
    asked: set[str] = set()
    said: dict[str, str] = {}

    def tell(heads: list[Mapping[str, Any]], pictures: list[Picture], last: bool) -> None:
        place = 0 if pictures else None
        with speaking(request.lang):
            answers = [told(head) | {"map": place} for head in heads]
        message = {"kind": "models", "seq": request.seq, "answers": answers, "last": last}
        send(message, pictures)

    while not work.stale.is_set():
        cards = [card for card in models.cards() if card["name"] not in asked]
        coming = [card for card in cards if card["state"] in _COMING]
        if news := [card for card in coming if said.get(card["name"]) != card["note"]]:
            said |= {card["name"]: card["note"] for card in news}
            tell([_not_yet(card) for card in news], [], last=False)
        others = [card for card in cards if card["state"] not in _COMING]
        for card in others:
            if work.stale.is_set():
                return
            asked.add(card["name"])
            head, pictures = _answered(models, card, request, image)
            tell([head], pictures, last=not coming and card is others[-1])
        if not coming:
            return
        work.stale.wait(_PAUSE)


def _answered(
    models: Models, card: Mapping[str, Any], request: Request, image: Image
) -> tuple[Mapping[str, Any], list[Picture]]:
    if card["state"] != "ready":
        return _not_yet(card), []
    try:
        found = next(models.ask(image, request.where, [card["name"]]))
    except InputError as error:
        return _not_yet(card) | {"refused": str(error)}, []
    head = {**found.head, "accuracy": card["note"], "patch": found.head["box"]}
    del head["box"]
    return head, _pictures(found)


def _pictures(found: Answer) -> list[Picture]:
    if not found.picture:
        return []
    _, _, height, width = found.head["box"]
    return [Picture("image/png", found.picture, (height, width))]


def _not_yet(card: Mapping[str, Any]) -> dict[str, Any]:
    """Let a model that cannot be asked say why."""
    told = {name: card[name] for name in ("name", "kind", "title")}
    return {**told, "refused": card["note"], "state": card["state"], "patch": None}
