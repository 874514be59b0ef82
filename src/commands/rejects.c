#include "base/error.h"
#include "base/text.h"
#include "schema/ledger.h"
#include "src/cli.h"
#include "src/connect.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_BYTES 100 /* of the original line in the table */

enum
{
  COLUMN_LINE,
  COLUMN_NAME,
  COLUMN_REASON,
  COLUMN_MESSAGE,
  COLUMN_REPAIRED,
  COLUMN_ORIGINAL,
};

/* Undoes PostgreSQL's encode (bytes, 'escape'): \\ is a backslash, \ooo a byte. */
static GString *
unescape (const char *text)
{
  GString *bytes = g_string_new (NULL);
  while (*text != '\0')
    if (text[0] == '\\' && text[1] == '\\')
      {
        g_string_append_c (bytes, '\\');
        text += 2;
      }
    else if (text[0] == '\\' && text[1] != '\0' && text[2] != '\0' && text[3] != '\0')
      {
        g_string_append_c (bytes, (char) ((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0')));
        text += 4;
      }
    else
      g_string_append_c (bytes, *text++);
  return bytes;
}

/* The bytes of the refused row without its line end. */
static GString *
original_bytes (const DbResult *rejects, int row)
{
  GString *bytes = unescape (db_result_value (rejects, row, COLUMN_ORIGINAL));
  while (bytes->len > 0 && (bytes->str[bytes->len - 1] == '\n' || bytes->str[bytes->len - 1] == '\r'))
    g_string_truncate (bytes, bytes->len - 1);
  return bytes;
}

static void
print_field (const char *bytes, size_t length, char end)
{
  bool quoted = length != strcspn (bytes, ",\"\r\n") || memchr (bytes, '\0', length) != NULL;
  if (quoted)
    putchar ('"');
  for (size_t i = 0; i < length; i++)
    {
      if (quoted && bytes[i] == '"')
        putchar ('"');
      putchar (bytes[i]);
    }
  if (quoted)
    putchar ('"');
  putchar (end);
}

/* The originals byte for byte, as cells. */
static void
print_as_csv (const DbResult *rejects)
{
  puts ("line,column,reason,message,original");
  for (int row = 0; row < db_result_rows (rejects); row++)
    {
      for (int column = COLUMN_LINE; column <= COLUMN_MESSAGE; column++)
        {
          const char *value = db_result_value (rejects, row, column);
          print_field (value != NULL ? value : "", value != NULL ? strlen (value) : 0, ',');
        }
      g_autoptr (GString) bytes = original_bytes (rejects, row);
      print_field (bytes->str, bytes->len, '\n');
    }
}

/* JSON is UTF-8: an original that is not goes beside its readable form in base64. */
static Json *
to_json (const DbResult *rejects)
{
  Json *array = cli_result_to_json (rejects);
  for (int row = 0; row < db_result_rows (rejects); row++)
    {
      Json *object = json_array_get (array, (size_t) row);
      g_autoptr (GString) bytes = original_bytes (rejects, row);
      g_autofree char *base64 = g_base64_encode ((const guchar *) bytes->str, bytes->len);
      g_autofree char *readable = g_utf8_make_valid (bytes->str, (gssize) bytes->len);
      if (!text_is_utf8 (bytes->str, bytes->len, NULL))
        json_object_set_new (object, "original_base64", json_string (base64));
      json_object_set_new (object, "original", weir_json_string (readable));
      json_object_set_new (object, "repaired", json_boolean (db_result_bool (rejects, row, COLUMN_REPAIRED)));
    }
  return array;
}

static void
print_as_table (const DbResult *rejects)
{
  static const char *const headers[] = { "line", "column", "reason", "message", "original", NULL };
  g_autoptr (GPtrArray) originals = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) cells = g_ptr_array_new ();
  for (int row = 0; row < db_result_rows (rejects); row++)
    {
      for (int column = COLUMN_LINE; column <= COLUMN_MESSAGE; column++)
        g_ptr_array_add (cells, (gpointer) db_result_value (rejects, row, column));
      g_autoptr (GString) bytes = original_bytes (rejects, row);
      g_ptr_array_add (originals, text_printable (bytes->str, bytes->len, SHOWN_BYTES));
      g_ptr_array_add (cells, g_ptr_array_index (originals, originals->len - 1));
    }
  if (cells->len == 0)
    puts ("No row was refused.");
  else
    cli_print_table (headers, cells);
}

static bool
run (const CommonOptions *common, const char *text, bool as_csv, GError **error)
{
  g_autoptr (Settings) settings = settings_load (common->home, common->database, HOME_REQUIRED, error);
  g_autoptr (Db) db = settings != NULL ? database_open (settings, false, false, -1, error) : NULL;
  g_autoptr (DbResult) rejects = NULL;
  Uid id;
  if (db == NULL || !ledger_find_run (db, text, &id, error) || !ledger_rejects (db, id, &rejects, error))
    return false;
  if (as_csv)
    print_as_csv (rejects);
  else if (common->json)
    {
      g_autoptr (Json) json = to_json (rejects);
      cli_print_json (json);
    }
  else
    print_as_table (rejects);
  return true;
}

int
command_rejects (int argc, char **argv)
{
  g_auto (CommonOptions) common = { 0 };
  gboolean as_csv = FALSE;
  const GOptionEntry entries[] = {
    { "csv", 0, 0, G_OPTION_ARG_NONE, &as_csv, "Print CSV: line, column, reason, message, and the row as it was", NULL },
    { NULL },
  };
  bool done = false;
  GError *error = NULL;
  if (!cli_parse ("rejects", entries, &common, &argc, &argv, &done, &error))
    return cli_fail (error, common.json);
  if (done)
    return 0;
  if (argc != 2)
    return cli_usage ("rejects", "a run is needed: an id, its first characters, a file name, or \"last\"");
  return run (&common, argv[1], as_csv, &error) ? 0 : cli_fail (error, common.json);
}
