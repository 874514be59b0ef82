/* Files that are read more than once, because a cell far behind the sample says otherwise: what the first pass counted and kept is
 * there once, and a type does not depend on where the cell stands. And a load that is told to stop while it reads. */
#include "pipeline/pipeline.h"
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include "base/autoptr.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define USERS(more) "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]" more "}"

/* "before", so many rows that the sample ends within them, and "behind". */
static char *
long_file (const char *before, const char *row, const char *behind)
{
  GString *text = g_string_new ("email,n,day\n");
  g_string_append (text, before);
  for (int i = 0; i < 2500; i++)
    g_string_append_printf (text, "x%d@x.org,%s\n", i, row);
  g_string_append (text, behind);
  return g_string_free (text, FALSE);
}

static void
test_counted_once (void **state)
{
  static const struct
  {
    const char *title, *more, *before, *counts, *note;
  } cases[] = {
    { "rejects", "", ",1,a\n,2,b\n", "read=2503 rejected=2 inserted=2501 staged=2501", NULL },
    { "mended rows", ", \"ragged\": \"repair\"", "a@x.org,1\nb@x.org,2\n", "read=2503 repaired=2 inserted=2503 staged=2503", NULL },
    { "headers once more", "", "a@x.org,1,a\nemail,n,day\nb@x.org,2,b\nemail,n,day\n",
      "read=2505 rejected=2 inserted=2503 staged=2503", "\"2 rows are none of the table's" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].title);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *model = g_strdup_printf (USERS ("%s"), cases[i].more);
      home_write_model (home, "users", model);
      g_autofree char *text = long_file (cases[i].before, "1,x", "z@x.org,late,x\n");
      g_autoptr (Json) published = load_text (home, "users.csv", text, NULL);
      assert_load (published, "applied", cases[i].counts);
      assert_ledger (home, published);
      g_autofree char *notes = json_at (published, "notes");
      if (cases[i].note != NULL)
        assert_contains (notes, cases[i].note);
    }
}

/* The number of cells that are not of the pinned type, of which the sample has seen some. */
static void
test_contradictions_are_counted_once (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS (""));
  g_autoptr (Json) first = load_text (home, "users.csv", "email,n,day\na@x.org,1,2026-01-31\n", NULL);
  assert_json (first, "status", "applied");
  g_autofree char *text = long_file ("b@x.org,1,soon\n", "1,2026-01-31", "z@x.org,1,late\n");
  g_autoptr (Json) published = load_text (home, "users.csv", text, NULL);
  assert_json (published, "error.code", "type_drift");
  assert_json (published, "error.line", "2");
  assert_error_says (published, "and 2 of its cells are not");
}

static void
test_types_of_the_whole_file (void **state)
{
  static const struct
  {
    const char *row, *behind, *types;
  } cases[] = {
    { "1,01/02/2026", "z@x.org,1,31/01/2026\n", "bigint date" }, /* which is the day */
    { "1,01/02/2026", "z@x.org,1,01/31/2026\n", "bigint date" },
    { "1,01/02/2026", "z@x.org,1,\n", "bigint text" }, /* nobody knows */
    { "-0,x", "z@x.org,1e5,x\n", "double precision text" },
    { "1,x", "z@x.org,1.5,x\n", "numeric text" },
    { ",x", "z@x.org,7,x\n", "bigint text" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].behind);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS (""));
      g_autofree char *text = long_file ("", cases[i].row, cases[i].behind);
      g_autoptr (Json) published = load_text (home, "users.csv", text, NULL);
      assert_load (published, "applied", "read=2501 inserted=2501 staged=2501");
      assert_sql (home, cases[i].types,
                  "select string_agg(format_type(atttypid, null), ' ' order by attname desc) from pg_attribute"
                  " where attrelid = 'warehouse.users'::regclass and attname in ('n', 'day')");
    }
}

/* The server is not what it waits for: reading alone has to notice. */
static void
test_stopped_while_it_reads (void **state)
{
  Home *home = *state;
  assert_weir (home, 0, "init", NULL);
  home_write_file (home, "elsewhere/shops.csv", "code,name\nS1,Oslo\n");
  g_autofree char *path = home_path (home, "elsewhere/shops.csv");
  AUTO_FD int fd = open (path, O_RDONLY | O_CLOEXEC);
  AUTO_FD int stop = eventfd (1, EFD_CLOEXEC);
  const PipelineOptions options = { .staging_schema = "staging",
                                    .warehouse_schema = "warehouse",
                                    .scratch = home->path,
                                    .limits = reader_default_limits,
                                    .dry_run = true,
                                    .stop_fd = stop };
  const Run run = { .id = uid_random (), .table = (char *) "shops", .file = (char *) "shops.csv", .place = path };
  g_autoptr (GError) error = NULL;
  g_autoptr (Db) db = db_connect (home->url, "test", -1, &error);
  g_auto (PipelineResult) result = { 0 };
  assert_false (pipeline_run (db, &(PipelineTask) { .run = &run, .fd = fd, .options = &options }, &result, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_STOP));
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_counted_once),
    TEST (test_contradictions_are_counted_once),
    TEST (test_types_of_the_whole_file),
    TEST (test_stopped_while_it_reads),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
