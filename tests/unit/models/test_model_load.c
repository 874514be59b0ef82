/* One model file: what is read, what is filled in, and every mistake with its place. */
#include "tests/unit/models/words.h"

#include "base/json.h"

#include <glib/gstdio.h>
#include <unistd.h>

static void
test_a_dimension_in_full (void **state G_GNUC_UNUSED)
{
  g_autoptr (Model) model = good_model (
      "{\"$schema\": 1, \"description\": \"x\", \"table\": \"users\", \"kind\": \"dimension\","
      " \"business_key\": [\"E-Mail\", \"country\"],"
      " \"id\": {\"column\": \"person\", \"hash\": \"uuid5\", \"namespace\": \"dns\", \"normalize\": [\"lowercase\", \"nfc\"]},"
      " \"columns\": {\"name\": {\"type\": \"text\", \"required\": true},"
      "               \"born\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\", \"description\": \"x\"}},"
      " \"duplicates\": \"reject\", \"files\": [\"people*.csv\"], \"rejects\": {\"max_percent\": 2.5, \"max_rows\": 7},"
      " \"ragged\": \"repair\", \"contract\": {\"columns\": \"freeze\", \"types\": \"reject\"}, \"null\": [\"\", \"n/a\"],"
      " \"dialect\": {\"delimiter\": \", \", \"quote\": \"\", \"encoding\": \"windows-1252\", \"skip_lines\": 2}}");
  assert_string_equal (model->path, "models/test.json");
  assert_string_equal (model->table, "users");
  assert_int_equal (model->kind, MODEL_DIMENSION);
  assert_string_equal (model->business_key[0], "E-Mail");
  assert_string_equal (model->business_key[1], "country");
  assert_null (model->business_key[2]);
  assert_string_equal (model->id_column, "person");
  assert_int_equal (model->hash, KEY_UUID5);
  assert_string_equal (model->name_space, "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  assert_int_equal (model->normalize, NORMALIZE_NFC | NORMALIZE_LOWERCASE);
  assert_int_equal (model->columns->len, 2);
  const ModelColumn *name = model_find_column (model, "name");
  assert_string_equal (name->type, "text");
  assert_true (name->required);
  assert_null (name->format);
  const ModelColumn *born = model_find_column (model, "born");
  assert_string_equal (born->format, "DD/MM/YYYY");
  assert_false (born->required);
  assert_null (model_find_column (model, "phone"));
  assert_int_equal (model->duplicates, DUPLICATES_REJECT);
  assert_string_equal (model->files[0], "people*.csv");
  assert_true (model->max_percent > 2.4 && model->max_percent < 2.6);
  assert_int_equal (model->max_rows, 7);
  assert_int_equal (model->ragged, RAGGED_REPAIR);
  assert_int_equal (model->contract_columns, COLUMNS_FREEZE);
  assert_int_equal (model->contract_types, TYPES_REJECT);
  assert_string_equal (model->nulls[1], "n/a");
  assert_string_equal (model->dialect.delimiter, ", ");
  assert_string_equal (model->dialect.quote, "");
  assert_string_equal (model->dialect.encoding, "windows-1252");
  assert_int_equal (model->dialect.skip_lines, 2);
  assert_int_equal (model->dialect.header_rows, -1);
}

static void
test_since_when_rows_are_true (void **state G_GNUC_UNUSED)
{
  static const char before[] = "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]";
  g_autofree char *silent = g_strconcat (before, "}", NULL);
  g_autofree char *named = g_strconcat (before, ", \"effective\": \"file_name\", \"late\": \"apply\"}", NULL);
  g_autofree char *by_row = g_strconcat (before,
                                         ", \"effective\": {\"column\": \"Updated at\", \"description\": 1}, \"first\": \"always\","
                                         " \"time_zone\": \"Europe/Oslo\"}",
                                         NULL);
  g_autoptr (Model) none = good_model (silent), name = good_model (named), column = good_model (by_row);
  assert_int_equal (none->effective.kind, EFFECTIVE_ARRIVAL);
  assert_int_equal (none->late, LATE_SPLICE);
  assert_int_equal (none->first, FIRST_EFFECTIVE);
  assert_string_equal (model_time_zone (none), "UTC");
  assert_int_equal (name->effective.kind, EFFECTIVE_FILE_NAME);
  assert_int_equal (name->late, LATE_APPLY);
  assert_int_equal (column->effective.kind, EFFECTIVE_COLUMN);
  assert_string_equal (column->effective.column, "Updated at");
  assert_int_equal (column->first, FIRST_ALWAYS);
  assert_string_equal (model_time_zone (column), "Europe/Oslo");
}

static void
test_when_files_are_expected (void **state G_GNUC_UNUSED)
{
  static const char before[] = "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]";
  g_autofree char *silent = g_strconcat (before, "}", NULL);
  g_autofree char *said =
      g_strconcat (before,
                   ", \"expect\": {\"every\": \"0 6 * * 1-5\", \"by\": \"08:00\", \"time_zone\": \"Europe/Oslo\","
                   " \"rows\": {\"min\": 1000, \"change_percent\": 12.5}}}",
                   NULL);
  g_autofree char *elsewhere = g_strconcat (before, ", \"time_zone\": \"Asia/Tokyo\", \"expect\": {\"every\": \"@daily\"}}", NULL);
  g_autoptr (Model) none = good_model (silent), all = good_model (said), little = good_model (elsewhere);
  assert_null (none->expect.every);
  assert_string_equal (all->expect.every, "0 6 * * 1-5");
  assert_string_equal (all->expect.by, "08:00");
  assert_string_equal (model_expect_zone (all), "Europe/Oslo");
  assert_int_equal (all->expect.least_rows, 1000);
  assert_true (all->expect.change_percent == 12.5);
  assert_null (little->expect.by);
  assert_string_equal (model_expect_zone (little), "Asia/Tokyo");
  assert_true (little->expect.least_rows < 0 && little->expect.change_percent < 0);
}

static void
test_a_fact_with_references (void **state G_GNUC_UNUSED)
{
  g_autoptr (Model) model =
      good_model ("{\"table\": \"sales\", \"kind\": \"fact\", \"append\": \"all\", \"references\": ["
                  "{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": \"user_id\"},"
                  "{\"dimension\": \"shops\", \"columns\": [\"city\", \"street\"], \"as\": \"shop_id\", \"missing\": \"allow\"}]}");
  assert_true (model_is_keyless (model));
  assert_null (model->id_column);
  assert_int_equal (model->append, APPEND_ALL);
  assert_int_equal (model->references->len, 2);
  const ModelReference *users = g_ptr_array_index (model->references, 0);
  const ModelReference *shops = g_ptr_array_index (model->references, 1);
  assert_string_equal (users->dimension, "users");
  assert_string_equal (users->as, "user_id");
  assert_int_equal (users->missing, MISSING_WAIT);
  assert_string_equal (shops->columns[1], "street");
  assert_int_equal (shops->missing, MISSING_ALLOW);
  assert_true (model->wait_days == DEFAULT_WAIT_DAYS);
}

static void
test_defaults (void **state G_GNUC_UNUSED)
{
  g_autoptr (Model) model = good_model ("{\"table\": \"categories\", \"kind\": \"dimension\", \"business_key\": [\"code\"]}");
  assert_string_equal (model->id_column, "category_id");
  assert_int_equal (model->hash, KEY_HMAC_SHA256);
  assert_null (model->name_space);
  assert_int_equal (model->normalize, NORMALIZE_TRIM);
  assert_int_equal (model->duplicates, DUPLICATES_LAST);
  assert_int_equal (model->append, APPEND_DISTINCT);
  assert_null (model->files);
  assert_true (model->max_percent < 0);
  assert_int_equal (strlen (model->checksum), 64);
}

static void
test_an_id_column_gives_way_to_the_files_columns (void **state G_GNUC_UNUSED)
{
  static const struct
  {
    const char *json;
    const char *id_column;
  } cases[] = {
    { "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"sale_id\"]}", "sale_uuid" },
    { "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"Sale ID\"]}", "sale_uuid" },
    { "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"no\"], \"columns\": {\"sale_id\": {}}}", "sale_uuid" },
    { "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"no\"]}", "sale_id" },
    { "{\"table\": \"users\", \"kind\": \"fact\", \"business_key\": [\"no\"],"
      " \"references\": [{\"dimension\": \"people\", \"columns\": [\"email\"], \"as\": \"user_id\"}]}",
      "user_uuid" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Model) model = good_model (cases[i].json);
      assert_string_equal (model->id_column, cases[i].id_column);
    }
}

static void
test_normalize_may_be_empty (void **state G_GNUC_UNUSED)
{
  g_autoptr (Model) model =
      good_model ("{\"table\": \"a\", \"kind\": \"dimension\", \"business_key\": [\"k\"], \"id\": {\"normalize\": []}}");
  assert_int_equal (model->normalize, 0);
  g_autofree char *none = normalize_words (model->normalize);
  assert_string_equal (none, "");
  g_autofree char *all = normalize_words (NORMALIZE_LOWERCASE | NORMALIZE_TRIM | NORMALIZE_NFC);
  assert_string_equal (all, "trim,nfc,lowercase");
}

#define DIMENSION "\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]"
#define KEYED "\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"no\"]"
#define KEYLESS "\"table\": \"sales\", \"kind\": \"fact\""
#define REFERENCE(as) "\"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": \"" as "\"}]"

/* Each with the one line that it must be refused with. */
static const struct
{
  const char *json;
  const char *problem;
} mistakes[] = {
  { "[]", "$: must be an object, not an array" },
  { "{\"kind\": \"dimension\", \"business_key\": [\"a\"]}", "$: \"table\" is missing" },
  { "{\"table\": \"users\"}", "$: \"kind\" is missing" },
  { "{" DIMENSION ", \"colums\": {}}", "$.colums: unknown member \"colums\"; did you mean \"columns\"?" },
  { "{" DIMENSION ", \"E-mail\": 1}",
    "$[\"E-mail\"]: unknown member \"E-mail\"; expected one of: $schema, description, table, kind, "
    "business_key, id, columns, references, wait_days, duplicates, append, files, rejects, ragged, contract, null, dialect, "
    "effective, time_zone, first, late, absent, deleted, guard, expect, scd, names, open_end" },
  { "{" DIMENSION ", \"wait_days\": 1}", "$.wait_days: only the rows of a fact wait for what they refer to" },
  { "{\"table\": \"sales\", \"kind\": \"fact\", \"wait_days\": -1}", "$.wait_days: must be a number of days from 0 to 36500" },
  { "{\"table\": \"sales\", \"kind\": \"fact\", \"wait_days\": 36501}", "$.wait_days: must be a number of days from 0 to 36500" },
  { "{\"table\": \"sales\", \"kind\": \"fact\", \"wait_days\": \"1\"}", "$.wait_days: must be a number of days from 0 to 36500" },
  { "{" DIMENSION ", \"history\": {}}", "$.history: \"history\" is not yet supported" },
  { "{" DIMENSION ", \"absent\": \"closed\"}", "$.absent: unknown value \"closed\"; did you mean \"close\"?" },
  { "{" DIMENSION ", \"absent\": true}", "$.absent: must be \"keep\", \"close\" or {\"close\": [COLUMN]}" },
  { "{" DIMENSION ", \"absent\": {}}", "$.absent: \"close\" is missing" },
  { "{" DIMENSION ", \"absent\": {\"close\": []}}", "$.absent.close: must not be empty" },
  { "{" DIMENSION ", \"effective\": {\"column\": \"at\", \"absent\": \"mtime\"}}",
    "$.effective.absent: needs \"absent\": \"close\" in the model: no other file says that a key is gone" },
  { "{" DIMENSION ", \"absent\": \"close\", \"effective\": {\"column\": \"at\", \"absent\": \"filename\"}}",
    "$.effective.absent: unknown value \"filename\"; did you mean \"file_name\"?" },
  { "{" DIMENSION ", \"absent\": \"close\", \"effective\": {\"column\": \"at\", \"absent\": 1}}",
    "$.effective.absent: must be \"mtime\" or \"file_name\"" },
  { "{" KEYED ", \"absent\": \"close\"}",
    "$.absent: only a dimension closes what is gone, and keeps it; a fact's rows would be lost" },
  { "{" KEYED ", \"deleted\": {\"column\": \"op\", \"values\": [\"D\"]}}",
    "$.deleted: only a dimension closes what is gone, and keeps it; a fact's rows would be lost" },
  { "{" DIMENSION ", \"deleted\": {\"values\": [\"D\"]}}", "$.deleted: \"column\" is missing" },
  { "{" DIMENSION ", \"deleted\": {\"column\": \"op\", \"values\": \"D\"}}",
    "$.deleted.values: must be an array of strings, not a string" },
  { "{" DIMENSION ", \"deleted\": {\"column\": \"Email\", \"values\": [\"D\"]}}",
    "$.deleted.column: \"Email\" is of the business key, which says who a row is of" },
  { "{" DIMENSION ", \"absent\": {\"close\": [\"day\"]}, \"deleted\": {\"column\": \"Day\", \"values\": [\"D\"]}}",
    "$.deleted.column: \"Day\" is a column of \"absent\", which is kept in the warehouse; this one is not" },
  { "{" DIMENSION ", \"effective\": {\"column\": \"at\"}, \"deleted\": {\"column\": \"at\", \"values\": [\"D\"]}}",
    "$.deleted.column: \"at\" is the column of \"effective\"" },
  { "{" DIMENSION ", \"deleted\": {\"column\": \"op\", \"values\": [\"1\"]}, \"columns\": {\"op\": {\"type\": \"bigint\"}}}",
    "$.deleted.column: \"op\" is declared as bigint: its cells are compared as they are written, so declare no type" },
  { "{" DIMENSION ", \"absent\": \"close\", \"guard\": {\"close_percent\": 101}}",
    "$.guard.close_percent: must be a number from 0 to 100" },
  { "{" DIMENSION ", \"absent\": \"close\", \"guard\": {\"shrink_percent\": \"1\"}}",
    "$.guard.shrink_percent: must be a number from 0 to 100" },
  { "{" DIMENSION ", \"effective\": \"mtmie\"}", "$.effective: unknown value \"mtmie\"; did you mean \"mtime\"?" },
  { "{" DIMENSION ", \"effective\": 5}", "$.effective: must be \"mtime\", \"file_name\" or {\"column\": NAME}" },
  { "{" DIMENSION ", \"effective\": {}}", "$.effective: \"column\" is missing" },
  { "{" DIMENSION ", \"effective\": {\"column\": \"Email\"}}",
    "$.effective.column: \"Email\" is of the business key, which says who a row is of" },
  { "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"number\"], \"effective\": {\"column\": \"Day\"}, "
    "\"references\": [{\"dimension\": \"days\", \"columns\": [\"day\"], \"as\": \"day_id\", \"missing\": \"reject\"}]}",
    "$.effective.column: \"Day\" is of a reference, and the table has the id in its place" },
  { "{" DIMENSION ", \"effective\": {\"column\": \"at\"}, \"columns\": {\"at\": {\"type\": \"bigint\"}}}",
    "$.effective.column: \"at\" is declared as bigint: it must be a date, timestamp or timestamptz" },
  { "{" DIMENSION ", \"effective\": {\"column\": \"at\"}, \"late\": \"apply\"}",
    "$.late: \"apply\" is for files with one time for all rows: \"mtime\" or \"file_name\"" },
  { "{" DIMENSION ", \"late\": \"refuse\"}", "$.late: needs \"effective\" beside it, which says since when a row is true" },
  { "{" DIMENSION ", \"first\": \"always\"}", "$.first: needs \"effective\" beside it, which says since when a row is true" },
  { "{" DIMENSION ", \"effective\": \"mtime\", \"late\": \"held\"}", "$.late: unknown value \"held\"; did you mean \"hold\"?" },
  { "{" KEYED ", \"effective\": \"mtime\", \"late\": \"hold\"}",
    "$.late: \"hold\" is for tables that have versions: in others a late row changes nothing" },
  { "{" KEYLESS ", \"effective\": \"mtime\"}",
    "$.effective: rows without a business_key are all of them events: none takes the place of another" },
  { "{" KEYED ", \"effective\": \"mtime\", " REFERENCE ("user_id") "}",
    "$.references[0].missing: rows that wait have no place in time: say \"reject\", \"allow\" or \"placeholder\" beside "
    "\"effective\"" },
  { "{" KEYED ", \"effective\": \"mtime\", \"first\": \"always\"}", "$.first: only a dimension has versions" },
  { "{" DIMENSION ", \"expect\": {\"by\": \"08:00\"}}", "$.expect: \"every\" is missing" },
  { "{" DIMENSION ", \"expect\": {\"every\": \"0 6 * *\"}}",
    "$.expect.every: \"0 6 * *\" has 4 fields: five are needed (minute, hour, day, month, day of the week), or six with the second "
    "before them" },
  { "{" DIMENSION ", \"expect\": {\"every\": \"@daily\", \"by\": \"8 am\"}}",
    "$.expect.by: \"8 am\" is no time of day, as \"08:00\" is" },
  { "{" DIMENSION ", \"expect\": {\"every\": \"@daily\", \"till\": \"08:00\"}}",
    "$.expect.till: unknown member \"till\"; expected one of: every, by, time_zone, rows, description" },
  { "{" DIMENSION ", \"expect\": {\"every\": \"@daily\", \"time_zone\": \"Europe/Olso\"}}",
    "$.expect.time_zone: there is no time zone \"Europe/Olso\"; they are called as \"Europe/Oslo\"" },
  { "{" DIMENSION ", \"expect\": {\"every\": \"@daily\"}, \"time_zone\": \"Europe/Olso\"}",
    "$.time_zone: there is no time zone \"Europe/Olso\"; they are called as \"Europe/Oslo\"" },
  { "{" DIMENSION ", \"expect\": {\"every\": \"@daily\", \"rows\": {\"min\": -1}}}",
    "$.expect.rows.min: must be a number of rows, from 0" },
  { "{" DIMENSION ", \"expect\": {\"every\": \"@daily\", \"rows\": {\"change_percent\": \"30\"}}}",
    "$.expect.rows.change_percent: must be a number, from 0" },
  { "{" DIMENSION ", \"guard\": {}}", "$.guard: needs \"absent\": \"close\" beside it: nothing else is guarded" },
  { "{" DIMENSION ", \"names\": {\"begin\": \"a\"}}",
    "$.names.begin: unknown member \"begin\"; expected one of: start, end, current, version, changed, inferred, description" },
  { "{" DIMENSION ", \"names\": {\"start\": \"Valid From\"}}",
    "$.names.start: \"Valid From\" is no usable name: lower-case letters, digits and _, no digit first, at most 63 bytes" },
  { "{" DIMENSION ", \"names\": {\"end\": \"closed_by\"}}",
    "$.names.end: \"closed_by\" is a name that weir keeps for itself: choose another one" },
  { "{" DIMENSION ", \"names\": {\"version\": \"is_current\"}}",
    "$.names.version: \"is_current\" is already the name of \"current\"" },
  { "{" DIMENSION ", \"names\": {\"start\": \"email\"}}",
    "$.business_key[0]: \"email\" is a name that weir keeps for itself: say \"email_\", as the file's column is called beside it, "
    "or call weir's otherwise: \"names\": {\"start\": NAME}" },
  { "{" DIMENSION ", \"names\": {\"start\": \"since\"}, \"columns\": {\"Since\": {}}}",
    "$.columns.Since: \"Since\" is a name that weir keeps for itself: say \"since_\", as the file's column is called beside it, or "
    "call weir's otherwise: \"names\": {\"start\": NAME}" },
  { "{" DIMENSION ", \"names\": {\"start\": \"id\"}, \"id\": {\"column\": \"id\"}}",
    "$.id.column: \"id\" is a name that weir keeps for itself: choose another one" },
  { "{" DIMENSION ", \"open_end\": \"never\"}",
    "$.open_end: unknown value \"never\"; expected one of: null, infinity, 9999-12-31" },
  { "{" KEYED ", \"names\": {\"start\": \"a\"}}", "$.names: only a dimension has versions" },
  { "{" KEYLESS ", \"open_end\": \"null\"}", "$.open_end: only a dimension has versions" },
  { "{" DIMENSION ", \"scd\": 4}", "$.scd: must be 0, 1, 2, 3 or 6" },
  { "{" DIMENSION ", \"scd\": \"2\"}", "$.scd: must be 0, 1, 2, 3 or 6" },
  { "{" DIMENSION ", \"scd\": 6}", "$.scd: a table is 1 or 2; 6 is for columns: \"columns\": {NAME: {\"scd\": 6}}" },
  { "{" KEYED ", \"scd\": 1}", "$.scd: only a dimension has versions" },
  { "{" DIMENSION ", \"scd\": 1, \"open_end\": \"null\"}", "$.open_end: a table with \"scd\": 1 has no versions" },
  { "{" DIMENSION ", \"scd\": 1, \"effective\": \"mtime\", \"first\": \"always\"}", "$.first: only a dimension has versions" },
  { "{" DIMENSION ", \"scd\": 1, \"absent\": \"close\"}", "$.absent: a table with \"scd\": 1 has no versions" },
  { "{" DIMENSION ", \"columns\": {\"a\": {\"scd\": 5}}}", "$.columns.a.scd: must be 0, 1, 2, 3 or 6" },
  { "{" DIMENSION ", \"scd\": 1, \"columns\": {\"a\": {\"scd\": 6}}}", "$.columns.a.scd: a table with \"scd\": 1 has no versions" },
  { "{" DIMENSION ", \"columns\": {\"a\": {\"all_versions\": true}}}",
    "$.columns.a.all_versions: is for \"scd\": 1 in a table that has versions" },
  { "{" DIMENSION ", \"scd\": 1, \"columns\": {\"a\": {\"scd\": 1, \"all_versions\": true}}}",
    "$.columns.a.all_versions: is for \"scd\": 1 in a table that has versions" },
  { "{" DIMENSION ", \"columns\": {\"Email\": {\"scd\": 1}}}",
    "$.columns.Email.scd: \"Email\" is of the business key, which never changes" },
  { "{" DIMENSION ", \"effective\": {\"column\": \"at\"}, \"columns\": {\"at\": {\"scd\": 0}}}",
    "$.columns.at.scd: \"at\" says since when a row is true, and changes with each" },
  { "{" DIMENSION ", \"effective\": \"mtime\", \"columns\": {\"a\": {\"scd\": 1}}}",
    "$.columns.a.scd: 1 cannot be with \"effective\": which version had which value would depend on the order of files: say "
    "\"all_versions\": true" },
  { "{" DIMENSION ", \"effective\": \"mtime\", \"columns\": {\"a\": {\"scd\": 3}}}",
    "$.columns.a.scd: 3 cannot be with \"effective\": what was before a value is not known of files that come in any order" },
  { "{" DIMENSION ", \"effective\": \"mtime\", \"scd\": 1, \"columns\": {\"a\": {\"scd\": 0}}}",
    "$.columns.a.scd: 0 cannot be with \"effective\": with one row of each key nothing tells whether a late row is the first" },
  { "{" DIMENSION ", \"columns\": {\"a\": {\"scd\": 3}, \"A previous\": {}}}",
    "$.columns[\"A previous\"]: \"A previous\" is a name that weir keeps for itself: say \"a_previous_\", as the file's column is "
    "called beside it" },
  { "{" KEYED ", \"columns\": {\"a\": {\"scd\": 1}}}", "$.columns.a.scd: only a dimension has versions" },
  { "{\"table\": 5, \"kind\": \"fact\"}", "$.table: must be a string, not a number" },
  { "{\"table\": \"\", \"kind\": \"fact\"}", "$.table: must not be empty" },
  { "{\"table\": \"Users\", \"kind\": \"fact\"}",
    "$.table: \"Users\" is no usable name: lower-case letters, digits and _, no digit first, at most 63 bytes" },
  { "{\"table\": \"a_dimension_whose_name_leaves_no_room_for_what_is_added_to_\", \"kind\": \"dimension\", \"business_key\": "
    "[\"a\"]}",
    "$.table: \"a_dimension_whose_name_leaves_no_room_for_what_is_added_to_\" is too long for a dimension: at most 55 bytes, for "
    "\"_current\" is added" },
  { "{\"table\": \"users\", \"kind\": \"dimenson\"}", "$.kind: unknown value \"dimenson\"; did you mean \"dimension\"?" },
  { "{\"table\": \"users\", \"kind\": \"view\"}", "$.kind: unknown value \"view\"; expected one of: dimension, fact" },
  { "{\"table\": \"users\", \"kind\": \"dimension\"}", "$: \"business_key\" is missing: a dimension needs one" },
  { "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": \"email\"}",
    "$.business_key: must be an array of strings, not a string" },
  { "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": []}", "$.business_key: must not be empty" },
  { "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"a\", \"a\"]}",
    "$.business_key[1]: \"a\" is there twice" },
  { "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"E-Mail\", \"e_mail\"]}",
    "$.business_key[1]: \"e_mail\" is the same column as $.business_key[0]: both are \"e_mail\"" },
  { "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [7]}", "$.business_key[0]: must be a string, not a number" },
  { "{" DIMENSION ", " REFERENCE ("x") "}", "$.references: only a fact has references" },
  { "{" DIMENSION ", \"append\": \"all\"}", "$.append: only a fact without business_key appends" },
  { "{" DIMENSION ", \"duplicates\": \"newest\"}", "$.duplicates: unknown value \"newest\"; expected one of: last, first, reject" },
  { "{" DIMENSION ", \"id\": {\"colunm\": \"a\"}}", "$.id.colunm: unknown member \"colunm\"; did you mean \"column\"?" },
  { "{" DIMENSION ", \"id\": {\"hash\": \"sha1\"}}",
    "$.id.hash: unknown value \"sha1\"; expected one of: hmac-sha256, uuid5, md5" },
  { "{" DIMENSION ", \"id\": {\"hash\": \"uuid5\"}}",
    "$.id: \"namespace\" is missing: hash uuid5 needs a UUID, or one of: dns, url, oid, x500" },
  { "{" DIMENSION ", \"id\": {\"hash\": \"uuid5\", \"namespace\": \"web\"}}",
    "$.id.namespace: \"web\" is neither a UUID nor one of: dns, url, oid, x500" },
  { "{" DIMENSION ", \"id\": {\"namespace\": \"dns\"}}", "$.id.namespace: hash hmac-sha256 takes none" },
  { "{" DIMENSION ", \"id\": {\"hash\": \"md5\", \"namespace\": \"dns\"}}", "$.id.namespace: hash md5 takes none" },
  { "{" DIMENSION ", \"id\": {\"normalize\": \"trim\"}}", "$.id.normalize: must be an array of the words trim, nfc and lowercase" },
  { "{" DIMENSION ", \"id\": {\"normalize\": [\"trim\", \"lower\"]}}",
    "$.id.normalize[1]: unknown value \"lower\"; expected one of: trim, nfc, lowercase" },
  { "{" DIMENSION ", \"id\": {\"normalize\": [\"trim\", \"trim\"]}}", "$.id.normalize[1]: \"trim\" is there twice" },
  { "{" DIMENSION ", \"id\": {\"column\": \"email\"}}", "$.id.column: \"email\" is already the name of $.business_key[0]" },
  { "{" DIMENSION ", \"id\": {\"column\": \"row_hash\"}}",
    "$.id.column: \"row_hash\" is a name that weir keeps for itself: choose another one" },
  { "{" DIMENSION ", \"id\": {\"column\": \"User\"}}",
    "$.id.column: \"User\" is no usable name: lower-case letters, digits and _, no digit first, at most 63 bytes" },
  { "{" DIMENSION ", \"columns\": {\"user_id\": {}, \"user_uuid\": {}}}",
    "$.id.column: \"user_uuid\" is already the name of $.columns.user_uuid" },
  { "{" DIMENSION ", \"columns\": []}", "$.columns: must be an object with a member for each column" },
  { "{" DIMENSION ", \"columns\": {\"name\": \"text\"}}", "$.columns.name: must be an object, not a string" },
  { "{" DIMENSION ", \"columns\": {\"name\": {\"typ\": \"text\"}}}",
    "$.columns.name.typ: unknown member \"typ\"; did you mean \"type\"?" },
  { "{" DIMENSION ", \"columns\": {\"name\": {\"track\": false}}}", "$.columns.name.track: \"track\" is not yet supported" },
  { "{" DIMENSION ", \"columns\": {\"name\": {\"type\": \"txt\"}}}",
    "$.columns.name.type: unknown value \"txt\"; did you mean \"text\"?" },
  { "{" DIMENSION ", \"columns\": {\"name\": {\"required\": \"yes\"}}}",
    "$.columns.name.required: must be true or false, not a string" },
  { "{" DIMENSION ", \"columns\": {\"name\": {\"format\": \"YYYY\"}}}",
    "$.columns.name.format: a format needs a \"type\" beside it" },
  { "{" DIMENSION ", \"columns\": {\"born\": {\"type\": \"date\", \"format\": \"soon\"}}}",
    "$.columns.born.format: \"soon\" is not a format of type date" },
  { "{" DIMENSION ", \"columns\": {\"Is Current\": {}}}",
    "$.columns[\"Is Current\"]: \"Is Current\" is a name that weir keeps for itself: say \"is_current_\", as the file's column is "
    "called beside it, or call weir's otherwise: \"names\": {\"current\": NAME}" },
  { "{" DIMENSION ", \"columns\": {\"_line\": {}}}",
    "$.columns._line: \"_line\" is a name that weir keeps for itself: say \"_line_\", as the file's column is called beside it" },
  { "{" DIMENSION ", \"columns\": {\"a b\": {}, \"a_b\": {}}}",
    "$.columns.a_b: \"a_b\" is the same column as $.columns[\"a b\"]: both are \"a_b\"" },
  { "{" DIMENSION ", \"columns\": {\"%\": {}}}",
    "$.columns[\"%\"]: \"%\" has no letter or digit: such a column is named by its place, \"column_3\"" },
  { "{" DIMENSION ", \"columns\": {\"a\": {\"from\": \"b\"}}}", "$.columns.a.from: must be an array of strings, not a string" },
  { "{" DIMENSION ", \"columns\": {\"a\": {\"from\": [\"b\", \"b\"]}}}", "$.columns.a.from[1]: \"b\" is there twice" },
  { "{" DIMENSION ", \"columns\": {\"a\": {\"from\": [\"B\"]}, \"b\": {}}}",
    "$.columns.a.from[0]: \"B\" is a column of its own: $.columns.b names it" },
  { "{" DIMENSION ", \"columns\": {\"a\": {\"from\": [\"E Mail\", \"Email\"]}}}",
    "$.columns.a.from[1]: \"Email\" is a column of its own: $.business_key[0] names it" },
  { "{" DIMENSION ", \"columns\": {\"a\": {\"from\": [\"c\"]}, \"b\": {\"from\": [\"d\", \"C\"]}}}",
    "$.columns.b.from[1]: \"C\" is another name of \"a\" already" },
  { "{" DIMENSION ", \"columns\": {\"a\": {\"from\": [\"%\"]}, \"b\": {\"from\": [\"%\"]}}}",
    "$.columns.b.from[0]: \"%\" is another name of \"a\" already" },
  { "{" KEYLESS ", " REFERENCE ("user_id") ", \"columns\": {\"a\": {\"from\": [\"E-Mail\", \"email\"]}}}",
    "$.columns.a.from[1]: \"email\" is a column of its own: $.references[0].columns names it" },
  { "{" DIMENSION ", \"columns\": {\"email\": {\"required\": false}}}",
    "$.columns.email: a business_key column is always required" },
  { "{" DIMENSION ", \"files\": [\"in/people.csv\"]}",
    "$.files: \"in/people.csv\" must be a pattern for file names, without folders" },
  { "{" DIMENSION ", \"rejects\": {\"max_rows\": -1}}", "$.rejects.max_rows: must be a number of rows, from 0" },
  { "{" DIMENSION ", \"ragged\": \"mend\"}", "$.ragged: unknown value \"mend\"; expected one of: reject, repair, fail" },
  { "{" DIMENSION ", \"contract\": {\"colums\": \"freeze\"}}",
    "$.contract.colums: unknown member \"colums\"; did you mean \"columns\"?" },
  { "{" DIMENSION ", \"contract\": {\"types\": \"discard\"}}",
    "$.contract.types: unknown value \"discard\"; expected one of: evolve, reject, freeze" },
  { "{" DIMENSION ", \"null\": [\"NULL\", 1]}", "$.null: must be an array of the texts that mean NULL" },
  { "{" DIMENSION ", \"dialect\": {\"delimiter\": \";;;\"}}",
    "$.dialect.delimiter: must be one or two characters, or \"\" for none" },
  { "{" DIMENSION ", \"dialect\": {\"encoding\": 1250}}", "$.dialect.encoding: must be a string, not a number" },
  { "{" DIMENSION ", \"dialect\": {\"encoding\": \"windws-1250\"}}",
    "$.dialect.encoding: unknown encoding \"windws-1250\"; did you mean \"windows-1250\"?" },
  { "{" DIMENSION ", \"dialect\": {\"quote\": \"''\"}}", "$.dialect.quote: must be one character, or \"\" for none" },
  { "{" DIMENSION ", \"dialect\": {\"header_rows\": 11}}", "$.dialect.header_rows: must be a number from 0 to 10" },
  { "{" DIMENSION ", \"rejects\": {\"max_percent\": 101}}", "$.rejects.max_percent: must be a number from 0 to 100" },
  { "{" DIMENSION ", \"rejects\": {\"max_percent\": \"1\"}}", "$.rejects.max_percent: must be a number from 0 to 100" },
  { "{" KEYED ", \"append\": \"all\"}",
    "$.append: only a fact without business_key appends; with one, rows are inserted or updated" },
  { "{" KEYLESS ", \"id\": {}}", "$.id: a fact without business_key has no id" },
  { "{" KEYLESS ", \"duplicates\": \"last\"}", "$.duplicates: a fact without business_key has no duplicates; see \"append\"" },
  { "{" KEYLESS ", \"columns\": {\"created_at\": {}}}", "$.columns.created_at: \"created_at\" is a name that weir keeps for "
                                                        "itself: say \"created_at_\", as the file's column is called beside it" },
  { "{" KEYLESS ", \"references\": {}}", "$.references: must be an array of objects" },
  { "{" KEYLESS ", \"references\": [{\"columns\": [\"a\"], \"as\": \"b\"}]}", "$.references[0]: \"dimension\" is missing" },
  { "{" KEYLESS ", \"references\": [{\"dimension\": \"d\", \"columns\": [\"a\"]}]}", "$.references[0]: \"as\" is missing" },
  { "{" KEYLESS ", \"references\": [{\"dimension\": \"d\", \"columns\": [\"a\"], \"as\": \"b\", \"missing\": \"ignore\"}]}",
    "$.references[0].missing: unknown value \"ignore\"; expected one of: wait, reject, allow, placeholder" },
  { "{" KEYLESS ", \"columns\": {\"at\": {\"type\": \"text\"}}, \"references\": [{\"dimension\": \"d\", \"columns\": [\"a\"], "
    "\"as\": \"b\", \"as_of\": \"At\"}]}",
    "$.references[0].as_of: \"At\" is declared as text: it must be a date, timestamp or timestamptz" },
  { "{" KEYLESS ", \"references\": [{\"dimension\": \"d\", \"columns\": [\"a\"], \"as\": \"b\", \"as_of\": \"A\"}]}",
    "$.references[0].as_of: \"A\" is a column of a reference, and not in the warehouse" },
  { "{" KEYLESS ", " REFERENCE ("email") "}", "$.references[0].as: \"email\" is already the name of $.references[0].columns" },
  { "{" KEYED ", " REFERENCE ("no") "}", "$.references[0].as: \"no\" is already the name of $.business_key[0]" },
  { "{" KEYED ", \"id\": {\"column\": \"x\"}, " REFERENCE ("x") "}",
    "$.id.column: \"x\" is already the name of $.references[0].as" },
  { "{" KEYLESS ", " REFERENCE ("amount") ", \"columns\": {\"amount\": {}}}",
    "$.references[0].as: \"amount\" is already the name of $.columns.amount" },
};

static void
test_names_of_history (void **state G_GNUC_UNUSED)
{
  g_autoptr (Model) silent = good_model ("{" DIMENSION "}");
  assert_string_equal (silent->history.names[HISTORY_START], "effective_start_date");
  assert_string_equal (history_open_end (&silent->history), "null::timestamptz");
  assert_true (model_takes_name (silent, "version_number"));
  g_autoptr (Model) model = good_model ("{" DIMENSION ", \"names\": {\"start\": \"valid_from\", \"end\": \"valid_to\"},"
                                        " \"open_end\": \"infinity\", \"columns\": {\"effective_start_date\": {}}}");
  assert_true (model_takes_name (model, "valid_from"));
  assert_false (model_takes_name (model, "effective_end_date"));
  assert_true (model_takes_name (model, "is_current"));
  assert_string_equal (history_open_end (&model->history), "'infinity'::timestamptz");
  g_autofree char *text = history_text (&model->history);
  g_auto (History) again = { 0 }, before = { 0 }, none = { 0 };
  g_autoptr (GError) error = NULL;
  assert_true (history_parse (text, &again, &error));
  assert_string_equal (again.names[HISTORY_END], "valid_to");
  assert_int_equal (again.open_end, OPEN_END_INFINITY);
  assert_true (history_parse (NULL, &before, &error));
  assert_string_equal (before.names[HISTORY_VERSION], "version_number");
  assert_false (history_parse ("{\"open_end\": \"null\"}", &none, &error));
  assert_int_equal (error->code, WEIR_ERROR_MODEL);
}

static void
test_what_changes_mean (void **state G_GNUC_UNUSED)
{
  g_autoptr (Model) model = good_model (
      "{" DIMENSION ", \"effective\": \"mtime\", \"columns\": {\"A b\": {\"scd\": 6}, \"c\": {\"scd\": 2}, \"d\": {\"scd\": 0},"
      " \"e\": {\"scd\": 1, \"all_versions\": true}}}");
  assert_true (model_has_versions (model));
  assert_int_equal (model->history.rules->len, 3);
  assert_int_equal (history_scd (&model->history, "a_b"), SCD_CURRENT);
  assert_string_equal (history_find_rule (&model->history, "a_b")->made, "a_b_current");
  assert_null (history_find_rule (&model->history, "c"));
  assert_int_equal (history_scd (&model->history, "c"), SCD_VERSION);
  assert_null (history_find_rule (&model->history, "d")->made);
  assert_true (model_takes_name (model, "a_b_current"));
  g_autofree char *text = history_text (&model->history);
  g_auto (History) again = { 0 };
  assert_true (history_parse (text, &again, NULL));
  assert_int_equal (history_scd (&again, "d"), SCD_FIRST);
  assert_true (history_find_rule (&again, "e")->all_versions);
  g_autoptr (Model) plain = good_model ("{" DIMENSION ", \"scd\": 1, \"columns\": {\"a\": {\"scd\": 3}, \"version_number\": {}}}");
  assert_false (model_has_versions (plain));
  assert_true (model_takes_name (plain, "created_at"));
  assert_int_equal (history_scd (&plain->history, "b"), SCD_OVERWRITE);
  assert_string_equal (history_find_rule (&plain->history, "a")->made, "a_previous");
}

static void
test_each_mistake_is_one_line_with_its_place (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autoptr (GError) error = NULL;
      const char *json = mistakes[i].json;
      assert_null (model_parse (json, strlen (json), "models/test.json", fake_words (), &error));
      assert_int_equal (error->code, WEIR_ERROR_MODEL);
      assert_string_equal (weir_error_get_detail (error), mistakes[i].problem);
      assert_string_equal (error->message, "model \"models/test.json\" has 1 mistake");
    }
}

static void
test_all_mistakes_are_told_at_once (void **state G_GNUC_UNUSED)
{
  static const char json[] = "{\"tables\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"],"
                             " \"columns\": {\"name\": {\"typ\": \"text\"}, \"born\": {\"type\": \"dat\"}}, \"history\": {}}";
  g_autoptr (GError) error = NULL;
  assert_null (model_parse (json, strlen (json), "models/users.json", fake_words (), &error));
  assert_string_equal (error->message, "model \"models/users.json\" has 5 mistakes");
  assert_string_equal (weir_error_get_detail (error), "$.tables: unknown member \"tables\"; did you mean \"table\"?\n"
                                                      "$.columns.name.typ: unknown member \"typ\"; did you mean \"type\"?\n"
                                                      "$.columns.born.type: unknown value \"dat\"; did you mean \"date\"?\n"
                                                      "$.history: \"history\" is not yet supported\n"
                                                      "$: \"table\" is missing");
}

static void
test_text_that_is_no_json_names_file_and_line (void **state G_GNUC_UNUSED)
{
  static const char json[] = "{\n  \"table\": \"users\",\n  kind: 1\n}";
  g_autoptr (GError) error = NULL;
  assert_null (model_parse (json, strlen (json), "models/users.json", fake_words (), &error));
  assert_int_equal (error->code, WEIR_ERROR_MODEL);
  g_autofree char *text = weir_error_format (error);
  assert_non_null (strstr (text, "models/users.json"));
  assert_non_null (strstr (text, "3"));
}

static char *
write_temporary (const char *folder, const char *name, const char *text)
{
  char *path = g_build_filename (folder, name, NULL);
  assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
test_a_file_must_be_named_after_its_table (void **state G_GNUC_UNUSED)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-models-XXXXXX", NULL);
  g_autofree char *good = write_temporary (folder, "users.json", "{" DIMENSION "}");
  g_autofree char *bad = write_temporary (folder, "people.json", "{" DIMENSION "}");
  g_autoptr (GError) error = NULL;

  g_autoptr (Model) model = model_load (good, "models/users.json", fake_words (), &error);
  assert_non_null (model);
  assert_string_equal (model->path, "models/users.json");
  char sha256[SHA256_HEX_SIZE];
  sha256_bytes ("{" DIMENSION "}", strlen ("{" DIMENSION "}"), sha256);
  assert_string_equal (model->checksum, sha256);

  assert_null (model_load (bad, "models/people.json", fake_words (), &error));
  assert_string_equal (weir_error_get_detail (error), "$.table: \"users\" is not what the file is named after: rename one of them");
  g_unlink (good);
  g_unlink (bad);
  g_rmdir (folder);
}

static void
test_a_file_that_is_not_there_is_a_local_error (void **state G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  assert_null (model_load ("/nonexistent/users.json", "models/users.json", fake_words (), &error));
  assert_int_equal (error->code, WEIR_ERROR_LOCAL);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_a_dimension_in_full),
    cmocka_unit_test (test_since_when_rows_are_true),
    cmocka_unit_test (test_names_of_history),
    cmocka_unit_test (test_what_changes_mean),
    cmocka_unit_test (test_when_files_are_expected),
    cmocka_unit_test (test_a_fact_with_references),
    cmocka_unit_test (test_defaults),
    cmocka_unit_test (test_an_id_column_gives_way_to_the_files_columns),
    cmocka_unit_test (test_normalize_may_be_empty),
    cmocka_unit_test (test_each_mistake_is_one_line_with_its_place),
    cmocka_unit_test (test_all_mistakes_are_told_at_once),
    cmocka_unit_test (test_text_that_is_no_json_names_file_and_line),
    cmocka_unit_test (test_a_file_must_be_named_after_its_table),
    cmocka_unit_test (test_a_file_that_is_not_there_is_a_local_error),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
