"""`imgpipe check --phi`: what names patients, for people and machines."""

import json
from pathlib import Path

from cli_helpers import Run, assert_one_error
from pydicom.data import get_testdata_file


def test_tags_are_listed_without_their_values(run: Run) -> None:
    """Codes and counts are printed, and exit code 1; values only with --show-values."""
    path = get_testdata_file("CT_small.dcm")
    done = run("check", "--phi", path)
    assert (done.exit_code, done.stderr) == (1, "")
    assert "PHI001  error: Names and numbers of the patient" in done.stdout
    assert "        PatientName in 1 of 1 DICOM files\n" in done.stdout
    assert "CompressedSamples" not in done.stdout
    assert "JFK" not in done.stdout
    shown = run("check", "--phi", "--show-values", path)
    assert "            = CompressedSamples^CT1\n" in shown.stdout


def test_findings_have_the_keys_of_others(run: Run) -> None:
    """JSON has the keys of `imgpipe check`, and the tag, count and values beside them."""
    done = run("check", "--phi", get_testdata_file("CT_small.dcm"), "--json", "--ignore", "PHI006")
    found = json.loads(done.stdout)["findings"]
    assert {"code", "severity", "message", "ids", "pairs", "title", "meaning", "remedy"} <= set(
        found[0]
    )
    name = next(one for one in found if one["tag"] == "PatientName")
    assert (name["code"], name["files"], name["values"]) == ("PHI001", 1, [])
    assert "PHI006" not in {one["code"] for one in found}


def test_nothing_is_found_and_bad_input(run: Run, tree: Path, tmp_path: Path) -> None:
    """A folder of bare pictures ends with 0; one that is not there with one line."""
    done = run("check", "--phi", tree)
    assert (done.exit_code, done.stdout) == (0, "Nothing found\n")
    assert json.loads(run("check", "--phi", tree, "--json").stdout) == {"findings": []}
    assert_one_error(run("check", "--phi", tmp_path / "nowhere"), "nowhere", "no such file")
    assert_one_error(run("check", "--phi", tree, "--folds", 3), "--folds")
