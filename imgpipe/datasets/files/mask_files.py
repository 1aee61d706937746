"""Masks that lie beside their images: ``x_mask.png`` beside ``x.png``, or a folder ``masks``."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from imgpipe._common import shown, stem_of
from imgpipe._common.texts import Text, counted, say

_WORDS = "mask|masks|seg|segm|segmentation|label|labels|roi|annotation|gt|groundtruth"
# x_mask, x-seg, x_label, x_mask_1, "x (1)_mask"
_SUFFIX = re.compile(rf"(?P<image>.+)[ _.-](?:{_WORDS})(?:[ _.-]?\d+)?", re.IGNORECASE)
_PREFIX = re.compile(rf"(?:{_WORDS})[ _.-](?P<image>.+)", re.IGNORECASE)
_LIKE_A_MASK = re.compile(
    r"(?:.*[ _.-])?(?:mask|masks|seg|segmentation|roi)(?:[ _.-].*)?", re.IGNORECASE
)
_FOLDER = re.compile(_WORDS, re.IGNORECASE)
_FORMS = (_SUFFIX, _PREFIX)
_IMAGES = ("images", "image", "imgs", "img", "scans", "data", "raw", "original")

Key = tuple[str, ...]


def pair_masks(root: Path, files: Sequence[Path]) -> dict[Path, list[Path]]:
    """Give each image below a folder its masks, in the order of the files.

    A file is a mask only where the image that its name speaks of is there.
    """
    keys = {path: _key(path.relative_to(root)) for path in files}
    images, below = defaultdict(list), defaultdict(list)
    for path, key in keys.items():
        images[key].append(path)
        if not any(map(_FOLDER.fullmatch, key[:-1])):
            for i in range(len(key)):
                below[key[:i], key[-1]].append(path)
    owners = {}
    for path, key in keys.items():
        found = {owner for name in _names_of_images(key) for owner in images.get(name, ())}
        found.discard(path)
        # one folder of masks beside folders of classes
        found = found or {owner for name in _above(key) for owner in below.get(name, ())}
        if len(found) == 1:
            owners[path] = found.pop()
    # the image of a mask is no mask itself
    owners = {mask: image for mask, image in owners.items() if image not in owners}
    masks: dict[Path, list[Path]] = {path: [] for path in files if path not in owners}
    for mask, image in owners.items():
        masks[image].append(mask)
    return masks


def masks_beside(path: Path) -> list[Path]:
    """Masks of one image that lie in its own folder."""
    try:
        like = [p for p in path.parent.iterdir() if stem_of(path) in stem_of(p) and p.is_file()]
    except OSError:
        return []
    return pair_masks(path.parent, sorted({path, *like})).get(path, [])


def without_mask_words(below: Path) -> tuple[Key, str]:
    """Folders and name of the image that a mask would belong to, without what says "mask"."""
    *folders, name = _key(below)
    for form in _FORMS:
        if match := form.fullmatch(name):
            name = match["image"]
            break
    kept = [f for f in folders if not _FOLDER.fullmatch(f) and f.lower() not in _IMAGES]
    return tuple(kept), name


def folder_of_images(folder: Path, masks: dict[Path, list[Path]]) -> Path:
    """Folder whose own folders are classes: ``images`` in it, where ``masks`` lies beside that."""
    tops = {image.relative_to(folder).parts[0] for image in masks}
    beside = {mask.relative_to(folder).parts[0] for own in masks.values() for mask in own} - tops
    if len(tops) == 1 and beside and all(_FOLDER.fullmatch(name) for name in beside):
        (top,) = tops
        return folder / top if top.lower() in _IMAGES else folder
    return folder


def mask_notes(masks: Mapping[Path, Sequence[Path]]) -> list[Text]:
    """Say which files were taken as masks, and which images are called as if they were some."""
    notes = []
    n = sum(map(len, masks.values()))
    if n:
        notes.append(
            counted(
                n,
                "{n} file was taken as the mask of the image that it lies beside",
                "{n} files were taken as masks of the images that they lie beside",
            )
        )
    folders = {path.parent.name for path in masks if _FOLDER.fullmatch(path.parent.name)}
    notes += [
        say(
            "the folder {name} is called like one of masks, but its files not like images beside "
            "it: they were taken as images",
            name=name,
        )
        for name in sorted(folders)
    ]
    like = [path.name for path in masks if _LIKE_A_MASK.fullmatch(stem_of(path))]
    if like:
        notes.append(
            counted(
                len(like),
                "{n} file is called like a mask ({name}), but not like one of an image beside it: "
                "it was taken as an image",
                "{n} files are called like masks ({name}), but not like one of an image beside "
                "them: they were taken as images",
                name=shown(like[0]),
            )
        )
    return notes


def _key(below: Path) -> Key:
    """Folders and name without a suffix."""
    return (*below.parts[:-1], stem_of(below))


def _above(key: Key) -> Iterable[tuple[Key, str]]:
    """Where a folder of masks lies, and what the image of a mask in it would be called."""
    *folders, name = key
    called = [match["image"] for form in _FORMS if (match := form.fullmatch(name))]
    for i, folder in enumerate(folders):
        if _FOLDER.fullmatch(folder):
            yield from ((tuple(folders[:i]), stem) for stem in (name, *called))


def _names_of_images(key: Key) -> Iterable[Key]:
    """Where the image of a mask of this name would lie."""
    *folders, name = key
    called = [match["image"] for form in _FORMS if (match := form.fullmatch(name))]
    for image in called:
        yield (*folders, image)
    for i, folder in enumerate(folders):
        if not _FOLDER.fullmatch(folder):
            continue
        for stem in (name, *called):
            yield (*folders[:i], *folders[i + 1 :], stem)
            for beside in _IMAGES:
                yield (*folders[:i], beside, *folders[i + 1 :], stem)
