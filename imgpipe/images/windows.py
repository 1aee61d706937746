"""Windows: which range of values is shown, and how (DICOM PS3.3, C.11.2.1)."""

from dataclasses import dataclass

FUNCTIONS = ("linear", "linear_exact", "sigmoid")


@dataclass(frozen=True)
class Window:
    """A range of values by its centre and width.

    Parameters
    ----------
    center, width : float
        In the unit of the values.
    function : {"linear", "linear_exact", "sigmoid"}
    name : str
        What a file calls it.
    """

    center: float
    width: float
    function: str = "linear"
    name: str = ""


PRESETS: dict[str, Window] = {
    "lung": Window(-600.0, 1500.0, name="lung"),
    "mediastinum": Window(40.0, 400.0, name="mediastinum"),
    "bone": Window(400.0, 1800.0, name="bone"),
    "brain": Window(40.0, 80.0, name="brain"),
    "abdomen": Window(50.0, 350.0, name="abdomen"),
    "soft": Window(40.0, 350.0, name="soft"),
}
"""Windows of computed tomography, Hounsfield units."""
