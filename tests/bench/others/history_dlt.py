"""History with dlt's scd2 strategy: history_dlt.py URL FILE"""
import sys

import dlt
from dlt.sources.filesystem import filesystem, read_csv_duckdb

url, file = sys.argv[1:]
folder, _, name = file.rpartition("/")
accounts = (filesystem(f"file://{folder}", file_glob=name) | read_csv_duckdb()).with_name("accounts")
accounts.apply_hints(write_disposition={"disposition": "merge", "strategy": "scd2"})
pipeline = dlt.pipeline("bench", destination=dlt.destinations.postgres(url), dataset_name="bench_dlt")
pipeline.run(accounts)
