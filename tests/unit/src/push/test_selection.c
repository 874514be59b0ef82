/* Which columns a delivery has, and what cannot be. The statements are run by tests/integration/test_push.c. */
#include "src/push/selection.h"

#include "base/error.h"
#include "pipeline/warehouse/columns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void
stored_free (void *data)
{
  StoredColumn *column = data;
  g_free (column->name);
  g_free (column->written);
  g_free (column);
}

static GPtrArray *
stored_columns (void)
{
  static const struct
  {
    const char *name, *written;
    int type;
  } columns[] = { { "person_id", "uuid", TYPE_UUID },
                  { "email", "text", TYPE_TEXT },
                  { "tags", "text[]", -1 },
                  { "effective_start_date", "timestamp with time zone", TYPE_TIMESTAMPTZ },
                  { "effective_end_date", "timestamp with time zone", TYPE_TIMESTAMPTZ },
                  { "is_current", "boolean", TYPE_BOOLEAN },
                  { "version_number", "integer", -1 },
                  { "row_hash", "uuid", TYPE_UUID },
                  { "opened_by", "uuid", TYPE_UUID },
                  { "closed_by", "uuid", TYPE_UUID } };
  GPtrArray *stored = g_ptr_array_new_with_free_func (stored_free);
  for (size_t i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      StoredColumn *column = g_new0 (StoredColumn, 1);
      *column = (StoredColumn) { .name = g_strdup (columns[i].name),
                                 .written = g_strdup (columns[i].written),
                                 .type = columns[i].type < 0 ? NULL : &types[columns[i].type] };
      g_ptr_array_add (stored, column);
    }
  return stored;
}

static char *
names_of (const Json *columns)
{
  GString *text = g_string_new (NULL);
  for (size_t i = 0; i < json_array_size (columns); i++)
    {
      const Json *column = json_array_get (columns, i);
      g_string_append_printf (text, "%s%s %s%s", i > 0 ? ", " : "", json_string_value (json_object_get (column, "name")),
                              json_string_value (json_object_get (column, "type")),
                              json_is_true (json_object_get (column, "key")) ? "!" : "");
    }
  return g_string_free (text, FALSE);
}

static void
test_columns (void **state)
{
  static const struct
  {
    const char *item, *columns, *mistakes; /* one of the two */
  } cases[] = {
    { "{}", "person_id uuid!, email text, tags text[], weir_gone boolean", NULL },
    { "{\"gone\": \"keep\"}", "person_id uuid!, email text, tags text[]", NULL },
    { "{\"mode\": \"append\"}",
      "person_id uuid, email text, tags text[], effective_start_date timestamptz, version_number integer, weir_run uuid", NULL },
    { "{\"mode\": \"append\", \"columns\": {\"weir_run\": {\"drop\": true}, \"effective_start_date\": {\"drop\": true}}}",
      "person_id uuid, email text, tags text[], version_number integer", NULL },
    { "{\"history\": true}",
      "person_id uuid!, email text, tags text[], effective_start_date timestamptz!, effective_end_date timestamptz, is_current "
      "boolean, version_number integer, weir_gone boolean",
      NULL },
    { "{\"mode\": \"swap\", \"columns\": {\"person_id\": {\"drop\": true}, \"opened_by\": {\"rename\": \"run\"}}}",
      "email text, tags text[], run uuid", NULL },
    { "{\"key\": [\"email\"], \"columns\": {\"email\": {\"mask\": \"hash\", \"rename\": \"who\"}, \"person_id\": {\"drop\": "
      "true}}}",
      "who text!, tags text[], weir_gone boolean", NULL },
    { "{\"columns\": {\"email\": {\"type\": \"varchar\"}, \"tags\": {\"mask\": \"null\"}}}",
      "person_id uuid!, email text, tags text[], weir_gone boolean", NULL },
    { "{\"columns\": {\"person_id\": {\"drop\": true}}}", NULL,
      "p.key: person_id is not among the columns that are delivered; name others in \"key\"" },
    { "{\"columns\": {\"mail\": {\"drop\": true}}, \"key\": [\"post\"]}", NULL,
      "p.columns.mail: people has no such column\np.key: post is not among the columns that are delivered; name others in "
      "\"key\"" },
    { "{\"columns\": {\"person_id\": {\"mask\": \"last4\"}}}", NULL,
      "p.columns.person_id: is of the key: its mask would make many rows one" },
    { "{\"columns\": {\"email\": {\"rename\": \"tags\"}, \"tags\": {\"rename\": \"weir_gone\"}, \"is_current\": {\"rename\": "
      "\"tags\"}}}",
      NULL, "p.columns.tags: has a name that weir needs itself\np.columns.is_current: another column is called tags, too" },
    { "{\"mode\": \"swap\", \"columns\": {\"person_id\": {\"drop\": true}, \"email\": {\"drop\": true}, \"tags\": {\"drop\": "
      "true}}}",
      NULL, "p.columns: nothing is left of people" },
  };
  (void) state;
  g_autoptr (GPtrArray) stored = stored_columns (), runs = g_ptr_array_new ();
  g_autoptr (Model) model = model_new ();
  model->table = g_strdup ("people");
  g_strfreev (model->business_key);
  model->business_key = g_strsplit ("email", ",", -1);
  model->id_column = g_strdup ("person_id");
  g_ptr_array_add (runs, (void *) "c0ffee00-1234-4000-8000-000000000001");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Json) json = weir_json_parse (cases[i].item, strlen (cases[i].item), "case", NULL);
      g_auto (PushItem) item = { 0 };
      g_auto (Selection) selection = { 0 };
      print_message ("  %s\n", cases[i].item);
      assert_true (push_item_read (json, model, "p", &item, NULL));
      const SelectionTask task = { "warehouse", model, &model->history, stored, &item, false, false, runs, "p" };
      bool done = selection_make (&task, &selection, &error);
      assert_int_equal (done, cases[i].columns != NULL);
      g_autofree char *names = done ? names_of (selection.columns) : NULL;
      if (done)
        assert_string_equal (names, cases[i].columns);
      else
        assert_string_equal (weir_error_get_detail (error), cases[i].mistakes);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_columns),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
