"""Adapters: where the pipeline meets other systems."""
