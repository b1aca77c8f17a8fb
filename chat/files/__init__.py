"""Files that messages carry.

    upload   row "receiving" → contents durable → row "waiting"            uploads.py, pictures.py
    send     body names name, type, size, commitment; row "sent"           claims.py, in the recorder's transaction
    erase    row "going" with the entry → contents go → row goes           removing.py

A row is there before its contents and goes after them, so whatever a crash leaves behind is found again.
"""
