"""What is true of made-up rosters: the answers that a comparison is measured against."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rosterlink.synthetic.columns import (
    Mask,
    Numbers,
    Text,
    constant,
    day,
    join,
    number,
    pick,
    where,
)
from rosterlink.synthetic.faults import Told
from rosterlink.synthetic.people import KINDS, STATUSES, Children, Status
from rosterlink.synthetic.rosters import Draft

POLICE = ("police_hukou", "police_floating")
CURRENT = ("正常", "在住")
PLACES = ("在读", "休学")
UNREGISTERED = ("vaccination", "kindergarten_leavers", "poverty", "left_behind", "disabled_cert")
# Why a child is on the roll without standing in a register of residents here.
_OUTSIDERS = ("resident_not_registered", "lives_elsewhere", "fabricated")


def tables(
    children: Children, drafts: Sequence[Draft], told: Mapping[str, list[Told]]
) -> dict[str, pa.Table]:
    """Return the truth: rows, persons, out_of_school, ghosts, duplicates, unregistered, faults."""
    by_name = {d.name: d for d in drafts}
    facts = _Facts(children, by_name)
    return {
        "rows": _rows(drafts),
        "persons": facts.persons(),
        "out_of_school": facts.out_of_school(),
        "ghosts": facts.ghosts(by_name["school_roll"]),
        "duplicates": _duplicates(by_name),
        "unregistered": facts.unregistered(by_name),
        "faults": _faults(drafts, told),
    }


class _Facts:
    """What the rosters, read without mistake, say about each child."""

    def __init__(self, children: Children, rosters: Mapping[str, Draft]) -> None:
        self.children = children
        self.resident = self._behind([rosters[n] for n in POLICE], CURRENT)
        rolls = [rosters["school_roll"], rosters["elsewhere_roll"]]
        self.has_place = self._behind(rolls, PLACES)
        gone = rosters["border_exits"]
        for_good = np.asarray(
            pc.equal(gone.columns["return_date"], "").to_numpy(zero_copy_only=False)
        )
        self.explained = self._mask(
            rosters["deferral"].person, rosters["deaths"].person, gone.person[for_good]
        )
        self.known = self._mask(
            *(rosters[n].person for n in (*POLICE, "school_roll", "elsewhere_roll"))
        )

    def _mask(self, *people: Numbers) -> Mask:
        mask = np.zeros(len(self.children.status), np.bool_)
        for person in people:
            mask[person] = True
        return mask

    def _behind(self, drafts: Sequence[Draft], states: Sequence[str]) -> Mask:
        return self._mask(*(d.person[_in(d.columns["state"], states)] for d in drafts))

    def persons(self) -> pa.Table:
        children = self.children
        return pa.table(
            {
                "person_id": _person_ids(np.arange(len(children.status))),
                "name": children.name,
                "sex": where(children.male, "男", "女"),
                "birth_date": day(children.birth),
                "id_no": children.id_no,
                "kind": pick([k.value for k in KINDS], children.kind),
                "real_status": pick([s.value for s in STATUSES], children.status),
                "compulsory_age": _yes(children.compulsory),
                "resident": _yes(self.resident),
                "has_place": _yes(self.has_place),
                "explained": _yes(self.explained),
            }
        )

    def out_of_school(self) -> pa.Table:
        children = self.children
        mask = self.resident & children.compulsory & ~self.has_place & ~self.explained
        person = np.flatnonzero(mask)
        status = pick([s.value for s in STATUSES], children.status[person])
        core = children.is_(Status.NEVER, Status.DROPPED)[person]
        return pa.table(
            {
                "person_id": _person_ids(person),
                "tier": where(core, "core", "unverified"),
                "reason": where(core, status, join("unverified_", status)),
            }
        )

    def ghosts(self, roll: Draft) -> pa.Table:
        rows = np.flatnonzero(_in(roll.columns["state"], ("在读",)) & ~self.resident[roll.person])
        person = roll.person[rows]
        outsider = self.children.is_(Status.OUTSIDER)[person]
        # A fixed share of each, by the person's number, so that one child has one reason.
        why = np.where(person % 15 == 0, 2, np.where(person % 8 == 0, 1, 0))
        kept = join(
            pick([s.value for s in STATUSES], self.children.status[person]), "_kept_on_roll"
        )
        return pa.table(
            {
                "row_id": roll.row_ids.take(pa.array(rows)),
                "reason": where(outsider, pick(_OUTSIDERS, why), kept),
            }
        )

    def unregistered(self, rosters: Mapping[str, Draft]) -> pa.Table:
        """Rows of children of school age whom neither the police nor a roll has ever known."""
        wanted = self.children.compulsory & ~self.known & ~self.explained
        found = [
            rosters[name].row_ids.take(pa.array(np.flatnonzero(wanted[rosters[name].person])))
            for name in UNREGISTERED
        ]
        return pa.table({"row_id": pa.concat_arrays(found)})


def _rows(drafts: Sequence[Draft]) -> pa.Table:
    return pa.concat_tables(
        pa.table(
            {
                "roster": constant(d.name, len(d)),
                "row_id": d.row_ids,
                "person_id": _person_ids(d.person),
            }
        )
        for d in drafts
    )


def _duplicates(rosters: Mapping[str, Draft]) -> pa.Table:
    return pa.concat_tables(
        _pairs(side, [rosters[n] for n in names])
        for side, names in (("police", POLICE), ("roll", ("school_roll",)))
    )


def _pairs(side: str, drafts: Sequence[Draft]) -> pa.Table:
    """Return every two rows of one person; nobody stands on a side more than three times."""
    ids = pa.concat_arrays([d.row_ids for d in drafts])
    person = np.concatenate([d.person for d in drafts])
    order = np.argsort(person, kind="stable")
    ordered = person[order]
    pairs = [
        np.stack([order[:-gap][same], order[gap:][same]])
        for gap in (1, 2)
        for same in [ordered[gap:] == ordered[:-gap]]
    ]
    ones, others = np.concatenate(pairs, axis=1)
    a, b = ids.take(pa.array(ones)), ids.take(pa.array(others))
    table = pa.table(
        {
            "side": constant(side, len(a)),
            "row_id_a": pc.min_element_wise(a, b),
            "row_id_b": pc.max_element_wise(a, b),
        }
    )
    return table.sort_by([("row_id_a", "ascending"), ("row_id_b", "ascending")])


def _faults(drafts: Sequence[Draft], told: Mapping[str, list[Told]]) -> pa.Table:
    schema = pa.schema([("row_id", pa.string()), ("fault", pa.string())])
    parts = [
        pa.table([d.row_ids.take(pa.array(rows)), constant(kind, len(rows))], schema=schema)
        for d in drafts
        for rows, kind in told[d.name]
    ]
    whole = pa.concat_tables([schema.empty_table(), *parts])
    return whole.sort_by([("row_id", "ascending"), ("fault", "ascending")])


def _person_ids(person: Numbers) -> Text:
    return join("p", number(person, 8))


def _in(column: Text, words: Sequence[str]) -> Mask:
    mask: Mask = pc.is_in(column, value_set=pa.array(words)).to_numpy(zero_copy_only=False)
    return mask


def _yes(mask: Mask) -> Text:
    return where(mask, "true", "false")
