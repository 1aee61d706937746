"""What structure sets and segmentations were drawn on, and what they outline."""

from dicom_files import item

from imgpipe.images.formats.dicom.references import regions_of, series_meant


def test_a_segmentation_refers_to_series() -> None:
    """Each series and segment once, in the order of the file."""
    seg = item(
        SegmentSequence=[item(SegmentLabel=label) for label in ("lung", "nodule", "lung")],
        ReferencedSeriesSequence=[item(SeriesInstanceUID=uid) for uid in ("1.2", "1.3", "1.2")],
    )
    assert series_meant("seg.dcm", seg) == ("1.2", "1.3")
    assert regions_of("seg.dcm", seg) == ("lung", "nodule")


def test_series_that_an_image_refers_to_are_not_meant() -> None:
    """Images name series that they were made of: no mask is drawn on these."""
    derived = item(ReferencedSeriesSequence=[item(SeriesInstanceUID="1.2")])
    assert series_meant("ct.dcm", derived) == ()
    assert regions_of("ct.dcm", derived) == ()
