"""What holds for all tests with hypothesis."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes depends on what else the machine does.
settings.register_profile("house", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("house")
