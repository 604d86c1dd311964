"""The peers that the comparison is measured against, each run as one cold process.

    build/bench/bin/python make/bench_peers.py METHOD FOLDER OUT

METHOD is vlookup, cleaned, splink or hash_join; FOLDER holds the rosters as .parquet. Into OUT go
links.parquet (left_row_id, right_row_id, weight; every roster beside the residents is a right
side), residents.parquet (row_id, child; who must have a place) and places.parquet (row_id; the
rows that are a place or a reason to have none). What is done with them is in `bench_matching`.

Splink is given what we know: our cleaning of Chinese names, dates and numbers, seven comparisons
of up to ten levels, thirty blocking rules, its own training. It runs in an environment of its own,
which `make/peers.sh` makes from `make/peers.lock`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from rosterlink import school_age
from rosterlink.engines.duckdb import DuckDBEngine

ON = date(2026, 9, 1)
RESIDENTS = ("police_hukou", "police_floating")
OTHERS = ("school_roll", "elsewhere_roll", "deferral", "deaths", "border_exits")
LEAST = -10.0  # bits; far below any cut that could be chosen
ROUNDS = 5
Tables = dict[str, pa.Table]


def main(method: str, folder: str, out: str) -> None:
    found = METHODS[method](Path(folder))
    Path(out).mkdir(parents=True, exist_ok=True)
    for name, table in found.items():
        pq.write_table(table, Path(out) / f"{name}.parquet")


def rosters(folder: Path) -> dict[str, list[pa.Table]]:
    return {
        name: [pq.read_table(path)]
        for name in (*RESIDENTS, *OTHERS)
        if (path := folder / f"{name}.parquet").exists()
    }


def hash_join(folder: Path) -> Tables:
    """Nothing but the two columns of numbers, joined: no method can be quicker."""
    links = duckdb.sql(
        f"""
        select l.row_id as left_row_id, r.row_id as right_row_id, 0.0 as weight
        from '{folder}/police_hukou.parquet' l join '{folder}/school_roll.parquet' r
            on l.id_no = r.id_no and l.id_no <> ''
        """
    ).to_arrow_table()
    return {"links": links}


def vlookup(folder: Path) -> Tables:
    """What an office does today: look each number up as it stands."""
    people = with_rosters(folder)
    people.execute(
        """
        create table links as
        select l.row_id as left_row_id, r.row_id as right_row_id, 0.0 as weight
        from cells l join cells r on l.id_no = r.id_no and l.id_no <> ''
        where l.resident and not r.resident
        """
    )
    people.execute(
        "create table people as select *, row_id as child, birth_date as born from cells"
    )
    return answer(people)


def cleaned(folder: Path) -> Tables:
    """The number cleaned; for rows without a pair by it, the name and the birth date."""
    people = with_people(folder)
    people.execute(
        """
        create table by_number as
        select l.row_id as left_row_id, r.row_id as right_row_id, 1.0 as weight
        from people l join people r on l.number = r.number and l.number <> ''
        where l.resident and not r.resident;
        create table links as
        from by_number union all
        select l.row_id, r.row_id, 0.0
        from (from people where resident and row_id not in (select left_row_id from by_number)) l
        join people r on l.name = r.name and l.birth = r.birth and l.name <> '' and l.birth <> ''
        where not r.resident and r.row_id not in (select right_row_id from by_number)
        """
    )
    return answer(people)


def with_rosters(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    parts = []
    for name, [table] in rosters(folder).items():
        connection.register(name, table)
        columns = (
            f"{c} as {c}" if c in table.column_names else f"'' as {c}"
            for c in ("row_id", "id_no", "birth_date", "state", "return_date")
        )
        parts.append(f"select '{name}' as roster, {', '.join(columns)} from {name}")
    resident = ", ".join(f"'{name}'" for name in RESIDENTS)
    connection.execute(
        f"create table cells as select *, roster in ({resident}) as resident "
        f"from ({' union all by name '.join(parts)})"
    )
    return connection


def with_people(folder: Path) -> duckdb.DuckDBPyConnection:
    """Read with our cleaning, and give a child's two rows with residents one name: `child`."""
    engine = DuckDBEngine()
    engine.read(rosters(folder), ON)
    engine.connection.execute(
        """
        alter table people add column resident boolean;
        update people set resident = side = 0;
        alter table people add column child varchar;
        update people set child = case when number <> '' and own
            then number else row_id end;
        alter table people add column born varchar;
        update people set born = case when birth = '' then number_birth else birth end
        """
    )
    return engine.connection


def answer(people: duckdb.DuckDBPyConnection) -> Tables:
    first, last = school_age.birth_bounds(ON)
    of_age = f"replace(born, '-', '') between '{first:%Y%m%d}' and '{last:%Y%m%d}'"
    return {
        "links": people.sql("from links").to_arrow_table(),
        "residents": people.sql(
            f"select row_id, child from people where resident and {of_age} "
            "and state in ('正常', '在住')"
        ).to_arrow_table(),
        "places": people.sql(
            """
            select row_id from people where not resident and case roster
                when 'school_roll' then state in ('在读', '休学')
                when 'elsewhere_roll' then state in ('在读', '休学')
                when 'border_exits' then return_date = '' else true end
            """
        ).to_arrow_table(),
    }


# What Splink compares, in its own form: missing values are null.
COMPARED = """
    select row_id, child, nullif(number, '') as number, nullif(first_number, '') as first_number,
        nullif(case when number <> '' then number else typed end, '') as id_text,
        nullif(name, '') as name, nullif(letters, '') as letters, nullif(near, '') as near,
        nullif(former, '') as former, nullif(given, '') as given, nullif(surname, '') as surname,
        nullif(birth, '') as birth, nullif(number_birth, '') as born,
        nullif(lunar, '') as lunar, nullif(sex, '') as sex,
        nullif(phone, '') as phone, nullif(street, '') as street, nullif(door, '') as door,
        nullif(community, '') as community, nullif(father, '') as father,
        nullif(mother, '') as mother, nullif(guardian, '') as guardian, family_ids,
        list_filter([father, mother, guardian], lambda adult: adult <> '') as adults
    from people
"""
# From the strongest level of each comparison to the weakest; what is left over is the last.
LEVELS: dict[str, tuple[str | tuple[str, str], ...]] = {
    "number": (
        "id_text_l is null or id_text_r is null",
        "number_l = number_r",
        "first_number_l = number_r or first_number_r = number_l",
        "damerau_levenshtein(id_text_l, id_text_r) <= 1",
        "damerau_levenshtein(id_text_l, id_text_r) <= 2",
        "left(id_text_l, 15) = left(id_text_r, 15)",
        "length(id_text_r) = 15 and id_text_r = left(id_text_l, 6) || substr(id_text_l, 9, 9)",
        "substr(id_text_l, 7, 8) = substr(id_text_r, 7, 8)",
    ),
    "name": (
        "name_l is null or name_r is null",
        ("name_l = name_r", "name"),
        "former_l = name_r or former_r = name_l",
        "letters_l = letters_r",
        "near_l = near_r",
        "damerau_levenshtein(name_l, name_r) <= 1 and least(length(name_l), length(name_r)) >= 3",
        "given_l = given_r",
        "damerau_levenshtein(name_l, name_r) <= 1",
        "surname_l = surname_r and right(name_l, 1) = right(name_r, 1)",
        "surname_l = surname_r",
    ),
    "birth": (
        "birth_l is null or birth_r is null",
        "birth_l = birth_r",
        "born_r = birth_l",
        "lunar_l = birth_r or lunar_r = birth_l",
        "damerau_levenshtein(birth_l, birth_r) <= 1",
        "left(birth_l, 4) || right(birth_l, 2) || birth_l[5:6] = birth_r",  # month and day swapped
        "birth_r[5:] = '0101' and left(birth_l, 4) = left(birth_r, 4)",
        "right(birth_l, 4) = right(birth_r, 4)",
        "left(birth_l, 4) = left(birth_r, 4)",
    ),
    "sex": ("sex_l is null or sex_r is null", "sex_l = sex_r"),
    "phone": (
        "phone_l is null or phone_r is null",
        "phone_l = phone_r",
    ),
    "family": (
        "len(adults_l) = 0 or len(adults_r) = 0",
        "list_has_any(family_ids_l, family_ids_r)",
        "list_has_any(adults_l, adults_r)",
    ),
    "home": (
        "(street_l is null and community_l is null) or (street_r is null and community_r is null)",
        "street_l = street_r and door_l = door_r",
        "street_l = street_r",
        "door_l = door_r and community_l = community_r",
        "community_l = community_r",
    ),
}  # fmt: skip
BLOCKS = (
    "l.number = r.number",
    "l.first_number = r.number",
    "l.number = r.first_number",
    "l.name = r.name and l.birth = r.birth",
    "l.letters = r.letters and l.birth = r.birth",
    "l.given = r.given and l.birth = r.birth",
    "l.surname = r.surname and l.birth = r.birth and l.community = r.community",
    "l.name = r.name and left(l.birth, 6) = left(r.birth, 6)",
    "l.name = r.name and right(l.birth, 4) = right(r.birth, 4)",
    "l.name = r.name and left(l.birth, 4) = left(r.birth, 4) and l.birth[7:8] = r.birth[7:8]",
    "l.name = r.name and l.birth = r.lunar",
    "l.name = r.name and l.lunar = r.birth",
    "l.name = r.name and l.phone = r.phone",
    "l.name = r.name and l.street = r.street",
    "l.name = r.name and l.community = r.community",
    "l.name = r.name and l.birth = r.born",
    "l.letters = r.letters and l.birth = r.born",
    "l.letters = r.letters and left(l.birth, 6) = left(r.birth, 6)",
    "l.letters = r.letters and l.birth = r.lunar",
    "l.letters = r.letters and l.lunar = r.birth",
    "l.letters = r.letters and l.street = r.street",
    "l.letters = r.letters and l.phone = r.phone",
    "l.street = r.street and l.door = r.door",
    "l.birth = r.birth and l.phone = r.phone",
    "l.birth = r.birth and l.street = r.street",
    "l.birth = r.birth and l.father = r.father",
    "l.birth = r.birth and l.mother = r.mother",
    "l.birth = r.birth and right(l.id_text, 4) = right(r.id_text, 4)",
    "left(l.id_text, 15) = left(r.id_text, 15)",
    "right(l.id_text, 12) = right(r.id_text, 12)",
    "left(l.id_text, 10) = left(r.id_text, 10) and right(l.id_text, 4) = right(r.id_text, 4)",
)


def splink(folder: Path) -> Tables:
    people = with_people(folder)
    for table, where in (("sides_l", "resident"), ("sides_r", "not resident")):
        people.execute(f"create table {table} as {COMPARED} where {where}")
    pairs = predicted(people)
    people.execute(
        f"""
        create table scored as
        select p.match_weight as weight, l.row_id as left_row_id, r.row_id as right_row_id,
            l.child as left_child, r.child as right_child, r.roster = 'school_roll' as on_roll
        from {pairs} p
        join people l on l.row_id = p.row_id_l join people r on r.row_id = p.row_id_r;
        create table links as
        select left_row_id, right_row_id, weight from scored where not on_roll
        """
    )
    one_to_one(people)
    return answer(people)


def one_to_one(people: duckdb.DuckDBPyConnection) -> None:
    """Take of the roll's pairs those that are each other's best, then of what is left, and so on.

    The rows of one child on a side, known by one number of their own, go together.
    """
    people.execute(
        """
        create table open as
        select left_child, right_child, max(weight) as weight from scored where on_roll group by all
        """
    )
    for _ in range(ROUNDS):
        people.execute(
            """
            create or replace table best as select left_child, right_child from (
                select *, row_number() over
                        (partition by right_child order by weight desc, left_child) as of_right,
                    row_number() over
                        (partition by left_child order by weight desc, right_child) as of_left
                from open
            ) where of_right = 1 and of_left = 1;
            insert into links select left_row_id, right_row_id, weight
            from best join scored using (left_child, right_child) where on_roll;
            delete from open where left_child in (select left_child from best)
                or right_child in (select right_child from best)
            """
        )


def predicted(people: duckdb.DuckDBPyConnection) -> str:
    """Train Splink and let it weigh; return the name of the table of its pairs."""
    import splink.internals.comparison_level_library as levels
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink.internals.blocking_rule_library import CustomRule
    from splink.internals.comparison_library import CustomComparison

    def comparison(name: str) -> CustomComparison:
        missing, *others = LEVELS[name]
        made = [levels.CustomLevel(missing).configure(is_null_level=True)]
        for other in others:
            condition, frequency = (other, None) if isinstance(other, str) else other
            level = levels.CustomLevel(condition)
            made.append(level.configure(tf_adjustment_column=frequency) if frequency else level)
        return CustomComparison([*made, levels.ElseLevel()], output_column_name=name)

    [(residents,)] = people.execute("select count(*) from sides_l").fetchall()
    api = DuckDBAPI(people)
    linker = Linker(
        [api.register("sides_l"), api.register("sides_r")],
        SettingsCreator(
            link_type="link_only",
            unique_id_column_name="row_id",
            comparisons=[comparison(name) for name in LEVELS],
            blocking_rules_to_generate_predictions=[CustomRule(rule) for rule in BLOCKS],
            probability_two_random_records_match=1 / residents,
            retain_matching_columns=False,
        ),
    )
    linker.training.estimate_u_using_random_sampling(
        max_pairs=1e5, seed=1, min_count_per_level=None, num_chunks=1
    )
    for block in (("number",), ("name", "birth"), ("phone", "birth")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*block), fix_probability_two_random_records_match=True
        )
    return linker.inference.predict(threshold_match_weight=LEAST).physical_name


METHODS: dict[str, Callable[[Path], Tables]] = {
    "hash_join": hash_join,
    "vlookup": vlookup,
    "cleaned": cleaned,
    "splink": splink,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
