"""OffsetMap holds: every character of a derived text leads to exactly the character that made it.

The truth is kept the slow way, one origin for each derived character, and every answer of the map
is compared with it. Derived texts come in two kinds: cut (disjoint stretches in rising order, as
reflowing gives) and shuffled (stretches in any order, also repeated), each with insertions.
"""

from __future__ import annotations

from itertools import groupby, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.offsets import INSERTED, OffsetMap

Runs = list[tuple[int, int]]
Truth = list[int | None]


def truth_of(runs: Runs) -> Truth:
    """Origin of every derived character, one by one."""
    return [None if o == INSERTED else o + i for o, n in runs for i in range(n)]


def minimal_runs(truth: Truth) -> int:
    """Number of runs that the truth cannot be told with fewer than."""

    def joins(a: int | None, b: int | None) -> bool:
        return (a is None and b is None) or (a is not None and b is not None and b == a + 1)

    return bool(truth) + sum(not joins(a, b) for a, b in pairwise(truth))


def span(values: Truth) -> tuple[int, int] | None:
    copied = [v for v in values if v is not None]
    return (min(copied), max(copied) + 1) if copied else None


@st.composite
def cuts(draw: st.DrawFn, skips: bool = True) -> tuple[str, str, Runs]:
    """A source, a text derived from it by rising disjoint copies and insertions, and its runs."""
    source = draw(st.text("支部党员会议服务群众", max_size=30))
    derived, runs, at = "", [], 0
    while at < len(source):
        skip = draw(st.integers(0, 3)) if skips else 0
        take = draw(st.integers(0, 6))
        added = draw(st.text("，。\n", max_size=2))
        at = min(at + skip, len(source))
        take = min(take, len(source) - at)
        derived += source[at : at + take] + added
        runs += [(at, take), (INSERTED, len(added))]
        at += take
    return source, derived, runs


def shuffled(length: int) -> st.SearchStrategy[Runs]:
    """Runs over a source of this length, in any order."""
    inserted = st.tuples(st.just(INSERTED), st.integers(0, 3))
    if not length:
        return st.lists(inserted, max_size=4)
    copied = st.integers(0, length - 1).flatmap(
        lambda o: st.tuples(st.just(o), st.integers(0, length - o))
    )
    return st.lists(st.one_of(copied, inserted), max_size=6)


any_runs = st.integers(0, 12).flatmap(shuffled)
bounds = st.integers(-3, 40)


@given(cuts())
def test_origin_leads_to_the_very_character(made: tuple[str, str, Runs]) -> None:
    source, derived, runs = made
    offsets = OffsetMap(runs)
    assert offsets.length == len(derived)
    for position, char in enumerate(derived):
        origin = offsets.origin(position)
        if origin is None:
            assert char in "，。\n"
        else:
            assert source[origin] == char


@given(any_runs)
def test_origin_is_the_truth_for_every_position(runs: Runs) -> None:
    offsets, truth = OffsetMap(runs), truth_of(runs)
    assert [offsets.origin(i) for i in range(offsets.length)] == truth


@given(any_runs, bounds, bounds)
def test_pieces_are_exactly_the_characters_of_the_span(runs: Runs, start: int, end: int) -> None:
    offsets, truth = OffsetMap(runs), truth_of(runs)
    pieces = offsets.pieces(start, end)
    expected = truth[max(start, 0) : max(end, 0)]
    assert truth_of(pieces) == expected
    assert len(pieces) == minimal_runs(expected)
    assert all(length > 0 for _, length in pieces)


@given(any_runs, bounds, bounds)
def test_source_span_is_the_smallest_that_holds_the_span(runs: Runs, start: int, end: int) -> None:
    expected = span(truth_of(runs)[max(start, 0) : max(end, 0)])
    assert OffsetMap(runs).source_span(start, end) == expected


@given(any_runs, bounds, bounds)
def test_slice_maps_like_the_whole(runs: Runs, start: int, end: int) -> None:
    expected = truth_of(runs)[max(start, 0) : max(end, 0)]
    part = OffsetMap(runs).slice(start, end)
    assert part.length == len(expected)
    assert [part.origin(i) for i in range(part.length)] == expected


@given(any_runs, st.integers(0, 30), st.integers(0, 30))
def test_slices_put_together_are_the_whole(runs: Runs, first: int, second: int) -> None:
    whole = OffsetMap(runs)
    a, b = sorted((min(first, whole.length), min(second, whole.length)))
    parts = whole.slice(0, a), whole.slice(a, b), whole.slice(b, whole.length)
    assert OffsetMap([run for part in parts for run in part.runs()]) == whole


@given(cuts())
def test_nothing_is_copied_twice(made: tuple[str, str, Runs]) -> None:
    source, derived, runs = made
    copied = [o + i for o, n in OffsetMap(runs).runs() if o != INSERTED for i in range(n)]
    assert copied == sorted(set(copied))
    assert "".join(source[i] for i in copied) == "".join(c for c in derived if c not in "，。\n")


@given(cuts(skips=False))
def test_nothing_is_lost_when_nothing_was_skipped(made: tuple[str, str, Runs]) -> None:
    source, derived, runs = made
    offsets = OffsetMap(runs)
    origins = [offsets.origin(i) for i in range(len(derived))]
    assert [o for o in origins if o is not None] == list(range(len(source)))


@given(st.data())
def test_compose_goes_through_to_the_first_source(data: st.DataObject) -> None:
    inner_runs = data.draw(any_runs)
    inner, inner_truth = OffsetMap(inner_runs), truth_of(inner_runs)
    outer_runs = data.draw(shuffled(inner.length))
    through = OffsetMap(outer_runs).compose(inner)
    expected = [None if o is None else inner_truth[o] for o in truth_of(outer_runs)]
    assert [through.origin(i) for i in range(through.length)] == expected


@given(st.data())
def test_compose_is_associative(data: st.DataObject) -> None:
    first = OffsetMap(data.draw(any_runs))
    second = OffsetMap(data.draw(shuffled(first.length)))
    third = OffsetMap(data.draw(shuffled(second.length)))
    left, right = third.compose(second).compose(first), third.compose(second.compose(first))
    assert left == right
    assert list(left.runs()) == list(right.runs())


@given(any_runs)
def test_identity_is_neutral_on_both_sides(runs: Runs) -> None:
    offsets = OffsetMap(runs)
    reach = max((o + n for o, n in runs if o != INSERTED), default=0)
    assert offsets.compose(OffsetMap.identity(reach)) == offsets
    assert OffsetMap.identity(offsets.length).compose(offsets) == offsets


@given(any_runs, st.data())
def test_split_runs_merge_to_the_same_map(runs: Runs, data: st.DataObject) -> None:
    """However finely the runs are given, the map is the same, equal, and as short as can be."""
    pieces: Runs = []
    for origin, length in runs:
        cut = data.draw(st.integers(0, length))
        rest = origin if origin == INSERTED else origin + cut
        pieces += [(origin, cut), (rest, length - cut)]
    whole, split = OffsetMap(runs), OffsetMap(pieces)
    assert split == whole
    assert hash(split) == hash(whole)
    assert len(list(split.runs())) == minimal_runs(truth_of(runs))


@given(any_runs, any_runs)
def test_maps_are_equal_only_when_their_truths_are(one: Runs, two: Runs) -> None:
    assert (OffsetMap(one) == OffsetMap(two)) == (truth_of(one) == truth_of(two))


@given(any_runs, st.integers(0, 5))
def test_origin_outside_is_an_index_error(runs: Runs, beyond: int) -> None:
    offsets = OffsetMap(runs)
    with pytest.raises(IndexError):
        offsets.origin(-1 - beyond)
    with pytest.raises(IndexError):
        offsets.origin(offsets.length + beyond)


@given(any_runs, bounds, bounds)
def test_empty_and_reversed_spans_hold_nothing(runs: Runs, start: int, end: int) -> None:
    assume(start >= end)
    offsets = OffsetMap(runs)
    assert offsets.pieces(start, end) == []
    assert offsets.source_span(start, end) is None
    assert offsets.slice(start, end) == OffsetMap([])


def test_reflowed_lines_as_an_example() -> None:
    """支部\n党员 → 支部党员。: the line end is left out and a full stop is added."""
    source, derived = "支部\n党员", "支部党员。"
    offsets = OffsetMap([(0, 2), (3, 2), (INSERTED, 1)])
    assert [offsets.origin(i) for i in range(5)] == [0, 1, 3, 4, None]
    assert offsets.pieces(1, 5) == [(1, 1), (3, 1 + 1), (INSERTED, 1)]
    assert offsets.source_span(1, 3) == (1, 4)
    assert offsets.source_span(4, 5) is None
    assert source[slice(*offsets.source_span(2, 5) or (0, 0))] == derived[2:4]


def test_an_insertion_before_the_first_character_does_not_join_it() -> None:
    """INSERTED is -1: one inserted character and then origin 0 look like a rising run."""
    offsets = OffsetMap([(INSERTED, 1), (0, 3)])
    assert list(offsets.runs()) == [(INSERTED, 1), (0, 3)]
    assert [offsets.origin(i) for i in range(4)] == [None, 0, 1, 2]


def test_a_copy_that_ends_where_an_insertion_follows_does_not_join_it() -> None:
    assert list(OffsetMap([(0, 3), (INSERTED, 2), (INSERTED, 1), (3, 1)]).runs()) == [
        (0, 3),
        (INSERTED, 3),
        (3, 1),
    ]


def test_empty_runs_vanish() -> None:
    """An empty run between two that touch does not keep them apart."""
    assert list(OffsetMap([(0, 2), (INSERTED, 0), (9, 0), (2, 3)]).runs()) == [(0, 5)]


def test_empty_map_and_empty_identity_are_the_same() -> None:
    empty = OffsetMap([])
    assert empty == OffsetMap.identity(0)
    assert empty.length == 0
    assert empty.pieces(0, 9) == []
    with pytest.raises(IndexError):
        empty.origin(0)


def test_long_identity_is_one_run() -> None:
    """A map costs by runs: a book copied character by character is a single run."""
    book = OffsetMap((i, 1) for i in range(50_000))
    assert list(book.runs()) == [(0, 50_000)]
    assert book.origin(49_999) == 49_999


def test_map_is_not_equal_to_something_else() -> None:
    assert OffsetMap([(0, 2)]) != [(0, 2)]


def test_repr_builds_the_same_map() -> None:
    offsets = OffsetMap([(4, 2), (INSERTED, 1), (0, 3)])
    assert eval(repr(offsets)) == offsets


def test_the_slow_truth_is_right_itself() -> None:
    """The yardstick of this file, on a case done by hand."""
    truth = truth_of([(5, 2), (INSERTED, 1), (7, 1)])
    assert truth == [5, 6, None, 7]
    assert minimal_runs(truth) == 3 == len(list(groupby(truth, lambda v: v is None)))
    assert span(truth) == (5, 8)
