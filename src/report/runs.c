#include "src/report/runs.h"

#include "schema/ledger.h"
#include "src/report/show.h"

Json *
runs_to_json (const DbResult *runs)
{
  static const char *const times[] = { "started", "completed", NULL };
  Json *array = show_result_to_json (runs);
  for (size_t i = 0; i < json_array_size (array); i++)
    show_times_to_iso (json_array_get (array, i), times);
  return array;
}

/* Members that hold JSON as text become what they say. */
static void
parse_member (Json *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));
  Json *value = text != NULL ? json_loads (text, 0, NULL) : NULL;
  if (value != NULL)
    json_object_set_new (object, name, value);
}

char *
run_output_text (const DbResult *command)
{
  const char *hex = db_result_rows (command) > 0 ? db_result_named (command, 0, "output") : NULL;
  GString *text = hex != NULL ? g_string_new (NULL) : NULL;
  for (; hex != NULL && hex[0] != '\0'; hex += 2)
    {
      int byte = g_ascii_xdigit_value (hex[0]) * 16 + g_ascii_xdigit_value (hex[1]);
      if (byte != 0)
        g_string_append_c (text, (char) byte);
      else
        g_string_append (text, "\xE2\x90\x80");
    }
  return text != NULL ? g_string_free (text, FALSE) : NULL;
}

/* Only runs of commands have these members. */
static void
add_command (Json *object, const DbResult *command)
{
  if (db_result_rows (command) == 0)
    {
      json_object_del (object, "command");
      json_object_del (object, "exit_status");
      return;
    }
  g_autofree char *output = run_output_text (command);
  g_autoptr (Json) members = show_result_to_json (command);
  json_object_update (object, json_array_get (members, 0));
  json_object_set_new (object, "output", weir_json_string (output));
}

void
run_parts_clear (RunParts *parts)
{
  g_clear_pointer (&parts->run, db_result_free);
  g_clear_pointer (&parts->steps, db_result_free);
  g_clear_pointer (&parts->command, db_result_free);
}

bool
run_read_parts (Db *db, Uid run, RunParts *ret_parts, GError **error)
{
  return ledger_run (db, run, &ret_parts->run, error) && ledger_run_steps (db, run, &ret_parts->steps, error)
         && ledger_run_command (db, run, &ret_parts->command, error);
}

Json *
run_parts_to_json (const RunParts *parts)
{
  g_autoptr (Json) array = runs_to_json (parts->run);
  Json *object = json_array_get (array, 0);
  parse_member (object, "dialect");
  parse_member (object, "declaration");
  parse_member (object, "lines");
  parse_member (object, "summary");
  parse_member (object, "trimmed");
  json_object_set_new (object, "steps", runs_to_json (parts->steps));
  add_command (object, parts->command);
  return json_incref (object);
}

Json *
run_read (Db *db, Uid run, GError **error)
{
  g_auto (RunParts) parts = { 0 };
  return run_read_parts (db, run, &parts, error) ? run_parts_to_json (&parts) : NULL;
}
