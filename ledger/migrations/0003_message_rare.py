import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_message_refs")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["room", "room_seq"],
                name="message_rare",
                condition=models.Q(
                    ("kind", "erase"),
                    ("kind", "member.join"),
                    ("kind", "member.remove"),
                    ("kind", "room.create"),
                    ("kind", "room.update"),
                    ("author", uuid.UUID(int=0)),
                    _connector="OR",
                ),
            ),
        ),
    ]
