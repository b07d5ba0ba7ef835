"""Repair issues: what a user has to know and perhaps act on.

The checks raise an issue when something goes wrong, and clear it as soon as it is right again.
"""
