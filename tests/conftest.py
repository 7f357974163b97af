"""What several test modules share because it is dear to make."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests import postgres as postgresql
from tests.corpora import NAMES, Corpus, corpus

# A busy machine is no fault of an example; derandomised, a failure is the same for everybody who runs the tests
settings.register_profile("newsletter", deadline=None, derandomize=True, print_blob=True)
# HYPOTHESIS_PROFILE=explore looks further than a change has time for
settings.register_profile("explore", deadline=None, max_examples=500, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "newsletter"))


@pytest.fixture(scope="session", params=NAMES)
def blog(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Build a real blog, or take it as another worker has built it."""
    base = tmp_path_factory.getbasetemp()
    return corpus(request.param, base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgresql.Server]:
    """Run a PostgreSQL for the tests of this worker; each makes a database of its own in it."""
    with postgresql.serving() as server:
        yield server
