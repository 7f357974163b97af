"""What leaves the house over the network: issues handed to mail services, and hubs told of new articles.

One small file per service; adding one is adding it to SERVICES. A service is handed what out/ holds of an issue and keeps a
journal, in which every attempt stands before anything leaves the house: a run that is killed leaves no doubt but about those
attempts, and they are not repeated unless somebody asks.
"""

from importlib import import_module
from typing import cast

from newsletter.delivery.contract import Deliver, Handover, Journal, Outcome, Result

__all__ = ["SERVICES", "Deliver", "Handover", "Journal", "Outcome", "Result", "service"]

#: delivery.service to the module whose ``deliver`` serves it. Imported only where they are used: requests takes 80 ms.
SERVICES = ("folder", "smtp", "listmonk", "buttondown", "command")


def service(name: str) -> Deliver:
    """Return what hands issues to a service."""
    if name not in SERVICES:
        raise KeyError(name)
    return cast("Deliver", import_module(f"newsletter.delivery.{name}").deliver)
