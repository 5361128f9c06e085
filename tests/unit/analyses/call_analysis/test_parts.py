from __future__ import annotations

from chalicelib.analyses.call_analysis.parts import OVERLAP_CHARACTERS, parts_of


def _call(turns: int) -> str:
    return "\n".join(f"{'AI' if turn % 2 else 'User'}: sentence number {turn}" for turn in range(turns))


def test_a_call_of_comfortable_length_is_one_part() -> None:
    transcript = _call(10)

    parts = parts_of(transcript, part_characters=len(transcript))

    assert parts == (transcript,)


def test_a_long_call_is_cut_between_lines_and_nothing_is_lost() -> None:
    transcript = _call(400)

    parts = parts_of(transcript, part_characters=3_000)

    said = [line for part in parts for line in part.splitlines()]
    assert list(dict.fromkeys(said)) == transcript.splitlines()


def test_parts_are_of_about_one_length() -> None:
    transcript = _call(400)

    parts = parts_of(transcript, part_characters=3_000)

    lengths = [len(part) for part in parts]
    assert len(parts) == -(-len(transcript) // 3_000)
    assert max(lengths) <= 3_000 + OVERLAP_CHARACTERS
    assert min(lengths) > 1_500


def test_a_part_begins_with_the_last_lines_of_the_one_before() -> None:
    first, second, *_ = parts_of(_call(400), part_characters=3_000)

    repeated = [line for line in second.splitlines() if line in first.splitlines()]

    assert repeated == first.splitlines()[-len(repeated) :]
    assert 0 < sum(map(len, repeated)) <= OVERLAP_CHARACTERS


def test_a_long_line_is_cut_between_words() -> None:
    spoken = " ".join(f"מילה{n}" for n in range(2_000))

    parts = parts_of(spoken, part_characters=3_000)

    said = [word for part in parts for word in part.split()]
    assert list(dict.fromkeys(said)) == spoken.split()
    assert len(parts) == -(-len(spoken) // 3_000)


def test_a_line_without_a_gap_is_cut_all_the_same() -> None:
    parts = parts_of("א" * 10_000, part_characters=3_000)

    assert "".join(parts).replace("\n", "") == "א" * 10_000
