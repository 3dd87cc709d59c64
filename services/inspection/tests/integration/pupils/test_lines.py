"""Terms of a school and the academy that followed it: official shares of the one stand beside those of the other."""

from datetime import date
from typing import Any

import pytest
from services.inspection.tests.integration.pupils.conftest import (
    ACADEMY,
    MAINTAINED,
    OTHERS,
    People,
    figures,
    path_of,
    shown,
)
from services.inspection.tests.integration.reads.rows import Register

OFF_ROLL = 100099
OWN, OTHER, LA = "trust:5143", "trust:5144", "la:201"


class TestALine:
    """A school that was followed by an academy, both with figures of one academic year."""

    @pytest.fixture(autouse=True)
    def linked(self, register: Register) -> None:
        register.link(MAINTAINED, ACADEMY)

    async def told(self, people: People, org: str, urn: int, **sent: Any) -> dict[str, Any]:
        answer = await people.send(org, "PUT", path_of(urn), json=figures(**sent))
        assert answer.status_code == 201, answer.text
        assert (await people.send(org, "POST", f"{path_of(urn)}/release")).status_code == 200
        return {
            code: value for code, (value, _) in shown((await people.send(OTHER, "GET", path_of(urn))).json()).items()
        }

    async def test_shares_of_one_stand_beside_numbers_of_the_other(self, people: People, register: Register) -> None:
        register.figure(MAINTAINED, "fsm_ever6_percent", "2025-26", 20.0)
        told = await self.told(people, OWN, ACADEMY, pupils_on_roll=380, fsm_eligible=74)
        assert told == {"pupils_on_roll": 380, "fsm_eligible": None}

    async def test_what_one_supplied_is_no_matter_of_the_other_which_cannot_see_it(self, people: People) -> None:
        await people.send(LA, "PUT", path_of(MAINTAINED), json=figures(pupils_on_roll=380, fsm_eligible=74))
        told = await self.told(people, OWN, ACADEMY, pupils_on_roll=380, fsm_eligible=71)
        assert told == {"pupils_on_roll": 380, "fsm_eligible": 71}

    async def test_a_share_of_a_school_that_the_register_does_not_hold_hides_no_more_than_it_must(
        self, people: People, register: Register
    ) -> None:
        register.link(OFF_ROLL, OTHERS)
        register.figure(OFF_ROLL, "fsm_ever6_percent", "2025-26", 20.0, cohort=None)
        told = await self.told(people, "trust:5144", OTHERS, pupils_on_roll=380, fsm_eligible=60)
        assert told == {"pupils_on_roll": 380, "fsm_eligible": 60}

    async def test_of_a_line_that_forks_nothing_stands_beside(self, people: People, register: Register) -> None:
        register.link(MAINTAINED, OTHERS)
        register.figure(MAINTAINED, "fsm_ever6_percent", "2025-26", 20.0)
        assert (await self.told(people, OWN, ACADEMY, pupils_on_roll=380, fsm_eligible=74))["fsm_eligible"] == 74

    async def test_a_roll_that_a_later_file_knows_stays_hidden(self, people: People, register: Register) -> None:
        told = await self.told(people, OWN, ACADEMY, pupils_on_roll=800)
        register.school_change(ACADEMY, "pupils", 380, 800, date(2026, 6, 30))
        again = (await people.send("dfe", "GET", path_of())).json()
        assert (told, shown(again)) == ({"pupils_on_roll": None}, {"pupils_on_roll": (None, "suppressed")})
