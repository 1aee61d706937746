"""All families. A line here makes a family public, and every shared law test holds for it.

A family is imported when it is asked for: what compiles loops takes milliseconds for each.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from imgpipe._common import InputError, did_you_mean
from imgpipe._common.registry import Home, Registry
from imgpipe.features.family import Family, Feature
from imgpipe.features.inputs.settings import ExtractionPlan

DEFAULT = ("intensity", "histogram", "glcm", "lbp", "hog")
"""Families with ``default=True``; the others need not be imported to know that they are not."""
_GROUPS: dict[str, Callable[[str], bool]] = {
    "default": lambda name: name in DEFAULT,
    "ibsi": lambda name: FAMILIES[name].ibsi,
    "all": lambda name: True,
}


def _check(name: str, family: Any) -> None:
    if not isinstance(family, Family):
        raise InputError(f"a feature family must be a Family, not {type(family).__name__}")
    if name != family.name or name in _GROUPS:
        raise InputError(f"the feature family {family.name!r} cannot be named {name!r}")
    for group in ("default", "ibsi"):
        if getattr(family, group):
            raise InputError(
                f"the feature family {name!r} has {group}=True; what families={group!r} stands for "
                "is the same everywhere: set it to False"
            )


FAMILIES: Registry[Family] = Registry(
    "feature family",
    "imgpipe.features",
    {
        name: Home(f"imgpipe.features.{name}", "FAMILY")
        for name in (
            "intensity",
            "histogram",
            "glcm",
            "lbp",
            "hog",
            "gradient",
            "local_intensity",
            "ivh",
            "morphology",
            "glrlm",
            "glszm",
            "gldzm",
            "ngtdm",
            "ngldm",
        )
    },
    _check,
)


def register(family: Family) -> None:
    """Add a family to `FAMILIES`, for this process and the workers that it starts.

    ``families="all"`` then includes it. A package that is installed adds its families by entry
    points of the group ``imgpipe.features`` instead; then the command line knows them too.

    Parameters
    ----------
    family : Family
        Of a name that no family has; `default` and `ibsi` are False.

    Raises
    ------
    InputError
        If the name is taken, or `family` is no such family.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe import features
    >>> width = features.Feature("size_width", "size", None, None, "1", "Columns of the image.")
    >>> size = features.Family(
    ...     "size",
    ...     "Size",
    ...     lambda plan: [width],
    ...     lambda batch, plan: np.full((len(batch.values), 1), float(batch.values.shape[-1])),
    ...     ibsi=False,
    ... )
    >>> features.register(size)
    >>> features.extract(np.ones((4, 9)), families="size")
    {'size_width': 9.0}
    >>> del features.FAMILIES["size"]
    """
    FAMILIES.register(getattr(family, "name", ""), family)


def families_of(plan: ExtractionPlan) -> list[Family]:
    """Return the families that `plan` asks for, each once, in the order asked."""
    chosen: dict[str, Family] = {}
    for name in plan.settings.families:
        if name in _GROUPS:
            # the own are known without a look at installed packages
            among = FAMILIES if name == "all" else FAMILIES.own
            members = [FAMILIES[each] for each in among if _GROUPS[name](each)]
            members = [f for f in members if f.volumes or plan.ndim == 2]
        elif name in FAMILIES:
            members = [FAMILIES[name]]
            if plan.ndim == 3 and not members[0].volumes:
                raise InputError(f"family {name!r} is for images, not for volumes")
        else:
            raise InputError(
                f"family {name!r} is unknown; use {', '.join(map(repr, FAMILIES))}, "
                f"or 'default', 'ibsi', 'all'{did_you_mean(name, [*FAMILIES, *_GROUPS])}"
            )
        chosen.update((family.name, family) for family in members)
    return list(chosen.values())


def features_of(
    plan: ExtractionPlan, families: Sequence[Family] | None = None
) -> tuple[Feature, ...]:
    """Every feature under `plan`, in the order of the results; `families` are its families."""
    return _described(plan, tuple(families or families_of(plan)))


@lru_cache(maxsize=64)
def _described(plan: ExtractionPlan, families: tuple[Family, ...]) -> tuple[Feature, ...]:
    # hundreds of features take longer to describe than a small image to measure
    return tuple(feature for family in families for feature in family.describe(plan))
