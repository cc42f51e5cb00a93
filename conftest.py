"""What holds for all tests, and for the examples in docstrings."""

from __future__ import annotations

import pytest

NARROWING = ("keyword", "markexpr", "deselect", "lf", "collectonly")


def pytest_configure(config: pytest.Config) -> None:
    """Report and judge the coverage of the whole suite only: a part of it covers but a part."""
    coverage = config.pluginmanager.get_plugin("_cov")
    part = config.args_source != pytest.Config.ArgsSource.TESTPATHS
    if coverage and (part or any(config.getoption(option, None) for option in NARROWING)):
        coverage.options.cov_fail_under = None
        coverage.options.cov_report = {}
