"""The engine for one machine: everything that is done per row or per pair is SQL in DuckDB."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING

from rosterlink import addresses, birth_dates, blocking, names, person, weights
from rosterlink.engines import bounds
from rosterlink.levels import COMPARISONS
from rosterlink.person import ROSTERS, Person, Side

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

CHILD_NAMES = ("name", "name_pinyin")
OTHER_NAMES = ("former_name", "father_name", "mother_name", "guardian_name", "household_head")
RULES_AT_ONCE = 6  # side by side they keep all threads busy; all at once they would fill the memory
PAIRS_AT_ONCE = 1 << 17  # so few that their marks are still near the processor
COMPARED = tuple(field.name for field in fields(Person) if field.name not in ("row_id", "roster"))


def connect(
    owner: object, threads: int | None = None, memory: str | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a database in memory; what does not fit is spilt to disk, for nobody else to read.

    The folder of what is spilt goes with its owner.
    """
    import duckdb

    connection: duckdb.DuckDBPyConnection = duckdb.connect()
    spilt = tempfile.mkdtemp(prefix="rosterlink.")
    weakref.finalize(owner, shutil.rmtree, spilt, ignore_errors=True)
    connection.execute("set temp_directory = ?", [spilt])
    if threads:
        connection.execute(f"set threads = {int(threads)}")
    if memory:
        connection.execute("set memory_limit = ?", [memory])
    return connection


class DuckDBEngine:
    def __init__(self, threads: int | None = None, memory: str | None = None) -> None:
        self.connection = connect(self, threads, memory)
        self.threads = threads or os.cpu_count() or 1

    def read(self, rosters: Mapping[str, Sequence[pa.Table]], on: date) -> pa.Table:
        self._load(rosters)
        self._read_distinct_texts()
        self.connection.execute(_people_sql(on))
        self._forget_cells()
        kept = ", ".join(person.KEPT)
        return self.connection.sql(f"select {kept} from people order by n").to_arrow_table()

    def pairs(self, keep: float) -> pa.Table:
        self._settle()
        self._block()
        prior = self.count_names()
        self._sift(keep, prior)
        return self.weigh(keep, prior)

    def _load(self, rosters: Mapping[str, Sequence[pa.Table]]) -> None:
        """Put the rows of all rosters under each other, numbered, with every column there."""
        import numpy as np
        import pyarrow as pa

        cells = pa.concat_tables(_uniform(rosters))
        numbers = pa.array(np.arange(len(cells), dtype="int32"))
        self.connection.register("cells", cells.add_column(0, "n", numbers))

    def _read_distinct_texts(self) -> None:
        """Names and birth dates are read in Python, once for each distinct text."""
        children = self._distinct(*CHILD_NAMES)
        forms = [names.read(text) for text in children]
        columns = [field.name for field in fields(names.Name)]
        self._keep("name_forms", children, {c: [getattr(f, c) for f in forms] for c in columns})
        others = self._distinct(*OTHER_NAMES)
        self._keep("spellings", others, {"plain": [names.plain(text) for text in others]})
        dates = self._distinct("birth_date")
        births = [birth_dates.comparable_birth_date(text) for text in dates]
        lunar = [birth_dates.lunar(birth) for birth in births]
        self._keep("births", dates, {"birth": births, "lunar": lunar})

    def _keep(self, table: str, texts: list[str], forms: Mapping[str, Sequence[object]]) -> None:
        import pyarrow as pa

        columns = {"text": texts, **forms}
        kinds = {"latin": pa.bool_()}
        arrays = {c: pa.array(v, kinds.get(c, pa.string())) for c, v in columns.items()}
        self.connection.register("read_texts", pa.table(arrays))
        self.connection.execute(f"create table {table} as select * from read_texts")

    def _forget_cells(self) -> None:
        """Free the memory of what the people were made of."""
        for registered in ("cells", "read_texts"):
            self.connection.unregister(registered)
        for table in ("name_forms", "spellings", "births"):
            self.connection.execute(f"drop table {table}")

    def _distinct(self, *columns: str) -> list[str]:
        queries = " union all ".join(f"select {column} as text from cells" for column in columns)
        rows = self.connection.execute(
            f"select distinct text from ({queries}) order by text"
        ).fetchall()
        return [text for (text,) in rows]

    def _settle(self) -> None:
        """Mark the rows that need no further search: one number and name on both sides."""
        self.connection.execute(
            f"""
            update people set settled = true from (
                select number, name,
                    bool_or(side = {Side.RESIDENTS}) as resident,
                    bool_or(side = {Side.ROLL}) as enrolled
                from people where number <> '' and name <> '' group by number, name
                having resident or enrolled
            ) as known
            where people.number = known.number and people.name = known.name
                and (resident and enrolled or side = {Side.OTHER})
            """
        )

    def _block(self) -> None:
        """Pair each row that is not settled with every row that shares a key with it."""
        self.connection.execute("create table candidates (a integer, b integer)")
        rules = list(enumerate(blocking.RULES))
        for first in range(0, len(rules), RULES_AT_ONCE):
            some = rules[first : first + RULES_AT_ONCE]
            self.connection.execute(_looking_sql(some))
            for number, rule in some:
                if rule.most:
                    self.connection.execute(_forget_crowds_sql(number, rule))
            self.connection.execute(_found_sql(some))

    def count_names(self) -> float:
        """Say how rare each name is; return the bits that speak against any pair beforehand."""
        self.connection.execute(
            """
            create table bearers as
            select name, count(distinct birth) as bearers from people where name <> '' group by name
            """
        )
        everybody = f"greatest({weights.FEWEST_NAMES}, (select sum(bearers) from bearers))"
        self.connection.execute(
            f"""
            create table names as
            select name, least({weights.RARITY_MOST}, greatest({weights.RARITY_LEAST},
                log2({everybody} / bearers))) as rarity, {bounds.CHARACTERS} as characters
            from bearers
            """
        )
        [(prior,)] = self.connection.execute(f"select -log2({everybody})").fetchall()
        return float(prior)

    def marks(self) -> dict[str, bounds.Marks]:
        """Return the marks of all rows, in the order of their numbers."""
        marks = ", ".join(f"{sql} as {mark}" for mark, sql in bounds.MARKS.items())
        found: dict[str, bounds.Marks] = self.connection.execute(
            f"select {marks} from people left join names on names.name = people.name order by n"
        ).fetchnumpy()
        return found

    def _sift(self, keep: float, prior: float) -> None:
        """Leave of the candidates the pairs that may weigh enough, each once."""
        import pyarrow as pa

        bound = bounds.Bound(self.marks(), prior)
        found = self.connection.sql("select distinct a, b from candidates")
        batches = found.to_arrow_reader(PAIRS_AT_ONCE)

        def sifted(batch: pa.RecordBatch) -> pa.RecordBatch:
            a, b = (batch.column(end).to_numpy() for end in ("a", "b"))
            return batch.filter(pa.array(bound.passes(a, b, keep)))

        with ThreadPoolExecutor(self.threads) as pool:
            some = pa.Table.from_batches(list(pool.map(sifted, batches)), batches.schema)
        self.connection.execute("drop table candidates")
        self.connection.register("compared", some)

    def weigh(self, keep: float, prior: float) -> pa.Table:
        columns = ", ".join(f"l.{c} as {c}_l, r.{c} as {c}_r" for c in COMPARED)
        levels = ", ".join(f"{c.sql} as {c.code}" for c in COMPARISONS)
        return self.connection.sql(
            f"""
            with sides as (
                select {columns}, a, b, coalesce(least(rl.rarity, rr.rarity), 0) as rarity,
                    {prior!r}::double as prior
                from compared join people l on l.n = a join people r on r.n = b
                left join names rl on rl.name = l.name left join names rr on rr.name = r.name
                where not (l.number <> '' and l.number = r.number and l.name = r.name)
            ), leveled as (select a, b, rarity, prior, {levels} from sides)
            select a, b, {", ".join(c.code for c in COMPARISONS)}, weight
            from (select *, {weights.total_sql()} as weight from leveled)
            where weight >= {keep} order by weight desc, a, b
            """
        ).to_arrow_table()


def _uniform(rosters: Mapping[str, Sequence[pa.Table]]) -> Iterator[pa.Table]:
    """Yield each table with the columns of `person.COLUMNS` and no nulls, and its roster."""
    import pyarrow as pa

    schema = pa.schema([(column, pa.string()) for column in ("roster", *person.COLUMNS)])
    yield schema.empty_table()
    for roster in ROSTERS:
        for table in rosters.get(roster, ()):
            empty = pa.repeat(pa.scalar(""), len(table))
            columns = [
                table.column(c).cast(pa.string()).fill_null("")
                if c in table.column_names
                else empty
                for c in person.COLUMNS
            ]
            named = pa.repeat(pa.scalar(roster), len(table))
            yield pa.Table.from_arrays([named, *columns], schema=schema)


def _translate(column: str) -> str:
    return f"translate({column}, '{person.FULL_WIDTH}', '{person.HALF_WIDTH}')"


def _document(column: str) -> str:
    """`person.document` in SQL; what is clean already is let through at once."""
    cleaned = (
        f"regexp_replace(regexp_replace(upper({_translate(column)}), '\\.0*$', ''),"
        " '[^0-9A-Z.+*]', '', 'g')"
    )
    letters, digits = person.LOOKALIKES
    meant = f"(translate(left(t, 17), '{letters}', '{digits}') || right(t, 1))"
    placeholder = (
        "regexp_matches({}, '" + person.PLACEHOLDER.replace("{", "{{").replace("}", "}}") + "')"
    )
    return f"""
        case when {column} = '' then ''
        when regexp_matches({column}, '{person.SHAPE}')
            then case when {placeholder.format(column)} then '' else {column} end
        else list_transform([{cleaned}], lambda t: case
            when {placeholder.format("t")} then ''
            when length(t) <> 18 or regexp_matches(t, '{person.SHAPE}') then t
            when regexp_matches({meant}, '{person.SHAPE}') then {meant} else t end)[1] end
    """


def _is_sound(column: str) -> str:
    """`person.is_sound` in SQL."""
    total = " + ".join(f"(d // {10 ** (16 - i)} % 10) * {w}" for i, w in enumerate(_WEIGHTS))
    place = (
        f"list_transform([try_cast(left({column}, 17) as bigint)], lambda d: ({total}) % 11 + 1)[1]"
    )
    born = f"{column}[7:10] || '-' || {column}[11:12] || '-' || {column}[13:14]"
    return f"""
        case when regexp_matches({column}, '{person.SHAPE}') then
            right({column}, 3) <> '000' and try_cast({born} as date) is not null
            and '10X98765432'[{place}] = right({column}, 1)
        else regexp_matches({column}, '{person.DOCUMENT}') end
    """


def _birth_within(number: str, birth: str, on: date) -> str:
    """`person._birth_within` in SQL."""
    inside = f"substr({number}, 7, 8)"
    return f"""
        case when regexp_matches({inside}, '^[0-9]{{8}}$')
            and try_strptime({inside}, '%Y%m%d') is not null
            and {inside} > '{person.adult_birth(on)}' and {inside} <= '{on:%Y%m%d}'
            and ({birth} = '' or {_is_slip(inside, birth)}) then {inside} else '' end
    """


def _is_slip(true: str, written: str) -> str:
    """`person.is_slip` in SQL."""
    days = f"(try_strptime({true}, '%Y%m%d')::date - try_strptime({written}, '%Y%m%d')::date)"
    return f"""
        case when {true} = {written} or right({true}, 4) = right({written}, 4) then true
        when left({true}, 4) = left({written}, 4) and (right({written}, 4) in ('0101', '0000')
            or right({written}, 4) = substr({true}, 7, 2) || substr({true}, 5, 2)) then true
        when damerau_levenshtein({true}, {written}) <= 1 then true
        else coalesce(abs({days}) <= {person.FEW_DAYS}
            or {days} between {person.LUNAR_LEAST} and {person.LUNAR_MOST}, false) end
    """


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_PATTERN = f"""
    case when numbered.sound <> '' or document = '' then ''
    when regexp_matches(document, '{person.SCIENTIFIC}')
        then replace(split_part(document, 'E', 1), '.', '') || '%'
    when regexp_matches(document, '{person.MASKED}') then case when length(document) = 18
        then replace(document, '*', '_') else regexp_replace(document, '\\*+', '%', 'g') end
    when regexp_matches(document, '{person.SHAPE}') and right(document, 3) = '000'
        then case when right(document, 6) = '000000' then '' else left(document, 15) || '___' end
    when not regexp_matches(document, '^[0-9]+$') then ''
    when length(document) = 15 and births.birth <> '' and document[7:12] = births.birth[3:8]
        then left(document, 6) || left(births.birth, 2) || substr(document, 7) || '_'
    when length(document) between 10 and 17 then document || '%' else '' end
"""

_PHONE = f"""
    case when phone = '' or regexp_full_match(phone, '{person.MOBILE}') then phone
    else list_transform([regexp_replace({_translate("phone")}, '[\\s\\-]', '', 'g')], lambda t: case
        when regexp_matches(t, '{person.MOBILE}') then regexp_extract(t, '{person.MOBILE}')
        when length(regexp_replace(t, '[^0-9]', '', 'g')) between 7 and 12
            then regexp_replace(t, '[^0-9]', '', 'g') else '' end)[1] end
"""

_SEX = (
    "case upper(trim(sex)) "
    + " ".join(f"when '{text}' then '{sex}'" for text, sex in person.SEXES.items())
    + " else '' end"
)


def _either(column: str, other: str) -> str:
    return f"case when {column} <> '' then {column} else {other} end"


def _parent(parent: str, relation: str) -> str:
    return (
        f"case when {parent}.plain <> '' then {parent}.plain"
        f" when relation = '{relation}' then guardian.plain else '' end"
    )


def _people_sql(on: date) -> str:
    """`person.read` in SQL, in steps: what needs one cell, then what needs two."""
    adult = person.adult_birth(on)
    family = ", ".join(
        _document(c) for c in ("father_id", "mother_id", "guardian_id", "household_head_id")
    )
    documents = [_document(c) for c in ("id_no", "left(cert_no, 18)", "passport")]
    sides = " ".join(f"when '{roster}' then {int(side)}" for roster, side in ROSTERS.items())
    number = "case when number <> '' then number else document end"
    return f"""
        create table people as
        with single as (
            select n, row_id, roster,
                coalesce({", ".join(f"nullif({document}, '')" for document in documents)}, '')
                    as document,
                {_document("student_no")} as student_document,
                [{family}] as family_documents,
                {_PHONE} as phone, {_SEX} as sex,
                replace({_either("address", "home_address")}, ' ', '') as place,
                replace(community, ' ', '') as community_text,
                regexp_replace(trim(ethnicity), '族$', '') as ethnicity,
                {_either("name", "name_pinyin")} as name_text,
                former_name, father_name, mother_name,
                {_either("guardian_name", "household_head")} as guardian_text,
                left(guardian_relation, 1) as relation, birth_date, {", ".join(person.CARRIED)}
            from cells
        ), sounded as (
            select *, regexp_extract(place, '{addresses.STREET}', ['name', 'number']) as street,
                regexp_extract(place, '{addresses.DOOR}', ['house', 'room']) as door,
                case when {_is_sound("document")} then document else '' end as sound,
                substr(student_document, 2) as registered
            from single
        ), registered as (
            select *, length(sound) = 18 and sound[7:14] <= '{adult}' as adult,
                case when left(student_document, 1) <> 'G' then ''
                    when registered = sound or {_is_sound("registered")} then registered
                    else '' end as first_number
            from sounded
        ), numbered as (
            select *, case when adult then '' when sound <> '' then sound else first_number end
                as number
            from registered
        )
        select n, row_id, roster,
            (case roster {sides} end)::utinyint as side,
            name.plain as name, name.turned, name.sound, name.near, name.letters, name.surname,
            name.given, name.latin, former.plain as former, sex, births.birth, births.lunar,
            {_birth_within(number, "births.birth", on)} as number_birth, number,
            length(number) < 18 or births.birth = ''
                or {_is_slip("number[7:14]", "births.birth")} as own,
            first_number,
            case when numbered.sound = '' then document else '' end as typed,
            {_PATTERN} as pattern,
            {_parent("father", "父")} as father, {_parent("mother", "母")} as mother,
            guardian.plain as guardian,
            list_sort(list_distinct(list_filter(
                family_documents || [case when adult then numbered.sound else '' end],
                lambda t: length(t) >= 8))) as family_ids,
            phone,
            street.name || street.number as street,
            case when door.house <> '' then door.house || '-' || door.room else '' end as door,
            coalesce(nullif(regexp_extract(community_text, '{addresses.COMMUNITY}', 1), ''),
                regexp_extract(place, '{addresses.COMMUNITY}', 1)) as community,
            ethnicity, {", ".join(person.CARRIED)}, false as settled
        from numbered
        join name_forms name on name.text = name_text
        join spellings former on former.text = former_name
        join spellings father on father.text = father_name
        join spellings mother on mother.text = mother_name
        join spellings guardian on guardian.text = guardian_text
        join births on births.text = birth_date
    """


def _keys(number: int, rule: blocking.Rule, more: bool) -> Iterator[str]:
    """Yield the keys of a rule, made its own by its number."""
    for key in (*rule.sql, *rule.more_sql) if more else rule.sql:
        yield f"xor({key}, {number}::ubigint)"


def _keyed(rules: Sequence[tuple[int, blocking.Rule]], where: str, more: bool) -> str:
    """The keys of some rows by some rules, a row each: `key`, `n`."""
    keys = ", ".join(key for number, rule in rules for key in _keys(number, rule, more))
    return (
        f"select key, n from (select unnest([{keys}]) as key, n from people where {where})"
        " where key is not null"
    )


def _looking_sql(rules: Sequence[tuple[int, blocking.Rule]]) -> str:
    return f"create or replace temp table looking as {_keyed(rules, 'not settled', more=True)}"


def _forget_crowds_sql(number: int, rule: blocking.Rule) -> str:
    return f"""
        delete from looking where key in (
            select key from ({_keyed([(number, rule)], "true", more=False)})
            group by key having count(distinct n) > {rule.most})
    """


def _found_sql(rules: Sequence[tuple[int, blocking.Rule]]) -> str:
    return f"""
        insert into candidates
        select l.n, r.n from looking l join looking r using (key) where l.n < r.n
        union all
        select least(l.n, r.n), greatest(l.n, r.n)
        from ({_keyed(rules, "settled", more=False)}) r join looking l using (key)
    """
