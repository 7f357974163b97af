"""Delivers an issue by leaving it in out/, where whatever serves or fetches that folder finds it. Does nothing else."""

from newsletter.delivery.contract import Handover, Journal, Result


def deliver(handover: Handover, journal: Journal) -> Result:  # noqa: ARG001 - nobody is written to, so nothing is recorded
    """Say where the issue is to be read."""
    return Result(delivered=True, reference=f"{handover.config.url}issues/{handover.key}/")
