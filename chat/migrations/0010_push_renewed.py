import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0009_preferences_language")]

    operations = [
        migrations.AddField(
            model_name="pushsubscription",
            name="renewed",
            field=models.DateTimeField(auto_now=True, default=django.utils.timezone.now),
            preserve_default=False,
        ),
    ]
