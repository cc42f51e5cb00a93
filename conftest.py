"""What holds for all tests, and for the examples in docstrings."""

from __future__ import annotations

from collections.abc import Generator

import pytest


@pytest.hookimpl(optionalhook=True, wrapper=True)  # pytest-xdist may be switched off
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Generator[None, int, int]:
    """One worker more than cores, since tests in a browser wait; none for tests that are named one by one."""
    cores = yield
    named = config.args_source == pytest.Config.ArgsSource.ARGS and all("::" in name for name in config.args)
    return 0 if named else cores + 1
