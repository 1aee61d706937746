"""The list of what may be wrong with input: each kind has cases here, or a test that is named."""

import ast
from pathlib import Path

import pytest
import test_bad_arrays
import test_bad_dicom
import test_bad_files
import test_bad_labels
import test_bad_models

TESTS = Path(__file__).parents[1]
HERE = "bad_input"

KINDS: dict[str, tuple[str, ...]] = {
    "files": (
        "empty", "a directory", "symlink loop", "no permission", "wrong extension", "random bytes",
        "trailing zeros", "cut", "huge dimensions", "object arrays", "zip bombs",
        "two files with one name", "non-ASCII and very long paths", "found by fuzzing",
    ),
    "DICOM": (
        "compressed syntaxes", "big-endian", "deflated", "implicit", "RLE",
        "bits stored below bits allocated", "signed", "padding value",
        "rescale slope missing or zero", "several windows",
        "width <= 0", "MONOCHROME1", "palette", "RGB", "YBR",
        "multi-frame", "no pixel data", "pixel bytes not rows x columns", "missing slices",
        "unevenly spaced slices", "repeated slices, the same position twice",
        "two series in one folder", "order comes from position", "../ in a DICOMDIR",
        "patient identifiers",
    ),
    "arrays": (
        "0-d", "zero-size", "1x1", "window larger than the image", "even window",
        "zero, negative, non-integer window", "NaN and infinities", "constant image",
        "all-false mask", "one-voxel mask", "mask of another shape", "bool", "float16", "complex",
        "object", "masked arrays", "values at the dtype's limits",
        "more gray levels than the matrix holds",
    ),
    "labels": (
        "one class", "one sample in a class", "a class missing from a fold",
        "fewer groups than folds", "an unseen class at prediction", "NaN or mixed-type labels",
        "a duplicate image with two labels", "one patient with two labels",
        "group ids that differ only in case or blanks",
    ),
    "models": (
        "edited JSON", "another version", "wrong feature order", "out-of-range indices",
        "path escape in the archive", "a truncated file", "a pickle where none may be",
    ),
}  # fmt: skip

CASES = {
    "files": test_bad_files.CASES,
    "DICOM": test_bad_dicom.CASES,
    "arrays": test_bad_arrays.CASES,
    "labels": test_bad_labels.CASES,
    "models": test_bad_models.CASES,
}

NAMED: dict[str, str] = {
    "a file cut at every offset":
        f"{HERE}/test_bad_files.py::test_a_file_cut_at_every_offset_is_refused_or_whole",
    "an archive cut at every offset":
        f"{HERE}/test_bad_files.py::test_an_npz_cut_at_every_offset_is_refused",
    "one bad file in a batch":
        f"{HERE}/test_bad_files.py::test_a_bad_file_is_one_row_with_a_code_and_the_rest_goes_on",
    "nothing half-written": f"{HERE}/test_bad_files.py::test_nothing_half_written_is_left",
    "disk full": f"{HERE}/test_bad_machine.py::test_no_free_disk_is_one_line_and_leaves_no_table",
    "each dtype": f"{HERE}/test_bad_arrays.py::test_each_dtype_at_its_limits",
    "big-endian, read-only, Fortran order, negative strides, memmap":
        f"{HERE}/test_bad_arrays.py::test_how_an_array_lies_in_memory_changes_nothing",
    "unwritable cache folder":
        f"{HERE}/test_bad_machine.py::test_an_unwritable_cache_folder_changes_nothing",
    "unwritable cache of code":
        "runtime/test_code_cache.py::test_unwritable_cache_is_said_once",
    "two processes sharing a cache":
        f"{HERE}/test_bad_machine.py::test_two_processes_share_a_cache",
    "n_jobs 1, 2 and more":
        f"{HERE}/test_bad_machine.py::test_any_number_of_jobs_gives_the_same_numbers",
    "fork and spawn": "kernels/test_threads.py::test_child_processes",
    "killed and resumed":
        "cli/test_cli_extract.py::test_stopped_and_resumed_gives_the_same_bytes",
    "readers fuzzed with limits of memory and time":
        "images/formats/test_readers_fuzz.py::test_some_cases_in_a_process_with_limits",
    "a bundle from every released version": "bundle/test_formats.py",
    "kernels against NumPy and SciPy over dtype, border and shape":
        "kernels/test_kernels_hammer.py",
    "golden values of the IBSI phantom": "features/test_ibsi_phantom.py",
}  # fmt: skip
"""Kinds that are more than a case: the test, or file of tests, that sees to each."""


@pytest.mark.parametrize("room", KINDS)
def test_each_kind_has_a_case(room: str) -> None:
    """No kind of the list is without a case, and no case is of a kind that is not listed."""
    tried = {case.item for case in CASES[room]} - {"a sound file"}
    assert tried == set(KINDS[room])


@pytest.mark.parametrize("kind", NAMED)
def test_each_kind_that_is_no_case_has_its_test(kind: str) -> None:
    """The test that is named is there."""
    file, _, name = NAMED[kind].partition("::")
    tree = ast.parse((TESTS / file).read_text())
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert functions & {name} if name else functions
