"""How the weights are found: logistic regression on passages; of an attack the worst one counts, of a clean text all.

It begins with whole texts. Then, twice, the passage of each attack that scores highest stands for the attack, and the
two of each clean text that score highest stand for that: the instruction in a long letter is one sentence of it.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from chalicelib.analyses.kit.injection.detector import readable_text
from chalicelib.analyses.kit.injection.wording import FEATURE_BITS, Learned, Passage, divisor, features, passages
from chalicelib.documents.normalise import words
from evals.detector.examples import Examples, fingerprint
from evals.detector.verdict import Row, Verdict

REGULARISATION = 0.03
ROUNDS = 2
PASSAGES_OF_A_CLEAN_TEXT = 2
RAREST = 2
"""A feature counts when it is in at least so many texts."""
GROUPS = 6
ALARMS_ALLOWED = 0.005
LARGEST_BYTE = 127


def judged_by_others(sets: Mapping[str, Examples]) -> Verdict:
    """Every set judged by a model that learned from the sets of the other groups."""
    names = sorted(sets)
    scores: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for group in range(GROUPS):
        judged = names[group::GROUPS]
        model = _Model([sets[name] for name in names if name not in judged])
        scores |= {name: (model.worst(sets[name].attacks), model.worst(sets[name].clean)) for name in judged}
    clean = np.concatenate([scores[name][1] for name in names])
    attacks = np.concatenate([scores[name][0] for name in names])
    threshold = float(np.quantile(clean, 1 - ALARMS_ALLOWED))
    rows = [_row(name, *scores[name], threshold) for name in names]
    return Verdict(threshold=threshold, everything=_row("all", attacks, clean, threshold), rows=tuple(rows))


def _row(name: str, attacks: np.ndarray, clean: np.ndarray, threshold: float) -> Row:
    return Row(
        name=name,
        attacks=len(attacks),
        found=int(np.sum(attacks >= threshold)),
        clean=len(clean),
        alarms=int(np.sum(clean >= threshold)),
    )


def learn(sets: Mapping[str, Examples], *, threshold: float) -> Learned:
    """The model of all sets, as it ships."""
    model = _Model(list(sets.values()))
    unit = float(np.abs(model.weights).max()) / LARGEST_BYTE
    steps = np.rint(model.weights / unit).astype(np.int8)
    packed = base64.b85encode(zlib.compress(steps.tobytes(), 9)).decode()
    return Learned(
        learned_from=fingerprint(sets),
        bias=round(model.bias, 6),
        threshold=round(threshold, 6),
        unit=unit,
        weights=packed,
    )


class _Model:
    def __init__(self, sets: Sequence[Examples]) -> None:
        texts = [text for one in sets for text in (*one.attacks, *one.clean)]
        self._is_attack = [flag for one in sets for flag in [True] * len(one.attacks) + [False] * len(one.clean)]
        readable = [readable_text(text) for text in texts]
        whole = _matrix([words(text) for text in readable])
        seen = np.bincount(whole.indices, minlength=whole.shape[1])
        self._rarity = (np.log((1 + len(texts)) / (1 + seen)) + 1) * (seen >= RAREST)
        self._fit(whole, self._is_attack)
        found = [passages(text) for text in readable]
        pieces = _matrix([passage.words for of_text in found for passage in of_text])
        begins = np.cumsum([0, *(len(of_text) for of_text in found)])
        for _ in range(ROUNDS):
            kept, flags = self._telling(pieces, begins)
            self._fit(pieces[kept], flags)

    def worst(self, texts: Iterable[str]) -> np.ndarray:
        """Of each text the score of the passage that scores highest."""
        found: list[list[Passage]] = [passages(readable_text(text)) for text in texts]
        scores = self._scores(_matrix([passage.words for of_text in found for passage in of_text]))
        begins = np.cumsum([0, *(len(of_text) for of_text in found[:-1])])
        return np.maximum.reduceat(scores, begins)

    def _scores(self, matrix: csr_matrix) -> np.ndarray:
        return matrix @ self.weights + self.bias

    def _fit(self, matrix: csr_matrix, flags: Sequence[bool]) -> None:
        regression = LogisticRegression(C=REGULARISATION, max_iter=3000, class_weight="balanced")
        regression.fit(matrix @ diags(self._rarity), flags)
        self.weights = regression.coef_[0] * self._rarity
        self.bias = float(regression.intercept_[0])

    def _telling(self, pieces: csr_matrix, begins: np.ndarray) -> tuple[list[int], list[bool]]:
        """The passages that stand for their texts."""
        scores = self._scores(pieces)
        kept: list[int] = []
        flags: list[bool] = []
        for is_attack, begin, end in zip(self._is_attack, begins, begins[1:], strict=False):
            order = begin + np.argsort(-scores[begin:end], kind="stable")
            chosen = order[: 1 if is_attack else PASSAGES_OF_A_CLEAN_TEXT]
            kept += chosen.tolist()
            flags += [is_attack] * len(chosen)
        return kept, flags


def _matrix(rows: Sequence[Sequence[str]]) -> csr_matrix:
    numbers: list[int] = []
    values: list[float] = []
    begins = [0]
    for row in rows:
        found = list(features(row))
        numbers += found
        values += [1 / divisor(len(row))] * len(found)
        begins.append(len(numbers))
    matrix = csr_matrix((values, numbers, begins), shape=(len(rows), 1 << FEATURE_BITS))
    matrix.sum_duplicates()
    return matrix
