"""The triggers and the condition of automations, and the options that they share."""
