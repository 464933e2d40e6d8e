"""Scores of Alice by scikit-learn, from the data set's files, beside those that `cortecast score` wrote."""
import csv
import glob
import json
import os
import re
import sys

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

alice, folder, output, components = sys.argv[1:]
LAYER = 4
WIDTH, DELAYS, ALPHAS = 7, 6, np.logspace(-1, 8, 10)
DISTANCES = range(-10, 31)
SILENT = {"", "sp", "br", "ls", "lg", "ns"}


def words():
    """Onsets in seconds of the audio file."""
    with open(os.path.join(alice, "stimuli", "alice.TextGrid")) as file:
        text = file.read()
    intervals = re.findall(r'xmin = ([\d.]+)\s+xmax = [\d.]+\s+text = "([^"]*)"', text)
    return np.array([float(onset) for onset, word in intervals if word.strip() not in SILENT])


def window(vectors, distance):
    n, units = vectors.shape
    joined = np.zeros((n, WIDTH, units))
    for place in range(WIDTH):
        for word in range(n):
            source = word + distance - WIDTH + 1 + place
            if 0 <= source < n:
                joined[word, place] = vectors[source]
    return joined.reshape(n, WIDTH * units)


def to_volumes(vectors, onsets, n_volumes, repetition_time):
    volumes = np.zeros((n_volumes, vectors.shape[1]))
    for vector, place in zip(vectors, np.floor(onsets / repetition_time).astype(int)):
        if 0 <= place < n_volumes:
            volumes[place] += vector
    return volumes


def band(features, train, n_components):
    """Standardised, reduced, delayed with silence before the story; fitted on the training volumes."""
    scaler = StandardScaler().fit(features[train])
    scaled, silence = scaler.transform(features), scaler.transform(np.zeros((1, features.shape[1])))
    if n_components != "none":
        pca = PCA(int(n_components), svd_solver="full").fit(scaled[train])
        scaled, silence = pca.transform(scaled), pca.transform(silence)
    n = len(scaled)
    return np.hstack([np.vstack([np.repeat(silence, d, axis=0), scaled])[:n] for d in range(DELAYS)])


def clean(responses, repetition_time):
    n = len(responses)
    order = int(np.floor(2 * n * repetition_time / 128))
    t = np.arange(n) + 0.5
    basis = np.stack([np.ones(n)] + [np.cos(np.pi * k * t / n) for k in range(1, order + 1)], axis=1)
    return responses - basis @ np.linalg.lstsq(basis, responses, rcond=None)[0]


def correlations(prediction, observed):
    prediction, observed = prediction - prediction.mean(0), observed - observed.mean(0)
    return (prediction * observed).sum(0) / np.sqrt((prediction**2).sum(0) * (observed**2).sum(0))


participants = sorted(os.path.basename(path) for path in glob.glob(os.path.join(alice, "sub-*")))
responses = []
for participant in participants:
    [path] = glob.glob(os.path.join(alice, participant, "func", "*brennan6mm_timeseries.tsv"))
    with open(path.replace(".tsv", ".json")) as file:
        repetition_time = json.load(file)["RepetitionTime"]
    responses.append(clean(np.loadtxt(path, skiprows=1), repetition_time))
together = np.hstack(responses)  # [volumes x (participants * regions)]
n_volumes = len(together)
onsets = words() - 20.0
load = lambda name: np.load(os.path.join(folder, name + ".npy")).astype(float)
at_volumes = lambda vectors: to_volumes(vectors, onsets, n_volumes, repetition_time)
activations, random_weights, random_vectors = load("activations"), load("random-weights"), load("random-window")
assert len(onsets) == len(activations), (len(onsets), len(activations))
plain = at_volumes(activations)
models = {("brainScore", "n/a"): [(plain, components)]}
for distance in DISTANCES:
    models[("forecastScore", str(distance))] = [(plain, components), (at_volumes(window(activations, distance)), components)]
models[("brainScoreWordRate", "n/a")] = [(at_volumes(np.ones((len(onsets), 1))), "none")]
models[("brainScoreRandomWeights", "n/a")] = [(at_volumes(random_weights), components)]
models[("forecastScoreRandomWindow", "8")] = [(plain, components), (at_volumes(window(random_vectors, 8)), components)]
scores = {}
for key, bands in models.items():
    folds = []
    for train, test in KFold(5).split(plain):
        columns = np.hstack([band(features, train, n) for features, n in bands])
        columns = StandardScaler().fit(columns[train]).transform(columns)
        # scikit-learn's tolerance for a constant column; such columns are zeros.
        fit = RidgeCV(ALPHAS, alpha_per_target=True).fit(columns[train], together[train])
        folds.append(correlations(fit.predict(columns[test]), together[test]))
    scores[key] = np.mean(folds, axis=0)
for key in scores:
    if key[0].startswith("forecastScore"):
        scores[key] = scores[key] - scores[("brainScore", "n/a")]

n_compared, over, worst = 0, 0, (0, None)
n_regions = together.shape[1] // len(participants)
for p, participant in enumerate(participants):
    with open(os.path.join(output, participant, "func", f"{participant}_scores.tsv")) as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    names = list(dict.fromkeys(row["target"] for row in rows))
    for row in rows:
        key = (row["analysis"], row["distance"])
        if row["fold"] != "mean" or key not in scores:
            continue
        expected = scores[key][p * n_regions + names.index(row["target"])]
        difference = abs(float(row["value"]) - expected)
        n_compared += 1
        over += difference > 1e-4
        worst = max(worst, (difference, f"{participant} {row['target']} {key}"))
print(f"components {components}: {n_compared} scores, greatest difference {worst[0]:.1e} ({worst[1]}), {over} over 1e-4")
assert n_compared == len(models) * together.shape[1], (n_compared, len(models) * together.shape[1])
assert over == 0
