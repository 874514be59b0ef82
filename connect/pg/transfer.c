#include "connect/pg/transfer.h"

#include "base/fault.h"

#include <string.h>

#define CURSOR "weir_rows"
#define FETCH_FIRST 16
#define FETCH_MOST 8192
#define FETCH_BYTES (1 << 20)
#define REST_MOST 1000 /* rows that are thrown away rather than the statement cancelled */

void
transfer_init (Transfer *transfer)
{
  transfer->last = g_string_new (NULL);
  transfer->top = g_string_new (NULL);
  transfer->line = g_string_new (NULL);
}

void
transfer_clear (Transfer *transfer)
{
  GString *all[] = { transfer->last, transfer->top, transfer->line };
  for (size_t i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i] != NULL)
      g_string_free (all[i], TRUE);
}

/* ---- a row ---- */

/* How many bytes the first n cells have, their commas included. */
static size_t
prefix_length (const char *row, size_t length, int n)
{
  size_t at = 0;
  for (int i = 0; i < n; i++)
    {
      bool is_inside = false;
      while (at < length && (is_inside || row[at] != ','))
        is_inside ^= row[at++] == '"';
      at++;
    }
  return MIN (at, length);
}

GPtrArray *
transfer_values (const GString *prefix, int n)
{
  GPtrArray *values = g_ptr_array_new_with_free_func (g_free);
  const char *at = prefix->str;
  for (int i = 0; i < n; i++)
    {
      if (*at != '"')
        {
          g_ptr_array_add (values, NULL);
          at += *at == ',';
          continue;
        }
      GString *value = g_string_new (NULL);
      for (at++; *at != '\0' && !(*at == '"' && at[1] != '"'); at++)
        {
          at += *at == '"';
          g_string_append_c (value, *at);
        }
      g_ptr_array_add (values, g_string_free (value, FALSE));
      at += strlen (*at == '\0' ? "" : "\",");
    }
  return values;
}

static void
keep_prefix (Transfer *transfer, const char *row, size_t length)
{
  g_string_truncate (transfer->last, 0);
  g_string_append_len (transfer->last, row, (gssize) length);
  if (row[0] == ',')
    transfer->nulls++;
  else
    {
      g_string_truncate (transfer->top, 0);
      g_string_append_len (transfer->top, row, (gssize) length);
    }
}

/* The length without zeros that say nothing, of a cell "1.50", */
static size_t
number_length (const char *cell, size_t length)
{
  if (length < 3 || memchr (cell, '.', length) == NULL)
    return length;
  for (length -= 2; cell[length - 1] == '0'; length--)
    ;
  return length - (cell[length - 1] == '.') + 2;
}

/* Whether the row's place in the order is another than that of the last one. */
static bool
is_elsewhere (const Transfer *transfer, const char *row, size_t prefix)
{
  const GString *last = transfer->last;
  if (!transfer->by_number)
    return prefix != last->len || memcmp (row, last->str, prefix) != 0;
  size_t length = number_length (row, prefix);
  return length != number_length (last->str, last->len) || memcmp (row, last->str, length - MIN (length, 2)) != 0;
}

static bool
take_row (Transfer *transfer, const char *row, size_t length, GError **error)
{
  size_t prefix = transfer->prefix > 0 ? prefix_length (row, length, transfer->prefix) : 0;
  bool differs = is_elsewhere (transfer, row, prefix);
  if (transfer->can_cut && differs && transfer->last->len > 0 && spool_is_full (transfer->request))
    return transfer->has_more = true;
  if (transfer->prefix > 0 && differs)
    keep_prefix (transfer, row, prefix);
  else if (transfer->prefix > 0 && row[0] == ',')
    transfer->nulls++;
  transfer->rows++;
  return spool_bytes (row + prefix, length - prefix, 1, error) && connect_go_on (error);
}

/* ---- COPY ---- */

/* The rest of a statement that was asked for too much: a few rows are read, else it is cancelled. */
static bool
leave_copy (Transfer *transfer, int64_t seen, GError **error)
{
  const void *row;
  size_t length;
  bool is_short = transfer->limit > 0 && transfer->limit - seen <= REST_MOST;
  for (int64_t i = 0; is_short && i <= REST_MOST; i++)
    {
      GError *problem = NULL;
      if (!db_read_next (transfer->session->db, &row, &length, &problem))
        return session_fail (transfer->session, error, problem);
      if (row == NULL)
        return true;
    }
  db_read_cancel (transfer->session->db);
  return true;
}

static bool
copy_rows (Transfer *transfer, const char *sql, GError **error)
{
  g_autofree char *copy = g_strdup_printf ("copy (%s) to stdout with (format csv, force_quote *)", sql);
  Db *db = transfer->session->db;
  GError *problem = NULL;
  const void *row;
  size_t length;
  if (!db_read_begin (db, copy, &problem))
    return session_fail (transfer->session, error, problem);
  for (int64_t seen = 0;; seen++)
    {
      if (!db_read_next (db, &row, &length, &problem))
        return session_fail (transfer->session, error, problem);
      if (row == NULL && db_read_rows (db) != seen)
        return connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "the server counts %" PRIi64 " rows, %" PRIi64 " arrived",
                             db_read_rows (db), seen);
      if (row == NULL)
        return transfer->has_more = transfer->limit > 0 && seen >= transfer->limit, true;
      if (!take_row (transfer, row, length, error))
        return db_read_cancel (db), false;
      if (transfer->has_more)
        return leave_copy (transfer, seen + 1, error);
      if (seen == 0)
        fault_point ("connect-pg-first-row");
    }
}

/* ---- a cursor ---- */

static void
append_cell (GString *line, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_c (line, '"');
  for (; *value != '\0'; value++)
    {
      if (*value == '"')
        g_string_append_c (line, '"');
      g_string_append_c (line, *value);
    }
  g_string_append_c (line, '"');
}

static bool
take_results (Transfer *transfer, const DbResult *result, size_t *ret_bytes, GError **error)
{
  *ret_bytes = 0;
  for (int row = 0; row < db_result_rows (result) && !transfer->has_more; row++)
    {
      g_string_truncate (transfer->line, 0);
      for (int column = 0; column < db_result_columns (result); column++)
        {
          if (column > 0)
            g_string_append_c (transfer->line, ',');
          append_cell (transfer->line, db_result_value (result, row, column));
        }
      g_string_append_c (transfer->line, '\n');
      *ret_bytes += transfer->line->len;
      if (!take_row (transfer, transfer->line->str, transfer->line->len, error))
        return false;
    }
  return true;
}

/* As many rows at once as are about a megabyte, by what the last ones had. */
static bool
fetch_rows (Transfer *transfer, int64_t *ret_seen, GError **error)
{
  int many = FETCH_FIRST;
  for (;;)
    {
      g_autofree char *sql = g_strdup_printf ("fetch forward %d from " CURSOR, many);
      g_autoptr (DbResult) result = NULL;
      size_t bytes;
      if (!session_query (transfer->session, sql, NULL, 0, &result, error) || !take_results (transfer, result, &bytes, error))
        return false;
      int rows = db_result_rows (result);
      *ret_seen += rows;
      if (rows < many || transfer->has_more)
        return true;
      size_t wanted = FETCH_BYTES / MAX (bytes / (size_t) rows, 1);
      many = (int) CLAMP (wanted, 1, (size_t) MIN (2 * many, FETCH_MOST));
    }
}

static bool
cursor_rows (Transfer *transfer, const char *sql, GError **error)
{
  g_autofree char *declare = g_strdup_printf ("declare " CURSOR " no scroll cursor for %s", sql);
  const GPtrArray *params = transfer->params;
  int n = params != NULL ? (int) params->len : 0;
  int64_t seen = 0;
  if (transfer->session->is_redshift)
    {
      g_free (declare);
      declare = g_strdup_printf ("declare " CURSOR " cursor for %s", sql);
    }
  if (!session_query (transfer->session, declare, n > 0 ? (const char *const *) params->pdata : NULL, n, NULL, error)
      || !fetch_rows (transfer, &seen, error) || !session_exec (transfer->session, "close " CURSOR, error))
    return false;
  transfer->has_more = transfer->has_more || (transfer->limit > 0 && seen >= transfer->limit);
  return true;
}

bool
transfer_rows (Transfer *transfer, const char *sql, GError **error)
{
  bool by_cursor = transfer->session->is_redshift || (transfer->params != NULL && transfer->params->len > 0);
  return by_cursor ? cursor_rows (transfer, sql, error) : copy_rows (transfer, sql, error);
}
