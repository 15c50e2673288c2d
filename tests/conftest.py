"""What every test shares: how many examples a law is tried on, and the servers that tests may ask for."""

import os

from hypothesis import HealthCheck, Phase, settings

from tests.servers import debian15_url, postgres_url, schema_url  # noqa: F401  # fixtures
from tests.stores.fixtures import opened_stores, store, stores  # noqa: F401  # fixtures

# `ci` is what `make test` runs: the same examples every time, so that a red run is red again.
settings.register_profile(
    "ci",
    max_examples=100,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# `deep` is what `make deep` runs: new examples every time, and what fails is kept in .hypothesis and tried first.
settings.register_profile(
    "deep",
    max_examples=int(os.environ.get("EXAMPLES", "50000")),
    derandomize=False,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
# `mutants` is what `make mutants` runs hundreds of times: that a test fails is all it asks, so nothing is shrunk.
settings.register_profile(
    "mutants",
    max_examples=20,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
