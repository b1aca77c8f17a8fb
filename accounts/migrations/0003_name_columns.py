"""What a name is in lower case, and what it looks like, become columns: not every database has indexes of expressions."""

from django.db import migrations, models

from accounts import names


def fill(apps, schema_editor):
    for model, column in (("User", "username"), ("HeldName", "name")):
        for row in apps.get_model("accounts", model).objects.all():
            name = getattr(row, column)
            row.name_lower, row.name_look = name.lower(), names.look(name)
            row.save(update_fields=["name_lower", "name_look"])


def column(**options):
    return models.CharField(editable=False, max_length=names.LONGEST, **options)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_user_session")]

    operations = [
        *(migrations.RemoveConstraint("user", name) for name in ("user_username_ci", "user_username_look", "user_email_ci")),
        *(
            migrations.AddField(model, name, column(default=""), preserve_default=False)
            for model in ("user", "heldname")
            for name in ("name_lower", "name_look")
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        *(migrations.AlterField("user", name, column(unique=True)) for name in ("name_lower", "name_look")),
        *(migrations.AlterField("heldname", name, column(db_index=True)) for name in ("name_lower", "name_look")),
    ]
