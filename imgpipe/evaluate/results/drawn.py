"""What a comparison draws of itself, with matplotlib where it is installed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from imgpipe.evaluate.results.comparison import Comparison


class Drawn:
    """Methods of `Comparison` that give axes of matplotlib.

    All need the extra ``plot``. They raise an `InputError` where it is missing, where no model or
    class has such a name, and where there is nothing to draw. Held-out images are those of the
    first repeat and seed, folds together. Colours are the report's.
    """

    def plot_leaderboard(
        self, ax: Any = None, *, models: str | Iterable[str] | None = None,
        metric: str | None = None,
    ) -> Any:  # fmt: skip
        """Draw the score of every model with its interval, the best on top.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; a new figure otherwise.
        models : str or list of str, optional
            Names of models; all by default.
        metric : str, optional
            One of the metrics; the AUC, or accuracy where there is none.

        Returns
        -------
        matplotlib Axes

        Examples
        --------
        >>> from imgpipe.datasets import load
        >>> from imgpipe.evaluate import compare
        >>> found = compare(["svm", "forest"], load("synthetic-nodules"))  # doctest: +SKIP
        >>> found.plot_leaderboard(metric="accuracy").figure.savefig("a.pdf")  # doctest: +SKIP
        """
        from imgpipe.evaluate.plots import plot_leaderboard

        return plot_leaderboard(_itself(self), ax, models, metric)

    def plot_roc(
        self, ax: Any = None, *, models: str | Iterable[str] | None = None, label: str | None = None
    ) -> Any:
        """Draw ROC curves, with the AUC of the leaderboard in the legend of two classes.

        Parameters
        ----------
        ax, models
            As in `plot_leaderboard`.
        label : str, optional
            One class against the rest, of all models. Of several classes and without it, the best
            model (or those of `models`) has a line for each class.

        Returns
        -------
        matplotlib Axes

        Examples
        --------
        >>> from imgpipe.datasets import load
        >>> from imgpipe.evaluate import compare
        >>> found = compare("forest", load("synthetic-nodules"))  # doctest: +SKIP
        >>> found.plot_roc().set_title("Nodules")  # doctest: +SKIP
        """
        from imgpipe.evaluate.plots import plot_roc

        return plot_roc(_itself(self), ax, models, label)

    def plot_precision_recall(
        self, ax: Any = None, *, models: str | Iterable[str] | None = None, label: str | None = None
    ) -> Any:
        """Draw precision over recall; the dashed line is the prevalence.

        Parameters
        ----------
        ax, models, label
            As in `plot_roc`.

        Returns
        -------
        matplotlib Axes
        """
        from imgpipe.evaluate.plots import plot_precision_recall

        return plot_precision_recall(_itself(self), ax, models, label)

    def plot_calibration(
        self, ax: Any = None, *, models: str | Iterable[str] | None = None, label: str | None = None
    ) -> Any:
        """Draw reliability diagrams: the share that came true over the probability given.

        Parameters
        ----------
        ax, models, label
            As in `plot_roc`.

        Returns
        -------
        matplotlib Axes
            A dot for each bin, with its interval. The legend of two classes has the expected
            calibration error.
        """
        from imgpipe.evaluate.plots import plot_calibration

        return plot_calibration(_itself(self), ax, models, label)

    def plot_confusion(self, ax: Any = None, *, model: str | None = None) -> Any:
        """Draw the confusion matrix of one model: counts, and shares of each true class.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; a new figure otherwise.
        model : str, optional
            Its name; the best one by default.

        Returns
        -------
        matplotlib Axes
        """
        from imgpipe.evaluate.plots import plot_confusion

        return plot_confusion(_itself(self), ax, model)

    def plot_learning(
        self, ax: Any = None, *, models: str | Iterable[str] | None = None
    ) -> Any:  # fmt: skip
        """Draw the AUC over the number of training patients, with dashes where models cross.

        Parameters
        ----------
        ax, models
            As in `plot_leaderboard`.

        Returns
        -------
        matplotlib Axes
        """
        from imgpipe.evaluate.plots import plot_learning

        return plot_learning(_itself(self), ax, models)

    def plot_decision(
        self, ax: Any = None, *, models: str | Iterable[str] | None = None, label: str | None = None
    ) -> Any:
        """Draw decision curves: net benefit over the probability that one acts at.

        Parameters
        ----------
        ax, models
            As in `plot_leaderboard`.
        label : str, optional
            The class that one acts on; the positive or the last one by default.

        Returns
        -------
        matplotlib Axes
        """
        from imgpipe.evaluate.plots import plot_decision

        return plot_decision(_itself(self), ax, models, label)


def _itself(drawn: Drawn) -> "Comparison":
    return cast("Comparison", drawn)
