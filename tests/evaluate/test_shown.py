"""What a comparison and a data set show of themselves, in a console and in a notebook."""

import numpy as np
from comparison_samples import light, toy

from imgpipe.datasets import Dataset
from imgpipe.evaluate import compare


def test_a_comparison_is_one_line() -> None:
    """Its text names data, kind and each model with its AUC, best first, and nothing else."""
    found = compare({"light": light(), "other <b>": light()}, toy(), folds=2)
    auc = found.models[0].metrics["auc"]
    shown = repr(found)
    assert shown.startswith(f"<Comparison on {found.dataset.name}, cross-validation: AUC light ")
    assert f"{auc.value:.3f} ({auc.low:.3f}-{auc.high:.3f})" in shown
    assert len(shown) < 200
    assert "\n" not in shown
    page = found._repr_html_()
    assert page.count("<tr>") == 3
    assert "other &lt;b&gt;" in page
    assert f"{auc.value:.3f}" in page
    for warning in found.dataset.warnings[:1]:
        assert warning.split(":")[0] in page


def test_a_data_set_is_a_table() -> None:
    """A notebook shows the images of each class and part, and what is wrong with them."""
    data = Dataset(
        "a & b",
        np.zeros((5, 4, 4), np.uint8),
        [0, 0, 1, 1, 1],
        ("x", "<y>"),
        split=["train", "test", "train", "train", "test"],
        warnings=("2 < 3",),
    )
    page = data._repr_html_()
    assert "<th>class</th><th>train</th><th>test</th>" in page
    assert "<tr><td>x</td><td>1</td><td>1</td></tr>" in page
    assert "<tr><td>&lt;y&gt;</td><td>2</td><td>1</td></tr>" in page
    assert "<li>2 &lt; 3</li>" in page
    assert "a &amp; b" in page
    whole = Dataset("plain", data.images, data.labels, data.classes)._repr_html_()
    assert "<tr><td>x</td><td>2</td></tr>" in whole
