"""Inspections of trusts: findings in words, since their framework has no fixed scale yet."""
