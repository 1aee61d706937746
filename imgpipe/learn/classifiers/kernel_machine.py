"""A support vector machine of libsvm with another kernel than the radial one."""

from typing import Any

import numpy as np
from sklearn.svm import SVC

from imgpipe.learn.classifiers.radial import one_against_rest


class KernelMachine(SVC):
    """`sklearn.svm.SVC`, whose ties do not depend on rounding."""

    def decision_function(self, X: Any) -> np.ndarray:
        """Decision values: (n,) for two classes, else (n, k), one class against the rest."""
        between: np.ndarray = self._decision_function(X)
        if len(self.classes_) == 2:
            return between
        return one_against_rest(between, len(self.classes_))
