"""Every option of every verb, where it might change nothing: an effect, a warning or an error."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import click
import pytest
from cli_helpers import Run, write_scans
from click.testing import Result

from imgpipe.cli import VERBS


@dataclass(frozen=True)
class Place:
    """Data on disk that the cases share, and a folder for what they write."""

    tree: Path
    divided: Path
    doubtful: Path
    model: Path
    image: Path
    settings: Path
    out: Path
    lesions: Path


@dataclass(frozen=True)
class Case:
    """A call with an option, and what must be seen of it.

    `args` are those of the verb, with names of `Place` in braces. Of the output, `says` must be a
    part; where `differs` is True, the result must be another than without `option`.
    """

    args: str
    option: str
    says: str = ""
    code: int = 2
    differs: bool = False


COMPARE = "compare {tree} --models dummy --folds 2 --jobs 1 --out {out}/run"
DIVIDED = "compare {divided} --models dummy --jobs 1 --out {out}/run"
CHECK = "check {tree} --jobs 1"
TRAIN = "train {tree} --model forest --families intensity --jobs 1 --out {out}/m.joblib"
PLAIN_TRAIN = TRAIN.replace("--families intensity ", "")
EVALUATE = "evaluate {model} {divided} --trust --jobs 1 --out {out}/run"
SEGMENT = "segment {tree} --method otsu --jobs 1 --out {out}/masks"
EXTRACT = "extract {tree} --families intensity --jobs 1 --out {out}/f.csv"
NO_CLUSTER = "--backend dask --scheduler tcp://127.0.0.1:9"
LISTEN = "listen {model} --trust --out {out}/in --idle 0.1 --port 0"
DETECT = "detect {lesions} --model dummy --folds 2 --jobs 1 --out {out}/run"
FILTER = "filter mean {image} {out}/out.png"
MEASURE = "measure {image} {image}"
NO_MASKS = "has no masks"
NOTHING = "changes nothing"


def reading(call: str, verb: str) -> dict[tuple[str, str], list[Case]]:
    """Options that say how to read DATA, on sources that have no use for them."""
    named = call.replace("{tree}", "synthetic-nodules").replace("{divided}", "synthetic-nodules")
    return {
        (verb, "--groups"): [
            Case(call, "--groups patient", "'patient'"),
            Case(named, "--groups patient", "registered data set"),
        ],
        (verb, "--split"): [
            Case(call, "--split part", "part"),
            Case(named, "--split part", "registered data set"),
        ],
        (verb, "--ids"): [Case(named, "--ids exact", "registered data set")],
        (verb, "--classes"): [Case(call, "--classes a,b", "not among the classes")],
        (verb, "--positive"): [Case(call, "--positive nobody", "nobody")],
        (verb, "--fit"): [Case(call, "--fit pad", "goes with a size")],
        (verb, "--slices"): [Case(call, "--slices some", "choose from all, middle")],
        (verb, "--volumes"): [Case(call, "--volumes --slices all", "exclude each other")],
        **volumes(call, verb),
    }


def volumes(call: str, verb: str) -> dict[tuple[str, str], list[Case]]:
    """Options for volumes, where there are none."""
    code = 1 if verb == "check" else 0
    return {
        (verb, "--series"): [Case(call, "--series modality=CT", NOTHING, code)],
        (verb, "--allow-gaps"): [Case(call, "--allow-gaps", NOTHING, code)],
    }


CASES: dict[tuple[str, str], list[Case]] = {
    **reading(COMPARE, "compare"),
    **reading(TRAIN, "train"),
    **reading(CHECK, "check"),
    **reading(EVALUATE, "evaluate"),
    **{
        (verb, "--lang"): [Case(call, "--lang zh-CN", "choose from en, zh (did you mean zh?)")]
        for verb, call in (("compare", COMPARE), ("evaluate", EVALUATE))
    },
    ("check", "--phi"): [
        Case(CHECK, "--phi", "no use for --jobs"),
        Case("check {tree}", "--phi --ignore DUP001", "PHI001"),
        Case("check {tree}", "--phi --size 8", "no use for --size"),
    ],
    ("check", "--show-values"): [Case(CHECK, "--show-values", "goes with --phi")],
    ("check", "--lang"): [
        Case(CHECK, "--lang zh", "--lang goes with --html"),
        Case(CHECK, "--lang xx --html {out}/page.html", "choose from en, zh"),
    ],
    ("compare", "--backend"): [
        Case(COMPARE, "--backend dask", "--scheduler ADDRESS"),
        Case(COMPARE, NO_CLUSTER, "--jobs"),
        Case(COMPARE.replace(" --jobs 1", ""), NO_CLUSTER, "no Dask scheduler answers"),
        Case(
            COMPARE.replace(" --jobs 1", "").replace("dummy", "cnn"),
            NO_CLUSTER,
            "--backend changes nothing",
        ),
    ],
    ("compare", "--scheduler"): [Case(COMPARE, "--scheduler tcp://a:1", "--backend dask")],
    ("compare", "--size"): [Case(COMPARE, "--size 8", code=0, differs=True)],
    ("compare", "--models"): [Case(COMPARE, "--models svn", "did you mean svm?")],
    ("compare", "--filters"): [
        Case(COMPARE.replace("dummy", "forest"), "--filters mean:5", code=0, differs=True),
        Case(COMPARE, "--filters mean --tune", "leave out --filters"),
    ],
    **{
        (verb, "--settings"): [
            Case(
                call.replace("dummy", "cnn").replace("forest", "cnn"),
                "--settings {settings}",
                "--settings is of no use",
            ),
            Case(call, "--settings {image}", "not UTF-8"),
        ]
        for verb, call in (
            ("compare", COMPARE),
            ("train", TRAIN.replace(" --families intensity", "")),
        )
    },
    ("compare", "--segment"): [
        Case(COMPARE.replace("dummy", "forest"), "--segment otsu", code=0, differs=True),
        Case(COMPARE, "--segment otus", "did you mean otsu?"),
        Case(COMPARE, "--segment otsu --tune", "leave out --segment"),
        Case(COMPARE, "--segment otsu --region box", "otsu finds the region"),
    ],
    ("compare", "--families"): [
        Case(COMPARE.replace("dummy", "cnn"), "--families glcm", "takes no features"),
        Case(COMPARE, "--families glcm --tune", "leave out --families"),
    ],
    ("compare", "--bins"): [
        Case(COMPARE.replace("dummy", "cnn"), "--bins 8", "takes no features"),
        Case(COMPARE, "--families intensity --bins 8", NOTHING, 0),
        Case(COMPARE, "--bins 8 --bin-width 4", "exclude each other"),
    ],
    ("compare", "--bin-width"): [
        Case(COMPARE.replace("dummy", "cnn"), "--bin-width 8", "takes no features"),
        Case(COMPARE, "--families intensity --bin-width 8", NOTHING, 0),
    ],
    ("compare", "--out"): [Case(COMPARE, "--out {image}", "is a file")],
    ("compare", "--folds"): [Case(DIVIDED, "--folds 3", NOTHING, 0)],
    ("compare", "--folds-of"): [
        Case(COMPARE.replace(" --folds 2", ""), "--folds-of {tree}", "no predictions.csv"),
        Case(COMPARE, "--folds-of {tree}", "leave out --folds"),
    ],
    ("compare", "--repeats"): [Case(DIVIDED, "--repeats 3", NOTHING, 0)],
    ("compare", "--seed"): [
        Case(DIVIDED.replace("dummy", "forest"), "--seed 3", code=0, differs=True)
    ],
    ("compare", "--seeds"): [Case(DIVIDED, "--seeds 2", code=0, differs=True)],
    ("compare", "--tune"): [Case(COMPARE, "--tune", "no grid to search")],
    ("compare", "--budget-seconds"): [Case(COMPARE, "--budget-seconds 9", "add --tune")],
    ("compare", "--learning-curve"): [Case(COMPARE, "--learning-curve", "learning curve needs")],
    ("compare", "--cost"): [Case(COMPARE, "--cost", code=0, differs=True)],
    ("compare", "--hold-out"): [
        Case(COMPARE, "--hold-out site=B", "no column 'site'"),
        Case(COMPARE, "--hold-out =", "give COLUMN=VALUE"),
    ],
    ("compare", "--margin"): [
        Case(COMPARE, "--margin 0", "not in the range"),
        Case(COMPARE.replace("dummy", "dummy,forest"), "--margin nan", "margin is nan"),
        Case(COMPARE.replace("dummy", "dummy,forest"), "--margin 0.9", code=0, differs=True),
        Case(COMPARE, "--margin 0.02", "--margin compares models, and there is one"),
    ],
    ("compare", "--least"): [Case(COMPARE, "--least 11", "fewer than 11", code=0, differs=True)],
    ("evaluate", "--least"): [Case(EVALUATE, "--least 99", "fewer than 99", code=0, differs=True)],
    ("compare", "--subgroups"): [Case(COMPARE, "--subgroups sex", "no column 'sex'")],
    ("compare", "--canaries"): [Case(COMPARE, "--canaries", code=0, differs=True)],
    ("compare", "--region"): [
        Case(COMPARE, "--region mask", NO_MASKS),
        Case(COMPARE, "--region box", NO_MASKS),
    ],
    ("compare", "--empty-mask"): [
        Case(COMPARE, "--empty-mask drop", NO_MASKS),
        Case(COMPARE, "--empty-mask image --region image", "whole images are looked at"),
    ],
    ("check", "--size"): [Case(CHECK, "--size 0", "--size")],
    ("check", "--ignore"): [
        Case(CHECK, "--ignore PAT01", "did you mean PAT001?"),
        Case(CHECK, "--ignore PAT001", "Nothing found; ignored: PAT001", 0),
    ],
    ("check", "--folds"): [Case(CHECK, "--folds 11", "10 samples for 11 folds", 1)],
    ("check", "--html"): [Case(CHECK, "--html {image}", "needs the suffix .html")],
    ("check", "--force"): [Case(CHECK, "--force", "goes with --html")],
    ("compare", "--thresholds"): [
        Case(COMPARE, "--thresholds", code=0, differs=True),
        Case(COMPARE.replace("dummy", "cnn"), "--thresholds", "validation part"),
    ],
    ("compare", "--conformal"): [
        Case(COMPARE, "--conformal 0.8", code=0, differs=True),
        Case(COMPARE, "--conformal 1", "0<x<1"),
        Case(COMPARE.replace("dummy", "cnn"), "--conformal 0.8", "validation part"),
    ],
    ("compare", "--duplicates"): [
        Case(COMPARE, "--duplicates drop", NOTHING, 0),
        Case(COMPARE, "--duplicates none", "is not one of"),
    ],
    ("train", "--size"): [Case(TRAIN, "--size 8", code=0, differs=True)],
    ("train", "--model"): [Case(TRAIN, "--model svn", "did you mean svm?")],
    ("train", "--out"): [Case(TRAIN, "--out {out}/m.pkl", ".pkl")],
    ("train", "--segment"): [
        Case(TRAIN, "--segment otsu", code=0, differs=True),
        Case(TRAIN, "--segment region-growing", "needs seeds in each image"),
    ],
    ("train", "--filters"): [Case(TRAIN, "--filters median:5", code=0, differs=True)],
    ("train", "--families"): [Case(TRAIN, "--model cnn --families glcm", "takes no features")],
    ("train", "--bins"): [Case(TRAIN, "--bins 8", NOTHING, 0)],
    ("train", "--bin-width"): [Case(TRAIN, "--bin-width 8", NOTHING, 0)],
    ("train", "--seed"): [Case(TRAIN, "--seed 8", code=0, differs=True)],
    ("train", "--run"): [Case(TRAIN, "--run {tree}", "run")],
    ("train", "--cases"): [Case(TRAIN, "--cases features", code=0, differs=True)],
    ("train", "--note"): [Case(TRAIN, "--note teaching", code=0, differs=True)],
    ("train", "--region"): [Case(TRAIN, "--region box", NO_MASKS)],
    ("train", "--empty-mask"): [Case(TRAIN, "--empty-mask drop", NO_MASKS)],
    ("predict", "--backend"): [
        Case("predict {model} --trust {image}", "--backend dask", "--scheduler ADDRESS"),
        Case("predict {model} --trust --jobs 1 {image}", NO_CLUSTER, "--jobs"),
        Case("predict {model} --trust {image}", NO_CLUSTER, "no Dask scheduler answers"),
    ],
    ("predict", "--scheduler"): [
        Case("predict {model} --trust {image}", "--scheduler tcp://a:1", "--backend dask")
    ],
    ("predict", "--slices"): [
        Case("predict {model} {image} --trust", "--slices all", NOTHING, 0),
        Case("predict {model} {image} --trust --report {out}/p.md", "--slices all", "a table"),
    ],
    **volumes("predict {model} {image} --trust", "predict"),
    ("predict", "--out"): [Case("predict {model} {image} --trust", "--out {out}/p.txt", ".txt")],
    ("predict", "--resume"): [
        Case("predict {model} {image} --trust", "--resume", "goes with --out"),
        Case("predict {model} {image} --trust --out {out}/p.csv", "--resume", "there is no", 0),
    ],
    ("predict", "--trust"): [Case("predict {model} {image}", "", "--trust")],
    ("predict", "--force"): [Case("predict {model} {image} --trust", "--force", "goes with --out")],
    ("predict", "--report"): [
        Case("predict {model} {image} --trust", "--report {out}/p.pdf", ".pdf")
    ],
    ("export", "--web"): [Case("export {model}", "--web {tree}", "holds other files")],
    ("export", "--runtime"): [
        Case("export {model} {out}/m.onnx", "--runtime {tree}", "goes with --web")
    ],
    ("export", "--lang"): [Case("export {model} {out}/m.onnx", "--lang zh", "goes with --web")],
    ("predict", "--hash-ids"): [
        Case("predict {model} {image} --trust --out {out}/p.csv", "--hash-ids", "", 0, True),
        Case("predict {model} {image} --trust --report {out}/p.html", "--hash-ids", "a table"),
    ],
    ("predict", "--salt"): [Case("predict {model} {image} --trust", "--salt x", "--hash-ids")],
    ("predict", "--threshold"): [
        Case("predict {model} {image} --trust --out {out}/p.csv", "--threshold 0.3", "", 0, True),
        Case("predict {model} {image} --trust --report {out}/p.md", "--threshold 0.3", "a table"),
    ],
    ("predict", "--lang"): [Case("predict {model} {image} --trust", "--lang zh", "goes with")],
    ("inspect", "--card"): [Case("inspect {model} --trust", "--card {out}/c.pdf", ".pdf")],
    ("inspect", "--manifest"): [
        Case("inspect {model}", "--manifest {out}/m.csv", "for a folder"),
        Case("inspect {tree}", "--manifest {out}/m.txt", ".csv"),
        Case("inspect {tree}", "--manifest {out}/m.csv", "no DICOM series"),
    ],
    **{
        ("inspect", option): [
            Case("inspect {model}", f"{option} x", "for a folder"),
            Case("inspect {tree}", f"{option} x", "goes with --manifest"),
        ]
        for option in ("--series", "--roi", "--table", "--on", "--label")
    },
    ("inspect", "--trust"): [Case("inspect {model}", "", "--trust")],
    ("inspect", "--force"): [Case("inspect {model} --trust", "--force", "goes with --card")],
    ("evaluate", "--size"): [Case(EVALUATE, "--size 8", "8 x 8")],
    ("evaluate", "--volumes"): [Case(EVALUATE, "--volumes", "takes images of two axes")],
    ("evaluate", "--out"): [Case(EVALUATE, "--out {image}", "is a file")],
    ("evaluate", "--seed"): [
        Case(
            EVALUATE.replace("{divided}", "{doubtful} --least 2"), "--seed 8", code=0, differs=True
        )
    ],
    ("evaluate", "--trust"): [Case(EVALUATE.replace(" --trust", ""), "", "--trust")],
    ("evaluate", "--empty-mask"): [Case(EVALUATE, "--empty-mask drop", "whole images")],
    ("extract", "--backend"): [
        Case(EXTRACT, "--backend dask", "--scheduler ADDRESS"),
        Case(EXTRACT, NO_CLUSTER, "--jobs"),
        Case(EXTRACT.replace(" --jobs 1", ""), NO_CLUSTER, "no Dask scheduler answers"),
    ],
    ("extract", "--scheduler"): [Case(EXTRACT, "--scheduler tcp://a:1", "--backend dask")],
    ("segment", "--recipe"): [Case(SEGMENT, "--recipe cells", "and not both")],
    ("segment", "--method"): [Case("segment {tree} --out {out}/m", "--method otus", "otsu?")],
    ("segment", "--model"): [
        Case(SEGMENT, "--model {model}", "and not both"),
        Case("segment {tree} --out {out}/m", "--model m.txt", "no .imgpipe file"),
    ],
    ("segment", "--set"): [
        Case(SEGMENT, "--set block=3", "takes no setting 'block'"),
        Case(SEGMENT, "--set block", "is not KEY=VALUE"),
    ],
    ("segment", "--out"): [Case(SEGMENT, "--out {image}", "is a file")],
    ("segment", "--overlay"): [
        Case(SEGMENT, "--overlay {image}", "is a file"),
        Case(SEGMENT, "--overlay {out}/masks", "give them two folders"),
    ],
    ("segment", "--format"): [Case(SEGMENT, "--format seg", "no image is a DICOM series", 2)],
    ("segment", "--slices"): [Case(SEGMENT, "--slices all", NOTHING, 0)],
    ("segment", "--volumes"): [Case(SEGMENT, "--volumes --slices all", "exclude each other")],
    **volumes(SEGMENT, "segment"),
    ("extract", "--slices"): [Case(EXTRACT, "--slices all", NOTHING, 0)],
    ("extract", "--volumes"): [Case(EXTRACT, "--volumes --slices all", "exclude each other")],
    **volumes(EXTRACT, "extract"),
    ("extract", "--out"): [Case(EXTRACT, "--out {out}/f.txt", ".txt")],
    ("extract", "--segment"): [
        Case(EXTRACT, "--segment otsu", code=0, differs=True),
        Case(EXTRACT, "--segment otsu --label 1", "--label chooses a part"),
        Case(EXTRACT, "--segment otsu --region box", "otsu finds the region"),
        Case("extract --write-settings {out}/s.yaml", "--segment otsu", "goes with DATA"),
    ],
    ("extract", "--families"): [Case(EXTRACT, "--families glmc", "did you mean glcm?")],
    ("extract", "--aggregation"): [Case(EXTRACT, "--aggregation BTW3", NOTHING, 0)],
    ("extract", "--bins"): [
        Case(EXTRACT, "--bins 8", NOTHING, 0),
        Case(EXTRACT, "--families glcm --bins 8", code=0, differs=True),
    ],
    ("extract", "--bin-width"): [Case(EXTRACT, "--bin-width 8", NOTHING, 0)],
    ("extract", "--ivh-bins"): [
        Case(EXTRACT, "--ivh-bins 8", "ivh_bins goes with the family ivh"),
        Case(EXTRACT, "--families ivh --ivh-bins 8", code=0, differs=True),
    ],
    ("extract", "--ivh-bin-width"): [Case(EXTRACT, "--ivh-bin-width 8", "family ivh")],
    ("extract", "--low"): [
        Case(EXTRACT, "--low 0", "low is where bins of a fixed size begin"),
        Case(EXTRACT + " --bin-width 7", "--low 0", NOTHING, 0),
    ],
    ("extract", "--range"): [
        Case(EXTRACT, "--range 0,150", code=0, differs=True),
        Case(EXTRACT, "--range 100", "give LO,HI"),
        Case(EXTRACT, "--range a,b", "give numbers"),
    ],
    ("extract", "--outliers"): [Case(EXTRACT, "--outliers 1", code=0, differs=True)],
    ("extract", "--distance"): [
        Case(EXTRACT, "--distance 1,2", NOTHING, 0),
        Case(EXTRACT + " --families glcm", "--distance 1,2", code=0, differs=True),
        Case(EXTRACT, "--distance 1.5", "give whole numbers"),
    ],
    ("extract", "--spacing"): [
        Case(EXTRACT, "--spacing 2,3", NOTHING, 0),
        Case(EXTRACT + " --families morphology", "--spacing 2,3", code=0, differs=True),
        Case(EXTRACT, "--spacing 2;3", "give numbers separated by commas, as in Z,Y,X"),
    ],
    ("extract", "--resample"): [
        Case(EXTRACT + " --spacing 1,1", "--resample 2", code=0, differs=True),
        Case(EXTRACT, "--resample 2", "needs the size of the pixels", 1),
        Case(EXTRACT, "--resample 2mm", "give numbers"),
    ],
    **{
        ("extract", option): [
            Case(EXTRACT, f"{option} {value}", f"{option} goes with --resample"),
            Case(EXTRACT + " --spacing 1,1 --resample 2", f"{option} {value}", *effect),
        ]
        for option, value, effect in (
            ("--interpolation", "nearest", ("", 0, True)),
            ("--rounding", "on", ("", 0, True)),
            ("--mask-interpolation", "nearest", ("names none",)),
            ("--mask-threshold", "0.3", ("names none",)),
        )
    },
    ("extract", "--channel-axis"): [Case(EXTRACT, "--channel-axis -1", "channel_axis=-1", 1)],
    ("extract", "--settings"): [
        Case(EXTRACT, "--settings {out}/none.yaml", "there is no such file"),
        Case(EXTRACT, "--settings {image}", "not UTF-8"),
    ],
    ("extract", "--write-settings"): [
        Case(EXTRACT, "--write-settings {out}/s.yml", code=0, differs=True),
        Case(EXTRACT, "--write-settings {out}/s.txt", "needs the suffix .yaml or .yml"),
    ],
    ("extract", "--label"): [Case(EXTRACT, "--label 1", "names none")],
    ("extract", "--groups"): [Case(EXTRACT, "--groups patient", "manifest")],
    ("extract", "--split"): [Case(EXTRACT, "--split part", "manifest")],
    ("extract", "--hash-ids"): [Case(EXTRACT, "--hash-ids", code=0, differs=True)],
    ("extract", "--salt"): [Case(EXTRACT, "--salt x", "--hash-ids")],
    ("extract", "--resume"): [Case(EXTRACT, "--resume", "f.csv.part to go on from", 0)],
    ("extract", "--region"): [Case(EXTRACT, "--region box", "names none")],
    ("detect", "--out"): [Case(DETECT, "--out {image}", "is a file")],
    ("detect", "--boxes"): [Case(DETECT, "--boxes {divided}", "no column 'y0'")],
    ("detect", "--each"): [Case(DETECT, "--each label --boxes {divided}", "goes with masks")],
    ("detect", "--groups"): [
        Case(DETECT, "--groups who", "no column 'who'"),
        Case(DETECT, "--groups patient", code=0, differs=True),
    ],
    ("detect", "--ids"): [Case(DETECT, "--ids exact", "names none")],
    ("detect", "--model"): [Case(DETECT, "--model svn", "did you mean svm?")],
    ("detect", "--save"): [Case(DETECT, "--save {out}/m.joblib", "needs the suffix .imgpipe")],
    ("detect", "--overlay"): [Case(DETECT, "--overlay {out}/o", "goes with --model FILE.imgpipe")],
    ("detect", "--polarity"): [Case(DETECT, "--polarity both", code=0, differs=True)],
    ("detect", "--min-size"): [
        Case(DETECT, "--min-size 5", code=0, differs=True),
        Case(DETECT, "--min-size 9 --max-size 8", "is larger than --max-size 8"),
    ],
    ("detect", "--max-size"): [Case(DETECT, "--max-size 20", code=0, differs=True)],
    ("detect", "--rule"): [Case(DETECT, "--rule distance", code=0, differs=True)],
    ("detect", "--overlap"): [
        Case(DETECT, "--overlap 0.2", "--overlap goes with --rule iou"),
        Case(DETECT + " --rule iou", "--overlap 0.01", code=0, differs=True),
    ],
    ("detect", "--rate"): [Case(DETECT, "--rate 2", code=0, differs=True)],
    ("detect", "--folds"): [Case(DETECT, "--folds 9", "found 8 patients for 9 folds")],
    ("detect", "--seed"): [Case(DETECT, "--seed 3", code=0, differs=True)],
    ("detect", "--slices"): [Case(DETECT, "--slices some", "choose from all, middle")],
    ("detect", "--volumes"): [Case(DETECT, "--volumes --slices all", "exclude each other")],
    **volumes(DETECT, "detect"),
    ("detect", "--lang"): [Case(DETECT, "--lang zh-CN", "did you mean zh?")],
    ("filter", "--size"): [
        Case(FILTER, "--size 5", code=0, differs=True),
        Case(FILTER.replace("mean", "gaussian"), "--sigma 2 --size 5", "takes no --size"),
    ],
    ("filter", "--sigma"): [Case(FILTER, "--sigma 2", "takes no --sigma")],
    ("filter", "--weights"): [Case(FILTER, "--weights 1,2", "takes no --weights")],
    ("filter", "--mode"): [Case(FILTER, "--mode wrap", code=0, differs=True)],
    ("filter", "--set"): [
        Case(FILTER, "--set mode=wrap", code=0, differs=True),
        Case(FILTER, "--set sigma=2", "takes no --sigma"),
    ],
    ("filter", "--mask"): [Case(FILTER, "--mask {image}", "takes no --mask")],
    ("filter", "--reference"): [Case(FILTER, "--reference {image}", "takes no --reference")],
    ("filter", "--cval"): [Case(FILTER, "--cval 7", "--mode constant")],
    ("measure", "--out"): [Case(MEASURE, "--out {out}/t.txt", ".txt")],
    ("measure", "--html"): [Case(MEASURE, "--html {out}/p.txt", "needs the suffix .html")],
    ("measure", "--images"): [
        Case(MEASURE, "--images {tree}", NOTHING, 0),
        Case(MEASURE + " --html {out}/p.html", "--images {tree}/none", "no such file or folder"),
    ],
    ("measure", "--region"): [Case(MEASURE, "--region GTV", NOTHING, 0)],
    ("measure", "--labels"): [
        Case(MEASURE + " --out {out}/t.csv", "--labels 1", code=0, differs=True),
        Case(MEASURE, "--instances --labels 1", "exclude each other"),
    ],
    ("measure", "--any-label"): [
        Case(MEASURE + " --out {out}/t.csv", "--any-label", code=0, differs=True),
        Case(MEASURE, "--instances --any-label", "excludes --labels and --instances"),
    ],
    ("measure", "--instances"): [
        Case(MEASURE + " --out {out}/t.csv", "--instances", code=0, differs=True)
    ],
    ("measure", "--iou"): [
        Case(MEASURE, "--iou 0.5", "goes with --instances"),
        Case(MEASURE, "--instances --iou x", "give numbers"),
        Case(MEASURE + " --instances --out {out}/t.csv", "--iou 0.1,0.9", code=0, differs=True),
    ],
    ("measure", "--resample"): [Case(MEASURE, "--resample", NOTHING, 0)],
    ("measure", "--lang"): [
        Case(MEASURE, "--lang zh", "--lang goes with --html"),
        Case(MEASURE + " --html {out}/p.html", "--lang cn", "choose from en, zh"),
    ],
    ("measure", "--force"): [Case(MEASURE, "--force", "goes with --out or --html")],
    ("report", "--out"): [Case("report {tree}", "--out {image}", "needs the suffix .html")],
    ("report", "--figures"): [
        Case("report {tree} {tree}", "--figures {out}/figures", "--figures draws one run")
    ],
    ("report", "--lang"): [
        Case("report {tree} --out {out}/page.html", "--lang zh-CN", "did you mean zh?")
    ],
    ("serve", "--host"): [Case("serve {model}", "--host 0.0.0.0", "give a token")],
    ("serve", "--token"): [Case("serve {model}", "--token short", "at least 16")],
    **{
        ("serve", option): [Case("serve {model}", f"{option} {value}", option)]
        for option, value in (
            *(("--port", 70000), ("--queue", 0), ("--max-mb", 0), ("--max-pixels", 0)),
            ("--seconds", 0),
        )
    },
    ("lab", "--host"): [Case("lab", "--host 0.0.0.0", "give a token")],
    ("lab", "--token"): [Case("lab", "--token short", "at least 16")],
    ("lab", "--port"): [Case("lab", "--port 70000", "--port")],
    ("lab", "--model"): [Case("lab", "--model {image}", ".imgpipe")],
    ("lab", "--lang"): [Case("lab", "--lang zh-CN", "did you mean zh?")],
    ("listen", "--out"): [Case(LISTEN, "--out {image}", "is a file")],
    ("listen", "--host"): [Case(LISTEN, "--host 0.0.0.0", "--calling")],
    ("listen", "--port"): [Case(LISTEN, "--port 65536", "not in the range")],
    ("listen", "--ae-title"): [Case(LISTEN, "--ae-title ABCDEFGHIJKLMNOPQ", "no AE title")],
    ("listen", "--calling"): [Case(LISTEN, "--calling ,", "--calling is empty")],
    ("listen", "--results"): [Case(LISTEN, "--results xml", "is not one of")],
    ("listen", "--max-associations"): [Case(LISTEN, "--max-associations 0", "not in the range")],
    ("listen", "--max-mb"): [Case(LISTEN, "--max-mb 0", "not in the range")],
    ("listen", "--idle"): [Case(LISTEN, "--idle 0", "not in the range")],
    ("listen", "--trust"): [Case(LISTEN.replace(" --trust", ""), "", "--trust")],
    ("doctor", "--warm"): [Case("doctor", "--warm kernel", "'kernel'")],
    ("doctor", "--jobs"): [Case("doctor", "--jobs 1", "goes with --warm")],
}
# these change how much is done at a time, what is printed, or what may be replaced, whatever the
# data: other tests see to them
ALWAYS = {"--json", "--debug", "--force", "--jobs", "--no-browser"}


def options() -> list[tuple[str, str]]:
    """Verb and option of the whole program, but for those that always have an effect."""
    found = []
    for name, verb in VERBS.items():
        parts = (
            {f"{name} {key}": each for key, each in verb.commands.items()}
            if isinstance(verb, click.Group)
            else {name: verb}
        )
        for path, command in parts.items():
            flags = [p.opts[0] for p in command.params if isinstance(p, click.Option)]
            found += [(path, flag) for flag in flags if flag not in ALWAYS or (path, flag) in CASES]
    return found


def test_every_option_has_a_case() -> None:
    """A new option is tried where it could change nothing; one that is gone is not."""
    assert set(options()) == set(CASES)


@pytest.fixture(scope="module")
def made(trees: Path, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    root = tmp_path_factory.mktemp("options")
    files = sorted(trees.rglob("*.png"))
    rows = [f"{file},{file.parent.name}" for file in files]
    parts = [f"{row},{'train' if i % 2 else 'test'}" for i, row in enumerate(rows)]
    (root / "divided.csv").write_text("\n".join(["path,label,split", *parts]))
    # labels that no model that knows the images will give
    swapped = [*(row.replace(",benign", ",malignant") for row in rows[:4]), *rows[4:]]
    (root / "doubtful.csv").write_text("\n".join(["path,label", *swapped]))
    (root / "settings.yaml").write_text("imgpipe_settings: 1\nbins: 8\n")
    tables = root / "divided.csv", root / "doubtful.csv"
    lesions = write_scans(root / "lesions")
    return Place(trees, *tables, model, files[0], root / "settings.yaml", root, lesions)


def call(run: Run, place: Place, words: str) -> Result:
    """Run a line whose braces name what lies on disk; the last of an option said twice counts."""
    return run(*words.format(**vars(place)).split())


@pytest.fixture(scope="module")
def plain(made: Place, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict]:
    """What a call without the option writes: once for all options that it is compared with."""
    known: dict[str, dict[str, object]] = {}

    def written(run: Run, words: str) -> dict[str, object]:
        if words not in known:
            out = tmp_path_factory.mktemp("without")
            done = call(run, replace(made, out=out), words)
            assert done.exit_code == 0, done.output
            known[words] = content(out)
        return known[words]

    return written


def content(folder: Path) -> dict[str, object]:
    """What a call wrote, without the times that it took."""
    kept: dict[str, object] = {}
    for file in folder.rglob("*"):
        if file.name == "result.json":
            result = json.loads(file.read_text())
            for model in result["models"].values():
                model["cost"] = sorted(model["cost"])
            kept[file.name] = {**result, "run": None}
        elif file.name.endswith("settings.yaml"):
            continue  # what was asked for, whatever it changes
        elif file.is_file() and file.name not in ("run.json", "report.html", "leaderboard.csv"):
            kept[file.name] = file.read_bytes()
    return kept


@pytest.mark.full
@pytest.mark.parametrize(
    "case", [case for cases in CASES.values() for case in cases], ids=lambda case: case.option
)
def test_an_option_is_never_dropped(
    case: Case, run: Run, made: Place, tmp_path: Path, plain: Callable[..., dict]
) -> None:
    """It changes the result, or is said to change nothing, or is refused by name."""
    assert case.says or case.differs
    done = call(run, replace(made, out=tmp_path), f"{case.args} {case.option}")
    assert done.exit_code == case.code, done.output
    assert case.says in done.stderr + done.stdout
    if case.differs:
        without = plain(run, case.args)
        assert without
        assert content(tmp_path) != without
