#include "watcher/archive.h"

#include "base/error.h"
#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUN_TEXT "3fa9c1d2-0000-4000-8000-000000000001"
#define NOON INT64_C (1795167000) /* 2026-11-20 09:30:00 UTC */

static int
set_up (void **state)
{
  *state = g_dir_make_tmp ("weir-archive-XXXXXX", NULL);
  return *state ? 0 : -1;
}

static int
tear_down (void **state)
{
  remove_tree (*state);
  g_free (*state);
  return 0;
}

static Uid
the_run (void)
{
  Uid run;
  assert_true (uid_parse (RUN_TEXT, strlen (RUN_TEXT), &run));
  return run;
}

static bool
holds (const char *path, const char *text)
{
  g_autofree char *content = NULL;
  return g_file_get_contents (path, &content, NULL, NULL) && strcmp (content, text) == 0;
}

static char *
make_file (const char *folder, const char *name, const char *text)
{
  char *path = g_build_filename (folder, name, NULL);
  assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
names_carry_a_mark_and_give_it_back (void **state)
{
  (void) state;
  static const struct
  {
    const char *name, *archived, *original; /* original NULL: the name itself */
  } names[] = {
    { "users.csv", "users.20261120T093000Z-3fa9c1d2.csv", NULL },
    { "users", "users.20261120T093000Z-3fa9c1d2", NULL },
    { "users_2026-11-20.csv", "users_2026-11-20.20261120T093000Z-3fa9c1d2.csv", NULL },
    { "users.2026.part1.csv", "users.20261120T093000Z-3fa9c1d2.2026.part1.csv", NULL },
    { "users.csv.gz", "users.20261120T093000Z-3fa9c1d2.csv.gz", NULL },
    { "users_2026-11-20.tsv.zst", "users_2026-11-20.20261120T093000Z-3fa9c1d2.tsv.zst", NULL },
    { "users.20250101T000000Z-00112233.csv.zst", "users.20261120T093000Z-3fa9c1d2.csv.zst", "users.csv.zst" },
    { "\xC3\xA4pfel & birnen.csv", "\xC3\xA4pfel & birnen.20261120T093000Z-3fa9c1d2.csv", NULL },
    { "users.20250101T000000Z-00112233.csv", "users.20261120T093000Z-3fa9c1d2.csv", "users.csv" },
    { "users.csv.20250101T000000Z-00112233", "users.20261120T093000Z-3fa9c1d2.csv", "users.csv" },
    /* Almost a mark is part of the name. */
    { "users.20250101T000000Z-0011223.csv", "users.20261120T093000Z-3fa9c1d2.20250101T000000Z-0011223.csv", NULL },
    { "users.20250101T000000Z-001122334.csv", "users.20261120T093000Z-3fa9c1d2.20250101T000000Z-001122334.csv", NULL },
    { "users20250101T000000Z-00112233.csv", "users20250101T000000Z-00112233.20261120T093000Z-3fa9c1d2.csv", NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *archived = archive_name (names[i].name, NOON, the_run ());
      assert_string_equal (archived, names[i].archived);
      g_autofree char *original = archive_original_name (archived);
      g_autofree char *digits = archive_run_digits (archived), *none = archive_run_digits (original);
      assert_non_null (digits);
      assert_non_null (strstr (archived, digits));
      assert_int_equal (strlen (digits), 8);
      assert_null (none);
      assert_string_equal (original, names[i].original ? names[i].original : names[i].name);
    }
}

static void
a_long_name_is_cut_at_a_character (void **state)
{
  (void) state;
  for (size_t extra = 0; extra < 4; extra++)
    {
      g_autoptr (GString) name = g_string_new (NULL);
      for (size_t i = 0; i < extra; i++)
        g_string_append_c (name, 'x');
      while (name->len + 2 + 4 <= NAME_MAX)
        g_string_append (name, "\xC3\xA4");
      g_string_append (name, ".csv");
      g_autofree char *archived = archive_name (name->str, NOON, the_run ());
      assert_true (strlen (archived) + strlen (".error.json") <= NAME_MAX);
      assert_true (g_utf8_validate (archived, -1, NULL));
      assert_true (g_str_has_suffix (archived, ".20261120T093000Z-3fa9c1d2.csv"));
    }
  g_autofree char *many = g_strnfill (240, '.');
  g_autofree char *dots = g_strconcat ("a", many, "csv", NULL);
  g_autofree char *archived = archive_name (dots, NOON, the_run ());
  assert_true (strlen (archived) + strlen (".error.json") <= NAME_MAX);
}

static void
a_file_is_stored_byte_for_byte (void **state)
{
  g_autofree char *archive = g_build_filename (*state, "archive", "users", NULL);
  g_autofree char *path = make_file (*state, "users.csv", "one");
  g_autofree char *place = NULL;
  g_autoptr (GError) error = NULL;
  assert_true (archive_store (&(ArchiveFile) { path, "users.csv", the_run (), NOON, NULL }, archive, &place, &error));
  g_autofree char *expected = g_build_filename (archive, "users.20261120T093000Z-3fa9c1d2.csv", NULL);
  assert_string_equal (place, expected);
  assert_true (holds (place, "one"));
  assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
a_taken_name_is_never_overwritten (void **state)
{
  g_autofree char *archive = g_build_filename (*state, "archive", "users", NULL);
  const char *texts[] = { "one", "two", "three" };
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *path = make_file (*state, "users.csv", texts[i]);
      char *place = NULL;
      assert_true (archive_store (&(ArchiveFile) { path, "users.csv", the_run (), NOON, NULL }, archive, &place, NULL));
      g_ptr_array_add (places, place);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_true (holds (places->pdata[i], texts[i]));
}

static void
a_refused_file_has_its_reason_beside_it (void **state)
{
  g_autofree char *failed = g_build_filename (*state, "failed", NULL);
  const char *texts[] = { "one", "two" };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *path = make_file (*state, "users.csv", texts[i]);
      g_autofree char *place = NULL;
      assert_true (archive_refuse (&(ArchiveFile) { path, "users.csv", the_run (), NOON, NULL }, failed, texts[i], &place, NULL));
      g_autofree char *report = g_strconcat (place, ".error.json", NULL);
      assert_true (holds (place, texts[i]));
      assert_true (holds (report, texts[i]));
    }
}

/* Of a file that somebody has put back, or mended elsewhere, the report is still there: it stays, and the file's own goes beside. */
static void
what_is_left_of_another_is_not_touched (void **state)
{
  static const char *const endings[] = { "", ".error.json" };
  for (size_t i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *failed = g_strdup_printf ("%s/failed-%zu", (char *) *state, i);
      assert_int_equal (mkdir (failed, 0755), 0);
      g_autofree char *name = g_strconcat ("users.20261120T093000Z-3fa9c1d2.csv", endings[i], NULL);
      g_autofree char *left = make_file (failed, name, "of another");
      g_autofree char *path = make_file (*state, "users.csv", "one");
      g_autofree char *place = NULL;
      assert_true (archive_refuse (&(ArchiveFile) { path, "users.csv", the_run (), NOON, NULL }, failed, "reason", &place, NULL));
      assert_true (holds (left, "of another"));
      assert_true (g_str_has_suffix (place, "/users.20261120T093001Z-3fa9c1d2.csv"));
      g_autofree char *report = g_strconcat (place, ".error.json", NULL);
      assert_true (holds (place, "one"));
      assert_true (holds (report, "reason"));
    }
}

static void
what_cannot_be_moved_stays_and_leaves_no_reason (void **state)
{
  g_autofree char *failed = g_build_filename (*state, "failed", NULL);
  g_autofree char *path = g_build_filename (*state, "missing.csv", NULL);
  g_autofree char *place = NULL;
  g_autoptr (GError) error = NULL;
  assert_false (archive_refuse (&(ArchiveFile) { path, "missing.csv", the_run (), NOON, NULL }, failed, "{}", &place, &error));
  assert_non_null (error);
  assert_null (place);
  assert_int_equal (rmdir (failed), 0);
}

static int
count_names (const char *folder)
{
  int count = 0;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  while (g_dir_read_name (dir))
    count++;
  return count;
}

/* A folder on another file system than the test's; NULL: there is none here. Owned by the caller. */
static char *
make_folder_elsewhere (const char *here)
{
  struct stat this_one, other;
  if (stat (here, &this_one) != 0 || stat ("/dev/shm", &other) != 0 || this_one.st_dev == other.st_dev
      || access ("/dev/shm", W_OK) != 0)
    {
      print_message ("/dev/shm is no other file system than %s: skipped\n", here);
      return NULL;
    }
  return g_mkdtemp (g_strdup ("/dev/shm/weir-archive-XXXXXX"));
}

static void
another_file_system_gets_a_copy (void **state)
{
  g_autofree char *archive = make_folder_elsewhere (*state);
  if (archive == NULL)
    skip ();
  ArchiveWay way;
  assert_true (archive_try (*state, archive, &way, NULL));
  assert_int_equal (way, WAY_COPY);
  assert_int_equal (count_names (archive), 0);
  g_autofree char *path = make_file (*state, "users.csv", "one");
  const struct timespec times[] = { { 1000000000, 5 }, { 1234567890, 123456789 } };
  assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
  assert_int_equal (chmod (path, 0604), 0);
  g_autofree char *place = NULL;
  g_autoptr (GError) error = NULL;
  bool stored = archive_store (&(ArchiveFile) { path, "users.csv", the_run (), NOON, NULL }, archive, &place, &error);
  struct stat kept;
  assert_true (stored);
  assert_int_equal (stat (place, &kept), 0);
  assert_true (holds (place, "one"));
  remove_tree (archive);
  assert_int_equal (kept.st_mode & 07777, 0604);
  assert_int_equal (kept.st_mtim.tv_sec, 1234567890);
  assert_int_equal (kept.st_mtim.tv_nsec, 123456789);
  assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* Its bytes are somebody else's too: what is kept must not change with them. */
static void
a_file_with_another_name_is_copied (void **state)
{
  g_autofree char *path = make_file (*state, "users.csv", "one");
  g_autofree char *other = g_build_filename (*state, "other.csv", NULL);
  assert_int_equal (link (path, other), 0);
  g_autofree char *archive = g_build_filename (*state, "archive", NULL);
  g_autofree char *place = NULL;
  assert_true (archive_store (&(ArchiveFile) { path, "users.csv", the_run (), NOON, NULL }, archive, &place, NULL));
  assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  FILE *writer = fopen (other, "a");
  assert_true (fputs (" and two", writer) >= 0);
  fclose (writer);
  assert_true (holds (place, "one"));
  assert_int_equal (count_names (archive), 1);
}

/* What was dropped is nobody's business but weir's and its group's. */
static void
reports_and_folders_are_not_for_all (void **state)
{
  g_autofree char *path = make_file (*state, "users.csv", "one");
  g_autofree char *failed = g_build_filename (*state, "failed", NULL);
  g_autofree char *place = NULL;
  mode_t mask = umask (0);
  assert_true (archive_refuse (&(ArchiveFile) { path, "users.csv", the_run (), NOON, NULL }, failed, "{}", &place, NULL));
  umask (mask);
  g_autofree char *report = g_strconcat (place, ".error.json", NULL);
  struct stat info;
  assert_int_equal (stat (failed, &info), 0);
  assert_int_equal (info.st_mode & 07777, 0750);
  assert_int_equal (stat (report, &info), 0);
  assert_int_equal (info.st_mode & 07777, 0640);
}

static void
deleting_twice_is_no_error (void **state)
{
  g_autofree char *path = make_file (*state, "users.csv", "one");
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *place = NULL;
      assert_true (archive_delete (&(ArchiveFile) { path, "users.csv", the_run (), NOON, NULL }, &place, NULL));
      assert_string_equal (place, "");
      assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

/* Another's name is taken as well, and so is that of a report alone. */
static void
a_report_that_is_there_already_is_kept (void **state)
{
  g_autofree char *path = make_file (*state, "users.csv", "one");
  g_autofree char *old = make_file (*state, "users.20261120T093000Z-3fa9c1d2.csv.error.json", "old");
  g_autofree char *place = NULL;
  assert_true (archive_refuse (&(ArchiveFile) { path, "users.csv", the_run (), NOON, NULL }, *state, "new", &place, NULL));
  assert_true (holds (old, "old"));
  g_autofree char *report = g_strconcat (place, ".error.json", NULL);
  assert_true (holds (report, "new"));
}

/* From the first to the second and the third. */
static bool
try_both (char *const paths[])
{
  ArchiveWay ways[2] = { WAY_COPY, WAY_COPY };
  bool done = archive_try (paths[0], paths[1], &ways[0], NULL) && archive_try (paths[0], paths[2], &ways[1], NULL);
  return done && ways[0] == WAY_RENAME && ways[1] == WAY_RENAME;
}

/* What a killed try left is swept; what one that lives has locked is not, and no other file is. */
static void
a_try_leaves_nothing_behind (void **state)
{
  static const char *const folders[] = { "imports", "archive", "failed", "imports/" CLAIM_FOLDER };
  char *paths[G_N_ELEMENTS (folders)];
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      paths[i] = g_build_filename (*state, folders[i], NULL);
      assert_int_equal (mkdir (paths[i], 0755), 0);
      g_autofree char *dead = make_file (paths[i], ".weir-try-dead", "");
      g_autofree char *other = make_file (paths[i], "users.csv", "one");
    }
  g_autofree char *alive = make_file (paths[1], ".weir-try-alive", "");
  int fd = open (alive, O_RDONLY | O_CLOEXEC);
  assert_int_equal (flock (fd, LOCK_EX), 0);

  assert_true (try_both (paths));

  assert_int_equal (count_names (paths[0]), 2);
  assert_int_equal (count_names (paths[1]), 2);
  assert_int_equal (count_names (paths[2]), 1);
  assert_int_equal (count_names (paths[3]), 1);
  assert_true (holds (alive, ""));
  close (fd);
  assert_true (try_both (paths));
  assert_int_equal (count_names (paths[1]), 1);
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    g_free (paths[i]);
}

static void
a_try_that_fails_leaves_nothing_behind_either (void **state)
{
  g_autofree char *imports = g_build_filename (*state, "imports", NULL);
  g_autofree char *there = g_build_filename (*state, "there", NULL);
  g_autofree char *missing = g_build_filename (*state, "missing", NULL);
  assert_int_equal (mkdir (imports, 0755), 0);
  assert_int_equal (mkdir (there, 0755), 0);
  const char *const cases[][2] = { { missing, there }, { imports, missing } };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      ArchiveWay way;
      assert_false (archive_try (cases[i][0], cases[i][1], &way, &error));
      assert_int_equal (error->code, WEIR_ERROR_LOCAL);
      g_autofree char *text = weir_error_format (error);
      if (!strstr (text, missing))
        fail_msg ("case %zu: %s", i, text);
      assert_int_equal (count_names (imports), 0);
      assert_int_equal (count_names (there), 0);
    }
}

/* Of a run whose digits and seconds another one has had for a while. */
static void
where_no_name_is_free_it_stays (void **state)
{
  g_autofree char *path = make_file (*state, "users.csv", "one");
  g_autofree char *archive = g_build_filename (*state, "archive", NULL);
  assert_int_equal (mkdir (archive, 0755), 0);
  for (int i = 0; i < 100; i++)
    {
      g_autofree char *name = archive_name ("users.csv", NOON + i, the_run ());
      g_autofree char *taken = make_file (archive, name, "of another");
    }
  g_autofree char *place = NULL;
  g_autoptr (GError) error = NULL;
  assert_false (archive_store (&(ArchiveFile) { path, "users.csv", the_run (), NOON, NULL }, archive, &place, &error));
  assert_non_null (strstr (error->message, "a free name"));
  assert_null (place);
  assert_true (holds (path, "one"));
  assert_int_equal (count_names (archive), 100);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (names_carry_a_mark_and_give_it_back),
    cmocka_unit_test (a_long_name_is_cut_at_a_character),
    TEST (a_file_is_stored_byte_for_byte),
    TEST (a_taken_name_is_never_overwritten),
    TEST (a_refused_file_has_its_reason_beside_it),
    TEST (what_is_left_of_another_is_not_touched),
    TEST (what_cannot_be_moved_stays_and_leaves_no_reason),
    TEST (a_report_that_is_there_already_is_kept),
    TEST (a_try_leaves_nothing_behind),
    TEST (a_try_that_fails_leaves_nothing_behind_either),
    TEST (another_file_system_gets_a_copy),
    TEST (a_file_with_another_name_is_copied),
    TEST (reports_and_folders_are_not_for_all),
    TEST (deleting_twice_is_no_error),
    TEST (where_no_name_is_free_it_stays),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
