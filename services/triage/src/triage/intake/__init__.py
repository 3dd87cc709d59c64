"""Follows the inspection service and keeps a copy of what the rules and the filters need."""
