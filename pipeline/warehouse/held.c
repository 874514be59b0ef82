#include "pipeline/warehouse/held.h"

#include "base/error.h"
#include "base/json.h"
#include "pipeline/layout/pins.h"
#include "schema/ledger.h"

#include <string.h>

void
held_file_free (HeldFile *file)
{
  g_free (file->table);
  g_free (file->file);
  g_clear_error (&file->error);
  g_free (file);
}

static int64_t
number_of (const DbResult *result, int row, const char *name)
{
  return g_ascii_strtoll (db_result_named (result, row, name), NULL, 10);
}

/* Whether the try still tells how the next one would end. A try that met no pins was not stopped by them. */
static bool
still_holds (const DbResult *result, int row, const Catalog *catalog)
{
  const Model *model = catalog_find (catalog, db_result_named (result, row, "table"));
  if (g_strcmp0 (db_result_named (result, row, "model_checksum"), model == NULL ? NULL : model->checksum) != 0)
    return false;
  const char *met = db_result_named (result, row, "pins_sha256");
  g_autoptr (Pins) pins = pins_parse (db_result_named (result, row, "pins"), NULL);
  char now[SHA256_HEX_SIZE] = "";
  if (pins != NULL)
    pins_checksum (pins, now);
  return met == NULL || strcmp (met, now) == 0;
}

/* Only errors that are a person's to mend are kept: the machine's, or the model's (loading.c). */
static WeirErrorCode
code_of (Reason reason)
{
  static const Reason local[] = { REASON_LOCAL,          REASON_UNREADABLE,       REASON_DISK_FULL,
                                  REASON_DISK_READ_ONLY, REASON_OUT_OF_RESOURCES, REASON_DATABASE_ERROR };
  for (size_t i = 0; i < G_N_ELEMENTS (local); i++)
    if (local[i] == reason)
      return WEIR_ERROR_LOCAL;
  return WEIR_ERROR_MODEL;
}

/* The error that the ledger keeps as weir_json_error writes it. */
static GError *
read_error (const char *text)
{
  g_autoptr (Json) json = text == NULL ? NULL : weir_json_parse (text, strlen (text), "error", NULL);
  const char *message = json_string_value (json_object_get (json, "message"));
  Reason reason = reason_find (json_string_value (json_object_get (json, "code")));
  GError *error = NULL;
  weir_fail (&error,
             &(Failure) { code_of (reason), reason, .line = json_integer_value (json_object_get (json, "line")),
                          .detail = json_string_value (json_object_get (json, "detail")),
                          .hint = json_string_value (json_object_get (json, "hint")) },
             "%s", message != NULL ? message : "its last load failed");
  return error;
}

GPtrArray *
held_read (Db *db, const Catalog *catalog, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  if (!ledger_held (db, &result, error))
    return NULL;
  GPtrArray *held = g_ptr_array_new_with_free_func ((GDestroyNotify) held_file_free);
  for (int row = 0; row < db_result_rows (result); row++)
    {
      if (!still_holds (result, row, catalog))
        continue;
      HeldFile *file = g_new0 (HeldFile, 1);
      file->table = g_strdup (db_result_named (result, row, "table"));
      file->file = g_strdup (db_result_named (result, row, "file"));
      file->size = number_of (result, row, "size");
      file->mtime_ns = number_of (result, row, "mtime");
      file->error = read_error (db_result_named (result, row, "error"));
      g_ptr_array_add (held, file);
    }
  return held;
}

const HeldFile *
held_find (const GPtrArray *held, const char *table, const char *file, int64_t size, int64_t mtime_ns)
{
  for (guint i = 0; i < held->len; i++)
    {
      const HeldFile *one = held->pdata[i];
      if (strcmp (one->table, table) == 0 && strcmp (one->file, file) == 0 && one->size == size && one->mtime_ns == mtime_ns)
        return one;
    }
  return NULL;
}
