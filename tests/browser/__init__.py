"""What a person sees and does, in a real browser: Chromium, a real Home Assistant, and the simulated platform with its handset."""
