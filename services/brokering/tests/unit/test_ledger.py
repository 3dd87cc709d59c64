"""Double entry, as arithmetic."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from brokering.domain.ledger import KINDS, Account, Balances, Movement, balances, to_days

MOVEMENTS = st.builds(Movement, st.sampled_from(sorted(KINDS)), st.integers(0, 40))


class TestLegs:
    @given(MOVEMENTS)
    def test_two_legs_on_two_accounts_sum_to_zero(self, movement: Movement) -> None:
        legs = movement.legs()
        assert len({account for account, _ in legs}) == 2
        assert sum(half_days for _, half_days in legs) == 0


class TestBalances:
    @given(st.integers(0, 100), st.lists(MOVEMENTS, max_size=30))
    def test_balances_equal_the_sums_of_the_legs(self, cap: int, movements: list[Movement]) -> None:
        held = balances(cap, movements)
        for account in Account:
            legs = sum(half for movement in movements for of, half in movement.legs() if of is account)
            assert held.of(account) == legs + (cap if account is Account.AVAILABLE else 0)

    @given(st.integers(0, 100), st.lists(MOVEMENTS, max_size=30))
    def test_nothing_is_made_or_lost(self, cap: int, movements: list[Movement]) -> None:
        held = balances(cap, movements)
        assert sum(held.of(account) for account in Account) == cap

    @given(st.integers(0, 40), st.lists(MOVEMENTS, max_size=30))
    def test_movements_that_are_asked_for_first_keep_every_account_at_zero_or_more(
        self, cap: int, movements: list[Movement]
    ) -> None:
        held = Balances(cap)
        for movement in movements:
            if held.lacks(movement) <= 0:
                held = held.after(movement)
            assert min(held.of(account) for account in Account) >= 0

    def test_what_is_missing_is_said(self) -> None:
        assert Balances(cap=20, reserved=3).lacks(Movement("used", 4)) == 1
        assert Balances(cap=20, reserved=3).lacks(Movement("used", 3)) == 0


class TestDays:
    def test_half_days_are_written_as_days(self) -> None:
        assert [to_days(half_days) for half_days in (0, 1, 20, 21)] == [0, 0.5, 10, 10.5]
