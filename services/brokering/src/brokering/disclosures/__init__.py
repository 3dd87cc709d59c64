"""The public register of conflicts of interest in support that has been approved."""
