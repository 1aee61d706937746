"""A prediction with nothing but NumPy, Numba, a reader of images and onnxruntime."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import tifffile
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from imgpipe import bundle, learn
from imgpipe.datasets import Dataset
from imgpipe.images import Images

# coverage, where it is installed, is imported by Numba, and imports what is looked for here
HEAVY = ("sklearn", "scipy", "skimage", "pandas", "torch", "matplotlib", "onnx", "joblib")
NEVER = (*HEAVY, "coverage")
READERS = ("cv2", "tifffile", "pydicom", "PIL")
SIDE = 24
# those that need NumPy alone
STEPS = "percentile;gamma:0.7;zscore;window:center=0,width=3,function=linear_exact;crop;resize:16"

RUN = """
import contextlib, io, json, sys

calls, refused, watched = json.load(sys.stdin)

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refused())
from imgpipe.cli import main

said = []
for call in calls:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(call)
        except SystemExit as left:
            code = left.code
    said.append([code, out.getvalue(), err.getvalue()])
print(json.dumps([said, [name for name in watched if name in sys.modules]]))
"""


def run(folder: Path, *calls: list[str], without: Any = (), watched: Any = HEAVY) -> Any:
    """What a fresh process says to some calls, and which of the packages it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps([calls, without, watched]),
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={**os.environ, "MPLCONFIGDIR": str(folder)},
    )
    return json.loads(done.stdout)


def write_dicom(path: Path, pixels: np.ndarray) -> None:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = SecondaryCaptureImageStorage, "1.2.3"
    data.PhotometricInterpretation, data.SamplesPerPixel = "MONOCHROME2", 1
    data.PixelRepresentation = 0
    data.Rows, data.Columns = pixels.shape
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit = 7
    data.PixelData = pixels.tobytes()
    pydicom.dcmwrite(path, data, enforce_file_format=True)


def stack(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    labels = np.arange(24) % 2
    level = 70 * labels.reshape(-1, *[1] * len(shape))
    return (rng.integers(0, 150, (24, *shape)) + level).astype(np.uint8), labels


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundles of every kind that matters here, and one image in every format."""
    folder = tmp_path_factory.mktemp("light")
    rng = np.random.default_rng(0)
    gray, labels = stack(rng, SIDE, SIDE)
    colour, _ = stack(rng, SIDE, SIDE, 3)
    masks = np.zeros((24, SIDE, SIDE), bool)
    masks[:, 4:20, 6:18] = True
    two = ("dark", "bright")
    filters = [learn.Filter("gaussian", sigma=1.0), learn.Filter("median", size=3)]
    in_colour = Images(colour, channel_axis=-1)
    for name, model, data, settings in (
        ("svm", "svm", Dataset("gray", gray, labels, two), {"filters": filters}),
        ("sized", "svm", Dataset("gray", gray, labels, two), {"size": SIDE}),
        ("trees", "forest", Dataset("colour", in_colour, labels, two), {}),
        ("steps", "logistic", Dataset("gray", gray, labels, two), {"filters": STEPS}),
        ("clahe", "logistic", Dataset("gray", gray, labels, two), {"filters": "clahe"}),
        ("masked", "logistic", Dataset("masked", Images(gray, masks), labels, two),
         {"region": "mask", "families": ["intensity", "glcm"]}),
    ):  # fmt: skip
        bundle.save(learn.fit(data, model, **settings), folder / f"{name}.imgpipe")
    one = gray[1]
    Image.fromarray(one).save(folder / "one.png")
    Image.fromarray(one).save(folder / "one.jpg")
    Image.fromarray(one).save(folder / "one.bmp")
    tifffile.imwrite(folder / "one.tif", one, compression="zlib")
    np.save(folder / "one.npy", one)
    np.savez(folder / "some.npz", images=gray[:5])
    write_dicom(folder / "one.dcm", one)
    Image.fromarray(rng.integers(0, 256, (40, 31), np.uint8)).save(folder / "large.png")
    Image.fromarray(colour[1]).save(folder / "colour.png")
    Image.fromarray(masks[0].astype(np.uint8) * 255).save(folder / "inside.png")
    (folder / "list.csv").write_text("path,mask\none.png,inside.png\none.npy,inside.png\n")
    (folder / "pngs").mkdir()
    for i in range(3):
        Image.fromarray(gray[i]).save(folder / "pngs" / f"{i}, gray.png")
    return folder


CALLS = [
    *(["predict", "svm.imgpipe", f"one.{kind}"] for kind in ("png", "jpg", "bmp", "tif", "npy")),
    ["predict", "svm.imgpipe", "one.dcm"],
    ["predict", "svm.imgpipe", "some.npz", "--json"],
    ["predict", "svm.imgpipe", "pngs"],
    ["predict", "sized.imgpipe", "large.png", "one.png"],
    ["predict", "trees.imgpipe", "colour.png"],
    ["predict", "steps.imgpipe", "one.png"],
    ["predict", "masked.imgpipe", "list.csv"],
]


@pytest.mark.full
def test_light_packages_are_enough(folder: Path) -> None:
    """Where no heavy package can be imported, all is predicted, to the last digit the same."""
    written = [["predict", "svm.imgpipe", "pngs", "--out", "table.csv", "--force"]]
    light, _ = run(folder, *CALLS, *written, without=NEVER)
    table = (folder / "table.csv").read_bytes()
    whole, _ = run(folder, *CALLS, *written)
    for call, (code, out, err) in zip([*CALLS, *written], light, strict=True):
        assert (code or 0) == 0, (call, err)
        assert "bright" in out or "dark" in out or "table.csv" in out, call
    assert light == whole
    assert (folder / "table.csv").read_bytes() == table


def test_lines_of_a_table_are_those_of_pandas(folder: Path) -> None:
    """The command line prints what pandas wrote of the same predictions, as CSV and as JSON."""
    told = bundle.load(folder / "svm.imgpipe").predict(folder / "pngs")
    frame = told.to_frame()
    said, _ = run(folder, ["predict", "svm.imgpipe", "pngs"],
                  ["predict", "svm.imgpipe", "pngs", "--json"])  # fmt: skip
    (_, table, _), (_, records, _) = said
    assert '"pngs/0, gray.png"' in table
    names = frame["id"].map(lambda name: os.path.relpath(name, folder))
    assert table == frame.assign(id=names).to_csv(index=False)
    assert [record["predicted"] for record in json.loads(records)] == frame["predicted"].tolist()


def test_nothing_heavy_is_loaded(folder: Path) -> None:
    """A prediction of one PNG loads no heavy package, and of the readers only Pillow."""
    calls = [["predict", "svm.imgpipe", "one.png"], ["predict", "trees.imgpipe", "colour.png"]]
    _, loaded = run(folder, *calls, without=["coverage"], watched=[*HEAVY, *READERS])
    assert loaded == ["PIL"]


def test_a_model_without_filters_loads_no_kernel(folder: Path) -> None:
    """Neither kernels nor segmenters are loaded where a model has no step that takes one."""
    rooms = ["imgpipe.features", "imgpipe.kernels", "imgpipe.segment"]
    _, loaded = run(folder, ["predict", "trees.imgpipe", "colour.png"], watched=rooms)
    assert loaded == ["imgpipe.features"]


def test_trees_need_no_onnxruntime(folder: Path) -> None:
    """A forest predicts where onnxruntime is not installed; an SVM says what to install."""
    calls = [["predict", "trees.imgpipe", "colour.png"], ["predict", "svm.imgpipe", "one.png"]]
    ((code, _, _), (other, _, told)), _ = run(folder, *calls, without=[*NEVER, "onnxruntime"])
    assert code in (0, None)
    assert other == 2
    assert "pip install onnxruntime" in told


def test_a_step_names_the_package_that_it_lacks(folder: Path) -> None:
    """A bundle with CLAHE opens without scikit-image, and says what to install to predict."""
    call = ["predict", "clahe.imgpipe", "one.png"]
    ((code, _, told),), _ = run(folder, call, without=NEVER)
    assert code == 2
    assert "clahe needs scikit-image, which is not installed here: pip install scikit" in told


def test_a_missing_reader_spoils_its_own_row(folder: Path) -> None:
    """Files whose reader is not installed get a row that names the package; others go on."""
    names = ["one.dcm", "one.tif", "one.png"]
    call = ["predict", "svm.imgpipe", *names, "--json"]
    ((code, out, err),), _ = run(folder, call, without=[*NEVER, "pydicom", "tifffile"])
    assert code == 1
    dicom, tiff, png = (row["error"] for row in json.loads(out))
    assert "one.dcm: DICOM needs pydicom, which is not installed here: pip install pydicom" in dicom
    assert "one.tif: TIFF needs tifffile, which is not installed here: pip install tiff" in tiff
    assert png == ""
    assert err.count("Error: ") == 2
    ((code, out, _),), _ = run(folder, call, without=[*NEVER, "PIL"])
    assert code == 1
    assert [("pip install pillow" in row["error"]) for row in json.loads(out)] == [0, 0, 1]


LACKING = """
import json, sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name in ("pandas", "scipy", "jinja2", "psutil", "sklearn"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refused())
from imgpipe import InputError, bundle
predictor = bundle.load("svm.imgpipe")
told = predictor.predict("some.npz")
def report():
    from imgpipe import report
    report.to_html
for use in (lambda: predictor.explain("one.png"), told.to_frame, report):
    try:
        use()
    except InputError as error:
        print(error)
"""


def test_what_is_missing_is_named_in_python(folder: Path) -> None:
    """Without them, explanations, tables and pages are an `InputError` with what to install."""
    done = subprocess.run(
        [sys.executable, "-c", LACKING], capture_output=True, text=True, check=True, cwd=folder
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert all("which is not installed here: pip install " in line for line in lines)
    assert lines[0].startswith("an explanation needs ")
    assert lines[1].startswith("a table (to_frame) needs pandas, ")
    assert lines[2].startswith("imgpipe.report.to_html needs ")
    said, _ = run(folder, ["predict", "svm.imgpipe", "one.png", "--report", "one.html"],
                  without=["pandas", "scipy", "jinja2"])  # fmt: skip
    assert said[0][0] == 2
    assert "which is not installed here: pip install " in said[0][2]


def test_nothing_is_left_in_the_home_folder(folder: Path, tmp_path: Path) -> None:
    """A prediction writes nothing there but imgpipe's cache: onnxruntime keeps no track of it."""
    environ = {**os.environ, "HOME": str(tmp_path)}
    for name in ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "IMGPIPE_CACHE"):
        environ.pop(name, None)
    command = [sys.executable, "-m", "imgpipe", "predict", "svm.imgpipe", "one.png"]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in written if path.parts[:2] != (".cache", "imgpipe")] == []
