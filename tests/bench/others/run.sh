# What else is installed, at the same work: sourced by scripts/bench, whose functions and names it uses. Each says that it was skipped.
python=${WEIR_BENCH_PYTHON:-python3}
has_module () { command -v "$python" >/dev/null && "$python" -c "import $1" 2>/dev/null; }
skipped () { say "$1 is not installed: skipped"; }
others=$top/tests/bench/others
# Some of them know no sockets.
weir db start --port "${WEIR_BENCH_PORT:-55432}" >/dev/null 2>&1
url=$(weir db url) tcp=$(weir db url --tcp)

# Loading only, into a typed table.
load_other () # NAME COMMAND...
{
  name=$1; shift
  sql -c 'drop table if exists bench.other'
  copy
  timed first "$name (load only)" "$@"
}

# The three works of a dimension, one after the other, as far as they come: one that takes more than $limit seconds is ended, and told with
# a time below zero.
limit=${WEIR_BENCH_LIMIT:-300}
history_other () # NAME COMMAND..., to which a file is added
{
  name=$1; shift
  for step in "first 1/accounts.csv" "changed 2/accounts.csv" "unchanged other.csv"; do
    copy
    timed "${step% *}" "$name" timeout "$limit" "$@" "$home/data/${step#* }" && continue
    say "${step% *} of $name had not ended after $limit s"
    printf '%s\t%s\t-%s\t0\t0\n' "${step% *}" "$name" "$limit" >>"$results"
    return
  done
}

if command -v pgloader >/dev/null; then
  sql -c 'create unlogged table if not exists bench.loaded (like bench.accounts)'
  sed "s|@FILE@|$home/data/1/accounts.csv|" "$others/accounts.load" >"$home/accounts.load"
  DATABASE=$tcp load_other pgloader pgloader --context /dev/null "$home/accounts.load"
else skipped pgloader; fi

if has_module pandas && has_module sqlalchemy && has_module psycopg2; then
  load_other pandas "$python" "$others/load_pandas.py" "$url" "$home/data/1/accounts.csv"
else skipped "pandas with sqlalchemy and psycopg2"; fi

if has_module duckdb && command -v psql >/dev/null; then
  sql -c 'drop table if exists bench.other; create unlogged table bench.other (like bench.accounts)'
  copy
  timed first 'DuckDB (load only)' sh -c '"$1" "$2" "$3" | psql -d "$4" -qX -c "\\copy bench.other from stdin (format csv)"' - \
    "$python" "$others/read_duckdb.py" "$home/data/1/accounts.csv" "$url"
else skipped duckdb; fi

if has_module dlt; then
  export DLT_DATA_DIR=$home/dlt RUNTIME__DLTHUB_TELEMETRY=false
  history_other dlt "$python" "$others/history_dlt.py" "$tcp"
else skipped dlt; fi

if has_module dbt.adapters.postgres; then
  export DBT_SEND_ANONYMOUS_USAGE_STATS=false
  history_other 'dbt snapshot' sh "$others/history_dbt.sh" "$python" "$others" "$url" "$home"
else skipped "dbt with its adapter for PostgreSQL"; fi
