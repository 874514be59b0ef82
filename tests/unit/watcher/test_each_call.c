/* Each system call of what claims, moves and archives files (tests/CMakeLists.txt lists them; not fchown, of which nothing depends) fails once: the first one in the first
 * round, the second one in the next, and so on. Whichever it is, the file is whole in one place or goes there in the end, an error says what happened, and no descriptor stays open. */
#include "base/autoptr.h"
#include "tests/support/process.h"
#include "tests/unit/watcher/failing_calls.h"
#include "watcher/archive.h"
#include "watcher/beside.h"
#include "watcher/scan.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define NOON INT64_C (1795167000) /* 2026-11-20 09:30:00 UTC */
#define TEXT "name,email\nAnn,a@x.org\n"
#define BESIDE "{}"
#define MOST_CALLS 200

/* ---- places ---- */

typedef struct
{
  char *home, *imports, *failed, *archive;
  Uid run;
} Places;

static char *
make_folder (const char *home, const char *name)
{
  char *path = g_build_filename (home, name, NULL);
  assert_int_equal (g_mkdir_with_parents (path, 0755), 0);
  return path;
}

static Places *
places_new (void)
{
  Places *places = g_new0 (Places, 1);
  places->home = g_dir_make_tmp ("weir-each-call-XXXXXX", NULL);
  places->imports = make_folder (places->home, "imports");
  places->failed = make_folder (places->home, "failed");
  places->archive = g_build_filename (places->home, "archive", NULL);
  places->run = uid_random ();
  return places;
}

static void
places_free (Places *places)
{
  remove_tree (places->home);
  g_free (places->home);
  g_free (places->imports);
  g_free (places->failed);
  g_free (places->archive);
  g_free (places);
}

static void
put (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* One more name of it: its bytes are somebody else's, too. */
static void
share (const Places *places, const char *name)
{
  g_autofree char *path = g_build_filename (places->imports, name, NULL), *other = g_build_filename (places->home, "other", NULL);
  assert_int_equal (link (path, other), 0);
}

/* Files with these bytes below a folder, but for the other name. */
static int
count_whole (const char *folder)
{
  int count = 0;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL), *text = NULL;
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        count += count_whole (path);
      else if (!g_str_equal (name, "other") && !g_str_has_prefix (name, ".weir-copy-")
               && g_file_get_contents (path, &text, NULL, NULL))
        count += g_str_equal (text, TEXT);
    }
  return count;
}

/* Names of ours, which nobody would look for any more. */
static int
count_strays (const char *folder)
{
  int count = 0;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      count += g_str_has_prefix (name, ".weir-") + count_strays (path);
    }
  return count;
}

static int
count_open (void)
{
  int count = 0;
  for (int fd = 0; fd < 64; fd++)
    count += fcntl (fd, F_GETFD) >= 0;
  return count;
}

/* ---- deeds ---- */

/* What is done before calls fail, the claim that this leaves, and what is done then: false with an error. */
typedef struct
{
  const char *title;
  Claim *(*prepare) (const Places *places);
  bool (*act) (const Places *places, Claim *claim, GError **error);
  bool across;
} Deed;

static Claim *
drop (const Places *places)
{
  put (places->imports, "users.csv", TEXT);
  return NULL;
}

static Claim *
drop_declared (const Places *places)
{
  put (places->imports, ".users.csv.json", BESIDE);
  return drop (places);
}

static Claim *
claim_dropped (const Places *places)
{
  bool gone;
  Claim *claim = claim_take (places->imports, "users.csv", NULL, places->run, &gone, NULL);
  assert_non_null (claim);
  return claim;
}

static Claim *
claim_declared (const Places *places)
{
  drop_declared (places);
  return claim_dropped (places);
}

static Claim *
claim_shared (const Places *places)
{
  drop (places);
  share (places, "users.csv");
  return claim_dropped (places);
}

static Claim *
leave_orphan (const Places *places)
{
  claim_free (claim_declared (places));
  return NULL;
}

static Claim *
leave_empty_claim (const Places *places)
{
  char run[UID_TEXT_SIZE];
  uid_format (places->run, run);
  g_autofree char *folder = g_build_filename (CLAIM_FOLDER, run, NULL), *path = make_folder (places->imports, folder);
  return drop (places);
}

static Claim *
put_into_failed (const Places *places)
{
  put (places->failed, "users.csv", TEXT);
  return NULL;
}

static bool
take (const Places *places, Claim *claim G_GNUC_UNUSED, GError **error)
{
  bool gone;
  g_autoptr (Claim) taken = claim_take (places->imports, "users.csv", NULL, places->run, &gone, error);
  return taken != NULL || gone;
}

static bool
take_from_failed (const Places *places, Claim *claim G_GNUC_UNUSED, GError **error)
{
  bool gone;
  g_autofree char *path = g_build_filename (places->failed, "users.csv", NULL);
  g_autoptr (Claim) taken = claim_take_from (places->imports, path, "users.csv", places->run, &gone, error);
  return taken != NULL || gone;
}

static bool
resume (const Places *places, Claim *claim G_GNUC_UNUSED, GError **error)
{
  bool gone;
  g_autoptr (Claim) taken = claim_resume (places->imports, places->run, NULL, &gone, error);
  return taken != NULL || gone;
}

/* It has left, and is nobody's to load. */
static bool
resume_what_has_left (const Places *places, Claim *claim G_GNUC_UNUSED, GError **error)
{
  bool gone;
  g_autoptr (Claim) taken = claim_resume (places->imports, places->run, NULL, &gone, error);
  if (taken != NULL)
    fail_msg ("%s fails: a file is claimed that is in the archive", failing.name);
  return gone;
}

static bool
give_back (const Places *places G_GNUC_UNUSED, Claim *claim, GError **error)
{
  return claim_give_back (claim, NULL, error);
}

static bool
give_back_elsewhere (const Places *places, Claim *claim, GError **error)
{
  g_autofree char *path = g_build_filename (places->failed, "users.csv", NULL);
  return claim_give_back (claim, path, error);
}

static ArchiveFile
file_of (const Places *places, const Claim *claim)
{
  return (ArchiveFile) { claim_path (claim), claim_name (claim), places->run, NOON, claim };
}

static bool
store (const Places *places, Claim *claim, GError **error)
{
  const ArchiveFile file = file_of (places, claim);
  g_autofree char *place = NULL;
  return archive_store (&file, places->archive, &place, error);
}

static bool
store_unclaimed (const Places *places, Claim *claim G_GNUC_UNUSED, GError **error)
{
  g_autofree char *path = g_build_filename (places->imports, "users.csv", NULL), *place = NULL;
  const ArchiveFile file = { path, "users.csv", places->run, NOON, NULL };
  return archive_store (&file, places->archive, &place, error);
}

static bool
refuse (const Places *places, Claim *claim, GError **error)
{
  const ArchiveFile file = file_of (places, claim);
  g_autofree char *place = NULL;
  return archive_refuse (&file, places->failed, "{}\n", &place, error);
}

static bool
list_claims (const Places *places, Claim *claim G_GNUC_UNUSED, GError **error)
{
  g_autoptr (GPtrArray) claims = claim_list (places->imports, error);
  return claims != NULL;
}

static bool
scan (const Places *places, Claim *claim G_GNUC_UNUSED, GError **error)
{
  g_autoptr (GPtrArray) entries = scan_folder (places->imports, NULL, NULL, error);
  return entries != NULL;
}

static bool
try_ways (const Places *places, Claim *claim G_GNUC_UNUSED, GError **error)
{
  ArchiveWay way;
  return archive_try_claims (places->imports, error) && archive_try (places->imports, places->failed, &way, error);
}

/* A copy has its name, and the file is where it was, too: no more was done. */
static Claim *
cut_off (const Places *places, Claim *(*prepare) (const Places *places),
         bool (*act) (const Places *places, Claim *claim, GError **error))
{
  Claim *claim = prepare (places);
  failing.across = failing.dies = true;
  assert_false (act (places, claim, NULL));
  failing.across = failing.dies = failing.dead = false;
  if (claim != NULL)
    claim_free (claim);
  assert_int_equal (count_whole (places->home), 2);
  return NULL;
}

static Claim *
cut_off_way_out (const Places *places)
{
  return cut_off (places, claim_declared, store);
}

static Claim *
cut_off_way_in (const Places *places)
{
  return cut_off (places, put_into_failed, take_from_failed);
}

static const Deed deeds[] = {
  { "a file is claimed", drop, take },
  { "and what lies beside it", drop_declared, take },
  { "and the folder is there already", leave_empty_claim, take },
  { "and cannot be renamed", drop, take, true },
  { "a refused one is claimed", put_into_failed, take_from_failed },
  { "from another file system", put_into_failed, take_from_failed, true },
  { "an orphan is taken up", leave_orphan, resume },
  { "whose way out was cut off", cut_off_way_out, resume_what_has_left },
  { "whose way in was cut off", cut_off_way_in, resume },
  { "one is given back", claim_declared, give_back },
  { "elsewhere", claim_declared, give_back_elsewhere },
  { "elsewhere, as a copy", claim_shared, give_back_elsewhere },
  { "on another file system", claim_declared, give_back_elsewhere, true },
  { "one is archived", claim_declared, store },
  { "as a copy", claim_shared, store },
  { "one that lies in the drop folder", drop, store_unclaimed },
  { "one is refused", claim_shared, refuse },
  { "orphans are listed", leave_orphan, list_claims },
  { "empty claims are listed", leave_empty_claim, list_claims },
  { "the folder is listed", drop_declared, scan },
  { "the ways are tried", leave_orphan, try_ways },
  { "between file systems", leave_orphan, try_ways, true },
};

/* ---- */

/* As the next start does it: whatever is claimed goes back. */
static void
take_up_all (const Places *places)
{
  g_autoptr (GPtrArray) claims = claim_list (places->imports, NULL);
  assert_non_null (claims);
  for (unsigned i = 0; i < claims->len; i++)
    {
      bool gone;
      const ClaimEntry *entry = claims->pdata[i];
      g_autoptr (Claim) claim = claim_resume (places->imports, entry->run, NULL, &gone, NULL);
      assert_true (claim != NULL || gone);
      assert_true (claim == NULL || claim_give_back (claim, NULL, NULL));
    }
}

/* With the n-th call failing; false: there are not so many. */
static bool
do_once (const Deed *deed, int n)
{
  Places *places = places_new ();
  g_autoptr (GError) error = NULL;
  int open_before = count_open ();
  Claim *claim = deed->prepare (places);
  failing.across = deed->across;
  failing.name = NULL;
  failing.left = n;
  bool done = deed->act (places, claim, &error);
  bool has_failed = failing.left == 0;
  failing.left = 0;
  failing.across = false;
  if (claim != NULL)
    claim_free (claim);
  if (done != (error == NULL))
    fail_msg ("%s, %s fails: %s", deed->title, failing.name, done ? error->message : "no error");
  if (count_whole (places->home) < 1)
    fail_msg ("%s, %s fails: the file is lost", deed->title, failing.name);
  take_up_all (places);
  if (count_whole (places->home) != 1)
    fail_msg ("%s, %s fails: the file is there %d times", deed->title, failing.name, count_whole (places->home));
  /* What is left over goes with the next listing, and the next time that the ways are tried. */
  ArchiveWay way;
  g_autoptr (GPtrArray) claims = claim_list (places->imports, NULL);
  assert_int_equal (claims->len, 0);
  assert_true (archive_try (places->imports, places->failed, &way, NULL));
  if (count_strays (places->home) != 0)
    fail_msg ("%s, %s fails: names of ours are left", deed->title, failing.name);
  assert_int_equal (count_open (), open_before);
  places_free (places);
  return has_failed;
}

static void
whichever_fails_the_file_is_there_once (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (deeds); i++)
    {
      print_message ("  %s\n", deeds[i].title);
      int n = 1;
      while (n < MOST_CALLS && do_once (&deeds[i], n))
        n++;
      assert_true (n > 3 && n < MOST_CALLS);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (whichever_fails_the_file_is_there_once) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
