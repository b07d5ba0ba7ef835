"""Sends texts: composes them, submits them, and tries those again that have not left this machine."""
