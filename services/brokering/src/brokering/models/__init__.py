"""Tables of brokering. Importing the package loads every module of it, so that the metadata is whole."""

from __future__ import annotations

import importlib
import pkgutil

from brokering.models.base import Base

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["Base"]
