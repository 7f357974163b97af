from pathlib import Path

from newsletter.delivery import Handover, Result, service
from newsletter.delivery.secrets import Secrets
from tests.delivery.journal import WHEN, FileJournal
from tests.factories import make_config


def test_an_issue_in_the_folder_is_delivered_and_called_by_its_public_address(tmp_path: Path) -> None:
    config = make_config(tmp_path)
    handover = Handover(
        config=config,
        key="2026-W10",
        folder=config.out / "issues" / "2026-W10",
        manifest={},
        secrets=Secrets(environment={}, root=tmp_path),
        now=WHEN,
    )
    journal = FileJournal(tmp_path / "journal")
    assert service("folder")(handover, journal) == Result(delivered=True, reference="https://letter.example/issues/2026-W10/")
    assert journal.attempts() == {}
    assert list(tmp_path.iterdir()) == []
