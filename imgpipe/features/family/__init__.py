"""What a feature and a family are, and what each says of itself."""

from imgpipe.features.family.aggregations import AGGREGATIONS
from imgpipe.features.family.definitions import Definition, Family, Feature

__all__ = ["AGGREGATIONS", "Definition", "Family", "Feature"]
