"""Numbers that describe an image: intensity, histogram, texture and shape of its gradients.

One image gives a dict, many images a matrix; `catalogue` says what each number means. A family of
features is one file and one line in the registry `FAMILIES`.
"""

from imgpipe.features.extraction import catalogue, extract, extract_many
from imgpipe.features.family import Definition, Family, Feature
from imgpipe.features.inputs.resampling import resample, resample_mask
from imgpipe.features.registry import FAMILIES, register
from imgpipe.features.settings_file import read_settings, write_settings
from imgpipe.features.warming import warm

__all__ = [
    "FAMILIES",
    "Definition",
    "Family",
    "Feature",
    "catalogue",
    "extract",
    "extract_many",
    "read_settings",
    "register",
    "resample",
    "resample_mask",
    "warm",
    "write_settings",
]
