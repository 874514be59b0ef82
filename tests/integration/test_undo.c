/* `weir undo`: the warehouse is as if the file had never come, whatever came in between, and nothing is changed where that cannot be.
 *
 * WEIR_TEST_LONG=1 tries many more streams; WEIR_STREAM=N begins with that one. */
#include "tests/support/in_process.h"
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include "src/load/loading.h"
#include "src/load/undoing.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"key\"]"
#define ORDERS "{\"table\": \"orders\", \"kind\": \"fact\", \"business_key\": [\"number\"]"

/* ---- streams ---- */

#define KEYS 12
#define DAYS 10
#define FILES 9

typedef enum
{
  MODE_UNDATED,
  MODE_NAMED,
  MODE_NAMED_ALWAYS,
  MODE_BY_ROW,
  MODE_WHOLE,
  MODE_WHOLE_NAMED,
  MODE_DELETED,
  MODE_DELETED_NAMED,
  MODE_EVERYWHERE,
  MODE_EVERYWHERE_NAMED,
  MODE_PREVIOUS,
  MODE_FACT,
  MODE_FACT_NAMED,
  MODE_FACT_BY_ROW,
  MODE_ONE_ROW,
  MODE_ONE_ROW_NAMED,
  MODE_BAG,
  MODE_BAG_ALL,
  N_MODES
} Mode;

/* What one column says is so in every version, and what the other says is overwritten in all of them. */
#define EVERYWHERE "\"columns\": {\"v\": {\"scd\": 6}, \"w\": {\"scd\": 1, \"all_versions\": true}}"

static const char *const models[N_MODES] = {
  [MODE_UNDATED] = "\"kind\": \"dimension\", \"business_key\": [\"key\"]",
  [MODE_NAMED] = "\"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": \"file_name\"",
  [MODE_NAMED_ALWAYS] = "\"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": \"file_name\", \"first\": \"always\"",
  [MODE_BY_ROW] = "\"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": {\"column\": \"at\"}",
  [MODE_WHOLE] = "\"kind\": \"dimension\", \"business_key\": [\"key\"], \"absent\": \"close\", \"guard\": {\"close_percent\": 100, "
                 "\"shrink_percent\": 0}",
  [MODE_WHOLE_NAMED] = "\"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": \"file_name\", \"absent\": \"close\", "
                       "\"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}",
  [MODE_DELETED] = "\"kind\": \"dimension\", \"business_key\": [\"key\"], \"deleted\": {\"column\": \"op\", \"values\": [\"D\"]}",
  [MODE_DELETED_NAMED] = "\"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": \"file_name\", \"deleted\": "
                         "{\"column\": \"op\", \"values\": [\"D\"]}",
  [MODE_EVERYWHERE] = "\"kind\": \"dimension\", \"business_key\": [\"key\"], " EVERYWHERE,
  [MODE_EVERYWHERE_NAMED] = "\"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": \"file_name\", " EVERYWHERE,
  [MODE_PREVIOUS] = "\"kind\": \"dimension\", \"business_key\": [\"key\"], \"columns\": {\"v\": {\"scd\": 3}, \"w\": {\"scd\": 0}}",
  [MODE_ONE_ROW] = "\"kind\": \"dimension\", \"business_key\": [\"key\"], \"scd\": 1",
  [MODE_ONE_ROW_NAMED] = "\"kind\": \"dimension\", \"business_key\": [\"key\"], \"scd\": 1, \"effective\": \"file_name\"",
  [MODE_FACT] = "\"kind\": \"fact\", \"business_key\": [\"key\"]",
  [MODE_FACT_NAMED] = "\"kind\": \"fact\", \"business_key\": [\"key\"], \"effective\": \"file_name\"",
  [MODE_FACT_BY_ROW] = "\"kind\": \"fact\", \"business_key\": [\"key\"], \"effective\": {\"column\": \"at\"}",
  [MODE_BAG] = "\"kind\": \"fact\"",
  [MODE_BAG_ALL] = "\"kind\": \"fact\", \"append\": \"all\"",
};

typedef struct
{
  int day;
  GString *text;
} File;

static bool
is_by_row (Mode mode)
{
  return mode == MODE_BY_ROW || mode == MODE_FACT_BY_ROW;
}

/* Each file has some of the keys; narrow: few of them, so that files have nothing to do with one another. One may
 * bring a column that is new. */
static void
make_file (GRand *random, Mode mode, bool narrow, bool columns, File *file, int number)
{
  static const char *const words[] = { "a", "b", "" };
  bool by_row = is_by_row (mode), deletes = mode == MODE_DELETED || mode == MODE_DELETED_NAMED, wide = columns && number == 2;
  file->day = g_rand_int_range (random, 0, DAYS);
  file->text = g_string_new (by_row ? "key,v,w,at" : deletes ? "key,v,w,op" : "key,v,w");
  g_string_append (file->text, wide ? ",more\n" : "\n");
  int rows = 0;
  for (int key = 0; key < KEYS; key++)
    {
      if (g_rand_int_range (random, 0, narrow ? 6 : 4) > (narrow ? 0 : 2) && !(key == KEYS - 1 && rows == 0))
        continue;
      int times = mode == MODE_BAG || mode == MODE_BAG_ALL ? g_rand_int_range (random, 1, 3) : 1;
      /* The first value of a column is filled into rows without a key, and that it has had one stays. */
      int blank = mode == MODE_BAG || mode == MODE_BAG_ALL ? 2 : 3;
      const char *v = words[g_rand_int_range (random, 0, 2)], *w = words[g_rand_int_range (random, 0, blank)];
      int day = g_rand_int_range (random, 0, DAYS);
      for (; times > 0; times--, rows++)
        {
          g_string_append_printf (file->text, "k%02d,%s,%s", key, v, w);
          if (by_row)
            g_string_append_printf (file->text, ",2026-01-%02d", day + 1);
          if (deletes)
            g_string_append (file->text, number > 0 && rows > 0 && g_rand_int_range (random, 0, 3) == 0 ? ",D" : ",U");
          g_string_append (file->text, wide ? ",x\n" : "\n");
        }
    }
}

/* Loads it into the table; the run. Owned by the caller. */
static char *
load_file (Home *home, Loader *loader, const char *table, const File *file, int number)
{
  g_autofree char *name = g_strdup_printf ("elsewhere/%s_2026-01-%02d-%d.csv", table, file->day + 1, number);
  g_autofree char *path = home_path (home, name);
  g_autofree char *waits_for = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Route) route = { 0 };
  g_auto (LoadEnd) end = { 0 };
  LockState state;
  home_write_file (home, name, file->text->str);
  bool done = loader_refresh (loader, &error);
  if (done)
    loader_route_to (loader, table, &route);
  done = done && loader_lock (loader, &route, 1000, &state, &waits_for, &error)
         && loading_in_place (loader, path, &route, &(Candidate) { 0 }, false, &end, &error);
  if (!done)
    fail_msg ("%s: %s", name, error->message);
  loader_unlock (loader);
  return json_at (end.summary, "run");
}

/* Takes it back, with all that built on it: of which runs, by their place among "runs". */
static void
take_back (Home *home, Loader *loader, const char *table, char *const *runs, bool *gone, int n, int which)
{
  g_autoptr (GError) error = NULL;
  g_auto (Route) route = { 0 };
  g_auto (Undo) looked = { 0 }, alone = { 0 }, done = { 0 };
  LockState state;
  Uid run;
  g_autofree char *waits_for = NULL;
  assert_true (uid_parse (runs[which], strlen (runs[which]), &run));
  assert_true (loader_refresh (loader, &error));
  loader_route_to (loader, table, &route);
  assert_true (loader_lock (loader, &route, 1000, &state, &waits_for, &error));
  UndoTask task = { loader->catalog, route.model, "warehouse", uid_random (), true, 1000 };
  if (!undoing_look (loader, &task, run, &looked, &error))
    fail_msg ("%s: %s", table, error->message);
  task.with_later = false;
  g_autofree char *before = sql_scalar (home, "select md5(string_agg(t::text, ' ' order by t::text)) from warehouse.%s t", table);
  if (!undoing_do (loader, &task, run, &looked, &alone, &error))
    fail_msg ("%s: %s", table, error->message);
  /* Alone, or not at all. */
  assert_int_equal (looked.runs->len == 1, alone.later->len == 0);
  if (alone.later->len > 0)
    {
      assert_sql (home, before, "select md5(string_agg(t::text, ' ' order by t::text)) from warehouse.%s t", table);
      task.with_later = true;
      if (!undoing_do (loader, &task, run, &looked, &done, &error))
        fail_msg ("%s: %s", table, error->message);
    }
  loader_unlock (loader);
  for (guint i = 0; i < looked.runs->len; i++)
    for (int k = 0; k < n; k++)
      if (strcmp (((const UndoRun *) looked.runs->pdata[i])->run, runs[k]) == 0)
        gone[k] = true;
  assert_true (gone[which]);
}

/* All that is to be the same: not the runs, and of undated rows not the times. */
static char *
table_text (Home *home, Mode mode, const char *table)
{
  const char *more = sql_number (home,
                                 "select count(*) from pg_attribute where attrelid = 'warehouse.%s'::regclass and attname = 'more'"
                                 " and not attisdropped",
                                 table)
                             > 0
                         ? "more"
                         : "null";
  if (mode == MODE_BAG || mode == MODE_BAG_ALL)
    return sql_text_rows (home,
                          "select key, v, w, %s, row_number() over (partition by row_hash order by occurrence) = occurrence"
                          " from warehouse.%s order by 1, 2, 3, 4, row_hash, occurrence",
                          more, table);
  if (mode >= MODE_FACT)
    return sql_text_rows (home, "select key, v, w, %s from warehouse.%s order by 1", more, table);
  return sql_text_rows (
      home,
      "select key, v, w, %s, to_jsonb(t) ->> 'v_current', to_jsonb(t) ->> 'v_previous', version_number, is_current,"
      " changed, %s from warehouse.%s t order by key, effective_start_date",
      more,
      mode == MODE_UNDATED || mode == MODE_EVERYWHERE || mode == MODE_PREVIOUS
          ? "lag(effective_end_date) over (partition by key order by version_number)"
            " is not distinct from nullif(effective_start_date, min(effective_start_date) over"
            " (partition by key))"
      : mode == MODE_WHOLE || mode == MODE_DELETED ? "true"
                                                   : "concat_ws(' ', effective_start_date, effective_end_date)",
      table);
}

static void
write_model (Home *home, Mode mode, const char *table)
{
  g_autofree char *model = g_strdup_printf ("{\"table\": \"%s\", %s}", table, models[mode]);
  home_write_model (home, table, model);
}

/* Loads some files, takes one of them back with those that built on it, loads the others: the table is what those that are left give. */
static void
try_stream (Home *home, Loader *loader, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  Mode mode = (Mode) (seed % N_MODES);
  bool narrow = (seed + seed / N_MODES) % 2 == 0, columns = seed % 5 == 0 && mode < MODE_BAG, gone[FILES] = { false };
  File files[FILES];
  char *runs[FILES] = { NULL };
  g_autofree char *table = g_strdup_printf ("u%u", seed), *plain = g_strdup_printf ("p%u", seed);
  for (int i = 0; i < FILES; i++)
    make_file (random, mode, narrow, columns, &files[i], i);
  write_model (home, mode, table);
  write_model (home, mode, plain);
  int so_far = g_rand_int_range (random, 3, FILES);
  for (int i = 0; i < so_far; i++)
    runs[i] = load_file (home, loader, table, &files[i], i);
  for (int times = g_rand_int_range (random, 1, 3); times > 0; times--)
    {
      int which = g_rand_int_range (random, 0, so_far);
      if (!gone[which])
        take_back (home, loader, table, runs, gone, so_far, which);
    }
  for (int i = so_far; i < FILES; i++)
    runs[i] = load_file (home, loader, table, &files[i], i);
  for (int i = 0; i < FILES; i++)
    if (!gone[i])
      g_free (load_file (home, loader, plain, &files[i], i));
  g_autofree char *found = table_text (home, mode, table);
  g_autofree char *expected = table_text (home, mode, plain);
  if (strcmp (found, expected) != 0)
    {
      for (int i = 0; i < FILES; i++)
        fprintf (stderr, "--- file %d of day %d%s%s\n%s", i, files[i].day + 1, gone[i] ? ", taken back" : "",
                 i == so_far ? ", after that" : "", files[i].text->str);
      fprintf (stderr, "-- expected:\n%s\n-- found:\n%s\n", expected, found);
      fail_msg ("stream %u, mode %d: another table", seed, mode);
    }
  for (int i = 0; i < FILES; i++)
    {
      g_string_free (files[i].text, TRUE);
      g_free (runs[i]);
    }
  g_autofree char *one = g_strdup_printf ("models/%s.json", table), *other = g_strdup_printf ("models/%s.json", plain);
  home_remove_file (home, one);
  home_remove_file (home, other);
}

static void
test_as_if_it_had_never_come (void **state)
{
  try_streams (*state, try_stream, N_MODES, 30 * N_MODES);
}

/* ---- one thing at a time ---- */

/* Loads the text, which is applied; the run. Owned by the caller. */
static char *
load (Home *home, const char *name, const char *text)
{
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_json (published, "status", "applied");
  return json_at (published, "run");
}

static void
assert_state (Home *home, const char *expected, const char *run)
{
  assert_sql (home, expected,
              "select state || '|' || disposition || '|' || split_part(place, '/', 1) from weir.file where run_id = '%s'", run);
}

#define NAMES "select string_agg(name, '|' order by key, version_number) from warehouse.users"

static void
test_says_first (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  g_autofree char *first = load (home, "users.csv", "key,name\n1,Ann\n2,Bob\n");
  g_autofree char *second = load (home, "users-2.csv", "key,name\n1,Anna\n3,Cid\n");
  g_autofree char *third = load (home, "users-3.csv", "key,name\n1,Annie\n");
  g_autofree char *other = load (home, "users-4.csv", "key,name\n2,Rob\n");

  g_autoptr (Outcome) built = expect_weir (home, 2, "undo", second, "--yes", NULL);
  g_autofree char *line = g_strdup_printf ("  %.8s  users-3.csv: 1 entity: 1\n", third);
  assert_contains (built->out, line);
  assert_null (strstr (built->out, "users-4.csv"));
  assert_contains (built->err, "--with-later");
  g_autoptr (Outcome) told = expect_weir (home, 2, "undo", second, "--yes", "--json", NULL);
  g_autoptr (Json) json = outcome_json (told);
  assert_json (json, "undone", "false");
  assert_json (json, "later.0.run", third);
  assert_json (json, "later.0.sample.0", "1");

  g_autoptr (Outcome) dry = expect_weir (home, 0, "undo", "users-2.csv", "--with-later", "--dry-run", NULL);
  assert_contains (dry->out, "users-3.csv of users: 1 version removed, 1 version open again\n");
  assert_contains (dry->out, "users-2.csv of users: 2 versions removed, 1 version open again\n");
  g_autoptr (Outcome) mute = expect_weir (home, 2, "undo", second, "--with-later", NULL);
  assert_contains (mute->err, "nobody is there to say yes");
  assert_weir (home, 2, "undo", "nobody.csv", "--yes", NULL);
  assert_sql (home, "Ann|Anna|Annie|Bob|Rob|Cid", NAMES);
  assert_sql (home, "0", "select count(*) from weir.operation");
  assert_int_equal (home_count_files (home, "archive/users"), 4);

  g_autoptr (Outcome) outcome = expect_weir (home, 0, "undo", second, "--with-later", "--yes", "--json", NULL);
  g_autoptr (Json) done = outcome_json (outcome);
  assert_json (done, "undone", "true");
  assert_json (done, "runs.0.run", third);
  assert_json (done, "runs.1.run", second);
  assert_json (done, "runs.1.removed", "2");
  assert_sql (home, "Ann|Bob|Rob", NAMES);
  assert_state (home, "undone|failed|failed", second);
  assert_state (home, "undone|failed|failed", third);
  assert_state (home, "applied|archived|archive", other);
  g_autofree char *own = json_at (done, "run");
  g_autoptr (Outcome) runs = expect_weir (home, 0, "runs", own, NULL);
  assert_contains (runs->out, second);
  assert_contains (runs->out, "users-2.csv, and 1 later");
  g_autoptr (Outcome) one = expect_weir (home, 0, "runs", second, NULL);
  assert_contains (one->out, own);

  /* Once is enough, and what is in failed/ says why. */
  g_autoptr (Outcome) twice = expect_weir (home, 2, "undo", second, "--yes", NULL);
  assert_contains (twice->err, "has done it already");
  g_autoptr (Outcome) status = expect_weir (home, 1, "status", NULL);
  assert_contains (status->out, "taken back by `weir undo`");
  /* A newer file stays, which knows nothing of them: so weir asks whether they are to be loaded over it. */
  assert_weir (home, 0, "retry", second, "--force", NULL);
  assert_weir (home, 0, "retry", third, "--force", NULL);
  assert_sql (home, "Ann|Anna|Annie|Bob|Rob|Cid", NAMES);
  g_autoptr (Outcome) said = expect_weir (home, 0, "undo", "users-3.csv", "--yes", NULL);
  assert_contains (said->out, " --force    users-3.csv\n");
  assert_sql (home, "Ann|Anna|Bob|Rob|Cid", NAMES);
  home->oracle = ORACLE_REPLAY;
}

/* What the ledger knows of the last file is what it knew before. */
static void
test_the_same_bytes_again (void **state)
{
  static const char one[] = "key,name\n1,Ann\n", two[] = "key,name\n1,Bea\n";
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  g_autofree char *before = load (home, "users.csv", one);
  g_autofree char *known =
      sql_scalar (home, "select to_jsonb(t) - 'updated_on' - 'last_instant' - 'applied_ever' from weir.table t");
  g_autofree char *run = load (home, "users.csv", two);
  assert_weir (home, 0, "undo", "last", "--yes", NULL);
  assert_sql (home, known, "select to_jsonb(t) - 'updated_on' - 'last_instant' - 'applied_ever' from weir.table t");
  g_autoptr (Json) again = load_text (home, "users.csv", one, NULL);
  assert_json (again, "status", "duplicate");
  g_autofree char *anew = load (home, "users.csv", two);
  assert_sql (home, "Ann|Bea", NAMES);

  /* A file that was not loaded, for this one had said it, goes with it. */
  g_autoptr (Json) same = load_text (home, "users.csv", two, NULL);
  assert_json (same, "status", "duplicate");
  assert_weir (home, 2, "undo", anew, "--yes", NULL);
  assert_weir (home, 0, "undo", anew, "--yes", "--with-later", NULL);
  assert_weir (home, 2, "undo", before, "--yes", NULL);
  assert_weir (home, 0, "undo", before, "--yes", "--with-later", NULL);
  assert_sql (home, "0", "select count(*) from warehouse.users");
  assert_sql (home, "-|0|-", "select coalesce(last_run::text, '-'), files_applied, coalesce(newest_key, '-') from weir.table");
}

/* Full exports: what a later one has only said again rests on the earlier, and nobody has written down of whom. */
static void
test_what_was_said_again (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  g_autofree char *first = load (home, "users.csv", "key,name\n1,Ann\n2,Bob\n");
  g_autofree char *second = load (home, "users-2.csv", "key,name\n1,Anna\n2,Bob\n");
  g_autofree char *third = load (home, "users-3.csv", "key,name\n1,Anna\n2,Rob\n");
  g_autoptr (Outcome) built = expect_weir (home, 2, "undo", second, "--yes", NULL);
  assert_contains (built->out, "users-3.csv: rows of it that changed nothing may have said the same");
  assert_weir (home, 0, "undo", second, "--yes", "--with-later", NULL);
  assert_weir (home, 0, "retry", third, NULL);
  assert_sql (home, "Ann|Anna|Bob|Rob", NAMES);

  /* Where files have times it is known: the version begins when it was said again. */
  home_write_model (home, "items",
                    "{\"table\": \"items\", \"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": \"file_name\"}");
  g_autofree char *monday = load (home, "items_2026-01-05.csv", "key,name\n1,a\n2,a\n");
  g_autofree char *tuesday = load (home, "items_2026-01-06.csv", "key,name\n1,b\n");
  g_autofree char *wednesday = load (home, "items_2026-01-07.csv", "key,name\n2,a\n");
  assert_weir (home, 0, "undo", tuesday, "--yes", NULL);
  assert_sql (home, "1|a|-\n2|a|-", "select key, name, effective_end_date from warehouse.items order by 1");
  assert_weir (home, 2, "undo", monday, "--yes", NULL);
  assert_sql (home, "2026-01-07 00:00:00+00", "select newest_effective from weir.table where table_name = 'items'");
}

/* What was overwritten returns, just as it was: whatever is in it. */
static void
test_overwritten_rows_return (void **state)
{
  static const char text[] =
      "number,who,amount,at,more,flag\n1,\"a \"\"b\"\",\\'c\",1.50,2026-01-01T10:00:00.123456+02:00,\"{\"\"a\"\": 1.0}\",true\n"
      "2,,,,{},\n3,x,0.10,2026-01-02T00:00:00Z,\"[1, \"\"ü\"\"]\",false\n";
  Home *home = *state;
  home_write_model (home, "orders",
                    ORDERS ", \"columns\": {\"more\": {\"type\": \"jsonb\"}, \"at\": {\"type\": \"timestamptz\"}}}");
  g_autofree char *first = load (home, "orders.csv", text);
  g_autofree char *before = sql_text_rows (home, "select * from warehouse.orders order by number");
  g_autofree char *second =
      load (home, "orders-2.csv",
            "number,who,amount,at,more,flag\n1,y,2,2026-01-01T10:00:00Z,[1],false\n2,z,1,2026-01-01T10:00:00Z,[2],true\n4,n,,,,\n");
  assert_sql (home, "2", "select count(*) from weir.overwritten");
  assert_weir (home, 0, "undo", "last", "--yes", NULL);
  assert_sql (home, before, "select * from warehouse.orders order by number");
  assert_sql (home, "0", "select count(*) from weir.overwritten");
  g_autoptr (Json) same = load_text (home, "orders.csv", text, "--force", NULL);
  assert_load (same, "applied", "read=3 unchanged=3 staged=3");
}

/* Columns have other names and types by now. */
static void
test_in_the_columns_of_now (void **state)
{
  Home *home = *state;
  home_write_model (home, "orders", ORDERS "}");
  g_autofree char *first = load (home, "orders.csv", "number,day,what,n\n1,03/04/2026,a,1\n2,05/06/2026,b,2\n");
  g_autofree char *second = load (home, "orders-2.csv", "number,day,what,n\n1,07/08/2026,c,x\n");
  home_write_model (
      home, "orders",
      ORDERS ", \"columns\": {\"day\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"}, \"item\": {\"from\": [\"what\"]}}}");
  g_autofree char *third = load (home, "orders-3.csv", "number,day,item,n,more\n2,05/06/2026,b,3,m\n");
  assert_weir (home, 0, "undo", second, "--yes", NULL);
  assert_sql (home, "1|2026-04-03|a|1|-\n2|2026-06-05|b|3|m", "select number, day, item, n, more from warehouse.orders order by 1");
}

/* So have those of history, and an open end is written otherwise. */
static void
test_in_the_history_of_now (void **state)
{
  static const char model[] = USERS ", \"effective\": \"file_name\"%s}";
  Home *home = *state;
  g_autofree char *before = g_strdup_printf (model, "");
  g_autofree char *after = g_strdup_printf (
      model, ", \"names\": {\"start\": \"since\", \"end\": \"until\", \"version\": \"n\"}, \"open_end\": \"infinity\"");
  home_write_model (home, "users", before);
  g_autofree char *first = load (home, "users_2026-01-01.csv", "key,name\n1,a\n2,a\n");
  g_autofree char *second = load (home, "users_2026-01-03.csv", "key,name\n1,b\n");
  g_autofree char *late = load (home, "users_2026-01-03-2.csv", "key,name\n1,a\n");
  assert_sql (home, "a", "select string_agg(name, '|' order by version_number) from warehouse.users where key = 1");
  home_write_model (home, "users", after);
  /* The model is another one already, and the table not yet. */
  g_autoptr (Outcome) dry = expect_weir (home, 0, "undo", late, "--dry-run", NULL);
  assert_contains (dry->out, "2 versions as before");
  g_autofree char *other = load (home, "users_2026-01-04.csv", "key,name\n2,b\n");
  assert_weir (home, 0, "undo", late, "--yes", NULL);
  assert_sql (home, "a|2026-01-01 00:00:00+00|2026-01-03 00:00:00+00|1|f\nb|2026-01-03 00:00:00+00|infinity|2|t",
              "select name, since, until, n, is_current from warehouse.users where key = 1 order by n");
  assert_weir (home, 0, "undo", other, "--yes", NULL);
  assert_sql (home, "infinity|t", "select until, is_current from warehouse.users where key = 2");
  home->oracle = ORACLE_BY_HAND; /* which knows the names that columns have by themselves */
}

/* A new column was filled into rows that are the same otherwise. */
static void
test_filled_columns (void **state)
{
  static const char *const names[] = { USERS "}", USERS ", \"effective\": \"file_name\"}",
                                       "{\"table\": \"users\", \"kind\": \"fact\", \"business_key\": [\"key\"]}" };
  Home *home = *state;
  home->oracle |= ORACLE_BY_HAND;
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      home_write_model (home, "users", names[i]);
      g_autofree char *first = load (home, "users_2026-01-05.csv", "key,name\n1,a\n2,b\n");
      /* The second of these comes late. */
      const char *name = i == 1 ? "users_2026-01-04.csv" : "users_2026-01-06.csv";
      g_autofree char *second = load (home, name, "key,name,city\n1,a,Oslo\n2,c,Rome\n");
      g_autofree char *before = sql_text_rows (home, "select key, name, city from warehouse.users order by 1, 2");
      assert_contains (before, i == 1 ? "1|a|Oslo" : "Oslo");
      assert_weir (home, 0, "undo", second, "--yes", NULL);
      assert_sql (home, "1|a|-\n2|b|-", "select key, name, city from warehouse.users order by 1");
      assert_weir (home, 0, "drop", "users", "--yes", "--ledger", "--archive", NULL);
      assert_sql (home, "0|0|0",
                  "select (select count(*) from weir.operation), (select count(*) from weir.overwritten), (select count(*) from "
                  "weir.execution)");
    }
}

/* Rows without a key: a column was filled in, of which nobody keeps what was there before. */
static void
test_what_cannot_be_taken_back (void **state)
{
  Home *home = *state;
  home_write_model (home, "hits", "{\"table\": \"hits\", \"kind\": \"fact\"}");
  g_autofree char *first = load (home, "hits.csv", "page\n/a\n/b\n");
  g_autofree char *second = load (home, "hits-2.csv", "page,who\n/a,ann\n");
  g_autoptr (Outcome) filled = expect_weir (home, 2, "undo", second, "--yes", NULL);
  assert_contains (filled->err, "it filled a new column into rows without a key");
  g_autoptr (Json) refused = load_text (home, "hits.csv", "page,who\n", NULL);
  g_autofree char *failed = json_at (refused, "run");
  g_autoptr (Outcome) nothing = expect_weir (home, 2, "undo", failed, "--yes", NULL);
  assert_contains (nothing->err, "it changed nothing in the warehouse (failed)");

  home_write_model (home, "orders", ORDERS "}");
  g_autofree char *old = load (home, "orders.csv", "number,what\n1,a\n");
  g_autofree char *changed = load (home, "orders-2.csv", "number,what\n1,b\n");
  sql_run_text (home, "create table kept as select * from weir.overwritten");
  sql_run_text (home, "delete from weir.overwritten");
  g_autoptr (Outcome) lost = expect_weir (home, 2, "undo", changed, "--yes", NULL);
  assert_contains (lost->err, "what it overwrote is not in weir.overwritten any more");
  sql_run_text (home, "insert into weir.overwritten select * from kept");
  sql_run_text (home, "drop table kept");
  sql_run_text (home, "update weir.file set applied_as = null where run_id = '%s'", changed);
  g_autoptr (Outcome) older = expect_weir (home, 2, "undo", changed, "--yes", NULL);
  assert_contains (older->err, "an older weir has loaded it");
}

#define SALES(missing)                                                                                                             \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"number\"], \"references\": [{\"dimension\": \"users\", "        \
  "\"columns\": [\"key\"], \"as\": \"user_id\", \"missing\": \"" missing "\"}]}"

static void
test_who_is_referred_to (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  home_write_model (home, "sales", SALES ("wait"));
  g_autofree char *first = load (home, "users.csv", "key,name\n1,Ann\n");
  g_autofree char *second = load (home, "users-2.csv", "key,name\n2,Bob\n");
  g_autofree char *sales = load (home, "sales.csv", "number,key\n10,1\n20,2\n");
  g_autoptr (Outcome) refused = expect_weir (home, 2, "undo", second, "--yes", NULL);
  assert_contains (refused->err, "1 row of sales refers to 1 entity that nobody else brought");
  g_autofree char *hint = g_strdup_printf ("each by `weir undo RUN`: %.8s", sales);
  assert_contains (refused->err, hint);
  assert_sql (home, "2", "select count(*) from warehouse.users");
  assert_weir (home, 0, "undo", sales, "--yes", NULL);
  assert_weir (home, 0, "undo", second, "--yes", NULL);
  assert_sql (home, "0|1", "select (select count(*) from warehouse.sales), (select count(*) from warehouse.users)");
  /* As if they had never come: the row waits now. */
  assert_weir (home, 0, "retry", sales, NULL);
  assert_sql (home, "1|1", "select (select count(*) from warehouse.sales), (select count(*) from weir.waiting)");
  /* And goes with its file. */
  assert_weir (home, 0, "undo", "last", "--yes", NULL);
  assert_sql (home, "0|0|0",
              "select (select count(*) from warehouse.sales), (select count(*) from weir.waiting), waiting from weir.table where "
              "table_name = 'sales'");
  assert_sql (home, "0", "select count(*) from weir.reject where waiting");

  home_write_model (home, "sales", SALES ("allow"));
  g_autofree char *more = load (home, "sales-2.csv", "number,key\n10,1\n");
  g_autoptr (Outcome) allowed = expect_weir (home, 0, "undo", first, "--yes", NULL);
  assert_contains (allowed->out, "NOTE:  1 row of sales refers to 1 entity");
}

/* Rows that waited and were taken up are of the run that brought them; what they overwrote returns. */
static void
test_rows_that_waited (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  home_write_model (home, "sales", SALES ("wait"));
  g_autofree char *first = load (home, "users.csv", "key,name\n1,Ann\n");
  g_autofree char *known = load (home, "sales.csv", "number,key,n\n10,1,1\n");
  g_autofree char *waits = load (home, "sales-2.csv", "number,key,n\n10,2,2\n20,2,2\n");
  assert_sql (home, "2", "select count(*) from weir.waiting");
  g_autofree char *second = load (home, "users-2.csv", "key,name\n2,Bob\n");
  assert_sql (home, "10|2\n20|2", "select number, n from warehouse.sales order by 1");
  assert_weir (home, 0, "undo", waits, "--yes", NULL);
  assert_sql (home, "10|1", "select number, n from warehouse.sales");
  /* A row that waits is gone where a later one took its place. */
  g_autofree char *one = load (home, "sales-3.csv", "number,key,n\n30,3,1\n");
  g_autofree char *two = load (home, "sales-4.csv", "number,key,n\n30,1,2\n");
  g_autoptr (Outcome) refused = expect_weir (home, 2, "undo", two, "--yes", NULL);
  assert_contains (refused->err, "it took the place of rows that waited");
}

/* Rows that a fact's run had its dimension make go with it, as far as nobody else refers to them. */
static void
test_placeholders (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  home_write_model (home, "sales", SALES ("placeholder"));
  g_autofree char *users = load (home, "users.csv", "key,name\n1,Ann\n");
  g_autofree char *one = load (home, "sales.csv", "number,key\n10,2\n20,3\n30,4\n");
  g_autofree char *two = load (home, "sales-2.csv", "number,key\n40,3\n");
  assert_sql (home, "1|f\n2|t\n3|t\n4|t", "select key, is_inferred from warehouse.users order by key");
  g_autofree char *filled = load (home, "users-2.csv", "key,name\n4,Dan\n3,Cid\n");
  assert_sql (home, "3|Cid|f\n4|Dan|f", "select key, name, is_inferred from warehouse.users where key > 2 order by key");
  /* What was filled is a placeholder again. */
  assert_weir (home, 0, "undo", filled, "--yes", NULL);
  assert_sql (home, "1|Ann|f\n2|-|t\n3|-|t\n4|-|t", "select key, name, is_inferred from warehouse.users order by key");
  assert_weir (home, 0, "retry", filled, NULL);

  /* That of 2 is gone, those of 3 and 4 are filled. */
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "undo", one, "--yes", NULL);
  assert_contains (outcome->out, "3 rows removed, 1 placeholder removed");
  assert_sql (home, "1|3|4", "select string_agg(key::text, '|' order by key) from warehouse.users");
  /* Without both runs nobody knows of 4; 3 the other fact's run would have made. */
  assert_sql (home, "3|t\n4|f", "select key, effective_start_date = '-infinity' from warehouse.users where key > 2 order by 1");
  assert_weir (home, 0, "undo", "users-2.csv", "--yes", NULL);
  assert_sql (home, "1|f\n3|t", "select key, is_inferred from warehouse.users order by key");
  assert_weir (home, 0, "undo", two, "--yes", NULL);
  assert_sql (home, "1", "select string_agg(key::text, '|' order by key) from warehouse.users");

  /* Who is not filled yet belongs to the other run from now on. */
  g_autofree char *three = load (home, "sales-3.csv", "number,key\n50,5\n");
  g_autofree char *four = load (home, "sales-4.csv", "number,key\n60,5\n");
  assert_weir (home, 0, "undo", three, "--yes", NULL);
  assert_sql (home, four, "select opened_by from warehouse.users where key = 5 and is_inferred");
  assert_weir (home, 0, "undo", four, "--yes", NULL);
  assert_sql (home, "1", "select string_agg(key::text, '|' order by key) from warehouse.users");
}

/* Files that weir does not keep stay where they are. */
static void
test_files_that_are_not_kept (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  home_write_file (home, "elsewhere/users.csv", "key,name\n1,Ann\n");
  assert_weir (home, 0, "load", "elsewhere/users.csv", NULL);
  assert_weir (home, 0, "undo", "last", "--yes", NULL);
  assert_true (home_has_file (home, "elsewhere/users.csv"));
  assert_weir (home, 0, "load", "elsewhere/users.csv", NULL);
  assert_sql (home, "Ann", NAMES);
  home_configure (home, ", \"after_load\": \"delete\"");
  g_autofree char *deleted = load (home, "users-2.csv", "key,name\n1,Anna\n");
  assert_weir (home, 0, "undo", deleted, "--yes", NULL);
  assert_sql (home, "undone|deleted|", "select state, disposition, place from weir.file where run_id = '%s'", deleted);
  assert_sql (home, "Ann", NAMES);
  home->oracle = ORACLE_BY_HAND; /* the file was dropped, and is nowhere */
}

/* The COMMIT is the only moment that counts; whoever comes next puts the file where it belongs. */
static void
test_crashes (void **state)
{
  static const struct
  {
    const char *point, *names, *end;
  } cases[] = {
    { "kill:undo-claimed", "Ann|Bea", "applied|archived|archive" },
    { "kill:undo-before-commit", "Ann|Bea", "applied|archived|archive" },
    { "kill:undo-after-commit", "Ann", "undone|failed|failed" },
    { "kill:before-archive", "Ann", "undone|failed|failed" },
    { "kill:after-archive", "Ann", "undone|failed|failed" },
  };
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  g_autofree char *first = load (home, "users.csv", "key,name\n1,Ann\n");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *second = load (home, "users-2.csv", "key,name\n1,Bea\n");
      home_set_environment (home, "WEIR_FAULT", cases[i].point);
      assert_weir (home, 128 + SIGKILL, "undo", second, "--yes", NULL);
      home_set_environment (home, "WEIR_FAULT", NULL);
      (void) run_weir (home, "watch", "--once", NULL);
      assert_sql (home, cases[i].names, NAMES);
      assert_state (home, cases[i].end, second);
      g_autoptr (Outcome) end = run_weir (home, "undo", second, "--yes", NULL);
      assert_int_equal (end->code, strcmp (cases[i].names, "Ann") != 0 ? 0 : 2);
      assert_state (home, "undone|failed|failed", second);
      oracle_check (home, 0);
    }
}

/* While its table is in work nothing is taken back. */
static void
test_in_work (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  g_autofree char *first = load (home, "users.csv", "key,name\n1,Ann\n");
  home_set_environment (home, "WEIR_FAULT", "stop:after-load");
  home_write_file (home, "more/users.csv", "key,name\n2,Bob\n");
  g_autoptr (Background) loading = spawn_weir (home, "load", "more/users.csv", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  wait_until (process_find_stopped (home->path, "load") != 0);
  g_autoptr (Outcome) busy = expect_weir (home, 3, "undo", first, "--yes", NULL);
  assert_contains (busy->err, "another session works on the table \"users\"");
  kill (process_find_stopped (home->path, "load"), SIGCONT);
  assert_int_equal (background_stop (loading, 0, DEADLINE_SECONDS), 0);
  assert_weir (home, 0, "undo", first, "--yes", NULL);
  assert_sql (home, "Bob", NAMES);
}

/* A column that has the newest value in every version, and was none when the file came. */
static void
test_the_newest_value_of_before (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  g_free (load (home, "users-1.csv", "key,v\na,1\nb,1\n"));
  g_autofree char *run = load (home, "users-2.csv", "key,v\na,2\n");
  home_write_model (home, "users", USERS ", \"columns\": {\"v\": {\"scd\": 6}}}");
  g_free (load (home, "users-3.csv", "key,v\nb,5\n"));
  assert_sql (home, "a 1 2, a 2 2, b 1 5, b 5 5",
              "select string_agg(concat_ws(' ', key, v, v_current), ', ' order by key, v) from warehouse.users");
  assert_weir (home, 0, "undo", run, "--yes", NULL);
  assert_sql (home, "a 1 1, b 1 5, b 5 5",
              "select string_agg(concat_ws(' ', key, v, v_current), ', ' order by key, v) from warehouse.users");
}

/* And one that no file has brought yet. */
static void
test_the_newest_value_of_no_column (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"columns\": {\"v\": {\"type\": \"text\", \"scd\": 6}}}");
  g_autofree char *run = load (home, "users-1.csv", "key,w\na,1\n");
  assert_weir (home, 0, "undo", run, "--yes", NULL);
  assert_sql (home, "0", "select count(*) from warehouse.users");
}

/* The table is not what the model says, until a file changes it. */
static void
test_another_kind_by_now (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  g_autofree char *run = load (home, "users-1.csv", "key,v\na,1\n");
  home_write_model (home, "users", USERS ", \"scd\": 1}");
  g_autoptr (Outcome) undone = expect_weir (home, 2, "undo", run, "--yes", NULL);
  assert_contains (undone->err, "says another \"scd\"");
}

/* A table with one row of each key has rows, and no versions; and whoever is in the way is told by his key, however that is written. */
static void
test_told_as_it_is (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"E-Mail\", \"2nd\"], \"scd\": 1}");
  g_autofree char *first = load (home, "users-1.csv", "E-Mail,2nd,name\nann@x,7,a\nbob@x,7,b\n");
  g_autofree char *second = load (home, "users-2.csv", "E-Mail,2nd,name\nann@x,7,c\n");
  g_autoptr (Outcome) built = expect_weir (home, 2, "undo", first, "--yes", NULL);
  assert_contains (built->out, "users-2.csv: 1 entity: ann@x, 7\n");
  g_autoptr (Outcome) one = expect_weir (home, 0, "undo", second, "--yes", NULL);
  assert_contains (one->out, "users-2.csv of users: 1 row as before\n");
  g_autoptr (Outcome) other = expect_weir (home, 0, "undo", first, "--yes", NULL);
  assert_contains (other->out, "users-1.csv of users: 2 rows removed\n");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_says_first, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_the_same_bytes_again, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_what_was_said_again, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_overwritten_rows_return, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_in_the_columns_of_now, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_in_the_history_of_now, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_filled_columns, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_what_cannot_be_taken_back, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_who_is_referred_to, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_rows_that_waited, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_placeholders, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_files_that_are_not_kept, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_crashes, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_in_work, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_the_newest_value_of_before, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_the_newest_value_of_no_column, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_another_kind_by_now, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_told_as_it_is, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_as_if_it_had_never_come, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
