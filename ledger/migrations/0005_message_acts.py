from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_admin_names")]

    operations = [
        migrations.RemoveIndex(model_name="message", name="message_refs"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["ref", "kind"], name="message_refs", condition=models.Q(("ref__isnull", False))
            ),
        ),
    ]
