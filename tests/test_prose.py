"""What extractors ask of a report's prose."""

from __future__ import annotations

import random

from pipeline.extract.prose import Prose


def test_a_quotation_is_found_by_its_place_as_by_looking_through_all() -> None:
    """One report of 10 MB has tens of thousands of quotations, and is asked for one at every title."""
    drawn = random.Random(1)
    for _ in range(200):
        text = "".join(drawn.choice("“”《》字，") for _ in range(24))
        prose = Prose(text, text, ())
        for _ in range(30):
            left, right = sorted((drawn.randint(0, 24), drawn.randint(0, 24)))
            first = next(
                (q for q in prose.quotes if left <= q.start - 1 and q.end < right),
                None,
            )
            assert prose.quote_within(left, right) == first
