"""One prediction in Markdown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import say
from imgpipe.report.languages import tell
from imgpipe.report.patient.page import content_of

if TYPE_CHECKING:
    from imgpipe.bundle import Explained


def in_markdown(told: "Explained") -> str:
    """Write what the page says, without its pictures."""
    page = content_of(told)
    lines = [f"# {_plain(page['title'])}", "", _plain(page["headline"]), ""]
    lines += [f"- {_plain(fact)}" for fact in page["facts_line"]]
    if page["warnings"]:
        lines += _section(say("Read this first"))
        lines += [f"- {_plain(text)}" for text in page["warnings"]]
    lines += _section(say("How sure is that?"))
    lines += [f"{_plain(text)}\n" for text in (*page["reliability"], page["set"]) if text]
    lines += _table(
        [
            say("Threshold chosen for"),
            say("from"),
            say("This image"),
            say("Sensitivity"),
            say("Specificity"),
        ],
        [
            (
                rule,
                value,
                here,
                say("{value} ({ends})", value=sensitivity, ends=a),
                say("{value} ({ends})", value=specificity, ends=b),
            )
            for rule, value, here, sensitivity, a, specificity, b in page["thresholds"]
        ],
    )
    if page["reasons"] or page["left_out"]:
        lines += _section(
            say("What speaks for {name}, and what against it", name=page["predicted"])
        )
        rows = [
            (one["name"], one["value"] or "", one["change"], one["words"])
            for one in page["reasons"]
        ]
        lines += _table([say("Feature"), say("Value"), say("Change"), say("In words")], rows)
        lines += [_plain(page["left_out"] or "")]
    lines += _section(say("The nearest training images"))
    lines += [f"{_plain(text)}\n" for text in page["near"]["said"]]
    cases = [(case["id"], case["label"], case["distance"]) for case in page["near"]["cases"]]
    lines += _table([say("Image"), say("Class"), say("Distance")], cases)
    lines += _section(say("The model"))
    lines += [
        tell(say("- {name}: {value}", name=_plain(name), value=_plain(value)))
        for name, value in page["card"]
    ]
    if page["statement"]:
        lines += _section(say("How it was judged"))
        lines += [_plain(page["statement"])]
    if page["found"]:
        lines += _section(say("What checks of the run found"))
        lines += [f"- {_plain(text)}" for text in page["found"]]
    lines += _section(say("What this page does not tell"))
    lines += [f"- {_plain(text)}" for text in page["limits"]]
    return "\n".join(lines).strip() + "\n"


def _section(title: str) -> list[str]:
    return ["", f"## {_plain(title)}", ""]


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Write rows as a table; nothing where there are none."""
    if not rows:
        return []
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(map(_plain, line)) + " |" for line in lines] + [""]


def _plain(value: object) -> str:
    """Tell a value in one line, its marks escaped."""
    text = " ".join(tell(value).split())
    for mark in ("\\", "|", "*", "_", "`", "<", "["):
        text = text.replace(mark, f"\\{mark}")
    return text
