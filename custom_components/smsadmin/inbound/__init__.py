"""Receives replies and delivery reports: pulls them or takes pushes, stores them, and publishes them as events."""
