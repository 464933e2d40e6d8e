"""What the peers have in common: the data, and designs as scikit-learn makes them, in double precision."""
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from sklearn.decomposition import PCA
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

REPETITION_TIME = 1.5
N_DELAYS = 6
N_COMPONENTS = 20
WIDTH = 7
ALPHAS = np.logspace(-1, 8, 10)


class Data:
    """The data of a folder as `data.js` makes them: activations, onsets of words, responses of the first participant."""

    def __init__(self, folder):
        with open(os.path.join(folder, "stories.json")) as file:
            self.stories = json.load(file)
        self.lengths = [story["nVolumes"] for story in self.stories]
        self.n_volumes = sum(self.lengths)
        self.activations = [
            np.load(os.path.join(folder, "activations", story["story"] + ".npy")).astype(float) for story in self.stories
        ]
        self.peer = os.path.join(folder, "peer", "sub-01")

    def responses(self, dtype, vertices=slice(None)):
        """[volumes x vertices], hemispheres side by side, stories one after the other."""
        rows = []
        for story in self.stories:
            path = os.path.join(self.peer, story["story"])
            both = np.concatenate([np.load(f"{path}_{hemi}.npy") for hemi in "LR"], axis=1)
            rows.append(both[:, vertices].astype(dtype))
        return np.concatenate(rows)

    def features(self, distance=None):
        """Activations, or forecast windows of a distance, summed to volumes, [volumes x units]."""
        rows = []
        for story, words in zip(self.stories, self.activations):
            if distance is not None:
                n, units = words.shape
                window = np.zeros((n, WIDTH, units))
                for place in range(WIDTH):
                    shift = distance - WIDTH + 1 + place
                    to = slice(max(0, -shift), max(0, n - max(0, shift)))
                    window[to, place] = words[max(0, shift) : max(0, n + min(0, shift))]
                words = window.reshape(n, WIDTH * units)
            volumes = np.zeros((story["nVolumes"], words.shape[1]))
            places = np.floor((np.array(story["onsets"]) + 1e-5) / REPETITION_TIME).astype(int)
            inside = (places >= 0) & (places < len(volumes))
            np.add.at(volumes, places[inside], words[inside])
            rows.append(volumes)
        return np.concatenate(rows)

    def folds(self):
        return list(KFold(5).split(np.zeros(self.n_volumes)))

    def columns(self, features, train, solver="auto"):
        """Standardised, reduced, delayed within stories, standardised; fitted on the training volumes."""
        scaled = StandardScaler().fit(features[train]).transform(features)
        pca = PCA(N_COMPONENTS, svd_solver=solver, random_state=0).fit(scaled[train])
        reduced = pca.transform(scaled)
        delayed, start = [], 0
        for length in self.lengths:
            story = reduced[start : start + length]
            delayed.append(np.hstack([np.pad(story, ((d, 0), (0, 0)))[:length] for d in range(N_DELAYS)]))
            start += length
        joined = np.concatenate(delayed)
        return StandardScaler().fit(joined[train]).transform(joined)


def correlations(prediction, observed):
    prediction = prediction - prediction.mean(axis=0)
    observed = observed - observed.mean(axis=0)
    norms = np.sqrt((prediction**2).sum(axis=0) * (observed**2).sum(axis=0))
    return (prediction * observed).sum(axis=0) / norms


def in_blocks(score, n_vertices, size, n_threads):
    """Scores of all vertices, blocks one after the other with all threads of BLAS, or side by side with one each."""
    blocks = [slice(start, min(n_vertices, start + size)) for start in range(0, n_vertices, size)]
    if n_threads == 1:
        return np.concatenate([score(block) for block in blocks])
    with threadpool_limits(1), ThreadPoolExecutor(n_threads) as pool:
        return np.concatenate(list(pool.map(score, blocks)))


def fastest(run, settings, n_repeats=2):
    """The setting that takes the least time, and the least of n_repeats seconds of each."""
    tried = {}
    for setting in settings:
        seconds = []
        for _ in range(n_repeats):
            with Stopwatch() as watch:
                run(setting)
            seconds.append(watch.seconds)
        tried[setting] = min(seconds)
    return min(tried, key=tried.get), tried


class Stopwatch:
    """Seconds by the clock of a block, and of the processor, all threads together."""

    def __enter__(self):
        self.started, self.before = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self.started
        self.cpu = time.process_time() - self.before

    def times(self):
        return {"seconds": self.seconds, "cpu": self.cpu}
