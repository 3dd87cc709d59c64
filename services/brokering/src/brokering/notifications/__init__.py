"""Notifications: written with what they tell of, sent afterwards until they arrive; contacts by role."""
