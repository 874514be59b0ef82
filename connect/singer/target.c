#include "connect/singer/verbs.h"

#include "base/fault.h"
#include "connect/singer/cells.h"
#include "connect/slice.h"
#include "connect/singer/types.h"

#include <string.h>

/* weir's column of deliveries that says of a row that its entity is gone, and what targets know that by. */
#define GONE "weir_gone"
#define DELETED_AT "_sdc_deleted_at"
#define PIECE_BYTES 65536

typedef struct
{
  const SingerSettings *settings;
  Peer *peer;
  const char *stream, *run;
  const Json *columns;
  const Json *key;
  int gone;        /* the column GONE, that becomes DELETED_AT; -1: none */
  int64_t version; /* of the whole table; -1: it is not replaced */
  char *now;       /* RFC 3339 */
  GString *text;   /* messages that are not yet sent */
  int64_t rows;
  Mended mended;
  bool is_confirmed;
} Sending;

/* The target's STATE lines: ours came back. */
static bool
listen (Sending *sending, GError **error)
{
  const char *line;
  size_t length;
  while (peer_line (sending->peer, &line, &length, error))
    {
      if (line == NULL)
        return true;
      g_autoptr (Json) state = slice_build (slice_lenient (line, length));
      const Json *value = json_object_get (state, "value");
      if (value == NULL)
        value = state;
      sending->is_confirmed =
          sending->is_confirmed || g_strcmp0 (json_string_value (json_object_get (value, "weir")), sending->run) == 0;
    }
  return false;
}

static bool
send_some (Sending *sending, size_t least, GError **error)
{
  if (sending->text->len < least)
    return true;
  bool ok = peer_write (sending->peer, sending->text->str, sending->text->len, error);
  g_string_truncate (sending->text, 0);
  return ok;
}

static void
put_json (Sending *sending, Json *message_taken)
{
  g_autoptr (Json) message = message_taken;
  g_autofree char *text = weir_json_text (message);
  g_string_append (sending->text, text);
  g_string_append_c (sending->text, '\n');
}

static const char *
text_at (const Json *columns, size_t i, const char *member)
{
  const char *text = json_string_value (json_object_get (json_array_get (columns, i), member));
  return text != NULL ? text : "text";
}

/* A type of ours, where the store calls it by a narrower one. */
static const char *
type_at (const Json *columns, size_t i)
{
  const char *type = text_at (columns, i, "type");
  return strcmp (type, "integer") == 0 || strcmp (type, "smallint") == 0 ? "bigint"
         : strcmp (type, "real") == 0                                    ? "double precision"
                                                                         : type;
}

static void
put_schema (Sending *sending)
{
  Json *properties = json_object ();
  for (size_t i = 0; i < json_array_size (sending->columns); i++)
    {
      const Json *column = json_array_get (sending->columns, i);
      const char *name = text_at (sending->columns, i, "name");
      bool nullable = !json_is_false (json_object_get (column, "nullable"));
      if ((int) i == sending->gone)
        json_object_set_new (properties, DELETED_AT, property_of ("timestamptz", true, false));
      else
        json_object_set_new (properties, name,
                             property_of (type_at (sending->columns, i), nullable, sending->settings->decimals_as_text));
    }
  put_json (sending, json_pack ("{s:s, s:s, s:{s:s, s:o}, s:O, s:[]}", "type", "SCHEMA", "stream", sending->stream, "schema",
                                "type", "object", "properties", properties, "key_properties", sending->key, "bookmark_properties"));
}

static bool
put_cell (Sending *sending, size_t i, const char *cell, size_t length, GError **error)
{
  const char *name = text_at (sending->columns, i, "name"), *type = type_at (sending->columns, i);
  if ((int) i == sending->gone)
    {
      bool is_gone = cell_says (cell, length, "true");
      g_string_append_printf (sending->text, is_gone ? "\"" DELETED_AT "\":\"%s\"" : "\"" DELETED_AT "\":null", sending->now);
      return true;
    }
  put_json_text (name, strlen (name), sending->text);
  g_string_append_c (sending->text, ':');
  return value_of_cell (type, cell, length, sending->settings->decimals_as_text, sending->text, &sending->mended)
         || connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "row %" PRIi64 ": column \"%s\" is no %s", sending->rows + 1,
                          name, type);
}

static bool
put_record (Sending *sending, const char *const *cells, const size_t *lengths, size_t n, GError **error)
{
  g_string_append (sending->text, "{\"type\":\"RECORD\",\"stream\":");
  put_json_text (sending->stream, strlen (sending->stream), sending->text);
  g_string_append (sending->text, ",\"record\":{");
  for (size_t i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (sending->text, ',');
      if (!put_cell (sending, i, cells[i], lengths[i], error))
        return false;
    }
  if (sending->version >= 0)
    g_string_append_printf (sending->text, "},\"version\":%" PRIi64, sending->version);
  else
    g_string_append_c (sending->text, '}');
  g_string_append_printf (sending->text, ",\"time_extracted\":\"%s\"}\n", sending->now);
  sending->rows++;
  return send_some (sending, PIECE_BYTES, error);
}

static bool
put_rows (Sending *sending, GError **error)
{
  g_autoptr (SpoolReader) reader = spool_reader_open (sending->columns, error);
  if (reader == NULL)
    return false;
  const char *const *cells;
  const size_t *lengths;
  size_t n;
  while (!peer_is_deaf (sending->peer) && spool_next (reader, &cells, &lengths, &n, error))
    {
      if (n == 0)
        return true;
      if (!put_record (sending, cells, lengths, n, error))
        return false;
      if (sending->rows % 1024 == 0)
        connect_progress (sending->rows, 0, -1);
    }
  return peer_is_deaf (sending->peer); /* its end says why */
}

static bool
put_end (Sending *sending, GError **error)
{
  if (sending->version >= 0)
    put_json (sending, json_pack ("{s:s, s:s, s:I}", "type", "ACTIVATE_VERSION", "stream", sending->stream, "version",
                                  (json_int_t) sending->version));
  put_json (sending, json_pack ("{s:s, s:{s:s}}", "type", "STATE", "value", "weir", sending->run));
  if (!send_some (sending, 0, error))
    return false;
  peer_close_input (sending->peer);
  return true;
}

/* Hears all that it says, and what became of it. */
static bool
confirm (Sending *sending, GError **error)
{
  if (!listen (sending, error) || !peer_end (sending->peer, error))
    return false;
  if (peer_is_deaf (sending->peer))
    return connect_fail (error, CONNECT_TRANSIENT, NULL, NULL, "the target ended before it had read all rows");
  if (!sending->is_confirmed && sending->rows > 0)
    return connect_fail (error, CONNECT_TRANSIENT, NULL, "What it has written is written again by the next try.",
                         "the target ended without giving the STATE back, by which it says that all rows are written");
  return true;
}

static char *
moment_now (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  return g_date_time_format (now, "%Y-%m-%dT%H:%M:%S.%fZ");
}

static void
sending_clear (Sending *sending)
{
  peer_free (sending->peer);
  g_free (sending->now);
  if (sending->text != NULL)
    g_string_free (sending->text, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sending, sending_clear)

static bool
begin (Sending *sending, const SingerSettings *settings, GError **error)
{
  sending->settings = settings;
  sending->text = g_string_new (NULL);
  sending->now = moment_now ();
  sending->peer = settings_start (settings, NULL, true, error);
  if (sending->peer == NULL)
    return false;
  put_schema (sending);
  return true;
}

/* The column that says of a row that its entity is gone, where the target is to remove it. */
static int
find_gone (const Json *columns, const char *gone)
{
  for (size_t i = 0; i < json_array_size (columns); i++)
    if (strcmp (text_at (columns, i, "name"), GONE) == 0 && g_strcmp0 (gone, "flag") != 0)
      return (int) i;
  return -1;
}

static bool
read_delivery (const Request *request, Sending *sending, GError **error)
{
  static const char *const known[] = { "stream", "mode", "gone", "key", "columns", "history", NULL };
  connect_known (request->to, "to", known);
  const Json *delivery = request->delivery;
  const char *stream = connect_text (request->to, "to", "stream", false),
             *table = connect_text (delivery, "delivery", "table", true);
  const char *mode = connect_text (delivery, "delivery", "mode", false), *gone = connect_text (delivery, "delivery", "gone", false);
  sending->stream = stream != NULL ? stream : table;
  sending->run = connect_text (delivery, "delivery", "run", false);
  if (sending->run == NULL)
    sending->run = request->run != NULL ? request->run : "-";
  sending->columns = json_object_get (delivery, "columns");
  if (json_array_size (sending->columns) == 0)
    connect_mistake ("delivery.columns", "is missing");
  sending->gone = find_gone (sending->columns, gone);
  bool is_whole =
      g_strcmp0 (mode, "swap") == 0 || (connect_truth (delivery, "delivery", "complete", false) && g_strcmp0 (gone, "delete") == 0);
  sending->version = is_whole ? g_get_real_time () / 1000 : -1;
  if (json_array_size (json_object_get (delivery, "undone")) > 0)
    connect_note ("rows of runs that were taken back stay at the target: it cannot remove them");
  return !connect_has_mistakes () || connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the delivery is not as it should be");
}

static void
tell_mended (const Sending *sending)
{
  if (sending->mended.words > 0)
    connect_note ("sent as null, for JSON does not have them (NaN, infinity, dates before Christ or beyond 9999): %" PRIi64,
                  sending->mended.words);
}

bool
singer_write (const Request *request, Done *done, GError **error)
{
  g_auto (SingerSettings) settings = { 0 };
  g_auto (Sending) sending = { .gone = -1, .version = -1 };
  if (!settings_read (request, &settings, error))
    return false;
  if (request->after != NULL)
    return true;
  g_autoptr (Json) none = json_array ();
  const Json *key = json_object_get (request->delivery, "key");
  sending.key = json_is_array (key) ? key : none;
  if (!read_delivery (request, &sending, error) || !settings_open (&settings, error) || !begin (&sending, &settings, error)
      || !put_rows (&sending, error))
    return false;
  fault_point ("singer-before-state");
  if (!put_end (&sending, error) || !confirm (&sending, error))
    return false;
  tell_mended (&sending);
  done->rows = sending.rows;
  return true;
}

bool
check_target (const SingerSettings *settings, GError **error)
{
  if (settings->check_stream == NULL)
    {
      const char *program = g_ptr_array_index (settings->command, 0);
      g_autofree char *path = g_find_program_in_path (program);
      if (path == NULL)
        return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Install it, or name it by its path in \"command\".",
                             "there is no program \"%s\"", program);
      connect_checked ("connect", true, "the target is there; nothing was sent to it: with a \"check_stream\" one row would be");
      return true;
    }
  g_autoptr (Json) columns = json_pack ("[{s:s, s:s, s:b, s:b}]", "name", "id", "type", "bigint", "nullable", 0, "key", 1);
  g_autoptr (Json) key = json_pack ("[s]", "id");
  g_auto (Sending)
      sending = { .gone = -1, .version = -1, .stream = settings->check_stream, .run = "check", .columns = columns, .key = key };
  static const char *const cells[] = { "1" };
  static const size_t lengths[] = { 1 };
  if (!begin (&sending, settings, error) || !put_record (&sending, cells, lengths, 1, error) || !put_end (&sending, error)
      || !confirm (&sending, error))
    return false;
  connect_checked ("write", true, "one row into \"%s\", which stays there: a target can neither read nor remove it",
                   settings->check_stream);
  return true;
}
