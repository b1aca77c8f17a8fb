"""SecantusDB, a server of MongoDB's protocol, for tests: with three stages put right, until its standard input ends.

`python -m connect.tests.mongo_server FOLDER` prints its address. `standalone` after it: no replica set.
"""

import sys
from collections.abc import Iterator
from typing import Any

from secantus import SecantusDBServer, aggregate

_add_fields = aggregate._STAGES["$addFields"]
_project = aggregate._STAGES["$project"]
_union_with = aggregate._STAGES["$unionWith"]


def project(spec: Any, documents: Any, context: Any) -> Any:
    """Nested documents without an operator name fields to include: `{a: {b: 1}}` is `{"a.b": 1}`."""
    return _project(dict(_flat("", spec)), documents, context)


def add_fields(spec: Any, documents: Any, context: Any) -> Any:
    """The same: `{a: {b: 1}}` leaves what else is in `a`."""
    return _add_fields(dict(_flat("", spec)), documents, context)


def _flat(prefix: str, spec: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in spec.items():
        if isinstance(value, dict) and value and not any(name.startswith("$") for name in value):
            yield from _flat(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", value


def union_with(spec: Any, documents: Any, context: Any) -> Any:
    """Without a collection it starts from `$documents`."""
    if isinstance(spec, dict) and "coll" not in spec and spec.get("pipeline"):
        return list(documents) + list(aggregate.apply_pipeline([], spec["pipeline"], context))
    return _union_with(spec, documents, context)


if __name__ == "__main__":
    aggregate._STAGES.update({"$addFields": add_fields, "$project": project, "$unionWith": union_with})
    replica_set = None if "standalone" in sys.argv else "rs0"
    with SecantusDBServer(storage_path=sys.argv[1], cache_size="256M", replica_set_name=replica_set) as server:
        print(server.uri, flush=True)  # noqa: T201
        sys.stdin.read()
