"""What holds for all tests, and for the examples in docstrings."""

from __future__ import annotations

import pytest


@pytest.hookimpl(optionalhook=True)  # pytest-xdist may be switched off
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Start no workers for tests that are named one by one: most are done before a worker is ready."""
    named = config.args_source == pytest.Config.ArgsSource.ARGS and all("::" in name for name in config.args)
    return 0 if named else None
