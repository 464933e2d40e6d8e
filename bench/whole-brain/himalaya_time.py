"""Times himalaya on some models and folds: python himalaya_time.py <folder> <distance> <folds> <backend> <seconds>

CORTECAST_HIMALAYA is a checkout. Penalties are chosen on five contiguous inner folds (himalaya has no leave-one-out), in
single precision. Settings are tried on a part of the vertices; the fastest is measured on all, or, where that would take
longer than <seconds>, on the greatest part that does not. Prints JSON.
"""
import json
import os
import resource
import sys

sys.path.insert(0, os.environ["CORTECAST_HIMALAYA"])
import himalaya  # noqa: E402
import numpy as np  # noqa: E402
from himalaya.backend import set_backend  # noqa: E402
from himalaya.kernel_ridge import KernelRidgeCV  # noqa: E402
from himalaya.ridge import RidgeCV  # noqa: E402
from himalaya.scoring import correlation_score  # noqa: E402
from pipeline import ALPHAS, Data, Stopwatch, fastest, in_blocks  # noqa: E402
from sklearn.model_selection import KFold  # noqa: E402

folder, distance, folds_text, backend_name, seconds_text = sys.argv[1:]
distance, fold_indices = int(distance), [int(fold) for fold in folds_text.split(",")]
backend = set_backend(backend_name)
data = Data(folder)
y = data.responses(np.float32)
n_vertices = y.shape[1]
folds = data.folds()


def score(design, train, test, n, setting):
    estimator, size, n_alphas, n_threads = setting
    params = {"n_targets_batch": size, "n_targets_batch_refit": size, "n_alphas_batch": n_alphas}
    options = {"alphas": ALPHAS.astype(np.float32), "fit_intercept": True, "cv": KFold(5), "solver_params": params}
    x_train, x_test = (backend.asarray(design[rows].astype(np.float32)) for rows in (train, test))

    def block_scores(block):
        model = RidgeCV(**options) if estimator == "RidgeCV" else KernelRidgeCV(**options, warn=False)
        y_train, y_test = (backend.asarray(np.ascontiguousarray(y[rows, block])) for rows in (train, test))
        model.fit(x_train, y_train)
        return backend.to_numpy(correlation_score(y_test, model.predict(x_test)))

    # Where blocks are not fitted side by side, several of himalaya's own make one call.
    return in_blocks(block_scores, n, size if n_threads > 1 else max(size, 16384), n_threads)


features, window = data.features(), data.features(distance)
designs = {}
for index in fold_indices:
    train, _ = folds[index]
    alone = data.columns(features, train)
    designs[index] = {"alone": alone, "window": np.hstack([alone, data.columns(window, train)])}

train, test = folds[fold_indices[0]]
design = designs[fold_indices[0]]["window"]
n_tried = min(8192, n_vertices)
score(design, train, test, 512, ("RidgeCV", 512, 1, 1))
n_cores = os.cpu_count()
settings = [
    *[("RidgeCV", size, n_alphas, 1) for size in (512, 2048, 8192) for n_alphas in (1, 10)],
    *[("RidgeCV", size, n_alphas, n_cores) for size in (512, 2048) for n_alphas in (1, 10)],
    ("KernelRidgeCV", 2048, 1, 1),
    ("KernelRidgeCV", 2048, 10, 1),
]
usable = [setting for setting in settings if setting[1] <= n_tried]
best, tried = fastest(lambda setting: score(design, train, test, n_tried, setting), usable)

expected = tried[best] / n_tried * n_vertices * 2 * len(fold_indices)
n_measured = n_vertices if expected <= float(seconds_text) else int(n_vertices * float(seconds_text) / expected)
results = {"alone": [], "window": []}
for index in fold_indices:
    train, test = folds[index]
    for name in results:
        with Stopwatch() as watch:
            r = score(designs[index][name], train, test, n_measured, best)
        results[name].append({"fit": watch.times(), "meanOfR": float(np.mean(r))})

versions = {"himalaya": himalaya.__version__, "numpy": np.__version__}
if backend_name.startswith("torch"):
    import torch

    versions["torch"] = torch.__version__
print(
    json.dumps(
        {
            "versions": versions,
            "nVertices": n_vertices,
            "nMeasured": n_measured,
            "nTried": n_tried,
            "setting": best,
            "tried": [[*setting, seconds] for setting, seconds in tried.items()],
            **results,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }
    )
)
