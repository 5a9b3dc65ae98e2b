"""Lexicons: terms as data, loaded, matched and linted. Chinese terms live in lexicons/, not here."""

from pipeline.lexicon.load import Lexicons, Row, Scheme, SchemeTerm, load
from pipeline.lexicon.match import Matcher

__all__ = ["Lexicons", "Matcher", "Row", "Scheme", "SchemeTerm", "load"]
