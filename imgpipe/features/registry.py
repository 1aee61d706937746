"""All families. A line here makes a family public, and every shared law test holds for it."""

from functools import lru_cache

from imgpipe._common import InputError
from imgpipe.features import (
    glcm,
    gldzm,
    glrlm,
    glszm,
    gradient,
    histogram,
    hog,
    intensity,
    ivh,
    lbp,
    local_intensity,
    morphology,
    ngldm,
    ngtdm,
)
from imgpipe.features.family import Family, Feature
from imgpipe.features.inputs.settings import ExtractionPlan

FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        intensity.FAMILY,
        histogram.FAMILY,
        glcm.FAMILY,
        lbp.FAMILY,
        hog.FAMILY,
        gradient.FAMILY,
        local_intensity.FAMILY,
        ivh.FAMILY,
        morphology.FAMILY,
        glrlm.FAMILY,
        glszm.FAMILY,
        gldzm.FAMILY,
        ngtdm.FAMILY,
        ngldm.FAMILY,
    )
}
_GROUPS = {
    "default": lambda family: family.default,
    "ibsi": lambda family: family.ibsi,
    "all": lambda family: True,
}


def families_of(plan: ExtractionPlan) -> list[Family]:
    """Return the families that `plan` asks for, each once, in the order asked."""
    chosen: dict[str, Family] = {}
    for name in plan.settings.families:
        if name in _GROUPS:
            members = [f for f in FAMILIES.values() if _GROUPS[name](f)]
            members = [f for f in members if f.volumes or plan.ndim == 2]
        elif name in FAMILIES:
            members = [FAMILIES[name]]
            if plan.ndim == 3 and not members[0].volumes:
                raise InputError(f"family {name!r} is for images, not for volumes")
        else:
            raise InputError(
                f"family {name!r} is unknown; use {', '.join(map(repr, FAMILIES))}, "
                "or 'default', 'ibsi', 'all'"
            )
        chosen.update((family.name, family) for family in members)
    return list(chosen.values())


def features_of(plan: ExtractionPlan) -> tuple[Feature, ...]:
    """Every feature under `plan`, in the order of the results."""
    return _described(plan, tuple(families_of(plan)))


@lru_cache(maxsize=64)
def _described(plan: ExtractionPlan, families: tuple[Family, ...]) -> tuple[Feature, ...]:
    # hundreds of features take longer to describe than a small image to measure
    return tuple(feature for family in families for feature in family.describe(plan))
