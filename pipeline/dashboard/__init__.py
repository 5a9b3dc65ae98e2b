"""The dashboard: a dataset as one page that opens in any browser, or as a live program of streamlit."""
