#include "src/connectors/connecting_private.h"

#include "base/text.h"

#include <string.h>
#include <sys/stat.h>

#define TALK_MOST 8192 /* bytes of a line of what it says */
#define SHOWN 120      /* bytes of a line that is shown for being none */
#define NOTES_MOST 100 /* that people read, and that a declaration has room for, each of CONNECTOR_TOLD_MOST */

static void break_off (Results *results, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The first thing that is wrong counts. */
static void
break_off (Results *results, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  if (results->broken == NULL)
    results->broken = g_strdup_vprintf (format, arguments);
  va_end (arguments);
}

/* ---- a line ---- */

static void
take_columns (Results *results, Json *value)
{
  if (!json_is_array (value) || results->connected->columns != NULL)
    break_off (results, json_is_array (value) ? "said its columns twice" : "sent \"columns\" that is no array");
  else
    results->connected->columns = json_incref (value);
  size_t i;
  Json *column, *type;
  json_array_foreach (results->connected->columns, i, column)
    if ((type = json_object_get (column, "type")) != NULL)
      connector_safe_json (results->secrets, type); /* one that is none is shown */
}

static void
take_done (Results *results, Json *value)
{
  results->is_done = true;
  if (!json_is_object (value))
    break_off (results, "sent \"done\" that is no object");
  else
    results->connected->done = json_incref (value);
}

/* Lines that are kept in an array. For people: what is secret is taken out of them. */
static void
take_listed (Results *results, const char *name, Json *value)
{
  Connected *connected = results->connected;
  const struct
  {
    const char *name;
    Json *array;
    json_type type;
    bool for_people;
  } kinds[] = {
    { "note", connected->notes, JSON_STRING, true },          { "error", connected->errors, JSON_OBJECT, true },
    { "stream", connected->streams, JSON_OBJECT, false },     { "checked", connected->checked, JSON_OBJECT, true },
    { "delivered", connected->delivered, JSON_OBJECT, true },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (!g_str_equal (kinds[i].name, name))
        continue;
      if (json_typeof (value) != kinds[i].type)
        {
          break_off (results, "sent \"%s\" that is no %s", name, kinds[i].type == JSON_STRING ? "string" : "object");
          return;
        }
      if (kinds[i].for_people)
        connector_safe_json (results->secrets, value);
      if (kinds[i].type == JSON_STRING && json_array_size (kinds[i].array) >= NOTES_MOST)
        results->notes_left++;
      else
        json_array_append (kinds[i].array, value);
    }
}

static void
take_object (Results *results, Json *object)
{
  const char *name;
  Json *value;
  json_object_foreach (object, name, value)
    {
      if (g_str_equal (name, "columns"))
        take_columns (results, value);
      else if (g_str_equal (name, "done"))
        take_done (results, value);
      else
        take_listed (results, name, value);
    }
}

static void
take_line (Results *results, const char *line, size_t length)
{
  g_autoptr (Json) object = weir_json_parse (line, length, "a result", NULL);
  bool is_kept = json_object_get (object, "progress") == NULL;
  size_t most = g_str_equal (results->call->verb, "discover") ? CONNECTOR_FOUND_MIB : CONNECTOR_KEPT_MIB;
  if (results->is_done || !json_is_object (object))
    {
      g_autofree char *shown = redact (results->secrets, line, length, SHOWN);
      break_off (results, "sent a line %s: %s", results->is_done ? "behind \"done\"" : "that is no JSON object", shown);
    }
  else if (is_kept && (results->kept += length) > most * MEBIBYTE)
    break_off (results, "sent more than %zu MiB of results", most);
  else
    take_object (results, object);
  if (results->broken == NULL && !results->is_done && results->call->line != NULL)
    results->call->line (object, results->call->data);
}

void
results_take (Results *results, const char *bytes, size_t length)
{
  while (length > 0 && results->broken == NULL)
    {
      const char *newline = memchr (bytes, '\n', length);
      size_t piece = newline != NULL ? (size_t) (newline - bytes) : length;
      if (results->line->len + piece > CONNECTOR_LINE_MIB * MEBIBYTE)
        {
          break_off (results, "sent a line of more than %d MiB", CONNECTOR_LINE_MIB);
          return;
        }
      g_string_append_len (results->line, bytes, (gssize) piece);
      if (newline == NULL)
        return;
      if (results->line->len > 0)
        take_line (results, results->line->str, results->line->len);
      g_string_truncate (results->line, 0);
      bytes += piece + 1;
      length -= piece + 1;
    }
}

/* ---- what it says ---- */

static void
tell (Results *results)
{
  if (results->call->said != NULL && results->talk->len > 0)
    {
      g_autofree char *text = redact (results->secrets, results->talk->str, results->talk->len, CONNECTOR_TOLD_MOST);
      results->call->said (text, results->call->data);
    }
  g_string_truncate (results->talk, 0);
  results->skips = false;
}

void
results_hear (Results *results, const char *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (bytes[i] == '\n')
      tell (results);
    else if (results->talk->len < TALK_MOST)
      g_string_append_c (results->talk, bytes[i]);
    else
      results->skips = true;
}

void
results_end (Results *results)
{
  if (results->line->len > 0 && results->broken == NULL)
    take_line (results, results->line->str, results->line->len);
  g_string_truncate (results->line, 0);
  tell (results);
  if (results->notes_left > 0)
    json_array_append_new (results->connected->notes,
                           json_sprintf ("and %zu more note%s", results->notes_left, results->notes_left == 1 ? "" : "s"));
}

/* ---- done ---- */

/* In either case; from then on in lower case. */
static bool
take_digest (Json *done)
{
  const char *said = json_string_value (json_object_get (done, "sha256"));
  g_autofree char *text = said != NULL ? g_ascii_strdown (said, -1) : g_strdup ("");
  bool is_one = strlen (text) == SHA256_HEX_SIZE - 1 && strspn (text, "0123456789abcdef") == SHA256_HEX_SIZE - 1;
  if (is_one)
    json_object_set_new (done, "sha256", json_string (text));
  return is_one;
}

static bool
is_count (const Json *value)
{
  return json_is_integer (value) && json_integer_value (value) >= 0;
}

void
results_check_done (Results *results)
{
  struct stat status;
  Json *done = results->connected->done;
  if (done != NULL && json_array_size (results->connected->errors) > 0)
    {
      break_off (results, "told an error, and that it is done");
      return;
    }
  if (done == NULL || !g_str_equal (results->call->verb, "read") || results->call->spool_fd < 0)
    return;
  bool is_raw = json_is_true (json_object_get (done, "raw"));
  if ((!is_raw && !is_count (json_object_get (done, "rows"))) || !is_count (json_object_get (done, "bytes")) || !take_digest (done))
    {
      break_off (results, "sent \"done\" without rows, bytes and SHA-256");
      return;
    }
  json_int_t bytes = json_integer_value (json_object_get (done, "bytes"));
  if (fstat (results->call->spool_fd, &status) != 0)
    break_off (results, "left a spool file that cannot be looked at");
  else if (status.st_size != bytes)
    break_off (results, "says that its file has %" JSON_INTEGER_FORMAT " bytes, and it has %" G_GINT64_FORMAT, bytes,
               (int64_t) status.st_size);
  else if (!is_raw && bytes > 0 && results->connected->columns == NULL)
    break_off (results, "did not say the columns of its file");
}
