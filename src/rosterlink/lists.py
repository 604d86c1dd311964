"""From people to the lists of a run: who is found, explained, suspected, and what else came up.

All of it is SQL over two tables: `people` (every row with the number of its person) and `pairs`
(what was weighed). School age is decided by `rosterlink.school_age`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rosterlink.engines.duckdb import connect
from rosterlink.person import Side
from rosterlink.school_age import NATIONAL, EntryRule, birth_bounds

if TYPE_CHECKING:
    import pyarrow as pa

# States of a row, as offices write them; what is none of these is taken for current.
DEAD = "死亡|注销户口|去世"
GONE = "迁出|离开|死亡|注销|去世|定居国外|出国定居"
SUSPENDED = "休学"
OFF_ROLL = "离校|转出|退学|毕业|结业|肄业|开除|死亡|辍学|失踪|转学|流失"
EXPLANATIONS = ("suspended", "enrolled_elsewhere", "deferred", "deceased", "abroad", "moved_out")
# How far a row is believed about the birth date: a sound number is checked, a hand-typed cell not;
# a number that two persons bear is believed for neither.
NUMBER_VOTES = 4
BIRTH_VOTES = {"police_hukou": 3, "police_floating": 2}


class Lists:
    """The lists of one run, each made when it is asked for."""

    def __init__(
        self,
        people: pa.Table,
        pairs: pa.Table,
        on: date,
        rule: EntryRule = NATIONAL,
        *,
        threads: int | None = None,
        memory: str | None = None,
    ) -> None:
        self.connection = connect(self, threads, memory)
        self.connection.register("people", people)
        self.connection.register("pairs", pairs)
        first, last = birth_bounds(on, rule)
        for statement in _statements(f"{on:%Y%m%d}", f"{first:%Y%m%d}", f"{last:%Y%m%d}"):
            self.connection.execute(statement)

    def query(self, sql: str) -> pa.Table:
        return self.connection.sql(sql).to_arrow_table()

    def links(self) -> pa.Table:
        """Return each resident row with each row of another roster of the same person."""
        return self.query(
            f"""
            select l.row_id as left_row_id, r.row_id as right_row_id, l.n as left_n, r.n as right_n,
                l.number <> '' and l.number = r.number and l.name = r.name as certain,
                pairs.* exclude (a, b), l.person
            from people l join people r using (person)
            left join pairs on pairs.a = l.n and pairs.b = r.n
            where l.side = {Side.RESIDENTS} and r.side <> {Side.RESIDENTS}
            order by l.n, r.n
            """
        )

    def review(self) -> pa.Table:
        """Return the pairs of residents and others that a clerk is to decide, best first."""
        return self.query(
            f"""
            select l.row_id as left_row_id, r.row_id as right_row_id, pairs.*
            from pairs join people l on l.n = a join people r on r.n = b
            where verdict in ('doubtful', 'rival', 'twins') and l.side = {Side.RESIDENTS}
                and r.side <> {Side.RESIDENTS} and l.person <> r.person
            order by weight desc, a, b
            """
        )

    def standing(self) -> pa.Table:
        """Return every resident child of school age once, by its best row, with its outcome."""
        return self.query(
            """
            select row_id, outcome, coalesce(by_row_id, '') as by_row_id,
                coalesce(roll_row_id, '') as roll_row_id,
                case when born <> '' then born[1:4] || '-' || born[5:6] || '-' || born[7:] else ''
                    end as birth_date, person
            from standing left join (
                select person, arg_min(row_id, (not enrolled, suspended, n)) as roll_row_id
                from marked where side = 1 group by person
            ) using (person) order by best_n
            """
        )

    def out_of_school(self) -> pa.Table:
        return self.query(
            """
            with nearest as (
                select l.person,
                    arg_min({'row_id': r.row_id, 'pair': pairs}, (-weight, r.n)) as nearest_pair
                from pairs join people l on l.n = a join people r on r.n = b
                where l.side = 0 and r.side = 1 group by l.person
            ), roll as (
                select person, arg_max(row_id, n) as roll_row_id, arg_max(state, n) as roll_state
                from people where side = 1 group by person
            )
            select row_id, person, born, disputed, roll_row_id, roll_state, nearest_pair
            from standing left join nearest using (person) left join roll using (person)
            where outcome = 'suspected' order by best_n
            """
        )

    def explained(self) -> pa.Table:
        return self.query(
            """
            select row_id, outcome as explanation, by_row_id, person from standing
            where outcome not in ('found', 'suspected') order by best_n
            """
        )

    def ghosts(self) -> pa.Table:
        return self.query(
            f"""
            with police as (
                select person, bool_or(not gone) as current, bool_or(gone) as left_here,
                    bool_or(regexp_matches(state, '{DEAD}')) as dead
                from marked where side = 0 group by person
            ), others as (
                select person, bool_or(roster = 'deaths') as dead,
                    bool_or(roster = 'border_exits' and return_date = '') as abroad
                from people where side = 2 group by person
            ), nearest as (
                select b as n,
                    arg_min({{'row_id': l.row_id, 'pair': pairs}}, (-weight, l.n)) as nearest_pair
                from pairs join people l on l.n = a join people r on r.n = b
                where l.side = 0 and r.side = 1 group by b
            )
            select row_id, person, nearest_pair, case
                when coalesce(police.dead, false) or coalesce(others.dead, false) then 'deceased'
                when coalesce(others.abroad, false) then 'abroad'
                when police.left_here then 'moved_out' else 'no_resident' end as reason_code
            from marked left join police using (person) left join others using (person)
            left join nearest using (n)
            where side = 1 and enrolled and not suspended and not coalesce(police.current, false)
            order by n
            """
        )

    def unregistered(self) -> pa.Table:
        """Return the children of school age of whom only a register of services knows."""
        return self.query(
            """
            select arg_min(row_id, n) as row_id, list(distinct roster order by roster) as rosters,
                person, any_value(born) as born
            from people join ages using (person)
            where school_age group by person
            having count(*) filter (where roster not in ('vaccination', 'kindergarten_leavers',
                'disabled_cert', 'poverty', 'left_behind')) = 0
            order by min(n)
            """
        )

    def duplicates(self) -> pa.Table:
        return self.query(
            """
            select l.row_id as row_id_a, r.row_id as row_id_b,
                l.number <> '' and l.number = r.number and l.name = r.name as certain,
                pairs.* exclude (a, b), l.person, l.side
            from people l join people r on l.person = r.person and l.side = r.side and l.n < r.n
            left join pairs on pairs.a = l.n and pairs.b = r.n
            where l.side <> 2 order by l.n, r.n
            """
        )

    def counts(self) -> dict[str, int]:
        """Return how the children of school age among the residents stand; the parts add up."""
        rows = self.connection.execute(
            "select outcome, count(*) from standing group by outcome order by outcome"
        ).fetchall()
        counted = dict(rows)
        explained = {code: counted.get(code, 0) for code in EXPLANATIONS}
        return {
            "residents_of_school_age": sum(counted.values()),
            "found": counted.get("found", 0),
            **explained,
            "explained": sum(explained.values()),
            "suspected": counted.get("suspected", 0),
        }


def _statements(on: str, first: str, last: str) -> list[str]:
    votes = " ".join(f"when '{roster}' then {count}" for roster, count in BIRTH_VOTES.items())
    digits = "regexp_replace({}, '[^0-9]', '', 'g')"
    until = digits.format("until")
    not_over = f"(until = '' or {until} >= left('{on}', length({until})))"
    in_age = f"born between '{first}' and '{last}'"
    return [
        f"""
        create temp table marked as select *,
            regexp_matches(state, '{GONE}') as gone,
            not regexp_matches(state, '{OFF_ROLL}') as enrolled,
            regexp_matches(state, '{SUSPENDED}') as suspended
        from people
        """,
        f"""
        create temp table ages as
        with own_numbers as (
            select number from people where length(number) = 18
            group by number having count(distinct person) = 1
        ), votes as (
            select person, number[7:14] as born, {NUMBER_VOTES} as votes
            from people join own_numbers using (number)
            union all
            select person, birth, case roster {votes} else 1 end
            from people where birth <> '' and right(birth, 2) <> '00'
        ), counted as (
            select person, born, sum(votes) as votes, {in_age} as in_age
            from votes group by person, born
        ), decided as (
            select person, arg_max(born, (votes, in_age, born)) as born,
                coalesce(sum(votes) filter (where in_age), 0) as votes_in,
                coalesce(sum(votes) filter (where not in_age), 0) as votes_out
            from counted group by person
        )
        select person, born, coalesce({in_age} or votes_in >= votes_out, true) as school_age,
            coalesce(votes_in > 0 and votes_out > 0, true) as disputed
        from (select distinct person from people) left join decided using (person)
        """,
        f"""
        create temp table standing as
        with residents as (
            select person, arg_min(row_id, rank) as row_id, arg_min(n, rank) as best_n,
                bool_or(not gone) as current,
                arg_min(row_id, n) filter (where regexp_matches(state, '{DEAD}')) as dead_row
            from (select *, (gone, roster <> 'police_hukou', reg_date = '',
                -coalesce(try_cast({digits.format("reg_date")} as bigint), 0), n) as rank
                from marked where side = 0)
            group by person
        ), roll as (
            select person, bool_or(enrolled and not suspended) as found,
                arg_min(row_id, n) filter (where suspended) as suspended_row
            from marked where side = 1 group by person
        ), exits as (
            select person, arg_max(row_id, (exit_date, n)) as row_id,
                arg_max(return_date, (exit_date, n)) as return_date
            from people where roster = 'border_exits' group by person
        ), others as (
            select person,
                arg_min(row_id, n) filter (where roster = 'elsewhere_roll' and enrolled)
                    as elsewhere,
                arg_min(row_id, n) filter (where roster = 'deferral' and {not_over}) as deferral,
                arg_min(row_id, n) filter (where roster = 'deaths') as death
            from marked where side = 2 group by person
        ), judged as (
            select residents.*, born, disputed, coalesce(found, false) as found, suspended_row,
                elsewhere, deferral, coalesce(death, dead_row) as death,
                case when exits.return_date = '' then exits.row_id end as exit_row
            from residents join ages using (person) left join roll using (person)
            left join others using (person) left join exits using (person)
            where school_age
        )
        select *,
            case when found then 'found' when suspended_row is not null then 'suspended'
                when elsewhere is not null then 'enrolled_elsewhere'
                when deferral is not null then 'deferred' when death is not null then 'deceased'
                when exit_row is not null then 'abroad' when not current then 'moved_out'
                else 'suspected' end as outcome,
            coalesce(suspended_row, elsewhere, deferral, death, exit_row, row_id) as by_row_id
        from judged
        """,
    ]
