"""What the triggers do."""
