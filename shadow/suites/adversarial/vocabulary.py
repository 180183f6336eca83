"""Words and lists that several kinds of probe draw from."""

from shadow.suites.heldout.vocabulary import CITIES, ITEMS, NAMES

WORDS = (
    "velvet", "anchor", "marble", "kite", "saffron", "tunnel", "walnut", "comet", "juniper", "bellows", "quartz",
    "thimble", "osprey", "ginger", "lattice", "pewter", "rhubarb", "sextant", "turnip", "zephyr", "amber", "cobalt",
    "dahlia", "ferret", "gazelle", "hazel", "indigo", "jasper", "kestrel", "lilac",
)  # fmt: skip
FIRMS = ("Northwind Tools", "Bluebell Travel", "Harbour Books", "Alder Insurance", "Tern Telecom", "Maple Clinic")

__all__ = ["CITIES", "FIRMS", "ITEMS", "NAMES", "WORDS"]
