"""Many images: chunks of moderate size, each a few stacks, each stack one call per family."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from imgpipe._common import InputError, by_position
from imgpipe._runtime.threads import side_by_side
from imgpipe._runtime.workers import in_chunks, worker_count
from imgpipe.features.family import Family
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.labels import Label, image_error
from imgpipe.features.inputs.lengths import check_lengths
from imgpipe.features.inputs.prepare import batch_of, check_pixels, plan_for, read_image
from imgpipe.features.inputs.settings import ExtractionPlan, Settings
from imgpipe.features.jobs.extremes import far_exponents, powers_of_intensity, scaled_settings
from imgpipe.features.jobs.resampled import resampled
from imgpipe.features.registry import FAMILIES, families_of, features_of

_CHUNK_PIXELS = 2**19  # 4 MB of float64
_FILE_PIXELS = 2**16  # what a file that is not read yet is taken for
_WORTH_THREADS = 2**15  # pixels, of which a family takes a third of a millisecond


@dataclass(frozen=True)
class _Task:
    """A chunk of the images, with its masks and with names for errors."""

    images: Any
    masks: Any
    shapes: Any
    labels: list[Label]


def extract_tasks(
    images: Any, masks: Any, shapes: Any, settings: Settings, n_jobs: int | None
) -> tuple[np.ndarray, list[str]]:
    """Values (n, f) and names, in the order of the images."""
    images = _collection(images, "images")
    n = len(images)
    if n == 0:
        raise InputError("there are no images")
    if getattr(images, "is_stack", False):
        # an array is cut into views, which cost nothing
        masks = images.masks if masks is None else masks
        settings = _described(settings, images)
        images = check_pixels(images.pixels, "images")
    masks = _aligned(masks, "masks", n)
    shapes = _aligned(shapes, "morphological_mask", n)
    if n_jobs == 0 or not (n_jobs is None or isinstance(n_jobs, (int, np.integer))):
        raise InputError(f"n_jobs must be None, a positive integer or -1, not {n_jobs!r}")
    workers = min(worker_count(n_jobs), n)
    tasks = _tasks(images, masks, shapes, workers)
    work = partial(_work, settings=settings, added=FAMILIES.registered())
    results = list(in_chunks(work, tasks, 1 if workers == 1 else n_jobs))
    names = results[0][1]
    for _, other, label in results:
        _check_same(names, other, label)
    return np.concatenate([values for values, _, _ in results]), names


def _described(settings: Settings, images: Any) -> Settings:
    """Complete the settings by what a stack says of itself."""
    axis, first, how = settings.channel_axis, images[0], settings.resampling
    if settings.spacing is None and first.spacing is not None:
        check_lengths("spacing", first.spacing)
    return replace(
        settings,
        channel_axis=first.channel_axis if axis is None else axis,
        spacing=settings.spacing or first.spacing,
        resampling=how and replace(how, rounding=how.rounds(first.unit)),
    )


def _collection(images: Any, argument: str) -> Any:
    """Return an array of stacked images, or a sequence of images."""
    images = by_position(images, argument)
    if isinstance(images, np.ndarray) and images.ndim == 1 and images.dtype.kind in "OUS":
        return images.tolist()  # images of several sizes, or paths
    if isinstance(images, np.ndarray):
        stack = check_pixels(images, argument) if images.size else images
        if images.ndim < 3:
            raise InputError(
                f"{argument} has shape {images.shape}; a stack is (n, y, x) or (n, z, y, x). For "
                "one image use extract"
            )
        return stack
    if isinstance(images, (str, bytes, os.PathLike)) or not hasattr(images, "__getitem__"):
        raise InputError(f"{argument} must be an array or a sequence, not {type(images).__name__}")
    return images


def _aligned(masks: Any, argument: str, n: int) -> Any:
    if masks is None:
        return None
    if not hasattr(masks, "__len__") or isinstance(masks, (str, bytes)):
        raise InputError(f"{argument} must hold one mask per image, not {type(masks).__name__}")
    masks = by_position(masks, argument)
    if len(masks) != n:
        raise InputError(f"{len(masks)} {argument} for {n} images")
    return masks


def _tasks(images: Any, masks: Any, shapes: Any, workers: int) -> Iterator[_Task]:
    """Cut the work into tasks of moderate memory, several for each worker."""
    n = len(images)
    longest = n if workers == 1 else -(-n // (4 * workers))
    for start, stop, chunk in _chunks(images, longest):
        labels = [Label(_name(images, i), i) for i in range(start, stop)]
        yield _Task(chunk, _part(masks, start, stop), _part(shapes, start, stop), labels)


def _chunks(images: Any, longest: int) -> Iterator[tuple[int, int, Any]]:
    """Slices of a stack, or lists of items that are read only when their turn comes."""
    n = len(images)
    if isinstance(images, np.ndarray):
        length = min(longest, max(1, _CHUNK_PIXELS * n // images.size))
        for start in range(0, n, length):
            stop = min(start + length, n)
            yield start, stop, images[start:stop]
        return
    if hasattr(images, "in_memory") and not images.in_memory:
        for start in range(0, n, length := min(longest, _CHUNK_PIXELS // _FILE_PIXELS)):
            stop = min(start + length, n)
            yield start, stop, images[start:stop]  # paths, which the workers read
        return
    start, pixels = 0, 0
    chunk: list[Any] = []
    for i in range(n):
        chunk.append(images[i])
        pixels += _FILE_PIXELS if isinstance(chunk[-1], (str, os.PathLike)) else np.size(chunk[-1])
        if pixels >= _CHUNK_PIXELS or len(chunk) == longest or i == n - 1:
            yield start, i + 1, chunk
            start, pixels, chunk = i + 1, 0, []


def _name(images: Any, i: int) -> str:
    """What errors call an image: its path, or its position."""
    ids = getattr(images, "ids", None)
    if ids is not None:
        return f"image {i}" if str(ids[i]).isdigit() else str(ids[i])
    if isinstance(images, np.ndarray):
        return f"image {i}"
    item = images[i] if isinstance(images, list | tuple) else None
    return str(item) if isinstance(item, (str, os.PathLike)) else f"image {i}"


def _part(masks: Any, start: int, stop: int) -> Any:
    if masks is None:
        return None
    return [masks[i] for i in range(start, stop)]


def _work(
    task: _Task, settings: Settings, added: Mapping[str, Family]
) -> tuple[np.ndarray, list[str], str]:
    """Run one task, in a worker that may not know the `added` families."""
    FAMILIES.update(added)
    values, names = run(task.images, task.masks, task.shapes, settings, task.labels)
    return values, names, task.labels[0]


def run(
    images: Any, masks: Any, shapes: Any, settings: Settings, labels: Sequence[str]
) -> tuple[np.ndarray, list[str]]:
    """Values and names for a stack, or for a list or `Images` whose members may differ in size.

    Masks that are given replace those that images bring along.
    """
    if isinstance(images, np.ndarray):
        return _run_stack(images, settings.channel_axis, masks, shapes, settings, labels)
    loaded = [read_image(images[i], label, settings) for i, label in enumerate(labels)]
    own = [image.mask for image in loaded]
    if masks is None and any(mask is not None for mask in own):
        masks = own
    groups: dict[Any, list[int]] = {}
    for i, (pixels, axis, spacing, _, unit) in enumerate(loaded):
        # integers beyond 2^53 and floats would meet in one array otherwise
        groups.setdefault((pixels.shape, axis, spacing, pixels.dtype, unit), []).append(i)
    if len(groups) == 1:
        pixels, axis, spacing, _, unit = loaded[0]
        stack = np.stack([image.pixels for image in loaded]) if len(loaded) > 1 else pixels[None]
        return _run_stack(stack, axis, masks, shapes, settings, labels, spacing, unit)
    values: np.ndarray | None = None
    names: list[str] = []
    for (_, axis, spacing, _, unit), members in groups.items():
        stack = np.stack([loaded[i].pixels for i in members])
        some_masks = None if masks is None else [masks[i] for i in members]
        some_shapes = None if shapes is None else [shapes[i] for i in members]
        some_labels = [labels[i] for i in members]
        part, part_names = _run_stack(
            stack, axis, some_masks, some_shapes, settings, some_labels, spacing, unit
        )
        if values is None:
            values, names = np.empty((len(loaded), len(part_names))), part_names
        _check_same(names, part_names, some_labels[0])
        values[members] = part
    assert values is not None
    return values, names


def _run_stack(
    stack: np.ndarray, axis: int | None, masks: Any, shapes: Any, settings: Settings,
    labels: Sequence[str], spacing: tuple[float, ...] | None = None, unit: str | None = None,
) -> tuple[np.ndarray, list[str]]:  # fmt: skip
    """One call per family for images of one shape."""
    if masks is not None and all(mask is None for mask in masks):
        masks = None
    plan = plan_for(stack.shape[1:], axis, labels[0], settings, spacing)
    if settings.resampling is not None:
        stack, masks, shapes, new = resampled(stack, axis, masks, shapes, plan, labels, unit)
        plan = replace(plan, settings=new)
    families = families_of(plan)
    features = features_of(plan, families)
    # sums of pixels near the largest float overflow, which leaves the feature undefined
    with np.errstate(over="ignore", invalid="ignore"):
        batch = batch_of(stack, axis, masks, shapes, plan, labels)
        values = _measure(batch, plan, families)
        for k, exponent in far_exponents(stack, batch).items():
            one = slice(k, k + 1)
            near = replace(plan, settings=scaled_settings(plan.settings, -exponent))
            mask, shape = (None if some is None else some[one] for some in (masks, shapes))
            pixels = np.ldexp(stack[one], -exponent)
            part = batch_of(pixels, axis, mask, shape, near, labels[one])
            back = exponent * powers_of_intensity(features)
            values[one] = np.ldexp(_measure(part, near, families), back)
    values[np.isinf(values)] = np.nan
    return values, [feature.name for feature in features]


def _measure(batch: Batch, plan: ExtractionPlan, families: Sequence[Family]) -> np.ndarray:
    tasks = [partial(family.compute, batch, plan) for family in families]
    # a stack of many images has workers for that
    alone = len(batch) == 1 and batch.values.size >= _WORTH_THREADS
    blocks = side_by_side(tasks) if alone else [task() for task in tasks]
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)


def _check_same(names: list[str], other: list[str], label: str) -> None:
    if names != other:
        raise image_error(
            "{image} gives other features than the first image; gray and colour images, or images "
            "and volumes, cannot share a table",
            label,
        )
