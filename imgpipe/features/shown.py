"""What features show of themselves in a notebook, and the list of them that does."""

from typing import TYPE_CHECKING, Any, overload

from markupsafe import Markup

from imgpipe._common.html import html_facts, html_note, html_table, html_view
from imgpipe._common.texts import counted, say

if TYPE_CHECKING:
    from typing import SupportsIndex

    from imgpipe.features.family import Feature

_ROWS = 200


class FeatureList(list["Feature"]):
    """A list of features, which a notebook shows as a table.

    Examples
    --------
    >>> from imgpipe.features import catalogue
    >>> catalogue("glcm")
    <25 features of glcm>
    """

    def __repr__(self) -> str:
        families = list(dict.fromkeys(feature.family for feature in self))
        return f"<{len(self)} features of {', '.join(families)}>"

    @overload
    def __getitem__(self, index: "SupportsIndex") -> "Feature": ...
    @overload
    def __getitem__(self, index: slice) -> "FeatureList": ...
    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return FeatureList(found) if isinstance(index, slice) else found

    def _repr_html_(self) -> str:
        families = list(dict.fromkeys(feature.family for feature in self))
        title = counted(len(self), "{n} feature", "{n} features")
        rows = [
            [Markup("<code>{}</code>").format(f.name), f.ibsi or "", f.unit, f.description]
            for f in self[:_ROWS]
        ]
        table = html_table([say("name"), "IBSI", say("unit"), say("what it tells")], rows)
        box = Markup('<div style="max-height:28rem;overflow:auto">{}</div>').format(table)
        more = len(self) - _ROWS
        below = counted(more, "and {n} more feature", "and {n} more features") if more > 0 else ""
        return html_view(title, ", ".join(families), box, html_note(below))


def show_feature(feature: "Feature") -> str:
    """Frame one feature: all that is known of it."""
    formula = Markup("<code>{}</code>").format(feature.formula) if feature.formula else ""
    facts = [
        (say("family"), feature.family),
        ("IBSI", feature.ibsi),
        (say("aggregation"), feature.aggregation),
        (say("unit"), feature.unit),
        (say("formula"), formula),
        ("PyRadiomics", feature.pyradiomics),
        ("MIRP", feature.mirp),
    ]
    return html_view(feature.name, feature.description, html_facts(facts))
