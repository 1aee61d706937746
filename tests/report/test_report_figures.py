"""Charts as files: what is written, in what language, and what is refused."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from imgpipe._common import InputError
from imgpipe.evaluate import Comparison
from imgpipe.report import figures

files = pytest.importorskip("imgpipe.evaluate.plots.files")
matplotlib = pytest.importorskip("matplotlib", reason="needs matplotlib: imgpipe[plot]")
EVERY = {"leaderboard", "roc", "precision_recall", "calibration", "confusion", "decision"}


def words(path: Path) -> str:
    return " ".join("".join(text.itertext()) for text in ET.parse(path).iter() if text.text)


@pytest.fixture(scope="module")
def written(choice_run: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    before = dict(matplotlib.rcParams)
    folder = tmp_path_factory.mktemp("figures") / "new"
    paths = figures(choice_run, folder)
    assert dict(matplotlib.rcParams) == before
    assert set(paths) == set(folder.iterdir())
    return folder


def test_each_chart_is_drawn_twice(written: Path) -> None:
    """SVG with text as text, PNG fit for print."""
    assert {path.name for path in written.iterdir()} == {
        f"{name}{suffix}" for name in EVERY for suffix in (".svg", ".png")
    }
    assert "Sensitivity" in words(written / "roc.svg")
    assert "forest (AUC = " in words(written / "roc.svg")
    with Image.open(written / "roc.png") as picture:
        assert picture.info["dpi"][0] == pytest.approx(300, abs=1)
        assert min(picture.size) > 1000


def test_what_is_there_is_kept_unless_forced(
    choice_run: Comparison, written: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"is there already; --force"):
        figures(choice_run, written)
    before = (written / "roc.svg").read_bytes()
    figures(choice_run, written, force=True)
    assert (written / "roc.svg").read_bytes() == before, "the same figure, other bytes"
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file; name a folder"):
        figures(choice_run, tmp_path / "file")


@pytest.mark.full
def test_three_classes_have_a_field_each(sets_run: Comparison, tmp_path: Path) -> None:
    figures(sets_run, tmp_path)
    text = words(tmp_path / "roc.svg")
    for name in sets_run.dataset.classes:
        assert f"{name} against the rest" in text


@pytest.mark.filterwarnings("ignore:no font with Chinese letters")
@pytest.mark.filterwarnings("ignore:Glyph")
def test_titles_are_chinese(choice_run: Comparison, tmp_path: Path) -> None:
    figures(choice_run, tmp_path, lang="zh")
    assert "灵敏度" in words(tmp_path / "roc.svg")


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_font_that_is_missing_is_told(
    choice_run: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_CHINESE", ())
    with pytest.warns(UserWarning, match="no font with Chinese letters is installed"):
        figures(choice_run, tmp_path, lang="zh")
