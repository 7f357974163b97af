"""The ledger as a whole: what was published, which issues there are, and whom they reached. No clock."""

from newsletter.ledger.articles import Articles
from newsletter.ledger.attempts import Attempts
from newsletter.ledger.reservations import Reservations


class Ledger(Articles, Reservations, Attempts):
    """An open ledger; see open_ledger. Every method raises LedgerError, or LockedError while another run writes."""
