#!/bin/sh
# History with a snapshot of dbt, behind \copy of the file: history_dbt.sh PYTHON THIS-FOLDER URL HOME FILE
set -eu
python=$1 here=$2 url=$3 home=$4 file=$5
project=$home/dbt
if [ ! -d "$project" ]; then
  mkdir -p "$project/snapshots"
  printf 'name: bench\nversion: "1.0"\nprofile: bench\n' >"$project/dbt_project.yml"
  cp "$here/accounts_snapshot.sql" "$project/snapshots/"
  socket=$(psql -d "$url" -qXAt -c "select current_setting('unix_socket_directories')") port=$(psql -d "$url" -qXAt -c "show port")
  cat >"$project/profiles.yml" <<END
bench:
  target: bench
  outputs:
    bench: {type: postgres, host: "${socket%%,*}", port: $port, user: "$(psql -d "$url" -qXAt -c 'select current_user')", password: "", dbname: "$(psql -d "$url" -qXAt -c 'select current_database()')", schema: bench_dbt, threads: 2}
END
fi
(cd "$here/.." && psql -d "$url" -qX -v ON_ERROR_STOP=1 -v table=bench.staged -v file="$file" -f copy.sql)
"$python" -m dbt.cli.main snapshot --project-dir "$project" --profiles-dir "$project"
