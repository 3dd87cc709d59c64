"""Offers: from a proposed match to an approved one."""
