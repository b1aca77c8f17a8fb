"""What every benchmark counts alike, prints and keeps: machine, versions, medians, percentiles."""

import json
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles

RESULTS = Path(__file__).parent / "results"


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Of the rounds' ratios: a round's two figures were taken one after the other."""
    return median([a / b for a, b in zip(ours, theirs, strict=True)])


def p99_ms(took_s: Sequence[float]) -> float:
    return quantiles(took_s, n=100)[98] * 1000


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
