from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("children", "0002_guardians_merges_batches"),
        ("members", "0002_versions"),
        ("places", "0002_versions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="child",
            name="birth_date",
            field=models.DateField(blank=True, null=True, verbose_name="出生日期"),
        ),
        migrations.AddIndex(
            model_name="child",
            index=models.Index(
                fields=["birth_date", "id", "merged_into", "home", "hukou", "school", "grade"],
                name="children_child_by_birth",
            ),
        ),
    ]
