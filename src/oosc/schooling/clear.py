"""入学花名册, 未入学花名册 as they may leave in clear.

No more is said of their children than in the list of children: in which form a child is
schooled may tell of its health (S3R).
"""

from __future__ import annotations

from django.http import HttpRequest

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.children.clear import Children
from oosc.lists.page import ListPage
from oosc.members.acting import Acting
from oosc.schooling import views
from oosc.schooling.states import RosterKind


class Roster(Children):
    child = "child"

    def __init__(self, kind: RosterKind) -> None:
        self.kind = kind
        self.title, self.route = str(kind.label), f"schooling:{kind.value}"

    def fields(self, by: Acting) -> list[tuple[str, str]]:
        return super().fields(by) if policy.holds(by, Permission.SCHOOLING_VIEW) else []

    def page(self, request: HttpRequest) -> ListPage:
        """With the school year said, which an address may leave to the day it is opened."""
        page, year = views.page_of(request, self.kind)  # type: ignore[arg-type]  # as of children
        page.values["year"] = year
        return page
