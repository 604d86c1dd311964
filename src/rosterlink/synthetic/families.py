"""What differs between honest rosters, because families and offices differ: nobody's mistake.

Twins, siblings and neighbours with like names, families that have moved or changed their phone,
schools whose export has no student numbers: such things make a comparison hard too.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Families:
    """Shares from 0 to 1: of children, of rows of a roster, or (silent_schools) of schools."""

    twins: float = 0.018  # of children
    like_named_twins: float = 0.6  # of twins, who share the first character of the given name
    like_named: float = 0.1  # of siblings
    namesakes: float = 0.0  # of children, on top of chance: named as another of the community
    single_character: float = 0.1  # of children: a given name of one character
    former_names: float = 0.06  # of children
    mothers_surname: float = 0.06  # of children
    both_surnames: float = 0.012  # of children
    reissued: float = 0.012  # of children: the number was once another
    moved_house: float = 0.05  # of roll rows: an address that the police do not have
    changed_phone: float = 0.08  # of rows
    other_guardian: float = 0.25  # of rows: whoever came names himself
    silent_schools: float = 0.2  # of schools: no student numbers
    own_numbers: float = 0.06  # of student numbers: one of the school's own


USUAL_FAMILIES = Families()
# As in a county of migrants: more has changed since the rows were written, fewer numbers help.
HARD_FAMILIES = Families(
    twins=0.03,
    like_named=0.2,
    namesakes=0.004,
    reissued=0.02,
    moved_house=0.15,
    changed_phone=0.2,
    other_guardian=0.35,
    silent_schools=0.5,
    own_numbers=0.12,
)
