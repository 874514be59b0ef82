/* Files of one table that have different columns, in whatever order they come: a file says nothing of a column that it lacks, and what was
 * said of it lives on. A naive model, a list of what was said of each column of each key, tells what the versions are.
 *
 * WEIR_TEST_LONG=1 tries many more streams; WEIR_STREAM=N begins with that one. */
#include "tests/support/effort.h"
#include "tests/support/in_process.h"
#include "tests/support/oracle.h"
#include "tests/support/rebuilt.h"

#include <stdio.h>
#include <string.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"key\"]"
#define DATED ", \"effective\": \"file_name\"}"

/* ---- the naive model ---- */

enum
{
  KEYS = 12,
  DAYS = 9,
  COLUMNS = 3,
  FILES = 8,
};

static const char *const columns[COLUMNS] = { "v", "w", "x" };

typedef struct
{
  bool by_row, always, closes, again, fact;
  bool current;  /* x: what holds now is in every version, beside what held then */
  bool newest;   /* x: its newest value is in every version */
  bool earliest; /* x: its first one is */
} Mode;

/* What was said of a key on a day; a column's value NULL: nothing. */
typedef struct
{
  bool said, gone;
  const char *value[COLUMNS];
} Word;

typedef struct
{
  Word words[KEYS][DAYS];
} Naive;

/* Of what was said of a day already the same columns are corrected. */
static void
naive_say (Word *word, const char *const values[COLUMNS])
{
  if (word->gone)
    *word = (Word) { 0 };
  word->said = true;
  for (int c = 0; c < COLUMNS; c++)
    word->value[c] = values[c] != NULL ? values[c] : word->value[c];
}

typedef struct
{
  const char *value[COLUMNS];
  int from, to; /* to 0: it holds */
  char changed[16];
} Version;

static const char *
shown (const char *value)
{
  return value == NULL || value[0] == '\0' ? "-" : value;
}

static bool
decides (const Mode *mode, int column)
{
  return column != 2 || (!mode->newest && !mode->earliest);
}

static void
write_changed (const Mode *mode, const Version *before, const Version *version, char *ret_changed)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (int c = 0; c < COLUMNS; c++)
    if (decides (mode, c) && strcmp (shown (before->value[c]), shown (version->value[c])) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "", columns[c]);
  g_snprintf (ret_changed, sizeof version->changed, "{%s}", text->str);
}

/* What was never said of a key is no other value than what is said of it first: that is so in the whole version. */
static int
naive_fold (const Naive *naive, const Mode *mode, int key, Version *versions)
{
  int n = 0;
  bool holds = false;
  const char *state[COLUMNS] = { NULL }, *first = NULL;
  for (int day = 0; day < DAYS; day++)
    {
      const Word *word = &naive->words[key][day];
      bool opens = word->said && !holds;
      if (word->gone && holds)
        versions[n - 1].to = day + 1, holds = false;
      if (!word->said)
        continue;
      for (int c = 0; c < COLUMNS; c++)
        {
          const char *value = word->value[c];
          opens = opens || (decides (mode, c) && value != NULL && state[c] != NULL && strcmp (value, state[c]) != 0);
          state[c] = value != NULL ? value : state[c];
        }
      first = first != NULL ? first : state[2];
      if (opens && holds)
        versions[n - 1].to = day + 1;
      if (opens)
        {
          versions[n] = (Version) { .from = day + 1, .changed = "-" };
          memcpy (versions[n].value, state, sizeof state);
          if (n > 0)
            write_changed (mode, &versions[n - 1], &versions[n], versions[n].changed);
          n++;
        }
      holds = true;
      memcpy (versions[n - 1].value, state, sizeof state);
    }
  for (int i = 0; i < n && (mode->newest || mode->earliest); i++)
    versions[i].value[2] = mode->newest ? state[2] : first;
  return n;
}

/* key|values|from|to|number|what changed, and the newest value, of each version. */
static char *
naive_text (const Naive *naive, const Mode *mode)
{
  GString *text = g_string_new (NULL);
  for (int key = 0; key < KEYS; key++)
    {
      Version versions[DAYS];
      int n = naive_fold (naive, mode, key, versions);
      for (int i = 0; i < n; i++)
        {
          const Version *version = &versions[i];
          g_string_append_printf (text, "k%02d|%s/%s/%s|", key, shown (version->value[0]), shown (version->value[1]),
                                  shown (version->value[2]));
          if (i == 0 && mode->always)
            g_string_append (text, "ever|");
          else
            g_string_append_printf (text, "%d|", version->from);
          if (version->to == 0)
            g_string_append_printf (text, "-|%d|%s", i + 1, version->changed);
          else
            g_string_append_printf (text, "%d|%d|%s", version->to, i + 1, version->changed);
          g_string_append_printf (text, "%s%s\n", mode->current ? "|" : "", mode->current ? shown (versions[n - 1].value[2]) : "");
        }
    }
  return g_string_free (text, FALSE);
}

/* key|values of each row of a fact: what was said of each column last. */
static char *
naive_rows (const Naive *naive)
{
  GString *text = g_string_new (NULL);
  for (int key = 0; key < KEYS; key++)
    {
      const char *state[COLUMNS] = { NULL };
      bool any = false;
      for (int day = 0; day < DAYS; day++)
        for (int c = 0; naive->words[key][day].said && c < COLUMNS; c++)
          {
            const char *value = naive->words[key][day].value[c];
            any = true;
            state[c] = value != NULL ? value : state[c];
          }
      if (any)
        g_string_append_printf (text, "k%02d|%s/%s/%s\n", key, shown (state[0]), shown (state[1]), shown (state[2]));
    }
  return g_string_free (text, FALSE);
}

/* The same of a table. A column that no file has had is not there. */
static char *
versions_text (Home *home, const Mode *mode, const char *table)
{
  g_autoptr (GString) values = g_string_new (NULL);
  for (int c = 0; c < COLUMNS; c++)
    g_string_append_printf (values, "%scoalesce(nullif(to_jsonb(t) ->> '%s', ''), '-')", c > 0 ? ", " : "", columns[c]);
  if (mode->fact)
    {
      g_autofree char *facts =
          sql_text_rows (home, "select key, concat_ws('/', %s) from warehouse.%s t order by key", values->str, table);
      return *facts == '\0' ? g_strdup ("") : g_strconcat (facts, "\n", NULL);
    }
  g_autofree char *rows = sql_text_rows (
      home,
      "select key, concat_ws('/', %s), case when effective_start_date = '-infinity' then 'ever'"
      " else extract(day from effective_start_date)::int::text end,"
      " extract(day from effective_end_date)::int, version_number,"
      " case when changed is not null then array(select unnest(changed) order by 1) end%s from warehouse.%s t order by key, "
      "effective_start_date",
      values->str, mode->current ? ", coalesce(nullif(to_jsonb(t) ->> 'x_current', ''), '-')" : "", table);
  return *rows == '\0' ? g_strdup ("") : g_strconcat (rows, "\n", NULL);
}

/* ---- streams ---- */

/* A file: of each of its days (one, but where rows have their own) what is said of whom. */
typedef struct
{
  int day;
  bool has[COLUMNS], keys[KEYS];
  GString *text;
  struct
  {
    int key, day;
    const char *value[COLUMNS];
  } rows[KEYS * 2];
  int n_rows;
} File;

static void
file_say (GRand *random, const Mode *mode, File *file, int key, int day)
{
  static const char *const words[] = { "a", "b", "a", "" };
  int n = file->n_rows++;
  file->rows[n].key = key;
  file->rows[n].day = day;
  file->keys[key] = true;
  g_string_append_printf (file->text, "k%02d", key);
  for (int c = 0; c < COLUMNS; c++)
    if (file->has[c])
      {
        file->rows[n].value[c] = words[g_rand_int_range (random, 0, G_N_ELEMENTS (words))];
        g_string_append_printf (file->text, ",%s", file->rows[n].value[c]);
      }
  if (mode->by_row)
    g_string_append_printf (file->text, ",2026-01-%02d", day + 1);
  g_string_append_c (file->text, '\n');
}

static void
make_file (GRand *random, const Mode *mode, File *file, int number, bool taken[KEYS][DAYS])
{
  file->day = mode->again ? g_rand_int_range (random, 0, DAYS) : number;
  file->text = g_string_new ("key");
  for (int c = 0; c < COLUMNS; c++)
    if ((file->has[c] = g_rand_int_range (random, 0, 5) > (c == 2 ? 2 : 1)))
      g_string_append_printf (file->text, ",%s", columns[c]);
  g_string_append (file->text, mode->by_row ? ",at\n" : "\n");
  for (int key = 0; key < KEYS; key++)
    for (int times = mode->by_row ? g_rand_int_range (random, 0, 3) : g_rand_int_range (random, 0, 3) > 0; times > 0; times--)
      {
        int day = mode->by_row ? g_rand_int_range (random, 0, DAYS) : file->day;
        bool of_this_file = false;
        for (int n = 0; n < file->n_rows; n++)
          of_this_file |= file->rows[n].key == key && file->rows[n].day == day;
        if (of_this_file || (!mode->again && taken[key][day]))
          continue;
        taken[key][day] = true;
        file_say (random, mode, file, key, day);
      }
}

static void
write_model (Home *home, const Mode *mode, const char *table)
{
  static const char format[] =
      "{\"table\": \"%s\", \"kind\": \"%s\", \"business_key\": [\"key\"], \"effective\": %s%s%s,"
      " \"columns\": {\"v\": {\"type\": \"text\"}, \"w\": {\"type\": \"text\"}, \"x\": {\"type\": \"text\"%s}}}";
  const char *rule = mode->current    ? ", \"scd\": 6"
                     : mode->newest   ? ", \"scd\": 1, \"all_versions\": true"
                     : mode->earliest ? ", \"scd\": 0"
                                      : "";
  g_autofree char *text = g_strdup_printf (
      format, table, mode->fact ? "fact" : "dimension", mode->by_row ? "{\"column\": \"at\"}" : "\"file_name\"",
      mode->always ? ", \"first\": \"always\"" : "",
      mode->closes ? ", \"absent\": \"close\", \"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}" : "", rule);
  home_write_model (home, table, text);
}

static void
say_all (Naive *naive, const Mode *mode, const File *file)
{
  for (int n = 0; n < file->n_rows; n++)
    naive_say (&naive->words[file->rows[n].key][file->rows[n].day], file->rows[n].value);
  for (int key = 0; key < KEYS && mode->closes; key++)
    if (!file->keys[key])
      naive->words[key][file->day] = (Word) { .gone = true };
}

/* Loads the files in an order, as a table of its own, and compares its versions with what the naive model has by the same order. */
static void
try_order (Home *home, Loader *loader, const Mode *mode, const File *files, const int *order, const char *table)
{
  g_autofree Naive *naive = g_new0 (Naive, 1);
  g_autoptr (GString) transcript = g_string_new (NULL);
  g_autofree char *model_name = g_strdup_printf ("models/%s.json", table);
  write_model (home, mode, table);
  for (int i = 0; i < FILES; i++)
    {
      const File *file = &files[order[i]];
      g_autofree char *name = g_strdup_printf ("elsewhere/%s_2026-01-%02d-%d.csv", table, file->day + 1, i);
      g_auto (LoadEnd) end = { 0 };
      if (file->n_rows == 0)
        continue;
      load_in_process (home, loader, table, name, file->text->str, &end);
      g_string_append_printf (transcript, "--- day %d\n%s", file->day + 1, file->text->str);
      say_all (naive, mode, file);
    }
  g_autofree char *expected = mode->fact ? naive_rows (naive) : naive_text (naive, mode),
                  *found = versions_text (home, mode, table);
  if (strcmp (expected, found) != 0)
    {
      /* fail_msg would cut it */
      fprintf (stderr, "%s\n-- expected:\n%s\n-- found:\n%s\n", transcript->str, expected, found);
      fail_msg ("other versions of %s", table);
    }
  g_autofree char *other = rebuilt_difference (loader, table);
  if (other != NULL)
    {
      fprintf (stderr, "%s\n%s\n", transcript->str, other);
      fail_msg ("%s is not what its files give", table);
    }
  home_remove_file (home, model_name); /* the more models, the longer it takes to read them */
}

static void
try_stream (Home *home, Loader *loader, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  Mode mode = { .by_row = seed % 3 == 1, .always = seed % 4 == 1, .again = seed % 5 == 4 };
  mode.closes = !mode.by_row && !mode.again && seed % 7 == 2;
  mode.current = seed % 4 == 2;
  mode.newest = seed % 8 == 3;
  mode.earliest = seed % 8 == 7;
  if (seed % 8 == 4)
    mode = (Mode) { .by_row = seed % 3 == 1, .again = mode.again, .fact = true };
  File files[FILES] = { 0 };
  bool taken[KEYS][DAYS] = { { false } };
  for (int f = 0; f < FILES; f++)
    make_file (random, &mode, &files[f], f, taken);
  for (int o = 0; o < effort (2, 3); o++)
    {
      int order[FILES];
      g_autofree char *table = g_strdup_printf ("p%u_%d", seed, o);
      shuffle (o == 0 ? NULL : random, order, FILES);
      try_order (home, loader, &mode, files, order, table);
    }
  for (int f = 0; f < FILES; f++)
    g_string_free (files[f].text, TRUE);
}

static void
test_every_order_gives_the_same (void **state)
{
  try_streams (*state, try_stream, 8, 400);
}

/* ---- one thing at a time ---- */

#define VERSIONS                                                                                                                   \
  "select concat_ws('|', plan, coalesce(city, '-'), extract(day from effective_start_date), opened_by = (select run_id from "      \
  "weir.file f where f.effective_on = effective_start_date and table_name = 'users' and state = 'applied' limit 1))"               \
  " from warehouse.users order by version_number"

static void
load (Home *home, const char *name, const char *text, const char *counts)
{
  g_autoptr (Json) published = load_text (home, name, text, NULL);
  assert_load (published, "applied", counts);
}

/* The city of the first holds up to the fourth, past the third, of which plan is known. */
static void
load_four (Home *home, const char *more)
{
  g_autofree char *model = g_strconcat (USERS ", \"effective\": \"file_name\"", more, "}", NULL);
  home_write_model (home, "users", model);
  load (home, "users_2026-01-01.csv", "key,plan,city\nann,basic,Oslo\n", "read=1 inserted=1 staged=1");
  load (home, "users_2026-01-03.csv", "key,plan\nann,pro\n", "read=1 updated=1 deactivated=1 staged=1");
  load (home, "users_2026-01-04.csv", "key,plan,city\nann,pro,Oslo\n", "read=1 unchanged=1 staged=1");
}

/* What a file only said again ends it as well. A version that carries a value on stays its own file's. */
static void
test_carried_on (void **state)
{
  Home *home = *state;
  load_four (home, "");
  load (home, "users_2026-01-02.csv", "key,city\nann,Bonn\n", "read=1 late=1 staged=1");
  assert_sql (home, "basic|Oslo|1|t\nbasic|Bonn|2|t\npro|Bonn|3|t\npro|Oslo|4|f", VERSIONS);
  assert_weir (home, 0, "undo", "users_2026-01-02.csv", "--yes", NULL);
  assert_sql (home, "basic|Oslo|1|t\npro|Oslo|3|t", VERSIONS);
  assert_weir (home, 0, "retry", "users_2026-01-02.csv", NULL);
  assert_sql (home, "basic|Oslo|1|t\nbasic|Bonn|2|t\npro|Bonn|3|t\npro|Oslo|4|f", VERSIONS);
}

/* What is kept of a column goes by its place in a list, and so has its new name. */
static void
test_a_new_name (void **state)
{
  Home *home = *state;
  load_four (home, "");
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\", \"columns\": {\"town\": {\"from\": [\"city\"]}}}");
  load (home, "users_2026-01-02.csv", "key,town\nann,Bonn\n", "read=1 late=1 staged=1");
  assert_sql (home, "Oslo|Bonn|Bonn|Oslo", "select string_agg(town, '|' order by version_number) from warehouse.users");
  assert_sql (home, "town",
              "select string_agg(p ->> 'column', ',') from weir.table, jsonb_array_elements(partial) p where p ->> 'before' = "
              "'true' and p ->> 'column' <> 'plan'");
}

static void
test_a_new_secret (void **state)
{
  Home *home = *state;
  load_four (home, "");
  assert_weir (home, 0, "key", "rotate", "--yes", NULL);
  load (home, "users_2026-01-02.csv", "key,city\nann,Bonn\n", "read=1 late=1 staged=1");
  assert_sql (home, "Oslo|Bonn|Bonn|Oslo", "select string_agg(city, '|' order by version_number) from warehouse.users");
}

/* What filled a version is known of before, too: an earlier row that says otherwise would change that. */
static void
test_refused (void **state)
{
  Home *home = *state;
  load_four (home, ", \"late\": \"refuse\", \"rejects\": {\"max_percent\": 100}");
  load (home, "users_2026-01-06.csv", "key,seats\nann,6\n", "read=1 unchanged=1 staged=1");
  load (home, "users_2026-01-05.csv", "key,seats\nann,5\n", "read=1 rejected=1");
  load (home, "users_2026-01-02.csv", "key,city\nann,Bonn\n", "read=1 rejected=1");
  assert_sql (home, "late,late", "select string_agg(reason, ',') from weir.reject");
  assert_sql (home, "6", "select string_agg(seats::text, '|') from warehouse.users where version_number = 2");
  load (home, "users_2026-01-05 (1).csv", "key,seats\nann,6\n", "read=1 unchanged=1 staged=1");
}

/* Whoever was seen first in a file that lacks a column has what the next one says of it since then; who was seen with an empty one, since now. */
static void
test_first_said (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS DATED);
  load (home, "users_2026-01-01.csv", "key,plan,city\nann,basic,\n", "read=1 inserted=1 staged=1");
  load (home, "users_2026-01-02.csv", "key,plan\nann,basic\nbob,basic\n", "read=2 inserted=1 unchanged=1 staged=2");
  load (home, "users_2026-01-03.csv", "key,plan,city\nann,basic,Oslo\nbob,basic,Oslo\n",
        "read=2 updated=1 deactivated=1 unchanged=1 staged=2");
  assert_sql (home, "ann|-|1\nann|Oslo|3\nbob|Oslo|2",
              "select key, city, extract(day from effective_start_date) from warehouse.users order by key, version_number");
}

/* A full export that is loaded again unsays what the one before said of that instant: but not which columns its rows had, or lacked. */
static void
test_an_export_made_again (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    USERS ", \"effective\": \"file_name\", \"absent\": \"close\","
                          " \"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}}");
  load (home, "users_2026-01-01.csv", "key,plan,city\nann,basic,Oslo\n", "read=1 inserted=1 staged=1");
  load (home, "users_2026-01-02.csv", "key,plan\nbob,basic\n", "read=1 inserted=1 deactivated=1 absent=1 staged=1");
  load (home, "users_2026-01-02.csv", "key,plan\nbob,basic\nann,basic\n", "read=2 unchanged=1 corrected=1 staged=2");
  load (home, "users_2026-01-03.csv", "key,plan,city\nbob,basic,Rome\nann,basic,Oslo\n", "read=2 unchanged=2 staged=2");
  assert_sql (home, "ann|Oslo|1\nbob|Rome|2",
              "select key, city, extract(day from effective_start_date) from warehouse.users order by key, version_number");
}

/* Of what an older weir has loaded only the versions are known: also where the late file has all columns, or corrects. */
static void
test_an_older_weir (void **state)
{
  static const struct
  {
    const char *name, *text, *ends, *after, *rebuilt;
  } cases[] = {
    { "users_2026-01-02.csv", "key,city\nann,Bonn\n", "read=1 late=1 staged=1", "Oslo|Bonn|Oslo", "Oslo|Bonn|Bonn|Oslo" },
    { "users_2026-01-02.csv", "key,plan,city\nann,basic,Bonn\n", "read=1 late=1 staged=1", "Oslo|Bonn|Oslo",
      "Oslo|Bonn|Bonn|Oslo" },
    { "users_2026-01-01-2.csv", "key,plan,city\nann,basic,Bonn\n", "read=1 corrected=1 staged=1", "Bonn|Oslo", "Bonn|Bonn|Oslo" },
  };
  Home *home = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      load_four (home, "");
      sql_run_text (home, "update weir.table set partial = '[]', partial_whole = false");
      sql_run_text (home, "delete from weir.observed");
      g_autoptr (Json) late = load_text (home, cases[i].name, cases[i].text, NULL);
      assert_load (late, "applied", cases[i].ends);
      g_autofree char *notes = json_at (late, "notes");
      assert_contains (notes, "which columns the files had that an older weir has loaded is not known");
      assert_sql (home, cases[i].after, "select string_agg(city, '|' order by version_number) from warehouse.users");
      assert_weir (home, 0, "rebuild", "users", "--write", NULL);
      assert_sql (home, cases[i].rebuilt, "select string_agg(city, '|' order by version_number) from warehouse.users");
      assert_weir (home, 0, "drop", "users", "--yes", "--ledger", NULL);
    }
}

static void
test_facts (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"fact\", \"business_key\": [\"key\"]" DATED);
  load (home, "users_2026-01-03.csv", "key,plan\nann,pro\n", "read=1 inserted=1 staged=1");
  load (home, "users_2026-01-02.csv", "key,plan,city\nann,basic,Rome\n", "read=1 late=1 staged=1");
  load (home, "users_2026-01-01.csv", "key,plan,city\nann,basic,Oslo\n", "read=1 late=1 staged=1");
  assert_sql (home, "pro|Rome", "select plan, city from warehouse.users");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_every_order_gives_the_same),
    TEST (test_carried_on),
    TEST (test_a_new_name),
    TEST (test_a_new_secret),
    TEST (test_refused),
    TEST (test_first_said),
    TEST (test_an_export_made_again),
    TEST (test_an_older_weir),
    TEST (test_facts),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
