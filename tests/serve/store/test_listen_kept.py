"""What is kept, under which name, and what is refused."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pydicom
import pydicom.data
import pytest
from listen_peers import SUCCESS, connected, image, kept_at, request, result, send, wait_for
from pydicom.uid import (
    BasicTextSRStorage,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
    RLELossless,
    RTStructureSetStorage,
)
from pynetdicom.dsutils import encode

from imgpipe import bundle, learn
from imgpipe.serve.listening import Listener
from imgpipe.serve.store.attempts import Attempts
from imgpipe.serve.store.instance import is_uid

Listen = Callable[..., Listener]


def test_the_same_image_twice_is_kept_once(listen: Listen, tmp_path: Path) -> None:
    """Equal elements are a success, in another encoding too; nothing is written anew."""
    listener = listen(results="json")
    given = image(0)
    first = send(listener.port, given)
    path = kept_at(tmp_path / "in", given)
    wait_for(path.with_suffix(".json").exists)
    before = path.stat().st_mtime_ns, path.with_suffix(".json").stat().st_mtime_ns
    again = send(listener.port, given)
    with connected(listener.port, contexts=[(CTImageStorage, ImplicitVRLittleEndian)]) as other:
        implicit = copy.deepcopy(given)
        implicit.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        again.append(other.send_c_store(implicit))
    assert [each.Status for each in first + again] == [SUCCESS] * 3
    assert (path.stat().st_mtime_ns, path.with_suffix(".json").stat().st_mtime_ns) == before
    assert (listener.counts["stored"], listener.counts["repeated"]) == (1, 2)


@pytest.mark.parametrize("change", ["pixels", "name"])
def test_another_image_under_the_same_uid_is_refused(
    listen: Listen, tmp_path: Path, change: str
) -> None:
    """What is there stays, and the sender learns that the other one is not kept."""
    listener = listen()
    given, other = image(0), image(0)
    if change == "pixels":
        other.PixelData = bytes(256)
    else:
        other.PatientName = "Roe^Richard"
    answers = send(listener.port, given, other)
    assert [each.Status for each in answers] == [SUCCESS, 0x0111]
    assert "another image" in answers[1].ErrorComment
    assert pydicom.dcmread(kept_at(tmp_path / "in", given)) == given


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("StudyInstanceUID", "../../outside"),
        ("SeriesInstanceUID", ".."),
        ("StudyInstanceUID", "/etc"),
        ("SeriesInstanceUID", "1.2\\3"),
        ("SeriesInstanceUID", ""),
        ("StudyInstanceUID", "1." * 32 + "1"),
    ],
)
@pytest.mark.filterwarnings("ignore:Invalid value for VR UI", "ignore:The value length")
def test_a_uid_is_no_path(listen: Listen, tmp_path: Path, keyword: str, value: str) -> None:
    """What is no UID is refused, and no file appears anywhere."""
    listener = listen()
    bad = image(0)
    with pydicom.config.disable_value_validation():
        setattr(bad, keyword, value)
        (answer,) = send(listener.port, bad)
    assert answer.Status == 0xA900
    assert keyword in answer.ErrorComment
    assert not list(tmp_path.rglob("*.dcm"))


def test_what_a_uid_is() -> None:
    """Digits and dots in at most 64 characters; no dot at an end or beside another."""
    good = ("1", "1.2.3", "1.02.3", "2.25." + "9" * 39)
    bad = ("", ".", "..", "1.", ".1", "1..2", "1.2/3", "1.2\n", "١.٢", "1" * 65, "1.a", " 1")
    assert [is_uid(text) for text in good] == [True] * len(good)
    assert [is_uid(text) for text in bad] == [False] * len(bad)


@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")
def test_what_was_announced_must_come(listen: Listen, tmp_path: Path) -> None:
    """A data set of another instance or class than its request, or none at all, is refused."""
    listener = listen()
    given = image(0)
    content = encode(given, False, True)
    with connected(listener.port, contexts=[CTImageStorage, MRImageStorage]) as association:
        for sop_class, uid, data in (
            (CTImageStorage, "1.2.3", content),
            (MRImageStorage, given.SOPInstanceUID, content),
            (CTImageStorage, "../../x", content),
            (CTImageStorage, given.SOPInstanceUID, content[:60]),
            (CTImageStorage, given.SOPInstanceUID, b"\0" * 40),
            (CTImageStorage, given.SOPInstanceUID, b"\xff" * 40),
        ):
            assert request(association, sop_class, uid, data).Status in (0xA900, 0xC000)
        assert not list(tmp_path.rglob("*.dcm"))
        assert association.send_c_store(given).Status == SUCCESS


def test_what_is_no_image_is_not_taken(listen: Listen) -> None:
    """Reports, contours and what would have to be inflated find no presentation context."""
    listener = listen()
    asked = [
        BasicTextSRStorage,
        RTStructureSetStorage,
        (CTImageStorage, DeflatedExplicitVRLittleEndian),
        (CTImageStorage, RLELossless),
    ]
    with connected(listener.port, contexts=asked) as association:
        accepted = {c.transfer_syntax[0] for c in association.accepted_contexts}
        assert accepted == {RLELossless}
        assert len(association.rejected_contexts) == 3


COMPRESSED = {  # files of pydicom's own, and what a model of 16 x 16 says of them once decoded
    "MR_small_RLE.dcm": "is 64 x 64 pixels",
    "MR_small_jp2klossless.dcm": "is 64 x 64 pixels",
    "MR_small_jpeg_ls_lossless.dcm": "is 64 x 64 pixels",
    "SC_rgb_jpeg_dcmtk.dcm": "is a colour image",
}


@pytest.mark.parametrize("name", COMPRESSED)
def test_compressed_images_are_kept_as_they_come(
    listen: Listen, tmp_path: Path, name: str, levels: Path
) -> None:
    """Bytes are not decoded to be kept; the model says what it cannot use of them."""
    listener = listen(results="json")
    given = pydicom.dcmread(pydicom.data.get_testdata_file(name, download=False))
    asked = [(given.SOPClassUID, given.file_meta.TransferSyntaxUID)]
    with connected(listener.port, contexts=asked) as association:
        assert association.send_c_store(given).Status == SUCCESS
    path = kept_at(tmp_path / "in", given)
    assert pydicom.dcmread(path).PixelData == given.PixelData
    wait_for(path.with_suffix(".json").exists)
    (row,) = bundle.load(levels).predict([path]).to_records()
    error = result(tmp_path / "in", given)["error"]
    assert error == row["error"]
    assert COMPRESSED[name] in error


def test_what_was_tried_twice_has_an_error(levels: Path, tmp_path: Path) -> None:
    """Attempts that no result followed are counted on the disk; who removes the error tries anew.

    What cannot be written is no fault of the image, and counts for nothing.
    """
    inbox, images = tmp_path / "in", [image(n) for n in range(3)]
    names = [kept_at(inbox, each).relative_to(inbox).as_posix() for each in images]

    def start() -> Listener:
        with Listener(levels, inbox, port=0, results="json") as listener:
            if not kept_at(inbox, images[0]).exists():
                send(listener.port, *images)
            listener.wait(idle=0.2)
        return listener

    start()
    for each in images:
        kept_at(inbox, each).with_suffix(".json").unlink()
    (inbox / ".tried").write_text(json.dumps({names[0]: 2, names[1]: 1, "1/2/3.dcm": 2}))
    assert start().counts == {"failed": 1, "predicted": 2}
    assert "ended 2 times while it predicted" in result(inbox, images[0])["error"]
    assert not (inbox / ".tried").exists()
    kept_at(inbox, images[0]).with_suffix(".json").unlink()
    (inbox / ".tried").write_text("damaged")
    assert start().counts == {"predicted": 1}


def test_an_attempt_is_noted_before_it_is_made(tmp_path: Path) -> None:
    """Whoever reads the folder after a kill finds it; what is at fault comes last."""
    first, second = tmp_path / "1/1/1.dcm", tmp_path / "1/1/2.dcm"
    for before in (0, 1, 2, 2):
        attempts = Attempts(tmp_path, tmp_path)
        assert attempts.read([first, second]) == ([second, first] if before else [first, second])
        assert attempts.begin(first) == before
    attempts.forget(first)
    attempts.close()
    assert not list(tmp_path.iterdir())


def test_results_of_another_model_stay_and_are_named(
    levels: Path, of_levels: learn.TrainedModel, tmp_path: Path
) -> None:
    """The folder's next model is told of the one before it, once, where that left results."""
    other = tmp_path / "other.imgpipe"
    bundle.save(replace(of_levels, classes=("left", "right")), other)
    for model, earlier, sent in (
        (levels, None, ()),
        (other, None, (image(0),)),
        (other, None, ()),
        (levels, "other.imgpipe (SHA-256 ", (image(1),)),
        (levels, None, ()),
    ):
        with Listener(model, tmp_path / "in", port=0, results="json") as listener:
            assert (listener.earlier_model or "").startswith(earlier or "")
            assert bool(listener.earlier_model) == bool(earlier)
            send(listener.port, *sent)
            listener.wait(idle=0.2)
    told = [result(tmp_path / "in", image(n))["predicted"] for n in (0, 1)]
    assert told == ["left", "bright"]


def test_who_hears_of_an_image_cannot_lose_it(
    listen: Listen, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An error of `tell` is logged; the image is kept, answered and predicted."""
    listener = listen(results="json", tell=lambda told: told["none"])
    assert send(listener.port, image(0))[0].Status == SUCCESS
    wait_for(kept_at(tmp_path / "in", image(0)).with_suffix(".json").exists)
    assert "telling of stored" in caplog.text
