"""Labelled images from NPZ files, folder trees, CSV manifests and registered names.

`load` reads any of them into a `Dataset`; `find_images` and `iterate` read images without labels.
A new registered set is one file with an `Entry` and one line in `DATASETS`.
"""

from imgpipe.datasets.chest import ChestCT, chest_ct
from imgpipe.datasets.dataset import Dataset
from imgpipe.datasets.digests import image_digests
from imgpipe.datasets.entry import Entry
from imgpipe.datasets.lesions import synthetic_lesions
from imgpipe.datasets.load import DATASETS, load
from imgpipe.datasets.pictures import Cells, cells, filter_chart, stained_tissue
from imgpipe.datasets.regions import in_region
from imgpipe.datasets.studies import StudyManifest, manifest_of
from imgpipe.datasets.synthetic import synthetic_nodules
from imgpipe.datasets.unlabelled import find_images, iterate

__all__ = [
    "DATASETS",
    "Cells",
    "ChestCT",
    "Dataset",
    "Entry",
    "StudyManifest",
    "cells",
    "chest_ct",
    "filter_chart",
    "find_images",
    "image_digests",
    "in_region",
    "iterate",
    "load",
    "manifest_of",
    "stained_tissue",
    "synthetic_lesions",
    "synthetic_nodules",
]
