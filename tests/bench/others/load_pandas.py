"""A file into a table with pandas, in the usual way: load_pandas.py URL FILE"""
import sys

import pandas
import sqlalchemy

url, file = sys.argv[1:]
engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"))
rows = pandas.read_csv(file, parse_dates=["date_of_birth", "seen_at"])
rows.to_sql("other", engine, schema="bench", index=False, if_exists="replace", chunksize=10000, method="multi")
