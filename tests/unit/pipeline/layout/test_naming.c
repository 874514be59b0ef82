/* Which column a header is, from one file to the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "pipeline/layout/former.h"
#include "pipeline/layout/layout.h"
#include "pipeline/layout/naming.h"
#include "tests/unit/pipeline/records.h"

#define BAD "\xEF\xBF\xBD"
#define HISTORY 4

/* A file's columns, "a b" in its order, by the headers between |; the pins are those of the next file then. An error's text where
 * they cannot be told. */
static char *
name_file (const Catalog *catalog, Pins *pins, const char *header)
{
  TestRecord made;
  g_autoptr (GError) error = NULL;
  const Model *model = catalog->models->pdata[0];
  former_apply (pins, model);
  g_autoptr (Layout) layout = layout_new (model, catalog, test_record (&made, 1, header), 0, pins, &error);
  if (layout == NULL)
    return g_strdup (error->message);
  g_autoptr (GString) names = g_string_new (NULL);
  for (int i = 0; i < layout->n_columns; i++)
    {
      g_string_append_printf (names, "%s%s", i > 0 ? " " : "", layout->columns[i].name);
      layout->columns[i].type = &types[TYPE_TEXT];
    }
  layout_pin (layout, pins);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

/* As the ledger keeps them. */
static Pins *
keep (Pins *pins)
{
  g_autofree char *text = pins_text (pins);
  pins_free (pins);
  return pins_parse (text, NULL);
}

typedef struct
{
  const char *what;
  struct
  {
    const char *header, *names;
  } files[HISTORY];
} Before;

static void
expect_histories (const char *model, const Before *histories, size_t count)
{
  g_autoptr (Catalog) catalog = test_catalog (test_model ("people", model), NULL);
  for (size_t i = 0; i < count; i++)
    {
      g_autoptr (Pins) pins = pins_new ();
      for (size_t j = 0; j < HISTORY && histories[i].files[j].header != NULL; j++)
        {
          g_autofree char *names = name_file (catalog, pins, histories[i].files[j].header);
          if (!g_str_equal (names, histories[i].files[j].names))
            fail_msg ("%s, file %zu: %s instead of %s", histories[i].what, j + 1, names, histories[i].files[j].names);
          pins = keep (pins);
        }
    }
}

/* ---- names that weir made, and headers that are spelled so ---- */

#define PEOPLE "{\"table\":\"people\",\"kind\":\"dimension\",\"business_key\":[\"id\"]}"

static const Before made_names[] = {
  { "a name by place, permuted", { { "id||column_2", "id column_2_2 column_2" }, { "id|column_2|", "id column_2 column_3" } } },
  { "and back", { { "id|column_2|", "id column_2 column_3" }, { "id||column_2", "id column_2_2 column_2" } } },
  { "the name comes later",
    { { "id|", "id column_2" }, { "id||column_2", "id column_2 column_2_2" }, { "column_2|id", "column_2_2 id" } } },
  { "the place is named",
    { { "id|", "id column_2" }, { "id|column_2", "id column_2" }, { "id||column_2", "id column_2_2 column_2" } } },
  { "the name came first",
    { { "id|column_2", "id column_2" }, { "id||column_2", "id column_2_2 column_2" }, { "id|", "id column_2_2" } } },
  { "two of a name", { { "id|b|b", "id b b_2" }, { "b|id|b", "b id b_2" }, { "id|b", "id b" } } },
  { "two of a name, and a third", { { "id|b|b|b_2", "id b b_3 b_2" }, { "b_2|b|id|b", "b_2 b id b_3" }, { "b_2|id", "b_2 id" } } },
  { "a number that was made", { { "id|b|b", "id b b_2" }, { "id|b_2|b", "id b_2_2 b" }, { "b_2|b|b|id", "b_2_2 b b_2 id" } } },
  { "a number that was written", { { "id|b_2", "id b_2" }, { "id|b|b", "id b b_3" }, { "id|b|b_2|b", "id b b_2 b_3" } } },
  { "another case", { { "id|ID", "id id_2" }, { "ID|id", "id_2 id" }, { "id|id_2|ID", "id id_2_2 id_2" } } },
  { "another case first", { { "ID|id", "id_2 id" }, { "id|ID", "id id_2" } } },
  { "underscores", { { "id|ctid", "id ctid_" }, { "ctid_|id|ctid", "ctid__2 id ctid_" }, { "ctid_|id", "ctid__2 id" } } },
  { "weir's own names", { { "id|row_hash", "id row_hash_" }, { "row_hash_|id|row_hash", "row_hash__2 id row_hash_" } } },
  { "signs of which nothing is left",
    { { "id|%|column_2", "id column_2_2 column_2" }, { "id|column_2|%", "id column_2 column_2_2" } } },
  { "spellings of one name", { { "id|E-Mail", "id e_mail" }, { "id|e mail", "id e_mail" }, { "id|e_mail", "id e_mail" } } },
};

static void
what_is_spelled_so_is_called_so (void **state)
{
  (void) state;
  expect_histories (PEOPLE, made_names, G_N_ELEMENTS (made_names));
}

/* Headers in any order, in any number of files: one that is written goes on to be the column that it was. */
static void
a_written_header_stays_its_column (void **state)
{
  (void) state;
  static const char *const texts[] = { "", "", "b", "b", "b_2", "b_3", "column_2", "column_3", "column_2_2", "b_2_2", "c" };
  g_autoptr (Catalog) catalog = test_catalog (test_model ("people", PEOPLE), NULL);
  for (guint32 seed = 0; seed < 400; seed++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      g_autoptr (Pins) pins = pins_new ();
      g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      for (int file = 0; file < 6; file++)
        {
          g_autoptr (GString) header = g_string_new ("id");
          for (int left = g_rand_int_range (random, 1, 6); left > 0; left--)
            g_string_append_printf (header, "|%s", texts[g_rand_int_range (random, 0, G_N_ELEMENTS (texts))]);
          g_autofree char *made = name_file (catalog, pins, header->str);
          g_auto (GStrv) headers = g_strsplit (header->str, "|", -1), names = g_strsplit (made, " ", -1);
          g_autoptr (GHashTable) times = g_hash_table_new (g_str_hash, g_str_equal);
          for (size_t i = 0; headers[i] != NULL; i++)
            {
              if (headers[i][0] == '\0')
                continue;
              int time = GPOINTER_TO_INT (g_hash_table_lookup (times, headers[i])) + 1;
              g_hash_table_insert (times, headers[i], GINT_TO_POINTER (time));
              char *key = g_strdup_printf ("%s %d", headers[i], time);
              const char *before = g_hash_table_lookup (known, key);
              if (before != NULL && !g_str_equal (before, names[i]))
                fail_msg ("seed %u, file %d: %s is %s, and %s before, in %s", seed, file, key, names[i], before, header->str);
              g_hash_table_replace (known, key, g_strdup (names[i]));
            }
          pins = keep (pins);
        }
    }
}

/* ---- other names of a column ---- */

#define RENAMED                                                                                                                    \
  "{\"table\":\"people\",\"kind\":\"dimension\",\"business_key\":[\"id\"],\"columns\":{"                                           \
  "\"id\":{\"from\":[\"Number\"]},\"phone\":{\"from\":[\"mobile\",\"Mobile No\",\"column_3\"]},\"Stra\xC3\x9F"                     \
  "e\":{\"from\":[\"street\"]}}}"

static const Before other_names[] = {
  { "an identifier", { { "id|mobile", "id phone" }, { "id|phone", "id phone" } } },
  { "a spelling", { { "id|Mobile No", "id phone" }, { "mobile no|id", "phone id" } } },
  { "another case", { { "id|MOBILE", "id phone" } } },
  { "the column itself", { { "id|Phone", "id phone" }, { "|id|mobile", "column_1 id phone" } } },
  { "a key", { { "Number|mobile", "id phone" }, { "id|mobile", "id phone" } } },
  { "a name of letters beyond ASCII",
    { { "id|street", "id stra\xC3\x9F"
                     "e" },
      { "id|Stra\xC3\x9F"
        "e",
        "id stra\xC3\x9F"
        "e" } } },
  { "a place", { { "id|a|", "id a phone" }, { "id|a|mobile", "id a phone" } } },
  { "the column and its other name",
    { { "id|phone|mobile", "the headers \"phone\" and \"mobile\" (columns 2 and 3 of the file) are both column \"phone\"" } } },
  { "the other way round",
    { { "mobile|id|phone", "the headers \"mobile\" and \"phone\" (columns 1 and 3 of the file) are both column \"phone\"" } } },
  { "two other names",
    { { "id|Mobile No|mobile",
        "the headers \"Mobile No\" and \"mobile\" (columns 2 and 3 of the file) are both column \"phone\"" } } },
  { "one name twice",
    { { "id|mobile|mobile", "the headers \"mobile\" and \"mobile\" (columns 2 and 3 of the file) are both column \"phone\"" } } },
  { "a key and its other name",
    { { "id|Number", "the headers \"id\" and \"Number\" (columns 1 and 2 of the file) are both column \"id\"" } } },
  { "the column twice", { { "id|phone|phone", "id phone phone_2" } } },
  /* bytes that are no text */
  { "damage of what the model names",
    { { "id|Stra" BAD "e", "id stra\xC3\x9F"
                           "e" },
      { "id|street", "id stra\xC3\x9F"
                     "e" } } },
  { "damage of what was there before",
    { { "id|Gr\xC3\xB6\xC3\x9F"
        "e",
        "id gr\xC3\xB6\xC3\x9F"
        "e" },
      { "Gr" BAD BAD "e|id", "gr\xC3\xB6\xC3\x9F"
                             "e id" } } },
  { "what was damaged before",
    { { "id|Gr" BAD BAD "e", "id gr_e" },
      { "id|Gr\xC3\xB6\xC3\x9F"
        "e",
        "id gr_e" },
      { "id|Gr" BAD BAD "e", "id gr_e" } } },
  { "damage of one of two", { { "id|T\xC3\xBCr|T\xC3\xB6r", "id t\xC3\xBCr t\xC3\xB6r" }, { "id|T" BAD "r", "id t_r" } } },
  { "of which one is there",
    { { "id|T\xC3\xBCr|T\xC3\xB6r", "id t\xC3\xBCr t\xC3\xB6r" }, { "id|T\xC3\xBCr|T" BAD "r", "id t\xC3\xBCr t\xC3\xB6r" } } },
  { "damage of ASCII", { { "id|name", "id name" }, { "id|nam" BAD, "id nam" } } },
};

static void
a_column_has_other_names (void **state)
{
  (void) state;
  expect_histories (RENAMED, other_names, G_N_ELEMENTS (other_names));
}

/* ---- the pins of a column that is renamed ---- */

/* The pins after a file of a model without other names, under RENAMED. */
static Pins *
pins_of (const char *header)
{
  g_autoptr (Catalog) catalog = test_catalog (test_model ("people", PEOPLE), NULL);
  Pins *pins = pins_new ();
  g_autofree char *names = name_file (catalog, pins, header);
  pins = keep (pins);
  g_autoptr (Catalog) renamed = test_catalog (test_model ("people", RENAMED), NULL);
  former_apply (pins, renamed->models->pdata[0]);
  return pins;
}

static void
a_pin_follows_its_column (void **state)
{
  (void) state;
  static const struct
  {
    const char *header, *former; /* of phone, NULL: none */
    const char *hashed;
  } cases[] = {
    { "id|mobile", "mobile", "mobile" },
    { "id|Mobile No", "mobile_no", "mobile_no" },
    { "id|MOBILE", "mobile", "mobile" },
    { "id|a|", "column_3", "column_3" },
    { "id|mobile|Mobile No", "mobile mobile_no", "mobile" },
    { "id|phone|mobile", "mobile", "phone" },
    { "id|phone", NULL, "phone" },
    { "id|name", NULL, "phone" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Pins) pins = pins_of (cases[i].header);
      GPtrArray *former = g_hash_table_lookup (pins->former, "phone");
      g_autoptr (GPtrArray) list = g_ptr_array_new ();
      for (guint j = 0; former != NULL && j < former->len; j++)
        g_ptr_array_add (list, former->pdata[j]);
      g_ptr_array_add (list, NULL);
      g_autofree char *seen = g_strjoinv (" ", (char **) list->pdata), *hashed = pins_hash_name (pins, "phone");
      assert_string_equal (seen, cases[i].former != NULL ? cases[i].former : "");
      assert_string_equal (hashed, cases[i].hashed);
      for (guint j = 0; former != NULL && j < former->len; j++)
        assert_false (pins_know (pins, former->pdata[j]));
      /* what was kept once has nothing to follow any more */
      pins = keep (pins);
      g_autoptr (Catalog) renamed = test_catalog (test_model ("people", RENAMED), NULL);
      former_apply (pins, renamed->models->pdata[0]);
      assert_int_equal (g_hash_table_size (pins->former), 0);
    }
}

/* A column that has the free name later is another one in the hash. */
static void
no_two_columns_have_one_name_in_the_hash (void **state)
{
  (void) state;
  g_autoptr (Pins) pins = pins_of ("id|mobile|name");
  pins = keep (pins);
  g_autoptr (Catalog) catalog = test_catalog (test_model ("people", PEOPLE), NULL);
  TestRecord made;
  g_autoptr (Layout) layout =
      layout_new (catalog->models->pdata[0], catalog, test_record (&made, 1, "id|phone|mobile|name"), 0, pins, NULL);
  static const char *const hashed[] = { "mobile", "mobile 2", "name" }, *const tracked[] = { "phone", "mobile", "name" };
  assert_int_equal (layout->hashed->len, G_N_ELEMENTS (hashed));
  for (size_t i = 0; i < G_N_ELEMENTS (hashed); i++)
    {
      assert_string_equal (layout->hashed->pdata[i], hashed[i]);
      assert_string_equal (layout->tracked->pdata[i], tracked[i]);
      assert_int_equal (layout->columns[i + 1].hash_slot, i);
      layout->columns[i + 1].type = &types[TYPE_TEXT];
    }
  layout->columns[0].type = &types[TYPE_TEXT];
  layout_pin (layout, pins);
  pins = keep (pins);
  g_autofree char *later = pins_hash_name (pins, "mobile");
  assert_string_equal (later, "mobile 2");
}

/* Nor has a reference the one of a column that was called as it is now. */
static void
no_reference_has_the_name_of_a_column_in_the_hash (void **state)
{
  (void) state;
  g_autoptr (Pins) pins = pins_new ();
  pins_set (pins, "user_id", types_find ("text"), NULL);
  g_autoptr (Catalog) catalog = test_catalog (
      test_model ("users", USERS_JSON),
      test_model ("sales", "{\"table\": \"sales\", \"kind\": \"fact\", \"columns\": {\"account\": {\"from\": [\"user_id\"]}},"
                           " \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": \"user_id\"}]}"));
  const Model *sales = catalog_find (catalog, "sales");
  former_apply (pins, sales);
  TestRecord made;
  g_autoptr (Layout) layout = layout_new (sales, catalog, test_record (&made, 1, "account|email|amount"), 0, pins, NULL);
  assert_non_null (layout);
  static const char *const hashed[] = { "amount", "user_id", "user_id 2" };
  for (size_t i = 0; i < G_N_ELEMENTS (hashed); i++)
    assert_string_equal (layout->hashed->pdata[i], hashed[i]);
  assert_int_equal (layout->columns[0].hash_slot, 1);
  assert_int_equal (layout->references[0].hash_slot, 2);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (what_is_spelled_so_is_called_so),
    cmocka_unit_test (a_written_header_stays_its_column),
    cmocka_unit_test (a_column_has_other_names),
    cmocka_unit_test (a_pin_follows_its_column),
    cmocka_unit_test (no_two_columns_have_one_name_in_the_hash),
    cmocka_unit_test (no_reference_has_the_name_of_a_column_in_the_hash),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
