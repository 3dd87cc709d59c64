"""The chain over predecessors and successors."""

from inspection.domain.lineage import Ambiguity, Link, trace


def link(predecessor: int, successor: int) -> Link:
    return Link(predecessor, successor, "conversion")


def positions(urn: int, links: list[Link]) -> list[tuple[int, str, int]]:
    return [(member.urn, member.relation, member.steps) for member in trace(urn, links).members]


class TestChain:
    def test_a_school_without_links_is_a_chain_of_itself(self) -> None:
        lineage = trace(1, [])

        assert positions(1, []) == [(1, "self", 0)]
        assert lineage.links == lineage.ambiguities == lineage.cycles == ()

    def test_a_line_runs_oldest_first_and_counts_steps(self) -> None:
        links = [link(1, 2), link(2, 3), link(3, 4)]

        assert positions(3, links) == [
            (1, "predecessor", 2),
            (2, "predecessor", 1),
            (3, "self", 0),
            (4, "successor", 1),
        ]
        assert not trace(3, links).ambiguities

    def test_a_sibling_of_a_split_is_not_of_the_chain(self) -> None:
        assert positions(2, [link(1, 2), link(1, 3)]) == [(1, "predecessor", 1), (2, "self", 0)]

    def test_a_long_chain_does_not_exhaust_the_stack(self) -> None:
        assert len(trace(0, [link(n, n + 1) for n in range(5000)]).members) == 5001


class TestForks:
    def test_a_merger_tells_all_its_predecessors(self) -> None:
        assert trace(3, [link(1, 3), link(2, 3)]).ambiguities == (Ambiguity(3, "predecessor", (1, 2)),)

    def test_a_split_tells_all_its_successors(self) -> None:
        assert trace(1, [link(1, 2), link(1, 3)]).ambiguities == (Ambiguity(1, "successor", (2, 3)),)

    def test_a_fork_further_back_is_told_too(self) -> None:
        assert trace(9, [link(1, 5), link(2, 5), link(5, 9)]).ambiguities == (Ambiguity(5, "predecessor", (1, 2)),)

    def test_two_links_of_other_kinds_to_one_school_are_no_fork(self) -> None:
        assert trace(2, [link(1, 2), Link(1, 2, "merger")]).ambiguities == ()


class TestCycles:
    def test_a_link_that_is_cut_makes_no_fork_and_no_member(self) -> None:
        """2 became 1 and then 3; that 1 came before 2 is cut."""
        cut = Link(1, 2, "conversion", cut=True)
        first, last = trace(1, [link(2, 1), link(1, 3), cut]), trace(3, [link(2, 1), link(1, 3), cut])

        assert (first.ambiguities, last.ambiguities) == ((), ())
        assert [(member.urn, member.relation) for member in first.members] == [
            (2, "predecessor"), (1, "self"), (3, "successor"),
        ]  # fmt: skip
        assert cut in first.links
        assert first.cycles == last.cycles == ((1, 2),)

    def test_a_pair_that_names_each_other_is_cut_and_reported_once(self) -> None:
        lineage = trace(1, [link(1, 2), link(2, 1)])

        assert lineage.cycles == ((1, 2),)
        assert [(member.urn, member.relation) for member in lineage.members] == [(2, "predecessor"), (1, "self")]

    def test_a_cycle_further_back_is_reported_from_both_ends_alike(self) -> None:
        links = [link(1, 2), link(2, 3), link(3, 1), link(3, 4)]

        assert trace(4, links).cycles == ((1, 2, 3),)
        assert trace(2, links).cycles == ((1, 2, 3),)

    def test_two_ways_to_the_same_school_are_no_cycle(self) -> None:
        assert trace(4, [link(1, 2), link(1, 3), link(2, 4), link(3, 4)]).cycles == ()

    def test_a_school_that_names_itself_is_a_cycle_of_one(self) -> None:
        assert trace(1, [link(1, 1)]).cycles == ((1,),)
