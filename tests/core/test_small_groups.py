"""In which roles at a school so few people are known that whoever knows the school recognises them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from observation.core.records import Slot
from observation.core.registers import Consent, Respondent, School
from observation.core.sessions import Observed
from observation.core.small_groups import small_groups

LEADER, TEACHER = "school-leader", "teacher"
BARE = Observed("observation/x", "A-01", "A", "", "W1", "", "", (), (), {})


def respondent(code: str, role: str) -> Respondent:
    return Respondent(code, Slot(({"role": role},), (code,)))


def school(**roles: str) -> School:
    return School("school/a", "A", respondents={c: respondent(c, r) for c, r in roles.items()})


def session(**roles: str) -> Observed:
    return replace(BARE, people=roles)


def test_a_role_with_five_people_is_no_small_group_and_one_with_four_is() -> None:
    five = {f"R{n}": TEACHER for n in range(5)}
    assert small_groups(school(**five), []) == {}
    del five["R0"]
    assert small_groups(school(**five), []) == {TEACHER: 4}


def test_people_of_several_sessions_are_counted_once_each() -> None:
    observed = [session(T1=TEACHER, T2=TEACHER, L1=LEADER), session(T2=TEACHER, T3=TEACHER)]
    assert small_groups(school(), observed) == {LEADER: 1, TEACHER: 3}


def test_respondents_and_participants_may_be_the_same_people_so_the_larger_number_counts() -> None:
    found = school(R1=TEACHER, R2=TEACHER, S1=LEADER)
    assert small_groups(found, [session(T1=TEACHER)]) == {TEACHER: 2, LEADER: 1}


def test_leaders_of_the_register_count_as_participants() -> None:
    leaders = {"L1": Slot(({},), ("e",)), "L2": Slot(({},), ("e",))}
    found = replace(school(S1=LEADER), leaders=leaders)
    assert small_groups(found, [session(L2=LEADER)]) == {LEADER: 2}


def test_who_withdrew_is_not_counted_nor_named() -> None:
    gone = {"R2": Consent((), "2018-04-01", ("w",))}
    found = replace(school(R1=TEACHER, R2=TEACHER), consents=gone)
    assert small_groups(found, []) == {TEACHER: 1}


def test_who_has_no_role_is_in_none() -> None:
    assert small_groups(school(), [session(X="")]) == {}


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.sampled_from([LEADER, TEACHER])))
def test_another_person_never_makes_a_group_smaller(people: dict[str, str]) -> None:
    before = small_groups(school(), [session(**people)])
    after = small_groups(school(), [session(**people), session(another=TEACHER)])
    assert after.get(TEACHER, 5) >= before.get(TEACHER, 0)
    assert after.get(LEADER) == before.get(LEADER)
