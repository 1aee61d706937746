"""Names for the fixed words of a result: kinds, verdicts, severities, rules, parts and regions.

In `result.json` and in Python these stay the short English words that they are; here is what a
page calls them. A word that is not known, such as one from another version, is shown as it is.
"""

import re

from imgpipe._common.texts import say

_KINDS = {
    "given split": say("given split"),
    "cross-validation": say("cross-validation"),
    "external set": say("external set"),
    "held-out evaluation": say("held-out evaluation"),
}
_VERDICTS = {
    "better": say("better"),
    "no detectable difference": say("no detectable difference"),
    "equivalent within the margin": say("equivalent within the margin"),
    "too few to say": say("too few to say"),
}
_SEVERITIES = {"error": say("error"), "warning": say("warning"), "note": say("note")}
_RULES = {
    "highest probability": say("highest probability"),
    "balanced accuracy": say("highest balanced accuracy"),
    "average precision": say("average precision"),
}
_PARTS = {
    "train": say("training part"),
    "val": say("validation part"),
    "test": say("test part"),
    "all": say("all"),
}
_CHOSEN_ON = {"validation part": say("validation part"), "inner folds": say("inner folds")}
_REGIONS = {
    "mask": say("inside of the mask"),
    "box": say("box around the mask"),
    "image": say("whole image"),
    "table": say("table of features"),
}


def kind_name(kind: str) -> str:
    """Name the kind of a comparison, as in `Protocol.kind`.

    Examples
    --------
    >>> from imgpipe.report.languages import speaking, tell
    >>> with speaking("zh"):
    ...     tell(kind_name("cross-validation"))
    '交叉验证'
    """
    return _KINDS.get(kind, kind)


def verdict_name(verdict: str) -> str:
    """Name a verdict on two models, as in `Verdict.verdict`."""
    return _VERDICTS.get(verdict, verdict)


def severity_name(severity: str) -> str:
    """Name the severity of a finding."""
    return _SEVERITIES.get(severity, severity)


def rule_name(rule: str) -> str:
    """Name the rule by which a threshold was chosen, or a figure of the held-out curve.

    Examples
    --------
    >>> rule_name("specificity 0.95"), rule_name("sensitivity at specificity 0.90")
    ('specificity 0.95', 'sensitivity at specificity 0.90')
    """
    measure, _, target = rule.rpartition(" ")
    if measure == "specificity":
        return say("specificity {target}", target=target)
    if measure == "sensitivity":
        return say("sensitivity {target}", target=target)
    if measure == "sensitivity at specificity":
        return say("sensitivity at specificity {target}", target=target)
    if measure == "specificity at sensitivity":
        return say("specificity at sensitivity {target}", target=target)
    return _RULES.get(rule, rule)


def chosen_on_name(place: str | None) -> str:
    """Name the images that thresholds were chosen on, as in `Operation.chosen_on`."""
    return say("nothing chosen") if place is None else _CHOSEN_ON.get(place, place)


def split_name(place: str | None) -> str:
    """Name a part of a given split, or a fold, as in `DuplicatePair.split_a`; blank for none.

    Examples
    --------
    >>> split_name("val"), split_name("fold 3"), split_name(None)
    ('validation part', 'fold 3', '')
    """
    found = re.fullmatch(r"fold (\d+)", place or "")
    if found:
        return say("fold {n}", n=int(found[1]))
    return _PARTS.get(place or "", place or "")


def region_name(region: str) -> str:
    """Name what features looked at, as in `DataCard.region`."""
    return _REGIONS.get(region, region)
