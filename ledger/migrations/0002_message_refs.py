from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="message", name="message_edits"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=models.Q(("ref__isnull", False)), fields=["ref"], name="message_refs"),
        ),
    ]
