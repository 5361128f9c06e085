"""When has a client seen a version already?"""

from __future__ import annotations

import pytest

from chalicelib.api.conditional import job_tag, names_a_version, seen_already


def test_a_version_has_one_weak_tag_and_a_variant_another():
    assert job_tag(7) == 'W/"7"'
    assert job_tag(7, variant="link") == 'W/"7-link"'


@pytest.mark.parametrize(
    ("header", "seen"),
    [
        ('W/"7"', True),
        ('"7"', True),
        ('"1", W/"7", "9"', True),
        ('"1",W/"7"', True),
        ("*", True),
        (" * ", True),
        ('W/"8"', False),
        ('"77"', False),
        ("7", False),
        ("W/7", False),
        ('w/"8"', False),
        ('"7', False),
        ("", False),
        ('"*"', False),
        (None, False),
    ],
)
def test_weak_comparison_of_lists_and_the_star(header, seen):
    assert seen_already(header, 'W/"7"') is seen


@pytest.mark.parametrize(
    ("header", "names"), [('W/"7"', True), ('"x", "y"', True), ("*", False), ("7", False), ("", False), (None, False)]
)
def test_a_star_names_no_version(header, names):
    assert names_a_version(header) is names
