"""Outlines of labels along the edges of their pixels, as the path of an SVG."""

import numpy as np


def outline(labels: np.ndarray) -> str:
    """Draw a line wherever two neighbours have different labels, and round the array.

    Parameters
    ----------
    labels : ndarray, shape (y, x)
        0 is outside.

    Returns
    -------
    str
        Moves and lines in pixels; each run of edges is one line.

    Examples
    --------
    >>> import numpy as np
    >>> outline(np.array([[1, 1, 0]]))
    'M0 0h2M0 1h2M0 0v1M2 0v1'
    """
    padded = np.pad(labels, 1)
    across = (padded[1:] != padded[:-1])[:, 1:-1]  # edges above each row, and below the last
    down = (padded[:, 1:] != padded[:, :-1])[1:-1]
    lines = [f"M{x} {y}h{n}" for y, x, n in _runs(across)]
    return "".join(lines + [f"M{x} {y}v{n}" for x, y, n in _runs(down.T)])


def _runs(edges: np.ndarray) -> list[tuple[int, int, int]]:
    """Line, start and length of each run."""
    ends = np.diff(np.pad(edges, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    line, first = np.nonzero(ends == 1)
    last = np.nonzero(ends == -1)[1]
    return list(zip(line.tolist(), first.tolist(), (last - first).tolist(), strict=True))
