"""A file read and typed by DuckDB, to stdout as CSV: read_duckdb.py FILE"""
import sys

import duckdb

duckdb.sql(f"copy (select * from read_csv('{sys.argv[1]}')) to '/dev/stdout' (format csv, header false)")
