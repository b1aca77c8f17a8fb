"""One command each: `.venv/bin/python -m benchmarks.NAME`. Every peer runs in the same run; results are medians."""
