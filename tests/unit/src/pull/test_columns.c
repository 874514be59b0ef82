/* What a connector says of its columns, held against what the job says of them; models that jobs write; names of files. */
#include "src/pull/columns.h"
#include "src/pull/declare.h"
#include "src/pull/masks.h"
#include "src/pull/model_of_job.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static Json *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  Json *json = text != NULL ? weir_json_parse (text, strlen (text), "test", &error) : NULL;
  if (text != NULL && json == NULL)
    fail_msg ("%s", error->message);
  return json;
}

static const struct
{
  const char *rules, *columns;
  bool keys_only;
  const char *problem; /* NULL: it is as the job says */
} cases[] = {
  { NULL, "[{\"name\": \"id\"}]", false, NULL },
  { NULL, NULL, false, NULL },
  { NULL, "[]", false, "It has said no columns" },
  { "{\"a\": {\"drop\": true}}", "[{\"name\": \"id\"}]", false, NULL },
  { "{\"a\": {\"drop\": true}}", "[{\"name\": \"id\"}, {\"name\": \"a\"}]", false, "a is to be dropped, and is there" },
  { "{\"a\": {\"drop\": true}}", "[{\"name\": \"a\"}]", true, "a is to be dropped" },
  { "{\"a\": {\"drop\": false}}", "[{\"name\": \"a\"}]", false, NULL },
  { "{\"a\": {\"drop\": true}}", NULL, false, "as it lies there" },
  { "{\"a\": {\"rename\": \"b\"}}", "[{\"name\": \"b\"}]", false, NULL },
  { "{\"a\": {\"rename\": \"b\"}}", "[{\"name\": \"a\"}]", false, "a is to be called b, and is there as it was\nb is not there" },
  { "{\"a\": {\"rename\": \"b\"}, \"b\": {\"rename\": \"a\"}}", "[{\"name\": \"a\"}, {\"name\": \"b\"}]", false, NULL },
  { "{\"a\": {\"drop\": true}, \"b\": {\"rename\": \"a\"}}", "[{\"name\": \"a\"}]", false, NULL },
  { "{\"a\": {\"mask\": \"hash\"}}", "[{\"name\": \"a\", \"mask\": \"hash\"}]", false, NULL },
  { "{\"a\": {\"mask\": \"hash\"}}", "[{\"name\": \"a\", \"mask\": true}]", false, NULL },
  { "{\"a\": {\"mask\": \"hash\"}}", "[{\"name\": \"a\"}]", false, "a is to be masked" },
  { "{\"a\": {\"mask\": \"hash\"}}", "[{\"name\": \"a\", \"mask\": false}]", false, "a is to be masked" },
  { "{\"a\": {\"mask\": \"hash\"}}", "[{\"name\": \"a\", \"mask\": \"null\"}]", false, "a is to be masked" },
  { "{\"a\": {\"mask\": \"hash\", \"rename\": \"b\"}}", "[{\"name\": \"b\"}]", false, "b is to be masked" },
  { "{\"a\": {\"mask\": \"hash\"}}", "[{\"name\": \"id\"}]", true, NULL },
  { "{\"a\": {\"mask\": \"hash\"}}", "[{\"name\": \"id\"}]", false, "a is not there" },
  { "{\"a\": {\"type\": \"date\"}}", "[{\"no\": \"name\"}, 7]", false, "a is not there" },
};

static void
test_columns (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Json) columns = parse (cases[i].columns), rules = parse (cases[i].rules);
      const Job job = { .name = (char *) "orders", .columns = rules };
      print_message ("%s and %s\n", cases[i].rules, cases[i].columns);
      bool right = columns_check (&job, columns, cases[i].keys_only, &error);
      assert_int_equal (right, cases[i].problem == NULL);
      if (!right && strstr (weir_error_get_detail (error), cases[i].problem) == NULL)
        fail_msg ("%s", weir_error_get_detail (error));
    }
}

/* ---- what is masked ---- */

#define DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct
{
  const char *rules, *text; /* of a file with the columns a and b */
  const char *problem;      /* NULL: it is as the job says */
} files[] = {
  { "{}", "\"a\",\"b\"\n\"x\",\"y\"\n", NULL },
  { "{\"a\": {\"mask\": \"hash\"}}", "\"a\",\"b\"\n\"" DIGEST "\",\"y\"\n,\"y\"\n", NULL },
  { "{\"a\": {\"mask\": \"hash\"}}", "\"a\",\"b\"\n\"" DIGEST "\",\"y\"\n\"x@y\",\"y\"\n", "row 2: a is to be masked as \"hash\"" },
  { "{\"a\": {\"mask\": \"hash\"}}", "\"a\",\"b\"\n\"E3B0C44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\n",
    "row 1: a is to be masked" },
  { "{\"a\": {\"mask\": \"hash\"}}", "\"a\",\"b\"\n\"" DIGEST "0\",\n", "row 1: a is to be masked" },
  { "{\"a\": {\"mask\": \"hash\"}}", "\"a\",\"b\"\n\"\",\n", "row 1: a is to be masked" },
  { "{\"x\": {\"mask\": \"hash\", \"rename\": \"b\"}}", "\"a\",\"b\"\n\"x\",\"y\"\n", "row 1: b is to be masked" },
  { "{\"a\": {\"mask\": \"hash\", \"drop\": true}}", "\"a\",\"b\"\n\"x\",\"y\"\n", NULL },
  { "{\"a\": {\"mask\": \"null\"}}", "\"a\",\"b\"\n,\"y\"\n\"\",\"y\"\n", NULL },
  { "{\"a\": {\"mask\": \"null\"}}", "\"a\",\"b\"\n\" \",\"y\"\n", "row 1: a is to be masked as \"null\"" },
  { "{\"a\": {\"mask\": \"last4\"}}",
    "\"a\",\"b\"\n\"**6789\",\"y\"\n\"****\",\n\"\",\n,\n\"*\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\",\n\"*****\",\n", NULL },
  { "{\"a\": {\"mask\": \"last4\"}}", "\"a\",\"b\"\n\"*56789\",\"y\"\n", "row 1: a is to be masked as \"last4\"" },
  { "{\"a\": {\"mask\": \"last4\"}}", "\"a\",\"b\"\n\"6789\",\"y\"\n", "row 1: a is to be masked" },
  { "{\"a\": {\"mask\": \"last4\"}}", "\"a\",\"b\"\n\"***9\",\"y\"\n", "row 1: a is to be masked" },
  /* What would be a reject is kept as it is. */
  { "{\"a\": {\"mask\": \"hash\"}}", "\"a\",\"b\"\n\"x\"\n", "row 1: It has another number of cells" },
  { "{\"a\": {\"mask\": \"hash\"}}", "\"a\",\"b\"\n\"" DIGEST "\",\"y\"\n\"x\"x,\"y\"\n", "row 2: stray quote" },
};

static void
test_masks (void **state G_GNUC_UNUSED)
{
  g_autoptr (Json) columns = parse ("[{\"name\": \"a\"}, {\"name\": \"b\"}]");
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Json) rules = parse (files[i].rules);
      const Job job = { .name = (char *) "orders", .columns = rules };
      AUTO_FD int fd = fs_open_scratch (g_get_tmp_dir (), &error);
      assert_true (fs_write_all (fd, files[i].text, strlen (files[i].text), "test", &error));
      print_message ("%s and %s", files[i].rules, files[i].text);
      bool right = masks_check (&job, columns, fd, &reader_default_limits, &error);
      assert_int_equal (right, files[i].problem == NULL);
      if (right)
        continue;
      g_autofree char *said = g_strdup_printf ("%s: %s", strstr (error->message, "row "), weir_error_get_detail (error));
      if (!g_str_has_prefix (said, files[i].problem))
        fail_msg ("%s", said);
    }
}

static const struct
{
  bool has_mode;
  JobMode mode;
  const char *key, *columns;
  const char *model; /* NULL: there can be none */
} models[] = {
  { true, MODE_SYNC, "id", "[]", "\"kind\":\"dimension\",\"business_key\":[\"id\"],\"id\":{\"normalize\":[]}}" },
  { true, MODE_MIRROR, "id", "[]", "\"business_key\":[\"id\"],\"id\":{\"normalize\":[]},\"absent\":\"close\"}" },
  { true, MODE_FULL, "a,b", "[]", "\"business_key\":[\"a\",\"b\"],\"id\":{\"normalize\":[]},\"absent\":\"close\"}" },
  { true, MODE_LOG, "id", "[]", "\"kind\":\"fact\",\"business_key\":[\"id\"]}" },
  { true, MODE_DUMP, NULL, "[]", "\"kind\":\"fact\",\"append\":\"all\"}" },
  { true, MODE_INCREMENTAL, NULL, "[]", "\"kind\":\"fact\",\"append\":\"all\"}" },
  { true, MODE_INCREMENTAL, "id", "[]", "\"kind\":\"dimension\",\"business_key\":[\"id\"],\"id\":{\"normalize\":[]}}" },
  { true, MODE_SYNC, "old", "[]", "\"business_key\":[\"new\"],\"id\":{\"normalize\":[]}}" },
  { false, MODE_SYNC, NULL, "[{\"name\": \"id\", \"key\": true}, {\"name\": \"x\", \"key\": false}]",
    "\"kind\":\"dimension\",\"business_key\":[\"id\"],\"id\":{\"normalize\":[]}}" },
  { true, MODE_SYNC, NULL, "[{\"name\": \"x\"}]", NULL },
};

static void
test_models (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Json) columns = parse (models[i].columns), rules = parse ("{\"old\": {\"rename\": \"new\"}}");
      g_auto (GStrv) key = models[i].key != NULL ? g_strsplit (models[i].key, ",", -1) : NULL;
      g_autoptr (GPtrArray) streams = g_ptr_array_new ();
      const Job job = { .name = (char *) "orders",
                        .streams = streams,
                        .path = (char *) "jobs/orders.json",
                        .columns = rules,
                        .key = key,
                        .mode = models[i].mode,
                        .has_mode = models[i].has_mode };
      g_autoptr (Json) model = model_of_job (&job, "orders", columns, &error);
      assert_int_equal (model != NULL, models[i].model != NULL);
      g_autofree char *text = model != NULL ? weir_json_text (model) : g_strdup ("");
      if (models[i].model != NULL && !g_str_has_suffix (text, models[i].model))
        fail_msg ("%s", text);
    }
}

/* The key that a job says is that of each of its streams: what to do is said of the stream's table. */
static void
test_no_key (void **state G_GNUC_UNUSED)
{
  static const char *const hints[] = {
    "Say \"key\" in jobs/crm.json: the columns that identify a row; or write models/people.json.",
    "Write models/people.json, the table of $.streams[\"crm.people\"] in jobs/crm.json, with its \"business_key\": a \"key\" of "
    "the job is "
    "that of all of its streams.",
  };
  JobStream all[] = { { (char *) "crm.people", (char *) "people" }, { (char *) "notes", (char *) "notes" } };
  for (size_t several = 0; several < 2; several++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Json) columns = parse ("[]");
      g_autoptr (GPtrArray) streams = g_ptr_array_new ();
      for (size_t i = 0; i <= several; i++)
        g_ptr_array_add (streams, &all[i]);
      const Job job = { .name = (char *) "crm", .path = (char *) "jobs/crm.json", .streams = streams };
      assert_null (model_of_job (&job, "people", columns, &error));
      assert_string_equal (weir_error_get_hint (error), hints[several]);
    }
}

static const struct
{
  const char *path;
  int number;
  const char *name;
} names[] = {
  { "out/orders_1.csv", 0, "orders_1.csv" },        { "export.csv.gz", 1, "orders-1.export.csv.gz" },
  { "export.txt", 2, "orders-2.export.txt.csv" },   { "out/.hidden.csv", 0, "_hidden.csv" },
  { "a\nb.csv", 1, "orders-1.a_x0Ab.csv" },         { "", 1, "orders-1._.csv" },
  { "../../etc/passwd", 1, "orders-1.passwd.csv" },
};

static void
test_names (void **state G_GNUC_UNUSED)
{
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = declare_name_like ("orders", names[i].path, names[i].number);
      assert_string_equal (name, names[i].name);
    }
  g_autofree char *whole =
      declare_name ("orders", G_GINT64_CONSTANT (1764403200) * G_USEC_PER_SEC, (Uid) { { 0x1a, 0x2b, 0x3c, 0x4d } });
  assert_string_equal (whole, "orders-20251129T080000Z-1a2b3c4d.csv");
  g_autofree char *long_path = g_strnfill (2000, 'x'), *short_name = declare_name_like ("orders", long_path, 1);
  assert_true (strlen (short_name) < 220);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_columns), cmocka_unit_test (test_masks),
                                      cmocka_unit_test (test_models), cmocka_unit_test (test_no_key),
                                      cmocka_unit_test (test_names) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
