#include "home.h"

#include "base/autoptr.h"
#include "base/digest.h"
#include "base/text.h"
#include "effort.h"
#include "oracle.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *
home_path (const Home *home, const char *name)
{
  return g_build_filename (home->path, name, NULL);
}

static void
write_path (const char *path, const char *contents)
{
  g_autofree char *folder = g_path_get_dirname (path);
  if (g_mkdir_with_parents (folder, 0755) != 0)
    fail_msg ("%s: %s", folder, g_strerror (errno));
  /* Not g_file_set_contents: some tests want the inode kept. */
  AUTO_FD int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  size_t length = strlen (contents);
  if (fd < 0 || write (fd, contents, length) != (ssize_t) length)
    fail_msg ("%s: %s", path, g_strerror (errno));
}

void
home_write_file (Home *home, const char *name, const char *contents)
{
  g_autofree char *path = home_path (home, name);
  write_path (path, contents);
}

char *
home_read_file (Home *home, const char *name)
{
  g_autofree char *path = home_path (home, name);
  char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    fail_msg ("%s cannot be read", path);
  return text;
}

bool
home_has_file (Home *home, const char *name)
{
  g_autofree char *path = home_path (home, name);
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

void
home_remove_file (Home *home, const char *name)
{
  g_autofree char *path = home_path (home, name);
  assert_int_equal (unlink (path), 0);
}

char *
home_sha256 (Home *home, const char *name)
{
  g_autofree char *path = home_path (home, name);
  g_autofree char *bytes = NULL;
  gsize length = 0;
  if (!g_file_get_contents (path, &bytes, &length, NULL))
    fail_msg ("%s cannot be read", path);
  char hex[SHA256_HEX_SIZE];
  sha256_bytes (bytes, length, hex);
  return g_strdup (hex);
}

void
home_configure (Home *home, const char *more)
{
  g_autofree char *json = NULL;
  if (home->url != NULL)
    json = g_strdup_printf ("{\"database\": \"%s\"%s}\n", home->url, more);
  else
    json = g_strdup_printf ("{%s}\n", *more == ',' ? more + 1 : more);
  home_write_file (home, "weir.json", json);
}

void
home_lose_database (Home *home)
{
  home_write_file (home, "weir.json", "{\"database\": \"postgresql://weir:" CLUSTER_PASSWORD "@%2Fnowhere/none\"}\n");
}

void
home_write_model (Home *home, const char *table, const char *json)
{
  g_autofree char *name = g_strdup_printf ("models/%s.json", table);
  home_write_file (home, name, json);
}

void
home_note_dropped (Home *home, const char *contents, size_t length)
{
  char hex[SHA256_HEX_SIZE];
  sha256_bytes (contents, length, hex);
  g_ptr_array_add (home->dropped, g_strdup (hex));
}

void
home_note_file (Home *home, const char *name)
{
  g_ptr_array_add (home->dropped, home_sha256 (home, name));
}

void
home_take_back (Home *home, const char *name)
{
  g_autofree char *path = g_build_filename ("imports", name, NULL);
  g_autofree char *sha256 = home_sha256 (home, path);
  guint index;
  assert_true (g_ptr_array_find_with_equal_func (home->dropped, sha256, g_str_equal, &index));
  g_ptr_array_remove_index (home->dropped, index);
  home_remove_file (home, path);
}

void
home_drop (Home *home, const char *name, const char *contents)
{
  g_autofree char *aside = g_strdup_printf ("%s.aside", home->path);
  write_path (aside, contents);
  home_note_dropped (home, contents, strlen (contents));
  g_autofree char *relative = g_build_filename ("imports", name, NULL);
  g_autofree char *target = home_path (home, relative);
  g_autofree char *folder = g_path_get_dirname (target);
  g_mkdir_with_parents (folder, 0755);
  if (access (target, F_OK) == 0)
    fail_msg ("%s is still there: a test must not replace it", target);
  if (rename (aside, target) != 0)
    fail_msg ("%s: %s", target, g_strerror (errno));
}

static void
list_below (const char *folder, const char *shown, GPtrArray *list)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *shown_path = g_build_filename (shown, name, NULL);
      struct stat status;
      if (lstat (path, &status) != 0)
        continue;
      if (S_ISDIR (status.st_mode))
        list_below (path, shown_path, list);
      else
        g_ptr_array_add (list, g_steal_pointer (&shown_path));
    }
}

GPtrArray *
list_files (const char *folder, const char *shown)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  list_below (folder, shown, list);
  g_ptr_array_sort (list, text_compare);
  return list;
}

GPtrArray *
home_list_files (Home *home, const char *folder)
{
  g_autofree char *path = home_path (home, folder);
  return list_files (path, folder);
}

int
home_count_files (Home *home, const char *folder)
{
  g_autoptr (GPtrArray) list = home_list_files (home, folder);
  int count = 0;
  for (guint i = 0; i < list->len; i++)
    count += strstr (list->pdata[i], "/.weir-try-") == NULL;
  return count;
}

void
home_set_environment (Home *home, const char *name, const char *value)
{
  GPtrArray *list = home->environment;
  g_ptr_array_remove_index (list, list->len - 1);
  g_autofree char *prefix = g_strconcat (name, "=", NULL);
  for (guint i = 0; i < list->len;)
    if (g_str_has_prefix (list->pdata[i], prefix))
      g_ptr_array_remove_index (list, i);
    else
      i++;
  if (value != NULL)
    g_ptr_array_add (list, g_strconcat (prefix, value, NULL));
  g_ptr_array_add (list, NULL);
}

/* Looking for leaks takes weir's end a quarter of the time of a small load, and noting by whom each block was allocated, of which the
 * look needs more than the first frame, takes as much: both are done in some homes, the first of a program among them, and so wherever
 * a case is run by itself. */
static bool
looks_for_leaks (const Cluster *cluster)
{
  return cluster->homes % effort (4, 1) == 1 % effort (4, 1);
}

/* A short environment that says where everything may be written: the oracle looks there. */
static void
make_environment (Home *home)
{
  home->environment = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (home->environment, NULL);
  g_autofree char *mark = g_strconcat (home->path, "/", NULL);
  g_autofree char *reports = g_strconcat (home->cluster->folder, "/sanitizer", NULL);
  const char *leaks = looks_for_leaks (home->cluster) ? "detect_leaks=1:" : "detect_leaks=0:malloc_context_size=1:";
  g_autofree char *asan =
      g_strconcat ("log_path=", reports, "/report:abort_on_error=0:handle_sigill=1:", leaks, g_getenv ("ASAN_OPTIONS"), NULL);
  g_mkdir_with_parents (home->elsewhere, 0777);
  g_mkdir_with_parents (reports, 0777);
  chmod (home->elsewhere, 0777);
  chmod (reports, 0777);
  home_set_environment (home, "PATH", "/usr/local/bin:/usr/bin:/bin");
  home_set_environment (home, "LC_ALL", "C.UTF-8");
  home_set_environment (home, "HOME", home->elsewhere);
  home_set_environment (home, "TMPDIR", home->elsewhere);
  home_set_environment (home, PROCESS_MARK, mark);
  home_set_environment (home, "ASAN_OPTIONS", asan);
  home_set_environment (home, "WEIR_PG_BIN", g_getenv ("WEIR_TEST_PG_BIN"));
  home_set_environment (home, "WEIR_MUTANT", g_getenv ("WEIR_MUTANT")); /* scripts/mutate */
}

Home *
home_new (Cluster *cluster)
{
  Home *home = g_new0 (Home, 1);
  home->cluster = cluster;
  g_autofree char *name = g_strdup_printf ("h%d", ++cluster->homes);
  if (cluster->server != NULL)
    {
      home->database = cluster_make_database (cluster);
      statement_log_begin (&home->log, cluster->log, home->database);
      home->url = cluster_url (cluster, home->database, "weir", CLUSTER_PASSWORD);
    }
  home->path = g_build_filename (cluster->folder, name, NULL);
  home->elsewhere = g_strconcat (home->path, ".elsewhere", NULL);
  home->dropped = g_ptr_array_new_with_free_func (g_free);
  home->transcript = g_string_new (NULL);
  home->watched = g_ptr_array_new_with_free_func (g_free);
  g_mkdir_with_parents (home->path, 0755);
  make_environment (home);
  home_configure (home, "");
  return home;
}

Home *
home_new_empty (Cluster *cluster)
{
  cluster->template = "template1";
  Home *home = home_new (cluster);
  cluster->template = NULL;
  return home;
}

/* A test that failed jumped over the end of its programs: what they said explains it. */
static void
print_watched (const Home *home)
{
  for (guint i = 0; i < home->watched->len; i++)
    {
      g_autofree char *text = NULL;
      if (g_file_get_contents (home->watched->pdata[i], &text, NULL, NULL))
        fprintf (stderr, "%s:\n%s\n", (char *) home->watched->pdata[i], text);
    }
}

/* What the oracle finds once nothing moves any more. A test that failed may have left the server stopped. */
static char *
end_and_look (Home *home)
{
  process_kill_all (home->path);
  print_watched (home);
  if (home->cluster->data != NULL && home->cluster->postmaster == 0)
    cluster_start (home->cluster);
  return oracle_find (home, home->oracle);
}

static void
release (Home *home)
{
  g_ptr_array_unref (home->watched);
  db_free (home->db);
  g_ptr_array_unref (home->dropped);
  g_ptr_array_unref (home->environment);
  g_string_free (home->transcript, true);
  g_free (home->path);
  g_free (home->elsewhere);
  if (home->database != NULL)
    cluster_drop_database (home->cluster, home->database);
  g_free (home->database);
  statement_log_clear (&home->log);
  g_free (home->url);
  g_free (home);
}

char *
home_end (Home *home)
{
  char *violations = end_and_look (home);
  release (home);
  return violations;
}

void
home_free (Home *home)
{
  g_autofree char *violations = end_and_look (home);
  /* Printed here, for cmocka cuts its messages. */
  if (*violations != '\0')
    fprintf (stderr, "%sat its end, the oracle finds:\n%s", home->transcript->str, violations);
  release (home);
  if (*violations != '\0')
    fail_msg ("the oracle finds violations");
}

int
home_setup (void **state)
{
  *state = home_new (*state);
  return 0;
}

int
home_setup_empty (void **state)
{
  *state = home_new_empty (*state);
  return 0;
}

int
home_teardown (void **state)
{
  home_free (*state);
  return 0;
}
