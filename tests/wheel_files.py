"""Say which files of the package a wheel lacks: `python tests/wheel_files.py dist/*.whl`."""

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def package_files() -> set[str]:
    """All files of the package in this checkout: modules, pages, styles, scripts, languages."""
    found = (path for path in (ROOT / "imgpipe").rglob("*") if path.is_file())
    return {str(p.relative_to(ROOT)) for p in found if "__pycache__" not in p.parts}


def lacking(wheel: Path) -> list[str]:
    """List the files that the wheel has not."""
    with zipfile.ZipFile(wheel) as archive:
        return sorted(package_files() - set(archive.namelist()))


if __name__ == "__main__":
    for wheel in sys.argv[1:]:
        if missing := lacking(Path(wheel)):
            sys.exit(f"{wheel} lacks, see package_data in setup.cfg:\n" + "\n".join(missing))
        print(f"{wheel}: all {len(package_files())} files of the package")
