import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models

import oosc.vault.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("members", "0002_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "job_id",
                    models.UUIDField(blank=True, editable=False, null=True, verbose_name="作业"),
                ),
                ("path", models.CharField(max_length=200, verbose_name="名单地址")),
                (
                    "query",
                    models.CharField(
                        blank=True, default="", max_length=1000, verbose_name="筛选条件"
                    ),
                ),
                (
                    "words",
                    oosc.vault.fields.EncryptedField(
                        blank=True,
                        default="",
                        label="exports.Export.words",
                        verbose_name="查找内容",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="名单")),
                ("purpose", models.CharField(max_length=40, verbose_name="用途")),
                ("rows", models.PositiveIntegerField(verbose_name="行数")),
                ("asked_at", models.DateTimeField(verbose_name="提出时间")),
                (
                    "file_key",
                    models.CharField(
                        blank=True, default="", editable=False, max_length=64, verbose_name="文件"
                    ),
                ),
                ("made_at", models.DateTimeField(blank=True, null=True, verbose_name="做好时间")),
                (
                    "expires_at",
                    models.DateTimeField(
                        blank=True, db_index=True, null=True, verbose_name="保存至"
                    ),
                ),
                (
                    "destroyed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="销毁时间"),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="导出人",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.post",
                        verbose_name="导出岗位",
                    ),
                ),
            ],
            options={
                "verbose_name": "导出",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expires_at__isnull", True), ("file_key", "")),
                            models.Q(
                                models.Q(("file_key", ""), _negated=True),
                                ("expires_at__isnull", False),
                                ("made_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="exports_a_file_has_its_end",
                    )
                ],
            },
        ),
    ]
