"""The memory of an account: everything sent and received, what became of it, and what could not be read.

A file of SQLite, written by a thread of its own. Knows the wire, and nothing of Home Assistant.
"""
