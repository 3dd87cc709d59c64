"""Who asks, what they may do, and whose rows they may see."""

from shared.auth.access import Access, Public, Requires
from shared.auth.principal import Organisation, Principal

__all__ = ["Access", "Organisation", "Principal", "Public", "Requires"]
