"""The blueprints, and how they get into the user's folder."""
