"""The browser's twin of the core passes the same vectors, under Node."""

from pathlib import Path

from connect.tests.node import run_node_tests


def test_the_browsers_core_agrees() -> None:
    run_node_tests(Path(__file__).parents[1] / "js")
