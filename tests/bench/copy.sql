-- \copy of a file into an unlogged typed table: psql -v table=... -v file=...
truncate :table;
\set command '\\copy ' :table ' from ' :'file' ' (format csv, header)'
:command
