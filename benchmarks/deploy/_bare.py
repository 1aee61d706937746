"""What a pickle costs without imgpipe: ``python _bare.py MODEL ROW.npy`` (or pixels, for torch).

Stock estimators of scikit-learn or LightGBM one after the other, or a TorchScript module.
"""

import sys

import numpy as np

row = np.load(sys.argv[2])
if sys.argv[1].endswith(".pt"):
    import torch

    with torch.no_grad():
        print(torch.jit.load(sys.argv[1])(torch.from_numpy(row)).numpy())
else:
    import joblib

    *preparation, last = joblib.load(sys.argv[1])
    for step in preparation:
        row = step.transform(row)
    print(getattr(last, "predict_proba", last.predict)(row))
