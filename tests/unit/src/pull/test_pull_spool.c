/* What is swept away of earlier pulls, and what not, while files are on their way; and a file that is dropped while calls fail. */
#include "src/pull/pull_spool.h"

#include "tests/support/process.h"

#include "base/error.h"
#include "src/pull/declare.h"
#include "watcher/beside.h"
#include "watcher/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME "orders-1.csv"
#define RUN "0b9ac9be-4ae6-4d0c-8a35-1f4d6d5a0001"

/* What happens just before claims are listed: a file goes from here to there. */
static const char *goes_from, *goes_to;

GPtrArray *__real_claim_list (const char *imports, GError **error);
GPtrArray *__wrap_claim_list (const char *imports, GError **error);

GPtrArray *
__wrap_claim_list (const char *imports, GError **error)
{
  if (goes_from != NULL)
    assert_int_equal (rename (goes_from, goes_to), 0);
  goes_from = NULL;
  return __real_claim_list (imports, error);
}

/* The sync that fails, counted down; 0: none. */
static int failing_sync;

int __real_fsync (int fd);
int __wrap_fsync (int fd);

int
__wrap_fsync (int fd)
{
  if (failing_sync > 0 && --failing_sync == 0)
    return errno = EIO, -1;
  return __real_fsync (fd);
}

static int
setup (void **state)
{
  g_autofree char *path = g_dir_make_tmp ("weir-spool-XXXXXX", NULL);
  *state = realpath (path, NULL);
  return *state == NULL;
}

static int
teardown (void **state)
{
  remove_tree (*state);
  free (*state);
  return 0;
}

static void
test_sweep (void **state)
{
  static const struct
  {
    const char *name;
    bool dropped, claimed; /* where the file is; one that is at neither is gone */
    bool moves;            /* to the other place, between the looks */
    bool stays;            /* the declaration */
  } rows[] = {
    { "gone", false, false, false, false },
    { "dropped", true, false, false, true },
    { "claimed", false, true, false, true },
    { "is being claimed", true, false, true, true },
    { "is being given back", false, true, true, true },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      print_message ("  %s\n", rows[i].name);
      g_autofree char *home = g_strdup_printf ("%s/%zu", (char *) *state, i);
      g_autoptr (Settings) settings = settings_load_home (home, HOME_CREATE, NULL);
      assert_non_null (settings);
      g_autofree char *folder = g_build_filename (settings->imports, CLAIM_FOLDER, RUN, NULL);
      g_autofree char *dropped = g_build_filename (settings->imports, NAME, NULL), *claimed = g_build_filename (folder, NAME, NULL),
                      *declared = declared_path (settings, NAME);
      assert_int_equal (g_mkdir_with_parents (folder, 0700), 0);
      /* As long as it may be. */
      g_autofree char *notes = g_strnfill (i == 1 ? 4000000 : 1, 'x'),
                      *text = g_strdup_printf ("{\"notes\": [\"%s\"], \"job\": \"orders\"}", notes);
      g_autoptr (GPtrArray) names = NULL;
      assert_true (g_file_set_contents (declared, text, -1, NULL));
      assert_true (declared_files (settings, "orders", &names, NULL));
      assert_int_equal (names->len, 1);
      if (rows[i].dropped || rows[i].claimed)
        assert_true (g_file_set_contents (rows[i].dropped ? dropped : claimed, "id\n1\n", -1, NULL));
      goes_from = rows[i].moves ? rows[i].dropped ? dropped : claimed : NULL;
      goes_to = rows[i].dropped ? claimed : dropped;
      assert_true (pull_spool_sweep (settings, "orders", &error));
      goes_from = NULL;
      assert_int_equal (g_file_test (declared, G_FILE_TEST_EXISTS), rows[i].stays);
    }
}

/* Whatever sync fails, of the file, its declaration or their folders: what is in the drop folder is declared. */
static void
test_drop_without_a_sync (void **state)
{
  g_autoptr (Settings) settings = settings_load_home (*state, HOME_CREATE, NULL);
  g_autoptr (Json) declaration = json_pack ("{s:s}", "job", "orders");
  g_autofree char *path = g_build_filename (settings->imports, NAME, NULL), *declared = declared_path (settings, NAME);
  bool done = false;
  for (int nth = 1; !done; nth++)
    {
      struct stat info;
      bool exists;
      g_auto (PullSpool) spool = { .fd = -1 };
      g_autoptr (GError) error = NULL;
      assert_in_range (nth, 1, 10);
      assert_true (pull_spool_new (settings, "orders", &spool, NULL));
      failing_sync = nth;
      done = pull_spool_drop (&spool, settings, NAME, declaration, 0, &info, &exists, &error);
      failing_sync = 0;
      bool is_dropped = g_file_test (path, G_FILE_TEST_EXISTS);
      print_message ("  %d: %s\n", nth, done ? "dropped" : error->message);
      assert_true (is_dropped || !done);
      assert_true (!is_dropped || g_file_test (declared, G_FILE_TEST_EXISTS));
      (void) remove (path);
      (void) remove (declared);
    }
}

/* Nothing is dropped whose declaration nobody would read. */
static void
test_drop_with_a_large_declaration (void **state)
{
  g_autoptr (Settings) settings = settings_load_home (*state, HOME_CREATE, NULL);
  g_autofree char *words = g_strnfill (BESIDE_MOST_BYTES, 'x'), *declared = declared_path (settings, NAME);
  g_autoptr (Json) declaration = json_pack ("{s:s}", "job", words);
  struct stat info;
  bool exists;
  g_auto (PullSpool) spool = { .fd = -1 };
  g_autoptr (GError) error = NULL;
  assert_true (pull_spool_new (settings, "orders", &spool, NULL));
  assert_false (pull_spool_drop (&spool, settings, NAME, declaration, 0, &info, &exists, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
  assert_false (g_file_test (declared, G_FILE_TEST_EXISTS));
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown (test_sweep, setup, teardown),
                                      cmocka_unit_test_setup_teardown (test_drop_without_a_sync, setup, teardown),
                                      cmocka_unit_test_setup_teardown (test_drop_with_a_large_declaration, setup, teardown) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
