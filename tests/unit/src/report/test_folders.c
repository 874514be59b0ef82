#include "src/report/folders.h"

#include "tests/support/process.h"

#include "base/fsutil.h"
#include "pipeline/types/types.h"
#include "watcher/claim.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  Settings *settings;
  Catalog *catalog;
} Fixture;

static void
write_file (const Fixture *fixture, const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->folder, folder, name, NULL);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
load_catalog (Fixture *fixture)
{
  const ModelWords words = { types_words (), types_format_fits };
  g_clear_pointer (&fixture->catalog, catalog_free);
  fixture->catalog = catalog_load (fixture->settings->models, "models", &words, NULL);
  assert_non_null (fixture->catalog);
}

/* A home with a dimension, a fact that refers to it, and a broken model. */
static int
fixture_setup (void **state)
{
  Fixture *fixture = g_new0 (Fixture, 1);
  fixture->folder = g_dir_make_tmp ("weir-folders-XXXXXX", NULL);
  fixture->settings = settings_load_home (fixture->folder, HOME_CREATE, NULL);
  assert_non_null (fixture->settings);
  fixture->settings->settle = 0;
  write_file (fixture, "models", "users.json", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  write_file (fixture, "models", "sales.json",
              "{\"table\": \"sales\", \"kind\": \"fact\","
              "\"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": \"user_id\"}]}");
  write_file (fixture, "models", "broken.json", "{\"table\": \"broken\"");
  load_catalog (fixture);
  *state = fixture;
  return 0;
}

static int
fixture_teardown (void **state)
{
  Fixture *fixture = *state;
  remove_tree (fixture->folder);
  catalog_free (fixture->catalog);
  settings_free (fixture->settings);
  g_free (fixture->folder);
  g_free (fixture);
  return 0;
}

/* What the database would say: whether users was loaded, and what is wrong with it. */
typedef struct
{
  bool applied;
  const char *problem;
} Answers;

static bool
is_applied (const char *table, void *data)
{
  assert_string_equal (table, "users");
  return ((const Answers *) data)->applied;
}

static char *
find_problem (const char *table, const Entry *file, void *data)
{
  const Answers *answers = data;
  assert_int_equal (file->size, 2);
  return g_str_equal (table, "users") ? g_strdup (answers->problem) : NULL;
}

static const struct
{
  const char *files[3];
  Answers answers;
  const char *file, *state, *reason; /* of the file that is looked at; reason NULL: anything */
} cases[] = {
  { { "users.csv" }, { false, NULL }, "users.csv", "ready", NULL },
  { { "users.csv" }, { true, "another secret" }, "users.csv", "blocked", "another secret" },
  { { "sales.csv" }, { false, NULL }, "sales.csv", "waits", "for users, which was never loaded" },
  { { "sales.csv" }, { true, NULL }, "sales.csv", "ready", NULL },
  { { "sales.csv", "users-2.csv" }, { true, NULL }, "sales.csv", "waits", "for users, which has files pending" },
  { { "sales.csv", "users.csv" }, { true, "another secret" }, "sales.csv", "waits", "for users, which has files pending" },
  { { "sales.csv", "users.csv.part", "users.txt" }, { true, NULL }, "sales.csv", "ready", NULL },
  { { "other.csv" }, { true, NULL }, "other.csv", "ready", NULL },
  { { "user.csv" }, { true, NULL }, "user.csv", "ready", "there is no model user; did you mean users?" },
  { { "broken.csv" }, { true, NULL }, "broken.csv", "blocked", NULL },
  { { "users.csv.part" }, { true, NULL }, "users.csv.part", "writing", NULL },
  { { "notes.txt" }, { true, NULL }, "notes.txt", "ignored", "it is not a CSV file by its name" },
};

static const WaitingFile *
find_file (const GPtrArray *files, const char *name)
{
  for (guint i = 0; i < files->len; i++)
    if (g_str_equal (((const WaitingFile *) g_ptr_array_index (files, i))->file, name))
      return g_ptr_array_index (files, i);
  fail_msg ("%s is not listed", name);
  return NULL;
}

static void
test_what_a_file_waits_for (void **state)
{
  const Fixture *fixture = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      for (size_t j = 0; j < 3 && cases[i].files[j] != NULL; j++)
        write_file (fixture, "imports", cases[i].files[j], "x\n");
      Answers answers = cases[i].answers;
      const TableKnowledge knowledge = { is_applied, find_problem, &answers };
      g_autoptr (GPtrArray) files = folders_list_waiting (fixture->settings, fixture->catalog, &knowledge, NULL);
      const WaitingFile *file = find_file (files, cases[i].file);
      assert_string_equal (file->state, cases[i].state);
      if (cases[i].reason != NULL)
        assert_string_equal (file->reason, cases[i].reason);
      for (size_t j = 0; j < 3 && cases[i].files[j] != NULL; j++)
        {
          g_autofree char *path = g_build_filename (fixture->settings->imports, cases[i].files[j], NULL);
          unlink (path);
        }
    }
}

static void
test_still_being_written (void **state)
{
  Fixture *fixture = *state;
  write_file (fixture, "imports", "users.csv", "x\n");
  fixture->settings->settle = 3600;
  g_autoptr (GPtrArray) fresh = folders_list_waiting (fixture->settings, fixture->catalog, NULL, NULL);
  assert_string_equal (find_file (fresh, "users.csv")->state, "settling");
  g_autofree char *path = g_build_filename (fixture->settings->imports, "users.csv", NULL);
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  g_autoptr (GPtrArray) open_ones = folders_list_waiting (fixture->settings, fixture->catalog, NULL, NULL);
  close (fd);
  assert_string_equal (find_file (open_ones, "users.csv")->state, "writing");
}

/* Anybody may set the modification time to anything: it says nothing of when the file was written. */
static void
test_modified_in_the_future (void **state)
{
  const Fixture *fixture = *state;
  write_file (fixture, "imports", "users.csv", "x\n");
  g_autofree char *path = g_build_filename (fixture->settings->imports, "users.csv", NULL);
  time_t ahead = time (NULL) + 3600;
  struct timespec times[] = { { .tv_sec = ahead }, { .tv_sec = ahead } };
  assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
  g_autoptr (GPtrArray) files = folders_list_waiting (fixture->settings, fixture->catalog, NULL, NULL);
  assert_string_equal (find_file (files, "users.csv")->state, "ready");
}

/* A file that we may not read is nothing that others wait for. */
static void
test_unreadable (void **state)
{
  const Fixture *fixture = *state;
  write_file (fixture, "imports", "users.csv", "x\n");
  write_file (fixture, "imports", "sales.csv", "x\n");
  g_autofree char *path = g_build_filename (fixture->settings->imports, "users.csv", NULL);
  assert_int_equal (chmod (path, 0), 0);
  /* root may read everything: be somebody else while looking. */
  bool root = geteuid () == 0;
  assert_int_equal (chmod (fixture->folder, 0755), 0);
  assert_int_equal (root ? seteuid (65534) : 0, 0);
  Answers answers = { true, NULL };
  const TableKnowledge knowledge = { is_applied, find_problem, &answers };
  g_autoptr (GPtrArray) files = folders_list_waiting (fixture->settings, fixture->catalog, &knowledge, NULL);
  assert_int_equal (root ? seteuid (0) : 0, 0);
  assert_string_equal (find_file (files, "users.csv")->state, "unreadable");
  assert_string_equal (find_file (files, "users.csv")->reason, "it cannot be opened: permission denied");
  assert_string_equal (find_file (files, "sales.csv")->state, "ready");
}

static void
test_claims (void **state)
{
  const Fixture *fixture = *state;
  write_file (fixture, "imports", "users.csv", "x\n");
  bool gone = false;
  g_autoptr (Claim) claim = claim_take (fixture->settings->imports, "users.csv", NULL, uid_random (), &gone, NULL);
  assert_non_null (claim);
  write_file (fixture, "imports", "sales.csv", "x\n");
  write_file (fixture, "imports", "users-2.csv", "x\n");
  write_file (fixture, "imports", "shops.csv", "x\n");
  Answers answers = { true, NULL };
  const TableKnowledge knowledge = { is_applied, find_problem, &answers };
  g_autoptr (GPtrArray) files = folders_list_waiting (fixture->settings, fixture->catalog, &knowledge, NULL);
  const WaitingFile *file = find_file (files, "users.csv");
  char run[UID_TEXT_SIZE];
  uid_format (claim_run (claim), run);
  assert_string_equal (file->state, "in work");
  assert_string_equal (file->run, run);
  /* What is in work is pending as well. */
  assert_string_equal (find_file (files, "sales.csv")->state, "waits");
  /* And is what the next one of its table waits for. */
  assert_string_equal (find_file (files, "users-2.csv")->state, "waits");
  assert_string_equal (find_file (files, "users-2.csv")->reason, "for users.csv, which is in work");
  assert_string_equal (find_file (files, "users-2.csv")->waits_for, "users.csv");
  assert_string_equal (find_file (files, "shops.csv")->state, "ready");
}

static void
test_no_drop_folder (void **state)
{
  const Fixture *fixture = *state;
  assert_int_equal (rmdir (fixture->settings->imports), 0);
  g_autoptr (GPtrArray) files = folders_list_waiting (fixture->settings, fixture->catalog, NULL, NULL);
  assert_int_equal (files->len, 0);
}

static void
test_failed_files (void **state)
{
  const Fixture *fixture = *state;
  g_auto (FailedFiles) none = { 0 };
  assert_true (folders_find_failed (fixture->settings, &none, NULL));
  assert_int_equal (none.files, 0);
  assert_null (none.latest);

  write_file (fixture, "failed", "old.csv", "x\n");
  write_file (fixture, "failed", "old.csv.error.json", "{\"error\": {\"message\": \"older\"}}");
  /* Until the file system's clock has gone on. */
  g_usleep (20000);
  write_file (fixture, "failed", "new.csv", "x\n");
  write_file (fixture, "failed", "new.csv.error.json", "{\"error\": {\"message\": \"newer\"}}");
  g_auto (FailedFiles) failed = { 0 };
  assert_true (folders_find_failed (fixture->settings, &failed, NULL));
  assert_int_equal (failed.files, 2);
  assert_string_equal (failed.latest, "failed/new.csv");
  assert_string_equal (json_string_value (json_object_get (json_object_get (failed.report, "error"), "message")), "newer");
}

/* The only claim of the folder: what `weir status` says of it to a user who is not root. Owned by the caller. */
static char *
explain_to_a_user (const Fixture *fixture, const char *name)
{
  bool root = geteuid () == 0;
  assert_int_equal (root ? seteuid (65534) : 0, 0);
  g_autoptr (GPtrArray) files = folders_list_waiting (fixture->settings, fixture->catalog, NULL, NULL);
  assert_int_equal (root ? seteuid (0) : 0, 0);
  assert_string_equal (find_file (files, name)->state, "orphan");
  return g_strdup (find_file (files, name)->reason);
}

/* What was claimed and is not finished says what is in its way. */
static void
test_orphan (void **state)
{
  const Fixture *fixture = *state;
  write_file (fixture, "imports", "users.csv", "x\n");
  bool gone = false;
  Claim *claim = claim_take (fixture->settings->imports, "users.csv", NULL, uid_random (), &gone, NULL);
  assert_non_null (claim);
  g_autofree char *folder = g_path_get_dirname (claim_path (claim));
  char run[UID_TEXT_SIZE];
  uid_format (claim_run (claim), run);
  claim_free (claim);
  g_autoptr (GPtrArray) free_ones = folders_list_waiting (fixture->settings, fixture->catalog, NULL, NULL);
  assert_string_equal (find_file (free_ones, "users.csv")->state, "orphan");
  assert_string_equal (find_file (free_ones, "users.csv")->reason, "it is not finished; weir watch takes it up");

  assert_int_equal (chmod (fixture->settings->archive, 0555), 0);
  assert_int_equal (chmod (fixture->settings->failed, 0777), 0);
  assert_int_equal (chmod (fixture->folder, 0755), 0);
  assert_int_equal (chmod (folder, 0777), 0);
  g_autofree char *archive = explain_to_a_user (fixture, "users.csv");
  assert_string_equal (archive, "could not write to \"archive\": Permission denied; weir watch takes it up when that is mended");

  assert_int_equal (chmod (folder, 0555), 0);
  g_autofree char *claimed = explain_to_a_user (fixture, "users.csv");
  g_autofree char *moved =
      g_strdup_printf ("it cannot be moved out of \"imports/.claimed/%s\": Permission denied; weir watch takes "
                       "it up when that is mended",
                       run);
  assert_string_equal (claimed, moved);

  assert_int_equal (chmod (folder, 0000), 0);
  g_autofree char *closed = explain_to_a_user (fixture, run);
  assert_int_equal (chmod (folder, 0755), 0);
  assert_string_equal (closed, "it cannot be taken up: its folder cannot be opened: Permission denied");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, fixture_setup, fixture_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_what_a_file_waits_for),
    TEST (test_still_being_written),
    TEST (test_modified_in_the_future),
    TEST (test_claims),
    TEST (test_unreadable),
    TEST (test_orphan),
    TEST (test_no_drop_folder),
    TEST (test_failed_files),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
