"""A model as a web page: it classifies in the visitor's own browser, without a server."""

import os
from pathlib import Path

from imgpipe._common import InputError, atomic_path, shown
from imgpipe.report.languages import language
from imgpipe.report.web_page.local import page_of
from imgpipe.report.web_page.runtime import runtime as found_runtime


def write_web_page(
    model: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    runtime: str | os.PathLike[str] | None = None,
    lang: str = "en",
) -> None:
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
        Appears whole or not at all; an existing folder is replaced.
    runtime : path-like, optional
        Folder of an unpacked onnxruntime-web. Without it one is looked for in the cache folder and
        in ``node_modules``, and else fetched by npm.
    lang : {"en", "zh"}
        Language of the page.

    Raises
    ------
    InputError
        If a part of the model cannot be exported, onnxruntime-web is not found, there is no such
        language, or the model takes volumes or a region.

    Examples
    --------
    >>> from imgpipe import report
    >>> report.write_web_page("lungs.imgpipe", "page")  # doctest: +SKIP
    """
    from imgpipe import bundle

    language(lang)
    predictor = bundle.load(model)
    told = predictor.model
    if len(told.image_shape) - (told.channel_axis is not None) != 2:
        raise InputError(f"{shown(model)}: takes volumes; a page classifies pictures")
    if told.region != "image":
        raise InputError(
            f"{shown(model)}: looks inside a {told.region}, and a dropped picture has none; train "
            "with --region image"
        )
    with atomic_path(folder, folder=True) as scratch:
        graph = Path(scratch, "model.onnx")
        bundle.export(model, graph)
        page = page_of(predictor, graph.read_bytes(), found_runtime(runtime), lang)
        Path(scratch, "index.html").write_text(page, encoding="utf-8")
