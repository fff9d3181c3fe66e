"""Values that all rooms share: errors, identifiers, the clock, randomness. Imports nothing of ours."""
