"""The surest mistakes: pictures with whole ids, or rows of a table."""

import re
from dataclasses import replace

from imgpipe.evaluate import Comparison
from imgpipe.report.html import render


def part(page: str) -> str:
    return page.split('<section id="mistakes"')[1].split("</section>")[0]


def test_ids_are_whole_and_classes_can_be_chosen(folds_run: Comparison) -> None:
    """Every mistake shown has its id, and one of the classes on offer."""
    model = folds_run.models[0]
    long = "patient/" + "very-long-name/" * 12 + "image.png"
    renamed = (replace(model.mistakes[0], id=long), *model.mistakes[1:])
    page = part(render(replace(folds_run, models=(replace(model, mistakes=renamed),))))
    assert f"<code>{long}</code>" in page
    shown = model.mistakes
    assert sorted(re.findall(r'<figure data-class="(\w+)">', page)) == sorted(
        m.label for m in shown
    )
    offered = re.findall(r"<option>(\w+)</option>", page)
    assert offered == [c for c in folds_run.dataset.classes if c in {m.label for m in shown}]


def test_mistakes_stand_by_kind_with_their_counts(folds_run: Comparison) -> None:
    """What is called what is told with how many there are; the dummy's mistakes tell nothing."""
    model = folds_run.models[0]
    page = part(render(folds_run))
    classes = folds_run.dataset.classes
    told = re.findall(r"Is (\w+), called (\w+): (\d+)", page)
    assert {(m.label, m.predicted) for m in model.mistakes} == {(a, b) for a, b, _ in told}
    for label, predicted, n in told:
        assert model.confusion[classes.index(label), classes.index(predicted)] == int(n)
    assert [int(n) for *_, n in told] == sorted((int(n) for *_, n in told), reverse=True)
    assert "dummy" not in page
    assert "Grad-CAM" not in page


def test_two_classes_need_no_choice(choice_run: Comparison) -> None:
    assert "<select" not in part(render(choice_run))


def test_rows_of_a_table_stand_in_a_table(folds_run: Comparison) -> None:
    """What has no picture is no gallery of empty frames."""
    model = folds_run.models[0]
    bare = tuple(replace(m, image=None, maps=()) for m in model.mistakes)
    rows = replace(
        folds_run,
        models=(replace(model, mistakes=bare),),
        dataset=replace(folds_run.dataset, region="table", examples=()),
    )
    page = part(render(rows))
    assert "<figure" not in page
    assert page.count("<tr data-class=") == len(bare)
    assert f"<code>{bare[0].id}</code>" in page


def test_a_model_without_mistakes_says_so(folds_run: Comparison) -> None:
    perfect = replace(folds_run.models[0], mistakes=())
    page = part(render(replace(folds_run, models=(perfect,))))
    assert "No image was called wrongly." in page
    assert "none shown" in page
