"""Who opens which page: the access matrix of domain §8, written once, for the tests alone.

A line a page: its methods (G, P), the thing its address names (`-` for none), and the roles.
`SYS*` reaches everywhere: a thing of another county is as good as its own. `LEAD:409` opens the
page to be told, in a sentence, that its post may not; `POLICE:404` opens the page, but not for
this thing. Nobody reads this from the policy.
"""

from __future__ import annotations

from dataclasses import dataclass

from oosc.access.roles import Role

OFFICES = (
    "EDU LEAD OFFICE COMM SCHOOL TEACHER POLICE CIVIL HEALTH JUSTICE LABOR RURAL CULTURE MARKET "
    "ENFORCEMENT UNITED_FRONT YOUTH COUNTY"
)
GROUPS = {
    "EVERYBODY": f"{OFFICES} AUDIT SYS SECADMIN",
    "OFFICES": OFFICES,
    # §8.2 A: who reads a child's name at all, beyond single tasks.
    "READERS": "EDU LEAD COMM SCHOOL TEACHER POLICE CIVIL HEALTH RURAL COUNTY",
    "KEEPERS": "EDU COMM SCHOOL",  # of the register
    "SENDERS": "EDU COMM SCHOOL POLICE CIVIL HEALTH RURAL",
    "LISTS": "EDU COMM SCHOOL LEAD",
    # Police and civil affairs see the cases that they are asked to agree to, and no other.
    "CASES": "EDU COMM SCHOOL TEACHER LEAD COUNTY POLICE:404 CIVIL:404",
    "VISITORS": "EDU COMM SCHOOL TEACHER",
    "APPROVERS": "EDU LEAD CIVIL POLICE",
}

TABLE = """
portal:home                    G   -             EVERYBODY
portal:todo_count              G   -             EVERYBODY
portal:healthz                 G   -             PUBLIC
portal:text_size               P   -             PUBLIC
portal:search                  P   -             READERS
portal:rooms                   G   -             EVERYBODY
portal:system                  G   -             EVERYBODY
portal:guide                   G   -             EVERYBODY
portal:guide_page              G   guide         EVERYBODY
portal:notice                  G   -             EVERYBODY
portal:duty_text               GP  clause        OFFICE
portal:trail                   G   -             AUDIT
portal:export_trail            P   -             AUDIT
portal:verify_trail            P   -             AUDIT
lists:search                   P   -             EVERYBODY
jobs:list                      G   -             OFFICES
jobs:detail                    G   job           SENDERS
jobs:progress                  G   job           SENDERS
jobs:cancel                    P   job           SENDERS
jobs:again                     P   job           SENDERS
jobs:queue                     G   -             SYS
exports:detail                 G   export        EDU
exports:fetch                  P   export        EDU
exports:clear_list             G   -             LISTS
exports:ask_clear              GP  clear_source  EDU COMM SCHOOL LEAD:409
exports:clear                  G   clear_export  EDU LEAD
exports:answer_clear           P   clear_export  EDU LEAD
exports:withdraw_clear         P   clear_export  EDU
exports:make_clear             P   clear_export  EDU
parameters:list                G   -             EDU LEAD SYS SECADMIN
parameters:detail              GP  parameter     EDU LEAD SYS SECADMIN
parameters:calendar            G   -             EDU LEAD SYS SECADMIN
parameters:year                GP  year          EDU LEAD SYS SECADMIN
parameters:restore_year        P   year          EDU SYS
parameters:withdraw            GP  value         EDU LEAD SYS:404 SECADMIN:404
members:sign_in                GP  -             PUBLIC
members:sign_out               P   -             EVERYBODY
members:change_password        GP  -             EVERYBODY
members:set_up_factor          GP  -             EVERYBODY
members:factor_qr              G   -             EVERYBODY
members:verify_factor          GP  -             EVERYBODY
members:choose_post            GP  -             EVERYBODY
members:me                     G   -             EVERYBODY
members:end_sessions           P   -             EVERYBODY
members:officers               G   -             SYS
members:export_officers        P   -             SYS
members:new_officer            GP  -             SYS
members:officer                GP  officer       SYS*
members:disable_officer        P   officer       SYS*
members:enable_officer         P   officer       SYS*
members:unlock_officer         P   officer       SYS*
members:reset_password         P   officer       SYS*
members:ask_factor_reset       P   officer       SYS*
members:factor_resets          G   -             SECADMIN
members:decide_factor_reset    P   factor_reset  SECADMIN*
members:units                  G   -             SECADMIN
members:export_units           P   -             SECADMIN
members:new_unit               GP  -             SECADMIN
members:unit                   GP  unit          SECADMIN*
members:end_unit               GP  unit          SECADMIN*
members:reopen_unit            P   unit          SECADMIN*
members:close_post             GP  post          SECADMIN*
members:reopen_post            P   post          SECADMIN*
members:grant_post             GP  post          SECADMIN*
members:end_holding            P   holding       SECADMIN*
members:hand_over              G   -             LEAD OFFICE EDU SECADMIN
members:export_posts           P   -             LEAD OFFICE EDU SECADMIN
members:hand_over_post         GP  post          LEAD OFFICE EDU SECADMIN*
members:name_approver          P   holding       LEAD
members:group                  G   -             OFFICES
members:group_version          G   group         OFFICES
members:export_group           P   group         OFFICES
members:compare_group          G   group         OFFICES
members:publish_group          GP  -             OFFICE
members:add_group_member       GP  group         OFFICE
members:change_group_member    GP  group_member  OFFICE
members:move_group_member      P   group_member  OFFICE
members:remove_group_member    GP  group_member  OFFICE
places:regions                 G   -             EDU LEAD SYS SECADMIN
places:region                  G   region        EDU LEAD SYS* SECADMIN*
places:import_regions          GP  -             SYS
places:recode                  P   region        SYS*
places:export_regions          P   -             EDU LEAD SYS SECADMIN
places:end_region              GP  region        SYS*
places:reopen_region           P   region        SYS*
places:add_alias               P   region        SYS*
places:change_alias            GP  alias         SYS*
places:remove_alias            GP  alias         SYS*
places:schools                 G   -             EDU LEAD SYS SECADMIN
places:school                  G   school        EDU LEAD SYS* SECADMIN*
places:export_schools          P   -             EDU LEAD SYS SECADMIN
places:import_schools          GP  -             EDU SYS
places:school_example          G   -             EDU SYS
places:new_school              GP  -             EDU SYS
places:change_school           P   school        EDU SYS*
places:close_school            GP  school        EDU SYS*
places:reopen_school           P   school        EDU SYS*
places:add_campus              P   school        EDU SYS*
places:change_campus           GP  campus        EDU SYS*
places:remove_campus           GP  campus        EDU SYS*
rosters:list                   G   -             SENDERS
rosters:export_rosters         P   -             SENDERS
rosters:due                    G   -             SENDERS
rosters:export_due             P   -             SENDERS
rosters:destruction            G   -             EDU
rosters:destroy                P   -             EDU
rosters:export_destroyed       P   -             EDU
rosters:receive                GP  -             SENDERS
rosters:templates              G   -             SENDERS
rosters:template               G   roster_kind   SENDERS
rosters:detail                 G   roster        SENDERS
rosters:check                  GP  roster        SENDERS
rosters:progress               G   roster        SENDERS
rosters:check_again            P   roster        SENDERS
rosters:accept                 P   roster        SENDERS
rosters:discard                P   roster        SENDERS
rosters:correct                GP  roster        SENDERS
rosters:withdraw               GP  roster        SENDERS
rosters:receipt                G   roster        SENDERS
rosters:receipt_pdf            G   roster        SENDERS
rosters:marked                 G   roster        SENDERS
rosters:failed                 G   roster        SENDERS
rosters:problems               G   roster        SENDERS
rosters:export_problems        P   roster        SENDERS
rosters:changes                G   roster_rows   SENDERS
rosters:export_changes         P   roster_rows   SENDERS
linkage:runs                   G   -             LISTS
linkage:start                  GP  -             EDU
linkage:suspected              G   -             LISTS
linkage:explained              G   -             LISTS
linkage:found                  G   -             LISTS
linkage:ghosts                 G   -             LISTS
linkage:duplicates             G   -             LISTS
linkage:unregistered           G   -             LISTS
linkage:review                 G   -             EDU
linkage:decide                 P   pair          EDU
linkage:undo                   P   pair          EDU
linkage:pairs                  G   -             EDU
linkage:pairs_of_run           G   run           EDU
linkage:export_pairs           P   run           EDU
linkage:batch                  G   batch         EDU COMM:404 SCHOOL:404
linkage:withdraw_batch         P   batch         EDU COMM:404 SCHOOL:404
linkage:run                    G   run           LISTS
linkage:manifest               G   run           EDU LEAD COMM:404 SCHOOL:404
linkage:compare                G   run           LISTS
linkage:export_changes         P   run           LISTS
linkage:raise                  GP  run           EDU COMM SCHOOL
linkage:list                   G   list_of_run   LISTS
linkage:export                 P   list_of_run   LISTS
children:list                  G   -             READERS
children:export                P   -             LISTS
children:detail                G   child         READERS
children:mask                  G   child?field=id_no READERS
children:register              GP  -             EDU COMM
children:correct               GP  child         KEEPERS
children:move                  GP  child         KEEPERS
children:end_place             GP  place         KEEPERS
children:circumstance          GP  child         KEEPERS
children:end_circumstance      GP  circumstance  KEEPERS
children:tell_apart            P   child         KEEPERS
children:add_guardian          GP  child         KEEPERS
children:change_guardian       GP  guardian      KEEPERS
children:main_guardian         P   guardian      KEEPERS
children:end_guardian          GP  guardian      KEEPERS
children:restore_guardian      P   guardian      KEEPERS
children:duplicates            G   child         EDU
children:merge                 GP  child         EDU
children:undo_merge            P   merge         EDU
children:reveal                GP  child?field=id_no READERS
children:request               GP  child         READERS
children:request_several       GP  -             READERS
children:requests              G   -             READERS
children:answer                P   request       READERS
children:withdraw_request      P   request       COMM EDU:404 LEAD:404 SCHOOL:404 TEACHER:404 POLICE:404 CIVIL:404 HEALTH:404 RURAL:404 COUNTY:404
schooling:enrolled             G   -             LISTS
schooling:not_enrolled         G   -             LISTS
schooling:export               P   roster_name   LISTS
schooling:seal                 GP  -             EDU COMM
schooling:sealed               G   -             LISTS
schooling:sealed_roster        G   sealed        EDU COMM LEAD SCHOOL:404
schooling:export_sealed        P   sealed        EDU COMM LEAD SCHOOL:404
schooling:correct_sealed       GP  sealed        EDU COMM
schooling:set_status           GP  child         KEEPERS
cases:ledger                   G   -             EDU COMM SCHOOL TEACHER LEAD COUNTY POLICE CIVIL
cases:export                   P   -             LISTS
cases:seal                     GP  -             EDU COMM
cases:assign_many              P   -             EDU
cases:seal                     GP  -             EDU COMM
cases:assign_many              P   -             EDU
cases:visits                   G   -             VISITORS
cases:approvals                G   -             APPROVERS
cases:reports                  G   -             VISITORS
cases:export_reports           P   -             EDU COMM SCHOOL TEACHER:409
cases:annul_report             GP  report        VISITORS
cases:report_child             P   child         VISITORS
cases:report                   GP  report        VISITORS
cases:answer                   P   report        VISITORS
cases:report_print             G   report        VISITORS
cases:evidence_file            G   evidence      VISITORS LEAD:409 COUNTY:409 POLICE:404 CIVIL:404
cases:take_back                P   evidence      VISITORS
cases:raise                    GP  child         EDU COMM SCHOOL
cases:detail                   G   case          CASES
cases:assign                   GP  case          EDU
cases:reassign                 GP  case          EDU
cases:hand_back                GP  case          COMM SCHOOL EDU:409 TEACHER:409
cases:recheck                  GP  case          VISITORS
cases:correct_visit            GP  visit         EDU COMM SCHOOL:409 TEACHER:409
cases:start                    P   case          VISITORS
cases:visit                    GP  case          VISITORS
cases:add_evidence             P   case          VISITORS
cases:rule_out                 GP  case          VISITORS
cases:approve                  P   asked_case    EDU LEAD POLICE CIVIL:404
cases:send_back                GP  asked_case    EDU LEAD POLICE CIVIL:404
cases:withdraw                 GP  case          EDU COMM:409 SCHOOL:409
cases:open_report              P   case          VISITORS
cases:visit_print              G   visit         EDU COMM SCHOOL TEACHER LEAD:409 COUNTY:409 POLICE:404 CIVIL:404
"""
# The sender's own workbook goes back to the sender as it came.
OWN_FILES = frozenset({"rosters:marked", "rosters:failed"})
# Who reads a child's whole name (§8.2 A: W or R); LEAD reads it masked, the others not at all.
NAMED = frozenset(Role[name] for name in GROUPS["READERS"].split() if name != "LEAD")


@dataclass(frozen=True)
class Line:
    """One page: what it answers to, what its address names, and what each role is told."""

    route: str
    methods: tuple[str, ...]
    thing: str
    query: str
    status: dict[Role, int]  # only those who open it; 200 stands for any answer of an open page
    everywhere: frozenset[Role]
    public: bool


def _line(text: str) -> Line:
    route, methods, thing, *who = text.split()
    tokens = " ".join(GROUPS.get(token, token) for token in who).split()
    public = tokens == ["PUBLIC"]
    tokens = GROUPS["EVERYBODY"].split() if public else tokens
    status, everywhere = {}, set()
    for token in tokens:
        name, _, code = token.partition(":")
        role = Role[name.rstrip("*")]
        status[role] = int(code or 200)
        if name.endswith("*"):
            everywhere.add(role)
    named = tuple({"G": "GET", "P": "POST"}[letter] for letter in methods)
    thing, _, query = thing.partition("?")
    return Line(route, named, thing, query, status, frozenset(everywhere), public)


LINES = [_line(text) for text in TABLE.strip().splitlines()]
BY_ROUTE = {line.route: line for line in LINES}
