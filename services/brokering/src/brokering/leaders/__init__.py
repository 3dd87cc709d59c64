"""The directory of system leaders."""
