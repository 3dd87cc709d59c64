"""How long is waited between looks."""

import pytest

from shared.events import waiting
from shared.events.waiting import Pace


class Clock:
    """Stands in for the module's `time`."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(waiting, "time", clock)
    return clock


def test_looks_are_seldom_until_something_is_found_and_often_for_a_second_afterwards(clock: Clock) -> None:
    pace = Pace(busy=0.01, idle=0.5)
    assert pace.after(found=False) == 0.5
    assert pace.after(found=True) == 0.01
    clock.now += 0.9
    assert pace.after(found=False) == 0.01
    clock.now += 0.2
    assert pace.after(found=False) == 0.5
    assert pace.after(found=True) == 0.01
