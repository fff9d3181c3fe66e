"""What is kept: the catalogue, the vault, the log, stamps, parties and claims, verification."""
