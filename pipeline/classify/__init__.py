"""The sentence classifier: character n-grams, a linear model per dimension, kept as plain text."""

from pipeline.classify.model import Joining, Model, load_model

__all__ = ["Joining", "Model", "load_model"]
