/* What is asked of a server, word by word: tests/golden/pg has it for PostgreSQL and for Redshift, which no test can reach. WEIR_GOLDEN=write writes the files
 * anew. */
#include "connect/pg/select.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static PgColumn columns[] = {
  { .name = (char *) "id", .base = (char *) "bigint", .typname = (char *) "int8", .kind = PG_INTEGER, .shown = (char *) "id" },
  { .name = (char *) "Up at", .base = (char *) "timestamp with time zone", .kind = PG_TIMESTAMPTZ, .shown = (char *) "updated_at" },
  { .name = (char *) "paid",
    .base = (char *) "boolean",
    .kind = PG_BOOLEAN,
    .shown = (char *) "paid",
    .otherwise = (char *) "false" },
  { .name = (char *) "price", .base = (char *) "money", .kind = PG_MONEY, .shown = (char *) "price" },
  { .name = (char *) "email",
    .base = (char *) "text",
    .kind = PG_TEXT,
    .shown = (char *) "a \"b\"",
    .mask = "hash",
    .otherwise = (char *) "it's" },
  { .name = (char *) "phone", .base = (char *) "text", .kind = PG_TEXT, .shown = (char *) "phone", .mask = "last4" },
  { .name = (char *) "pin", .base = (char *) "text", .kind = PG_TEXT, .shown = (char *) "pin", .mask = "null" },
  { .name = (char *) "gone", .base = (char *) "text", .kind = PG_TEXT, .shown = (char *) "gone", .is_dropped = true },
  { .name = (char *) "day", .base = (char *) "date", .kind = PG_DATE, .shown = (char *) "day" },
};

typedef struct
{
  const char *name;
  Range range;
  const char *values[3];
  int order[3], n_order;
  bool is_sorted;
  int64_t limit;
  const char *conditions, *snapshot;
} Case;

static const Case cases[] = {
  { "all", { RANGE_ALL } },
  { "dump", { RANGE_ALL }, .conditions = "\"id\" = '7'::bigint", .snapshot = "'2026-01-01 00:00:00+00'::timestamptz" },
  { "behind a row", { RANGE_AFTER }, { "2026-01-01", "7" }, { 1, 0 }, 2, true, 101 },
  { "behind a value", { RANGE_AFTER }, { "2026-01-01" }, { 1, 0 }, 2, false },
  { "from a value", { RANGE_FROM }, { "2026-01-01" }, { 1, 0 }, 2, true, .conditions = "\"paid\" in ('true'::boolean)" },
  { "with overlap", { RANGE_FROM, .overlap = 90 }, { "2026-01-01" }, { 1, 0 }, 2, false },
  { "with overlap of days", { RANGE_FROM, .overlap = 90000 }, { "2026-01-01" }, { 8 }, 1, false },
  { "with overlap of steps", { RANGE_AFTER, .overlap = 1.5 }, { "7" }, { 0 }, 1, false },
  { "without a bookmark", { RANGE_NULLS }, { "7" }, { 1, 0 }, 2, true },
  { "the rest", { RANGE_REST }, { NULL }, { 1, 0 }, 2, true },
  { "a window", { RANGE_ALL, .start = "2026-01-01", .end = "20'27" }, { NULL }, { 1 }, 1, false },
};

static void
add_case (const Case *one, bool is_redshift, GString *text)
{
  static const Source source = { .from = (char *) "\"public\".\"orders\" weir_source",
                                 .columns = columns,
                                 .n = G_N_ELEMENTS (columns) };
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (one->values) && one->values[i] != NULL; i++)
    g_ptr_array_add (values, (gpointer) one->values[i]);
  Range range = one->range;
  range.values = values;
  const Selection selection = { .source = &source,
                                .is_redshift = is_redshift,
                                .conditions = one->conditions != NULL ? one->conditions : "",
                                .snapshot = one->snapshot,
                                .order = one->order,
                                .n_order = one->n_order,
                                .is_sorted = one->is_sorted,
                                .limit = one->limit };
  g_autofree char *sql = select_rows (&selection, &range);
  g_string_append_printf (text, "-- %s\n%s;\n\n", one->name, sql);
}

static void
hold (bool is_redshift, const char *file)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    add_case (&cases[i], is_redshift, text);
  g_autofree char *path = g_build_filename (g_getenv ("WEIR_SOURCE"), "tests/golden/pg", file, NULL), *wanted = NULL;
  if (g_getenv ("WEIR_GOLDEN") != NULL)
    assert_true (g_file_set_contents (path, text->str, -1, NULL));
  assert_true (g_file_get_contents (path, &wanted, NULL, NULL));
  assert_string_equal (text->str, wanted);
}

static void
test_postgresql (void **state)
{
  (void) state;
  hold (false, "postgresql.sql");
}

static void
test_redshift (void **state)
{
  (void) state;
  hold (true, "redshift.sql");
}

static void
test_header (void **state)
{
  (void) state;
  const Source source = { .columns = columns, .n = G_N_ELEMENTS (columns) };
  g_autofree char *header = select_header (&source, true);
  assert_string_equal (header,
                       "\"id\",\"updated_at\",\"paid\",\"price\",\"a \"\"b\"\"\",\"phone\",\"pin\",\"day\",\"snapshot_at\"\n");
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_postgresql), cmocka_unit_test (test_redshift),
                                      cmocka_unit_test (test_header) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
