"""The page of a real lab: what is turned there changes picture and numbers."""

import io
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import AXE
from dropping import CLASSES, Kept, made
from test_pages import FAULTS, keep

from imgpipe import bundle, images

pytestmark = pytest.mark.browser

Visit = Callable[..., tuple[Any, list[str]]]
_SLIDER = "#steps input[type=range]"
_SHOWN = "document.getElementById('view').toDataURL()"
_NUMBERS = """() => Object.fromEntries([...document.querySelectorAll("#features tr[data-name]")]
  .map((row) => [row.dataset.name, Number(row.dataset.value)]))"""
_EDGE = "() => document.querySelector('#over .edge')?.getAttribute('d') ?? ''"


def served(port: int, *models: Path) -> tuple[subprocess.Popen[str], str]:
    """Start a lab, and give its address."""
    command = [sys.executable, "-m", "imgpipe", "lab", "--no-browser", "--port", str(port)]
    command += [part for path in models for part in ("--model", str(path))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"http://[\d.:]+/", line):
            return process, found[0]
    pytest.fail("".join(said))


def end(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return made("gray 8", tmp_path_factory.mktemp("asked"))


@pytest.fixture(scope="module")
def address(kept: Kept) -> Iterator[str]:
    other = kept.model.with_name("other.imgpipe")
    other.write_bytes(kept.model.read_bytes())
    process, found = served(0, kept.model, other)
    yield found
    end(process)


@pytest.fixture
def visited(chromium: Any, address: str) -> Iterator[Visit]:
    """Open the page and wait for its first picture; requests to other places are noted."""
    contexts = []

    def visit(rest: str = "", width: int = 1280, scheme: str = "light") -> tuple[Any, list[str]]:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        faults: list[str] = []

        def passed(route: Any) -> None:
            if route.request.url.startswith(address):
                route.continue_()
            else:
                faults.append(route.request.url)
                route.abort()

        context.route(lambda url: not url.startswith(("data:", "blob:")), passed)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda said: faults.append(said.text) if said.type in {"error", "warning"} else None,
        )
        page.goto(f"{address}{rest}")
        settle(page)
        return page, faults

    yield visit
    for context in contexts:
        context.close()


def settle(page: Any) -> None:
    """Wait until all is answered, the original image included."""
    page.wait_for_selector("body[data-idle=yes]", timeout=120_000, state="attached")


def uploaded(page: Any) -> None:
    page.locator("#source option[value^='upload:']:checked").wait_for(state="attached")
    settle(page)


def choose(page: Any, menu: str, step: str) -> None:
    """Take a step from a menu by the keyboard."""
    page.get_by_role("button", name=menu).press("Enter")
    page.locator("[popover]:popover-open").get_by_role("button", name=step, exact=True).press(
        "Enter"
    )
    settle(page)


def test_the_first_move_changes_picture_and_numbers(visited: Visit) -> None:
    """A filter and its slider are there; an arrow key on it changes the picture and the numbers."""
    page, faults = visited()
    before, numbers = page.evaluate(_SHOWN), page.evaluate(_NUMBERS)
    hint = page.locator("#hint").inner_text()
    assert "slider" in hint
    slider = page.locator(_SLIDER).first
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    settle(page)
    assert page.locator("#steps output").first.inner_text() == "9"
    assert page.evaluate(_SHOWN) != before
    after = page.evaluate(_NUMBERS)
    assert after["glcm_contrast"] < 0.9 * numbers["glcm_contrast"]
    assert page.locator("#hint").inner_text() != hint
    assert re.search(r"[\d.]+ m?s on the server", page.locator("#said").inner_text())
    row = page.locator("#features tr[data-name=glcm_contrast]")
    assert row.locator(".changed .num").inner_text().startswith("−")
    now = page.evaluate(_SHOWN)
    page.get_by_label("Original", exact=True).check(force=True)
    assert page.evaluate(_SHOWN) != now
    assert faults == []


def test_steps_are_moved_switched_off_and_removed(visited: Visit) -> None:
    """The order counts; what is off or removed has no effect, and the address keeps it all."""
    page, faults = visited("#image=chart&steps=" + '[["gaussian",{"sigma":3}],["sobel",{}]]')
    first = page.evaluate(_NUMBERS)
    page.get_by_role("button", name="Move Sobel up").press("Enter")
    settle(page)
    assert page.locator("#steps .step").first.get_attribute("data-name") == "sobel"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Move Sobel down"
    moved = page.evaluate(_NUMBERS)
    assert moved != first
    page.locator("#steps [data-name=sobel]").get_by_role("switch").press("Space")
    settle(page)
    off = page.evaluate(_NUMBERS)
    page.wait_for_timeout(300)
    page.reload()
    settle(page)
    assert page.evaluate(_NUMBERS) == off
    assert not page.get_by_role("switch", name="Sobel, applied").is_checked()
    page.get_by_role("button", name="Remove Sobel").press("Enter")
    settle(page)
    assert page.evaluate(_NUMBERS) == off
    assert page.locator("#steps .step").count() == 1
    assert faults == []


def test_a_segmentation_is_outlined_and_measured_inside(visited: Visit) -> None:
    """Otsu's threshold, chosen by the keyboard, has an outline; numbers are those inside it."""
    page, faults = visited()
    choose(page, "Choose a segmentation", "Otsu's threshold")
    assert page.evaluate(_EDGE).startswith("M")
    assert "inside the outline" in page.locator("#inside").inner_text()
    assert "Inside the outline" in page.locator("#keys").inner_text()
    page.get_by_label("Outline", exact=True).uncheck()
    assert page.evaluate(_EDGE) == ""
    page.get_by_role("button", name="Remove Otsu's threshold").press("Enter")
    settle(page)
    assert "whole picture" in page.locator("#inside").inner_text()
    assert faults == []


def test_a_contour_evolves(visited: Visit) -> None:
    """The contour of an active contour is seen on its way, many times, before it rests."""
    page, faults = visited("#image=lesions&steps=[]")
    page.evaluate(
        """() => { window.edges = new Set(); const over = document.getElementById("over");
        new MutationObserver(() => window.edges.add(over.querySelector(".edge")?.getAttribute("d")))
          .observe(over, {childList: true}); }"""
    )
    choose(page, "Choose a segmentation", "Active contour")
    assert int(page.evaluate("document.body.dataset.frames")) >= 5
    assert page.evaluate("window.edges.size") >= 5
    assert page.get_by_label("Watch it evolve").is_checked()
    assert faults == []


def test_a_setting_that_cannot_be_is_refused_where_it_stands(visited: Visit) -> None:
    """The sentence stands at its step, the last picture stays, and the page goes on."""
    page, faults = visited()
    before = page.evaluate(_SHOWN)
    steps = '[["gaussian",{"sigma":2}],["median",{"size":-4}]]'
    page.evaluate(f"location.hash = 'image=chest-ct&steps=' + encodeURIComponent('{steps}')")
    trouble = page.locator("#trouble-1")
    trouble.wait_for()
    assert "got -4" in trouble.inner_text()
    assert page.evaluate(_SHOWN) == before
    page.get_by_role("switch", name="Median filter, applied").press("Space")
    settle(page)
    assert not trouble.is_visible()
    assert page.evaluate(_SHOWN) != before
    assert faults == []


def test_a_picture_of_one_s_own(visited: Visit, tmp_path: Path) -> None:
    """A PNG file is measured as it is; what is no picture is refused in the server's words."""
    pixels = np.random.default_rng(1).integers(40, 90, (60, 80), dtype=np.uint8)
    images.write(tmp_path / "mine.png", pixels)
    (tmp_path / "garbage.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    page, faults = visited("#image=chart&steps=[]")
    page.set_input_files("#file", tmp_path / "garbage.png")
    page.locator("#trouble").wait_for()
    assert "garbage.png" in page.locator("#trouble").inner_text()
    page.set_input_files("#file", tmp_path / "mine.png")
    uploaded(page)
    assert page.evaluate(_NUMBERS)["intensity_mean"] == pytest.approx(pixels.mean())
    assert page.evaluate("[view.width, view.height]") == [80, 60]
    assert not page.locator("#trouble").is_visible()
    # a status of 4xx is told in the console by the browser itself
    assert [fault for fault in faults if "status of 4" not in fault] == []


def test_a_dicom_series_has_a_slider_for_its_slices(visited: Visit, tmp_path: Path) -> None:
    """Files that pydicom wrote become one volume, in its order, whose slices are in HU."""
    files = series(tmp_path)
    page, faults = visited("#image=chart&steps=[]")
    page.set_input_files("#file", files)
    uploaded(page)
    slider = page.get_by_label("Slice", exact=True)
    assert page.locator("#slice-number").inner_text() == "2 / 3"
    assert page.evaluate(_NUMBERS)["intensity_mean"] == pytest.approx(110 - 1024)
    slider.focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    assert page.evaluate(_NUMBERS)["intensity_mean"] == pytest.approx(210 - 1024)
    assert "HU" in page.locator("#caption").inner_text()
    assert faults == []


def series(folder: Path) -> list[Path]:
    """Three slices of a CT, the names in another order than their places."""
    import pydicom
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

    study, whole, frame = (generate_uid() for _ in range(3))
    files = []
    for i, name in enumerate(("c", "a", "b")):
        data = pydicom.Dataset()
        data.file_meta = pydicom.dataset.FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = CTImageStorage
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        data.StudyInstanceUID, data.SeriesInstanceUID = study, whole
        data.FrameOfReferenceUID, data.Modality, data.InstanceNumber = frame, "CT", i + 1
        data.PatientID, data.ImagePositionPatient = "P1", [0, 0, 2 * i]
        data.ImageOrientationPatient, data.PixelSpacing = [1, 0, 0, 0, 1, 0], [1, 1]
        data.SliceThickness, data.RescaleSlope, data.RescaleIntercept = 2, 1, -1024
        data.RescaleType, data.PhotometricInterpretation = "HU", "MONOCHROME2"
        data.Rows, data.Columns, data.SamplesPerPixel = 24, 32, 1
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
        pixels = np.full((24, 32), 100 * i, np.uint16)
        pixels[::2] += 20
        data.PixelData = pixels.tobytes()
        files.append(folder / f"{name}.dcm")
        data.save_as(files[-1], enforce_file_format=True)
    return files


def test_the_copied_program_gives_the_same_numbers(visited: Visit, tmp_path: Path) -> None:
    """What is copied as Python prints, in a process of its own, what the page shows."""
    page, faults = visited("#image=chart&steps=" + '[["median",{"size":5}]]&segment=["otsu",{}]')
    page.get_by_role("button", name="Copy as Python").click()
    page.get_by_text("Copied.").wait_for()
    program = page.evaluate("navigator.clipboard.readText()")
    assert program == page.locator("#python").inner_text()
    (tmp_path / "copied.py").write_text(program, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "copied.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    printed = dict(re.findall(r"^(\w+): (\S+)$", ran.stdout, re.MULTILINE))
    shown = page.evaluate(_NUMBERS)
    assert len(shown) > 10
    for name, value in shown.items():
        assert float(printed[name]) == pytest.approx(value, rel=2e-5), name
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save the pixels (NPY)").click()
    saved = np.load(io.BytesIO(Path(caught.value.path()).read_bytes()))
    assert saved.mean() != pytest.approx(shown["intensity_mean"])  # the page measures inside
    page.get_by_role("button", name="Copy as commands").click()
    assert "imgpipe " in page.evaluate("navigator.clipboard.readText()")
    assert faults == []


def test_models_answer_beside_one_another(visited: Visit, kept: Kept) -> None:
    """Each says what `predict` says; of a larger picture they see a patch, which moves."""
    told = bundle.load(kept.model).predict([str(kept.pictures[0])])
    page, faults = visited("#image=chart&steps=[]")
    page.set_input_files("#file", kept.pictures[0])
    uploaded(page)
    page.get_by_role("switch", name="Ask the models").press("Space")
    settle(page)
    cards = page.locator("#answers .answer")
    assert cards.evaluate_all("all => all.map((card) => card.dataset.model)") == ["model", "other"]
    for card in cards.all():
        shares = card.locator("li data").evaluate_all(
            "all => all.map((each) => Number(each.value))"
        )
        assert shares == pytest.approx(told.probabilities[0], rel=1e-6)
        assert card.locator(".verdict strong").inner_text() == CLASSES[int(np.argmax(shares))]
    assert "whole picture" in page.locator("#patch-words").inner_text()
    page.get_by_label("Image", exact=True).select_option("chart")
    settle(page)
    patch = page.locator("#patch")
    words, shown = page.locator("#patch-words").inner_text(), cards.first.inner_html()
    assert "20 × 24" in words
    patch.focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    settle(page)
    assert page.locator("#patch-words").inner_text() != words
    assert cards.first.inner_html() != shown
    assert page.evaluate("document.activeElement.id") == "patch"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(FAULTS) == []
    keep(page, "lab-models")
    page.get_by_role("switch", name="Ask the models").press("Space")
    settle(page)
    assert cards.count() == 0
    assert not patch.is_visible()
    assert faults == []


def test_it_is_there_in_chinese(visited: Visit) -> None:
    """The link keeps what was chosen; no run of English words is left, but for the code."""
    page, faults = visited("#image=chart&steps=" + '[["gaussian",{"sigma":2}]]&segment=["otsu",{}]')
    page.get_by_role("link", name="中文").click()
    page.wait_for_selector("html[lang=zh-Hans]", state="attached")
    settle(page)
    assert page.locator("#steps .step").get_attribute("data-name") == "gaussian"
    for node in page.locator("details").all():
        node.evaluate("node => { node.open = true; }")
    page.locator("pre").evaluate_all("all => all.forEach((node) => node.remove())")
    texts = [page.locator("body").inner_text(), *page.evaluate(_SPOKEN)]
    texts += page.locator("#filters button, #segmenters button").all_text_contents()
    found = [run for text in texts for run in _ENGLISH.findall(text.replace("imgpipe lab", ""))]
    assert found == []
    keep(page, "lab-zh")
    assert faults == []


_ENGLISH = re.compile(r"[A-Za-z][a-z'’]+(?:[ ,;:]+[A-Za-z][a-z'’]+)+")
_SPOKEN = """() => [...document.querySelectorAll("[aria-label], [title]")].flatMap((node) =>
  [node.getAttribute("aria-label") ?? "", node.title ?? ""]).concat(document.title)"""


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
)
def test_it_is_for_everyone(visited: Visit, width: int, scheme: str) -> None:
    """Nothing serious by axe-core, menus included; a phone need not scroll sideways."""
    rest = '#image=chest-ct&steps=[["median",{"size":5}],["clahe",{}]]&segment=["otsu",{}]'
    page, faults = visited(rest, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(FAULTS) == []
    keep(page, f"lab-{width}-{scheme}")
    page.get_by_role("button", name="Add a step").press("Enter")
    assert page.evaluate(FAULTS) == []
    assert faults == []


def test_it_says_that_the_lab_is_gone_and_goes_on_with_it(chromium: Any) -> None:
    """When the lab ends the page says so; started again, the same page works on."""
    process, found = served(0)
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(found)
    settle(page)
    end(process)
    page.locator("#gone").wait_for()
    assert "imgpipe lab" in page.locator("#gone").inner_text()
    process, _ = served(int(found.rstrip("/").rpartition(":")[2]))
    try:
        page.locator("#gone").wait_for(state="hidden", timeout=60_000)
        before = page.evaluate(_SHOWN)
        page.locator(_SLIDER).first.fill("11")
        settle(page)
        assert page.evaluate(_SHOWN) != before
    finally:
        page.close()
        end(process)
