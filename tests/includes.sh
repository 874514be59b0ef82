#!/bin/sh
# Holds the sources to the layout: what may know what, one home per foreign header, one way out of the program.
#
#   tests/includes.sh [SOURCE-ROOT]      prints each violation as FILE:LINE: TEXT; exits 1 if there is one
set -eu
cd "${1:-$(dirname "$0")/..}"
find src watcher pipeline models schema -name '*.[ch]' | LC_ALL=C sort | awk '
BEGIN {
  # src -> watcher | pipeline -> schema -> models -> base; watcher and pipeline never meet.
  may["base"] = "base"
  may["models"] = "base models"
  may["schema"] = "base models schema"
  may["pipeline"] = "base models schema pipeline"
  may["watcher"] = "base watcher"
  may["src"] = "base models schema pipeline watcher src"

  home["libpq-fe.h"] = "src/base/db_private.h"
  home["jansson.h"] = "src/base/json.h"
  home["csv.h"] = "pipeline/records/reader.c"
  home["xxhash.h"] = "pipeline/stage/rowhash.c"
  home["zlib.h"] = "pipeline/text/source_gzip.c"
  home["zstd.h"] = "pipeline/text/source_zstd.c"
  home["zstd_errors.h"] = "pipeline/text/source_zstd.c"
  home["openssl/"] = "src/base/digest.c"
  home["uuid/"] = "src/base/uid.c"
  home["inotifytools/"] = "watcher/notify.c"

  split ("gio/ glib-object.h pthread.h threads.h setjmp.h", list, " ")
  for (i in list)
    banned[list[i]]
}

function violation(text)
{
  printf "%s:%d: %s\n", file, line, text
  found = 1
}

function layer_of(path)
{
  return path ~ /^src\/base\// ? "base" : substr (path, 1, index (path, "/") - 1)
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
  from = layer_of(file)
  to = substr (header, 1, index (header, "/") - 1)
  if (! (to in may) || header ~ /^src\/base\// || header ~ /(^|\/)\.\.?\//)
    violation("\"" header "\" is not written from the top (base/, models/, schema/, pipeline/, watcher/, src/)")
  else if (! index (" " may[from] " ", " " to " "))
    violation(from " must not know " to ": \"" header "\"")

  # "base/db_private.h" is for src/base/db*.c.
  if (sub (/_private\.h$/, "", header) && index (file, (to == "base" ? "src/" : "") header) != 1)
    violation("\"" header "_private.h\" is for the files of that name only")
}

function check_foreign(header,    name)
{
  name = entry_for(header, home)
  if (name != "" && file != home[name])
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
