/* Whether models fit each other. */
#include "tests/unit/models/words.h"

#include "models/model_check.h"

static const char users[] = "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}";
static const char shops[] = "{\"table\": \"shops\", \"kind\": \"dimension\", \"business_key\": [\"city\", \"street\"]}";
static const char prices[] =
    "{\"table\": \"prices\", \"kind\": \"dimension\", \"business_key\": [\"product\"], \"effective\": \"file_name\"}";
static const char always[] = "{\"table\": \"always\", \"kind\": \"dimension\", \"business_key\": [\"product\"], \"effective\": "
                             "\"file_name\", \"first\": \"always\"}";
static const char visits[] = "{\"table\": \"visits\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": "
                             "[\"email\"], \"as\": \"user_id\", \"as_of\": \"day\"}]}";

#define SALES(dimension, columns)                                                                                                  \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"" dimension "\", \"columns\": " columns           \
  ", \"as\": \"of_id\"}]}"

#define NAMES_FIRST(dimension)                                                                                                     \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"" dimension "\", \"columns\": [\"of\"]"           \
  ", \"as\": \"of_id\", \"missing\": \"placeholder\"}]}"

static const struct
{
  const char *json;
  const char *problem; /* NULL: it fits */
} cases[] = {
  { SALES ("users", "[\"email\"]"), NULL },
  { SALES ("shops", "[\"shop_city\", \"shop_street\"]"), NULL },
  { SALES ("shops", "[\"city\"]"), "$.references[0].columns: 1 column for the 2 of \"shops\"'s business_key (city, street)" },
  { SALES ("users", "[\"email\", \"name\"]"), "$.references[0].columns: 2 columns for the 1 of \"users\"'s business_key (email)" },
  { SALES ("user", "[\"email\"]"), "$.references[0].dimension: there is no good model \"user\"; did you mean \"users\"?" },
  { SALES ("warehouses", "[\"email\"]"), "$.references[0].dimension: there is no good model \"warehouses\"" },
  { SALES ("visits", "[\"email\"]"), "$.references[0].dimension: \"visits\" is a fact, only a dimension can be referenced" },
  { NAMES_FIRST ("users"), NULL },
  { NAMES_FIRST ("always"), NULL },
  { NAMES_FIRST ("prices"), "$.references[0].missing: a placeholder holds since ever, and so must what fills it: say \"first\": "
                            "\"always\" in models/test.json" },
  { "{\"table\": \"users_current\", \"kind\": \"fact\"}",
    "$.table: \"users_current\" is the name of the view of dimension \"users\"" },
  { "{\"table\": \"visits_at\", \"kind\": \"fact\"}", "$.table: \"visits_at\" is the name of the view of fact \"visits\"" },
  { "{\"table\": \"users_at\", \"kind\": \"fact\"}", NULL },
  { "{\"table\": \"visits_current\", \"kind\": \"fact\"}", NULL },
  { "{\"table\": \"users\", \"kind\": \"fact\"}", "$.table: \"users\" is the table of \"models/test.json\" too" },
};

static void
test_models_against_each_other (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) models = g_ptr_array_new_with_free_func ((GDestroyNotify) model_free);
      g_ptr_array_add (models, good_model (users));
      g_ptr_array_add (models, good_model (shops));
      g_ptr_array_add (models, good_model (visits));
      g_ptr_array_add (models, good_model (prices));
      g_ptr_array_add (models, good_model (always));
      Model *model = good_model (cases[i].json);
      g_ptr_array_add (models, model);
      g_autoptr (GError) error = NULL;
      assert_int_equal (model_check (model, models, &error), cases[i].problem == NULL);
      if (cases[i].problem == NULL)
        continue;
      assert_int_equal (error->code, WEIR_ERROR_MODEL);
      assert_string_equal (weir_error_get_detail (error), cases[i].problem);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_models_against_each_other) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
