"""Links two made-up rosters: who of the residents is on the school roll, and who is missing."""

from datetime import date

import rosterlink

ON = date(2026, 9, 1)
made = rosterlink.make(1_000, seed=1, on=ON)  # people who do not exist, and what is true of them
rosters = {name: [made.rosters[name]] for name in ("police_hukou", "school_roll")}
result = rosterlink.reconcile(rosters, on=ON)
print(result.links.num_rows, "links; the first missing children:")
print(result.out_of_school.slice(0, 3).to_pylist())
