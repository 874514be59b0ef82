/* Keys that files say are gone: by rows that say so, and by having no row of them. A naive model, what was said of each key on each day, tells
 * what the versions are, whatever the order in which files come.
 *
 * WEIR_TEST_LONG=1 tries many more streams; WEIR_STREAM=N begins with that one. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include "src/load/loading.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"key\"]"
#define DELETED "\"deleted\": {\"column\": \"op\", \"values\": [\"D\", \"x\"]}"
#define UNGUARDED "\"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}"

/* ---- the naive model ---- */

#define KEYS 30
#define DAYS 9

/* What was said of each key of each day: a value, that it is gone, or nothing. Of one day the last one is right. */
enum
{
  NOTHING,
  GONE,
  FIRST_VALUE,
};

typedef struct
{
  int said[KEYS][DAYS];
} Naive;

/* key|value|from|to|number of each version. */
static char *
naive_text (const Naive *naive, bool always)
{
  GString *text = g_string_new (NULL);
  for (int key = 0; key < KEYS; key++)
    {
      int holds = GONE, number = 0;
      for (int day = 0; day < DAYS; day++)
        {
          int said = naive->said[key][day];
          if (said == NOTHING || said == holds)
            continue;
          if (holds != GONE)
            g_string_append_printf (text, "|%d|%d\n", day + 1, number);
          holds = said;
          if (said == GONE)
            continue;
          g_string_append_printf (text, "k%02d|%d|", key, said);
          if (++number == 1 && always)
            g_string_append (text, "ever");
          else
            g_string_append_printf (text, "%d", day + 1);
        }
      if (holds != GONE)
        g_string_append_printf (text, "|-|%d\n", number);
    }
  return g_string_free (text, FALSE);
}

/* The same of a table. */
static char *
versions_text (Home *home, const char *table)
{
  g_autofree char *rows = sql_text_rows (
      home,
      "select key, v, case when effective_start_date = '-infinity' then 'ever' else extract(day from "
      "effective_start_date)::int::text end,"
      " extract(day from effective_end_date)::int, version_number from warehouse.%s order by key, effective_start_date",
      table);
  return *rows == '\0' ? g_strdup ("") : g_strconcat (rows, "\n", NULL);
}

/* ---- streams ---- */

typedef struct
{
  bool by_row, always;
} Mode;

typedef struct
{
  int day;
  bool whole; /* a full export */
  GString *rows;
  int said[KEYS][DAYS]; /* NOTHING of a key that an export lacks */
  bool rejected[KEYS];
} File;

static void
file_say (File *file, const Mode *mode, int key, int day, int said)
{
  file->said[key][day] = said;
  g_string_append_printf (file->rows, said == GONE ? "k%02d,,D" : "k%02d,%d,", key, said);
  if (mode->by_row)
    g_string_append_printf (file->rows, ",2026-01-%02d", day + 1);
  g_string_append_c (file->rows, '\n');
}

/* A key in a file: a row, a row that says that it is gone, a reject, or nothing. */
static void
file_speak (GRand *random, File *file, const Mode *mode, int key)
{
  int dice = g_rand_int_range (random, 0, 10), day = mode->by_row ? g_rand_int_range (random, 0, DAYS) : file->day;
  if (dice < 5 || (key == 0 && file->whole))
    file_say (file, mode, key, day, FIRST_VALUE + g_rand_int_range (random, 0, 2));
  else if (dice == 5)
    file_say (file, mode, key, day, GONE);
  else if (dice == 6 && !mode->by_row)
    {
      file->rejected[key] = true;
      g_string_append_printf (file->rows, "k%02d,no number,\n", key);
    }
}

/* "again": a day may have several files. */
static void
make_files (GRand *random, const Mode *mode, bool again, File *files, int n_files)
{
  for (int f = 0; f < n_files; f++)
    {
      File *file = &files[f];
      file->day = again ? g_rand_int_range (random, 0, DAYS) : f;
      file->whole = !mode->by_row && g_rand_int_range (random, 0, 2) == 0;
      file->rows = g_string_new (mode->by_row ? "key,v,op,at\n" : "key,v,op\n");
      for (int key = 0; key < KEYS; key++)
        file_speak (random, file, mode, key);
    }
}

static void
naive_take (Naive *naive, const File *file)
{
  for (int key = 0; key < KEYS; key++)
    for (int day = 0; day < DAYS; day++)
      if (file->said[key][day] != NOTHING)
        naive->said[key][day] = file->said[key][day];
      else if (file->whole && day == file->day && !file->rejected[key])
        naive->said[key][day] = GONE;
}

static void
write_model (Home *home, const char *table, const Mode *mode, bool whole)
{
  g_autofree char *model = g_strdup_printf (
      "{\"table\": \"%s\", \"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": %s, \"first\": \"%s\", " DELETED ","
      " \"columns\": {\"v\": {\"type\": \"bigint\"}}, \"rejects\": {\"max_percent\": 100}%s}",
      table, mode->by_row ? "{\"column\": \"at\"}" : "\"file_name\"", mode->always ? "always" : "effective",
      whole ? ", \"absent\": \"close\", " UNGUARDED : "");
  home_write_model (home, table, model);
}

static void
load_file (Home *home, Loader *loader, const char *table, const File *file, int number)
{
  g_autofree char *name = g_strdup_printf ("elsewhere/%s_2026-01-%02d-%d.csv", table, file->day + 1, number);
  g_autofree char *path = home_path (home, name);
  g_autofree char *waits_for = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Route) route = { 0 };
  g_auto (LoadEnd) end = { 0 };
  LockState state;
  home_write_file (home, name, file->rows->str);
  bool done = loader_refresh (loader, &error);
  if (done)
    loader_route_to (loader, table, &route);
  done = done && loader_lock (loader, &route, 1000, &state, &waits_for, &error)
         && loading_in_place (loader, path, &route, &(Candidate) { 0 }, false, &end, &error);
  if (!done)
    fail_msg ("%s: %s", name, error->message);
  loader_unlock (loader);
  assert_json (end.summary, "status", "applied");
}

static void
shuffle (GRand *random, int *order, int n)
{
  for (int i = 0; i < n; i++)
    order[i] = i;
  for (int i = n - 1; random != NULL && i > 0; i--)
    {
      int to = g_rand_int_range (random, 0, i + 1), other = order[to];
      order[to] = order[i];
      order[i] = other;
    }
}

/* Loads the files in an order, as a table of its own, and compares its versions with what the naive model has by the same order. */
static void
try_order (Home *home, Loader *loader, const Mode *mode, const File *files, const int *order, int n_files, const char *table)
{
  Naive naive = { 0 };
  g_autofree char *model_name = g_strdup_printf ("models/%s.json", table);
  g_autoptr (GString) transcript = g_string_new (NULL);
  for (int i = 0; i < n_files; i++)
    {
      const File *file = &files[order[i]];
      write_model (home, table, mode, file->whole);
      load_file (home, loader, table, file, i);
      naive_take (&naive, file);
      g_string_append_printf (transcript, "--- day %d%s\n%s", file->day + 1, file->whole ? ", whole" : "", file->rows->str);
      g_autofree char *expected = naive_text (&naive, mode->always), *found = versions_text (home, table);
      if (strcmp (expected, found) == 0)
        continue;
      /* fail_msg would cut it */
      fprintf (stderr, "%s\n-- expected:\n%s\n-- found:\n%s\n", transcript->str, expected, found);
      fail_msg ("other versions of %s", table);
    }
  home_remove_file (home, model_name); /* the more models, the longer it takes to read them */
}

static void
try_stream (Home *home, Loader *loader, guint32 seed)
{
  enum
  {
    FILES = 9,
    ORDERS = 3
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  const Mode mode = { .by_row = seed % 4 == 3, .always = seed % 3 == 2 };
  bool again = seed % 2 == 0;
  File files[FILES] = { 0 };
  make_files (random, &mode, again || mode.by_row, files, FILES);
  for (int o = 0; o < ORDERS; o++)
    {
      int order[FILES];
      g_autofree char *table = g_strdup_printf ("s%u_%d", seed, o);
      shuffle (o == 0 ? NULL : random, order, FILES);
      try_order (home, loader, &mode, files, order, FILES, table);
    }
  for (int f = 0; f < FILES; f++)
    g_string_free (files[f].rows, TRUE);
}

static void
test_every_order_gives_the_same (void **state)
{
  Home *home = *state;
  g_autoptr (GError) error = NULL;
  bool is_long = g_getenv ("WEIR_TEST_LONG") != NULL;
  guint32 first = g_getenv ("WEIR_STREAM") != NULL ? (guint32) strtoul (g_getenv ("WEIR_STREAM"), NULL, 10) : 1;
  assert_weir (home, 0, "init", NULL);
  g_autoptr (Settings) settings = settings_load_home (home->path, HOME_REQUIRED, &error);
  assert_non_null (settings);
  g_auto (Loader) loader;
  loader_init (&loader, settings, -1);
  loader.one_shot = true;
  for (guint32 seed = first; seed < first + (is_long ? 120 : 6); seed++)
    try_stream (home, &loader, seed);
}

/* ---- one thing at a time ---- */

#define VERSIONS                                                                                                                   \
  "select key, v, version_number, is_current, effective_start_date = lag(effective_end_date) over (partition by key order by "     \
  "version_number) from warehouse.users order by key, version_number"

/* Loads the text under that name, with what came of it. */
static Json *
load (Home *home, const char *name, const char *text, const char *status, const char *counts)
{
  Json *published = load_text (home, name, text, NULL);
  assert_load (published, status, counts);
  assert_ledger (home, published);
  return published;
}

static void
expect (Home *home, const char *name, const char *text, const char *counts)
{
  g_autoptr (Json) published = load (home, name, text, "applied", counts);
}

static void
expect_note (Home *home, const char *name, const char *text, const char *counts, const char *note)
{
  g_autoptr (Json) published = load (home, name, text, "applied", counts);
  g_autofree char *notes = json_at (published, "notes");
  assert_contains (notes, note);
}

/* The published object of a file that is held. */
static Json *
expect_held (Home *home, const char *name, const char *text, const char *guard)
{
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_json (published, "status", "held");
  assert_json (published, "error.code", "held");
  assert_json (published, "held.guard", guard);
  return json_incref (published);
}

/* A key that is not in an export is closed, and one that comes back opens its next version behind a gap. */
static void
test_full_exports (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\", " UNGUARDED "}");
  expect (home, "users-1.csv", "key,v\nann,a\nbob,b\ncid,c\n", "read=3 inserted=3 staged=3");
  expect (home, "users-2.csv", "key,v\nann,x\ndan,d\n", "read=2 inserted=1 updated=1 deactivated=3 absent=2 staged=2");
  expect (home, "users-3.csv", "key,v\nann,x\nbob,b\ndan,d\n", "read=3 inserted=1 unchanged=2 staged=3");
  assert_sql (home, "ann|a|1|f|-\nann|x|2|t|t\nbob|b|1|f|-\nbob|b|2|t|f\ncid|c|1|f|-\ndan|d|1|t|-", VERSIONS);
  assert_sql (home, "2",
              "select count(*) from warehouse.users u join weir.file f on f.run_id = u.closed_by"
              " where f.file_name = 'users-2.csv' and u.key in ('bob', 'cid')");
  home->oracle = ORACLE_REPLAY;
}

/* Without "absent" a file has changes. */
static void
test_absent_keys_stay (void **state)
{
  static const char *const models[] = { USERS "}", USERS ", \"absent\": \"keep\"}" };
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *text = g_strdup_printf ("key,v\nann,%zu\n", i);
      home_write_model (home, "users", models[i]);
      g_autoptr (Json) all = load_text (home, "users.csv", "key,v\nann,a\nbob,b\n", NULL);
      g_autoptr (Json) one = load_text (home, "users.csv", text, NULL);
      assert_json (one, "rows.deactivated", "1");
    }
  assert_sql (home, "t", "select is_current from warehouse.users where key = 'bob'");
}

static void
test_rows_that_delete (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", " DELETED "}");
  /* Nobody knows zoe; of eve's two rows the last one counts. */
  expect (home, "users-1.csv", "key,v,op\nann,a,I\nbob,b,\nzoe,z,D\neve,e,D\neve,e,I\n",
          "read=5 inserted=3 unchanged=1 duplicate=1 staged=3");
  expect (home, "users-2.csv", "key,v,op\nann,x, D\nbob,b,d\ncid,c,I\n",
          "read=3 inserted=1 deleted=1 deactivated=1 unchanged=1 staged=2");
  expect (home, "users-3.csv", "key,v,op\nann,a,D\ncid,c,x\n", "read=2 deleted=1 deactivated=1 unchanged=1 staged=0");
  expect (home, "users-4.csv", "key,v,op\nann,a,U\n", "read=1 inserted=1 staged=1");
  assert_sql (home, "ann|a|1|f|-\nann|a|2|t|f\nbob|b|1|t|-\ncid|c|1|f|-\neve|e|1|t|-", VERSIONS);
  /* The column is staged, and not kept. */
  assert_sql (home, "1", "select count(*) from pg_attribute where attname = 'op' and attrelid = 'staging.users'::regclass");
  assert_sql (home, "0", "select count(*) from pg_attribute where attname = 'op' and attrelid = 'warehouse.users'::regclass");
  expect_note (home, "users-5.csv", "key,v\nann,b\n", "read=1 updated=1 deactivated=1 staged=1", "has no column \\\"op\\\"");
  home->oracle = ORACLE_REPLAY;
}

/* A file that brings nothing but deletions leaves an empty staging table, which no server has emptied. */
static void
test_nothing_but_deletions (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", " DELETED "}");
  expect (home, "users-1.csv", "key,v,op\nann,a,\n", "read=1 inserted=1 staged=1");
  expect (home, "users-2.csv", "key,v,op\nann,a,D\n", "read=1 deleted=1 deactivated=1 staged=0");
  assert_weir (home, 0, "status", NULL);
}

/* The model said nothing of the column at first, and it was kept. */
static void
test_a_model_that_learns_of_deletions (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  expect (home, "users-1.csv", "key,v,op\nann,a,1\nbob,b,0\n", "read=2 inserted=2 staged=2");
  home_write_model (home, "users", USERS ", \"deleted\": {\"column\": \"op\", \"values\": [\"1\"]}}");
  expect (home, "users-2.csv", "key,v,op\nann,a,1\nbob,b,0\n", "read=2 deleted=1 deactivated=1 unchanged=1 staged=1");
}

/* ---- who is not absent ---- */

static void
test_rejects_are_not_absent (void **state)
{
  static const struct
  {
    const char *text, *counts, *keys, *note;
  } cases[] = {
    { "key,n\nann,2\nbob,x\n", "read=2 rejected=1 updated=1 deactivated=2 absent=1 staged=1", "ann|bob", NULL },
    { "key,n\nann,2\nbob\n", "read=2 rejected=1 updated=1 deactivated=1 staged=1", "ann|bob|cid", "whose key cannot be read" },
    { "key,n\nann,2\n,3\n", "read=2 rejected=1 updated=1 deactivated=1 staged=1", "ann|bob|cid", "whose key cannot be read" },
    { "key,n\nann,x\nbob,x\n", "read=2 rejected=2", "ann|bob|cid", "none of its rows goes on" },
  };
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Home) own = home_new (home->cluster);
      home_write_model (own, "users",
                        USERS ", \"absent\": \"close\", " UNGUARDED ", \"columns\": {\"n\": {\"type\": \"bigint\"}},"
                              " \"rejects\": {\"max_percent\": 100}}");
      expect (own, "users-1.csv", "key,n\nann,1\nbob,1\ncid,1\n", "read=3 inserted=3 staged=3");
      if (cases[i].note != NULL)
        expect_note (own, "users-2.csv", cases[i].text, cases[i].counts, cases[i].note);
      else
        expect (own, "users-2.csv", cases[i].text, cases[i].counts);
      assert_sql (own, cases[i].keys, "select string_agg(key, '|' order by key) from warehouse.users_current");
    }
}

/* Rejects that TRANSFORM finds, and rows that are none of the table's. */
static void
test_more_that_are_not_absent (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    USERS ", \"absent\": \"close\", " UNGUARDED
                          ", \"duplicates\": \"reject\", \"rejects\": {\"max_percent\": 100}}");
  expect (home, "users-1.csv", "key,v\nann,a\nbob,b\ncid,c\n", "read=3 inserted=3 staged=3");
  expect (home, "users-2.csv", "key,v\nann,a\nbob,x\nbob,y\n", "read=3 rejected=2 unchanged=1 deactivated=1 absent=1 staged=1");
  assert_sql (home, "ann|bob", "select string_agg(key, '|' order by key) from warehouse.users_current");
  expect (home, "users-3.csv", "key,v\nann,a\n\nTotal: 1 user\n", "read=2 rejected=1 unchanged=1 deactivated=1 absent=1 staged=1");
  assert_sql (home, "ann", "select string_agg(key, '|' order by key) from warehouse.users_current");
}

/* Rejects that come back are a few rows, and no export; nor does one that is older than what was applied say who is gone. */
static void
test_no_exports (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    USERS ", \"absent\": \"close\", " UNGUARDED ", \"columns\": {\"n\": {\"type\": \"bigint\"}},"
                          " \"rejects\": {\"max_percent\": 60}}");
  expect (home, "users-1.csv", "key,n\nann,1\nbob,x\n", "read=2 rejected=1 inserted=1 staged=1");
  g_autoptr (Outcome) rejects = expect_weir (home, 0, "rejects", "last", "--csv", NULL);
  g_auto (GStrv) parts = g_strsplit (rejects->out, "bob,x", 2);
  g_autofree char *mended = g_strjoinv ("bob,1", parts);
  expect_note (home, "users-1 (1).csv", mended, "read=1 inserted=1 staged=1", "brings rejects back");
  /* Refused whole, and tried again when a newer one is there. */
  g_autoptr (Json) refused = load_text (home, "users-2.csv", "key,n\nann,x\nbob,x\n", NULL);
  assert_json (refused, "status", "failed");
  expect (home, "users-3.csv", "key,n\nann,3\nbob,3\ncid,3\n", "read=3 updated=2 deactivated=2 inserted=1 staged=3");
  home_write_model (home, "users", USERS ", \"absent\": \"close\", " UNGUARDED "}");
  g_autofree char *run = json_at (refused, "run"),
                  *place = sql_scalar (home, "select place from weir.file where run_id = '%s'", run);
  home_write_file (home, place, "key,n\nann,1\nbob,1\n");
  g_autoptr (Outcome) retried = run_weir (home, "retry", run, NULL);
  assert_contains (retried->out, "the file closes nobody: newer files were applied before it");
  assert_sql (home, "ann|bob|cid", "select string_agg(key, '|' order by key) from warehouse.users_current");
  home->oracle = ORACLE_BY_HAND; /* the bytes were mended in place */
}

/* ---- guards ---- */

static const char ten[] = "key,v\nk0,a\nk1,a\nk2,a\nk3,a\nk4,a\nk5,a\nk6,a\nk7,a\nk8,a\nk9,a\n";
static const char nine[] = "key,v\nk0,a\nk1,a\nk2,a\nk3,a\nk4,a\nk5,a\nk6,a\nk7,a\nk8,a\n";
static const char eight[] = "key,v\nk0,a\nk1,a\nk2,a\nk3,a\nk4,a\nk5,a\nk6,a\nk7,a\n";

static void
test_a_guard (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
  expect (home, "users-1.csv", ten, "read=10 inserted=10 staged=10");
  /* A tenth may go, and no more. Nothing is changed, and the next one is judged by what was applied. */
  expect (home, "users-2.csv", nine, "read=9 unchanged=9 deactivated=1 absent=1 staged=9");
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("users-%d.csv", i + 3);
      g_autoptr (Json) held = expect_held (home, name, eight, "close_percent");
      assert_json (held, "held.closes", "1");
      assert_json (held, "held.of", "9");
      assert_error_says (held, "it would close 1 of 9 keys (11 %)");
    }
  assert_sql (home, "9|2", "select (select count(*) from warehouse.users_current), count(*) from weir.file where state = 'held'");
  assert_int_equal (home_count_files (home, "imports/.held"), 2);
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
  assert_contains (status->out, "Held since ");
  assert_contains (status->out, "It would close, for instance, k8\n");
  assert_contains (status->out, "weir approve ");
  g_autoptr (Outcome) approved = expect_weir (home, 0, "approve", "users-4.csv", "--json", NULL);
  assert_contains (approved->out, "\"absent\":1");
  assert_sql (home, "8", "select count(*) from warehouse.users_current");
  /* What is older goes on top of nothing by a mere leave. */
  g_autoptr (Outcome) overtaken = expect_weir (home, 2, "approve", "users-3.csv", NULL);
  assert_contains (overtaken->err, "\"users-3.csv\" is overtaken: users-4.csv was applied to users since");
  assert_weir (home, 0, "discard", "users-3.csv", NULL);
  assert_sql (home, "failed|failed|discarded",
              "select state, disposition, summary -> 'error' ->> 'code' from weir.file where file_name = 'users-3.csv'");
  assert_int_equal (home_count_files (home, "imports/.held"), 0);
  g_autoptr (Outcome) twice = expect_weir (home, 2, "discard", "users-3.csv", NULL);
  assert_contains (twice->err, "is not held, but failed");
}

static void
test_a_guard_of_rows (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\", \"guard\": {\"close_percent\": 100}}");
  expect (home, "users-1.csv", ten, "read=10 inserted=10 staged=10");
  g_autoptr (Json) held = expect_held (home, "users-2.csv", "key,v\nk0,a\nk1,a\nk2,a\nk3,a\n", "shrink_percent");
  assert_error_says (held, "it has 4 rows, 40 % of the 10 of the export before it");
  expect (home, "users-3.csv", "key,v\nk0,a\nk1,a\nk2,a\nk3,a\nk4,a\n", "read=5 unchanged=5 deactivated=5 absent=5 staged=5");
  assert_weir (home, 0, "discard", "users-2.csv", NULL);
}

/* A file that ends within a line, as no file of the table did before, may be cut off. */
static void
test_a_file_that_is_cut_off (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\", " UNGUARDED "}");
  expect (home, "users-1.csv", "key,v\nann,a\nbob,bob\ncid,c\n", "read=3 inserted=3 staged=3");
  g_autoptr (Json) held = expect_held (home, "users-2.csv", "key,v\nann,a\nbob,bo", "cut_off");
  assert_weir (home, 0, "approve", "users-2.csv", NULL);
  /* From now on files of the table end so. */
  expect (home, "users-3.csv", "key,v\nann,a", "read=1 unchanged=1 deactivated=1 absent=1 staged=1");
}

static void
test_personal_keys_are_not_shown (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\", \"columns\": {\"key\": {\"pii\": true}}}");
  expect (home, "users-1.csv", "key,v\nann,a\nbob,b\n", "read=2 inserted=2 staged=2");
  g_autoptr (Json) held = expect_held (home, "users-2.csv", "key,v\nann,a\n", "close_percent");
  g_autofree char *id = sql_scalar (home, "select user_id from warehouse.users where key = 'bob'");
  assert_json (held, "held.sample.0", id);
  g_autoptr (Outcome) hidden = expect_weir (home, 1, "status", NULL);
  assert_null (strstr (hidden->out, "bob"));
  home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
  g_autoptr (Outcome) shown = expect_weir (home, 1, "status", "--json", NULL);
  g_autoptr (Json) json = outcome_json (shown);
  assert_json (json, "held.0.keys.0.key", "bob");
}

/* `weir load` leaves a file where it lies; the leave is for its bytes. */
static void
test_held_where_it_lies (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
  expect (home, "users-1.csv", ten, "read=10 inserted=10 staged=10");
  home_write_file (home, "elsewhere/users-2.csv", eight);
  g_autoptr (Outcome) held = expect_weir (home, 1, "load", "elsewhere/users-2.csv", NULL);
  assert_contains (held->err, "\"users-2.csv\" is held");
  assert_true (home_has_file (home, "elsewhere/users-2.csv"));
  g_autoptr (Outcome) diff = run_weir (home, "diff", "--json", "elsewhere/users-2.csv", NULL);
  assert_contains (diff->out, "the file would be held: it would close 2 of 10 keys");
  home_write_file (home, "elsewhere/users-2.csv", "key,v\nk0,a\n");
  assert_weir (home, 1, "approve", "users-2.csv", NULL);
  assert_sql (home, "10", "select count(*) from warehouse.users_current");
  home_write_file (home, "elsewhere/users-2.csv", eight);
  assert_weir (home, 1, "load", "elsewhere/users-2.csv", NULL);
  assert_weir (home, 0, "approve", "users-2.csv", NULL);
  assert_sql (home, "8", "select count(*) from warehouse.users_current");
  home_write_file (home, "elsewhere/users-3.csv", "key,v\nk0,a\n");
  assert_weir (home, 1, "load", "elsewhere/users-3.csv", NULL);
  assert_weir (home, 0, "discard", "users-3.csv", NULL);
  assert_sql (home, "failed|left", "select state, disposition from weir.file where file_name = 'users-3.csv'");
}

/* Somebody has taken the file away: there is nothing to approve, and the run can still be settled. */
static void
test_held_and_taken_away (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
  expect (home, "users-1.csv", ten, "read=10 inserted=10 staged=10");
  home_drop (home, "users-2.csv", eight);
  assert_weir (home, 1, "load", "--dry-run", "imports/users-2.csv", NULL);
  assert_weir (home, 1, "load", "imports/users-2.csv", NULL);
  g_autofree char *place = sql_scalar (home, "select place from weir.file where state = 'held'");
  home_take_back (home, place + strlen ("imports/"));
  g_autoptr (Outcome) approved = expect_weir (home, 2, "approve", "last", NULL);
  assert_contains (approved->err, "Somebody has moved or removed it.");
  assert_weir (home, 0, "discard", "last", NULL);
  assert_weir (home, 2, "discard", "last", NULL);
  assert_sql (home, "failed", "select state from weir.file where file_name = 'users-2.csv'");
  home->oracle = ORACLE_BY_HAND;
}

/* Whatever dies when: the file is in one place, and waits; and with a leave it is applied once. */
static void
test_held_through_crashes (void **state)
{
  static const char *const points[] = { "after-load", "before-archive", "after-archive" };
  static const char *const later[] = { "after-load", "before-commit", "after-commit", "before-archive", "after-archive" };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (points) + G_N_ELEMENTS (later); i++)
    {
      bool holding = i < G_N_ELEMENTS (points);
      g_autofree char *fault = g_strconcat ("kill:", holding ? points[i] : later[i - G_N_ELEMENTS (points)], NULL);
      print_message ("  %s %s\n", holding ? "load" : "approve", fault);
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS ", \"absent\": \"close\"}");
      expect (home, "users-1.csv", ten, "read=10 inserted=10 staged=10");
      home_drop (home, "users-2.csv", eight);
      home_set_environment (home, "WEIR_FAULT", holding ? fault : NULL);
      g_autoptr (Outcome) loaded = run_weir (home, "load", "imports/users-2.csv", NULL);
      assert_int_equal (loaded->code, holding ? 128 + SIGKILL : 1);
      home_set_environment (home, "WEIR_FAULT", holding ? NULL : fault);
      if (!holding)
        {
          g_autoptr (Outcome) approved = run_weir (home, "approve", "users-2.csv", NULL);
          assert_int_equal (approved->code, 128 + SIGKILL);
          home_set_environment (home, "WEIR_FAULT", NULL);
        }
      g_autoptr (Outcome) watched = run_weir (home, "watch", "--once", NULL);
      assert_sql (home, holding ? "held|held" : "applied|archived",
                  "select state, disposition from weir.file where file_name = 'users-2.csv'");
      assert_int_equal (home_count_files (home, "imports/.held"), holding);
      assert_sql (home, holding ? "10" : "8", "select count(*) from warehouse.users_current");
    }
}

/* ---- complete within some values ---- */

static void
test_a_reload_of_a_day (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": {\"close\": [\"Day\"]}, \"guard\": {\"close_percent\": 50}}");
  expect (home, "users-1.csv", "key,Day,v\na1,1,x\na2,1,x\nb1,2,x\nc1,,x\n", "read=4 inserted=4 staged=4");
  /* Of the days that it brings; a2 has moved, and a row without a day is of none. */
  expect (home, "users-2.csv", "key,Day,v\na3,1,x\na1,1,x\na2,3,x\n",
          "read=3 inserted=1 updated=1 deactivated=1 unchanged=1 staged=3");
  expect (home, "users-3.csv", "key,Day,v\na1,1,x\nd1,,x\n", "read=2 inserted=1 unchanged=1 deactivated=1 absent=1 staged=2");
  assert_sql (home, "a1|a2|b1|c1|d1", "select string_agg(key, '|' order by key) from warehouse.users_current");
  g_autoptr (Json) held = expect_held (home, "users-4.csv", "key,Day,v\nb2,2,y\n", "close_percent");
  assert_json (held, "held.of", "1");
  assert_weir (home, 0, "discard", "last", NULL);
  g_autoptr (Json) without = load_text (home, "users-5.csv", "key,v\na1,x\n", NULL);
  assert_json (without, "error.code", "missing_column");
}

/* ---- in any order ---- */

/* A late export cuts what it lacks, and what comes before an export that lacked it ends there. */
static void
test_late_exports (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"absent\": \"close\", \"effective\": \"file_name\", " UNGUARDED "}");
  expect (home, "users_2026-01-01.csv", "key,v\nann,a\nbob,b\n", "read=2 inserted=2 staged=2");
  expect (home, "users_2026-01-05.csv", "key,v\nann,a\nbob,b\n", "read=2 unchanged=2 staged=2");
  expect_note (home, "users_2026-01-03.csv", "key,v\nann,a\n", "read=1 unchanged=1 absent=1 staged=1",
               "the history of each has a gap");
  expect (home, "users_2026-01-02.csv", "key,v\nann,a\nbob,x\ncid,c\n", "read=3 unchanged=1 late=2 staged=3");
  assert_sql (home, "ann|a|1|-\nbob|b|1|2\nbob|x|2|3\nbob|b|5|-\ncid|c|2|3",
              "select key, v, extract(day from effective_start_date)::int, extract(day from effective_end_date)::int"
              " from warehouse.users order by key, effective_start_date");
  home->oracle = ORACLE_REPLAY;
}

static void
test_late_deletions (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", " DELETED ", \"effective\": \"file_name\"}");
  expect (home, "users_2026-01-01.csv", "key,v,op\nann,a,\nbob,b,\n", "read=2 inserted=2 staged=2");
  expect (home, "users_2026-01-04.csv", "key,v,op\nann,a,\ncid,c,D\n", "read=2 unchanged=2 staged=1");
  expect (home, "users_2026-01-03.csv", "key,v,op\nann,a,D\nbob,b,D\ncid,c,\n", "read=3 late=2 deleted=1 deactivated=1 staged=1");
  expect (home, "users_2026-01-03 (1).csv", "key,v,op\nbob,b,\nzoe,z,D\n", "read=2 corrected=1 unchanged=1 staged=1");
  assert_sql (home, "ann|a|1|3\nann|a|4|-\nbob|b|1|-\ncid|c|3|4",
              "select key, v, extract(day from effective_start_date)::int, extract(day from effective_end_date)::int"
              " from warehouse.users order by key, effective_start_date");
  home_write_model (home, "users",
                    USERS ", " DELETED
                          ", \"effective\": \"file_name\", \"late\": \"refuse\", \"rejects\": {\"max_percent\": 100}}");
  expect (home, "users_2026-01-02.csv", "key,v,op\nann,a,D\nzoe,z,D\n", "read=2 rejected=1 unchanged=1 staged=0");
  assert_sql (home, "2|late|ann,a,D", "select line, reason, encode(original, 'escape') from weir.reject");
}

/* Whom a held file would close is told by the key's columns as the table has them. */
static void
test_held_keys_of_odd_names (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"2nd\"], \"absent\": \"close\"}");
  expect (home, "users-1.csv", "2nd,v\nann,a\nbob,b\n", "read=2 inserted=2 staged=2");
  json_decref (expect_held (home, "users-2.csv", "2nd,v\nann,a\n", "close_percent"));
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
  assert_contains (status->out, "It would close, for instance, bob\n");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_every_order_gives_the_same),
    TEST (test_full_exports),
    TEST (test_absent_keys_stay),
    TEST (test_rows_that_delete),
    TEST (test_held_keys_of_odd_names),
    TEST (test_nothing_but_deletions),
    TEST (test_a_model_that_learns_of_deletions),
    TEST (test_rejects_are_not_absent),
    TEST (test_more_that_are_not_absent),
    TEST (test_no_exports),
    TEST (test_a_guard),
    TEST (test_a_guard_of_rows),
    TEST (test_a_file_that_is_cut_off),
    TEST (test_personal_keys_are_not_shown),
    TEST (test_held_where_it_lies),
    TEST (test_held_and_taken_away),
    TEST (test_held_through_crashes),
    TEST (test_a_reload_of_a_day),
    TEST (test_late_exports),
    TEST (test_late_deletions),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
