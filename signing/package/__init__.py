"""The package for a court (EVIDENCE section 7): an ASiC-E container (ETSI EN 319 162-1) built from handed-in values.

`signing.package.build` writes it; the verifier shares the formats (layout, index, manifest), never the writer.
"""
