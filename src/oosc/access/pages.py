"""Which page needs which permission. A page without a line here fails the build.

The value is a permission that the post must hold, SIGNED_IN for whoever has signed in, or
PUBLIC for everybody. Whose rows a page shows is decided by `visible_to` of the models.
"""

from __future__ import annotations

from oosc.access.policy import Permission as P

PUBLIC = "public"
SIGNED_IN = "signed_in"

PAGES: dict[str, P | str] = {
    # portal
    "portal:home": SIGNED_IN,
    "portal:healthz": PUBLIC,
    "portal:text_size": PUBLIC,
    "portal:search": P.CHILD_VIEW,
    "portal:rooms": SIGNED_IN,
    "portal:system": SIGNED_IN,
    "lists:search": SIGNED_IN,
    # parameters
    "parameters:list": P.PARAMETER_VIEW,
    "parameters:detail": P.PARAMETER_VIEW,
    "parameters:calendar": P.PARAMETER_VIEW,
    "parameters:year": P.PARAMETER_VIEW,
    # members: the steps of signing in, and what is one's own
    "members:sign_in": PUBLIC,
    "members:sign_out": SIGNED_IN,
    "members:change_password": SIGNED_IN,
    "members:set_up_factor": SIGNED_IN,
    "members:factor_qr": SIGNED_IN,
    "members:verify_factor": SIGNED_IN,
    "members:choose_post": SIGNED_IN,
    "members:me": SIGNED_IN,
    "members:end_sessions": SIGNED_IN,
    # members: accounts, by SYS; the reset of a second factor, decided by SECADMIN
    "members:officers": P.OFFICER_MANAGE,
    "members:new_officer": P.OFFICER_MANAGE,
    "members:officer": P.OFFICER_MANAGE,
    "members:disable_officer": P.OFFICER_MANAGE,
    "members:enable_officer": P.OFFICER_MANAGE,
    "members:unlock_officer": P.OFFICER_MANAGE,
    "members:reset_password": P.OFFICER_MANAGE,
    "members:ask_factor_reset": P.OFFICER_MANAGE,
    "members:factor_resets": P.FACTOR_RESET_APPROVE,
    "members:decide_factor_reset": P.FACTOR_RESET_APPROVE,
    # members: units, posts and who holds them
    "members:units": P.POST_GRANT,
    "members:new_unit": P.POST_GRANT,
    "members:unit": P.POST_GRANT,
    "members:end_unit": P.POST_GRANT,
    "members:close_post": P.POST_GRANT,
    "members:grant_post": P.POST_GRANT,
    "members:end_holding": P.POST_GRANT,
    "members:hand_over": P.POST_HAND_OVER,
    "members:hand_over_post": P.POST_HAND_OVER,
    "members:name_approver": P.REVEAL_APPROVE,
    # members: the leading group
    "members:group": P.GROUP_VIEW,
    "members:group_version": P.GROUP_VIEW,
    "members:publish_group": P.GROUP_MANAGE,
    "members:add_group_member": P.GROUP_MANAGE,
    "members:change_group_member": P.GROUP_MANAGE,
    "members:remove_group_member": P.GROUP_MANAGE,
    # places
    "places:regions": P.REGION_VIEW,
    "places:region": P.REGION_VIEW,
    "places:import_regions": P.REGION_IMPORT,
    "places:recode": P.REGION_IMPORT,
    "places:end_region": P.REGION_IMPORT,
    "places:add_alias": P.REGION_IMPORT,
    "places:remove_alias": P.REGION_IMPORT,
    "places:schools": P.REGION_VIEW,
    "places:school": P.REGION_VIEW,
    "places:new_school": P.SCHOOL_MANAGE,
    "places:change_school": P.SCHOOL_MANAGE,
    "places:close_school": P.SCHOOL_MANAGE,
    "places:add_campus": P.SCHOOL_MANAGE,
    # rosters
    "rosters:list": P.ROSTER_VIEW,
    "rosters:receive": P.ROSTER_RECEIVE,
    "rosters:templates": P.ROSTER_RECEIVE,
    "rosters:template": P.ROSTER_RECEIVE,
    "rosters:detail": P.ROSTER_VIEW,
    "rosters:check": P.ROSTER_RECEIVE,
    "rosters:progress": P.ROSTER_RECEIVE,
    "rosters:check_again": P.ROSTER_RECEIVE,
    "rosters:accept": P.ROSTER_RECEIVE,
    "rosters:discard": P.ROSTER_RECEIVE,
    "rosters:correct": P.ROSTER_RECEIVE,
    "rosters:withdraw": P.ROSTER_WITHDRAW,
    "rosters:receipt": P.ROSTER_VIEW,
    "rosters:receipt_pdf": P.ROSTER_VIEW,
    "rosters:marked": P.ROSTER_RECEIVE,
    "rosters:failed": P.ROSTER_RECEIVE,
    # cases
    "cases:ledger": P.CASE_VIEW,
    "cases:print": P.CASE_VIEW,
    "cases:export": P.EXPORT,
    "cases:visits": P.CASE_VERIFY,
    "cases:approvals": P.CASE_APPROVE,
    "cases:reports": P.MANDATORY_REPORT,
    "cases:report": P.MANDATORY_REPORT,
    "cases:answer": P.MANDATORY_REPORT,
    "cases:report_print": P.MANDATORY_REPORT,
    "cases:evidence_file": P.CASE_VIEW,
    "cases:take_back": P.CASE_VERIFY,
    "cases:raise": P.SUSPICION_RAISE,
    "cases:detail": P.CASE_VIEW,
    "cases:assign": P.CASE_ASSIGN,
    "cases:start": P.CASE_VERIFY,
    "cases:visit": P.CASE_VERIFY,
    "cases:add_evidence": P.CASE_VERIFY,
    "cases:rule_out": P.CASE_VERIFY,
    "cases:approve": P.CASE_APPROVE,
    "cases:send_back": P.CASE_APPROVE,
    "cases:withdraw": P.CASE_WITHDRAW,
    "cases:open_report": P.MANDATORY_REPORT,
    "cases:visit_print": P.CASE_VIEW,
}
