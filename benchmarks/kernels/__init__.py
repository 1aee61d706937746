"""The race of the kernels against OpenCV, SciPy and SimpleITK; see `__main__.py`."""
