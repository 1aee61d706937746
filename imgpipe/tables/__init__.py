"""Tables of features, one row an image, from images on disk.

`extract_table` measures all images of a source, and `write_features` does so in little memory; both
survive bad files, and go on after a kill.
"""

from imgpipe._common.stops import StoppedBatch as StoppedExtraction
from imgpipe.tables.dataset import FeatureDataset, is_feature_table, load_features
from imgpipe.tables.extraction import extract_table, write_features
from imgpipe.tables.table import FeatureTable, WrittenTable, holds_images

__all__ = [
    "FeatureDataset",
    "FeatureTable",
    "StoppedExtraction",
    "WrittenTable",
    "extract_table",
    "holds_images",
    "is_feature_table",
    "load_features",
    "write_features",
]
