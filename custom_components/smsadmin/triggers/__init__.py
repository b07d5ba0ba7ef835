"""The automation triggers."""
