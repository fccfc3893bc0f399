"""The refusals of decisions about a customer."""

from domain.kernel.problem import NotFound, Refused


class CustomerIsErased(Refused):
    """The customer has been erased; register them anew if they ask for it."""


class CustomerIsMerged(Refused):
    """The customer was merged into another entry; use that one."""


class MergedIntoItself(Refused):
    """A customer cannot be merged into itself; name the entry that stays."""


class SiteIsKnown(Refused):
    """The customer has this site already; change it instead."""


class NoSuchSite(NotFound):
    """The customer has no such site."""
