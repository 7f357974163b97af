"""Rules about the digest as a mail: what its readers see, hear and click. One module per thing that is looked at."""

from collections.abc import Iterator

from newsletter.checks.finding import Finding
from newsletter.checks.mail import envelope, legibility, links, pictures, reading
from newsletter.checks.mail.built import Built
from newsletter.checks.mail.origin import Origins
from newsletter.checks.mail.page import Mail
from newsletter.config import Config

RULES = (*envelope.RULES, *reading.RULES, *links.RULES, *pictures.RULES, *legibility.RULES)


def check(mail: Mail, origins: Origins, built: Built, config: Config) -> Iterator[Finding]:
    """Look at one mail; what is found twice in one place is said once."""
    found = (
        *envelope.check(mail, origins, config),
        *reading.check(mail, origins),
        *links.check(mail, origins, built, config),
        *pictures.check(mail, origins, built),
        *legibility.check(mail, origins),
    )
    yield from dict.fromkeys(found)
