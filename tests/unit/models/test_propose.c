/* Models proposed from counts. */
#include "tests/unit/models/words.h"

#include "models/propose.h"

typedef struct
{
  const char *name, *type;
  int64_t values, distinct;
} Column;

#define COLUMNS 6

static StagedTable *
make_table (const char *table, int64_t rows, int64_t different, const Column *columns)
{
  StagedTable *staged = staged_table_new (table);
  staged->rows = rows;
  staged->different = different;
  for (size_t i = 0; i < COLUMNS && columns[i].name != NULL; i++)
    {
      StagedColumn *column = staged_table_add (staged, columns[i].name, columns[i].type, NULL);
      column->values = columns[i].values;
      column->distinct = columns[i].distinct;
    }
  return staged;
}

static const char *
key_name (const StagedTable *staged, ProposedKey key, guint part)
{
  return key.count > part ? ((const StagedColumn *) g_ptr_array_index (staged->columns, key.columns[part]))->name : NULL;
}

static const struct
{
  const char *why;
  const char *table;
  int64_t rows, different;
  Column columns[COLUMNS];
  const char *key; /* NULL: no single column */
} singles[] = {
  { "a unique column", "t", 100, 100, { { "a", "text", 100, 50 }, { "b", "text", 100, 100 } }, "b" },
  { "a key's name before another unique column",
    "users",
    100,
    100,
    { { "name", "text", 100, 100 }, { "email", "text", 100, 100 } },
    "email" },
  { "the table's own id before others",
    "orders",
    10,
    10,
    { { "email", "text", 10, 10 }, { "id", "bigint", 10, 10 }, { "order_id", "text", 10, 10 } },
    "order_id" },
  { "the first of two alike", "t", 9, 9, { { "x", "text", 9, 9 }, { "y", "text", 9, 9 } }, "x" },
  { "a few duplicates of a key", "users", 10000, 9998, { { "email", "text", 10000, 9963 } }, "email" },
  { "too many duplicates", "users", 10000, 10000, { { "email", "text", 10000, 9000 } }, NULL },
  { "lines that are there twice", "users", 10, 5, { { "email", "text", 10, 5 } }, "email" },
  { "equal events have no key", "visits", 10, 5, { { "page", "text", 10, 5 } }, NULL },
  { "a few lines that are there twice", "t", 1000, 995, { { "a", "text", 1000, 995 } }, "a" },
  { "no duplicates in what is no key by name", "t", 10000, 10000, { { "a", "text", 10000, 9999 } }, NULL },
  { "a unique whole amount is no key", "t", 10, 10, { { "total_price", "bigint", 10, 10 } }, NULL },
  { "a unique amount is no key", "t", 10, 10, { { "amount", "numeric", 10, 10 } }, NULL },
  { "a unique moment is no key", "t", 10, 10, { { "at", "timestamp", 10, 10 } }, NULL },
  { "a few empty keys", "users", 1000, 1000, { { "email", "text", 995, 995 } }, "email" },
  { "too many empty keys", "users", 1000, 1000, { { "email", "text", 900, 900 } }, NULL },
  { "no rows", "users", 0, 0, { { "email", "text", 0, 0 } }, NULL },
};

static void
test_the_best_single_column (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (singles); i++)
    {
      g_autoptr (StagedTable) staged = make_table (singles[i].table, singles[i].rows, singles[i].different, singles[i].columns);
      const char *name = key_name (staged, propose_single (staged), 0);
      if (g_strcmp0 (name, singles[i].key) != 0)
        fail_msg ("%s: %s", singles[i].why, name);
    }
}

static void
test_pairs_where_no_column_is_unique (void **state G_GNUC_UNUSED)
{
  static const Column columns[COLUMNS] = {
    { "shop", "text", 100, 10 },   { "day", "date", 100, 20 },       { "amount", "numeric", 100, 90 },
    { "comment", "text", 50, 50 }, { "shop_code", "text", 100, 10 }, { "flag", "boolean", 100, 2 },
  };
  g_autoptr (StagedTable) staged = make_table ("balances", 100, 100, columns);
  assert_int_equal (propose_single (staged).count, 0);
  g_autoptr (GArray) pairs = propose_pairs (staged);

  /* shop_code has a key's name, so its pairs come first. amount, comment and flag cannot be part of a key. */
  static const char *const expected[][2] = { { "shop_code", "shop" }, { "shop_code", "day" }, { "shop", "day" } };
  assert_int_equal (pairs->len, G_N_ELEMENTS (expected));
  for (guint i = 0; i < pairs->len; i++)
    for (guint part = 0; part < 2; part++)
      assert_string_equal (key_name (staged, g_array_index (pairs, ProposedKey, i), part), expected[i][part]);

  g_array_index (pairs, ProposedKey, 0).distinct = 10;
  g_array_index (pairs, ProposedKey, 1).distinct = 99;
  g_array_index (pairs, ProposedKey, 2).distinct = 100;
  ProposedKey key = propose_pair (staged, pairs);
  assert_int_equal (key.count, 2);
  assert_string_equal (key_name (staged, key, 0), "shop");
  assert_string_equal (key_name (staged, key, 1), "day");

  g_array_index (pairs, ProposedKey, 2).distinct = 99;
  assert_int_equal (propose_pair (staged, pairs).count, 0);
}

static void
test_all_pairs_of_eight_columns_are_tried_once (void **state G_GNUC_UNUSED)
{
  g_autoptr (StagedTable) staged = staged_table_new ("t");
  staged->rows = staged->different = 100;
  for (int i = 0; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("c%d", i);
      StagedColumn *column = staged_table_add (staged, name, "text", NULL);
      column->values = 100;
      column->distinct = 50;
    }
  g_autoptr (GArray) pairs = propose_pairs (staged);
  assert_int_equal (pairs->len, 28);
  bool seen[12][12] = { { false } };
  for (guint i = 0; i < pairs->len; i++)
    {
      const guint *columns = g_array_index (pairs, ProposedKey, i).columns;
      assert_true (columns[0] < columns[1]);
      assert_false (seen[columns[0]][columns[1]]);
      seen[columns[0]][columns[1]] = true;
    }
}

static Catalog *
catalog_of_users (void)
{
  Catalog *catalog = g_new0 (Catalog, 1);
  catalog->models = g_ptr_array_new_with_free_func ((GDestroyNotify) model_free);
  catalog->broken = g_ptr_array_new ();
  g_ptr_array_add (catalog->models, good_model ("{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"E-Mail\"]}"));
  return catalog;
}

/* The proposal as compact JSON, which must load. Owned by the caller. */
static char *
propose (const StagedTable *staged, ProposedKey key, GPtrArray *notes)
{
  g_autoptr (Catalog) catalog = catalog_of_users ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Json) model = propose_model (staged, key, catalog, fake_words (), notes, &error);
  assert_non_null (model);
  char *text = weir_json_text (model);
  G_GNUC_UNUSED g_autoptr (Model) loaded = good_model (text);
  return text;
}

#define HEAD "{\"$schema\":\"../schema/model.schema.json\","

static void
test_a_dimension (void **state G_GNUC_UNUSED)
{
  g_autoptr (StagedTable) staged = staged_table_new ("clients");
  staged_table_add (staged, "name", "text", NULL);
  staged_table_add (staged, "mail", "text", NULL);
  staged_table_add (staged, "born", "date", "DD/MM/YYYY");
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = propose (staged, (ProposedKey) { .columns = { 1 }, .count = 1 }, notes);
  assert_string_equal (text,
                       HEAD "\"table\":\"clients\",\"kind\":\"dimension\",\"business_key\":[\"mail\"],"
                            "\"id\":{\"column\":\"client_id\",\"hash\":\"hmac-sha256\",\"normalize\":[\"trim\",\"lowercase\"]},"
                            "\"columns\":{\"name\":{\"type\":\"text\"},\"born\":{\"type\":\"date\",\"format\":\"DD/MM/YYYY\"}},"
                            "\"duplicates\":\"last\"}");
  assert_int_equal (notes->len, 0);
}

static void
test_a_column_that_may_say_when (void **state G_GNUC_UNUSED)
{
  g_autoptr (StagedTable) staged = staged_table_new ("clients");
  staged_table_add (staged, "mail", "text", NULL);
  staged_table_add (staged, "updated_at", "date", NULL);
  staged_table_add (staged, "modified_at", "text", NULL);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = propose (staged, (ProposedKey) { .columns = { 0 }, .count = 1 }, notes);
  assert_null (strstr (text, "effective"));
  assert_int_equal (notes->len, 1);
  assert_string_equal (
      g_ptr_array_index (notes, 0),
      "updated_at may say since when a row is true: \"effective\": {\"column\": \"updated_at\"} gives late rows their "
      "places in history");
}

static void
test_a_fact_that_refers_to_a_dimension (void **state G_GNUC_UNUSED)
{
  g_autoptr (StagedTable) staged = staged_table_new ("sales");
  staged_table_add (staged, "sale_id", "bigint", NULL);
  staged_table_add (staged, "e_mail", "text", NULL);
  staged_table_add (staged, "amount", "numeric", NULL);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = propose (staged, (ProposedKey) { .columns = { 0 }, .count = 1 }, notes);
  assert_string_equal (text, HEAD "\"table\":\"sales\",\"kind\":\"fact\",\"business_key\":[\"sale_id\"],"
                                  "\"id\":{\"column\":\"sale_uuid\",\"hash\":\"hmac-sha256\",\"normalize\":[\"trim\"]},"
                                  "\"references\":[{\"dimension\":\"users\",\"columns\":[\"e_mail\"],\"as\":\"user_id\","
                                  "\"missing\":\"wait\"}],"
                                  "\"columns\":{\"amount\":{\"type\":\"numeric\"}},\"duplicates\":\"last\"}");
  assert_int_equal (notes->len, 1);
  assert_string_equal (g_ptr_array_index (notes, 0),
                       "e_mail is the business_key of users: referenced as user_id, so this is a fact");
}

static void
test_a_table_without_a_key_is_a_keyless_fact (void **state G_GNUC_UNUSED)
{
  g_autoptr (StagedTable) staged = staged_table_new ("visits");
  staged_table_add (staged, "page", "text", NULL);
  staged_table_add (staged, "created_at", "date", NULL);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = propose (staged, (ProposedKey) { .count = 0 }, notes);
  assert_string_equal (text, HEAD "\"table\":\"visits\",\"kind\":\"fact\",\"columns\":{\"page\":{\"type\":\"text\"}},"
                                  "\"append\":\"distinct\"}");
  assert_int_equal (notes->len, 2);
}

static void
test_the_own_key_is_no_reference (void **state G_GNUC_UNUSED)
{
  g_autoptr (StagedTable) staged = staged_table_new ("clients");
  staged_table_add (staged, "e_mail", "text", NULL);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = propose (staged, (ProposedKey) { .columns = { 0 }, .count = 1 }, notes);
  assert_non_null (strstr (text, "\"dimension\""));
  assert_null (strstr (text, "references"));
}

static void
test_a_reference_whose_id_is_a_column_already_is_left_out (void **state G_GNUC_UNUSED)
{
  g_autoptr (StagedTable) staged = staged_table_new ("sales");
  staged_table_add (staged, "no", "bigint", NULL);
  staged_table_add (staged, "e_mail", "text", NULL);
  staged_table_add (staged, "user_id", "bigint", NULL);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = propose (staged, (ProposedKey) { .columns = { 0 }, .count = 1 }, notes);
  assert_null (strstr (text, "references"));
  assert_int_equal (notes->len, 1);
}

static void
test_a_table_that_no_model_can_have (void **state G_GNUC_UNUSED)
{
  g_autoptr (StagedTable) staged = staged_table_new ("Odd Name");
  staged_table_add (staged, "id", "bigint", NULL);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Catalog) catalog = catalog_of_users ();
  g_autoptr (GError) error = NULL;
  assert_null (propose_model (staged, (ProposedKey) { .count = 1 }, catalog, fake_words (), notes, &error));
  assert_int_equal (error->code, WEIR_ERROR_MODEL);
}

static ProposedKey
find_key (const StagedTable *staged, int64_t pair_distinct)
{
  ProposedKey key = propose_single (staged);
  g_autoptr (GArray) pairs = propose_pairs (staged);
  for (guint i = 0; i < pairs->len; i++)
    g_array_index (pairs, ProposedKey, i).distinct = pair_distinct;
  return key.count > 0 ? key : propose_pair (staged, pairs);
}

/* Of 100 rows, all of which have values but where it says otherwise. A note has these words; NULL: none of a kind. */
static const struct
{
  const char *table;
  Column columns[COLUMNS];
  const char *kind, *note;
} kinds[] = {
  /* the time is in the key */
  { "readings",
    { { "sensor", "text", 100, 3 }, { "seen", "timestamp", 100, 60 }, { "c", "numeric", 100, 90 } },
    "fact",
    "seen is when" },
  { "weather", { { "d", "date", 100, 100 }, { "rain", "numeric", 100, 80 } }, "fact", "d is when a row happened" },
  /* the time has the name of one */
  { "orders", { { "order_id", "bigint", 100, 100 }, { "order_date", "date", 100, 20 } }, "fact", "order_date is when" },
  { "baskets", { { "basket_id", "bigint", 100, 100 }, { "basket_time", "date", 100, 90 } }, "fact", "basket_time is when" },
  { "t", { { "id", "bigint", 100, 100 }, { "sold_at", "date", 100, 90 } }, "fact", "sold_at is when" },
  { "t", { { "id", "bigint", 100, 100 }, { "timestamp", "date", 100, 90 } }, "fact", "timestamp is when" },
  /* any other time, in rows that measure something and are about others */
  { "tickets",
    { { "id", "bigint", 100, 100 }, { "rider_id", "bigint", 100, 9 }, { "scan", "date", 100, 20 }, { "price", "numeric", 100, 7 } },
    "fact",
    "scan is when" },
  { "tickets", { { "id", "bigint", 100, 100 }, { "scan", "date", 100, 20 }, { "price", "numeric", 100, 7 } }, "dimension", NULL },
  { "tickets",
    { { "id", "bigint", 100, 100 }, { "rider_id", "bigint", 100, 9 }, { "scan", "date", 100, 20 } },
    "dimension",
    "once, at its scan" },
  /* times that things have which go on */
  { "people", { { "email", "text", 100, 100 }, { "date_of_birth", "date", 100, 90 } }, "dimension", NULL },
  { "staff",
    { { "id", "bigint", 100, 100 },
      { "team_id", "bigint", 100, 9 },
      { "hired_on", "date", 100, 20 },
      { "pay", "numeric", 100, 7 } },
    "dimension",
    NULL },
  { "people", { { "email", "text", 100, 100 }, { "updated_at", "date", 100, 90 } }, "dimension", "may say since when" },
  /* a time that not all have yet is none at which all happened */
  { "parcels", { { "id", "bigint", 100, 100 }, { "sent_at", "date", 70, 60 } }, "dimension", NULL },
  /* nobody can tell */
  { "carts",
    { { "id", "bigint", 100, 100 },
      { "user_id", "bigint", 100, 9 },
      { "created_at", "date", 100, 20 },
      { "total", "numeric", 100, 7 } },
    "dimension",
    "if a row happened once, at its created_at" },
};

static void
test_events_are_facts (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      print_message ("  %s, %zu\n", kinds[i].table, i);
      g_autoptr (StagedTable) staged = make_table (kinds[i].table, 100, 100, kinds[i].columns);
      g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
      g_autofree char *text = propose (staged, find_key (staged, 100), notes);
      g_autofree char *kind = g_strdup_printf ("\"kind\":\"%s\",\"business_key\"", kinds[i].kind);
      assert_non_null (strstr (text, kind));
      assert_int_equal (notes->len, kinds[i].note != NULL ? 1 : 0);
      if (kinds[i].note != NULL)
        assert_non_null (strstr (notes->pdata[0], kinds[i].note));
    }
}

/* Of two pairs that would do, the one that says since when; what it refers to is no reference. */
static void
test_states_of_one_entity (void **state G_GNUC_UNUSED)
{
  static const Column columns[COLUMNS] = { { "account_id", "text", 100, 40 },
                                           { "e_mail", "text", 100, 40 },
                                           { "valid_from", "date", 100, 9 } };
  g_autoptr (StagedTable) staged = make_table ("accounts", 100, 100, columns);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = propose (staged, find_key (staged, 100), notes);
  assert_string_equal (text, HEAD
                       "\"table\":\"accounts\",\"kind\":\"dimension\",\"business_key\":[\"account_id\"],"
                       "\"id\":{\"column\":\"account_uuid\",\"hash\":\"hmac-sha256\",\"normalize\":[\"trim\"]},"
                       "\"effective\":{\"column\":\"valid_from\"},"
                       "\"columns\":{\"e_mail\":{\"type\":\"text\"},\"valid_from\":{\"type\":\"date\"}},\"duplicates\":\"last\"}");
  assert_int_equal (notes->len, 1);
  assert_string_equal (notes->pdata[0],
                       "account_id has several rows, each with its valid_from: they are states of one entity, true since then");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_the_best_single_column),
    cmocka_unit_test (test_pairs_where_no_column_is_unique),
    cmocka_unit_test (test_all_pairs_of_eight_columns_are_tried_once),
    cmocka_unit_test (test_a_dimension),
    cmocka_unit_test (test_a_column_that_may_say_when),
    cmocka_unit_test (test_a_fact_that_refers_to_a_dimension),
    cmocka_unit_test (test_a_table_without_a_key_is_a_keyless_fact),
    cmocka_unit_test (test_the_own_key_is_no_reference),
    cmocka_unit_test (test_a_reference_whose_id_is_a_column_already_is_left_out),
    cmocka_unit_test (test_a_table_that_no_model_can_have),
    cmocka_unit_test (test_events_are_facts),
    cmocka_unit_test (test_states_of_one_entity),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
