"""What holds for all tests with hypothesis."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from strategies import examples

# How long an example takes depends on what else the machine does. The examples are the same each time, so that a test
# that fails tells of a change; `pytest -m hypothesis --hypothesis-profile=explore` looks for others.
settings.register_profile("explore", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("house", settings.get_profile("explore"), derandomize=True, max_examples=examples(100))
settings.load_profile("house")
