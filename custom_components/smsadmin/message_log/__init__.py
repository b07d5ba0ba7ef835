"""The memory of an account: everything sent and received, what became of it, and what could not be read.

A SQLite file that a thread of its own writes. Knows the protocol, and nothing of Home Assistant.
"""
