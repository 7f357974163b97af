"""The nouns: records that every part of the program shares. No I/O.

All records are frozen and picklable: they cross process boundaries as they are. Every ``datetime`` is time-zone-aware.
"""

from newsletter.model.articles import (
    Article,
    Asset,
    Enclosure,
    Filter,
    Found,
    Image,
    MailPicture,
    Period,
    Person,
    Picture,
    Remark,
    Rendered,
    Status,
)
from newsletter.model.editions import (
    ArchivePage,
    Channel,
    Commission,
    Edition,
    Form,
    Interest,
    Issue,
    Kept,
    Output,
    PastIssue,
    Section,
    Spooled,
)

__all__ = [
    "ArchivePage",
    "Article",
    "Asset",
    "Channel",
    "Commission",
    "Edition",
    "Enclosure",
    "Filter",
    "Form",
    "Found",
    "Image",
    "Interest",
    "Issue",
    "Kept",
    "MailPicture",
    "Output",
    "PastIssue",
    "Period",
    "Person",
    "Picture",
    "Remark",
    "Rendered",
    "Section",
    "Spooled",
    "Status",
]
