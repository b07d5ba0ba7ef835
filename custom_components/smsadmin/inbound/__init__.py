"""Replies and delivery reports on their way in: pulled, pushed, stored, and published as events."""
