import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models

import oosc.members.models
import oosc.vault.fields


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Factor",
            fields=[
                (
                    "name",
                    models.CharField(
                        help_text="The human-readable name of this device.", max_length=64
                    ),
                ),
                (
                    "confirmed",
                    models.BooleanField(default=True, help_text="Is this device ready for use?"),
                ),
                (
                    "throttling_failure_timestamp",
                    models.DateTimeField(
                        blank=True,
                        default=None,
                        help_text="A timestamp of the last failed verification attempt. Null if last attempt succeeded.",
                        null=True,
                    ),
                ),
                (
                    "throttling_failure_count",
                    models.PositiveIntegerField(
                        default=0, help_text="Number of successive failed attempts."
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "secret",
                    oosc.vault.fields.EncryptedField(
                        default=oosc.members.models.new_secret,
                        label="members.Factor.secret",
                        verbose_name="密钥",
                    ),
                ),
                ("drift", models.SmallIntegerField(default=0, verbose_name="偏差")),
                ("last_step", models.BigIntegerField(default=-1, verbose_name="最近一步")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "动态口令",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "confirmed"), name="members_factor_once"
                    )
                ],
            },
        ),
    ]
