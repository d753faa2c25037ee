"""Settings found by looking at the photo: a first guess for each slider that has one, and for all at once."""

from stillbytes.edit.automatic.find import FINDERS, SETS, chosen, found
from stillbytes.edit.automatic.meter import Meter
from stillbytes.edit.automatic.people import people_in

__all__ = ["FINDERS", "SETS", "Meter", "chosen", "found", "people_in"]
