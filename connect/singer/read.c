#include "connect/singer/verbs.h"

#include "base/fault.h"
#include "connect/singer/catalog.h"
#include "connect/singer/cells.h"
#include "connect/singer/plan.h"
#include "connect/singer/reading.h"

#include <string.h>

/* A position that JSON of weir could not hold as it was: the text of the STATE. */
#define STATE_TEXT "singer_state"

/* What --catalog and --state are to be. All owned, but for "words", which are a list of them. */
typedef struct
{
  Json *catalog;
  Json *stream; /* in it; NULL: the tap takes no catalog */
  char *catalog_path, *state_path;
  const char *words[5];
} Prepared;

static void
prepared_clear (Prepared *prepared)
{
  json_decref (prepared->catalog);
  g_free (prepared->catalog_path);
  g_free (prepared->state_path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Prepared, prepared_clear)

static bool
prepare_catalog (const Request *request, const SingerSettings *settings, ReadPlan *plan, Prepared *prepared, GError **error)
{
  if (!settings->has_catalog)
    return true;
  if (prepared->catalog == NULL)
    prepared->catalog = catalog_get (settings, error);
  if (prepared->catalog == NULL)
    return false;
  prepared->stream = catalog_stream (prepared->catalog, plan->name, error);
  if (prepared->stream == NULL || !read_plan_fit (request, prepared->stream, plan, error))
    return false;
  catalog_select (prepared->catalog, prepared->stream, &plan->selection);
  prepared->catalog_path = folder_write_json (&settings->folder, "catalog.json", prepared->catalog, error);
  return prepared->catalog_path != NULL;
}

/* The STATE as the tap gave it. */
static bool
prepare_state (const Request *request, const SingerSettings *settings, const ReadPlan *plan, Prepared *prepared, GError **error)
{
  if (plan->is_whole || request->position == NULL)
    return true;
  const char *text = json_string_value (json_object_get (request->position, STATE_TEXT));
  g_autofree char *whole = text == NULL ? weir_json_text (request->position) : g_strdup (text);
  prepared->state_path = folder_write (&settings->folder, "state.json", whole, error);
  return prepared->state_path != NULL;
}

static bool
prepare (const Request *request, const SingerSettings *settings, ReadPlan *plan, Prepared *prepared, GError **error)
{
  if (!prepare_catalog (request, settings, plan, prepared, error) || !prepare_state (request, settings, plan, prepared, error))
    return false;
  size_t n = 0;
  if (prepared->catalog_path != NULL)
    {
      prepared->words[n++] = settings->old_option ? "--properties" : "--catalog";
      prepared->words[n++] = prepared->catalog_path;
    }
  if (prepared->state_path != NULL)
    {
      prepared->words[n++] = "--state";
      prepared->words[n++] = prepared->state_path;
    }
  prepared->words[n] = NULL;
  return true;
}

/* Columns that the job names and the catalog has, but no SCHEMA: the tap leaves out what it was not asked for. */
static void
add_named (const Request *request, const ReadPlan *plan, const Json *stream, Columns *columns)
{
  const Json *schema = json_object_get (stream, "schema"), *properties = json_object_get (schema, "properties"), *said;
  const char *name;
  json_object_foreach ((Json *) request->columns, name, said)
    {
      if (json_object_get (properties, name) == NULL || columns_find_text (columns, name) >= 0)
        continue;
      if (!plan->selection.keys_only && !json_is_true (json_object_get (said, "drop")))
        connect_note ("the tap does not bring the column \"%s\"", name);
      columns_add (columns, name, schema);
    }
}

/* The job's key, or else the tap's. */
static bool
choose_key (const Request *request, Columns *columns, GError **error)
{
  size_t k;
  const Json *name;
  for (guint i = 0; request->key != NULL && i < columns->columns->len; i++)
    column_at (columns, i)->is_key = false;
  json_array_foreach ((Json *) request->key, k, name)
    {
      int at = json_is_string (name) ? columns_find_text (columns, json_string_value (name)) : -1;
      if (at < 0)
        connect_mistake ("key", "the stream has no column \"%s\"", json_is_string (name) ? json_string_value (name) : "?");
      else
        column_at (columns, (guint) at)->is_key = true;
    }
  return !connect_has_mistakes () || connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the key is not there");
}

/* All that is known before the rows are written. */
static bool
settle_columns (const Request *request, const ReadPlan *plan, const Json *stream, Brought *brought, GError **error)
{
  Columns *columns = &brought->columns;
  if (!brought->has_schema && stream != NULL)
    {
      g_autoptr (Json) key = catalog_key (stream);
      columns_add_schema (columns, json_object_get (stream, "schema"), key);
    }
  else if (!brought->has_schema)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the tap sent no SCHEMA of the stream \"%s\"",
                         plan->name != NULL ? plan->name : "?");
  if (columns->columns->len == 0)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the SCHEMA of the stream has no properties");
  add_named (request, plan, stream, columns);
  return choose_key (request, columns, error);
}

static bool
declare_columns (const Columns *columns, CellType *types, GError **error)
{
  guint n = columns->columns->len;
  g_autofree ConnectColumn *declared = g_new0 (ConnectColumn, n);
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n; i++)
    {
      const Column *column = column_at (columns, i);
      types[i] = shape_type (column->shape, column->seen);
      char *source_type = shape_words (column->shape);
      g_ptr_array_add (words, source_type);
      declared[i] = (ConnectColumn) { .name = column->name,
                                      .type = cell_words[types[i]],
                                      .source_type = source_type,
                                      .nullable = !column->is_key,
                                      .key = column->is_key };
    }
  return spool_columns (declared, n, error);
}

static bool
put_row (const Slice *cells, const CellType *types, guint n, GString *cell, Mended *mended, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      bool is_null = cells[i].bytes == NULL || slice_kind (cells[i]) == SLICE_NULL;
      g_string_truncate (cell, 0);
      if (!is_null)
        cell_of_value (types[i], cells[i], cell, mended);
      if (!(is_null ? spool_null (error) : spool_text (cell->str, cell->len, error)))
        return false;
    }
  return spool_row_end (error);
}

/* Records of a version before the one that was activated are gone. */
static bool
put_rows (Brought *brought, int64_t *ret_gone, Mended *mended, GError **error)
{
  guint n = brought->columns.columns->len;
  g_autofree CellType *types = g_new0 (CellType, n);
  g_autofree Slice *cells = g_new0 (Slice, n);
  g_autoptr (GString) cell = g_string_new (NULL);
  if (!declare_columns (&brought->columns, types, error) || !records_rewind (brought->rows, error))
    return false;
  int64_t version;
  bool is_end;
  while (records_next (brought->rows, cells, n, &version, &is_end, error))
    {
      if (is_end)
        return true;
      bool is_gone = brought->activated >= 0 && version >= 0 && version < brought->activated;
      *ret_gone += is_gone;
      if (!is_gone && !put_row (cells, types, n, cell, mended, error))
        return false;
    }
  return false;
}

/* A new reference; NULL: there is none. */
static Json *
find_position (const Request *request, const ReadPlan *plan, const Brought *brought)
{
  if (plan->is_whole)
    return NULL;
  if (brought->state == NULL)
    {
      connect_note ("the tap gave no STATE: the next run begins where this one began");
      return json_incref ((Json *) request->position);
    }
  Slice state = slice_lenient (brought->state->str, brought->state->len);
  Json *position = slice_kind (state) == SLICE_OBJECT && slice_is_plain (state) ? slice_build (state) : NULL;
  if (position != NULL)
    return position;
  return json_pack ("{s:o}", STATE_TEXT, weir_json_string (brought->state->str));
}

static void
tell_mended (const Mended *mended, int64_t gone)
{
  if (mended->halves > 0)
    connect_note ("became U+FFFD, for they are no characters of a text (half a surrogate pair, NUL): %" PRIi64, mended->halves);
  if (mended->words > 0)
    connect_note ("mended in nested values, for they are no JSON (NaN, infinity, half a surrogate pair, NUL): %" PRIi64,
                  mended->words);
  if (gone > 0)
    connect_note ("left out, for the tap replaced their version: %" PRIi64 " rows", gone);
}

bool
singer_read (const Request *request, Done *done, GError **error)
{
  g_auto (SingerSettings) settings = { 0 };
  g_auto (ReadPlan) plan = { 0 };
  g_auto (Prepared) prepared = { 0 };
  g_auto (Brought) brought = { 0 };
  bool ok = settings_read (request, &settings, error);
  if (ok && settings.is_target)
    connect_mistake ("connection.kind", "a target cannot be read");
  if (!ok || !read_plan_read (request, &plan, error) || !settings_open (&settings, error)
      || !prepare (request, &settings, &plan, &prepared, error))
    return false;
  fault_point ("singer-before-tap");
  Wanted wanted = {
    .settings = &settings, .request = request, .stream = prepared.stream, .name = plan.name, .may_be_cut = !plan.is_whole
  };
  if (!reading_run (&wanted, prepared.words, &brought, error))
    return false;
  fault_point ("singer-after-tap");
  Mended mended = { 0 };
  int64_t gone = 0;
  if (!settle_columns (request, &plan, prepared.stream, &brought, error) || !put_rows (&brought, &gone, &mended, error))
    return false;
  tell_mended (&mended, gone);
  done->position = find_position (request, &plan, &brought);
  done->more = brought.was_cut;
  done->complete = plan.is_whole && (!brought.has_versions || brought.is_settled);
  return true;
}

/* The catalog once, of a check that has no job: its first stream is tried. */
static bool
prepare_check (const Request *request, const SingerSettings *settings, ReadPlan *plan, Prepared *prepared, GError **error)
{
  if (request->from != NULL || !settings->has_catalog)
    return read_plan_read (request, plan, error) && prepare (request, settings, plan, prepared, error);
  prepared->catalog = catalog_get (settings, error);
  if (prepared->catalog == NULL)
    return false;
  const Json *streams = json_object_get (prepared->catalog, "streams");
  size_t n = json_array_size (streams);
  connect_checked ("connect", true, "the tap runs, and has %zu stream%s", n, n == 1 ? "" : "s");
  if (!read_plan_read (request, plan, error))
    return false;
  plan->name = catalog_id (json_array_get (streams, 0));
  return plan->name == NULL || prepare (request, settings, plan, prepared, error);
}

bool
check_tap (const Request *request, const SingerSettings *settings, GError **error)
{
  g_auto (ReadPlan) plan = { 0 };
  g_auto (Prepared) prepared = { 0 };
  g_auto (Brought) brought = { 0 };
  if (!prepare_check (request, settings, &plan, &prepared, error))
    return false;
  if (settings->has_catalog && prepared.stream == NULL)
    return true; /* it has no streams */
  Wanted wanted = { .settings = settings, .request = request, .stream = prepared.stream, .name = plan.name, .most_rows = 1 };
  if (!reading_run (&wanted, prepared.words, &brought, error))
    return false;
  const char *name = prepared.stream != NULL ? catalog_id (prepared.stream) : plan.name != NULL ? plan.name : "?";
  connect_checked ("read", true, records_count (brought.rows) > 0 ? "one row of \"%s\"" : "\"%s\" has no rows", name);
  return true;
}
