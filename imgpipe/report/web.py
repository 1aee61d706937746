"""A model as a web page: it classifies in the visitor's own browser, without a server."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from imgpipe._common import InputError, atomic_path, shown
from imgpipe.report.languages import language
from imgpipe.report.web_page.local import page_of
from imgpipe.report.web_page.runtime import runtime as found_runtime

if TYPE_CHECKING:
    from imgpipe.bundle.exporting import Exported

_FILES = {"index.html", "model.onnx"}


def write_web_page(
    model: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    runtime: str | os.PathLike[str] | None = None,
    lang: str = "en",
    force: bool = False,
) -> "Exported":
    """Write a page on which pictures are dropped and classified by the visitor's own browser.

    The folder gets ``index.html``, one file of some 5 MB that holds the model and what runs it, and
    ``model.onnx``, the same model alone. The page opens from a disk or from any server, loads
    nothing, and has no way to send a picture anywhere. It reads PNG (8 and 16 bits), JPEG and NPY
    files (uint8, uint16, float32), and scales them where the model was trained with a size.

    Parameters
    ----------
    model : path-like
        A ``.imgpipe`` file whose model `imgpipe.bundle.export` can write as ONNX.
    folder : path-like
        Appears whole or not at all.
    runtime : path-like, optional
        Folder of an unpacked onnxruntime-web. Without it one is looked for in the cache folder and
        in ``node_modules``, and else fetched by npm.
    lang : {"en", "zh"}
        Language of the page.
    force : bool
        Replace a page that is there; any other folder with files in it is left alone.

    Returns
    -------
    Exported
        As `imgpipe.bundle.export` gives it.

    Raises
    ------
    InputError
        If a part of the model cannot be exported, onnxruntime-web is not found, there is no such
        language, the model takes volumes, or the folder holds something else.

    Examples
    --------
    >>> from imgpipe import report
    >>> report.write_web_page("lungs.imgpipe", "page")  # doctest: +SKIP
    """
    from imgpipe import bundle

    language(lang)
    _check_folder(Path(folder), force)
    with atomic_path(folder, folder=True) as scratch:
        graph = Path(scratch, "model.onnx")
        made = bundle.export(model, graph)
        predictor = bundle.load_predictor(model)
        expected = predictor.model
        if len(expected.image_shape) - (expected.channel_axis is not None) != 2:
            raise InputError(f"{shown(model)}: takes volumes; a page classifies pictures")
        if expected.fit != "stretch":
            raise InputError(
                f"{shown(model)}: was trained with --fit {expected.fit}; a page stretches pictures"
            )
        page = page_of(predictor, made.content, found_runtime(runtime), lang)
        Path(scratch, "index.html").write_text(page, encoding="utf-8")
    return made


def _check_folder(folder: Path, force: bool) -> None:
    """Refuse, before any work, to replace anything but a page, and a page without being told to."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise InputError(f"{shown(folder)}: a file, where a page needs a folder")
    entries = sorted(os.listdir(folder)) if folder.is_dir() else []
    foreign = sorted(set(entries) - _FILES)
    if foreign:
        raise InputError(
            f"{shown(folder)} holds other files ({foreign[0]}); a page needs a new or empty folder"
        )
    if entries and not force:
        raise InputError(
            f"{shown(folder)} holds a page; add force (--force) to replace it, or give another name"
        )
