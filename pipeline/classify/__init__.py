"""The sentence classifier: character n-grams, a linear model per dimension, kept as plain text."""

from pipeline.classify.model import Model, load_model

__all__ = ["Model", "load_model"]
