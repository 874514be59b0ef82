/* docs/running.md: a backup of the home that `weir demo` makes, restored as on another machine, and an older one beside newer files. */
#include "tests/support/oracle.h"
#include "tests/support/page.h"
#include "tests/support/weir.h"

#include <unistd.h>

static const char *const homes[] = { "shop", "new" };

static int
page_setup (void **state)
{
  Home *home = home_new (*state);
  home_remove_file (home, "weir.json");
  *state = home;
  return 0;
}

/* Their servers outlive weir, and their data are elsewhere where the tests run as root. */
static int
page_teardown (void **state)
{
  for (size_t i = 0; i < G_N_ELEMENTS (homes); i++)
    if (home_has_file (*state, homes[i]))
      outcome_free (run_weir (*state, "db", "drop", "--yes", "--home", homes[i], NULL));
  return home_teardown (state);
}

/* One of an older version refuses the server; not all servers that are tested come with their own. */
static bool
has_pg_dump (void)
{
  g_autofree char *programs = cluster_programs (), *pg_dump = g_build_filename (programs, "pg_dump", NULL);
  return access (pg_dump, X_OK) == 0;
}

static void
test_backup_and_restore (void **state)
{
  Home *home = *state;
  if (!has_pg_dump ())
    {
      print_message ("this PostgreSQL comes without pg_dump: not tried\n");
      skip ();
    }
  assert_weir (home, 0, "demo", "shop", NULL);
  assert_int_equal (page_run (home, "docs/running.md", "## Backup", "## Upgrade"), 19);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, page_setup, page_teardown)
  const struct CMUnitTest tests[] = { TEST (test_backup_and_restore) };
  return cmocka_run_group_tests (tests, cluster_setup_bare, cluster_teardown);
}
