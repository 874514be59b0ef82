/* Keys that files say are gone, in any order: a naive model, what was said of each key on each day, tells what the versions are.
 *
 * WEIR_TEST_LONG=1 tries many more streams; WEIR_STREAM=N begins with that one. */
#include "tests/support/effort.h"
#include "tests/support/in_process.h"
#include "tests/support/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DELETED "\"deleted\": {\"column\": \"op\", \"values\": [\"D\", \"x\"]}"
#define UNGUARDED "\"guard\": {\"close_percent\": 100, \"shrink_percent\": 0}"

#define KEYS 30
#define DAYS 9

/* What was said of each key of each day: a value, that it is gone, or nothing. Of one day the last one is right. "there" is what an export of that
 * day says whose rows have times of their own: FIRST_VALUE, it had the key; GONE, it lacked it. */
enum
{
  NOTHING,
  GONE,
  FIRST_VALUE,
};

typedef struct
{
  int said[KEYS][DAYS], there[KEYS][DAYS];
  bool covers[DAYS][2]; /* a file of that day is complete within the value of a column, which is 0 or 1 */
  bool unknown[KEYS][DAYS];
} Naive;

/* What the column is of a value. */
static int
column_of (int value)
{
  return (value - FIRST_VALUE) / 2;
}

/* What holds from that day on. Whoever was seen first by a later export was not lacking in this one. */
static int
naive_after (const Naive *naive, int key, int day, int holds)
{
  int last = GONE, first = 0;
  if (naive->said[key][day] != NOTHING)
    return naive->said[key][day];
  if (holds != GONE && naive->covers[day][column_of (holds) % 2] && !naive->unknown[key][day])
    return GONE;
  for (int before = 0; before < day; before++)
    if (naive->said[key][before] >= FIRST_VALUE)
      last = naive->said[key][before];
  while (first < DAYS && naive->there[key][first] != FIRST_VALUE)
    first++;
  if (naive->there[key][day] == GONE)
    return first < day ? GONE : holds;
  return naive->there[key][day] != NOTHING && holds == GONE ? last : holds;
}

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
          int said = naive_after (naive, key, day, holds);
          if (said == holds)
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

typedef struct
{
  bool by_row, always;
  bool exports; /* by_row: each file is a full export */
  bool within;  /* each file is complete within its values of a column */
} Mode;

/* The same of a table. */
static char *
versions_text (Home *home, const char *table, const Mode *mode)
{
  g_autofree char *rows = sql_text_rows (
      home,
      "select key, %s, case when effective_start_date = '-infinity' then 'ever' else extract(day from "
      "effective_start_date)::int::text end,"
      " extract(day from effective_end_date)::int, version_number from warehouse.%s order by key, effective_start_date",
      mode->within ? "v + 2 * d" : "v", table);
  return *rows == '\0' ? g_strdup ("") : g_strconcat (rows, "\n", NULL);
}

/* ---- streams ---- */

typedef struct
{
  int day;
  bool whole;  /* a full export */
  int columns; /* the column is 0, 1 or, 2, either of them */
  GString *rows;
  int said[KEYS][DAYS]; /* NOTHING of a key that an export lacks */
  bool rejected[KEYS];
  bool had[KEYS]; /* a row that holds */
} File;

static void
file_say (File *file, const Mode *mode, int key, int day, int said)
{
  int column = mode->within && said != GONE ? column_of (said) : 0;
  file->said[key][day] = said;
  g_string_append_printf (file->rows, said == GONE ? "k%02d,,D" : "k%02d,%d,", key, said - 2 * column);
  if (mode->within)
    g_string_append_printf (file->rows, said == GONE ? "," : ",%d", column);
  if (mode->by_row)
    g_string_append_printf (file->rows, ",2026-01-%02d", day + 1);
  g_string_append_c (file->rows, '\n');
}

/* A key in a file: a row, a row that says that it is gone, a reject, or nothing. */
static void
file_speak (GRand *random, File *file, const Mode *mode, int key)
{
  int dice = g_rand_int_range (random, 0, 10), last = mode->exports ? file->day + 1 : DAYS;
  int day = mode->by_row ? g_rand_int_range (random, 0, last) : file->day;
  int column = !mode->within ? 0 : file->columns == 2 ? g_rand_int_range (random, 0, 2) : file->columns;
  file->had[key] = dice < 5 || (key == 0 && file->whole);
  if (file->had[key])
    file_say (file, mode, key, day, FIRST_VALUE + g_rand_int_range (random, 0, 2) + 2 * column);
  else if (dice == 5)
    file_say (file, mode, key, day, GONE);
  else if (dice == 6 && (!mode->by_row || mode->exports))
    {
      file->rejected[key] = true;
      g_string_append_printf (file->rows, "k%02d,no number,%s\n", key, mode->by_row ? ",2026-01-01" : mode->within ? ",0" : "");
    }
  if (file->had[key] && mode->exports && dice < 2 && day > 0)
    file_say (file, mode, key, day - 1, FIRST_VALUE + g_rand_int_range (random, 0, 2));
}

/* "again": a day may have several files. */
static void
make_files (GRand *random, const Mode *mode, bool again, File *files, int n_files)
{
  for (int f = 0; f < n_files; f++)
    {
      File *file = &files[f];
      file->day = again ? g_rand_int_range (random, 0, DAYS) : f;
      file->whole = mode->exports || mode->within || (!mode->by_row && g_rand_int_range (random, 0, 2) == 0);
      file->columns = g_rand_int_range (random, 0, 3);
      file->rows = g_string_new (mode->by_row ? "key,v,op,at\n" : mode->within ? "key,v,op,d\n" : "key,v,op\n");
      for (int key = 0; key < KEYS; key++)
        file_speak (random, file, mode, key);
    }
}

static void
naive_take (Naive *naive, const Mode *mode, const File *file)
{
  for (int key = 0; key < KEYS; key++)
    {
      bool spoken = false;
      for (int day = 0; day < DAYS; day++)
        if (file->said[key][day] != NOTHING)
          {
            naive->said[key][day] = file->said[key][day];
            spoken = true;
          }
        else if (file->whole && !mode->exports && !mode->within && day == file->day && !file->rejected[key])
          naive->said[key][day] = GONE;
      if (file->had[key] && mode->within)
        naive->covers[file->day][column_of (file->said[key][file->day])] = true;
      naive->unknown[key][file->day] |= file->rejected[key];
      if (mode->exports && (file->had[key] || (!spoken && !file->rejected[key])))
        naive->there[key][file->day] = file->had[key] ? FIRST_VALUE : GONE;
    }
}

static void
write_model (Home *home, const char *table, const Mode *mode, bool whole)
{
  g_autofree char *model = g_strdup_printf (
      "{\"table\": \"%s\", \"kind\": \"dimension\", \"business_key\": [\"key\"], \"effective\": %s, \"first\": \"%s\", " DELETED ","
      " \"columns\": {\"v\": {\"type\": \"bigint\"}}, \"rejects\": {\"max_percent\": 100}%s}",
      table,
      mode->exports  ? "{\"column\": \"at\", \"absent\": \"file_name\"}"
      : mode->by_row ? "{\"column\": \"at\"}"
                     : "\"file_name\"",
      mode->always ? "always" : "effective",
      mode->within ? ", \"absent\": {\"close\": [\"d\"]}, " UNGUARDED
      : whole      ? ", \"absent\": \"close\", " UNGUARDED
                   : "");
  home_write_model (home, table, model);
}

static void
load_file (Home *home, Loader *loader, const char *table, const File *file, int number)
{
  g_autofree char *name = g_strdup_printf ("elsewhere/%s_2026-01-%02d-%d.csv", table, file->day + 1, number);
  g_auto (LoadEnd) end = { 0 };
  load_in_process (home, loader, table, name, file->rows->str, &end);
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
      naive_take (&naive, mode, file);
      g_string_append_printf (transcript, "--- day %d%s\n%s", file->day + 1, file->whole ? ", whole" : "", file->rows->str);
      g_autofree char *expected = naive_text (&naive, mode->always), *found = versions_text (home, table, mode);
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
    FILES = 9
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  const Mode mode = {
    .by_row = seed % 4 == 3 || seed % 4 == 1, .always = seed % 3 == 2, .exports = seed % 4 == 1, .within = seed % 4 == 2
  };
  bool again = seed % 4 == 0;
  File files[FILES] = { 0 };
  make_files (random, &mode, again || (mode.by_row && !mode.exports), files, FILES);
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
  try_streams (*state, try_stream, 6, 120);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_every_order_gives_the_same, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
