"""Encrypt the free text of cases, number the rounds, and make rows of what one text held.

Apart from the changes of the tables around it: PostgreSQL changes no table that has rows written
in the same transaction.
"""

from bisect import bisect_right
from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.db import migrations

PORTION = 500
HALF_A_YEAR = timedelta(days=180)


def encrypt(apps: Any, schema_editor: Any) -> None:  # Any: as Django calls it
    for model, names in (("Case", ("trigger", "closing_words")), ("Move", ("words",))):
        for row in apps.get_model("cases", model).objects.iterator(chunk_size=PORTION):
            for name in names:
                setattr(row, name, getattr(row, f"{name}_in_clear"))
            row.save(update_fields=names)


def number_rounds(apps: Any, schema_editor: Any) -> None:  # Any: as above
    """What was added after a reopening belongs to the round that began with it."""
    reopened = defaultdict(list)
    moves = apps.get_model("cases", "Move").objects.filter(event="reopen").order_by("at")
    for case, at in moves.values_list("case", "at"):
        reopened[case].append(at)
    for model, when in (("Visit", "recorded_at"), ("Evidence", "added_at")):
        rows = apps.get_model("cases", model).objects
        for pk, case, at in rows.filter(case__in=reopened).values_list("pk", "case", when):
            rows.filter(pk=pk).update(round=1 + bisect_right(reopened[case], at))


def list_whom_was_told(apps: Any, schema_editor: Any) -> None:  # Any: as above
    told, answer = apps.get_model("cases", "Told"), apps.get_model("cases", "Answer")
    for report in apps.get_model("cases", "MandatoryReport").objects.iterator(chunk_size=PORTION):
        if report.reported_at:
            told(
                report=report, body="other", person=report.reported_to,
                told_at=report.reported_at,
                recorded_by_id=report.reported_by_id or report.found_by_id,
            ).save()  # fmt: skip
        if report.answered_at:
            answer(
                report=report, body="other", words=report.answer, answered_at=report.answered_at
            ).save()


def set_rechecks(apps: Any, schema_editor: Any) -> None:  # Any: as above
    """A leave has its end, and a child abroad is looked for once more."""
    closed = apps.get_model("cases", "Case").objects.filter(closed_on__isnull=False)
    for pk, until in closed.filter(closing_reason__in=["C06", "C07"]).values_list(
        "pk", "closing_until"
    ):
        closed.filter(pk=pk).update(recheck_on=until)
    for pk, on in closed.filter(closing_reason__in=["C11", "C16"]).values_list("pk", "closed_on"):
        closed.filter(pk=pk).update(recheck_on=on + HALF_A_YEAR)


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_rounds_answers_and_annulments")]

    operations = [
        migrations.RunPython(encrypt, migrations.RunPython.noop),
        migrations.RunPython(number_rounds, migrations.RunPython.noop),
        migrations.RunPython(list_whom_was_told, migrations.RunPython.noop),
        migrations.RunPython(set_rechecks, migrations.RunPython.noop),
    ]
