"""How models are read, run and judged. Knows nothing of what any model is about."""
