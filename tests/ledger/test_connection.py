from newsletter.ledger.connection import Ordered


def test_rows_by_place_have_their_names_for_who_wants_them() -> None:
    rows = Ordered(("id", "gone"), [("a", 0), ("b", 1)])
    assert [*rows] == [{"id": "a", "gone": 0}, {"id": "b", "gone": 1}]
    assert [*rows[1:]] == [{"id": "b", "gone": 1}]
