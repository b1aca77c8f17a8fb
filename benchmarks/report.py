"""What every benchmark prints and keeps: machine, versions, medians, ratios."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def median(runs: Sequence[float]) -> float:
    return statistics.median(runs)


def machine() -> dict[str, object]:
    """The machine as the figures' reader needs it; the load tells what else ran."""
    return {
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load_1_min": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "django": version("django"),
        "uvicorn": version("uvicorn"),
        "websockets": version("websockets"),
    }


def keep(name: str, figures: dict[str, object]) -> None:
    """Prints the figures and writes them to `results/NAME.json`."""
    result = {"machine": machine(), **figures}
    print(json.dumps(result, indent=2))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
