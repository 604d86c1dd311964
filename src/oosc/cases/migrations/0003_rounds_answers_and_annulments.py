"""Room for what follows; the next migration carries the old values over."""

import django.db.models.deletion
import uuid6
from django.db import migrations, models

import oosc.vault.fields


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_consents_by_person"), ("members", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(
            model_name="mandatoryreport",
            name="cases_report_says_to_whom",
        ),
        migrations.RenameField("move", "words", "words_in_clear"),
        migrations.AddField(
            model_name="move",
            name="words",
            field=oosc.vault.fields.EncryptedField(
                blank=True, default="", label="cases.Move.words", verbose_name="说明"
            ),
        ),
        migrations.RenameField("case", "trigger", "trigger_in_clear"),
        migrations.AddField(
            model_name="case",
            name="trigger",
            field=oosc.vault.fields.EncryptedField(
                blank=True, default="", label="cases.Case.trigger", verbose_name="疑似依据"
            ),
        ),
        migrations.RenameField("case", "closing_words", "closing_words_in_clear"),
        migrations.AddField(
            model_name="case",
            name="closing_words",
            field=oosc.vault.fields.EncryptedField(
                blank=True, default="", label="cases.Case.closing_words", verbose_name="申请说明"
            ),
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "body",
                    models.CharField(
                        choices=[
                            ("police", "公安"),
                            ("civil", "民政"),
                            ("education", "教育"),
                            ("other", "其他单位"),
                        ],
                        max_length=10,
                        verbose_name="反馈单位",
                    ),
                ),
                (
                    "words",
                    oosc.vault.fields.EncryptedField(
                        label="cases.Answer.words", verbose_name="反馈"
                    ),
                ),
                ("answered_at", models.DateTimeField(verbose_name="反馈时间")),
            ],
            options={
                "verbose_name": "强制报告反馈",
                "ordering": ["answered_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "body",
                    models.CharField(
                        choices=[
                            ("police", "公安"),
                            ("civil", "民政"),
                            ("education", "教育"),
                            ("other", "其他单位"),
                        ],
                        max_length=10,
                        verbose_name="单位",
                    ),
                ),
                (
                    "person",
                    oosc.vault.fields.EncryptedField(
                        label="cases.Told.person", verbose_name="接报人"
                    ),
                ),
                (
                    "means",
                    models.CharField(
                        blank=True,
                        choices=[("phone", "电话"), ("in_person", "当面"), ("written", "书面")],
                        default="",
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                ("told_at", models.DateTimeField(verbose_name="报告时间")),
            ],
            options={
                "verbose_name": "强制报告对象",
                "ordering": ["told_at", "id"],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="recheck_on",
            field=models.DateField(blank=True, db_index=True, null=True, verbose_name="复核日期"),
        ),
        migrations.AddField(
            model_name="evidence",
            name="round",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="轮次"),
        ),
        migrations.AddField(
            model_name="mandatoryreport",
            name="annulled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="作废时间"),
        ),
        migrations.AddField(
            model_name="mandatoryreport",
            name="annulled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.post",
                verbose_name="作废",
            ),
        ),
        migrations.AddField(
            model_name="mandatoryreport",
            name="annulled_why",
            field=oosc.vault.fields.EncryptedField(
                blank=True,
                default="",
                label="cases.MandatoryReport.annulled_why",
                verbose_name="作废理由",
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="annulled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="更正时间"),
        ),
        migrations.AddField(
            model_name="visit",
            name="annulled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.post",
                verbose_name="更正",
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="annulled_why",
            field=oosc.vault.fields.EncryptedField(
                blank=True, default="", label="cases.Visit.annulled_why", verbose_name="更正理由"
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="round",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="轮次"),
        ),
        migrations.AddField(
            model_name="visit",
            name="witness",
            field=oosc.vault.fields.EncryptedField(
                blank=True, default="", label="cases.Visit.witness", verbose_name="见证人"
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="found",
            field=models.CharField(
                blank=True,
                choices=[
                    ("never_enrolled", "失学，未曾入学"),
                    ("dropout", "辍学，已离校"),
                    ("illegal_alternative", "在私塾、国学班或家中就读，未入学"),
                    ("enrolled_unregistered", "在校无学籍，限期补籍"),
                    ("ruled_out", "不属失学，材料待补"),
                    ("not_found", "还需再查"),
                ],
                default="",
                max_length=24,
                verbose_name="核查结论",
            ),
        ),
        migrations.AlterField(
            model_name="visit",
            name="conclusion",
            field=models.CharField(
                choices=[
                    ("never_enrolled", "失学，未曾入学"),
                    ("dropout", "辍学，已离校"),
                    ("illegal_alternative", "在私塾、国学班或家中就读，未入学"),
                    ("enrolled_unregistered", "在校无学籍，限期补籍"),
                    ("ruled_out", "不属失学，材料待补"),
                    ("not_found", "还需再查"),
                ],
                max_length=24,
                verbose_name="结论",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandatoryreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reported_at__isnull", True), ("annulled_at__isnull", True), _connector="OR"
                ),
                name="cases_report_made_is_not_annulled",
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.post",
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="cases.mandatoryreport",
            ),
        ),
        migrations.AddField(
            model_name="told",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.post"
            ),
        ),
        migrations.AddField(
            model_name="told",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="told",
                to="cases.mandatoryreport",
            ),
        ),
        migrations.AddConstraint(
            model_name="told",
            constraint=models.UniqueConstraint(
                fields=("report", "body"), name="cases_told_once_a_body"
            ),
        ),
    ]
