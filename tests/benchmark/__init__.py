"""What the integration costs, side by side with what else could be had: `scripts/benchmark`."""
