"""A classifier of scikit-learn under a name of its own."""

from sklearn.naive_bayes import GaussianNB

from imgpipe.learn import Builder


def build(random_state=0, n_jobs=None):
    return GaussianNB()


BAYES = Builder(build, "naive Bayes", grid={"var_smoothing": [1e-9, 1e-6]})
