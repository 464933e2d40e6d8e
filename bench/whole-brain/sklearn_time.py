"""Times scikit-learn on some models and folds of the sweep, all vertices: python sklearn_time.py <folder> <distance> <folds>

Prints JSON: seconds of each part, how many vertices are fitted at once and on how many threads (the fastest way of those
tried), peak memory.
"""
import json
import os
import resource
import sys

import numpy as np
import sklearn
from pipeline import ALPHAS, Data, Stopwatch, correlations, fastest, in_blocks
from sklearn.linear_model import RidgeCV

folder, distance, fold_indices = sys.argv[1], int(sys.argv[2]), [int(fold) for fold in sys.argv[3].split(",")]
data = Data(folder)
y = data.responses(float)
n_vertices = y.shape[1]
folds = data.folds()


def score(design, train, test, n, setting):
    def block_scores(block):
        fit = RidgeCV(ALPHAS, alpha_per_target=True).fit(design[train], y[train, block])
        return correlations(fit.predict(design[test]), y[test, block])

    return in_blocks(block_scores, n, *setting)


with Stopwatch() as volumes_alone:
    features = data.features()
with Stopwatch() as volumes_window:
    window = data.features(distance)

train, test = folds[fold_indices[0]]
design = np.hstack([data.columns(features, train), data.columns(window, train)])
n_tried = min(16384, n_vertices)
score(design, train, test, 512, (512, 1))
settings = [(size, threads) for size in (256, 512, 2048, 16384) for threads in (1, os.cpu_count()) if size * threads <= n_tried]
best, tried = fastest(lambda setting: score(design, train, test, n_tried, setting), settings)

results = {"alone": [], "window": []}
for index in fold_indices:
    train, test = folds[index]
    with Stopwatch() as alone_watch:
        alone = data.columns(features, train)
    with Stopwatch() as window_watch:
        both = np.hstack([alone, data.columns(window, train)])
    for name, design, watch in (("alone", alone, alone_watch), ("window", both, window_watch)):
        with Stopwatch() as fit:
            score(design, train, test, n_vertices, best)
        results[name].append({"design": watch.times(), "fit": fit.times()})
# Whether time grows with the number of vertices.
with Stopwatch() as quarter:
    score(both, train, test, n_vertices // 4, best)

print(
    json.dumps(
        {
            "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
            "nVertices": n_vertices,
            "nMeasured": n_vertices,
            "nTried": n_tried,
            "setting": best,
            "tried": [[*setting, seconds] for setting, seconds in tried.items()],
            "quarter": quarter.times(),
            "volumes": {"alone": volumes_alone.times(), "window": volumes_window.times()},
            **results,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }
    )
)
