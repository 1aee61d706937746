"""Sections on the data, the protocol, what was not done, and how to run it again."""

from imgpipe._common.texts import say
from imgpipe.report.markdown.marks import code, facts, heading, items, plain, table
from imgpipe.report.page import data as page_data
from imgpipe.report.page import guidelines as page_guidelines
from imgpipe.report.page import lookalikes as page_lookalikes
from imgpipe.report.page import protocol as page_protocol
from imgpipe.report.page import run as page_run
from imgpipe.report.page import statistics as page_statistics
from imgpipe.report.page.view import View
from imgpipe.report.words.fixed import severity_name, split_name
from imgpipe.report.words.sentences import not_done as told_not_done
from imgpipe.report.words.sentences import sentence

_IDS = 5  # named of a finding


def data(view: View) -> list[str]:
    """Counts by class and part, then what is known of the images."""
    card = view.comparison.dataset
    header = [say("Class"), *map(split_name, card.counts)]
    rows: list[list[str]] = [
        [name, *(f"{counts.get(name, 0):,}" for counts in card.counts.values())]
        for name in card.classes
    ]
    rows.append([say("All"), *(f"{sum(counts.values()):,}" for counts in card.counts.values())])
    return [table(header, rows, len(header) - 1), facts(page_data.facts(view.comparison))]


def lookalikes(view: View) -> list[str]:
    """How many images are equal or nearly so."""
    found = view.comparison.look_alikes
    if found is None or not found.groups:
        return []
    counts = page_lookalikes.counts(view)
    header = page_lookalikes.columns()
    told = plain(page_lookalikes.lead(view))
    return [told, table(header, counts, len(header) - 1)] if counts else [told]


def checks(view: View) -> list[str]:
    """What each check found, what it means and what would do."""
    from imgpipe.evaluate import CHECKS

    findings = view.comparison.findings
    if not findings:
        return [plain(say("Nothing was found."))]
    rows = []
    for found in findings:
        check = CHECKS.get(found.code)
        named = list(found.ids[:_IDS]) + (["…"] if len(found.ids) > _IDS else [])
        images = say("{names:,}", names=named)
        told = say("{message} ({images})", message=found.message, images=images)
        remedy = "" if check is None else check.remedy
        rows.append([found.code, severity_name(found.severity), told if named else found.message,
                     remedy])  # fmt: skip
    return [table([say("Code"), say("Severity"), say("Finding"), say("What would do")], rows)]


def protocol(view: View) -> list[str]:
    """How models were compared."""
    comparison = view.comparison
    return [plain(comparison.protocol.statement), facts(page_protocol.rows(comparison))]


def statistics(view: View) -> list[str]:
    """Methods behind the numbers, and what each takes for granted."""
    found = page_statistics.methods(view.comparison)
    header = [say("Method"), say("Used for"), say("Takes for granted")]
    return [table(header, [[m.name, m.use, m.assumes] for m in found])] if found else []


def guidelines(view: View) -> list[str]:
    """Items of reporting guidelines of which this run knows something; who writes adds the rest."""
    blocks: list[str] = []
    for each in page_guidelines.section(view)["lists"]:
        rows = [[r["number"], r["topic"], r["answer"]] for r in each["rows"] if r["answer"]]
        header = [say("Item"), say("Topic"), say("This run")]
        told = say("{source}: {told}.", source=each["source"], told=each["told"])
        blocks += [heading(3, each["name"]), plain(told), table(header, rows)]
    return blocks


def not_done(view: View) -> list[str]:
    """What a careful reader would miss."""
    return [items(map(sentence, told_not_done(view.comparison)))]


def run(view: View) -> list[str]:
    """Give the command, the machine and the versions."""
    run = view.comparison.run
    versions = [f"{name} {version}" for name, version in sorted(run.versions.items())]
    rows = [*page_run.rows(view.comparison), (say("Versions"), say("{list:,}", list=versions))]
    return [code(run.command) if run.command else "", facts(rows)]
