"""Does a passage sound like an instruction to a machine? A linear model over pieces of words, learned from examples.

A passage's score is `bias + sum(weights) / sqrt(words + 3)`: a weight for every piece of three to five letters, for
every word and for every two words that follow each other. Passages are up to three sentences; the highest score
decides. The time is linear in the text: sums over a passage are differences of running sums.

`wording.json` is made by `make detector`, which also says how well the model does on texts that it has not seen.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from math import sqrt
from pathlib import Path

import msgspec

from chalicelib.documents.normalise import words_of_comparable

FEATURE_BITS = 17
PIECE_LETTERS = (3, 4, 5)
MOST_SENTENCES = 3
MOST_WORDS = 60
LONG_SENTENCE_WORDS = 40
_SENTENCE = re.compile(r"[^.!?;:\n]*[.!?;:\n]+|[^.!?;:\n]+")


class Passage(msgspec.Struct, frozen=True):
    """Words that follow each other, as `words` gives them, and where they stand in the text."""

    words: tuple[str, ...]
    start: int
    end: int


def suspicious_place(readable: str) -> tuple[int, int] | None:
    """Where the first passage that sounds like an instruction begins and ends, or None. `readable` is lower-case."""
    model = learned()
    sentences = _sentences(readable)
    for first, last, score in _scored(sentences, model):
        if score >= model.threshold:
            return sentences[first].start, sentences[last - 1].end
    return None


def passages(readable: str) -> list[Passage]:
    """Every passage that is weighed; a sentence is in up to three of them."""
    sentences = _sentences(readable)
    return [_joined(sentences[first:last]) for first, last in _windows(sentences)]


def features(passage: Sequence[str]) -> Iterator[int]:
    """The numbers of the weights that count for these words, repeated ones repeatedly."""
    for word in passage:
        yield from _of_word(word)
    yield from (_of_pair(*pair) for pair in pairwise(passage))


def divisor(number_of_words: int) -> float:
    """What the sum of the weights is divided by."""
    return sqrt(number_of_words + 3)


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """The model as `wording.json` holds it: `weights` are signed bytes, compressed, in units of `unit`.

    `learned_from` is the fingerprint of the texts it was learned from.
    """

    learned_from: str
    bias: float
    threshold: float
    unit: float
    weights: str

    def unpacked(self) -> memoryview:
        """One signed byte per feature."""
        return memoryview(zlib.decompress(base64.b85decode(self.weights))).cast("b")


@cache
def learned() -> Learned:
    """The model that ships."""
    return msgspec.json.decode(Path(__file__).with_name("wording.json").read_bytes(), type=Learned)


@cache
def _weights() -> memoryview:
    return learned().unpacked()


@lru_cache(maxsize=30_000)
def _weight_of_word(word: str) -> int:
    weights = _weights()
    return sum(weights[number] for number in _of_word(word))


def _scored(sentences: Sequence[Passage], model: Learned) -> Iterator[tuple[int, int, float]]:
    """First and last (exclusive) sentence of each passage, and its score."""
    everything = [word for sentence in sentences for word in sentence.words]
    weights = _weights()
    of_words = [0, *accumulate(map(_weight_of_word, everything))]
    of_pairs = [0, 0, *accumulate(weights[number] for number in map(_of_pair, everything, everything[1:]))]
    begins = [0, *accumulate(len(sentence.words) for sentence in sentences)]
    for first, last in _windows(sentences):
        start, end = begins[first], begins[last]
        total = of_words[end] - of_words[start] + of_pairs[end] - of_pairs[start + 1]
        yield first, last, model.bias + model.unit * total / divisor(end - start)


def _windows(sentences: Sequence[Passage]) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) sentence of each passage: one, two or three, of at most so many words together."""
    for first, sentence in enumerate(sentences):
        size = len(sentence.words)
        yield first, first + 1
        for last in range(first + 1, min(first + MOST_SENTENCES, len(sentences))):
            size += len(sentences[last].words)
            if size > MOST_WORDS:
                break
            yield first, last + 1


def _sentences(readable: str) -> list[Passage]:
    found = []
    for match in _SENTENCE.finditer(readable):
        said = words_of_comparable(match.group())
        step = len(said) if len(said) <= MOST_WORDS else LONG_SENTENCE_WORDS
        for cut in range(0, len(said), max(step, 1)):
            found.append(Passage(said[cut : cut + step], match.start(), match.end()))
    return found


def _joined(sentences: Sequence[Passage]) -> Passage:
    said = tuple(word for sentence in sentences for word in sentence.words)
    return Passage(said, sentences[0].start, sentences[-1].end)


def _of_word(word: str) -> list[int]:
    marked = f" {word} "
    pieces = {marked[at : at + size] for size in PIECE_LETTERS for at in range(len(marked) - size + 1)}
    return [_number(piece) for piece in sorted(pieces)] + [_number(f"={word}")]


def _of_pair(first: str, second: str) -> int:
    return _number(f"{first} {second}")


def _number(feature: str) -> int:
    return zlib.crc32(feature.encode()) & ((1 << FEATURE_BITS) - 1)
