"""Names of features in words."""

import re

_SHORT = {"glcm": "GLCM", "hog": "HOG", "lbp": "LBP", "ivh": "IVH", "ibsi": "IBSI"}
_MARKS = {"d": "distance {}", "c": "channel {}", "p": "{} points", "r": "radius {}"}


def feature_name(key: str) -> str:
    """Turn a feature's name into words: ``glcm_contrast_d2`` is GLCM contrast, distance 2.

    Examples
    --------
    >>> feature_name("glcm_contrast_d2"), feature_name("lbp_p8")
    ('GLCM contrast, distance 2', 'LBP, 8 points')
    """
    plain: list[str] = []
    notes: list[str] = []
    for word in key.split("_"):
        found = re.fullmatch(r"([a-z])(\d+)", word)
        if plain and found and found[1] in _MARKS:
            notes.append(_MARKS[found[1]].format(found[2]))
        else:
            plain.append(_SHORT.get(word, word))
    text = " ".join(plain)
    return ", ".join([text[:1].upper() + text[1:], *notes])
