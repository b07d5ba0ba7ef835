"""The panel's side of Home Assistant."""
