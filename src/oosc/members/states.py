"""Fixed lists of this room."""

from django.db.models import TextChoices


class GroupRole(TextChoices):
    """What somebody is in the leading group (ZZ-1 to ZZ-3)."""

    LEADER = "leader", "组长"
    DEPUTY = "deputy", "副组长"
    MEMBER = "member", "成员"
