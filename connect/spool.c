#include "connect/private.h"

#include "base/digest.h"
#include "base/error.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES 65536
#define SNAPSHOT_COLUMN "snapshot_at" /* of mode dump: when its rows were so */

/* The one sink of the process. */
static struct
{
  const Request *request;
  Sha256 *sha;
  GString *buffer; /* not yet written */
  GString *masked; /* one value */
  Treatment *treatments;
  size_t n, at; /* columns of the source; the next one of this row */
  char *snapshot;
  int64_t rows, bytes, begun_us;
  bool has_columns, has_value; /* of the row */
} sink;

void
spool_begin (const Request *request)
{
  sink_clear ();
  sink.request = request;
  sink.sha = sha256_new ();
  sink.buffer = g_string_sized_new (2 * BUFFER_BYTES);
  sink.masked = g_string_new (NULL);
  sink.begun_us = g_get_monotonic_time ();
}

void
sink_clear (void)
{
  treatments_free (sink.treatments, sink.n);
  g_clear_pointer (&sink.sha, sha256_free);
  g_free (sink.snapshot);
  if (sink.buffer != NULL)
    {
      g_string_free (sink.buffer, TRUE);
      g_string_free (sink.masked, TRUE);
    }
  memset (&sink, 0, sizeof sink);
}

/* All that is read lies on one disk before it is loaded. */
static bool
write_failed (int reason, GError **error)
{
  if (reason != ENOSPC && reason != EDQUOT)
    return weir_system_error (error, reason, "could not write the spool file");
  return connect_fail (
      error, CONNECT_TRANSIENT, reason == ENOSPC ? "ENOSPC" : "EDQUOT",
      "Make room on the disk of imports/, where all that is read lies until it is loaded, or let the job take less at a time: "
      "\"batch\": {\"bytes\": \"64 MB\"}. Nothing of it counts, and the next pull begins at the same place.",
      "could not write the spool file after %" G_GINT64_FORMAT " MB: %s", sink.bytes / 1000000, g_strerror (reason));
}

static bool
flush (GError **error)
{
  sha256_update (sink.sha, sink.buffer->str, sink.buffer->len);
  for (size_t done = 0; done < sink.buffer->len;)
    {
      ssize_t n = write (SPOOL_FD, sink.buffer->str + done, sink.buffer->len - done);
      if (n < 0 && errno != EINTR)
        return write_failed (errno, error);
      if (n < 0 && !connect_go_on (error))
        return false;
      done += n > 0 ? (size_t) n : 0;
    }
  sink.bytes += (int64_t) sink.buffer->len;
  g_string_truncate (sink.buffer, 0);
  return true;
}

static bool
flush_if_full (GError **error)
{
  return sink.buffer->len < BUFFER_BYTES || (flush (error) && connect_go_on (error));
}

static void
put_quoted (const char *bytes, size_t length)
{
  g_string_append_c (sink.buffer, '"');
  for (const char *quote; (quote = memchr (bytes, '"', length)) != NULL;)
    {
      size_t before = (size_t) (quote - bytes) + 1;
      g_string_append_len (sink.buffer, bytes, (gssize) before);
      g_string_append_c (sink.buffer, '"');
      bytes += before;
      length -= before;
    }
  g_string_append_len (sink.buffer, bytes, (gssize) length);
  g_string_append_c (sink.buffer, '"');
}

static Json *
column_line (const char *name, const char *source, const char *type, const ConnectColumn *column, const char *mask)
{
  Json *line = json_pack ("{s:o, s:s, s:b, s:b, s:o}", "name", weir_json_string (name), "type", type, "nullable",
                          (int) column->nullable, "key", (int) column->key, "source_type", weir_json_string (column->source_type));
  if (strcmp (name, source) != 0)
    json_object_set_new (line, "source", weir_json_string (source));
  if (mask != NULL)
    json_object_set_new (line, "mask", weir_json_string (mask));
  return line;
}

bool
spool_has_columns (void)
{
  return sink.has_columns;
}

static char *
find_snapshot (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  return g_date_time_format (now, "%Y-%m-%d %H:%M:%S.%f+00");
}

static void
put_name (const char *name, bool is_first)
{
  if (!is_first)
    g_string_append_c (sink.buffer, ',');
  put_quoted (name, strlen (name));
}

bool
spool_columns (const ConnectColumn *columns, size_t n, GError **error)
{
  sink.n = n;
  sink.treatments = treatments_find (sink.request, columns, n);
  if (connect_has_mistakes ())
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the job does not fit the columns of the source");
  g_autoptr (Json) lines = json_array ();
  for (size_t i = 0; i < n; i++)
    {
      const Treatment *treatment = &sink.treatments[i];
      if (treatment->is_dropped)
        continue;
      put_name (treatment->name, json_array_size (lines) == 0);
      const char *mask = treatment->mask == MASK_NONE ? NULL : mask_words[treatment->mask];
      json_array_append_new (lines, column_line (treatment->name, columns[i].name, treatment->type, &columns[i], mask));
    }
  if (g_strcmp0 (sink.request->mode, "dump") == 0)
    {
      static const ConnectColumn snapshot = { .name = SNAPSHOT_COLUMN, .type = "timestamptz" };
      sink.snapshot = find_snapshot ();
      put_name (SNAPSHOT_COLUMN, json_array_size (lines) == 0);
      json_array_append_new (lines, column_line (SNAPSHOT_COLUMN, SNAPSHOT_COLUMN, snapshot.type, &snapshot, NULL));
    }
  if (json_array_size (lines) == 0)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "no column is left");
  g_string_append_c (sink.buffer, '\n');
  results_put (json_pack ("{s:O}", "columns", lines));
  sink.has_columns = true;
  return true;
}

/* The next column of the row, whose comma is there; NULL with an error: there is none. */
static const Treatment *
next_column (GError **error)
{
  if (sink.at >= sink.n)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "row %" PRIi64 " has more than its %zu values", sink.rows + 1,
                         sink.n),
           NULL;
  const Treatment *treatment = &sink.treatments[sink.at++];
  if (!treatment->is_dropped && sink.has_value)
    g_string_append_c (sink.buffer, ',');
  sink.has_value = sink.has_value || !treatment->is_dropped;
  return treatment;
}

static bool
put_value (const Treatment *treatment, const char *bytes, size_t length)
{
  if (treatment->is_dropped || treatment->mask == MASK_NULL)
    return true;
  if (treatment->mask == MASK_NONE)
    return put_quoted (bytes, length), true;
  mask_text (treatment->mask, bytes, length, sink.masked);
  put_quoted (sink.masked->str, sink.masked->len);
  return true;
}

bool
spool_null (GError **error)
{
  const Treatment *treatment = next_column (error);
  if (treatment == NULL)
    return false;
  return treatment->otherwise == NULL || put_value (treatment, treatment->otherwise, strlen (treatment->otherwise));
}

bool
spool_text (const char *bytes, size_t length, GError **error)
{
  const Treatment *treatment = next_column (error);
  return treatment != NULL && put_value (treatment, bytes, length);
}

bool
spool_row_end (GError **error)
{
  if (sink.at != sink.n)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "row %" PRIi64 " has %zu values of %zu", sink.rows + 1, sink.at,
                         sink.n);
  if (sink.snapshot != NULL)
    {
      if (sink.has_value)
        g_string_append_c (sink.buffer, ',');
      put_quoted (sink.snapshot, strlen (sink.snapshot));
    }
  g_string_append_c (sink.buffer, '\n');
  sink.at = 0;
  sink.has_value = false;
  sink.rows++;
  if (sink.rows % 1024 == 0)
    connect_progress (sink.rows, spool_size (), -1);
  return flush_if_full (error);
}

bool
spool_declare (const ConnectColumn *columns, size_t n, GError **error)
{
  (void) error;
  g_autoptr (Json) lines = json_array ();
  for (size_t i = 0; i < n; i++)
    json_array_append_new (lines, column_line (columns[i].name, columns[i].source != NULL ? columns[i].source : columns[i].name,
                                               columns[i].type != NULL ? columns[i].type : "text", &columns[i], columns[i].mask));
  results_put (json_pack ("{s:O}", "columns", lines));
  sink.has_columns = true;
  return true;
}

bool
spool_bytes (const char *bytes, size_t length, int64_t rows, GError **error)
{
  g_string_append_len (sink.buffer, bytes, (gssize) length);
  sink.rows += rows;
  connect_progress (sink.rows, spool_size (), -1);
  return flush_if_full (error);
}

int64_t
spool_rows (void)
{
  return sink.rows;
}

int64_t
spool_size (void)
{
  return sink.bytes + (int64_t) sink.buffer->len;
}

bool
spool_is_full (const Request *request)
{
  int64_t seconds = (g_get_monotonic_time () - sink.begun_us) / G_USEC_PER_SEC;
  return (request->limit_rows > 0 && sink.rows >= request->limit_rows)
         || (request->limit_bytes > 0 && spool_size () >= request->limit_bytes)
         || (request->limit_seconds > 0 && seconds >= request->limit_seconds);
}

int
spool_fd (void)
{
  return SPOOL_FD;
}

bool
spool_finish (char *ret_sha256, GError **error)
{
  if (sink.at != 0)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the last row has %zu values of %zu", sink.at, sink.n);
  if (!flush (error))
    return false;
  sha256_finish (sink.sha, ret_sha256);
  return true;
}
