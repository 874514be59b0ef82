#!/bin/sh
# Holds the sources to the layout: what may know what, one home per foreign header, one way out of the program.
#
#   tests/includes.sh [SOURCE-ROOT]      prints each violation as FILE:LINE: TEXT; exits 1 if there is one
set -eu
cd "${1:-$(dirname "$0")/..}"
find src connect watcher pipeline models schema base -name '*.[ch]' | LC_ALL=C sort | awk '
BEGIN {
  # src -> watcher | pipeline -> schema -> models -> base; watcher and pipeline never meet. Within pipeline and src the rooms follow
  # the way of the data: each may know those before it (docs/code.md).
  low = "base models schema"
  may["base"] = "base"
  may["models"] = "base models"
  may["schema"] = low
  may["watcher"] = "base watcher"
  may["pipeline/text"] = low " pipeline/text"
  may["pipeline/records"] = may["pipeline/text"] " pipeline/records"
  may["pipeline/sniff"] = may["pipeline/records"] " pipeline/sniff"
  may["pipeline/table"] = may["pipeline/sniff"] " pipeline/table"
  may["pipeline/types"] = low " pipeline/types"
  may["pipeline/layout"] = may["pipeline/records"] " pipeline/types pipeline/layout"
  may["pipeline/stage"] = may["pipeline/table"] " pipeline/types pipeline/layout pipeline/stage"
  may["pipeline/warehouse"] = may["pipeline/stage"] " pipeline/warehouse"
  may["pipeline"] = may["pipeline/warehouse"] " pipeline"
  core = may["pipeline"] " watcher"
  may["src/settings"] = core " src/settings"
  may["src/server"] = may["src/settings"] " src/server"
  may["src/jobs"] = may["src/server"] " src/jobs"
  may["src/connectors"] = may["src/jobs"] " src/connectors"
  may["src/load"] = may["src/connectors"] " src/load"
  may["src/schedule"] = may["src/load"] " src/schedule"
  may["src/watch"] = may["src/schedule"] " src/watch"
  may["src/notify"] = may["src/watch"] " src/notify"
  may["src/pull"] = may["src/notify"] " src/pull"
  may["src/push"] = may["src/pull"] " src/push"
  may["src/steps"] = may["src/push"] " src/steps"
  may["src/report"] = may["src/steps"] " src/report"
  may["src/words"] = may["src/report"] " src/words"
  may["src/commands"] = may["src/words"] " src/commands"
  may["src/page"] = may["src/commands"] " src/page"
  may["src/deliver"] = "base connect/curl src/deliver"
  may["connect"] = "base connect"
  may["connect/pg"] = may["connect"] " connect/pg"
  may["connect/curl"] = may["connect"] " connect/curl"
  may["connect/singer"] = may["connect"] " connect/singer"
  may["src"] = may["src/commands"] " src"
  # What a run is asked and what it answers, of which the rooms that do it know.
  low_file["pipeline/run.h"] = "pipeline/stage"

  home["libpq-fe.h"] = "base/db_private.h"
  home["jansson.h"] = "base/json.h"
  home["csv.h"] = "pipeline/records/reader.c"
  home["xxhash.h"] = "pipeline/stage/rowhash.c"
  home["zlib.h"] = "pipeline/text/source_gzip.c connect/singer/batch.c connect/curl/http_unpack.c"
  home["zstd.h"] = "pipeline/text/source_zstd.c"
  home["zstd_errors.h"] = "pipeline/text/source_zstd.c"
  home["openssl/evp.h"] = home["openssl/rand.h"] = "base/digest.c"
  home["openssl/sha.h"] = home["openssl/crypto.h"] = "base/digest_sha.c"
  home["uuid/"] = "base/uid.c"
  home["curl/"] = "connect/curl/transfer_private.h"
  home["inotifytools/"] = "watcher/notify.c"
  home["microhttpd.h"] = "src/page/server.c"

  split ("gio/ glib-object.h pthread.h threads.h setjmp.h", list, " ")
  for (i in list)
    banned[list[i]]
}

function violation(text)
{
  printf "%s:%d: %s\n", file, line, text
  found = 1
}

# The room a path is in: "pipeline/text", "base".
function room_of(path)
{
  sub (/\/[^\/]*$/, "", path)
  return path
}

# An entry of the table that names this header, or its folder.
function entry_for(header, table,    name)
{
  for (name in table)
    if (header == name || (name ~ /\/$/ && index (header, name) == 1))
      return name
  return ""
}

function check_own(header,    from, to)
{
  from = room_of(file)
  to = header in low_file ? low_file[header] : room_of(header)
  if (! (to in may) || header ~ /(^|\/)\.\.?\//)
    violation("\"" header "\" is not written from the top (base/, models/, schema/, pipeline/text/, watcher/, src/load/)")
  else if (! (from in may))
    violation(from "/ is no room of docs/code.md: give it a line in tests/includes.sh")
  else if (! index (" " may[from] " ", " " to " "))
    violation(from " must not know " to ": \"" header "\"")

  # "base/db_private.h" is for base/db*.c.
  if (sub (/_private\.h$/, "", header) && index (file, header) != 1)
    violation("\"" header "_private.h\" is for the files of that name only")
}

function check_foreign(header,    name)
{
  if (room_of(header) in may)
    {
      violation("<" header "> is ours: write it in quotes")
      return
    }
  name = entry_for(header, home)
  if (name != "" && !index (" " home[name] " ", " " file " "))
    violation("<" header "> belongs to " home[name] " alone")
  else if (name != "")
    at_home[name]
  if (entry_for(header, banned) != "")
    violation("<" header ">: GObject, GIO, threads and jumps stay out")
}

# The line without comments, strings and characters; in_comment lasts over lines.
function code_of(text,    code, two, quote)
{
  code = ""
  while (text != "")
    {
      two = substr (text, 1, 2)
      if (in_comment)
        {
          if (! index (text, "*/"))
            return code
          text = substr (text, index (text, "*/") + 2)
          in_comment = 0
        }
      else if (two == "/*")
        {
          text = substr (text, 3)
          in_comment = 1
        }
      else if (two == "//")
        return code
      else if (text ~ /^["\047]/)
        {
          quote = substr (text, 1, 1)
          for (text = substr (text, 2); text != "" && substr (text, 1, 1) != quote;)
            text = substr (text, substr (text, 1, 1) == "\\" ? 3 : 2)
          text = substr (text, 2)
          code = code " "
        }
      else
        {
          code = code substr (text, 1, 1)
          text = substr (text, 2)
        }
    }
  return code
}

function check_code(code,    word)
{
  if (file == "src/main.c")
    return
  if (match (code, /(^|[^A-Za-z0-9_])(exit|quick_exit|abort|setjmp|longjmp|siglongjmp)[ \t]*\(/))
    {
      word = substr (code, RSTART, RLENGTH)
      gsub (/[^a-z_]/, "", word)
      violation(word " () below main: return an error")
    }
  if (file ~ /\.c$/ && code ~ /^[ \t]*extern[ \t]/)
    violation("extern: what another file has is declared in its header")
  if (code ~ /(^|[^A-Za-z0-9_])goto[ \t]+[A-Za-z_]/)
    violation("goto: return early, let g_autoptr clean up")
}

{
  file = $0
  in_comment = line = 0
  while ((getline text <file) > 0)
    {
      line++
      if (! in_comment && text ~ /^[ \t]*#[ \t]*include[ \t]*["<]/)
        {
          header = text
          sub (/^[^"<]*["<]/, "", header)
          sub (/[">].*$/, "", header)
          if (text ~ /include[ \t]*"/)
            check_own(header)
          else
            check_foreign(header)
        }
      else if (! in_comment && text ~ /^[ \t]*#[ \t]*include/)
        violation("an include is #include and a header in quotes or brackets, so that it can be seen")
      else
        check_code(code_of(text))
    }
  close (file)
}

END {
  for (name in home)
    if (! (name in at_home))
      {
        file = home[name]
        line = 1
        violation("nobody includes <" name "> any more: take the library out, or its line out of tests/includes.sh")
      }
  exit found
}'
