"""Run MIRP on a saved image in an interpreter that has it: values and seconds as JSON.

Usage: ``python _mirp_worker.py FILE.npz``; the file holds image and mask (z, y, x), spacing, the
families and aggregations by MIRP's names, and how often to repeat.
"""

import json
import logging
import sys
import time

import numpy as np
from mirp import extract_features


def main() -> None:
    logging.disable(logging.CRITICAL)
    with np.load(sys.argv[1]) as file:
        job = {key: file[key] for key in file.files}
    methods = job["methods"].tolist()
    settings = {
        "image": job["image"],
        "mask": job["mask"],
        "by_slice": bool(job["by_slice"]),
        "base_feature_families": job["families"].tolist(),
        "base_discretisation_method": "fixed_bin_number",
        "base_discretisation_n_bins": 32,
        "ivh_discretisation_method": "none",
        "glcm_spatial_method": methods,
        "glrlm_spatial_method": methods,
    }
    seconds = []
    for _ in range(int(job["repeats"])):
        start = time.perf_counter()
        table = extract_features(**settings)[0]
        seconds.append(time.perf_counter() - start)
    numbers = (float, int, np.number)
    values = {k: float(v) for k, v in table.iloc[0].items() if isinstance(v, numbers)}
    print(json.dumps({"seconds": seconds, "values": values}))


if __name__ == "__main__":
    main()
