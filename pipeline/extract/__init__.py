"""Extractors: one file a table. Each is a function of a report's prose and the compiled lexicons."""
