"""Models of the lab: trained once, judged on patients held out, asked about patches."""

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from imgpipe import InputError, bundle, learn
from imgpipe.images import Image
from imgpipe.lab.examples import EXAMPLES
from imgpipe.lab.models import Models, Recipe
from imgpipe.lab.models.answers import answer
from imgpipe.lab.models.patches import patch_of
from imgpipe.lab.models.training import nodules

SMALL = Recipe(train=16, watched=4, judged=12, families=("intensity",), epochs=1)
TOLD = {"name": "forest", "kind": "forest", "title": "Random forest"}


@pytest.fixture(scope="module")
def forest() -> bundle.Predictor:
    """A forest on features, in memory, that is trained in a moment."""
    data = nodules(SMALL)
    trained = learn.fit(data, "forest", families="intensity", region="image")
    return bundle.Predictor(trained, bundle.make_card(trained, data, "forest"))


def test_the_door_is_light() -> None:
    """Whoever imports the room waits for no scikit-learn, torch or SciPy."""
    code = (
        "import sys, imgpipe.lab.models, imgpipe.lab.examples; "
        "print({'sklearn', 'torch', 'scipy', 'numba', 'pandas'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


def test_each_patient_is_in_one_part() -> None:
    """No patient is on two sides; each part has both classes, in the sizes of the recipe."""
    data = nodules(SMALL)
    parts = {name: data.positions(name) for name in ("train", "val", "test")}
    patients = np.asarray(data.groups)
    people = {name: set(patients[rows].tolist()) for name, rows in parts.items()}
    assert [len(people[name]) for name in parts] == [16, 4, 12]
    assert sum(map(len, people.values())) == len(set(patients.tolist()))
    assert all(len(set(data.labels[rows].tolist())) == 2 for rows in parts.values())


def test_settings_and_version_have_files_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept lies in the cache folder; another recipe or version does not find it."""
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path))
    first = SMALL.path_of("svm")
    assert first.is_relative_to(tmp_path)
    assert len({first, SMALL.path_of("cnn"), replace(SMALL, seed=1).path_of("svm")}) == 3
    monkeypatch.setattr("imgpipe.__version__", "9.9.9")
    assert SMALL.path_of("svm") != first


@pytest.mark.parametrize(
    ("where", "corner", "told"),
    [
        (None, (168, 168), "in the middle; choose a point"),
        ((200, 100), (168, 68), "64 x 64 pixels round the point"),
        ((3, 399), (0, 336), "too near the border"),
    ],
)
def test_a_patch_is_cut_round_the_point(
    forest: bundle.Predictor, where: tuple[int, int] | None, corner: tuple[int, int], told: str
) -> None:
    """A larger image loses nothing of its scale: pixels of the patch are those of the image."""
    pixels = np.arange(400 * 400).reshape(400, 400).astype(np.int16)
    part, box, note = patch_of(forest, Image(pixels, spacing=(0.7, 0.7), unit="HU"), where)
    assert box == (*corner, 64, 64)
    row, column = corner
    np.testing.assert_array_equal(part, pixels[row : row + 64, column : column + 64])
    assert part.spacing == (0.7, 0.7)
    assert note is not None
    assert told in note


def test_a_model_that_resizes_is_asked_about_all(forest: bundle.Predictor) -> None:
    """What a model was trained to resize is not cut, and the page says so."""
    sized = replace(forest, model=replace(forest.model, size=64))
    part, box, note = patch_of(sized, EXAMPLES["chest-ct"].image())
    assert (part.shape, box) == ((512, 512), (0, 0, 512, 512))
    assert note == (
        "The model is asked about the whole image, resized to 64 x 64 pixels as in its training."
    )


def test_an_answer_is_that_of_predict(forest: bundle.Predictor) -> None:
    """Probabilities are those of the predictor, the map is a picture as large as the patch."""
    image = EXAMPLES["malignant-nodule"].image()
    told = answer(TOLD, forest, image)
    expected = forest.predict([image])
    assert told.head["probabilities"] == expected.probabilities[0].tolist()
    assert told.head["predicted"] == expected.predicted[0]
    assert told.head["ood_distance"] == np.asarray(expected.ood_distance)[0]
    assert (told.head["refused"], told.head["warnings"], told.head["note"]) == (None, [], None)
    layer = np.asarray(Pictures.open(io.BytesIO(told.picture)))
    assert layer.shape == (64, 64, 4)
    assert 0 < np.count_nonzero(layer[..., 3]) < layer[..., 3].size


def test_a_part_of_a_large_image_is_asked_about(forest: bundle.Predictor) -> None:
    """The answer on a part is that on the part alone, and the part that differs is flagged."""
    image = EXAMPLES["chest-ct"].image()
    told = answer(TOLD, forest, image, (240, 290))
    alone = forest.predict([image.pixels[208:272, 258:322]])
    assert told.head["box"] == [208, 258, 64, 64]
    assert told.head["probabilities"] == alone.probabilities[0].tolist()
    assert told.head["ood"] is True  # the heart is no nodule
    assert told.head["warnings"][0].startswith("out of distribution")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("tissue", "The image is a colour image; the model was trained on gray images"),
        ("cells", "The image has uint8 pixels; the model was trained on int16"),
        ("small", "The image is 20 x 30 pixels; the model was trained on 64 x 64"),
    ],
)
def test_what_a_model_does_not_take_is_told(forest: bundle.Predictor, name: str, why: str) -> None:
    """An image of another kind gets a sentence, and no probabilities."""
    small = Image(np.zeros((20, 30), np.int16))
    image = small if name == "small" else EXAMPLES[name].image()
    told = answer(TOLD, forest, image)
    assert told.head["refused"].startswith(why)
    assert (told.head["probabilities"], told.head["box"], told.picture) == (None, None, b"")


def test_other_units_and_scales_are_warned_of(forest: bundle.Predictor) -> None:
    """Values in another unit and pixels of another size are taken, with a warning each."""
    known = EXAMPLES["benign-nodule"].image()
    told = answer(TOLD, forest, replace(known, unit="SUV", spacing=(0.35, 0.35)))
    assert told.head["warnings"] == [
        "the model was trained on values in HU; this image is in SUV",
        "the model was trained on pixels of 0.7 mm; those of this image have 0.35 mm",
    ]


def test_a_volume_is_refused(forest: bundle.Predictor) -> None:
    """Models are asked about a slice."""
    with pytest.raises(InputError, match="3 axes; models are asked about a slice"):
        answer(TOLD, forest, Image(np.zeros((2, 64, 64), np.int16)))


def test_files_of_a_user_stand_beside_the_own(forest: bundle.Predictor, tmp_path: Path) -> None:
    """A bundle answers under its name at once; two of one name are told apart, others refused."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        bundle.save(forest, tmp_path / folder / "mine.imgpipe")
    models = Models([tmp_path / "a" / "mine.imgpipe", tmp_path / "b" / "mine.imgpipe"])
    cards = models.cards()
    assert [card["name"] for card in cards] == ["forest", "svm", "cnn", "mine", "mine (2)"]
    assert [card["state"] for card in cards[3:]] == ["ready", "ready"]
    assert cards[3]["classes"] == ["benign", "malignant"]
    assert cards[3]["note"] == "The file does not say how often it is right."
    answers = list(models.ask(EXAMPLES["benign-nodule"].image()))
    assert [each.head["name"] for each in answers] == ["mine", "mine (2)"]
    (tmp_path / "bad.imgpipe").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"bad\.imgpipe"):
        Models([tmp_path / "bad.imgpipe"])


def test_without_torch_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyTorch is missing, the CNN is absent and its card says what to install."""
    monkeypatch.setattr("imgpipe.lab.models.recipe.find_spec", lambda name: None)
    card = Models().cards()[2]
    assert card["state"] == "absent"
    assert card["note"] == "A CNN is trained where PyTorch is installed: pip install 'imgpipe[cnn]'"


@pytest.mark.full
def test_a_process_trains_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged file is replaced: a process trains, judges and keeps a model, once."""
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path))
    SMALL.path_of("forest").parent.mkdir()
    SMALL.path_of("forest").write_bytes(b"half a file")
    models = Models(recipe=SMALL, kinds=["forest"])
    assert models.cards()[0]["state"] == "waiting"
    models.prepare()
    assert models.wait(300)
    card = models.cards()[0]
    assert (card["state"], card["classes"]) == ("ready", ["benign", "malignant"])
    found = card["accuracy"]
    assert 0 <= found["low"] <= found["value"] <= found["high"] <= 1
    assert (found["patients"], found["images"]) == (12, len(nodules(SMALL).positions("test")))
    assert f"of {found['images']} images of 12 patients that it had not seen" in card["note"]

    written = SMALL.path_of("forest").stat().st_mtime_ns
    again = Models(recipe=SMALL, kinds=["forest"])
    again.prepare()
    assert again.wait(300)
    assert again.cards()[0]["accuracy"] == found
    assert SMALL.path_of("forest").stat().st_mtime_ns == written


def test_a_process_that_ends_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training that cannot be leaves a sentence; closing ends a training that goes on."""
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path))
    models = Models(recipe=replace(SMALL, train=-16, watched=0), kinds=["forest"])
    models.prepare()
    assert models.wait(300)
    card = models.cards()[0]
    assert card["state"] == "failed"
    assert card["note"].startswith("It could not be trained: InputError: patients=-4")

    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path / "file"))
    nowhere = Models(recipe=SMALL, kinds=["forest"])
    nowhere.prepare()
    assert nowhere.wait(300)
    assert "set IMGPIPE_CACHE to a folder that can be written" in nowhere.cards()[0]["note"]
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path))

    ended = Models(recipe=replace(SMALL, seed=7), kinds=["forest"])
    ended.prepare()
    ended.close()
    assert ended.wait(0)
    assert not SMALL.path_of("svm").exists()
    ended.prepare()
    assert ended.cards()[0]["state"] in ("waiting", "failed")


@pytest.mark.full
def test_two_processes_do_not_damage_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two labs that start at once train all models once, and both can ask all of them."""
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path))
    pair = [Models(recipe=SMALL), Models(recipe=SMALL)]
    for models in pair:
        models.prepare()
    seen: set[str] = set()
    while not all(models.wait(0.05) for models in pair):
        seen |= {card["note"] for models in pair for card in models.cards()}
    assert "Another process is training it." in seen
    image = EXAMPLES["malignant-nodule"].image()
    first, second = ([each.head for each in models.ask(image)] for models in pair)
    assert [head["name"] for head in first] == ["forest", "svm", "cnn"]
    assert first == second
    assert len(list(tmp_path.rglob("*.imgpipe"))) == 3
