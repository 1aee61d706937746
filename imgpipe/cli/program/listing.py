"""Help that ends with the names which a verb's options take, looked up only when it is shown."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from imgpipe.cli.program.sections import MANY, sorted_options

if TYPE_CHECKING:
    from imgpipe.segment import Segmenter

_Rows = list[tuple[str, str]]


class Listing(click.Command):
    """A verb that lists names in its help: `lists` are headings of `LISTS`."""

    def __init__(self, *args: Any, lists: Sequence[str] = (), **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.lists = lists

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, under headings where there are many."""
        options = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
        if len(options) <= MANY:
            super().format_options(ctx, formatter)
            return
        for heading, here in sorted_options(options):
            with formatter.section(heading):
                formatter.write_dl([row for o in here if (row := o.get_help_record(ctx))])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names below the options."""
        for heading in self.lists:
            with formatter.section(heading):
                formatter.write_dl(LISTS[heading]())
        super().format_epilog(ctx, formatter)


def _models() -> _Rows:
    from imgpipe.learn import CLASSIFIERS

    return [(name, builder.description) for name, builder in CLASSIFIERS.items()]


def _families() -> _Rows:
    from imgpipe.features import FAMILIES

    groups = "default, ibsi, all", "the usual ones, those of IBSI-1, and every one"
    return [*((name, family.title) for name, family in FAMILIES.items()), groups]


def _aggregations() -> _Rows:
    from imgpipe.features.family import AGGREGATIONS

    return list(AGGREGATIONS.items())


def _kernels() -> _Rows:
    from imgpipe._common.registry import settings_of
    from imgpipe.kernels import FILTERS

    rows = []
    for name, kernel in FILTERS.items():
        known = settings_of(kernel)
        rows.append((name, "any setting" if known is None else ", ".join(known)))
    return rows


def _steps() -> _Rows:
    from imgpipe.enhance import ENHANCEMENTS

    rows = []
    for name, step in ENHANCEMENTS.items():
        settings = ", ".join(step.settings)
        rows.append((name, step.description + (f"; {settings}" if settings else "")))
    return rows


def _recipes() -> _Rows:
    from imgpipe.segment import RECIPES

    return _segmenters_of(RECIPES)


def _segmenters() -> _Rows:
    from imgpipe.segment import SEGMENTERS
    from imgpipe.segment.choosing import names

    alike = names()  # the others need seeds
    return _segmenters_of({k: each for k, each in SEGMENTERS.items() if k in alike})


def _segmenters_of(registry: Mapping[str, "Segmenter"]) -> _Rows:
    rows = []
    for name, each in registry.items():
        settings = ", ".join(each.settings)
        expects = f" ({each.expects})" if each.expects else ""
        rows.append((name, each.description + expects + (f"; {settings}" if settings else "")))
    return rows


def _checks() -> _Rows:
    from imgpipe.evaluate import CHECKS

    return [(code, f"{check.title} ({check.severity})") for code, check in CHECKS.items()]


def _identifying() -> _Rows:
    from imgpipe.images.privacy import PRIVACY

    return [(code, f"{kind.title} ({kind.severity})") for code, kind in PRIVACY.items()]


LISTS: dict[str, Callable[[], _Rows]] = {
    "Models": _models,
    "Families": _families,
    "Aggregations": _aggregations,
    "Kernels": _kernels,
    "Enhancement": _steps,
    "Recipes": _recipes,
    "Segmenters": _segmenters,
    "Checks": _checks,
    "Looked for by --phi": _identifying,
}
