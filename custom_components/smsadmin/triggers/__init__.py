"""The triggers and the condition of automations, the options that they share, and the check of what automations name."""
