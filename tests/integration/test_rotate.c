/* `weir key rotate`, in the middle of streams: everything is as if the new secret had been there from the beginning, ids and hashes included,
 * and what comes later, or is taken back, gives the same.
 *
 * WEIR_TEST_LONG=1 tries many more streams; WEIR_STREAM=N begins with that one. */
#include "tests/support/effort.h"
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include "src/load/loading.h"
#include "src/load/rotating.h"
#include "src/load/undoing.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OLD_SECRET "old secret old secret old secret"
#define NEW_SECRET "new secret new secret new secret"
#define FILES 5
#define DAYS 9
#define KEYS 10 /* of each file some; facts refer to some more, which come late or never */

/* What is different from table to table: the model; whether rows are true since the date in the file's name; and what a row has. */
typedef struct
{
  const char *table, *model;
  bool dated;
  const char *header;
  void (*row) (GRand *random, int key, GString *text);
} Kind;

static const char *
word (GRand *random)
{
  static const char *const words[] = { "a", "b", "" };
  return words[g_rand_int_range (random, 0, 3)];
}

static void
plain_row (GRand *random, int key, GString *text)
{
  g_string_append_printf (text, "K%02d ,%s,%s", key, word (random), word (random));
}

static void
deleting_row (GRand *random, int key, GString *text)
{
  g_string_append_printf (text, "k%02d,%s,%s", key, word (random), g_rand_int_range (random, 0, 3) == 0 ? "D" : "U");
}

/* A key whose parts are known by their values. */
static void
typed_row (GRand *random, int key, GString *text)
{
  g_string_append_printf (text, "2026-02-%02d,%d.%s,2026-03-01T0%d:00:00Z,%s", key + 1, key, key % 2 == 0 ? "50" : "5", key % 8,
                          word (random));
}

static void
fact_row (GRand *random, int key, GString *text)
{
  g_string_append_printf (text, "%d,%s%02d,%d.50,%s", key, g_rand_int_range (random, 0, 2) == 0 ? "k" : " K",
                          g_rand_int_range (random, 0, KEYS + 5), g_rand_int_range (random, 0, 3), word (random));
}

static void
bag_row (GRand *random, int key, GString *text)
{
  g_string_append_printf (text, "%s%02d,%d.5,2026-01-0%d,\"{\"\"b\"\":1,  \"\"a\"\": %d}\"", key % 3 == 0 ? "K" : "k",
                          g_rand_int_range (random, 0, KEYS + 3), g_rand_int_range (random, 0, 2),
                          1 + g_rand_int_range (random, 0, 2), g_rand_int_range (random, 0, 2));
}

#define DIMENSION(key) "\"kind\": \"dimension\", \"business_key\": [" key "], \"id\": {\"normalize\": [\"trim\", \"lowercase\"]}"
#define BY_NAME ", \"effective\": \"file_name\""
#define WHOLE ", \"absent\": \"close\", \"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}"
#define DELETES ", \"deleted\": {\"column\": \"op\", \"values\": [\"D\"]}"
#define FACT "\"kind\": \"fact\", \"business_key\": [\"number\"]"
#define REFERS(more) ", \"references\": [{\"dimension\": \"users\", \"columns\": [\"who\"], \"as\": \"user_id\"" more "}]"

/* "users" is the one that facts refer to; its files are some of the others. */
static const Kind kinds[] = {
  { "users", DIMENSION ("\"key\""), false, "key,v,w", plain_row },
  { "named", DIMENSION ("\"key\"") BY_NAME, true, "key,v,w", plain_row },
  { "always", DIMENSION ("\"key\"") BY_NAME ", \"first\": \"always\"", true, "key,v,w", plain_row },
  { "whole", DIMENSION ("\"key\"") WHOLE, false, "key,v,w", plain_row },
  { "wholenamed", DIMENSION ("\"key\"") WHOLE BY_NAME, true, "key,v,w", plain_row },
  { "deleted", DIMENSION ("\"key\"") DELETES, false, "key,v,op", deleting_row },
  { "deletednamed", DIMENSION ("\"key\"") DELETES BY_NAME, true, "key,v,op", deleting_row },
  { "rejected",
    DIMENSION ("\"key\"") WHOLE BY_NAME ", \"columns\": {\"w\": {\"required\": true}}, \"rejects\": {\"max_percent\": 100}", true,
    "key,v,w", plain_row },
  { "everywhere", DIMENSION ("\"key\"") ", \"columns\": {\"v\": {\"scd\": 6}, \"w\": {\"scd\": 1, \"all_versions\": true}}", false,
    "key,v,w", plain_row },
  { "previous", DIMENSION ("\"key\"") ", \"columns\": {\"v\": {\"scd\": 3}, \"w\": {\"scd\": 0}}", false, "key,v,w", plain_row },
  { "onerow", DIMENSION ("\"key\"") ", \"scd\": 1", false, "key,v,w", plain_row },
  { "typed", DIMENSION ("\"day\", \"n\", \"at\"") BY_NAME, true, "day,n,at,v", typed_row },
  { "plain", "\"kind\": \"dimension\", \"business_key\": [\"key\"], \"id\": {\"hash\": \"md5\"}", false, "key,v,w", plain_row },
  { "waits", FACT REFERS (""), false, "number,who,n,v", fact_row },
  { "allows", FACT REFERS (", \"missing\": \"allow\"") BY_NAME, true, "number,who,n,v", fact_row },
  { "made", FACT REFERS (", \"missing\": \"placeholder\""), false, "number,who,n,v", fact_row },
  { "bag", "\"kind\": \"fact\"" REFERS (""), false, "who,n,day,more", bag_row },
  { "bagallows", "\"kind\": \"fact\", \"append\": \"all\"" REFERS (", \"missing\": \"allow\""), false, "who,n,day,more", bag_row },
};

typedef struct
{
  char *name, *text;
} File;

static File
make_file (GRand *random, const Kind *kind, int number)
{
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "%s\n", kind->header);
  int rows = 0, many = g_rand_int_range (random, 2, 4);
  for (int key = 0; key < KEYS; key++)
    if (g_rand_int_range (random, 0, many) == 0 || (key == KEYS - 1 && rows == 0))
      {
        kind->row (random, key, text);
        g_string_append_c (text, '\n');
        rows++;
      }
  /* Two full exports of one instant are one too many. */
  int day = strstr (kind->model, "close") != NULL ? (number * 7 + 3) % DAYS : g_rand_int_range (random, 0, DAYS);
  char *name = g_strdup_printf ("elsewhere/%s_2026-01-%02d-%d.csv", kind->table, day + 1, number);
  return (File) { name, g_string_free (text, FALSE) };
}

/* One side: the stream with the secret rotated in between, or with the new one from the beginning. */
typedef struct
{
  Home *home;
  Settings *settings;
  Loader loader;
  char *runs[G_N_ELEMENTS (kinds)][FILES]; /* NULL: it was not loaded, or taken back */
} Side;

static void
write_secret (Home *home, const char *secret)
{
  home_write_file (home, ".weir/key_secret", secret);
  g_autofree char *path = home_path (home, ".weir/key_secret");
  assert_int_equal (chmod (path, 0600), 0);
}

static void
side_begin (Side *side, Cluster *cluster, const char *secret)
{
  g_autoptr (GError) error = NULL;
  *side = (Side) { .home = home_new (cluster) };
  assert_weir (side->home, 0, "init", NULL);
  write_secret (side->home, secret);
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *model = g_strdup_printf ("{\"table\": \"%s\", %s}", kinds[i].table, kinds[i].model);
      home_write_model (side->home, kinds[i].table, model);
    }
  side->settings = settings_load_home (side->home->path, HOME_REQUIRED, &error);
  assert_non_null (side->settings);
  loader_init (&side->loader, side->settings, -1);
  side->loader.one_shot = true;
}

static void
side_end (Side *side)
{
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (int n = 0; n < FILES; n++)
      g_free (side->runs[i][n]);
  loader_clear (&side->loader);
  settings_free (side->settings);
  side->home->oracle = ORACLE_BY_HAND;
  home_free (side->home);
}

static void
load_one (Side *side, size_t kind, int number, const File *file)
{
  g_autofree char *path = home_path (side->home, file->name), *waits_for = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Route) route = { 0 };
  g_auto (LoadEnd) end = { 0 };
  LockState state;
  home_write_file (side->home, file->name, file->text);
  bool done = loader_refresh (&side->loader, &error);
  if (done)
    loader_route_to (&side->loader, kinds[kind].table, &route);
  done = done && loader_lock (&side->loader, &route, 1000, &state, &waits_for, &error) && state == LOCK_OURS
         && loading_in_place (&side->loader, path, &route, &(Candidate) { 0 }, false, &end, &error);
  if (!done)
    fail_msg ("%s: %s", file->name, error != NULL ? error->message : waits_for);
  loader_unlock (&side->loader);
  assert_json (end.summary, "status", "applied");
  side->runs[kind][number] = json_at (end.summary, "run");
}

static void
undo_one (Side *side, size_t kind, int number)
{
  g_autoptr (GError) error = NULL;
  g_auto (Route) route = { 0 };
  g_auto (Undo) looked = { 0 }, done = { 0 };
  LockState state;
  Uid run;
  g_autofree char *waits_for = NULL, *id = side->runs[kind][number];
  side->runs[kind][number] = NULL;
  assert_true (id != NULL && uid_parse (id, strlen (id), &run) && loader_refresh (&side->loader, &error));
  loader_route_to (&side->loader, kinds[kind].table, &route);
  assert_true (loader_lock (&side->loader, &route, 1000, &state, &waits_for, &error));
  const UndoTask task = { side->loader.catalog, route.model, "warehouse", uid_random (), true };
  /* What cannot be taken back cannot on both sides: what is compared then says so. */
  if (undoing_look (&side->loader, &task, run, &looked, &error) && undoing_do (&side->loader, &task, run, &looked, &done, &error))
    for (guint i = 0; i < done.runs->len; i++)
      for (int n = 0; n < FILES; n++)
        if (g_strcmp0 (side->runs[kind][n], ((const UndoRun *) done.runs->pdata[i])->run) == 0)
          g_clear_pointer (&side->runs[kind][n], g_free);
  loader_unlock (&side->loader);
}

static void
mute (const char *file)
{
  (void) file;
}

static void
rotate (Side *side)
{
  g_autoptr (GError) error = NULL;
  Rotating rotating = { 0 };
  home_write_file (side->home, "another_secret", NEW_SECRET);
  g_autofree char *path = home_path (side->home, "another_secret");
  assert_int_equal (chmod (path, 0600), 0);
  const RotatingWish wish = { .secret_file = path };
  if (!loader_refresh (&side->loader, &error) || !rotating_begin (&side->loader, &wish, &rotating, &error)
      || !rotating_do (&side->loader, &rotating, &wish, mute, &error))
    fail_msg ("%s: %s", error->message, weir_error_get_detail (error));
  rotating_clear (&rotating, side->settings);
  g_clear_pointer (&side->loader.db, db_free); /* with the locks */
  write_secret (side->home, NEW_SECRET);
}

/* All that there is, ids and hashes included, but runs, and the times of what is not dated. */
static char *
side_text (Side *side)
{
  static const char own[] = "'opened_by', 'closed_by', 'loaded_by', 'created_at', 'updated_at'";
  static const char times[] = ", 'effective_start_date', 'effective_end_date'";
  GString *all = g_string_new (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const char *table = kinds[i].table, *undated = kinds[i].dated ? "" : times;
      g_autofree char *rows = sql_text_rows (side->home, "select (to_jsonb(t) - array[%s%s])::text from warehouse.%s t order by 1",
                                             own, undated, table);
      g_autofree char *waiting = sql_text_rows (
          side->home, "select line, dimension, id, hash, cells from weir.waiting where table_name = '%s' order by 1, 3, 4, 5",
          table);
      g_autofree char *before = sql_text_rows (side->home,
                                               "select id, case when %d = 1 then began end, cells - array[%s%s] from "
                                               "weir.overwritten where table_name = '%s' order by 1, 2, 3",
                                               kinds[i].dated, own, undated, table);
      g_autofree char *said = sql_text_rows (side->home,
                                             "select part, case when %d = 1 then at end, said, i from weir.observed, unnest(ids) i "
                                             "where table_name = '%s' order by 1, 2, 3, 4",
                                             kinds[i].dated, table);
      g_autofree char *unsaid = sql_text_rows (side->home,
                                               "select part, case when %d = 1 then at end, said, i from weir.unsaid, unnest(ids) i "
                                               "where table_name = '%s' order by 1, 2, 3, 4",
                                               kinds[i].dated, table);
      g_autofree char *staged =
          sql_text_rows (side->home, "select (to_jsonb(t) - '_hash')::text from staging.%s t order by 1", table);
      g_string_append_printf (all, "-- %s\n%s\n-- waiting\n%s\n-- overwritten\n%s\n-- observed\n%s\n-- unsaid\n%s\n-- staged\n%s\n",
                              table, rows, waiting, before, said, unsaid, staged);
    }
  g_autofree char *pins = sql_text_rows (side->home, "select table_name, key, pins from weir.table order by 1");
  g_string_append_printf (all, "-- pins\n%s\n", pins);
  return g_string_free (all, FALSE);
}

static void
assert_alike (Side *one, Side *other, guint32 seed, const char *when)
{
  g_autofree char *found = side_text (one), *expected = side_text (other);
  g_auto (GStrv) is = g_strsplit (found, "\n", -1), wanted = g_strsplit (expected, "\n", -1);
  const char *section = "";
  for (guint i = 0; is[i] != NULL && wanted[i] != NULL; i++)
    {
      section = g_str_has_prefix (is[i], "-- ") ? is[i] : section;
      if (strcmp (is[i], wanted[i]) != 0)
        fail_msg ("stream %u, %s: %s has\n%s\nand not\n%s", seed, when, section, is[i], wanted[i]);
    }
  assert_string_equal (found, expected);
}

/* Loads some files of each table on both sides, rotates the one, takes a run back and loads the rest on both. */
static void
try_stream (Cluster *cluster, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  Side one, other, *const sides[] = { &one, &other };
  File files[G_N_ELEMENTS (kinds)][FILES];
  side_begin (&one, cluster, OLD_SECRET);
  side_begin (&other, cluster, NEW_SECRET);
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (int n = 0; n < FILES; n++)
      files[i][n] = make_file (random, &kinds[i], n);
  int so_far = g_rand_int_range (random, 2, FILES);
  for (int n = 0; n < FILES; n++)
    {
      for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
        for (size_t s = 0; s < G_N_ELEMENTS (sides); s++)
          load_one (sides[s], i, n, &files[i][n]);
      if (n + 1 != so_far)
        continue;
      rotate (&one);
      assert_alike (&one, &other, seed, "rotated");
      for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
        {
          int which = g_rand_int_range (random, 0, so_far);
          for (size_t s = 0; s < G_N_ELEMENTS (sides); s++)
            undo_one (sides[s], i, which);
        }
      assert_alike (&one, &other, seed, "taken back");
    }
  assert_alike (&one, &other, seed, "at the end");
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (int n = 0; n < FILES; n++)
      g_free (files[i][n].name), g_free (files[i][n].text);
  side_end (&one);
  side_end (&other);
}

static void
test_as_if_from_the_beginning (void **state)
{
  Home *home = *state;
  guint32 first = g_getenv ("WEIR_STREAM") != NULL ? (guint32) strtoul (g_getenv ("WEIR_STREAM"), NULL, 10) : 1;
  for (guint32 seed = first; seed < first + (guint32) effort (1, 60); seed++)
    try_stream (home->cluster, seed);
}

/* ---- by hand ---- */

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"
#define SALES(more)                                                                                                                \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": "      \
  "\"user_id\"" more "}]}"

static void
prepare (Home *home)
{
  home_write_model (home, "users", USERS);
  home_write_model (home, "sales", SALES (""));
  g_autoptr (Json) first = load_text (home, "users.csv", "email,name\na@x.org,Ann\nb@x.org,Bob\n", NULL);
  g_autoptr (Json) second = load_text (home, "users-2.csv", "email,name\na@x.org,Anna\n", NULL);
  g_autoptr (Json) sales = load_text (home, "sales.csv", "email,amount\na@x.org,1.50\na@x.org,1.50\nc@x.org,2\n", NULL);
  assert_load (sales, "applied", "read=3 inserted=2 staged=2 waiting=1");
}

#define WAREHOUSE                                                                                                                  \
  "select md5(string_agg(u::text, ' ' order by u::text)) || (select md5(string_agg(s::text, ' ' order by s::text)) from "          \
  "warehouse.sales s) from warehouse.users u"

static char *
key_of (Home *home, const char *email)
{
  g_autoptr (Outcome) key = expect_weir (home, 0, "key", "users", email, NULL);
  return g_strdup (g_strchomp (key->out));
}

/* The home's secret makes the ids that are there, and files go on as before it was another one. */
static void
assert_all_is_well (Home *home)
{
  g_autofree char *id = key_of (home, "a@x.org");
  assert_sql (home, "Ann|1\nAnna|2", "select name, version_number from warehouse.users where user_id = '%s' order by 2", id);
  assert_sql (home, "2", "select count(*) from warehouse.sales where user_id = '%s'", id);
  assert_weir (home, 0, "verify", NULL);
  /* The same rows as other bytes. */
  g_autoptr (Json) again = load_text (home, "sales-2.csv", "email,amount\na@x.org,1.5\na@x.org,1.50\n", NULL);
  assert_load (again, "applied", "read=2 unchanged=2 staged=2");
  g_autoptr (Json) third = load_text (home, "users-3.csv", "email,name\na@x.org,Anna\nc@x.org,Cid\n", NULL);
  assert_load (third, "applied", "read=2 inserted=1 unchanged=1 staged=2");
  assert_sql (home, "3", "select count(*) from warehouse.sales join warehouse.users_current using (user_id)");
  home->oracle = ORACLE_REPLAY;
}

/* What wants a file says that the run has none. */
static void
assert_has_no_file (Home *home, const char *run, const char *what)
{
  static const char *const commands[] = { "undo", "retry", "rejects", "approve", "discard" };
  g_autofree char *message = g_strdup_printf ("is of %s, and has no file", what);
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (Outcome) outcome = expect_weir (home, 2, commands[i], run, NULL);
      assert_contains (outcome->err, message);
    }
}

static void
test_says_first (void **state)
{
  Home *home = *state;
  prepare (home);
  g_autofree char *before = sql_scalar (home, WAREHOUSE), *id = key_of (home, "a@x.org");
  g_autofree char *secret = home_read_file (home, ".weir/key_secret");

  g_autoptr (Outcome) dry = expect_weir (home, 0, "key", "rotate", "--dry-run", NULL);
  assert_contains (dry->out, "warehouse.users: 3 rows\n");
  assert_contains (dry->out, "warehouse.sales: 2 rows\n");
  assert_contains (dry->out, "Nothing was changed.");
  g_autoptr (Outcome) counted = expect_weir (home, 0, "key", "rotate", "--dry-run", "--json", NULL);
  g_autoptr (Json) plan = outcome_json (counted);
  assert_json (plan, "ids", "3");
  assert_json (plan, "rotated", "false");
  assert_weir (home, 4, "key", "rotate", "--dry-run", "--aliases", "no-folder/ids.csv", NULL);
  g_autoptr (Outcome) unasked = expect_weir (home, 2, "key", "rotate", NULL);
  assert_contains (unasked->err, "nobody is there to say yes");
  assert_sql (home, before, WAREHOUSE);
  assert_false (home_has_file (home, ".weir/key_secret.next"));

  g_autoptr (Outcome) done = expect_weir (home, 0, "key", "rotate", "--yes", "--json", "--aliases", "ids.csv", NULL);
  g_autoptr (Json) json = outcome_json (done);
  g_autofree char *former = json_at (json, "old_secret"), *run = json_at (json, "run"), *kept = home_read_file (home, former);
  g_autofree char *aliases = home_read_file (home, "ids.csv"), *path = home_path (home, "ids.csv"), *now = key_of (home, "a@x.org");
  g_autofree char *line = g_strdup_printf ("%s,%s\n", id, now);
  struct stat status;
  assert_json (json, "rotated", "true");
  assert_json (json, "ids", "3");
  assert_string_equal (kept, secret);
  assert_contains (aliases, line);
  assert_int_equal (stat (path, &status), 0);
  assert_int_equal (status.st_mode & 0777, 0600);
  g_autoptr (Outcome) shown = expect_weir (home, 0, "runs", run, NULL);
  assert_contains (shown->out, "rotate");
  assert_has_no_file (home, run, "`weir key rotate`");
  assert_weir (home, 4, "key", "rotate", "--yes", "--aliases", "ids.csv", NULL);
  assert_weir (home, 2, "key", "users", "a@x.org", "--yes", NULL);
  assert_weir (home, 2, "key", "users", NULL);
  assert_all_is_well (home);
}

/* What is kept of a run from before the new secret is still what that file says. */
static void
test_goes_on (void **state)
{
  Home *home = *state;
  prepare (home);
  assert_weir (home, 0, "key", "rotate", "--yes", NULL);
  assert_weir (home, 0, "rebuild", "users", NULL);
  assert_weir (home, 0, "rebuild", "sales", NULL);
  g_autoptr (Outcome) shown = expect_weir (home, 0, "history", "users", "a@x.org", NULL);
  assert_contains (shown->out, "name: Ann → Anna");
  g_autoptr (Outcome) undone = expect_weir (home, 0, "undo", "users-2.csv", "--yes", "--json", NULL);
  g_autoptr (Json) undo = outcome_json (undone);
  g_autofree char *run = json_at (undo, "run");
  assert_has_no_file (home, run, "`weir undo`");
  assert_sql (home, "Ann|1", "select name, version_number from warehouse.users where email = 'a@x.org'");
  g_autoptr (Outcome) again = expect_weir (home, 0, "retry", "users-2.csv", NULL);
  assert_contains (again->out, "applied to users");
  assert_weir (home, 0, "rebuild", "users", NULL);
  assert_all_is_well (home);
}

/* Who was said to be gone, and of whom no row was ever known, is so under the new id. */
static void
test_who_was_only_said_to_be_gone (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": \"file_name\", "
                    "\"deleted\": {\"column\": \"op\", \"values\": [\"D\"]}}");
  g_autoptr (Json) gone = load_text (home, "users_2026-01-05.csv", "key,v,op\nann,a,\nzed,,D\n", NULL);
  assert_json (gone, "status", "applied");
  assert_weir (home, 0, "key", "rotate", "--yes", NULL);
  g_autoptr (Json) late = load_text (home, "users_2026-01-02.csv", "key,v,op\nzed,z,\n", NULL);
  assert_json (late, "status", "applied");
  assert_sql (home, "2026-01-02 00:00:00+00|2026-01-05 00:00:00+00",
              "select effective_start_date, effective_end_date from warehouse.users where key = 'zed'");
  assert_weir (home, 0, "verify", NULL);
}

static void
test_says_how_many (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  home_write_file (home, "elsewhere/users.csv", "email\na@x.org\n");
  assert_weir (home, 0, "load", "elsewhere/users.csv", NULL);
  g_autoptr (Outcome) one = expect_weir (home, 0, "key", "rotate", "--yes", NULL);
  assert_contains (one->out, "1 id is another one now (run ");
  home_write_file (home, "elsewhere/users.csv", "email\nb@x.org\n");
  assert_weir (home, 0, "load", "elsewhere/users.csv", NULL);
  g_autoptr (Outcome) two = expect_weir (home, 0, "key", "rotate", "--yes", NULL);
  assert_contains (two->out, "2 ids are others now (run ");
}

/* Back to the secret of before, from a file of somebody else's; a home that has missed it says what to do. */
static void
test_homes_that_share_a_secret (void **state)
{
  Home *home = *state;
  prepare (home);
  g_autofree char *before = sql_scalar (home, WAREHOUSE), *secret = home_read_file (home, ".weir/key_secret");
  assert_weir (home, 0, "key", "rotate", "--yes", NULL);
  g_autofree char *newer = home_read_file (home, ".weir/key_secret");
  write_secret (home, secret);
  home_write_model (home, "firms", "{\"table\": \"firms\", \"kind\": \"dimension\", \"business_key\": [\"name\"]}");
  static const char *const commands[][3] = { { "key", "users", "a@x.org" }, { "key", "firms", "x" }, { "key", "rotate", "--yes" } };
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (Outcome) refused = expect_weir (home, 2, commands[i][0], commands[i][1], commands[i][2], NULL);
      assert_contains (refused->err, "gave this secret up");
    }
  home_write_file (home, "firms.csv", "name\nx\n");
  g_autoptr (Outcome) loaded = expect_weir (home, 2, "load", "firms.csv", NULL);
  assert_contains (loaded->err, "gave this secret up");
  write_secret (home, newer);
  home_write_file (home, "theirs", secret);
  g_autofree char *theirs = home_path (home, "theirs");
  assert_int_equal (chmod (theirs, 0644), 0);
  g_autoptr (Outcome) open = expect_weir (home, 2, "key", "rotate", "--yes", "--secret-file", "theirs", NULL);
  assert_contains (open->err, "can be read or written by others");
  assert_int_equal (chmod (theirs, 0600), 0);
  g_autoptr (Outcome) back = expect_weir (home, 0, "key", "rotate", "--yes", "--secret-file", "theirs", NULL);
  assert_contains (back->out, "set WEIR_KEY_SECRET_FILE");
  assert_sql (home, before, WAREHOUSE);
  assert_weir (home, 2, "key", "users", "a@x.org", NULL);
  home_set_environment (home, "WEIR_KEY_SECRET_FILE", theirs);
  g_autoptr (Outcome) same = expect_weir (home, 2, "key", "rotate", "--yes", "--secret-file", "theirs", NULL);
  assert_contains (same->err, "the secret that is in force");
  assert_all_is_well (home);
  home->oracle = 0; /* whoever replays the archive does it with the secret of the home */
}

/* What rows refer to that nobody has yet is in their file alone. */
static void
test_a_file_that_is_gone (void **state)
{
  Home *home = *state;
  prepare (home);
  g_autofree char *before = sql_scalar (home, WAREHOUSE), *secret = home_read_file (home, ".weir/key_secret");
  g_autofree char *place = sql_scalar (home, "select place from weir.file where file_name = 'sales.csv'");
  g_autofree char *text = home_read_file (home, place);
  home_remove_file (home, place);
  g_autoptr (Outcome) refused = expect_weir (home, 2, "key", "rotate", "--yes", NULL);
  assert_contains (refused->err, "1 id and 0 hashes of rows cannot be made again");
  assert_sql (home, before, WAREHOUSE);
  assert_false (home_has_file (home, ".weir/key_secret.next"));
  g_autofree char *still = home_read_file (home, ".weir/key_secret");
  assert_string_equal (still, secret);
  home_write_file (home, place, text);
  assert_weir (home, 0, "key", "rotate", "--yes", NULL);
  assert_all_is_well (home);
}

/* A row that somebody has changed has another key than its id. */
static void
test_a_key_that_is_another (void **state)
{
  Home *home = *state;
  prepare (home);
  sql_run_text (home, "update warehouse.users set email = 'z@x.org' where email = 'b@x.org'");
  g_autofree char *before = sql_scalar (home, WAREHOUSE);
  assert_weir (home, 0, "key", "rotate", "--dry-run", NULL); /* by its file */
  sql_run_text (home, "update weir.file set place = ''");
  g_autoptr (Outcome) refused = expect_weir (home, 2, "key", "rotate", "--yes", NULL);
  assert_contains (refused->err, "cannot be made again");
  assert_sql (home, before, WAREHOUSE);
  /* Also where nobody refers to it. */
  assert_weir (home, 0, "drop", "sales", "--yes", NULL);
  g_autoptr (Outcome) alone = expect_weir (home, 2, "key", "rotate", "--yes", NULL);
  assert_contains (alone->err, "cannot be made again");
  home->oracle = ORACLE_BY_HAND;
}

/* A watch goes on with the new secret, without a start of its own. */
static void
test_while_it_watches (void **state)
{
  Home *home = *state;
  prepare (home);
  home_configure (home, ", \"workers\": 1, \"settle\": 0.3");
  g_autoptr (Background) watch = start_watch (home);
  home_drop (home, "users-3.csv", "email,name\nb@x.org,Bobby\n");
  wait_until (home_count_files (home, "archive/users") == 3);
  assert_weir (home, 0, "key", "rotate", "--yes", NULL);
  home_drop (home, "users-4.csv", "email,name\nb@x.org,Rob\n");
  wait_until (home_count_files (home, "archive/users") == 4);
  g_autofree char *id = key_of (home, "b@x.org");
  assert_sql (home, "Bob Bobby Rob",
              "select string_agg(name, ' ' order by version_number) from warehouse.users where user_id = '%s'", id);
  stop_watch (watch);
}

/* Killed at each of its steps: before the COMMIT nothing is changed, behind it whoever comes next puts the secret in its place. */
static void
test_killed (void **state)
{
  static const char *const points[] = { "rotate-secret-made", "rotate-before-commit", "rotate-after-commit" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (points); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      prepare (home);
      g_autofree char *secret = home_read_file (home, ".weir/key_secret"), *fault = g_strdup_printf ("kill:%s", points[i]);
      home_set_environment (home, "WEIR_FAULT", fault);
      g_autoptr (Outcome) killed = run_weir (home, "key", "rotate", "--yes", NULL);
      assert_int_equal (killed->code, 128 + SIGKILL);
      home_set_environment (home, "WEIR_FAULT", NULL);
      assert_true (home_has_file (home, ".weir/key_secret.next"));
      bool committed = sql_number (home, "select count(*) from weir.operation") == 1;
      assert_int_equal (committed, i == 2);
      g_free (key_of (home, "a@x.org"));
      g_autofree char *now = home_read_file (home, ".weir/key_secret");
      assert_int_equal (strcmp (secret, now) != 0, committed);
      assert_int_equal (home_has_file (home, ".weir/key_secret.next"), !committed);
      assert_all_is_well (home);
      assert_weir (home, 0, "key", "rotate", "--yes", NULL);
      assert_false (home_has_file (home, ".weir/key_secret.next"));
    }
}

/* A table that is being loaded is not rotated. */
static void
test_in_work (void **state)
{
  Home *home = *state;
  prepare (home);
  home_configure (home, ", \"lock_timeout\": 0.2");
  g_autofree char *before = sql_scalar (home, WAREHOUSE);
  home_set_environment (home, "WEIR_FAULT", "stop:after-load");
  home_write_file (home, "more/users.csv", "email,name\nd@x.org,Dan\n");
  g_autoptr (Background) loading = spawn_weir (home, "load", "more/users.csv", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  wait_until (process_find_stopped (home->path, "load") != 0);
  g_autoptr (Outcome) busy = expect_weir (home, 3, "key", "rotate", "--yes", NULL);
  assert_contains (busy->err, "In the way is");
  assert_sql (home, before, WAREHOUSE);
  kill (process_find_stopped (home->path, "load"), SIGCONT);
  assert_int_equal (background_stop (loading, 0, DEADLINE_SECONDS), 0);
  assert_weir (home, 0, "key", "rotate", "--yes", NULL);
  assert_all_is_well (home);
  home->oracle = 0; /* one of the files is not in the archive */
}

/* A table that is loaded for the first time behind the look at which there are: its ids would stay those of the old secret. */
static void
test_a_table_that_is_new (void **state)
{
  Home *home = *state;
  prepare (home);
  home_write_model (home, "firms", "{\"table\": \"firms\", \"kind\": \"dimension\", \"business_key\": [\"name\"]}");
  g_autofree char *before = sql_scalar (home, WAREHOUSE);
  home_set_environment (home, "WEIR_FAULT", "stop:rotate-secret-made");
  g_autoptr (Background) rotating = spawn_weir (home, "key", "rotate", "--yes", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  wait_until (process_find_stopped (home->path, "rotate") != 0);
  g_autoptr (Json) firms = load_text (home, "firms.csv", "name,size\nx,1\n", NULL);
  assert_load (firms, "applied", "read=1 inserted=1 staged=1");
  kill (process_find_stopped (home->path, "rotate"), SIGCONT);
  assert_int_equal (background_stop (rotating, 0, DEADLINE_SECONDS), 3);
  assert_sql (home, before, WAREHOUSE);
  assert_weir (home, 0, "key", "rotate", "--yes", NULL);
  g_autoptr (Outcome) key = expect_weir (home, 0, "key", "firms", "x", NULL);
  assert_sql (home, "1", "select count(*) from warehouse.firms where firm_id = '%s'", g_strchomp (key->out));
  assert_all_is_well (home);
}

/* Whom `weir forget` has erased no file brings back, whatever the secret. */
static void
test_who_is_forgotten (void **state)
{
  Home *home = *state;
  prepare (home);
  assert_weir (home, 0, "forget", "users", "b@x.org", "--yes", NULL);
  assert_weir (home, 0, "key", "rotate", "--yes", NULL);
  g_autoptr (Json) again = load_text (home, "users-4.csv", "email,name\nb@x.org,Bob\nd@x.org,Dan\n", NULL);
  assert_json (again, "rows.forgotten", "1");
  assert_sql (home, "Dan", "select name from warehouse.users where email in ('b@x.org', 'd@x.org')");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_says_first),
                                      TEST (test_goes_on),
                                      TEST (test_who_was_only_said_to_be_gone),
                                      TEST (test_says_how_many),
                                      TEST (test_homes_that_share_a_secret),
                                      TEST (test_a_file_that_is_gone),
                                      TEST (test_a_key_that_is_another),
                                      TEST (test_while_it_watches),
                                      TEST (test_killed),
                                      TEST (test_in_work),
                                      TEST (test_who_is_forgotten),
                                      TEST (test_a_table_that_is_new),
                                      TEST (test_as_if_from_the_beginning) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
