"""The kinds of databases that a ledger is kept in."""

from pathlib import Path

import pytest


@pytest.fixture(params=["file", "sqlalchemy", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Keep a ledger in a file, by the standard library and by SQLAlchemy, and in a real PostgreSQL."""
    if request.param == "file":
        return str(tmp_path / "letter.db")
    pytest.importorskip("sqlalchemy", reason="the extra [database] is not installed")
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres").make_quickly())
    return f"sqlite+pysqlite:///{tmp_path / 'letter.db'}"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> str:
    """Address an empty database in a real PostgreSQL."""
    pytest.importorskip("sqlalchemy", reason="the extra [database] is not installed")
    return str(request.getfixturevalue("postgres").make())
