"""Packages that only some things need: where one is missing, a line says which."""

from collections.abc import Iterator
from contextlib import contextmanager

from imgpipe._common.errors import InputError

# those that are not called as what is imported from them
_CALLED = {
    "PIL": "pillow",
    "babel": "Babel",
    "cv2": "opencv-python-headless",
    "jinja2": "Jinja2",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
}
_EXTRAS = {"SimpleITK": "n4"}  # that a whole installation lacks, too


class MissingPackage(InputError):
    """Something needs a package that is not installed; the message says what would do.

    Parameters
    ----------
    what : str
        What needs it.
    error : ModuleNotFoundError
        What the import raised.
    """

    code = "PACKAGE-MISSING"

    def __init__(self, what: str, error: ModuleNotFoundError) -> None:
        module = (error.name or str(error)).partition(".")[0]
        package = _CALLED.get(module, module)
        extra = _EXTRAS.get(module)
        how = f"{package} (a whole installation of imgpipe has all it may need)"
        how = f"'imgpipe[{extra}]'" if extra else how
        super().__init__(f"{what} needs {package}, which is not installed here: pip install {how}")
        self.what, self.error, self.package = what, error, package

    def __reduce__(self) -> tuple[type["MissingPackage"], tuple[str, ModuleNotFoundError]]:
        return MissingPackage, (self.what, self.error)


@contextmanager
def needed_for(what: str) -> Iterator[None]:
    """Say what needs a package that an import inside the block does not find."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "imgpipe":
            raise
        raise MissingPackage(what, error) from None
