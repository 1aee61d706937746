"""The page on settings, docs/settings.md: what each means, and what PyRadiomics calls it.

Run ``python -m imgpipe.features.catalogue_page.settings FILE`` to write it.
"""

import sys
from pathlib import Path

from imgpipe.features.catalogue_page.pyradiomics import CLASSES, SETTINGS
from imgpipe.features.extraction import catalogue
from imgpipe.features.inputs.entries import ENTRIES, KINDS
from imgpipe.features.inputs.written import written_below

# by key: the option of `imgpipe extract`, and the term of the IBSI reference manual
TERMS = {
    "families": ("--families", "feature families"),
    "aggregation": ("--aggregation", "aggregation (feature aggregation methods)"),
    "region": ("--region", "region of interest"),
    "label": ("--label", "region of interest"),
    "spacing": ("--spacing", "voxel dimensions of the image"),
    "resampling": (
        "--resample, --interpolation, --rounding, --mask-interpolation, --mask-threshold",
        "image interpolation; intensity rounding; ROI interpolation; partial volume threshold",
    ),
    "channel_axis": ("--channel-axis", ""),
    "range": ("--range", "re-segmentation: intensity range"),
    "outliers": ("--outliers", "re-segmentation: intensity outlier filtering"),
    "bins": ("--bins", "discretisation: fixed bin number"),
    "bin_width": ("--bin-width", "discretisation: fixed bin size"),
    "low": ("--low", "discretisation: minimum of the first bin"),
    "distance": ("--distance", "distance of neighbours (Chebyshev norm)"),
    "ivh_bins": ("--ivh-bins", "intensity-volume histogram: number of bins"),
    "ivh_bin_width": ("--ivh-bin-width", "intensity-volume histogram: bin size"),
}
_HEAD = """\
# Settings of features

Built from the registry by `make docs`; do not edit.

One file of settings says how features are measured, in all verbs and in Python:

```
imgpipe extract --write-settings ct.yaml                 # a file to begin with, with words on each
imgpipe extract lesions.csv --out features.csv --settings ct.yaml
imgpipe compare lesions.csv --models svm,forest --out run --settings ct.yaml
imgpipe train   lesions.csv --model forest --out lungs.imgpipe --settings ct.yaml
```

- The file is YAML and begins with `imgpipe_settings: 1`. A key that is left out has its default.
  Keys that are misspelt or stand there twice, and values that do not fit, are refused with the
  line they stand in.
- What stands on the command line wins over the file, and that is said. An option also replaces
  the setting that it excludes: `--bins` that of `bin_width`.
- `extract` writes all settings of a table to `FEATURES.settings.yaml`, and into the metadata of
  Parquet as `imgpipe_settings`. `compare` keeps them in `settings.yaml` of the run, under
  `settings` of `run.json`, and shows in the report which are not the defaults. `--settings` takes
  each of these files, the table itself, and the folder of a run.
- `compare` and `train` take `label` and `channel_axis` from DATA: they are null there.
- In Python: `features.read_settings("ct.yaml")` gives a dict for `features.extract` and
  `tables.extract_table`; `features.write_settings` writes one. `region` is one of `extract_table`
  alone.

**Given spacing and resampling are two things.** `spacing` says how large the pixels *are*, for
files that do not say it, or say it wrong; no pixel changes. `resampling` says how large they are
to *become*: image and mask are interpolated to it.

## What happens, in this order

1. The mask: `region`, `label`.
2. Interpolation of image and mask (`resampling`), on a grid that shares its centre with the
   image. The image is interpolated as it is, the mask as 0 and 1, of which at least
   `mask_threshold` counts as inside. Intensities in Hounsfield units are rounded to integers,
   others where `rounding: true` says so. Pixels that are not finite may lie outside the mask: the
   nearest finite pixel stands for them.
3. Re-segmentation: `range`, then `outliers`. It changes which intensities count, not the shape.
4. Discretisation: `bins`, or `bin_width` and `low`.
5. The families, with their `distance` and `aggregation`.

## All settings

| key | option of `extract` | IBSI | values | default | meaning |
|---|---|---|---|---|---|
"""
_PYRADIOMICS = """
## From PyRadiomics

A parameter file of PyRadiomics is recognised and refused with a pointer to this page: it is not
translated, since its settings do not mean quite the same. Write what the right column says.

### imageType

Only `Original` has a counterpart. Derived images (`Wavelet`, `LoG`, `Square`, `SquareRoot`,
`Logarithm`, `Exponential`, `Gradient`, `LBP2D`, `LBP3D`) are not measured by one call: filter
images first (`imgpipe filter`, or `--filters` of `compare` and `train`), and measure those. Local
binary patterns are the family `lbp`.

### featureClass

Whole classes become `families`; single features are not chosen: leave columns out afterwards.

| PyRadiomics | imgpipe |
|---|---|
"""
_SETTING = """
### setting

| PyRadiomics | imgpipe | what differs |
|---|---|---|
"""
_NAMES = """
### Names of features

Of the catalogue, by IBSI id. PyRadiomics puts the image type in front (`original_`). Its kurtosis
is 3 higher than IBSI's; its texture features are means over directions, which is `aggregation:
ITBB` here (for zones `KOBO`).

| PyRadiomics | imgpipe | IBSI |
|---|---|---|
"""


def page() -> str:
    """Give the whole page."""
    rows = [_row(entry.key) for entry in ENTRIES]
    classes = [_line(f"`{name}`", meant) for name, meant in CLASSES.items()]
    told = [_line(f"`{name}`", *meant) for name, meant in SETTINGS.items()]
    parts = [_HEAD, *rows, _PYRADIOMICS, *classes, _SETTING, *told, _NAMES, *_names()]
    return "".join(parts)


def _row(key: str) -> str:
    entry = next(entry for entry in ENTRIES if entry.key == key)
    option, term = TERMS[key]
    options = ", ".join(f"`{each}`" for each in option.split(", "))
    default = f"`{written_below(entry.default).strip()}`"
    return _line(f"`{key}`", options, term, KINDS[entry.kind], default, entry.comment)


def _names() -> list[str]:
    found: dict[str, str] = {}
    for ndim in (3, 2):
        for feature in catalogue("all", ndim=ndim):
            if feature.pyradiomics:
                cells = f"`{feature.pyradiomics}`", f"`{feature.base_name}`", feature.ibsi or ""
                found.setdefault(feature.pyradiomics, _line(*cells))
    return list(found.values())


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(), encoding="utf-8")
