"""Numbers of a prediction as a reader wants them."""

import math

from imgpipe._common.texts import Text, say
from imgpipe.report.words.numbers import number


def chance(p: float) -> str:
    """Write a probability, with more digits near 0 and 1; what rounds to these is not quite that.

    Examples
    --------
    >>> [chance(p) for p in (0.934, 0.9921, 0.99972, 0.99999, 0.004, 0.0, 1.0)]
    ['0.93', '0.992', '0.9997', '> 0.9999', '0.0040', '0.00', '1.00']
    """
    return _rounded(p, _digits(p))


def chances(a: float, b: float) -> tuple[str, str]:
    """Write two probabilities that are compared, with as many digits each.

    Examples
    --------
    >>> chances(0.97, 0.9931), chances(0.4, 0.5)
    (('0.970', '0.993'), ('0.40', '0.50'))
    """
    digits = max(_digits(a), _digits(b))
    return _rounded(a, digits), _rounded(b, digits)


def _digits(p: float) -> int:
    rest = min(p, 1 - p)
    return 2 if rest >= 0.01 or rest == 0 else 3 if rest >= 0.005 else 4


def _rounded(p: float, digits: int) -> str:
    if 0 < min(p, 1 - p) < 5e-5:
        return "> 0.9999" if p > 0.5 else "< 0.0001"
    return f"{p:.{digits}f}"


def share(value: float | None) -> str:
    """Write a share of held-out images; a dash where there is none."""
    return number(value, 2)


def ends(low: float | None, high: float | None) -> str:
    """Write the ends of a share's interval; nothing where there are none."""
    return "" if low is None or high is None else f"{low:.2f}–{high:.2f}"


def measured(value: float) -> str:
    """Write a feature with three digits.

    Examples
    --------
    >>> measured(12.345), measured(27161464.0), measured(0.00044), measured(-3)
    ('12.3', '27,200,000', '0.000440', '−3.00')
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    rounded = float(f"{value:.3g}")
    if abs(rounded) >= 1000:
        text = f"{rounded:,.0f}"
    elif abs(rounded) >= 1e-4:
        text = f"{rounded:#.3g}".rstrip(".")
    else:
        text = f"{rounded:.2e}"
    return text.replace("-", "−")


def change(value: float) -> str:
    """Write by how much a probability changes, with its sign.

    Examples
    --------
    >>> change(0.2253), change(-0.00038), change(0.00001)
    ('+0.225', '−0.0004', '< 0.0001')
    """
    if abs(value) < 5e-5:
        return "< 0.0001"
    return f"{value:+.{3 if abs(value) >= 0.001 else 4}f}".replace("-", "−")


def percent(share: float) -> Text:
    """Write a share in per cent."""
    return say("{p:.0f} %", p=100 * share)
