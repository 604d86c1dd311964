"""Who sends which roster. The layouts themselves stand in rosterlink.reading."""

from __future__ import annotations

from collections.abc import Mapping

from oosc.access.roles import Role
from oosc.rosters.states import Kind

# The education centre hands in for any of them; what only it keeps stands in its own line.
KINDS_OF: Mapping[str, tuple[Kind, ...]] = {
    Role.POLICE: (Kind.POLICE_HUKOU, Kind.POLICE_FLOATING, Kind.BORDER_EXITS, Kind.DEATHS),
    Role.CIVIL: (Kind.DISABLED_CERT, Kind.POVERTY, Kind.LEFT_BEHIND, Kind.DEATHS),
    Role.HEALTH: (Kind.VACCINATION, Kind.DEATHS),
    Role.RURAL: (Kind.POVERTY,),
    Role.SCHOOL: (Kind.SCHOOL_ROLL,),
    Role.COMM: (Kind.DISABLED_CERT, Kind.LEFT_BEHIND, Kind.ELSEWHERE_ROLL),
    Role.EDU: (
        Kind.SCHOOL_ROLL,
        Kind.ELSEWHERE_ROLL,
        Kind.DEFERRAL,
        Kind.KINDERGARTEN_LEAVERS,
    ),
}


def may_send(role: str, kind: str) -> bool:
    return kind in KINDS_OF.get(role, ())
