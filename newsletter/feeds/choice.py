"""Articles by what editions are made of, so that an edition costs what it takes and not what there is. Pure."""

from collections.abc import Sequence

from newsletter.config import Config
from newsletter.feeds.channels import interests
from newsletter.feeds.segments import key
from newsletter.model import Article, Filter, Interest


class Choice:
    """What filters choose among some articles."""

    def __init__(self, config: Config, articles: Sequence[Article]) -> None:
        """Take the articles, which stay in their order."""
        self._articles = articles
        #: Numbers of the articles of each tag and author.
        self._numbers: dict[tuple[Interest, str], list[int]] = {}
        for number, article in enumerate(articles):
            for pair in interests(config, article):
                self._numbers.setdefault(pair, []).append(number)

    def of(self, take: Filter) -> list[Article]:
        """List those that match every part of a filter that is not empty."""
        numbers: set[int] | None = None
        for interest, wanted in ((Interest.TAG, take.tags), (Interest.AUTHOR, take.authors)):
            if wanted:
                own = set().union(*(self._numbers.get((interest, key(word)), ()) for word in wanted))
                numbers = own if numbers is None else numbers & own
        chosen = self._articles if numbers is None else [self._articles[number] for number in sorted(numbers)]
        return [one for one in chosen if not take.folders or any(_is_below(one.path, folder) for folder in take.folders)]


def _is_below(path: str, folder: str) -> bool:
    """Tell whether a path is in a folder or below it; the empty one and ``.`` are the content folder itself."""
    inner = folder.strip("/").removeprefix("./")
    return inner in {"", "."} or path.startswith(f"{inner}/")
