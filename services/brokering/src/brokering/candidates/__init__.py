"""Who could support one need, ranked, and who could not, with the rule that says so."""
