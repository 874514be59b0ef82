/* Placeholders, and what becomes of them when files are taken back, corrected, retried, or when tables are made again: whatever the way, the
 * tables are those that the files give which are left.
 *
 * WEIR_TEST_LONG=1 tries many more streams; WEIR_STREAM=N begins with that one. */
#include "tests/support/in_process.h"
#include "tests/support/oracle.h"
#include "tests/support/rebuilt.h"
#include "tests/support/weir.h"

#include "src/load/loading.h"
#include "src/load/undoing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"key\"]"
#define SALES(missing)                                                                                                             \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"number\"], \"references\": [{\"dimension\": \"users\", "        \
  "\"columns\": [\"key\"], \"as\": \"user_id\", \"missing\": \"" missing "\"}], \"rejects\": {\"max_percent\": 100}}"
#define UNGUARDED "\"absent\": \"close\", \"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}"

/* ---- streams ---- */

#define KEYS 6
#define DAYS 6
#define FILES 10

typedef enum
{
  MODE_UNDATED,
  MODE_NAMED,
  MODE_BY_ROW,
  MODE_WHOLE,
  MODE_WHOLE_NAMED,
  MODE_DELETED_NAMED,
  N_MODES
} Mode;

static const char *const models[N_MODES] = {
  [MODE_UNDATED] = "",
  [MODE_NAMED] = ", \"effective\": \"file_name\", \"first\": \"always\"",
  [MODE_BY_ROW] = ", \"effective\": {\"column\": \"at\"}, \"first\": \"always\"",
  [MODE_WHOLE] = ", " UNGUARDED,
  [MODE_DELETED_NAMED] =
      ", \"effective\": \"file_name\", \"first\": \"always\", \"deleted\": {\"column\": \"op\", \"values\": [\"D\"]}",
  [MODE_WHOLE_NAMED] = ", \"effective\": \"file_name\", \"first\": \"always\", " UNGUARDED,
};

/* A file of the dimension or of the fact. */
typedef struct
{
  bool fact;
  int day;
  GString *text;
} File;

static bool
is_dated (Mode mode)
{
  return mode != MODE_UNDATED && mode != MODE_WHOLE;
}

static void
add_row (GRand *random, Mode mode, const File *file, int key)
{
  if (file->fact)
    g_string_append_printf (file->text, "%d,k%d,%d\n", g_rand_int_range (random, 0, 2 * KEYS), key,
                            g_rand_int_range (random, 0, 3));
  else if (mode == MODE_BY_ROW)
    g_string_append_printf (file->text, "k%d,%c,2026-01-%02d\n", key, "ab"[g_rand_int_range (random, 0, 2)],
                            g_rand_int_range (random, 0, DAYS) + 1);
  else if (mode == MODE_DELETED_NAMED)
    g_string_append_printf (file->text, "k%d,%c,%c\n", key, "ab"[g_rand_int_range (random, 0, 2)],
                            "DUU"[g_rand_int_range (random, 0, 3)]);
  else
    g_string_append_printf (file->text, "k%d,%c\n", key, "ab"[g_rand_int_range (random, 0, 2)]);
}

/* The first is of the dimension, and of somebody whom no other file has. */
static void
make_file (GRand *random, Mode mode, File *file, int number)
{
  file->fact = number > 0 && g_rand_int_range (random, 0, 2) == 0;
  file->day = number == 0 ? 0 : g_rand_int_range (random, 0, DAYS);
  file->text = g_string_new (file->fact                   ? "number,key,n\n"
                             : mode == MODE_BY_ROW        ? "key,v,at\n"
                             : mode == MODE_DELETED_NAMED ? "key,v,op\n"
                                                          : "key,v\n");
  if (number == 0)
    g_string_append (file->text, mode == MODE_BY_ROW          ? "first,a,2026-01-01\n"
                                 : mode == MODE_DELETED_NAMED ? "first,a,U\n"
                                                              : "first,a\n");
  for (int key = 0; number > 0 && key < KEYS; key++)
    if (g_rand_int_range (random, 0, 3) == 0 || (key == KEYS - 1 && strchr (strchr (file->text->str, '\n') + 1, '\n') == NULL))
      add_row (random, mode, file, key);
}

/* One home has a dimension and a fact for each of them. */
typedef struct
{
  Home *home;
  Loader *loader;
  Mode mode;
  char *users, *sales;
} Pair;

static Pair
pair_new (Home *home, Loader *loader, Mode mode, const char *name)
{
  Pair pair = { home, loader, mode, g_strconcat ("u", name, NULL), g_strconcat ("s", name, NULL) };
  g_autofree char *users = g_strdup_printf ("{\"table\": \"%s\", \"kind\": \"dimension\", \"business_key\": [\"key\"], \"id\": "
                                            "{\"column\": \"user_id\"}%s}",
                                            pair.users, models[mode]);
  g_autofree char *sales = g_strdup_printf (
      "{\"table\": \"%s\", \"kind\": \"fact\", \"business_key\": [\"number\"], \"id\": {\"column\": \"sale_id\"}, \"references\": "
      "[{\"dimension\": \"%s\", \"columns\": [\"key\"], \"as\": \"user_id\", \"missing\": \"placeholder\"}]}",
      pair.sales, pair.users);
  home_write_model (home, pair.users, users);
  home_write_model (home, pair.sales, sales);
  return pair;
}

static void
pair_end (Pair *pair)
{
  g_autofree char *users = g_strdup_printf ("models/%s.json", pair->users);
  g_autofree char *sales = g_strdup_printf ("models/%s.json", pair->sales);
  home_remove_file (pair->home, sales);
  home_remove_file (pair->home, users);
  g_free (pair->users);
  g_free (pair->sales);
}

static void
lock (const Pair *pair, const char *table, Route *route)
{
  g_autofree char *waits_for = NULL;
  g_autoptr (GError) error = NULL;
  LockState state = LOCK_BUSY;
  bool done = loader_refresh (pair->loader, &error);
  if (done)
    loader_route_to (pair->loader, table, route);
  done = done && loader_lock (pair->loader, route, 1000, &state, &waits_for, &error);
  if (!done || state != LOCK_OURS)
    fail_msg ("%s: %s", table, error != NULL ? error->message : waits_for);
}

/* The run. Owned by the caller. */
static char *
load_file (const Pair *pair, const File *file, int number)
{
  const char *table = file->fact ? pair->sales : pair->users;
  g_autofree char *name = g_strdup_printf ("elsewhere/%s_2026-01-%02d-%d.csv", table, file->day + 1, number);
  g_autofree char *path = home_path (pair->home, name);
  g_autoptr (GError) error = NULL;
  g_auto (Route) route = { 0 };
  g_auto (LoadEnd) end = { 0 };
  home_write_file (pair->home, name, file->text->str);
  lock (pair, table, &route);
  pair->loader->options.force = true; /* what says nothing new is a run as well */
  if (!loading_in_place (pair->loader, path, &route, &(Candidate) { 0 }, false, &end, &error))
    fail_msg ("%s: %s", name, error->message);
  loader_unlock (pair->loader);
  assert_json (end.summary, "status", "applied");
  return json_at (end.summary, "run");
}

/* With those that built on it: gone[] follows. */
static void
take_back (const Pair *pair, const File *files, char *const *runs, bool *gone, int which)
{
  const char *table = files[which].fact ? pair->sales : pair->users;
  Loader *loader = pair->loader;
  g_autoptr (GError) error = NULL;
  g_auto (Undo) looked = { 0 }, done = { 0 };
  Uid run;
  bool locked = false;
  assert_true (uid_parse (runs[which], strlen (runs[which]), &run));
  /* Also of a fact that could not be loaded now. */
  assert_true (loader_refresh (loader, &error) && ledger_lock_table (loader->db, table, &locked, &error) && locked);
  loader->locked = g_strdup (table);
  const UndoTask task = { loader->catalog, catalog_find (loader->catalog, table), "warehouse", uid_random (), true, 1000 };
  if (!undoing_look (loader, &task, run, &looked, &error) || !undoing_do (loader, &task, run, &looked, &done, &error))
    fail_msg ("file %d: %s", which, error->message);
  loader_unlock (loader);
  for (guint i = 0; done.runs != NULL && i < done.runs->len; i++)
    for (int k = 0; k < FILES; k++)
      if (g_strcmp0 (((const UndoRun *) done.runs->pdata[i])->run, runs[k]) == 0)
        gone[k] = true;
  assert_true (gone[which]);
}

/* All that is to be the same: of undated rows since ever or not, and not the times. */
static char *
pair_text (const Pair *pair)
{
  g_autofree char *users = sql_text_rows (
      pair->home,
      "select key, v, version_number, is_current, coalesce((to_jsonb(t) ->> 'is_inferred')::boolean, false), %s from warehouse.%s t"
      " where key <> 'first' order by key, effective_start_date",
      is_dated (pair->mode) ? "concat_ws(' ', effective_start_date, effective_end_date)" : "effective_start_date = '-infinity'",
      pair->users);
  bool there =
      sql_number (pair->home, "select count(*) from pg_tables where schemaname = 'warehouse' and tablename = '%s'", pair->sales)
      > 0;
  g_autofree char *sales =
      there ? sql_text_rows (pair->home,
                             "select s.number, (select key from warehouse.%s u where u.user_id = s.user_id limit 1), s.n from "
                             "warehouse.%s s order by 1",
                             pair->users, pair->sales)
            : g_strdup ("");
  return g_strdup_printf ("%s\n--\n%s", users, sales);
}

/* Whether each run that signs what is there was applied, no row refers to nobody, and so on. */
static void
verify (const Pair *pair, guint32 seed)
{
  const char *const tables[] = { pair->users, pair->sales };
  for (size_t i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autoptr (Outcome) outcome = run_weir (pair->home, "verify", tables[i], "--quick", NULL);
      if (outcome->code != 0)
        fail_msg ("stream %u: weir verify %s\n%s%s", seed, tables[i], outcome->out, outcome->err);
    }
}

static void
assert_rebuilt (const Pair *pair, guint32 seed, const char *when)
{
  const char *const tables[] = { pair->users, pair->sales };
  for (size_t i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      if (sql_number (pair->home, "select count(*) from weir.table where table_name = '%s' and files_applied > 0", tables[i]) == 0)
        continue;
      g_autofree char *difference = rebuilt_difference (pair->loader, tables[i]);
      if (difference != NULL)
        fail_msg ("stream %u, %s: %s made again is another: %s", seed, when, tables[i], difference);
    }
}

/* What can be taken back can be so behind that, too. */
static void
write_rebuilt (const Pair *pair)
{
  const char *const tables[] = { pair->users, pair->sales };
  for (size_t i = 0; i < G_N_ELEMENTS (tables); i++)
    if (sql_number (pair->home, "select count(*) from weir.table where table_name = '%s' and files_applied > 0", tables[i]) > 0)
      assert_weir (pair->home, 0, "rebuild", tables[i], "--write", NULL);
}

static void
fail_stream (guint32 seed, const Pair *pair, const File *files, const bool *gone, const char *expected, const char *found)
{
  for (int i = 0; i < FILES; i++)
    fprintf (stderr, "--- file %d of day %d%s\n%s", i, files[i].day + 1, gone[i] ? ", taken back" : "", files[i].text->str);
  fprintf (stderr, "-- expected:\n%s\n-- found:\n%s\n", expected, found);
  fail_msg ("stream %u, mode %d: other tables", seed, pair->mode);
}

/* The files that are left, as they came; where they have times, all of the dimension before the facts, for that must be the same. The fact
 * waits for some file of the dimension: whom the first has is not compared. */
static void
load_plain (const Pair *plain, const File *files, const int *order, int n)
{
  bool dated = is_dated (plain->mode);
  if (files[order[0]].fact && !dated)
    g_free (load_file (plain, &files[0], 0));
  for (int pass = 0; pass < (dated ? 2 : 1); pass++)
    for (int i = 0; i < n; i++)
      if (!dated || files[order[i]].fact == (pass == 1))
        g_free (load_file (plain, &files[order[i]], order[i]));
}

/* Loads some files, takes some back, loads the rest and perhaps some of those again; makes the tables again in between. What is left must be
 * what the files give that were not taken back. */
static void
try_stream (Home *home, Loader *loader, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  Mode mode = (Mode) (seed % N_MODES);
  bool gone[FILES] = { false };
  int order[FILES], n = 0, so_far = g_rand_int_range (random, 4, FILES);
  File files[FILES];
  char *runs[FILES] = { NULL };
  g_autofree char *name = g_strdup_printf ("%ua", seed), *other = g_strdup_printf ("%ub", seed);
  Pair pair = pair_new (home, loader, mode, name), plain = pair_new (home, loader, mode, other);
  for (int i = 0; i < FILES; i++)
    make_file (random, mode, &files[i], i);
  for (int i = 0; i < so_far; i++)
    runs[i] = load_file (&pair, &files[i], i);
  if (seed % 4 == 3)
    write_rebuilt (&pair);
  for (int times = g_rand_int_range (random, 1, 4); times > 0; times--)
    {
      int which = g_rand_int_range (random, 0, so_far);
      if (!gone[which])
        take_back (&pair, files, runs, gone, which);
    }
  bool any = false;
  for (int i = 0; i < so_far; i++)
    any = any || (!gone[i] && !files[i].fact);
  /* The fact waits for some file of the dimension. */
  for (int i = 0; i < so_far; i++)
    if (!gone[i] || (i == 0 && !any))
      order[n++] = i;
  if (seed % 3 == 0)
    assert_rebuilt (&pair, seed, "half-way");
  for (int i = so_far; i < FILES; i++)
    order[n++] = i;
  for (int i = 0; i < so_far; i++)
    if (gone[i] && (i > 0 || any) && g_rand_int_range (random, 0, 2) == 0)
      order[n++] = i;
  for (int i = 0; i < n; i++)
    if (order[i] >= so_far || gone[order[i]])
      g_free (load_file (&pair, &files[order[i]], order[i]));
  load_plain (&plain, files, order, n);
  g_autofree char *found = pair_text (&pair), *expected = pair_text (&plain);
  if (strcmp (found, expected) != 0)
    fail_stream (seed, &pair, files, gone, expected, found);
  verify (&pair, seed);
  assert_rebuilt (&pair, seed, "at the end");
  for (int i = 0; i < FILES; i++)
    {
      g_string_free (files[i].text, TRUE);
      g_free (runs[i]);
    }
  pair_end (&pair);
  pair_end (&plain);
}

static void
test_streams (void **state)
{
  try_streams (*state, try_stream, N_MODES, 20 * N_MODES);
}

/* ---- one thing at a time ---- */

/* Loads the text, which is applied; the run. Owned by the caller. */
static char *
load (Home *home, const char *name, const char *text)
{
  g_autoptr (Json) published = load_text (home, name, text, "--rejects-ok", NULL);
  assert_json (published, "status", "applied");
  return json_at (published, "run");
}

static void
assert_users (Home *home, const char *expected)
{
  assert_sql (
      home, expected,
      "select string_agg(concat_ws('|', key, coalesce(v, '-'), version_number, case when effective_start_date = '-infinity' "
      "then 'ever' else extract(day from effective_start_date)::text end, case when (to_jsonb(u) ->> "
      "'is_inferred')::boolean then 'named' end), ' ' order by key, version_number) from warehouse.users u");
}

/* Of one instant the file that came last is right, also where it takes somebody away altogether: then a fact's row refers to a placeholder, and
 * not to nobody. */
static void
test_corrections (void **state)
{
  static const struct
  {
    const char *name, *more, *second, *sales, *since;
  } cases[] = {
    { "a full export", ", " UNGUARDED, "key,v\nann,a\n", SALES ("reject"), "7" },
    { "a full export, rows wait", ", " UNGUARDED, "key,v\nann,a\n", SALES ("wait"), "7" },
    { "a full export, since ever", ", \"first\": \"always\", " UNGUARDED, "key,v\nann,a\n", SALES ("placeholder"), "ever" },
    { "a row that says so", ", \"deleted\": {\"column\": \"op\", \"values\": [\"D\"]}", "key,v,op\nbob,,D\n", SALES ("reject"),
      "7" },
  };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  %s\n", cases[i].name);
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *users = g_strconcat (USERS ", \"effective\": \"file_name\"", cases[i].more, "}", NULL);
      bool ever = strcmp (cases[i].since, "ever") == 0;
      home_write_model (home, "users", users);
      home_write_model (home, "sales", cases[i].sales);
      g_free (load (home, "users_2026-01-01.csv", "key,v\nann,a\nbob,b\n"));
      g_autofree char *sale = load (home, "sales.csv", "number,key\n1,bob\n");
      g_autofree char *second = load (home, "users_2026-01-01-2.csv", cases[i].second);
      assert_users (home, ever ? "ann|a|1|ever bob|-|1|ever|named" : "ann|a|1|1 bob|-|1|ever|named");
      assert_weir (home, 0, "verify", NULL);
      /* Somebody has him again: he begins when that file says, as if there had been no first one. */
      g_autofree char *third = load (home, "users_2026-01-07.csv", "key,v\nann,a\nbob,c\n");
      g_autofree char *again = g_strdup_printf (ever ? "ann|a|1|ever bob|c|1|%s" : "ann|a|1|1 bob|c|1|%s", cases[i].since);
      assert_users (home, again);
      assert_weir (home, 0, "rebuild", "users", NULL);
      assert_weir (home, 0, "undo", third, "--yes", NULL);
      assert_users (home, ever ? "ann|a|1|ever bob|-|1|ever|named" : "ann|a|1|1 bob|-|1|ever|named");
      assert_weir (home, 0, "rebuild", "users", NULL);
      /* The correction is taken back, with or without the row that keeps him. */
      assert_weir (home, 0, "undo", second, "--yes", NULL);
      assert_users (home, ever ? "ann|a|1|ever bob|b|1|ever" : "ann|a|1|1 bob|b|1|1");
      assert_weir (home, 0, "verify", NULL);
      assert_weir (home, 0, "retry", second, NULL);
      assert_weir (home, 0, "undo", sale, "--yes", NULL);
      assert_users (home, ever ? "ann|a|1|ever" : "ann|a|1|1");
      assert_weir (home, 0, "undo", "users_2026-01-01-2.csv", "--yes", NULL);
      assert_users (home, ever ? "ann|a|1|ever bob|b|1|ever" : "ann|a|1|1 bob|b|1|1");
    }
}

/* Several exports of one instant: each is taken back by itself, the last one first, and the one before it is right again. */
static void
test_exports_of_one_instant (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\", " UNGUARDED "}");
  g_autofree char *first = load (home, "users_2026-01-02.csv", "key,v\nann,a\nbob,b\n");
  g_autofree char *second = load (home, "users_2026-01-02-2.csv", "key,v\nann,x\n");
  g_autofree char *third = load (home, "users_2026-01-02-3.csv", "key,v\nbob,y\n");
  assert_users (home, "bob|y|1|2");
  assert_weir (home, 2, "undo", second, "--yes", NULL);
  assert_weir (home, 0, "undo", third, "--yes", NULL);
  assert_users (home, "ann|x|1|2");
  /* What comes from before ends where the one that is right lacks it. */
  g_free (load (home, "users_2026-01-01.csv", "key,v\nann,x\nbob,z\n"));
  assert_users (home, "ann|x|1|1 bob|z|1|1");
  assert_sql (home, "2026-01-02", "select effective_end_date::date from warehouse.users where key = 'bob'");
  assert_weir (home, 0, "undo", "users_2026-01-01.csv", "--yes", NULL);
  assert_weir (home, 0, "undo", second, "--yes", NULL);
  assert_users (home, "ann|a|1|2 bob|b|1|2");
}

/* Rows that were refused, or wait, when the model said so stand now, and whom they name is in the dimension. */
static void
test_rebuilt_with_placeholders (void **state)
{
  static const char *const before[] = { SALES ("reject"), SALES ("wait") };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (before); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", USERS "}");
      home_write_model (home, "sales", before[i]);
      g_free (load (home, "users_1.csv", "key,v\nann,a\n"));
      g_autofree char *one = load (home, "sales_1.csv", "number,key\n1,ann\n2,bob\n3,cid\n");
      g_autofree char *two = load (home, "sales_2.csv", "number,key\n4,bob\n");
      home_write_model (home, "sales", SALES ("placeholder"));
      assert_weir (home, 1, "rebuild", "sales", NULL);
      assert_sql (home, "1", "select count(*) from warehouse.users");
      g_autoptr (Outcome) written = expect_weir (home, 0, "rebuild", "sales", "--write", NULL);
      assert_contains (written->out, "2 placeholders were made in the dimensions that it refers to\n");
      assert_sql (home, "ann|f bob|t cid|t",
                  "select string_agg(key || '|' || is_inferred::text, ' ' order by key) from (select key, "
                  "left(is_inferred::text, 1) as is_inferred from warehouse.users) u");
      assert_weir (home, 0, "verify", NULL);
      assert_weir (home, 0, "rebuild", "sales", NULL);
      assert_weir (home, 0, "rebuild", "users", NULL);
      assert_weir (home, 0, "undo", one, "--yes", NULL);
      assert_sql (home, two, "select string_agg(opened_by::text, ' ') from warehouse.users where is_inferred");
    }
}

/* The model calls the columns of history otherwise by now, and no file has told the table so. */
static void
test_other_names (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  home_write_model (home, "sales", SALES ("placeholder"));
  g_free (load (home, "users_1.csv", "key,v\nann,a\n"));
  g_free (load (home, "sales_1.csv", "number,key\n1,bob\n2,cid\n"));
  g_free (load (home, "users_2.csv", "key,v\ncid,c\n"));
  home_write_model (home, "users", USERS ", \"names\": {\"start\": \"since\", \"current\": \"holds\", \"inferred\": \"guessed\"}}");
  g_free (load (home, "sales_2.csv", "number,key\n3,dan\n"));
  assert_sql (home, "3", "select count(*) from warehouse.users where effective_start_date = '-infinity'");
  assert_weir (home, 0, "rebuild", "users", "--write", NULL);
  assert_sql (
      home, "ann|f|f bob|t|t cid|f|t dan|t|t",
      "select string_agg(concat_ws('|', key, left(guessed::text, 1), left((since = '-infinity')::text, 1)), ' ' order by key) "
      "from warehouse.users where holds");
  assert_weir (home, 0, "verify", NULL);
  assert_weir (home, 0, "rebuild", "users", NULL);
  home->oracle = ORACLE_BY_HAND; /* which knows the names that columns have by themselves */
}

/* With another key a placeholder would have another id: the facts' files tell who it is. */
static void
test_another_key (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  home_write_model (home, "sales", SALES ("placeholder"));
  g_free (load (home, "users_1.csv", "key,v\nann,a\n"));
  g_free (load (home, "sales_1.csv", "number,key\n1,ann\n2,Bob\n"));
  home_write_model (home, "users", USERS ", \"id\": {\"normalize\": [\"lowercase\"]}}");
  assert_weir (home, 0, "rebuild", "users", "--write", NULL);
  assert_sql (home, "ann", "select string_agg(key, ' ') from warehouse.users");
  assert_weir (home, 0, "rebuild", "sales", "--write", NULL);
  assert_sql (home, "ann bob",
              "select string_agg(key, ' ' order by key) from warehouse.users join warehouse.sales using (user_id)");
  assert_weir (home, 0, "verify", NULL);
}

/* The file that comes first now has filled a placeholder, and fills it again. */
static void
test_rebuilt_without_the_first_file (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  home_write_model (home, "sales", SALES ("placeholder"));
  g_autofree char *first = load (home, "users_1.csv", "key,v\nann,a\n");
  g_autofree char *sale = load (home, "sales_1.csv", "number,key\n1,bob\n2,cid\n");
  g_autofree char *second = load (home, "users_2.csv", "key,v\nbob,b\n");
  assert_weir (home, 0, "undo", first, "--yes", NULL);
  assert_weir (home, 0, "rebuild", "users", NULL);
  sql_run_text (home, "update warehouse.users set v = 'x'");
  assert_weir (home, 0, "rebuild", "users", "--write", NULL);
  assert_users (home, "bob|b|1|ever cid|-|1|ever|named");
  /* And what was written can be taken back as what was there before. */
  assert_weir (home, 0, "undo", second, "--yes", NULL);
  assert_weir (home, 0, "verify", NULL);
  assert_users (home, "bob|-|1|ever|named cid|-|1|ever|named");
  assert_weir (home, 0, "undo", sale, "--yes", NULL);
  assert_sql (home, "0", "select count(*) from warehouse.users");
}

/* A placeholder that was filled, and the files that it is of: taken back in whatever order. */
static void
test_orders_of_undo (void **state)
{
  static const char *const orders[] = { "fds", "fsd", "dfs", "dsf", "sfd", "sdf" };
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  home_write_model (home, "sales", SALES ("placeholder"));
  g_free (load (home, "users_1.csv", "key,v\nann,a\n"));
  for (size_t i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      print_message ("  %s\n", orders[i]);
      g_autofree char *fact = load (home, "sales_1.csv", "number,key\n1,bob\n"),
                      *dimension = load (home, "users_2.csv", "key,v\nbob,b\n");
      g_autofree char *second = load (home, "sales_2.csv", "number,key\n2,bob\n");
      bool first = true, brought = true, other = true;
      for (const char *which = orders[i]; *which != '\0'; which++)
        {
          assert_weir (home, 0, "undo", *which == 'f' ? fact : *which == 'd' ? dimension : second, "--yes", NULL);
          first = first && *which != 'f';
          brought = brought && *which != 'd';
          other = other && *which != 's';
          assert_sql (
              home,
              brought          ? first ? "b|ever" : "b|since"
              : first || other ? "named|ever"
                               : "-",
              "select case when is_inferred then 'named' else v end || case when effective_start_date = '-infinity' then "
              "'|ever' else '|since' end from warehouse.users where key = 'bob' union all select '-' where not exists (select "
              "from warehouse.users where key = 'bob')");
        }
      assert_weir (home, 0, "verify", "--quick", NULL);
    }
}

/* A file that says by hand since when it is true is older than one that has filled a placeholder, though that holds since ever. */
static void
test_by_hand (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  home_write_model (home, "sales", SALES ("placeholder"));
  g_free (load (home, "users_1.csv", "key,v\nann,a\n"));
  g_free (load (home, "sales_1.csv", "number,key\n1,bob\n"));
  g_free (load (home, "users_2.csv", "key,v\nbob,new\n"));
  home_write_file (home, "elsewhere/users_3.csv", "key,v\nbob,old\n");
  assert_weir (home, 0, "load", "--as-of", "2026-01-01", "elsewhere/users_3.csv", NULL);
  assert_sql (home, "old|t|f\nnew|f|t",
              "select v, effective_start_date = '-infinity', is_current from warehouse.users where key = 'bob' order by "
              "version_number");
}

/* A row that another has overwritten may return: whom it names stays. */
static void
test_rows_that_may_return (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  home_write_model (home, "sales", SALES ("placeholder"));
  g_free (load (home, "users_1.csv", "key,v\nann,a\n"));
  g_autofree char *one = load (home, "sales_1.csv", "number,key\n1,bob\n");
  g_autofree char *two = load (home, "sales_2.csv", "number,key\n2,bob\n");
  g_autofree char *three = load (home, "sales_3.csv", "number,key\n2,ann\n");
  assert_weir (home, 0, "undo", one, "--yes", NULL);
  assert_weir (home, 0, "undo", three, "--yes", NULL);
  assert_weir (home, 0, "verify", NULL);
  assert_sql (home, two, "select opened_by from warehouse.users where key = 'bob'");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_corrections),
                                      TEST (test_exports_of_one_instant),
                                      TEST (test_rebuilt_with_placeholders),
                                      TEST (test_other_names),
                                      TEST (test_another_key),
                                      TEST (test_rebuilt_without_the_first_file),
                                      TEST (test_orders_of_undo),
                                      TEST (test_by_hand),
                                      TEST (test_rows_that_may_return),
                                      TEST (test_streams) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
