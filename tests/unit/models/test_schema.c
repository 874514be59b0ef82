/* schema/model.schema.json, which editors use, knows the same members and words as the loader; and the shipped models are good. */
#include "tests/unit/models/words.h"

#include "base/json.h"
#include "models/catalog.h"
#include "pipeline/types/types.h"

#include <stdlib.h>

/* Where an object of the schema is in a model: the model with the member %s : null there. */
static const struct
{
  const char *pointer; /* its names in the schema, separated by / */
  const char *model;
} objects[] = {
  { "", "{%s: null}" },
  { "$defs/id", "{\"id\": {%s: null}}" },
  { "$defs/column", "{\"columns\": {\"a\": {%s: null}}}" },
  { "$defs/effective", "{\"effective\": {%s: null}}" },
  { "$defs/history_names", "{\"names\": {%s: null}}" },
  { "$defs/reference", "{\"references\": [{%s: null}]}" },
  { "properties/rejects", "{\"rejects\": {%s: null}}" },
  { "properties/contract", "{\"contract\": {%s: null}}" },
  { "properties/dialect", "{\"dialect\": {%s: null}}" },
  { "properties/expect", "{\"expect\": {%s: null}}" },
  { "properties/expect/properties/rows", "{\"expect\": {\"rows\": {%s: null}}}" },
};

static const struct
{
  const char *pointer; /* of an enum */
  const char *model;   /* with a word no list has */
} words[] = {
  { "properties/kind", "{\"kind\": \"~~~~~~~~\"}" },
  { "properties/duplicates", "{\"duplicates\": \"~~~~~~~~\"}" },
  { "properties/append", "{\"append\": \"~~~~~~~~\"}" },
  { "$defs/effective_word", "{\"effective\": \"~~~~~~~~\"}" },
  { "properties/first", "{\"first\": \"~~~~~~~~\"}" },
  { "properties/late", "{\"late\": \"~~~~~~~~\"}" },
  { "properties/open_end", "{\"open_end\": \"~~~~~~~~\"}" },
  { "properties/ragged", "{\"ragged\": \"~~~~~~~~\"}" },
  { "properties/contract/properties/columns", "{\"contract\": {\"columns\": \"~~~~~~~~\"}}" },
  { "properties/contract/properties/types", "{\"contract\": {\"types\": \"~~~~~~~~\"}}" },
  { "properties/dialect/properties/escape", "{\"dialect\": {\"escape\": \"~~~~~~~~\"}}" },
  { "$defs/encoding", "{\"dialect\": {\"encoding\": \"~~~~~~~~\"}}" },
  { "$defs/id/properties/hash", "{\"id\": {\"hash\": \"~~~~~~~~\"}}" },
  { "$defs/id/properties/normalize/items", "{\"id\": {\"normalize\": [\"~~~~~~~~\"]}}" },
  { "$defs/column/properties/type", "{\"columns\": {\"a\": {\"type\": \"~~~~~~~~\"}}}" },
  { "$defs/reference/properties/missing", "{\"references\": [{\"missing\": \"~~~~~~~~\"}]}" },
};

static const ModelWords *
real_words (void)
{
  static ModelWords real;
  real = (ModelWords) { types_words (), types_format_fits };
  return &real;
}

static char *
source_path (const char *name)
{
  return g_build_filename (getenv ("WEIR_SOURCE"), name, NULL);
}

static Json *
read_schema (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = source_path ("schema/model.schema.json");
  Json *schema = weir_json_read (path, &error);
  assert_non_null (schema);
  return schema;
}

static Json *
follow (Json *json, const char *pointer)
{
  g_auto (GStrv) names = g_strsplit (pointer, "/", -1);
  for (char **name = names; *name != NULL; name++)
    json = json_object_get (json, *name);
  assert_non_null (json);
  return json;
}

/* What the loader says of the model. Owned by the caller. */
static char *
problems_of (const char *text)
{
  g_autoptr (GError) error = NULL;
  assert_null (model_parse (text, strlen (text), "models/test.json", real_words (), &error));
  return g_strdup (weir_error_get_detail (error));
}

/* The words behind "expected one of: ". */
static GStrv
expected_words (const char *model)
{
  g_autofree char *problems = problems_of (model);
  const char *list = strstr (problems, "expected one of: ");
  assert_non_null (list);
  list += strlen ("expected one of: ");
  g_autofree char *line = g_strndup (list, strcspn (list, "\n"));
  return g_strsplit (line, ", ", -1);
}

static void
test_the_schema_has_the_loaders_members (void **state G_GNUC_UNUSED)
{
  g_autoptr (Json) schema = read_schema ();
  for (size_t i = 0; i < G_N_ELEMENTS (objects); i++)
    {
      const char *at = strstr (objects[i].model, "%s");
      g_autofree char *model =
          g_strdup_printf ("%.*s\"~~~~~~~~\"%s", (int) (at - objects[i].model), objects[i].model, at + strlen ("%s"));
      g_auto (GStrv) members = expected_words (model);
      Json *object = objects[i].pointer[0] != '\0' ? follow (schema, objects[i].pointer) : schema;
      Json *properties = json_object_get (object, "properties");
      for (char **member = members; *member != NULL; member++)
        if (json_object_get (properties, *member) == NULL)
          fail_msg ("the schema has no %s/%s", objects[i].pointer, *member);
      assert_int_equal (json_object_size (properties), g_strv_length (members));
      assert_true (json_is_false (json_object_get (object, "additionalProperties")));
    }
}

static void
test_the_schema_has_the_loaders_words (void **state G_GNUC_UNUSED)
{
  g_autoptr (Json) schema = read_schema ();
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_auto (GStrv) expected = expected_words (words[i].model);
      Json *list = json_object_get (follow (schema, words[i].pointer), "enum");
      assert_int_equal (json_array_size (list), g_strv_length (expected));
      for (size_t j = 0; j < json_array_size (list); j++)
        assert_string_equal (json_string_value (json_array_get (list, j)), expected[j]);
    }
}

static void
test_the_shipped_models_are_good (void **state G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = source_path ("models");
  g_autoptr (Catalog) catalog = catalog_load (folder, "models", real_words (), &error);
  assert_non_null (catalog);
  for (guint i = 0; i < catalog->broken->len; i++)
    {
      const BrokenModel *broken = g_ptr_array_index (catalog->broken, i);
      g_autofree char *message = weir_error_format (broken->error);
      fail_msg ("%s", message);
    }
  const Model *users = catalog_find (catalog, "users");
  assert_string_equal (users->id_column, "user_id");
  assert_int_equal (users->normalize, NORMALIZE_TRIM | NORMALIZE_LOWERCASE);
  assert_string_equal (model_find_column (users, "date_of_birth")->format, "DD/MM/YYYY");
  const Model *transactions = catalog_find (catalog, "transactions");
  assert_string_equal (transactions->id_column, "transaction_uuid");
  assert_string_equal (((const ModelReference *) g_ptr_array_index (transactions->references, 0))->as, "user_id");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_the_schema_has_the_loaders_members),
    cmocka_unit_test (test_the_schema_has_the_loaders_words),
    cmocka_unit_test (test_the_shipped_models_are_good),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
