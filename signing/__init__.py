"""What makes a scan evidence: digests, manifests, log, stamps, tokens, receipts, verdicts; bytes in, values out."""
