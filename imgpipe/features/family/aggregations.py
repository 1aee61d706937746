"""IBSI's codes of how matrices are merged or averaged, in words."""

AGGREGATIONS = {
    "BTW3": "2-D: a matrix per slice and direction, features averaged",
    "SUJT": "2-D: a matrix per slice, directions merged, features averaged (default for an image)",
    "JJUI": "2.5-D: a matrix per direction, slices merged, features averaged",
    "ZW7Z": "2.5-D: one matrix of all slices and directions",
    "ITBB": "3-D: a matrix per direction, features averaged",
    "IAZD": "3-D: one matrix of all directions (default for a volume)",
    "8QNN": "2-D: a matrix per slice, features averaged (default for an image)",
    "62GR": "2.5-D: one matrix of all slices",
    "KOBO": "3-D: one matrix (default for a volume)",
}
