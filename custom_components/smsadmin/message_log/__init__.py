"""The message log of an account: everything sent and received, its states, and what could not be read.

It is a SQLite file with a thread of its own. This package imports `gateway`, and nothing of Home Assistant.
"""
