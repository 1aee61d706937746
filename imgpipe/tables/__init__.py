"""Tables of features, one row an image, from images on disk.

`extract_table` measures all images of a source; it survives bad files, and goes on after a kill.
"""

from imgpipe.tables.dataset import FeatureDataset, is_feature_table, load_features
from imgpipe.tables.extraction import StoppedExtraction, extract_table
from imgpipe.tables.table import FeatureTable, holds_images

__all__ = [
    "FeatureDataset",
    "FeatureTable",
    "StoppedExtraction",
    "extract_table",
    "holds_images",
    "is_feature_table",
    "load_features",
]
