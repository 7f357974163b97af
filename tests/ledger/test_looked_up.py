"""Articles are looked up a few at a time, which comes to the same as reading all of them."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from newsletter.ledger import articles, open_ledger
from newsletter.ledger.shelf import Shelf
from tests.test_ledger import make_publication, record

MANY = 9


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles, "AT_ONCE", 3)


@pytest.mark.parametrize("wanted", [(), (4,), (9, 1, 5), (2, 3, 5, 8), range(1, MANY + 1), (1, 12, 7, 13)])
def test_some_of_the_articles_are_those_of_all_in_the_order_of_their_numbers(location: str, wanted: Sequence[int]) -> None:
    record(location, *map(make_publication, range(1, MANY + 1)))
    ids = {make_publication(number).id for number in wanted}
    with open_ledger(location) as ledger:
        assert tuple(ledger.some(ids).values()) == tuple(one for one in ledger.known() if one.id in ids)


@pytest.mark.parametrize("count", [1, 4, 5, MANY])
def test_few_articles_are_recorded_as_many_are(location: str, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    record(location, *map(make_publication, range(1, MANY + 1)))
    changed = [replace(make_publication(number), title="Otherwise") for number in range(1, count + 1)]
    with open_ledger(location) as ledger:
        before = ledger.known()
        with pytest.raises(KeyError), ledger.publishing(changed, [make_publication(MANY).id][: MANY - count]):
            raise KeyError
        assert ledger.known() == before
        whole, read = ledger.shelf, list[Shelf]()

        def noted() -> Shelf:
            read.append(whole())
            return read[-1]

        monkeypatch.setattr(ledger, "shelf", noted)
        with ledger.publishing(changed) as is_changed:
            assert is_changed
        assert bool(read) == (articles.DEARER * count > MANY)
        assert [one.title for one in whole().values()] == ["Otherwise"] * count + [one.title for one in before[count:]]
