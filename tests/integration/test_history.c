/* History by what the data say: since when rows are true, in whatever order their files come. A naive model, a list of what was said of
 * each key, tells what the versions are.
 *
 * WEIR_TEST_LONG=1 tries many more streams; WEIR_STREAM=N begins with that one. */
#include "tests/support/effort.h"
#include "tests/support/oracle.h"
#include "tests/support/rebuilt.h"
#include "tests/support/in_process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"key\"]"
#define NAMED "{\"table\": \"%s\", \"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": \"file_name\"%s}"
#define BY_ROW "{\"table\": \"%s\", \"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": {\"column\": \"at\"}%s}"

/* ---- the naive model ---- */

#define KEYS 40
#define DAYS 10

/* What was said of each key of each day; NULL: nothing. Of one day the last one is right. */
typedef struct
{
  char *said[KEYS][DAYS];
} Naive;

static void
naive_clear (Naive *naive)
{
  for (int key = 0; key < KEYS; key++)
    for (int day = 0; day < DAYS; day++)
      g_free (naive->said[key][day]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Naive, naive_clear)

static void
naive_say (Naive *naive, int key, int day, const char *value)
{
  g_free (naive->said[key][day]);
  naive->said[key][day] = g_strdup (value);
}

/* In which of the columns v and w two values, "v/w", differ, as PostgreSQL writes an array. */
static void
naive_compare (const char *before, const char *after, char *ret_what)
{
  g_auto (GStrv) was = g_strsplit (before, "/", 2), is = g_strsplit (after, "/", 2);
  bool v = strcmp (was[0], is[0]) != 0, w = strcmp (was[1], is[1]) != 0;
  g_snprintf (ret_what, 16, "{%s%s%s}", v ? "v" : "", v && w ? "," : "", w ? "w" : "");
}

/* key|value|from|to|number|what changed of each version. */
static char *
naive_text (const Naive *naive, bool always)
{
  GString *text = g_string_new (NULL);
  for (int key = 0; key < KEYS; key++)
    {
      const char *holds = NULL;
      char what[16] = "-";
      int number = 0;
      for (int day = 0; day < DAYS; day++)
        {
          const char *said = naive->said[key][day];
          if (said == NULL || g_strcmp0 (said, holds) == 0)
            continue;
          if (holds != NULL)
            g_string_append_printf (text, "|%d|%d|%s\n", day + 1, number, what);
          if (holds != NULL)
            naive_compare (holds, said, what);
          holds = said;
          number++;
          g_string_append_printf (text, "k%02d|%s|", key, said);
          if (number == 1 && always)
            g_string_append (text, "ever");
          else
            g_string_append_printf (text, "%d", day + 1);
        }
      if (holds != NULL)
        g_string_append_printf (text, "|-|%d|%s\n", number, what);
    }
  return g_string_free (text, FALSE);
}

/* key|value of each row of a fact: what was said of the last day. */
static char *
naive_rows (const Naive *naive)
{
  GString *text = g_string_new (NULL);
  for (int key = 0; key < KEYS; key++)
    for (int day = DAYS - 1; day >= 0; day--)
      if (naive->said[key][day] != NULL)
        {
          g_string_append_printf (text, "k%02d|%s\n", key, naive->said[key][day]);
          break;
        }
  return g_string_free (text, FALSE);
}

static char *
fact_text (Home *home, const char *table)
{
  g_autofree char *rows =
      sql_text_rows (home, "select key, concat_ws('/', coalesce(v, ''), coalesce(w, '')) from warehouse.%s order by key", table);
  return *rows == '\0' ? g_strdup ("") : g_strconcat (rows, "\n", NULL);
}

/* The same of a table. */
static char *
versions_text (Home *home, const char *table)
{
  g_autofree char *rows = sql_text_rows (
      home,
      "select key, concat_ws('/', coalesce(v, ''), coalesce(w, '')),"
      " case when effective_start_date = '-infinity' then 'ever' else extract(day from effective_start_date)::int::text end,"
      " extract(day from effective_end_date)::int, version_number, changed from warehouse.%s order by key, effective_start_date",
      table);
  return *rows == '\0' ? g_strdup ("") : g_strconcat (rows, "\n", NULL);
}

/* ---- streams ---- */

typedef struct
{
  bool by_row, always, fact;
} Mode;

/* A file: of each of its days (one, but where rows have their own) what is said of whom. */
typedef struct
{
  int day;
  GString *rows;
  struct
  {
    int key, day;
    char value[8];
  } said[KEYS * 3];
  int n_said;
} File;

static void
file_say (File *file, const Mode *mode, int key, int day, const char *v, const char *w)
{
  int n = file->n_said++;
  file->said[n].key = key;
  file->said[n].day = day;
  g_snprintf (file->said[n].value, sizeof file->said[n].value, "%s/%s", v, w);
  g_string_append_printf (file->rows, mode->by_row ? "k%02d,%s,%s,2026-01-%02d\n" : "k%02d,%s,%s\n", key, v, w, day + 1);
}

/* "again": a day may have several files that say otherwise, and the last one is right; else nothing is ever said twice of a key and a day. */
static void
make_files (GRand *random, const Mode *mode, bool again, bool taken[KEYS][DAYS], File *files, int n_files)
{
  static const char *const words[] = { "a", "b", "" };
  for (int f = 0; f < n_files; f++)
    {
      File *file = &files[f];
      file->day = again ? g_rand_int_range (random, 0, DAYS) : f;
      file->rows = g_string_new (mode->by_row ? "key,v,w,at\n" : "key,v,w\n");
      for (int key = 0; key < KEYS; key++)
        for (int times = mode->by_row ? g_rand_int_range (random, 0, 3) : g_rand_int_range (random, 0, 4) > 0; times > 0; times--)
          {
            int day = mode->by_row ? g_rand_int_range (random, 0, DAYS) : file->day;
            bool of_this_file = false;
            for (int n = 0; n < file->n_said; n++)
              of_this_file |= file->said[n].key == key && file->said[n].day == day;
            if (of_this_file || (!again && taken[key][day]))
              continue;
            taken[key][day] = true;
            file_say (file, mode, key, day, words[g_rand_int_range (random, 0, 2)], words[g_rand_int_range (random, 0, 3)]);
          }
    }
}

static void
load_file (Home *home, Loader *loader, const char *table, const File *file, int number)
{
  g_autofree char *name = g_strdup_printf ("elsewhere/%s_2026-01-%02d-%d.csv", table, file->day + 1, number % 10);
  g_auto (LoadEnd) end = { 0 };
  load_in_process (home, loader, table, name, file->rows->str, &end);
}

/* Loads the files in an order, as a table of its own, and compares its versions with what the naive model has by the same order. */
static void
try_order (Home *home, Loader *loader, const Mode *mode, const File *files, const int *order, int n_files, const char *table)
{
  g_auto (Naive) naive = { 0 };
  g_autofree char *more = g_strdup (mode->always ? ", \"first\": \"always\"" : "");
  g_autofree char *model = mode->by_row ? g_strdup_printf (BY_ROW, table, more) : g_strdup_printf (NAMED, table, more);
  g_autofree char *model_name = g_strdup_printf ("models/%s.json", table);
  g_autoptr (GString) transcript = g_string_new (NULL);
  g_auto (GStrv) parts = g_strsplit (model, "dimension", 2);
  g_autofree char *fact = g_strjoinv ("fact", parts);
  home_write_model (home, table, mode->fact ? fact : model);
  for (int i = 0; i < n_files; i++)
    {
      const File *file = &files[order[i]];
      if (file->n_said == 0)
        continue;
      load_file (home, loader, table, file, i);
      g_string_append_printf (transcript, "--- day %d\n%s", file->day + 1, file->rows->str);
      for (int n = 0; n < file->n_said; n++)
        naive_say (&naive, file->said[n].key, file->said[n].day, file->said[n].value);
    }
  g_autofree char *expected = mode->fact ? naive_rows (&naive) : naive_text (&naive, mode->always);
  g_autofree char *found = mode->fact ? fact_text (home, table) : versions_text (home, table);
  if (strcmp (expected, found) != 0)
    {
      /* fail_msg would cut it */
      fprintf (stderr, "%s\n-- expected:\n%s\n-- found:\n%s\n", transcript->str, expected, found);
      fail_msg ("other versions of %s", table);
    }
  g_autofree char *other = rebuilt_difference (loader, table);
  if (other != NULL)
    fail_msg ("%s\n%s is not what its files give: %s", transcript->str, table, other);
  home_remove_file (home, model_name); /* the more models, the longer it takes to read them */
}

static void
try_stream (Home *home, Loader *loader, guint32 seed)
{
  enum
  {
    FILES = 8
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  bool fact = seed % 7 >= 5;
  const Mode mode = { .by_row = seed % 3 == 1, .always = !fact && (seed % 3 == 2 || seed % 4 == 1), .fact = fact };
  bool again = seed % 5 == 4;
  File files[FILES] = { 0 };
  static bool taken[KEYS][DAYS];
  memset (taken, 0, sizeof taken);
  make_files (random, &mode, again, taken, files, FILES);
  for (int o = 0; o < effort (2, 3); o++)
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
  try_streams (*state, try_stream, 7, 120);
}

/* ---- one thing at a time ---- */

#define VERSIONS                                                                                                                   \
  "select key, v, effective_start_date, effective_end_date, version_number from warehouse.users order by key, "                    \
  "effective_start_date"

/* Loads the text under that name, with what came of it. */
static void
load (Home *home, const char *name, const char *text, const char *status, const char *counts)
{
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_load (published, status, counts);
  if (strcmp (status, "applied") == 0)
    assert_ledger (home, published);
}

static void
test_a_late_file_finds_its_place (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\"}");
  load (home, "users_2026-01-01.csv", "key,v\nann,a\nbob,a\n", "applied", "read=2 inserted=2 staged=2");
  load (home, "users-20260103T0930.csv", "key,v\nann,a\nbob,b\n", "applied", "read=2 updated=1 deactivated=1 unchanged=1 staged=2");
  /* It says of bob what held already. Cid was nobody's before. */
  load (home, "2026-01-02_users.csv", "key,v\nann,x\nbob,a\ncid,c\n", "applied", "read=3 late=1 unchanged=1 inserted=1 staged=3");
  assert_sql (home,
              "ann|a|2026-01-01 00:00:00+00|2026-01-02 00:00:00+00|1\nann|x|2026-01-02 00:00:00+00|2026-01-03 09:30:00+00|2\n"
              "ann|a|2026-01-03 09:30:00+00|-|3\nbob|a|2026-01-01 00:00:00+00|2026-01-03 09:30:00+00|1\n"
              "bob|b|2026-01-03 09:30:00+00|-|2\ncid|c|2026-01-02 00:00:00+00|-|1",
              VERSIONS);
  assert_sql (home, "1|0|2026-01-02 00:00:00+00",
              "select rows_late, rows_corrected, effective_on from weir.runs where file_name like '2026%%'");
  /* What becomes equal is one version again. */
  load (home, "users_2026-01-02 (1).csv", "key,v\nann,a\n", "applied", "read=1 corrected=1 staged=1");
  assert_sql (home, "ann|a|2026-01-01 00:00:00+00|-|1", VERSIONS " limit 1");
  /* And what was said again is known still. */
  load (home, "users_2026-01-01T1200.csv", "key,v\nann,y\n", "applied", "read=1 late=1 staged=1");
  assert_sql (home, "a|1\ny|2\na|3",
              "select v, version_number from warehouse.users where key = 'ann' order by effective_start_date");
  assert_sql (home, "2026-01-02 00:00:00+00", "select effective_end_date from warehouse.users where v = 'y'");
  home->oracle = ORACLE_REPLAY;
}

static void
test_corrections (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\"}");
  load (home, "users_2026-01-01.csv", "key,v\nann,a\n", "applied", "read=1 inserted=1 staged=1");
  load (home, "users_2026-01-02.csv", "key,v\nann,b\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  /* Of the current version, and of one that is over. */
  load (home, "users_2026-01-02 (1).csv", "key,v\nann,c\n", "applied", "read=1 corrected=1 staged=1");
  load (home, "users_2026-01-01 (1).csv", "key,v\nann,d\n", "applied", "read=1 corrected=1 staged=1");
  assert_sql (home, "ann|d|2026-01-01 00:00:00+00|2026-01-02 00:00:00+00|1\nann|c|2026-01-02 00:00:00+00|-|2", VERSIONS);
  load (home, "users_2026-01-01 (2).csv", "key,v\nann,d\n", "applied", "read=1 unchanged=1 staged=1");
  /* As the day after: one version, until somebody says otherwise. */
  load (home, "users_2026-01-02 (2).csv", "key,v\nann,d\n", "applied", "read=1 corrected=1 staged=1");
  assert_sql (home, "ann|d|2026-01-01 00:00:00+00|-|1", VERSIONS);
  load (home, "users_2026-01-01 (3).csv", "key,v\nann,e\n", "applied", "read=1 corrected=1 staged=1");
  assert_sql (home, "ann|e|2026-01-01 00:00:00+00|2026-01-02 00:00:00+00|1\nann|d|2026-01-02 00:00:00+00|-|2", VERSIONS);
}

static void
test_the_same_export_of_another_day (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\"}");
  load (home, "users_2026-01-01.csv", "key,v\nann,a\n", "applied", "read=1 inserted=1 staged=1");
  load (home, "users_2026-01-03.csv", "key,v\nann,a\n", "applied", "read=1 unchanged=1 staged=1");
  load (home, "users_2026-01-02.csv", "key,v\nann,b\n", "applied", "read=1 late=1 staged=1");
  assert_sql (home, "a|b|a", "select string_agg(v, '|' order by version_number) from warehouse.users");
  /* What is said otherwise of the day of a file that only said it again corrects that. */
  load (home, "users_2026-01-04.csv", "key,v\nann,a\n", "applied", "read=1 unchanged=1 staged=1");
  load (home, "users_2026-01-04 (1).csv", "key,v\nann,c\n", "applied", "read=1 corrected=1 staged=1");
  assert_sql (home, "a|b|a|c", "select string_agg(v, '|' order by version_number) from warehouse.users");
  assert_weir (home, 0, "drop", "users", "--yes", NULL);
  assert_sql (home, "0", "select count(*) from weir.observed");
}

static void
test_a_name_without_a_date (void **state)
{
  static const struct
  {
    const char *name, *says;
  } cases[] = {
    { "users.csv", "has no date in its name" },
    { "users_2026-02-30.csv", "has no date that there is in its name" },
    { "users_2026-01-01_2026-01-31.csv", "has two dates in its name" },
  };
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\"}");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Json) published = load_text (home, cases[i].name, "key,v\nann,a\n", NULL);
      assert_load (published, "failed", "read=1 staged=1");
      assert_json (published, "error.code", "no_date");
      assert_error_says (published, cases[i].says);
      assert_error_says (published, "--as-of");
    }
  assert_sql (home, "0", "select count(*) from pg_tables where schemaname = 'warehouse'");
  g_autoptr (Json) by_hand = load_text (home, "users-3.csv", "key,v\nann,a\n", "--as-of", "2026-01-05", NULL);
  assert_load (by_hand, "applied", "read=1 inserted=1 staged=1");
  assert_sql (home, "ann|a|2026-01-05 00:00:00+00|-|1", VERSIONS);
}

static void
test_by_hand (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"time_zone\": \"Europe/Oslo\"}");
  g_autoptr (Json) now = load_text (home, "users.csv", "key,v\nann,new\n", "--as-of", "now", NULL);
  assert_load (now, "applied", "read=1 inserted=1 staged=1");
  g_autoptr (Json) past = load_text (home, "users.csv", "key,v\nann,old\n", "--as-of", "2026-07-01", NULL);
  assert_load (past, "applied", "read=1 late=1 staged=1");
  g_autoptr (Json) before = load_text (home, "users.csv", "key,v\nann,first\n", "--as-of", "2026-01-01T00:00Z", NULL);
  assert_load (before, "applied", "read=1 late=1 staged=1");
  assert_sql (
      home, "first|2026-01-01 00:00:00+00|old|2026-06-30 22:00:00+00|new",
      "select concat_ws('|', min(v) filter (where version_number = 1), min(effective_start_date) filter (where version_number = 1),"
      " min(v) filter (where version_number = 2), min(effective_start_date) filter (where version_number = 2),"
      " min(v) filter (where is_current)) from warehouse.users");
  /* The same bytes, of another time, are no duplicate. */
  g_autoptr (Json) again = load_text (home, "users.csv", "key,v\nann,first\n", "--as-of", "2026-01-02", NULL);
  assert_load (again, "applied", "read=1 unchanged=1 staged=1");
  /* A load without a time is on top of all of them. */
  g_autoptr (Json) plain = load_text (home, "users.csv", "key,v\nann,last\n", NULL);
  assert_load (plain, "applied", "read=1 updated=1 deactivated=1 staged=1");

  home_write_file (home, "elsewhere/users.csv", "key,v\nann,x\n");
  g_autoptr (Outcome) no_time = expect_weir (home, 2, "load", "--as-of", "yesterday", "elsewhere/users.csv", NULL);
  assert_contains (no_time->err, "\"yesterday\" is no time");
  g_autoptr (Outcome) ahead = expect_weir (home, 1, "load", "--as-of", "2999-01-01", "elsewhere/users.csv", NULL);
  assert_contains (ahead->err, "which has not come yet");
  home_write_file (home, "elsewhere/nobody.csv", "key,v\nann,x\n");
  assert_weir (home, 2, "load", "--as-of", "now", "elsewhere/nobody.csv", NULL);
}

/* A file that is tried again is true since when it was first, and so are rows that come back. */
static void
test_what_comes_back_keeps_its_time (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    USERS ", \"effective\": \"file_name\","
                          " \"columns\": {\"v\": {\"type\": \"bigint\"}}, \"rejects\": {\"max_percent\": 60}}");
  load (home, "users_2026-01-03.csv", "key,v\nann,3\nbob,3\n", "applied", "read=2 inserted=2 staged=2");
  load (home, "users_2026-01-01.csv", "key,v\nann,1\nbob,x\n", "applied", "read=2 rejected=1 late=1 staged=1");
  /* The row of bob, mended. */
  g_autoptr (Outcome) rejects = expect_weir (home, 0, "rejects", "last", "--csv", NULL);
  g_auto (GStrv) parts = g_strsplit (rejects->out, "bob,x", 2);
  g_autofree char *mended = g_strjoinv ("bob,1", parts);
  load (home, "users_1.csv", mended, "applied", "read=1 late=1 staged=1");
  assert_sql (home, "1|2026-01-01 00:00:00+00|2026-01-03 00:00:00+00",
              "select v, effective_start_date, effective_end_date from warehouse.users where key = 'bob' and version_number = 1");
  /* Refused whole; the time was said by hand, and is not said again. */
  g_autoptr (Json) refused = load_text (home, "users.csv", "key,v\nann,x\n", "--as-of", "2026-01-02", NULL);
  assert_json (refused, "status", "failed");
  g_autofree char *run = json_at (refused, "run"),
                  *place = sql_scalar (home, "select place from weir.file where run_id = '%s'", run);
  home_write_file (home, place, "key,v\nann,2\n");
  assert_weir (home, 0, "retry", run, NULL);
  assert_sql (home, "1|2|3",
              "select string_agg(v::text, '|' order by effective_start_date) from warehouse.users where key = 'ann'");
  home->oracle = ORACLE_BY_HAND; /* the bytes were mended in place */
}

/* Whoever takes a file up whose process died knows what was said of it by hand. */
static void
test_what_was_said_survives_a_crash (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  home_drop (home, "users.csv", "key,v\nann,a\n");
  home_set_environment (home, "WEIR_FAULT", "kill:after-load");
  g_autoptr (Outcome) killed = run_weir (home, "load", "--as-of", "2026-01-02", "imports/users.csv", NULL);
  assert_int_equal (killed->code, 128 + SIGKILL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  assert_weir (home, 0, "watch", "--once", NULL);
  assert_sql (home, "ann|a|2026-01-02 00:00:00+00|-|1", VERSIONS);
}

static void
test_rows_with_times_of_their_own (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    USERS ", \"effective\": {\"column\": \"Changed At\"},"
                          " \"time_zone\": \"Europe/Oslo\", \"rejects\": {\"max_percent\": 100}}");
  /* Two rows of one key are two versions; of one instant the last line stands. */
  load (home, "users.csv",
        "key,v,Changed At\nann,a,2026-01-01 00:00:00\nann,c,2026-01-03 00:00:00\nann,b,2026-01-03 00:00:00\nbob,a,2026-01-01 "
        "12:00:00\n",
        "applied", "read=4 inserted=2 updated=1 deactivated=1 duplicate=1 staged=3");
  g_autoptr (Json) more = load_text (
      home, "users.csv",
      "key,v,Changed At\nann,x,2026-01-02 00:00:00\nbob,a,2026-01-05 00:00:00\ncid,c,2999-01-01 00:00:00\ndan,d,\n", NULL);
  assert_load (more, "applied", "read=4 rejected=2 late=1 unchanged=1 staged=2");
  assert_sql (home, "4|changed_at|future\n5|changed_at|null_required",
              "select line, column_name, reason from weir.reject r join weir.file f using (run_id) where f.state = 'applied' order "
              "by line");
  /* That bob was looked at on the fifth counts. */
  load (home, "users.csv", "key,v,Changed At\nbob,y,2026-01-04 00:00:00\n", "applied", "read=1 late=1 staged=1");
  assert_sql (home,
              "ann|a|2025-12-31 23:00:00+00|2026-01-01 23:00:00+00|1\nann|x|2026-01-01 23:00:00+00|2026-01-02 23:00:00+00|2\n"
              "ann|b|2026-01-02 23:00:00+00|-|3\nbob|a|2026-01-01 11:00:00+00|2026-01-03 23:00:00+00|1\n"
              "bob|y|2026-01-03 23:00:00+00|2026-01-04 23:00:00+00|2\nbob|a|2026-01-04 23:00:00+00|-|3",
              VERSIONS);
  /* Each version has the time that it begins at, also the one that a file said again. */
  assert_sql (home, "0",
              "select count(*) from warehouse.users where changed_at at time zone 'Europe/Oslo' <> effective_start_date");
  home->oracle = ORACLE_REPLAY;
}

/* Each row of a file is counted as what it is, also where another one of its key is something else. */
static void
test_rows_of_one_key (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": {\"column\": \"at\"}}");
  load (home, "users.csv", "key,v,at\nann,a,2026-01-01\nann,b,2026-01-05\n", "applied",
        "read=2 inserted=1 updated=1 deactivated=1 staged=2");
  load (home, "users.csv",
        "key,v,at\nann,x,2026-01-03\nann,c,2026-01-05\nann,d,2026-01-07\nann,d,2026-01-08\nbob,a,2026-01-01\nbob,b,2026-01-02\n",
        "applied", "read=6 late=1 corrected=1 updated=2 deactivated=2 unchanged=1 inserted=1 staged=6");
  assert_sql (home, "ann|a|x|c|d\nbob|a|b",
              "select key, string_agg(v, '|' order by version_number) from warehouse.users group by 1 order by 1");
}

/* What PostgreSQL's "at time zone" makes of an hour that there was not, or twice. */
static void
test_daylight_saving (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    USERS ", \"effective\": {\"column\": \"at\"},"
                          " \"time_zone\": \"Europe/Oslo\"}");
  load (home, "users.csv",
        "key,v,at\ngap,a,2026-03-29 02:30:00\ntwice,a,2026-10-25 02:30:00\nsummer,a,2026-07-01 00:00:00\nwinter,a,2026-01-01 "
        "00:00:00\n",
        "applied", "read=4 inserted=4 staged=4");
  assert_sql (home,
              "gap|a|2026-03-29 01:30:00+00|-|1\nsummer|a|2026-06-30 22:00:00+00|-|1\ntwice|a|2026-10-25 01:30:00+00|-|1\n"
              "winter|a|2025-12-31 23:00:00+00|-|1",
              VERSIONS);
}

static void
test_a_zone_that_nobody_knows (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    USERS ", \"effective\": \"file_name\","
                          " \"time_zone\": \"europe/oslo\"}");
  home_drop (home, "users_2026-01-01.csv", "key,v\nann,a\n");
  g_autoptr (Outcome) load = expect_weir (home, 2, "load", "imports/users_2026-01-01.csv", NULL);
  assert_contains (load->err, "\"europe/oslo\" is no time zone that the server knows");
  assert_contains (load->err, "Did you mean \"Europe/Oslo\"?");
  g_autoptr (Outcome) check = expect_weir (home, 1, "check", NULL);
  assert_contains (check->out, "is no time zone that the server knows");
}

static void
test_zones_that_the_server_knows (void **state)
{
  Home *home = *state;
  static const struct
  {
    const char *zone, *said; /* NULL: it is one */
  } cases[] = {
    { "Etc/GMT+1", NULL },           { "EST5EDT", NULL },          { "GMT", NULL },
    { "Asia/Tokyo", NULL },          { "UTC+1", "no time zone" },  { "<a>-3", "no time zone" },
    { "CEST", "no time zone" },      { "Europe", "no time zone" }, { "oslo", "Did you mean \"Europe/Oslo\"" },
    { "O'Slo\\\\", "no time zone" }, { " ", "no time zone" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *model = g_strdup_printf (USERS ", \"effective\": \"file_name\", \"time_zone\": \"%s\"}", cases[i].zone);
      home_write_model (home, "users", model);
      g_autoptr (Outcome) check = run_weir (home, "check", NULL);
      if (cases[i].said != NULL)
        assert_contains (check->out, cases[i].said);
      else
        assert_null (strstr (check->out, "no time zone"));
    }
}

static void
test_other_columns_cannot_say_when (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": {\"column\": \"at\"}}");
  g_autoptr (Json) words = load_text (home, "users.csv", "key,v,at\nann,a,01/02/2026\n", NULL);
  assert_load (words, "failed", "read=1 staged=1");
  assert_error_says (words, "column at is text");
  assert_error_says (words, "\\\"format\\\"");
  g_autoptr (Json) none = load_text (home, "users.csv", "key,v\nann,a\n", NULL);
  assert_json (none, "error.code", "missing_column");
  home_write_model (home, "users",
                    USERS ", \"effective\": {\"column\": \"at\"},"
                          " \"columns\": {\"at\": {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"}}}");
  load (home, "users.csv", "key,v,at\nann,a,01/02/2026\n", "applied", "read=1 inserted=1 staged=1");
  assert_sql (home, "ann|a|2026-02-01 00:00:00+00|-|1", VERSIONS);
}

static void
test_since_ever (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\", \"first\": \"always\"}");
  load (home, "users_2026-01-03.csv", "key,v\nann,c\n", "applied", "read=1 inserted=1 staged=1");
  load (home, "users_2026-01-05.csv", "key,v\nann,e\nbob,e\n", "applied", "read=2 updated=1 deactivated=1 inserted=1 staged=2");
  /* Since ever meant: since the third, and nobody knows of before. */
  load (home, "users_2026-01-01.csv", "key,v\nann,a\n", "applied", "read=1 late=1 staged=1");
  assert_sql (home,
              "ann|a|-infinity|2026-01-03 00:00:00+00|1\nann|c|2026-01-03 00:00:00+00|2026-01-05 00:00:00+00|2\n"
              "ann|e|2026-01-05 00:00:00+00|-|3\nbob|e|-infinity|-|1",
              VERSIONS);
}

static void
test_late_rows_refused (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\", \"late\": \"refuse\"}");
  load (home, "users_2026-01-01.csv", "key,v\nann,a\nbob,a\n", "applied", "read=2 inserted=2 staged=2");
  load (home, "users_2026-01-03.csv", "key,v\nann,a\nbob,b\n", "applied", "read=2 updated=1 deactivated=1 unchanged=1 staged=2");
  /* Ann's a was said again on the third: x is no news, though no version of hers is younger. That bob had an a is so. */
  load (home, "users_2026-01-02.csv", "key,v\nann,x\nbob,a\ncid,c\n", "applied",
        "read=3 rejected=1 unchanged=1 inserted=1 staged=2");
  assert_sql (home, "2|late|ann,x", "select line, reason, encode(original, 'escape') from weir.reject");
  assert_sql (home, "a", "select string_agg(v, '|') from warehouse.users where key = 'ann'");
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\"}");
  assert_weir (home, 0, "retry", "last", NULL);
  assert_sql (home, "a|x|a", "select string_agg(v, '|' order by version_number) from warehouse.users where key = 'ann'");
}

/* Two rows of one key that both are late, and say the same, are two rejects: neither is known by the other. */
static void
test_late_rows_of_one_key_refused (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": {\"column\": \"at\"}, \"late\": \"refuse\"}");
  load (home, "users.csv", "key,v,at\nann,a,2026-01-01\nann,c,2026-01-10\n", "applied",
        "read=2 inserted=1 updated=1 deactivated=1 staged=2");
  load (home, "users.csv", "key,v,at\nann,b,2026-01-03\nann,b,2026-01-05\nann,a,2026-01-06\n", "applied",
        "read=3 rejected=2 unchanged=1 staged=1");
  load (home, "users.csv", "key,v,at\nann,b,2026-01-10\nann,b,2026-01-12\n", "applied",
        "read=2 rejected=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "a|c|b", "select string_agg(v, '|' order by version_number) from warehouse.users");
}

/* Full exports, the newest first: each entity of each is looked at, and none of them through all of the others. */
static void
test_exports_backwards (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\"}");
  for (int day = 3; day > 0; day--)
    {
      GString *text = g_string_new ("key,v\n");
      for (int key = 0; key < 8000; key++)
        g_string_append_printf (text, "k%d,%d\n", key, key % 10 == 0 ? day : 0);
      g_autofree char *name = g_strdup_printf ("users_2026-01-0%d.csv", day);
      load (home, name, text->str, "applied", day == 3 ? "read=8000 inserted=8000 staged=8000" : "read=8000 late=8000 staged=8000");
      g_string_free (text, TRUE);
    }
  assert_sql (home, "9600|8000", "select count(*), count(*) filter (where is_current) from warehouse.users");
}

static void
test_late_files_applied_as_they_come (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\", \"late\": \"apply\"}");
  load (home, "users_2026-01-01.csv", "key,v\nann,a\n", "applied", "read=1 inserted=1 staged=1");
  load (home, "users_2026-01-03.csv", "key,v\nann,c\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  g_autoptr (Json) late = load_text (home, "users_2026-01-02.csv", "key,v\nann,b\n", NULL);
  assert_load (late, "applied", "read=1 updated=1 deactivated=1 staged=1");
  g_autofree char *notes = json_at (late, "notes");
  assert_contains (notes, "counts from now");
  assert_sql (home, "a|c|b", "select string_agg(v, '|' order by version_number) from warehouse.users");
  assert_sql (home, "t", "select now() - effective_start_date < interval '1 hour' from warehouse.users where is_current");
}

static void
test_by_the_files_time (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"mtime\"}");
  static const int64_t seconds[] = { 1767225600, 1767398400, 1767312000, 4102444800 }; /* 1, 3 and 2 January 2026; 2100 */
  for (size_t i = 0; i < G_N_ELEMENTS (seconds); i++)
    {
      g_autofree char *text = g_strdup_printf ("key,v\nann,%zu\n", i);
      home_write_file (home, "elsewhere/users.csv", text);
      g_autofree char *path = home_path (home, "elsewhere/users.csv");
      const struct timespec times[] = { { .tv_sec = seconds[i], .tv_nsec = 123456789 },
                                        { .tv_sec = seconds[i], .tv_nsec = 123456789 } };
      assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
      assert_weir (home, 0, "load", "elsewhere/users.csv", NULL);
    }
  assert_sql (home, "0|2|1|3", "select string_agg(v::text, '|' order by effective_start_date) from warehouse.users");
  assert_sql (home, "2026-01-02 00:00:00.123456+00", "select effective_start_date from warehouse.users where version_number = 2");
  /* What is ahead of the clock counts from now. */
  assert_sql (home, "t",
              "select abs(extract(epoch from now() - effective_start_date)) < 600 from warehouse.users where is_current");
}

/* A late row has of a column that its file lacks what held then, and what it says of a column that it brings first holds on in versions whose
 * files lack it. */
static void
test_other_columns (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\"}");
  load (home, "users_2026-01-01.csv", "key,v,city\nann,a,Oslo\n", "applied", "read=1 inserted=1 staged=1");
  load (home, "users_2026-01-05.csv", "key,v,city\nann,e,Rome\n", "applied", "read=1 updated=1 deactivated=1 staged=1");
  load (home, "users_2026-01-03.csv", "key,v\nann,c\n", "applied", "read=1 late=1 staged=1");
  load (home, "users_2026-01-02.csv", "key,v,city,zip\nann,a,Oslo,1\n", "applied", "read=1 unchanged=1 staged=1");
  assert_sql (home, "a|Oslo|1\nc|Oslo|1\ne|Rome|1", "select v, city, zip from warehouse.users order by effective_start_date");
}

static void
test_what_is_not_known_is_said (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load (home, "users_2026-01-02.csv", "key,v\nann,a\n", "applied", "read=1 inserted=1 staged=1");
  g_autoptr (Json) undated = load_text (home, "users_2026-01-01.csv", "key,v\nann,a\n", "--force", NULL);
  assert_json (undated, "status", "applied");
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\"}");
  g_autoptr (Json) late = load_text (home, "users_2026-01-03.csv", "key,v\nann,b\n", NULL);
  assert_load (late, "applied", "read=1 late=1 staged=1");
  g_autofree char *notes = json_at (late, "notes");
  assert_contains (notes, "2 files applied since said again is not known");
}

/* Of a key the row stays that is true since later; what its file says is since when, and not when it came. */
static void
test_facts (void **state)
{
  static const char by_name[] =
      "{\"table\": \"users\", \"kind\": \"fact\", \"business_key\": [\"key\"], \"effective\": \"file_name\"%s}";
  Home *home = *state;
  g_autofree char *model = g_strdup_printf (by_name, ""), *refuses = g_strdup_printf (by_name, ", \"late\": \"refuse\"");
  home_write_model (home, "users", model);
  load (home, "users_2026-01-01.csv", "key,v\nann,a\nbob,a\n", "applied", "read=2 inserted=2 staged=2");
  load (home, "users_2026-01-03.csv", "key,v\nann,a\nbob,c\n", "applied", "read=2 updated=1 unchanged=1 staged=2");
  load (home, "users_2026-01-02.csv", "key,v\nann,b\nbob,b\ncid,b\n", "applied", "read=3 late=2 inserted=1 staged=3");
  load (home, "users_2026-01-03 (1).csv", "key,v\nann,d\n", "applied", "read=1 corrected=1 staged=1");
  assert_sql (home, "ann|d\nbob|c\ncid|b", "select key, v from warehouse.users order by key");
  assert_sql (home, "t", "select bool_and(now() - created_at < interval '1 hour') from warehouse.users");
  home_write_model (home, "users", refuses);
  load (home, "users_2026-01-02 (1).csv", "key,v\nann,e\ncid,b\ndan,e\n", "applied",
        "read=3 rejected=1 unchanged=1 inserted=1 staged=2");
  assert_sql (home, "late", "select reason from weir.reject");
  assert_sql (home, "d", "select v from warehouse.users where key = 'ann'");
}

/* A row that came before files had a time is true since it came, whatever dated files had its key in the meantime. */
static void
test_facts_from_before (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"fact\", \"business_key\": [\"key\"]}");
  load (home, "users.csv", "key,v\nann,now\n", "applied", "read=1 inserted=1 staged=1");
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"fact\", \"business_key\": [\"key\"], \"effective\": \"file_name\"}");
  load (home, "users_2026-01-10.csv", "key,v\nann,b\n", "applied", "read=1 late=1 staged=1");
  load (home, "users_2026-01-15.csv", "key,v\nann,c\n", "applied", "read=1 late=1 staged=1");
  assert_sql (home, "now", "select v from warehouse.users");
}

static void
test_facts_with_times_of_their_own (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    "{\"table\": \"users\", \"kind\": \"fact\", \"business_key\": [\"key\"], \"effective\": {\"column\": \"at\"}}");
  /* Of two rows of one key the later one stands, and not the last line. */
  load (home, "users.csv", "key,v,at\nann,b,2026-01-02\nann,a,2026-01-01\nbob,a,2026-01-01\n", "applied",
        "read=3 inserted=2 duplicate=1 staged=2");
  load (home, "users.csv", "key,v,at\nann,x,2026-01-01\nbob,b,2026-01-02\n", "applied", "read=2 late=1 updated=1 staged=2");
  load (home, "users.csv", "key,v,at\nann,c,2026-01-02\n", "applied", "read=1 corrected=1 staged=1");
  assert_sql (home, "ann|c|2026-01-02\nbob|b|2026-01-02", "select key, v, at from warehouse.users order by key");
}

/* What was closed stays closed, and what comes late ends there. */
static void
test_a_gap (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\"}");
  load (home, "users_2026-01-01.csv", "key,v\nann,a\n", "applied", "read=1 inserted=1 staged=1");
  sql_run_text (home, "update warehouse.users set is_current = false, effective_end_date = '2026-01-05', closed_by = opened_by");
  load (home, "users_2026-01-10.csv", "key,v\nann,b\n", "applied", "read=1 inserted=1 staged=1");
  load (home, "users_2026-01-03.csv", "key,v\nann,x\n", "applied", "read=1 late=1 staged=1");
  load (home, "users_2026-01-07.csv", "key,v\nann,y\n", "applied", "read=1 late=1 staged=1");
  assert_sql (home,
              "ann|a|2026-01-01 00:00:00+00|2026-01-03 00:00:00+00|1\nann|x|2026-01-03 00:00:00+00|2026-01-05 00:00:00+00|2\n"
              "ann|y|2026-01-07 00:00:00+00|2026-01-10 00:00:00+00|3\nann|b|2026-01-10 00:00:00+00|-|4",
              VERSIONS);
  home->oracle = ORACLE_BY_HAND;
}

/* Without "effective" a file that comes late is applied as it comes, and told what would place it. */
static void
test_what_a_model_could_say (void **state)
{
  Home *home = *state;
  static const char *const names[] = { "users_2026-01-01.csv", "users.csv" }, *const says[] = {
    "\\\"effective\\\": \\\"file_name\\\"", "\\\"effective\\\": \\\"mtime\\\""
  };
  home_write_model (home, "users", USERS "}");
  load (home, "users_9.csv", "key,v\nann,a\n", "applied", "read=1 inserted=1 staged=1");
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strconcat ("elsewhere/", names[i], NULL), *path = home_path (home, name);
      g_autofree char *text = g_strdup_printf ("key,v\nann,%zu\n", i);
      home_write_file (home, name, text);
      const struct timespec times[] = { { .tv_sec = 1700000000 }, { .tv_sec = 1700000000 } };
      assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
      g_autoptr (Outcome) outcome = expect_weir (home, 0, "load", "--json", name, NULL);
      assert_contains (outcome->out, says[i]);
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_every_order_gives_the_same),
    TEST (test_a_late_file_finds_its_place),
    TEST (test_corrections),
    TEST (test_the_same_export_of_another_day),
    TEST (test_a_name_without_a_date),
    TEST (test_by_hand),
    TEST (test_what_comes_back_keeps_its_time),
    TEST (test_what_was_said_survives_a_crash),
    TEST (test_rows_with_times_of_their_own),
    TEST (test_rows_of_one_key),
    TEST (test_daylight_saving),
    TEST (test_a_zone_that_nobody_knows),
    TEST (test_zones_that_the_server_knows),
    TEST (test_other_columns_cannot_say_when),
    TEST (test_since_ever),
    TEST (test_late_rows_refused),
    TEST (test_late_rows_of_one_key_refused),
    TEST (test_exports_backwards),
    TEST (test_facts_from_before),
    TEST (test_late_files_applied_as_they_come),
    TEST (test_by_the_files_time),
    TEST (test_other_columns),
    TEST (test_what_is_not_known_is_said),
    TEST (test_facts),
    TEST (test_facts_with_times_of_their_own),
    TEST (test_a_gap),
    TEST (test_what_a_model_could_say),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
