#include "pipeline/summary.h"

static Json *
rows_to_json (const RowCounts *rows)
{
  return json_pack ("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "read", (json_int_t) rows->read, "rejected",
                    (json_int_t) rows->rejected, "repaired", (json_int_t) rows->repaired, "duplicate", (json_int_t) rows->duplicate,
                    "unchanged", (json_int_t) rows->unchanged, "inserted", (json_int_t) rows->inserted, "updated",
                    (json_int_t) rows->updated, "deactivated", (json_int_t) rows->deactivated, "staged", (json_int_t) rows->staged,
                    "waiting", (json_int_t) rows->waiting, "late", (json_int_t) rows->late, "corrected",
                    (json_int_t) rows->corrected, "deleted", (json_int_t) rows->deleted, "absent", (json_int_t) rows->absent,
                    "forgotten", (json_int_t) rows->forgotten);
}

Json *
pipeline_summary (const Run *run, const PipelineResult *result, int64_t milliseconds, const GError *error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run->id, id);
  Json *json = json_object ();
  json_object_set_new (json, "file", weir_json_string (run->file));
  json_object_set_new (json, "table", weir_json_string (run->table));
  json_object_set_new (json, "status", json_string (load_status_word (result->status)));
  json_object_set_new (json, "run", json_string (id));
  json_object_set_new (json, "milliseconds", json_integer (milliseconds));
  json_object_set_new (json, "rows", result->rows_known ? rows_to_json (&result->rows) : json_null ());
  json_object_set_new (json, "lines", result->rows_known ? lines_to_json (&result->lines) : json_null ());
  json_object_set_new (json, "confidence_percent", result->confidence > 0 ? json_integer (result->confidence) : json_null ());
  if (result->overtook != NULL)
    {
      Json *runs = json_array ();
      for (guint i = 0; i < result->overtook->len; i++)
        json_array_append_new (runs, json_string (result->overtook->pdata[i]));
      json_object_set_new (json, "overtook", runs);
      json_object_set_new (json, "overtook_count", json_integer (result->overtook_count));
    }
  if (result->held != NULL)
    json_object_set (json, "held", result->held);
  if (result->spent != NULL)
    json_object_set (json, "spent", result->spent);
  if (error != NULL)
    json_object_set_new (json, "error", weir_json_error (error));
  if (result->notes != NULL && result->notes->len > 0)
    {
      Json *notes = json_array ();
      for (guint i = 0; i < result->notes->len; i++)
        json_array_append_new (notes, weir_json_string (result->notes->pdata[i]));
      json_object_set_new (json, "notes", notes);
    }
  return json;
}
