"""What a page asks of the lab through its WebSocket, and what it gets."""

import io
import json
import time
from typing import Any

import numpy as np
import pytest
from lab_helpers import Running, running
from PIL import Image as Pictures
from websockets.exceptions import ConnectionClosed, InvalidStatus

from imgpipe.lab.chain import Chain
from imgpipe.lab.examples import EXAMPLES
from imgpipe.lab.numbers import measure

STEPS = [["median", {"size": 5}]]
CONTOUR = {"source": "lesions", "segment": ["active-contour", {"iterations": 40}], "watch": True}


def test_a_result_is_that_of_the_library(lab: Running) -> None:
    """Numbers, outline and code are those of the chain; the picture is of the image's size."""
    with lab.page() as page:
        head, picture = page.ask(source="cells", filters=STEPS, segment=["otsu", {}])
    made = Chain.of(STEPS, ["otsu", {}]).apply(EXAMPLES["cells"].image())
    assert head["kind"] == "result"
    assert head["numbers"] == measure(made.image, made.mask)
    assert head["shape"] == list(made.image.shape)
    assert Pictures.open(io.BytesIO(picture)).size == made.image.shape[::-1]
    assert "kernels.median(image.pixels, size=5)" in head["python"]
    assert "imgpipe filter median" in head["commands"]
    inside = np.zeros(made.image.shape, bool)
    for line in head["outline"]:
        rows, columns = np.rint(np.array(line)).astype(int).T
        inside[rows, columns] = True
    assert made.mask is not None
    assert made.mask[inside].all()


def test_the_first_picture_does_not_wait_for_its_numbers(lab: Running) -> None:
    """It comes before them, as long as nothing has been measured."""
    with lab.page() as page:
        (early, seen), (head, picture) = page.until(page.send(source="cells", segment=["otsu", {}]))
    assert (early["kind"], head["kind"]) == ("picture", "result")
    assert "numbers" not in early
    assert early["outline"] == head["outline"]
    assert seen == picture


def test_brightness_is_seen_and_differences_have_a_range_of_their_own(lab: Running) -> None:
    """Pictures are drawn through the range of the untouched image, but those of derivatives."""
    with lab.page() as page:
        plain, before = page.ask(source="chart")
        brighter, after = page.ask(source="chart", filters=[["gamma", {"gamma": 0.5}]])
        edges, _ = page.ask(source="chart", filters=[["sobel", {}]])
    assert (plain["range"], plain["own"]) == ([0.0, 255.0], False)
    low, high = edges["range"]
    assert edges["own"]
    assert low == -high
    mean = [np.asarray(Pictures.open(io.BytesIO(each))).mean() for each in (before, after)]
    assert brighter["own"] or mean[1] > mean[0] + 5


def test_answers_come_in_order_and_the_latest_wins(lab: Running) -> None:
    """Of many moves at once the last is answered; not one is answered behind a later one."""
    with lab.page() as page:
        page.ask(source="chart", filters=STEPS)
        for move in range(40):
            last = page.send(source="chart", filters=[["median", {"size": 3 + 2 * (move % 2)}]])
        answered = [head["seq"] for head, _ in page.until(last)]
        assert answered == sorted(answered)
        assert len(answered) < 40
        head = page.result(source="chart", filters=STEPS)
    assert head["seq"] == last + 1


def test_a_contour_is_watched_until_it_rests(lab: Running) -> None:
    """Contours come in the order of their iterations, energies fall, and the result is the last."""
    with lab.page() as page:
        *states, (result, _) = page.until(page.send(**CONTOUR))
    assert len(states) > 3
    iterations = [head["iteration"] for head, _ in states]
    assert iterations == sorted(set(iterations))
    energies = [head["energy"] for head, _ in states]
    assert energies == sorted(energies, reverse=True)
    assert [len(head["pictures"]) for head, _ in states][:2] == [1, 0]
    assert result["kind"] == "result"
    assert result["outline"]


def test_a_newer_wish_ends_a_contour(lab: Running) -> None:
    """No further contour comes once another request is begun, and the old one has no result."""
    with lab.page() as page:
        first = page.send(**CONTOUR)
        while page.receive()[0]["kind"] != "contour":
            pass
        told = [head for head, _ in page.until(page.send(source="lesions"))]
    assert told[-1]["kind"] == "result"
    assert all(head["kind"] == "contour" for head in told if head["seq"] == first)


REFUSED: dict[str, tuple[dict[str, Any], str, int | None]] = {
    "an unknown step": ({"filters": [*STEPS, ["medain", {}]]}, "median", 1),
    "an unknown setting": ({"filters": [["median", {"width": 5}]]}, "size", 0),
    "a size that cannot be": ({"filters": [["median", {"size": -5}]]}, "size", 0),
    "a setting of no number": ({"filters": [["gaussian", {"sigma": float("nan")}]]}, "sigma", 0),
    "an unknown segmentation": ({"filters": STEPS, "segment": ["otso", {}]}, "otsu", 1),
    "a step of no settings": ({"filters": ["median"]}, "a step of a request", None),
    "too many steps": ({"filters": STEPS * 40}, "at most 32", None),
    "no such example": ({"source": "chest"}, "did you mean chest-ct?", None),
    "no such upload": ({"source": "upload:0011"}, "no longer kept", None),
    "no such slice": ({"slice": 7}, "no slices", None),
    "a slice of no number": ({"slice": "7"}, "whole number", None),
    "an unknown field": ({"sources": "cells"}, "no field 'sources'", None),
    "no language": ({"lang": "xx"}, "en, zh", None),
    "an energy that overflows": (
        {"segment": ["active-contour", {"mu": 1e308}], "watch": True},
        "mu=1e+308",
        0,
    ),
    "a derivative beyond all numbers": (
        {"filters": [["gaussian", {"sigma": 1, "order": 10**18}]]},
        "weights overflow",
        0,
    ),
    "a place that is none": ({"where": [1]}, "[row, column]", None),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_is_refused(lab: Running, kind: str) -> None:
    """One sentence says why, and at which step; the next request is answered."""
    fields, words, step = REFUSED[kind]
    with lab.page() as page:
        head = page.refusal(**{"source": "chart", **fields})
        assert words in head["error"]
        assert head["step"] == step
        page.result(source="chart")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"seq": "1"}', "[" * 10_000, '{"seq": 5}'])
def test_what_is_no_request_is_refused(lab: Running, text: str) -> None:
    """Such a text is refused without a number, or with its own, and the page stays open."""
    with lab.page() as page:
        page.receive()
        page.socket.send(text)
        head, _ = page.receive()
        assert head["kind"] == "refused"
        assert head["seq"] == (5 if "5" in text else None)
        page.result(source="chart")


def test_a_request_that_is_too_long_closes_the_page(lab: Running) -> None:
    """The connection of more than 64 kB ends, and others are answered."""
    with lab.page() as page:
        page.receive()
        page.socket.send(json.dumps({"seq": 1, "source": "x" * 70_000}))
        with pytest.raises(ConnectionClosed):
            page.receive()
    with lab.page() as page:
        page.result(source="chart")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://elsewhere.example"}, 403),
        ({"additional_headers": {"Host": "elsewhere.example"}}, 400),
    ],
)
def test_pages_of_others_are_not_let_in(lab: Running, headers: dict[str, Any], status: int) -> None:
    """A page of another site, and the name of another host, get no WebSocket."""
    with pytest.raises(InvalidStatus) as refused, lab.page(**headers):
        pass
    assert refused.value.response.status_code == status
    with lab.page(origin=f"http://127.0.0.1:{lab.port}") as page:
        page.result(source="chart")


def test_a_page_that_leaves_in_the_middle_costs_nothing(lab: Running) -> None:
    """Work for it is dropped, and another page is answered."""
    with lab.page() as page:
        page.send(**CONTOUR)
        while page.receive()[0]["kind"] != "contour":
            pass
        page.socket.socket.close()
    begun = time.monotonic()
    with lab.page() as page:
        page.result(source="chart")
    assert time.monotonic() - begun < 2.5


def test_two_pages_do_not_wait_for_one_another(lab: Running) -> None:
    """Each gets the answer to its own question."""
    with lab.page() as one, lab.page() as other:
        first = one.send(source="chart", filters=STEPS)
        second = other.send(source="cells")
        assert one.until(first)[-1][0]["shape"] == list(EXAMPLES["chart"].image().shape)
        assert other.until(second)[-1][0]["shape"] == list(EXAMPLES["cells"].image().shape)


def test_sentences_are_said_in_the_language_of_the_page(lab: Running) -> None:
    """Names of numbers come in Chinese to a page that is Chinese."""
    with lab.page() as page:
        head = page.result(source="cells", lang="zh")
        refused = page.refusal(source="upload:0", lang="zh")
    titles = "".join(each["title"] for each in head["numbers"]["features"])
    assert any("\u4e00" <= letter <= "\u9fff" for letter in titles)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in refused["error"])


@pytest.mark.full  # with a server of its own
def test_a_token_is_asked_for(tmp_path: Any) -> None:
    """Neither page nor WebSocket opens without it; health does."""
    token = "0123456789abcdef"
    with running(tmp_path, token=token) as lab:
        assert lab.ask("GET", "/").status == 401
        assert lab.ask("GET", "/health").json["live"]
        with pytest.raises(InvalidStatus), lab.page():
            pass
        with lab.page(additional_headers={"Authorization": f"Bearer {token}"}) as page:
            page.result(source="chart")
