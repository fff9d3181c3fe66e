"""Imports of the registry: files of the collection system become parties and claims, row by row, with a report."""

from ingest.importing.columns import FIELDS, Mapping, guess
from ingest.importing.problems import Problem, RowOutcome
from ingest.importing.run import Counts, Import, run_import
from ingest.importing.tables import Layout, TableInvalid, open_table

__all__ = [
    "FIELDS",
    "Counts",
    "Import",
    "Layout",
    "Mapping",
    "Problem",
    "RowOutcome",
    "TableInvalid",
    "guess",
    "open_table",
    "run_import",
]
