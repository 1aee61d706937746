"""The charts of ROC curves, and of precision over recall."""

from collections.abc import Sequence
from dataclasses import replace

from imgpipe._common.texts import say
from imgpipe.report.charts.axes import WIDTH, svg_element
from imgpipe.report.charts.marks import Line
from imgpipe.report.charts.square import HEIGHT, LEFT, SIDE, UP, diagonal, drawn, field, rings


def roc_chart(title: str, lines: Sequence[Line]) -> str:
    """Receiver operating characteristic: sensitivity over 1 - specificity, chance as a diagonal.

    Examples
    --------
    >>> svg = roc_chart("ROC", [Line("svm", [0, 0, 1], [0, 0.9, 1])])
    >>> "<path" in svg and "Sensitivity" in svg
    True
    """
    parts = [*field(say("1 − specificity"), say("Sensitivity")), diagonal()]
    parts += map(drawn, reversed(lines))  # the first model is drawn last, on top
    parts.append(rings("roc", lines))
    words = say("Curves of {models}.", models=[line.name for line in lines])
    return svg_element(title, words, WIDTH, HEIGHT, parts)


def precision_recall_chart(title: str, lines: Sequence[Line], prevalence: float) -> str:
    """Precision over recall, as steps; the dashed line is the prevalence, which is chance.

    Examples
    --------
    >>> svg = precision_recall_chart("PR", [Line("svm", [0.5, 1], [1, 0.7])], 0.4)
    >>> "Precision" in svg and "prevalence is 0.400" in svg
    True
    """
    level = UP(prevalence)
    parts = [*field(say("Recall (sensitivity)"), say("Precision (PPV)"))]
    parts.append(f'<path class="chance" d="M{LEFT} {level:.1f}H{LEFT + SIDE}"/>')
    parts += [drawn(_stepped(line)) for line in reversed(lines)]
    parts.append(rings("pr", lines))
    words = say(
        "Curves of {models}; the prevalence is {prevalence:.3f}.",
        models=[line.name for line in lines],
        prevalence=prevalence,
    )
    return svg_element(title, words, WIDTH, HEIGHT, parts)


def _stepped(line: Line) -> Line:
    """Go level to each recall and then up or down: nothing lies on a slope between thresholds."""
    xs, ys = [0.0], [line.y[0]]
    for x, y in zip(line.x, line.y, strict=True):
        xs += [xs[-1], x]
        ys += [y, y]
    return replace(line, x=xs, y=ys)
