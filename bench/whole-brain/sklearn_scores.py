"""Compares our scores with scikit-learn's: python sklearn_scores.py <folder> <request.json>

The request names vertices, distances (null: features alone) and files with our correlations and penalties, [folds x vertices].
scikit-learn works in double precision, with an exact PCA (`svd_solver="full"`; by default it would be a randomised one).
Prints JSON: for each model the differences of r and of the choice of penalty.
"""
import json
import sys

import numpy as np
from pipeline import ALPHAS, Data, correlations
from sklearn.linear_model import RidgeCV

folder, request = sys.argv[1], json.load(open(sys.argv[2]))
data = Data(folder)
vertices = np.array(request["vertices"])
y = data.responses(float, vertices)
features = data.features()
results = []
chunk = 512
alone = [data.columns(features, train, "full") for train, _ in data.folds()]
for model in request["models"]:
    ours = {name: np.load(model[name]) for name in ("r", "alpha")}
    mean = np.load(model["mean"])
    window = None if model["distance"] is None else data.features(model["distance"])
    theirs = np.zeros_like(ours["r"])
    same = np.zeros(ours["r"].shape, bool)
    ties = []
    for index, (train, test) in enumerate(data.folds()):
        design = alone[index]
        if window is not None:
            design = np.hstack([design, data.columns(window, train, "full")])
        for start in range(0, len(vertices), chunk):
            block = slice(start, min(len(vertices), start + chunk))
            observed = y[:, block]
            fit = RidgeCV(ALPHAS, alpha_per_target=True, store_cv_results=True).fit(design[train], observed[train])
            theirs[index, block] = correlations(fit.predict(design[test]), observed[test])
            chosen = np.abs(np.log10(ours["alpha"][index, block])[:, None] - np.log10(ALPHAS)).argmin(axis=1)
            own = np.abs(np.log10(fit.alpha_)[:, None] - np.log10(ALPHAS)).argmin(axis=1)
            errors = fit.cv_results_.mean(axis=0)
            places = np.arange(len(own))
            same[index, block] = chosen == own
            ties += ((errors[places, chosen] / errors[places, own] - 1)[chosen != own]).tolist()
    difference = np.abs(ours["r"] - theirs)
    whole = same.all(axis=0)
    results.append(
        {
            "distance": model["distance"],
            "nCompared": int(same.size),
            "nOther": int((~same).sum()),
            "greatestTie": max(ties, default=0),
            "foldsWorst": float(difference[same].max()),
            "foldsWorstOther": float(difference[~same].max()) if (~same).any() else 0,
            "meanWorst": float(np.abs(mean - theirs.mean(axis=0))[whole].max()),
            "commandWorst": float(np.abs(np.load(model["command"]) - theirs.mean(axis=0))[whole].max()),
            "meanOfTheirs": float(theirs.mean()),
        }
    )
print(json.dumps(results))
