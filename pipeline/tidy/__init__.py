"""The dataset: its columns, the rows of a document, the files they are written to."""
