#include "pipeline/pipeline.h"

#include "base/error.h"

const char *
load_status_word (LoadStatus status)
{
  static const char *const words[] = {
    [STATUS_APPLIED] = "applied", [STATUS_STAGED] = "staged", [STATUS_DUPLICATE] = "duplicate", [STATUS_FAILED] = "failed"
  };
  return words[status];
}

void
pipeline_result_clear (PipelineResult *result)
{
  g_clear_pointer (&result->notes, g_ptr_array_unref);
}

static Json *
rows_to_json (const RowCounts *rows)
{
  return json_pack ("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "read", (json_int_t) rows->read, "rejected",
                    (json_int_t) rows->rejected, "repaired", (json_int_t) rows->repaired, "duplicate", (json_int_t) rows->duplicate,
                    "unchanged", (json_int_t) rows->unchanged, "inserted", (json_int_t) rows->inserted, "updated",
                    (json_int_t) rows->updated, "deactivated", (json_int_t) rows->deactivated, "staged", (json_int_t) rows->staged);
}

static Json *
error_to_json (const GError *error)
{
  int64_t line = weir_error_get_line (error);
  Json *json = json_object ();
  json_object_set_new (json, "code", weir_json_string (weir_error_get_reason (error)));
  json_object_set_new (json, "message", weir_json_string (error->message));
  json_object_set_new (json, "detail", weir_json_string (weir_error_get_detail (error)));
  json_object_set_new (json, "hint", weir_json_string (weir_error_get_hint (error)));
  json_object_set_new (json, "line", line > 0 ? json_integer (line) : json_null ());
  return json;
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
  if (error != NULL)
    json_object_set_new (json, "error", error_to_json (error));
  if (result->notes != NULL && result->notes->len > 0)
    {
      Json *notes = json_array ();
      for (guint i = 0; i < result->notes->len; i++)
        json_array_append_new (notes, weir_json_string (result->notes->pdata[i]));
      json_object_set_new (json, "notes", notes);
    }
  return json;
}
