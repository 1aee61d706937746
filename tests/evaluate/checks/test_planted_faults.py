"""The battery: faults planted in files are told under their codes, and clean sets are not."""

import importlib
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cohort import SIDE, Cohort, cohort, divided, texture
from PIL import Image

from imgpipe import InputError
from imgpipe.datasets import Dataset
from imgpipe.evaluate import CHECKS, check
from imgpipe.evaluate.checks.evidence import Evidence
from imgpipe.evaluate.data.leakage import duplicates
from imgpipe.evaluate.data.lookalikes.groups import LookAlikes
from imgpipe.evaluate.data.survey import survey_images
from imgpipe.tables import FeatureDataset

RNG = np.random.default_rng(7)
Fault = Callable[[], Cohort]


def patients_on_both_sides() -> Cohort:
    made = divided()
    torn = made.split.index("test")
    made.add(texture(RNG, "benign"), made.labels[torn], made.patients[torn], "train")
    return made


def zeros_in_ids() -> Cohort:
    made = divided()
    made.patients = [who.removeprefix("P").lstrip("0") or "0" for who in made.patients]
    seven = made.patients.index("7")
    made.add(texture(RNG, "benign"), made.labels[seven], "007",
             "test" if made.split[seven] == "train" else "train")  # fmt: skip
    return made


def case_and_blanks_in_ids() -> Cohort:
    made = cohort()
    made.patients[made.patients.index("P007")] = "p 007"
    return made


def rounded_ids() -> Cohort:
    made = cohort()
    made.patients = [f"1.{who[1:]}E+11" for who in made.patients]
    return made


def no_patients() -> Cohort:
    made = cohort()
    made.patients = None
    return made


def patient_with_two_labels() -> Cohort:
    made = cohort()
    made.labels[0] = "malignant" if made.labels[0] == "benign" else "benign"
    return made


def shuffled_patients() -> Cohort:
    """Each patient's two images are nearly the same, and the column of patients is shuffled."""
    made = cohort(each=1)
    for i in range(made.n):
        again = np.clip(made.images[i] + RNG.normal(0, 1, (SIDE, SIDE)), 1, 254).astype(np.uint8)
        made.add(again, made.labels[i], made.patients[i])
    for label in ("benign", "malignant"):
        own = made.of(label)
        for i, who in zip(own, RNG.permutation([made.patients[i] for i in own]), strict=True):
            made.patients[i] = who
    return made


def alike(change: Callable[[np.ndarray], np.ndarray], *, relabel: bool = False) -> Fault:
    """A changed copy of a training image, of another patient, in the test part."""

    def plant() -> Cohort:
        made = divided()
        source = made.split.index("train")
        label = made.labels[source]
        if relabel:
            label = "benign" if label == "malignant" else "malignant"
        made.add(change(made.images[source]), label, "P999", "test")
        return made

    return plant


def copies_of_two_patients() -> Cohort:
    made = cohort()
    made.add(made.images[0], made.labels[0], "P999")
    return made


def alike_of_two_patients() -> Cohort:
    made = cohort()
    made.add((made.images[0] * 0.9 + 5).astype(np.uint8), made.labels[0], "P999")
    return made


def listed_twice() -> Cohort:
    made = cohort()
    made.add(made.images[0], made.labels[0], made.patients[0])
    made.names[-1] = made.names[0]
    return made


def of_class(change: Callable[[Cohort, int], None], **settings: int) -> Fault:
    """Change every malignant image."""

    def plant() -> Cohort:
        made = cohort(**settings)
        for i in made.of("malignant"):
            change(made, i)
        return made

    return plant


def in_the_name(made: Cohort, i: int) -> None:
    made.names[i] = f"tumour-{made.names[i]}"


def in_the_border(made: Cohort, i: int) -> None:
    made.images[i] = np.pad(made.images[i][1:-1, 1:-1], 1, constant_values=60)


def in_one_pixel(made: Cohort, i: int) -> None:
    made.images[i][0, SIDE // 2] = 255


def in_a_corner(made: Cohort, i: int) -> None:
    made.images[i][1:4, 1:3] = 255


def in_the_size(made: Cohort, i: int) -> None:
    made.images[i] = made.images[i][:, :-4]


def in_the_file_type(made: Cohort, i: int) -> None:
    made.names[i] = made.names[i].replace("png", "jpg")


def in_the_depth(made: Cohort, i: int) -> None:
    made.images[i] = made.images[i].astype(np.uint16)


def in_the_brightness(made: Cohort, i: int) -> None:
    made.images[i] = np.clip(made.images[i].astype(int) + 40, 1, 254).astype(np.uint8)


def in_the_contrast(made: Cohort, i: int) -> None:
    made.images[i] = (128 + (made.images[i].astype(float) - made.images[i].mean()) / 2).astype(
        np.uint8
    )


def masked(area: Callable[[str], int]) -> Cohort:
    made = cohort()
    made.masks = [np.zeros((SIDE, SIDE), bool) for _ in made.images]
    for i, label in enumerate(made.labels):
        made.masks[i][: area(label), : 8 + i % 5] = True
    return made


def empty_masks() -> Cohort:
    made = masked(lambda _: 9)
    made.masks[3][:] = False
    return made


def confounded_site() -> Cohort:
    made = cohort()
    rare = {who: n % 20 == 0 for n, who in enumerate(sorted(set(made.patients)))}
    made.columns["site"] = [
        "A" if (label == "benign") != rare[who] else "B"
        for label, who in zip(made.labels, made.patients, strict=True)
    ]
    return made


def class_spelt_in_two_ways() -> Cohort:
    made = cohort()
    made.labels[0] = made.labels[0].capitalize()
    return made


def few_of_a_class(patients: int) -> Fault:
    """A third class of so few patients."""

    def plant() -> Cohort:
        made = cohort()
        for k in range(patients):
            made.add(texture(RNG, "benign"), "rare", f"Q{k}")
        return made

    return plant


def unequal_classes() -> Cohort:
    made = cohort(patients=300, each=1)
    for i in reversed(made.of("malignant")[6:]):
        for values in (made.images, made.labels, made.patients, made.names):
            del values[i]
    return made


def no_test_part() -> Cohort:
    made = divided()
    made.split = ["train" if part == "train" else "val" for part in made.split]
    return made


def part_without_class() -> Cohort:
    made = divided()
    made.split = [
        "train" if label == "malignant" else part
        for label, part in zip(made.labels, made.split, strict=True)
    ]
    return made


def shifted_part() -> Cohort:
    made = divided(patients=100)
    for i, part in enumerate(made.split):
        if part == "test":
            made.images[i] = (made.images[i] * 0.8 + 20).astype(np.uint8)
    return made


def other_shares() -> Cohort:
    made = divided(patients=200)
    parts = dict(zip(made.patients, made.split, strict=True))
    for who, label in dict(zip(made.patients, made.labels, strict=True)).items():
        if parts[who] == "test" and label == "benign" and int(who[1:]) % 3:
            parts[who] = "train"
    made.split = [parts[who] for who in made.patients]
    return made


def of_one(change: Callable[[np.ndarray], np.ndarray]) -> Fault:
    """Change one image."""

    def plant() -> Cohort:
        made = cohort()
        made.images[5] = change(made.images[5]).clip(0, 255).astype(np.uint8)
        return made

    return plant


def shifted(image: np.ndarray) -> np.ndarray:
    return np.pad(image, 2, mode="edge")[3:-1, 1:-3]


def recompressed(image: np.ndarray) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "jpeg", quality=80)
    return np.asarray(Image.open(file))


def cropped(image: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(image[1:-1, 1:-1]).resize((SIDE, SIDE)))


def noisy(image: np.ndarray) -> np.ndarray:
    return np.clip(image + RNG.normal(0.5, 0.3, image.shape), 0, 255).astype(np.uint8)


PLANTED: dict[str, tuple[str, Fault]] = {
    "a patient in two parts": ("PAT002", patients_on_both_sides),
    "7 and 007 in two parts": ("PAT003", zeros_in_ids),
    "P007 and p 007": ("PAT003", case_and_blanks_in_ids),
    "ids that a spreadsheet rounded": ("PAT004", rounded_ids),
    "no patients": ("PAT001", no_patients),
    "a patient with two labels": ("PAT005", patient_with_two_labels),
    "shuffled patients": ("PAT006", shuffled_patients),
    "a copy in the other part": ("DUP001", alike(lambda image: image)),
    "a copy with another label": ("DUP002", alike(lambda image: image, relabel=True)),
    "copies of two patients": ("DUP003", copies_of_two_patients),
    "a noisy copy": ("DUP004", alike(noisy)),
    "a shifted copy": ("DUP004", alike(shifted)),
    "a mirrored copy": ("DUP004", alike(lambda image: image[:, ::-1])),
    "a turned copy": ("DUP004", alike(np.rot90)),
    "a recompressed copy": ("DUP004", alike(recompressed)),
    "a cropped copy": ("DUP004", alike(cropped)),
    "a darker copy": ("DUP004", alike(lambda image: (image * 0.9).astype(np.uint8))),
    "a noisy copy with another label": ("DUP005", alike(noisy, relabel=True)),
    "look-alikes of two patients": ("DUP006", alike_of_two_patients),
    "a file listed twice": ("DUP008", listed_twice),
    "label in the file name": ("CUT003", of_class(in_the_name)),
    "label in the border": ("CUT005", of_class(in_the_border)),
    "label in a pixel of the border": ("CUT005", of_class(in_one_pixel)),
    "label in a corner": ("CUT009", of_class(in_a_corner)),
    "label in the image size": ("CUT001", of_class(in_the_size)),
    "label in the file type": ("CUT002", of_class(in_the_file_type)),
    "label in the depth": ("CUT004", of_class(in_the_depth)),
    "label in the brightness": ("CUT006", of_class(in_the_brightness)),
    "label in the contrast": ("CUT007", of_class(in_the_contrast)),
    "label in the area of the mask": (
        "CUT008",
        lambda: masked(lambda label: 6 if label == "benign" else 12),
    ),
    "label goes with the site": ("CUT010", confounded_site),
    "a class spelt in two ways": ("LAB001", class_spelt_in_two_ways),
    "a class of six": ("LAB003", few_of_a_class(6)),
    "fifty to one": ("LAB004", unequal_classes),
    "a split without a test part": ("SPL001", no_test_part),
    "a test part without a class": ("SPL002", part_without_class),
    "too few for folds": ("SPL003", few_of_a_class(3)),
    "a test part that looks otherwise": ("SPL004", shifted_part),
    "a test part with other shares": ("SPL005", other_shares),
    "an image of one gray": ("IMG001", of_one(lambda image: 0 * image + 90)),
    "a clipped image": ("IMG003", of_one(lambda image: image * 2.0 + 20)),
    "an empty mask": ("IMG004", empty_masks),
    "images of two sizes": ("IMG005", of_class(in_the_size)),
}
# what comes with a fault, and is no false alarm
ALSO = {
    "PAT003": {"PAT002"},
    "DUP002": {"DUP001"},
    "DUP005": {"DUP004"},
    "DUP008": {"DUP003"},
    "PAT006": {"DUP006"},
    "CUT001": {"IMG005"},
    "CUT005": {"CUT007"},
    "CUT009": {"CUT007"},
    "IMG005": {"CUT001"},
    "SPL002": {"SPL005", "LAB003"},
    "SPL003": {"LAB003", "LAB004"},
    "LAB001": {"LAB003", "LAB004", "SPL003", "PAT005"},
    "LAB003": {"LAB004"},
    "LAB004": {"LAB003"},
    "PAT004": set(),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_told(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is found under its code, and nothing is told that is not there."""
    code, plant = PLANTED[fault]
    if not code.startswith("DUP") and code != "PAT006":
        # the search takes most of the time, and finds nothing here; clean sets are searched below
        door = importlib.import_module("imgpipe.evaluate.check")
        monkeypatch.setattr(door, "duplicates", lambda *_, **__: ((), []))
    found = {finding.code for finding in check(plant().write(tmp_path / "scans"))}
    assert code in found
    assert found - {code} <= ALSO.get(code, set())


@pytest.mark.parametrize("made", [cohort, divided, lambda: masked(lambda _: 9)])
@pytest.mark.parametrize("seed", [1])
def test_a_clean_set_gives_no_finding(
    made: Callable[..., Cohort], seed: int, tmp_path: Path
) -> None:
    """Files without a fault are left alone, with and without split or masks."""
    assert check(made().write(tmp_path / "scans")) == []


def test_arrays_with_faults_that_files_rarely_have() -> None:
    """NaN, pixels standardised over all images, and one class."""
    made = cohort()
    images = np.stack(made.images).astype(np.float32)

    def codes(pixels: np.ndarray, labels: list[str]) -> set[str]:
        data = Dataset("scans", pixels, np.array(labels), groups=np.array(made.patients))
        return {finding.code for finding in check(data)}

    assert codes(images, made.labels) == set()
    torn = images.copy()
    torn[3, 4, 5] = np.nan
    assert codes(torn, made.labels) == {"IMG002"}
    scaled = (images - images.mean(axis=0)) / images.std(axis=0)
    assert codes(scaled, made.labels) == {"SPL006"}
    assert codes(images, ["benign"] * made.n) == {"LAB002"}
    rows = pd.DataFrame(images[:, 12:16, 12:16].reshape(made.n, -1).astype(float))
    for table, told in ((rows, []), ((rows - rows.mean()) / rows.std(), ["SPL006"])):
        data = FeatureDataset("rows", table, made.labels, groups=np.array(made.patients))
        assert [finding.code for finding in check(data)] == told


def test_a_search_that_was_not_made_is_told() -> None:
    """With more images than are compared, the search says so, and a finding too."""
    made = cohort(patients=4)
    data = Dataset("scans", np.stack(made.images), np.array(made.labels))
    survey = survey_images(data.images, None)
    many = LookAlikes(len(data), unsearched=20_001)
    _, told = duplicates(survey, data.ids, data.labels, [None] * len(data), many)
    evidence = Evidence(data, survey, complaints=tuple(told))
    (found,) = CHECKS["DUP007"].findings(evidence)
    assert found.message == (
        "near-duplicates were not searched for among 20,001 different images (the limit is 20,000);"
        " exact ones were"
    )


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """Nothing can be said of files that do not decode."""
    manifest = cohort().write(tmp_path / "scans")
    (tmp_path / "scans" / "00000.png").write_bytes(b"no image")
    with pytest.raises(InputError, match="1 of 120 images cannot be read"):
        check(manifest)


def test_every_code_of_data_is_planted() -> None:
    """No check of data goes without a planted fault."""
    of_arrays = {"IMG002", "SPL006", "LAB002", "DUP007"}
    of_data = {code for code in CHECKS if not code.startswith("SCO")}
    assert of_data == {code for code, _ in PLANTED.values()} | of_arrays
    assert len(PLANTED) >= 24


def test_ignored_codes_are_not_told(tmp_path: Path) -> None:
    """`ignore` takes codes in any case, and refuses one that there is not."""
    manifest = no_patients().write(tmp_path / "scans")
    assert check(manifest, ignore=["pat001"]) == []
    with pytest.raises(InputError, match="no check 'PAT01'"):
        check(manifest, ignore=["PAT01"])


def test_a_mark_of_no_class_is_no_finding(tmp_path: Path) -> None:
    """Marks, sizes and types that fall on both classes alike tell nothing."""
    made = cohort()
    for i in range(0, made.n, 3):
        in_a_corner(made, i)
        made.names[i] = made.names[i].replace("png", "jpg")
    assert check(made.write(tmp_path / "scans")) == []
    with Image.open(tmp_path / "scans" / made.names[0]) as image:
        assert image.format == "JPEG"
