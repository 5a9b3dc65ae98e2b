"""Settings of all tests: random inputs are drawn in the same order everywhere, at whatever speed."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "zhibu", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("zhibu")
