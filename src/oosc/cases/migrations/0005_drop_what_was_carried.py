"""What the migration before has carried over lies in one place only."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_carry_over")]

    operations = [
        migrations.RemoveField(
            model_name="mandatoryreport",
            name="answer",
        ),
        migrations.RemoveField(
            model_name="mandatoryreport",
            name="answered_at",
        ),
        migrations.RemoveField(
            model_name="mandatoryreport",
            name="reported_to",
        ),
        migrations.RemoveField("case", "closing_words_in_clear"),
        migrations.RemoveField("case", "trigger_in_clear"),
        migrations.RemoveField("move", "words_in_clear"),
    ]
