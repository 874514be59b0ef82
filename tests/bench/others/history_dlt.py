"""History with dlt's scd2 strategy: history_dlt.py URL FILE"""
import csv
import itertools
import sys

import dlt

url, file = sys.argv[1:]


@dlt.resource(name="accounts", write_disposition={"disposition": "merge", "strategy": "scd2"})
def accounts():
    with open(file, newline="") as lines:
        rows = csv.DictReader(lines)
        while piece := list(itertools.islice(rows, 10000)):
            yield piece


pipeline = dlt.pipeline("bench", destination=dlt.destinations.postgres(url), dataset_name="bench_dlt")
pipeline.run(accounts())
