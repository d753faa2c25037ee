"""Import: photos from a card or another folder, copied, verified, named, and taken into the library.

>>> import stillbytes as sb
>>> from stillbytes.library.ingest import Choices
>>> with sb.library.open() as library:                                            # doctest: +SKIP
...     card = sb.library.ingest.look("/media/EOS_DIGITAL")
...     plan = sb.library.ingest.plan(card, Choices(to="~/Pictures"), library)
...     report = sb.library.ingest.carry_out(plan, library)

`look` reads what is on the card, `plan` says what would be copied where, `carry_out` does it; what a full disk, a
pulled card or a kill left undone, `unfinished` lists and `resume` ends.
"""

from stillbytes.library.ingest.card import Card, File, Shot, Source, look, sources
from stillbytes.library.ingest.choices import Choices, chosen
from stillbytes.library.ingest.errors import IngestError
from stillbytes.library.ingest.journal import Unfinished, unfinished
from stillbytes.library.ingest.plan import Copy, Plan, Planned, plan
from stillbytes.library.ingest.run import Failed, Report, carry_out, forget, resume

__all__ = [
    "Card", "Choices", "Copy", "Failed", "File", "IngestError", "Plan", "Planned", "Report", "Shot", "Source",
    "Unfinished", "carry_out", "chosen", "forget", "look", "plan", "resume", "sources", "unfinished",
]  # fmt: skip
