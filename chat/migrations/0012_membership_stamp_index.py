from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0011_admin_names")]

    operations = [
        migrations.AddIndex(
            model_name="membership", index=models.Index(fields=["stamp"], name="membership_stamp")
        ),
    ]
