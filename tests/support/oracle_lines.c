/* Invariant 1, of lines: what the ledger says of a file's lines is what a count of the line ends in its bytes gives. */
#include "oracle.h"

#include "oracle_private.h"
#include "weir.h"

#include <string.h>

/* By the book and nothing of weir's: LF, CRLF and CR end a line; what is behind the last is a line, too. */
static int64_t
count_lines (const char *text, size_t length)
{
  int64_t lines = 0;
  size_t at = 0, begin = 0;
  while (at < length)
    {
      bool pair = length - at > 1 && text[at] == '\r' && text[at + 1] == '\n';
      bool ends = text[at] == '\r' || text[at] == '\n';
      at += pair ? 2 : 1;
      lines += ends;
      begin = ends ? at : begin;
    }
  return lines + (begin < length);
}

/* The text of a compressed file; NULL: it cannot be unpacked here. */
static char *
unpack (const char *program, const char *path, size_t *ret_length)
{
  const char *argv[] = { program, "-dc", path, NULL };
  char *text = NULL;
  int status = 0;
  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text, NULL, &status, NULL) || status != 0)
    return g_free (text), NULL;
  *ret_length = strlen (text);
  return text;
}

/* The text of a file as it is read; NULL: it cannot be had. */
static char *
read_text (const char *path, const char *encoding, const char *compression, size_t *ret_length)
{
  bool wide = g_str_has_prefix (encoding, "UTF-16") || g_str_has_prefix (encoding, "utf-16");
  if (!g_str_equal (compression, "none"))
    return wide ? NULL : unpack (g_str_equal (compression, "zstd") ? "zstd" : "gzip", path, ret_length);
  g_autofree char *bytes = NULL;
  gsize length = 0;
  if (!g_file_get_contents (path, &bytes, &length, NULL))
    return NULL;
  if (wide)
    return g_convert (bytes, (gssize) length, "UTF-8", encoding, NULL, ret_length, NULL);
  *ret_length = length;
  return g_steal_pointer (&bytes);
}

/* A counted run of the ledger, as check_run reads it. */
enum
{
  RUN_ID,
  RUN_PLACE,
  RUN_SHA256,
  RUN_TOTAL,
  RUN_ENCODING,
  RUN_COMPRESSION,
};

static void
check_run (Home *home, const DbResult *runs, int row, GString *violations)
{
  const char *place = db_result_value (runs, row, RUN_PLACE);
  if (!home_has_file (home, place))
    return;
  g_autofree char *sha256 = home_sha256 (home, place);
  g_autofree char *path = home_path (home, place);
  size_t length = 0;
  g_autofree char *text =
      read_text (path, db_result_value (runs, row, RUN_ENCODING), db_result_value (runs, row, RUN_COMPRESSION), &length);
  if (text == NULL || g_strcmp0 (sha256, db_result_value (runs, row, RUN_SHA256)) != 0)
    return;
  int64_t lines = count_lines (text, length);
  if (lines != db_result_int64 (runs, row, RUN_TOTAL))
    g_string_append_printf (violations, "- run %s counted %s lines, and %s has %" G_GINT64_FORMAT "\n",
                            db_result_value (runs, row, RUN_ID), db_result_value (runs, row, RUN_TOTAL), place, lines);
}

void
oracle_check_lines (Home *home, GString *violations)
{
  g_autoptr (DbResult) runs =
      sql_query (home, "select run_id, place, sha256, lines ->> 'total', dialect ->> 'encoding', dialect ->> 'compression'"
                       " from weir.file where lines is not null and sha256 is not null and place <> ''");
  for (int row = 0; row < db_result_rows (runs); row++)
    check_run (home, runs, row, violations);
}
