"""What is kept, under which name, and what is refused."""

import copy
from collections.abc import Callable
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

from imgpipe import bundle
from imgpipe.serve.listening import Listener
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
