/* What a member of "deliver" may say, and all that is wrong at once. */
#include "src/jobs/push_item.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static Model *
people (bool keyless, Scd scd)
{
  Model *model = model_new ();
  model->table = g_strdup ("people");
  model->kind = keyless ? MODEL_FACT : MODEL_DIMENSION;
  g_strfreev (model->business_key);
  model->business_key = keyless ? g_new0 (char *, 1) : g_strsplit ("email", ",", -1);
  model->id_column = keyless ? NULL : g_strdup ("people_id");
  model->history.scd = scd;
  return model;
}

static void
test_mistakes (void **state)
{
  static const struct
  {
    const char *json, *mistakes; /* NULL: none */
    bool keyless, overwritten;
  } cases[] = {
    { "{}", NULL, false, false },
    { "{}", NULL, true, false },
    { "{\"mode\": \"swap\", \"schema\": \"x\", \"whatever\": 1}", NULL, true, false },
    { "{\"history\": true}", NULL, false, false },
    { "{\"mode\": \"merge\", \"gone\": 1}",
      "p.mode: must be one of upsert, append, swap\np.gone: must be one of delete, flag, keep", false, false },
    { "{\"mode\": \"upsert\"}", "p.mode: people has no key: \"append\" and \"swap\" are what there is", true, false },
    { "{\"key\": []}", "p.key: must be a list of columns", false, false },
    { "{\"key\": [1]}", "p.key: must be a list of columns", false, false },
    { "{\"key\": [\"a\"], \"mode\": \"append\"}", "p.key: rows are appended without one", false, false },
    { "{\"history\": 1}", "p.history: must be true or false", false, false },
    { "{\"history\": true}", "p.history: people has one row of each key", false, true },
    { "{\"history\": true, \"mode\": \"append\"}",
      "p.history: goes with \"upsert\" and \"swap\": versions end, and what was appended stays as it is", false, false },
    { "{\"gone\": \"flag\", \"mode\": \"swap\"}", "p.gone: goes with \"upsert\"", false, false },
    { "{\"columns\": []}", "p.columns: must be an object", false, false },
    { "{\"columns\": {\"a\": 1, \"b\": {\"dropp\": true}, \"c\": {\"drop\": \"yes\"}, \"d\": {\"mask\": \"x\"}, \"e\": {\"type\": "
      "\"x\"}}}",
      "p.columns.a: must be an object\np.columns.b.dropp: is no member; did you mean \"drop\"?\np.columns.c.drop: must be true or "
      "false\n"
      "p.columns.d.mask: must be one of hash, null, last4\np.columns.e.type: is no type of weir",
      false, false },
    { "{\"columns\": {\"a\": {\"rename\": \"\", \"default\": 1}}}",
      "p.columns.a.rename: must not be empty\np.columns.a.default: must be a text", false, false },
  };
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Json) json = weir_json_parse (cases[i].json, strlen (cases[i].json), "case", NULL);
      g_autoptr (Model) model = people (cases[i].keyless, cases[i].overwritten ? SCD_OVERWRITE : SCD_VERSION);
      g_auto (PushItem) item = { 0 };
      bool done = push_item_read (json, model, "p", &item, &error);
      print_message ("  %s\n", cases[i].json);
      assert_int_equal (done, cases[i].mistakes == NULL);
      if (!done)
        assert_string_equal (weir_error_get_detail (error), cases[i].mistakes);
    }
}

/* Before there is a model, only what is wrong with any. */
static void
test_without_a_model (void **state)
{
  static const struct
  {
    const char *json, *mistakes;
  } cases[] = {
    { "{\"mode\": \"upsert\", \"history\": true}", "" },
    { "{\"key\": [\"a\"], \"gone\": \"keep\"}", "" },
    { "{\"mode\": \"swop\", \"columns\": {\"E-mail\": {\"drop\": 1}}}",
      "$.deliver[1].mode: must be one of upsert, append, swap\n$.deliver[1].columns[\"E-mail\"].drop: must be true or false" },
    { "{\"mode\": \"append\", \"key\": [\"a\"]}", "$.deliver[1].key: rows are appended without one" },
  };
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) json = weir_json_parse (cases[i].json, strlen (cases[i].json), "case", NULL);
      g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
      push_item_check (json, NULL, "$.deliver[1]", problems);
      g_ptr_array_add (problems, NULL);
      g_autofree char *all = g_strjoinv ("\n", (GStrv) problems->pdata);
      assert_string_equal (all, cases[i].mistakes);
    }
}

static void
test_what_is_not_said (void **state)
{
  (void) state;
  g_autoptr (Json) nothing = json_object ();
  for (int keyless = 0; keyless < 2; keyless++)
    {
      g_autoptr (Model) model = people (keyless == 1, SCD_VERSION);
      g_auto (PushItem) item = { 0 };
      assert_true (push_item_read (nothing, model, "p", &item, NULL));
      assert_int_equal (item.mode, keyless == 1 ? PUSH_APPEND : PUSH_UPSERT);
      assert_int_equal (item.gone, PUSH_DELETE);
      assert_null (item.key);
      assert_false (item.history);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_mistakes),
    cmocka_unit_test (test_without_a_model),
    cmocka_unit_test (test_what_is_not_said),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
