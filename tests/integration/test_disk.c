/* What the disk and other writers do to a file while it is loaded, in this process: every fsync goes through here first. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include "base/autoptr.h"
#include "src/load/loading.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"

static const char users_text[] = "name,email\nAnn,a@x.org\nBob,b@x.org\n";

/* Before the first fsync of a path with this end. */
typedef struct
{
  const char *ending; /* NULL: of none */
  int reason;         /* errno that it fails with; 0: it succeeds */
  void (*act) (Home *home);
  Home *home;
  int calls; /* of fsync of such a path */
} Disk;

static Disk disk;

int __real_fsync (int fd);
int __wrap_fsync (int fd);

int
__wrap_fsync (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = g_file_read_link (link, NULL);
  if (disk.ending == NULL || !g_str_has_suffix (path, disk.ending))
    return __real_fsync (fd);
  if (disk.calls++ == 0 && disk.act != NULL)
    disk.act (disk.home);
  return disk.reason != 0 ? (errno = disk.reason, -1) : __real_fsync (fd);
}

/* ---- loading ---- */

typedef struct
{
  bool done;
  LoadEnd end;
  ClaimFate fate;
  GError *error;
} Loaded;

static void
loaded_clear (Loaded *loaded)
{
  disk = (Disk) { 0 };
  load_end_clear (&loaded->end);
  g_clear_error (&loaded->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loaded, loaded_clear)

/* A worker's way with imports/users.csv. */
static void
load_dropped (Home *home, const Disk *state, Loaded *ret_loaded)
{
  g_autoptr (Settings) settings = settings_load_home (home->path, HOME_REQUIRED, NULL);
  assert_non_null (settings);
  g_auto (Loader) loader = { 0 };
  loader_init (&loader, settings, -1);
  GError **error = &ret_loaded->error;
  LockState lock;
  char *waits_for = NULL;
  g_auto (Route) route = { 0 };
  assert_true (loader_refresh (&loader, error));
  catalog_route (loader.catalog, "users.csv", &route);
  assert_true (loader_lock (&loader, &route, 0, &lock, &waits_for, error));
  bool gone = false;
  g_autoptr (Claim) claim = claim_take (settings->imports, "users.csv", NULL, uid_random (), &gone, error);
  assert_non_null (claim);
  disk = *state;
  disk.home = home;
  ret_loaded->done = loading_claimed (&loader, claim, &route, NULL, &ret_loaded->end, &ret_loaded->fate, error);
  if (!ret_loaded->done && ret_loaded->fate == CLAIM_GIVE_BACK)
    placing_give_back (loader.db, settings, claim, NULL, error);
  loader_unlock (&loader);
}

static void
drop_users (Home *home)
{
  assert_weir (home, 0, "init", NULL);
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
}

static void
append (Home *home, const char *name, const char *text)
{
  g_autofree char *path = home_path (home, name);
  FILE *file = fopen (path, "a");
  assert_non_null (file);
  assert_true (fputs (text, file) >= 0);
  assert_int_equal (fclose (file), 0);
}

/* ---- the file's own bytes ---- */

static void
nothing_is_applied_yet (Home *home)
{
  assert_sql (home, "0", "select count(*) from weir.execution where status = 'COMPLETED'");
}

static void
test_synced_before_commit (void **state)
{
  Home *home = *state;
  drop_users (home);
  g_auto (Loaded) loaded = { 0 };
  load_dropped (home, &(Disk) { "/users.csv", 0, nothing_is_applied_yet }, &loaded);
  assert_true (loaded.done);
  assert_int_equal (disk.calls, 1);
}

static void
test_not_to_be_synced (void **state)
{
  Home *home = *state;
  drop_users (home);
  g_auto (Loaded) loaded = { 0 };
  load_dropped (home, &(Disk) { "/users.csv", EIO, NULL }, &loaded);
  assert_false (loaded.done);
  assert_int_equal (loaded.error->code, WEIR_ERROR_LOCAL);
  assert_contains (loaded.error->message, "could not sync \"users.csv\" to the disk: Input/output error");
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_sql (home, "-", "select to_regclass('warehouse.users')");
  assert_sql (home, "FAILED|left", "select status, disposition from weir.runs");
  /* It is the machine's trouble, and told as that. */
  g_autoptr (Outcome) check = expect_weir (home, 1, "check", "--json", NULL);
  assert_contains (check->out, "\"code\": \"local\"");
}

/* ---- the archive ---- */

/* Moved, and told as that: the run has its end. */
static void
test_moved_but_not_synced (void **state)
{
  Home *home = *state;
  drop_users (home);
  g_auto (Loaded) loaded = { 0 };
  load_dropped (home, &(Disk) { "/archive/users", EIO, NULL }, &loaded);
  assert_true (loaded.done);
  assert_true (loaded.end.stuck);
  assert_int_equal (loaded.fate, CLAIM_DONE);
  assert_int_equal (home_count_files (home, "archive/users"), 1);
  assert_int_equal (home_count_files (home, "imports"), 0);
  g_autofree char *note = json_at (loaded.end.summary, "notes.0");
  assert_contains (note, "the file is moved to archive/users/users.");
  assert_contains (note, "but a power cut may undo that");
  assert_contains (note, "Input/output error");
  assert_sql (home, "applied|archived|t", "select state, disposition, summary ->> 'notes' like '%%power cut%%' from weir.file");
}

/* The name is taken at the moment when the table's folder is made. */
static void
test_not_moved (void **state)
{
  Home *home = *state;
  drop_users (home);
  g_auto (Loaded) loaded = { 0 };
  load_dropped (home, &(Disk) { "/archive", ENOSPC, NULL }, &loaded);
  assert_false (loaded.done);
  assert_int_equal (loaded.fate, CLAIM_ORPHAN);
  assert_contains (loaded.error->message, "its rows are loaded, but it cannot be moved");
  assert_contains (loaded.error->message, "No space left on device");
  disk = (Disk) { 0 };
  g_autoptr (Background) watch = start_watch (home);
  wait_until (home_count_files (home, "archive/users") == 1);
  stop_watch (watch);
  assert_sql (home, "2", "select count(*) from warehouse.users");
}

/* ---- other writers ---- */

static void
append_to_claimed (Home *home)
{
  g_autoptr (GPtrArray) files = home_list_files (home, "imports/.claimed");
  assert_int_equal (files->len, 1);
  append (home, files->pdata[0], "Eve,e@x.org\n");
}

static void
append_to_archived (Home *home)
{
  g_autoptr (GPtrArray) files = home_list_files (home, "archive/users");
  assert_int_equal (files->len, 1);
  append (home, files->pdata[0], "Eve,e@x.org\n");
}

/* As `cp -p` of another file over it. */
static void
rewrite_claimed (Home *home)
{
  g_autoptr (GPtrArray) files = home_list_files (home, "imports/.claimed");
  g_autofree char *path = home_path (home, files->pdata[0]);
  AUTO_FD int fd = open (path, O_WRONLY | O_CLOEXEC);
  struct stat info;
  assert_int_equal (fstat (fd, &info), 0);
  assert_int_equal (pwrite (fd, "Eve", 3, (off_t) strlen ("name,email\n")), 3);
  assert_int_equal (futimens (fd, (const struct timespec[]) { info.st_atim, info.st_mtim }), 0);
}

static void
touch_claimed (Home *home)
{
  g_autoptr (GPtrArray) files = home_list_files (home, "imports/.claimed");
  g_autofree char *path = home_path (home, files->pdata[0]);
  assert_int_equal (chmod (path, 0600), 0);
}

static void
test_written_to_after_it_was_read (void **state)
{
  static const struct
  {
    const char *title, *ending;
    void (*act) (Home *home);
    bool changed;
  } cases[] = {
    { "before the COMMIT", "/users.csv", append_to_claimed, true },
    { "before the move", "/archive", append_to_claimed, true },
    { "behind the move", "/archive/users", append_to_archived, true },
    { "as long, and with the old time", "/users.csv", rewrite_claimed, true },
    { "only another mode", "/users.csv", touch_claimed, false },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].title);
      g_autoptr (Home) home = home_new (outer->cluster);
      drop_users (home);
      g_auto (Loaded) loaded = { 0 };
      load_dropped (home, &(Disk) { cases[i].ending, 0, cases[i].act }, &loaded);
      assert_true (loaded.done);
      g_autoptr (GPtrArray) files = home_list_files (home, "archive/users");
      assert_int_equal (files->len, 1);
      g_autofree char *kept = home_sha256 (home, files->pdata[0]);
      g_autofree char *said = json_at (loaded.end.summary, "changed_after");
      assert_sql (home, cases[i].changed ? "t" : "f", "select sha256 <> '%s' from weir.file", kept);
      assert_sql (home, cases[i].changed ? kept : "-", "select summary ->> 'changed_after' from weir.file");
      assert_int_equal (said != NULL, cases[i].changed);
      if (cases[i].changed)
        assert_string_equal (said, kept);
      assert_int_equal (json_object_get (loaded.end.summary, "notes") != NULL, cases[i].changed);
      home->oracle = ORACLE_BY_HAND;
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_synced_before_commit),         TEST (test_not_to_be_synced), TEST (test_moved_but_not_synced), TEST (test_not_moved),
    TEST (test_written_to_after_it_was_read),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
