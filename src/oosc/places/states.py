"""Fixed lists of this room."""

from django.db.models import TextChoices

# Digits of a statistical code → the level it names. No level is special.
LEVELS = {2: "省", 4: "市", 6: "县", 9: "乡镇、街道", 12: "社区、村"}


class Stage(TextChoices):
    """What a school teaches."""

    PRIMARY = "primary", "小学"
    JUNIOR = "junior", "初中"
    NINE_YEAR = "nine_year", "九年一贯制"
    SPECIAL = "special", "特殊教育学校"
