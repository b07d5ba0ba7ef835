"""Forms for the options of an account and for its recipients."""
