"""Features as a scikit-learn transformer over images."""

from typing import Any

import numpy as np

from imgpipe import features
from imgpipe.learn.filters import Filter  # stood here: files of models name it so
from imgpipe.learn.image_transformer import ImageTransformer, check_images

__all__ = ["FeatureExtractor", "Filter"]


class FeatureExtractor(ImageTransformer):
    """Turn each image into named numbers by `imgpipe.features.extract_many`.

    Parameters
    ----------
    families, aggregation, bins, bin_width, low, range, outliers, distance, spacing,
    resampling, channel_axis, ivh_bins, ivh_bin_width
        As in `imgpipe.features.extract`.
    n_jobs : int, optional
        Workers; None means 1, or what `joblib.parallel_config` says.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.learn import FeatureExtractor
    >>> images = np.arange(2 * 64, dtype=np.uint8).reshape(2, 8, 8)
    >>> extractor = FeatureExtractor("intensity")
    >>> values = extractor.fit_transform(images)
    >>> values.shape == (2, len(extractor.get_feature_names_out()))
    True
    """

    def __init__(
        self,
        families: Any = "default",
        *,
        aggregation: str = "default",
        bins: int | None = 32,
        bin_width: float | None = None,
        low: float | None = None,
        range: tuple[float, float] | None = None,
        outliers: float | None = None,
        distance: Any = 1,
        spacing: Any = None,
        resampling: Any = None,
        channel_axis: int | None = None,
        ivh_bins: int | None = None,
        ivh_bin_width: float | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.families = families
        self.aggregation = aggregation
        self.bins = bins
        self.bin_width = bin_width
        self.low = low
        self.range = range
        self.outliers = outliers
        self.distance = distance
        self.spacing = spacing
        self.resampling = resampling
        self.channel_axis = channel_axis
        self.ivh_bins = ivh_bins
        self.ivh_bin_width = ivh_bin_width
        self.n_jobs = n_jobs

    def _note_form(self, X: Any) -> None:
        """Note the names of the features."""
        self.feature_names_ = self._extract(X[:1])[1]

    def transform(self, X: Any) -> np.ndarray:
        """Compute the features of each image.

        Parameters
        ----------
        X : ndarray (n, h, w), (n, h, w, c), or sequence of arrays
            The images.

        Returns
        -------
        ndarray of float64, shape (n, f)
            NaN where a feature is undefined, such as the skewness of a constant image.

        Raises
        ------
        InputError
            If `X` are not images, or a setting does not fit them.
        """
        check_images(X)
        return self._extract(X)[0]

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the columns, in order.

        Parameters
        ----------
        input_features : ignored
            Images have no feature names.

        Returns
        -------
        ndarray of object
        """
        names = getattr(self, "feature_names_", None)
        if names is None:
            names = [feature.name for feature in features.catalogue(**self.settings())]
        return np.asarray(names, dtype=object)

    def settings(self) -> dict[str, Any]:
        """Give what `imgpipe.features.extract_many` is asked with: all parameters but `n_jobs`.

        Returns
        -------
        dict
        """
        return {key: value for key, value in self.get_params().items() if key != "n_jobs"}

    def _extract(self, images: Any) -> tuple[np.ndarray, list[str]]:
        # workers take longer to start than one image to measure
        n_jobs = 1 if len(images) == 1 else self.n_jobs
        return features.extract_many(images, n_jobs=n_jobs, **self.settings())
