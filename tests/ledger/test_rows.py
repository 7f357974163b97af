from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.ledger import rows

INSTANTS = st.datetimes(timezones=st.one_of(st.just(UTC), st.timezones()))
WHOLE = st.builds(lambda instant: instant.replace(microsecond=0), INSTANTS)


@given(st.one_of(INSTANTS, WHOLE))
@example(datetime(1, 1, 1, tzinfo=UTC))
@example(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
def test_an_instant_is_written_with_microseconds_and_its_offset(instant: datetime) -> None:
    assert rows.stored(instant) == instant.isoformat(timespec="microseconds")
