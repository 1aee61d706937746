"""Tables of features, one row an image, from images on disk.

`extract_table` measures all images of a source, and `write_features` does so in little memory; both
survive bad files, and go on after a kill. `measure_masks` is the table of masks beside references,
and `segment_images` that of masks that are found, which it writes.
"""

from imgpipe._common.stops import StoppedBatch as StoppedExtraction
from imgpipe.tables.dataset import FeatureDataset, is_feature_table, load_features
from imgpipe.tables.extraction import extract_table, write_features
from imgpipe.tables.mask_files.segmenting import MaskFile
from imgpipe.tables.mask_pairs.rows import MaskRow
from imgpipe.tables.mask_pairs.scores import MaskScores, WorstPair
from imgpipe.tables.mask_pairs.summaries import MaskSummary
from imgpipe.tables.masks import measure_masks
from imgpipe.tables.segmenting import WrittenMasks, segment_images
from imgpipe.tables.table import FeatureTable, WrittenTable, holds_images

__all__ = [
    "FeatureDataset",
    "FeatureTable",
    "MaskFile",
    "MaskRow",
    "MaskScores",
    "MaskSummary",
    "StoppedExtraction",
    "WorstPair",
    "WrittenMasks",
    "WrittenTable",
    "extract_table",
    "holds_images",
    "is_feature_table",
    "load_features",
    "measure_masks",
    "segment_images",
    "write_features",
]
