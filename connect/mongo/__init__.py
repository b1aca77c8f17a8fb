"""The database engine for `DATABASE_URL=mongodb://…`: django-mongodb-backend, made to keep what Django promises.

    base.py        transactions where Django says `atomic`, which that backend leaves out
    keys.py        numbers for the rows of tables that want them
    collection.py  of two transactions that write one row, the second fails like one that breaks a constraint
    compiler.py    `select_for_update`
    schema.py      indexes that MongoDB's planner uses

So nothing outside this package talks to MongoDB in its own language, but for `ledger/recording/bulk.py`. Where there is
SQL for the others, MongoDB takes the ORM's way (`ledger/selecting.py`). Nothing here is imported with another store.
"""
