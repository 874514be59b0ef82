#include "connect/singer/reading.h"

#include "connect/singer/batch.h"
#include "connect/singer/catalog.h"
#include "connect/singer/message.h"

#include <string.h>

#define MOST_NAMES 1000 /* of other streams, that are told apart */
#define SHOWN_BYTES 200

typedef struct
{
  const Wanted *wanted;
  Brought *brought;
  char *name; /* of the stream as its messages have it; NULL: none came */
  GString *scratch;
  GHashTable *others; /* other streams, and how many records they had */
  int64_t version;    /* of the last record */
  int64_t begun_us;
  bool is_over;
} Reading;

void
brought_clear (Brought *brought)
{
  columns_clear (&brought->columns);
  g_clear_pointer (&brought->rows, records_free);
  if (brought->state != NULL)
    g_string_free (brought->state, TRUE);
  brought->state = NULL;
}

/* Whether the messages of this stream are those that are wanted. */
static bool
is_wanted (Reading *reading, Slice stream)
{
  if (reading->name != NULL && slice_says (stream, reading->name, strlen (reading->name)))
    return true;
  g_string_truncate (reading->scratch, 0);
  slice_text (stream, reading->scratch);
  const char *name = reading->scratch->str;
  const Wanted *wanted = reading->wanted;
  if (reading->name != NULL)
    return strcmp (name, reading->name) == 0;
  bool is_it = (wanted->name == NULL && wanted->stream == NULL) || g_strcmp0 (name, wanted->name) == 0
               || (wanted->stream != NULL && catalog_is_of (wanted->stream, name));
  if (is_it)
    reading->name = g_strdup (name);
  return is_it;
}

/* A record of another stream; its name is in "scratch". */
static void
count_other (Reading *reading, int64_t n)
{
  int64_t *count = g_hash_table_lookup (reading->others, reading->scratch->str);
  if (count == NULL && g_hash_table_size (reading->others) >= MOST_NAMES)
    return;
  if (count == NULL)
    {
      count = g_new0 (int64_t, 1);
      g_hash_table_insert (reading->others, g_strdup (reading->scratch->str), count);
    }
  *count += n;
}

static bool
take_record (Slice record, void *data, GError **error)
{
  Reading *reading = data;
  Brought *brought = reading->brought;
  if (!brought->has_schema)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the tap sent a RECORD of \"%s\" before its SCHEMA",
                         reading->name);
  records_begin (brought->rows, reading->version);
  Slice name, value;
  for (SliceWalk walk = slice_walk (record); slice_next (&walk, &name, &value);)
    {
      int at = columns_of_name (&brought->columns, name);
      if (at < 0)
        continue;
      seen_add (&column_at (&brought->columns, (guint) at)->seen, value);
      records_value (brought->rows, (guint) at, value);
    }
  brought->columns.expected = 0;
  brought->is_settled = false;
  if (!records_end (brought->rows, error))
    return false;
  if (records_count (brought->rows) % 1024 == 0)
    connect_progress (records_count (brought->rows), records_bytes (brought->rows), -1);
  return true;
}

static bool
take_schema (Reading *reading, const Message *message, GError **error)
{
  g_autoptr (Json) schema = slice_build (message->schema), key = slice_build (message->key_properties);
  if (schema == NULL)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the SCHEMA of \"%s\" cannot be read", reading->name);
  columns_add_schema (&reading->brought->columns, schema, key);
  reading->brought->has_schema = true;
  return true;
}

/* A limit is reached. */
static bool
is_full (const Reading *reading)
{
  const Request *request = reading->wanted->request;
  const Records *rows = reading->brought->rows;
  int64_t seconds = (g_get_monotonic_time () - reading->begun_us) / G_USEC_PER_SEC;
  return (request->limit_rows > 0 && records_count (rows) >= request->limit_rows)
         || (request->limit_bytes > 0 && records_bytes (rows) >= request->limit_bytes)
         || (request->limit_seconds > 0 && seconds >= request->limit_seconds);
}

/* The last STATE is what the next run gets. A window may end there only if that run goes on from it: the SDK's "progress_markers" say that it would
 * not. */
static void
take_state (Reading *reading, const Message *message)
{
  Brought *brought = reading->brought;
  if (slice_kind (message->value) == SLICE_NULL)
    return;
  if (brought->state == NULL)
    brought->state = g_string_new (NULL);
  g_string_truncate (brought->state, 0);
  g_string_append_len (brought->state, message->value.bytes, (gssize) message->value.length);
  if (!reading->wanted->may_be_cut || records_count (brought->rows) == 0 || !is_full (reading)
      || strstr (brought->state->str, "progress_markers") != NULL)
    return;
  g_autoptr (Json) state = slice_build (message->value);
  reading->is_over = brought->was_cut = state != NULL && !json_equal (state, reading->wanted->request->position);
}

static bool
take_message (Reading *reading, const Message *message, GError **error)
{
  Brought *brought = reading->brought;
  bool is_ours = message->stream.bytes != NULL && is_wanted (reading, message->stream);
  bool has_rows = message->type == MESSAGE_RECORD || message->type == MESSAGE_BATCH;
  if (message->type == MESSAGE_STATE)
    take_state (reading, message);
  else if (message->type == MESSAGE_OTHER)
    return true;
  else if (!is_ours)
    count_other (reading, has_rows ? 1 : 0);
  else if (message->type == MESSAGE_SCHEMA)
    return take_schema (reading, message, error);
  else if (message->type == MESSAGE_ACTIVATE_VERSION)
    {
      brought->activated = MAX (brought->activated, message->version);
      brought->is_settled = true;
    }
  else if (has_rows)
    {
      reading->version = message->version;
      brought->has_versions = brought->has_versions || message->version >= 0;
      bool ok = message->type == MESSAGE_RECORD ? take_record (message->record, reading, error)
                                                : batch_read (message, take_record, reading, error);
      int64_t most = reading->wanted->most_rows;
      reading->is_over = most > 0 && records_count (brought->rows) >= most;
      return ok;
    }
  return true;
}

static bool
bad_line (const Reading *reading, Peer *peer, const char *line, size_t length, GError **error)
{
  g_autofree char *shown = redact (reading->wanted->settings->redaction, line, length, SHOWN_BYTES);
  if (!peer_is_cut (peer))
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the tap wrote a line that is no Singer message: \"%s\"", shown);
  return peer_end (peer, error)
         && connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "the tap ended within a line: \"%s\"", shown);
}

static bool
read_lines (Reading *reading, Peer *peer, GError **error)
{
  const char *line;
  size_t length;
  while (!reading->is_over)
    {
      if (!peer_line (peer, &line, &length, error))
        return false;
      if (line == NULL)
        return peer_end (peer, error);
      Message message = message_read (line, length);
      if (message.type == MESSAGE_BAD)
        return bad_line (reading, peer, line, length, error);
      if (message.type != MESSAGE_NONE && !take_message (reading, &message, error))
        return false;
    }
  peer_stop (peer);
  return true;
}

static void
tell_others (const Reading *reading)
{
  g_autoptr (GString) text = g_string_new (NULL);
  int64_t all = 0;
  GHashTableIter iter;
  gpointer name, count;
  g_hash_table_iter_init (&iter, reading->others);
  while (g_hash_table_iter_next (&iter, &name, &count))
    {
      all += *(int64_t *) count;
      if (*(int64_t *) count > 0 && text->len < SHOWN_BYTES)
        g_string_append_printf (text, "%s%s (%" PRIi64 ")", text->len > 0 ? ", " : "", (const char *) name, *(int64_t *) count);
    }
  if (all > 0)
    connect_note ("records of other streams were left out: %s", text->str);
}

static void
tell_unknown (const Columns *columns)
{
  if (g_hash_table_size (columns->unknown) == 0)
    return;
  g_autoptr (GString) text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer name;
  g_hash_table_iter_init (&iter, columns->unknown);
  while (g_hash_table_iter_next (&iter, &name, NULL) && text->len < SHOWN_BYTES)
    g_string_append_printf (text, "%s\"%s\"", text->len > 0 ? ", " : "", (const char *) name);
  connect_note ("records have properties that their SCHEMA does not have, which were left out: %s", text->str);
}

bool
reading_run (const Wanted *wanted, const char *const *words, Brought *ret_brought, GError **error)
{
  *ret_brought = (Brought) { .activated = -1 };
  columns_init (&ret_brought->columns);
  ret_brought->rows = records_new (error);
  if (ret_brought->rows == NULL)
    return false;
  g_autoptr (Peer) peer = settings_start (wanted->settings, words, false, error);
  if (peer == NULL)
    return false;
  Reading reading = { .wanted = wanted, .brought = ret_brought, .begun_us = g_get_monotonic_time () };
  g_autoptr (GHashTable) others = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GString) scratch = g_string_new (NULL);
  reading.others = others;
  reading.scratch = scratch;
  bool ok = read_lines (&reading, peer, error);
  if (ok)
    {
      tell_others (&reading);
      tell_unknown (&ret_brought->columns);
    }
  g_free (reading.name);
  return ok;
}
