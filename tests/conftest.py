"""What holds for all tests with hypothesis."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes depends on what else the machine does. The examples are the same each time, so that a test
# that fails tells of a change; `pytest -m hypothesis --hypothesis-profile=explore` looks for others.
settings.register_profile("explore", settings.default, deadline=None)
settings.register_profile("house", settings.get_profile("explore"), derandomize=True)
settings.load_profile("house")
