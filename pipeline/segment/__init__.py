"""Segmentation: sentences of a report, words of a sentence."""

from pipeline.segment.sentences import sentences
from pipeline.segment.words import SEGMENTERS, Segmenter, Token, make_segmenter

__all__ = ["SEGMENTERS", "Segmenter", "Token", "make_segmenter", "sentences"]
