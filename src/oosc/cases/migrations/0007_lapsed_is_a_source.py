"""Cases that the system opened because a time ran out say so, and no longer that they came of 比对."""

from typing import Any

from django.db import migrations, models

# As `trigger_code` was written: the parameter of the time that ran out, or the end of a leave.
RAN_OUT = ["transfer_days", "registration_days", "leave_ended"]


def tell_apart(apps: Any, schema_editor: Any) -> None:  # Any: as Django calls it
    apps.get_model("cases", "Case").objects.filter(trigger_code__in=RAN_OUT).update(source="lapsed")


def tell_as_before(apps: Any, schema_editor: Any) -> None:  # Any: as above
    apps.get_model("cases", "Case").objects.filter(source="lapsed").update(source="match")


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_shorter_conclusions")]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="source",
            field=models.CharField(
                choices=[
                    ("match", "比对"),
                    ("lapsed", "逾期未办结"),
                    ("absence", "学校缺勤"),
                    ("platform", "上级平台下发"),
                    ("community", "社区发现"),
                    ("tip", "群众反映"),
                    ("department", "部门线索"),
                ],
                max_length=10,
                verbose_name="来源",
            ),
        ),
        migrations.RunPython(tell_apart, tell_as_before),
    ]
