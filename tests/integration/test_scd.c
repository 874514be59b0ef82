/* What a change means by column ("scd"): a naive model, a list of versions, against the warehouse over seeded streams, undated and dated in
 * any order; and each type by itself.
 *
 * WEIR_TEST_LONG=1 tries many more streams; WEIR_STREAM=N begins with that one. */
#include "tests/support/in_process.h"
#include "tests/support/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE "{\"table\": \"%s\", \"kind\": \"dimension\", \"business_key\": [\"key\"]"
#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"key\"]"

/* The columns of a stream, by what a change of each means: v 2, z 0, p 1, a 1 in all versions, b 3, c 6. */
#define UNDATED                                                                                                                    \
  ", \"columns\": {\"z\": {\"scd\": 0}, \"p\": {\"scd\": 1}, \"a\": {\"scd\": 1, \"all_versions\": true}, \"b\": {\"scd\": 3},"    \
  " \"c\": {\"scd\": 6}}}"
#define DATED                                                                                                                      \
  ", \"effective\": \"file_name\", \"columns\": {\"z\": {\"scd\": 0}, \"a\": {\"scd\": 1, \"all_versions\": true}, \"c\": "        \
  "{\"scd\": 6}}}"
#define BY_ROW                                                                                                                     \
  ", \"effective\": {\"column\": \"at\"}, \"columns\": {\"z\": {\"scd\": 0}, \"a\": {\"scd\": 1, \"all_versions\": true},"         \
  " \"c\": {\"scd\": 6}}}"

enum
{
  V,
  Z,
  P,
  A,
  B,
  C,
  COLUMNS,
  B_PREVIOUS = COLUMNS,
  C_CURRENT,
  VALUES,

  KEYS = 3,
  MOST = 24, /* versions of a key */
  DAYS = 9,
};

static const char letters[] = "vzpabc";

/* A value is a letter, or 0: NULL. */
typedef struct
{
  char values[VALUES];
  bool v_changed, c_changed;
} Version;

typedef struct
{
  Version versions[KEYS][MOST];
  int count[KEYS];
  bool has[COLUMNS]; /* the table has the column */
  int inserted, updated, deactivated, unchanged;
} Naive;

static bool
opens (const Version *current, const Naive *naive, const bool file[COLUMNS], const char row[COLUMNS])
{
  return (file[V] && naive->has[V] && row[V] != current->values[V]) || (file[C] && naive->has[C] && row[C] != current->values[C]);
}

/* What the row says in every version. */
static void
say_everywhere (Naive *naive, int key, const bool file[COLUMNS], const char row[COLUMNS])
{
  for (int i = 0; i < naive->count[key]; i++)
    {
      if (file[A])
        naive->versions[key][i].values[A] = row[A];
      if (file[C])
        naive->versions[key][i].values[C_CURRENT] = row[C];
    }
}

/* What it writes into the current version; whether that is another one. */
static bool
write_in_place (const Naive *naive, Version *current, const bool file[COLUMNS], const char row[COLUMNS])
{
  bool other = false;
  for (int i = 0; i < COLUMNS; i++)
    {
      char was = current->values[i];
      if (!file[i] || (i == Z && was != 0))
        continue;
      if (i == B && row[B] != was && naive->has[B])
        current->values[B_PREVIOUS] = was;
      current->values[i] = row[i];
      other |= naive->has[i] && row[i] != was;
    }
  return other;
}

static void
naive_row (Naive *naive, int key, const bool file[COLUMNS], const char row[COLUMNS])
{
  int n = naive->count[key];
  Version *current = n > 0 ? &naive->versions[key][n - 1] : NULL;
  bool begins = current == NULL || opens (current, naive, file, row);
  if (begins)
    {
      Version *next = &naive->versions[key][naive->count[key]++];
      *next = current != NULL ? *current : (Version) { 0 };
      (void) write_in_place (naive, next, file, row);
      next->v_changed = current != NULL && next->values[V] != current->values[V];
      next->c_changed = current != NULL && next->values[C] != current->values[C];
    }
  naive->inserted += current == NULL;
  naive->updated += current != NULL && begins;
  naive->deactivated += current != NULL && begins;
  if (!begins)
    {
      bool other = write_in_place (naive, current, file, row);
      naive->updated += other;
      naive->unchanged += !other;
    }
  say_everywhere (naive, key, file, row);
}

static void
append_value (GString *text, char value)
{
  if (value == 0)
    g_string_append (text, "|-");
  else
    g_string_append_printf (text, "|%c", value);
}

/* key|number|...|changed of each version. with: the columns that are shown. */
static char *
naive_text (const Naive *naive, const char *with)
{
  GString *text = g_string_new (NULL);
  for (int key = 0; key < KEYS; key++)
    for (int i = 0; i < naive->count[key]; i++)
      {
        const Version *version = &naive->versions[key][i];
        g_string_append_printf (text, "%sk%d|%d", text->len > 0 ? "\n" : "", key, i + 1);
        for (const char *letter = with; *letter != '\0'; letter++)
          append_value (text, version->values[strchr (letters, *letter) - letters]);
        if (strchr (with, 'b') != NULL)
          append_value (text, version->values[B_PREVIOUS]);
        append_value (text, version->values[C_CURRENT]);
        if (i == 0)
          g_string_append (text, "|-");
        else
          g_string_append_printf (text, "|{%s%s%s}", version->c_changed ? "c" : "",
                                  version->c_changed && version->v_changed ? "," : "", version->v_changed ? "v" : "");
      }
  return g_string_free (text, FALSE);
}

static void
compare (const char *expected, const char *found, const char *transcript, const char *table)
{
  if (strcmp (expected, found) == 0)
    return;
  fprintf (stderr, "%s\n-- expected:\n%s\n-- found:\n%s\n", transcript, expected, found); /* fail_msg would cut it */
  fail_msg ("other versions of %s", table);
}

static char
some_value (GRand *random)
{
  static const char values[] = { 'x', 'y', 'w', 0 };
  return values[g_rand_int_range (random, 0, (int) sizeof values)];
}

static char *
header_of (const bool file[COLUMNS], const char *more)
{
  GString *text = g_string_new ("key");
  for (int i = 0; i < COLUMNS; i++)
    if (file[i])
      g_string_append_printf (text, ",%c", letters[i]);
  g_string_append_printf (text, "%s\n", more);
  return g_string_free (text, FALSE);
}

static void
append_row (GString *text, int key, const bool file[COLUMNS], const char row[COLUMNS], const char *more)
{
  g_string_append_printf (text, "k%d", key);
  for (int i = 0; i < COLUMNS; i++)
    if (file[i])
      {
        g_string_append_c (text, ',');
        if (row[i] != 0)
          g_string_append_c (text, row[i]);
      }
  g_string_append_printf (text, "%s\n", more);
}

/* ---- undated ---- */

/* A file, its rows in the naive model as well. */
static void
try_file (Home *home, Loader *loader, GRand *random, Naive *naive, const char *table, GString *transcript)
{
  bool file[COLUMNS];
  for (int i = 0; i < COLUMNS; i++)
    file[i] = i == V || g_rand_int_range (random, 0, 5) > 0;
  g_autofree char *header = header_of (file, "");
  g_autoptr (GString) text = g_string_new (header);
  naive->inserted = naive->updated = naive->deactivated = naive->unchanged = 0;
  int rows = 0;
  for (int key = 0; key < KEYS; key++)
    {
      char row[COLUMNS];
      for (int i = 0; i < COLUMNS; i++)
        row[i] = some_value (random);
      if (g_rand_int_range (random, 0, 4) == 0)
        continue;
      rows++;
      append_row (text, key, file, row, "");
      naive_row (naive, key, file, row);
    }
  if (rows == 0)
    return;
  g_auto (LoadEnd) end = { 0 };
  g_string_append_printf (transcript, "---\n%s", text->str);
  g_autofree char *name = g_strdup_printf ("elsewhere/%s-%u.csv", table, g_rand_int (random));
  load_in_process (home, loader, table, name, text->str, &end);
  const struct
  {
    const char *name;
    int count;
  } counts[] = { { "rows.inserted", naive->inserted },
                 { "rows.updated", naive->updated },
                 { "rows.deactivated", naive->deactivated },
                 { "rows.unchanged", naive->unchanged } };
  for (size_t i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autofree char *expected = g_strdup_printf ("%d", counts[i].count), *found = json_at (end.summary, counts[i].name);
      if (strcmp (expected, found) != 0)
        fprintf (stderr, "%s%s\n", transcript->str, counts[i].name);
      assert_string_equal (expected, found);
    }
  for (int i = 0; i < COLUMNS; i++)
    naive->has[i] |= file[i];
}

static void
try_undated (Home *home, Loader *loader, guint32 seed)
{
  static Naive naive;
  memset (&naive, 0, sizeof naive);
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  g_autofree char *table = g_strdup_printf ("u%u", seed), *model_name = g_strdup_printf ("models/%s.json", table);
  g_autofree char *model = g_strdup_printf (TABLE UNDATED, table);
  g_autoptr (GString) transcript = g_string_new (NULL);
  home_write_model (home, table, model);
  static const bool all[COLUMNS] = { true, true, true, true, true, true };
  g_auto (LoadEnd) end = { 0 };
  g_autofree char *first = g_strdup_printf ("elsewhere/%s.csv", table);
  if (seed % 2 == 0) /* all columns are known from the first file on */
    {
      static const char row[COLUMNS] = { 'x', 'x', 'x', 'x', 'x', 'x' };
      load_in_process (home, loader, table, first, "key,v,z,p,a,b,c\nk0,x,x,x,x,x,x\n", &end);
      naive_row (&naive, 0, all, row);
      memcpy (naive.has, all, sizeof all);
    }
  for (int f = 0; f < 7; f++)
    try_file (home, loader, random, &naive, table, transcript);
  if (seed % 2 == 0)
    {
      g_autofree char *expected = naive_text (&naive, letters);
      g_autofree char *found = sql_text_rows (
          home, "select key, version_number, v, z, p, a, b, c, b_previous, c_current, changed from warehouse.%s order by 1, 2",
          table);
      compare (expected, found, transcript->str, table);
    }
  home_remove_file (home, model_name);
}

/* ---- dated ---- */

typedef struct
{
  char rows[DAYS][KEYS][COLUMNS];
  bool said[DAYS][KEYS];
} Said;

static const bool dated_columns[COLUMNS] = { [V] = true, [Z] = true, [A] = true, [C] = true };

/* By the days, whatever the order of files: the first value of z, the last of a, and a version for each other v or c. */
static void
naive_days (Naive *naive, const Said *said)
{
  memset (naive, 0, sizeof *naive);
  memcpy (naive->has, dated_columns, sizeof dated_columns);
  for (int key = 0; key < KEYS; key++)
    {
      bool first = true;
      for (int day = 0; day < DAYS; day++)
        if (said->said[day][key])
          {
            char z = first ? said->rows[day][key][Z] : naive->versions[key][0].values[Z];
            naive_row (naive, key, dated_columns, said->rows[day][key]);
            for (int i = 0; i < naive->count[key]; i++)
              naive->versions[key][i].values[Z] = z;
            first = false;
          }
    }
}

static void
load_days (Home *home, Loader *loader, const char *table, const Said *said, const int *days, int n_days, bool by_row,
           GString *transcript)
{
  g_autofree char *header = header_of (dated_columns, by_row ? ",at" : "");
  g_autoptr (GString) text = g_string_new (header);
  bool any = false;
  for (int d = 0; d < n_days; d++)
    for (int key = 0; key < KEYS; key++)
      if (said->said[days[d]][key])
        {
          g_autofree char *at = by_row ? g_strdup_printf (",2026-01-%02d", days[d] + 1) : g_strdup ("");
          append_row (text, key, dated_columns, said->rows[days[d]][key], at);
          any = true;
        }
  if (!any)
    return;
  g_auto (LoadEnd) end = { 0 };
  g_autofree char *name = by_row ? g_strdup_printf ("elsewhere/%s-%u.csv", table, g_random_int ())
                                 : g_strdup_printf ("elsewhere/%s_2026-01-%02d.csv", table, days[0] + 1);
  g_string_append_printf (transcript, "--- day %d\n%s", days[0] + 1, text->str);
  load_in_process (home, loader, table, name, text->str, &end);
}

static void
try_order (Home *home, Loader *loader, GRand *random, const Said *said, bool by_row, const char *table)
{
  static Naive naive;
  g_autofree char *model_name = g_strdup_printf ("models/%s.json", table);
  g_autofree char *model = by_row ? g_strdup_printf (TABLE BY_ROW, table) : g_strdup_printf (TABLE DATED, table);
  g_autoptr (GString) transcript = g_string_new (NULL);
  int order[DAYS];
  for (int i = 0; i < DAYS; i++)
    order[i] = i;
  for (int i = DAYS - 1; i > 0; i--)
    {
      int to = g_rand_int_range (random, 0, i + 1), other = order[to];
      order[to] = order[i];
      order[i] = other;
    }
  home_write_model (home, table, model);
  for (int i = 0; i < DAYS; i += by_row ? 3 : 1)
    load_days (home, loader, table, said, order + i, by_row ? 3 : 1, by_row, transcript);
  naive_days (&naive, said);
  g_autofree char *expected = naive_text (&naive, "vzac");
  g_autofree char *found =
      sql_text_rows (home, "select key, version_number, v, z, a, c, c_current, changed from warehouse.%s order by 1, 2", table);
  compare (expected, found, transcript->str, table);
  home_remove_file (home, model_name);
}

static void
try_dated (Home *home, Loader *loader, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  Said said = { 0 };
  for (int day = 0; day < DAYS; day++)
    for (int key = 0; key < KEYS; key++)
      {
        said.said[day][key] = g_rand_int_range (random, 0, 3) > 0;
        for (int i = 0; i < COLUMNS; i++)
          said.rows[day][key][i] = some_value (random);
      }
  for (int o = 0; o < 3; o++)
    {
      g_autofree char *table = g_strdup_printf ("d%u_%d", seed, o);
      try_order (home, loader, random, &said, seed % 2 == 1, table);
    }
}

static void
try_stream (Home *home, Loader *loader, guint32 seed)
{
  try_undated (home, loader, seed);
  try_dated (home, loader, seed);
}

static void
test_streams (void **state)
{
  try_streams (*state, try_stream, 6, 200);
}

/* ---- one thing at a time ---- */

static void
refuse (Home *home, const char *says)
{
  home_write_file (home, "more/users.csv", "key,v,w\nann,z,z\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "load", "--json", "more/users.csv", NULL);
  g_autoptr (Json) refused = outcome_json (outcome);
  assert_json (refused, "error.code", "history_changed");
  assert_contains (outcome->out, says);
  g_autoptr (Outcome) check = expect_weir (home, 1, "check", "--json", NULL);
  assert_contains (check->out, says);
}

/* One row of each key, and no columns of history. */
static void
test_a_table_without_versions (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"scd\": 1, \"columns\": {\"z\": {\"scd\": 0}, \"b\": {\"scd\": 3}}}");
  load_and_count (home, "users.csv", "key,v,z,b\nann,a,1,x\nbob,a,,x\n", "read=2 inserted=2 staged=2");
  load_and_count (home, "users.csv", "key,v,z,b\nann,b,2,y\nbob,a,,x\n", "read=2 updated=1 unchanged=1 staged=2");
  assert_sql (home, "b|1|y|x\na|-|x|-", "select v, z, b, b_previous from warehouse.users order by key");
  /* The first value of bob, which is no change of ann's. */
  load_and_count (home, "users.csv", "key,v,z,b\nann,b,3,y\nbob,a,4,x\n", "read=2 updated=1 unchanged=1 staged=2");
  assert_sql (home, "b|1|y|x\na|4|x|-", "select v, z, b, b_previous from warehouse.users order by key");
  assert_sql (home, "user_id,key,v,z,b,b_previous,row_hash,created_at,updated_at,loaded_by",
              "select string_agg(attname, ',' order by attnum) from pg_attribute where attrelid = 'warehouse.users'::regclass and "
              "attnum > 0");
  assert_sql (home, "2", "select count(*) from warehouse.users_current");
  g_autoptr (Outcome) status = expect_weir (home, 0, "status", "--json", NULL);
  assert_contains (status->out, "\"rows\": 2");
  home->oracle = ORACLE_REPLAY;
}

static void
test_a_table_without_versions_by_time (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"scd\": 1, \"effective\": \"file_name\"}");
  load_and_count (home, "users_2026-01-02.csv", "key,v\nann,b\n", "read=1 inserted=1 staged=1");
  load_and_count (home, "users_2026-01-01.csv", "key,v\nann,a\nbob,a\n", "read=2 late=1 inserted=1 staged=2");
  load_and_count (home, "users_2026-01-03.csv", "key,v\nann,c\n", "read=1 updated=1 staged=1");
  assert_sql (home, "c\na", "select v from warehouse.users_current order by key");
}

/* A large file is compared with the table while it is loaded; facts refer to the table as to any dimension. */
static void
test_facts_refer_to_it (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"scd\": 1}");
  home_write_model (home, "sales",
                    "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\":"
                    " [\"who\"], \"as\": \"user_id\", \"missing\": \"reject\"}], \"rejects\": {\"max_percent\": 100}}");
  load_and_count (home, "users.csv", "key,v\nann,a\n", "read=1 inserted=1 staged=1");
  g_autoptr (Json) sales = load_text (home, "sales.csv", "who,n\nann,1\nbob,2\n", NULL);
  assert_load (sales, "applied", "read=2 inserted=1 rejected=1 staged=1");
  assert_sql (home, "a", "select v from warehouse.sales join warehouse.users_current using (user_id)");
}

/* From and to a table with versions: refused, for what was is not known. */
static void
test_another_kind_of_table (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load_and_count (home, "users.csv", "key,v,w\nann,a,1\n", "read=1 inserted=1 staged=1");
  home_write_model (home, "users", USERS ", \"scd\": 1}");
  refuse (home, "warehouse.users has versions, and models/users.json says");
  home->oracle = ORACLE_BY_HAND;
  assert_weir (home, 0, "drop", "users", "--yes", NULL);
  load_and_count (home, "users.csv", "key,v,w\nann,a,1\n", "read=1 inserted=1 staged=1");
  home_write_model (home, "users", USERS ", \"scd\": 2}");
  refuse (home, "has one row of each key, and models/users.json wants versions");
}

#define ALL "select key, v, w, version_number from warehouse.users order by key, version_number"

static void
test_a_change_of_mind (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load_and_count (home, "users.csv", "key,v,w\nann,a,1\nbob,a,1\n", "read=2 inserted=2 staged=2");
  load_and_count (home, "users.csv", "key,v,w\nann,a,2\nbob,b,1\n", "read=2 updated=2 deactivated=2 staged=2");
  /* What versions say would be lost. */
  home_write_model (home, "users", USERS ", \"columns\": {\"w\": {\"scd\": 1, \"all_versions\": true}}}");
  refuse (home, "would lose what warehouse.users knows");
  /* From now on. */
  home_write_model (home, "users", USERS ", \"columns\": {\"w\": {\"scd\": 1}}}");
  load_and_note (home, "users.csv", "key,v,w\nann,a,3\nbob,b,1\n", "read=2 updated=1 unchanged=1 staged=2",
                 "column w of warehouse.users: \\\"scd\\\" is now 1 and was 2, as models/users.json says");
  assert_sql (home, "ann|a|1|1\nann|a|3|2\nbob|a|1|1\nbob|b|1|2", ALL);
  /* A column beside it, filled from what there is; and away again. */
  home_write_model (home, "users", USERS ", \"columns\": {\"w\": {\"scd\": 6}}}");
  load_and_note (home, "users.csv", "key,v,w\nann,a,3\nbob,b,2\n", "read=2 updated=1 deactivated=1 unchanged=1 staged=2",
                 "is now 6 and was 1");
  assert_sql (home, "1|3\n3|3\n1|2\n1|2\n2|2", "select w, w_current from warehouse.users order by key, version_number");
  home_write_model (home, "users", USERS ", \"columns\": {\"w\": {\"scd\": 3}}}");
  load_and_note (home, "users.csv", "key,v,w\nann,a,4\nbob,b,2\n", "read=2 updated=1 unchanged=1 staged=2", "is now 3 and was 6");
  assert_sql (home, "0",
              "select count(*) from pg_attribute where attrelid = 'warehouse.users'::regclass and attname = 'w_current'");
  assert_sql (home, "4|3", "select w, w_previous from warehouse.users_current where key = 'ann'");
  home->oracle = ORACLE_BY_HAND; /* what runs have overwritten under another type cannot be counted any more */
  /* Values of before are nowhere else. */
  home_write_model (home, "users", USERS ", \"columns\": {\"w\": {\"scd\": 0}}}");
  refuse (home, "\\\"w_previous\\\" has the values of before");
  sql_run_text (home, "drop view warehouse.users_current");
  sql_run_text (home, "alter table warehouse.users drop column w_previous");
  load_and_note (home, "users.csv", "key,v,w\nann,a,5\nbob,b,2\n", "read=2 unchanged=2 staged=2", "is now 0 and was 3");
  assert_sql (home, "4", "select w from warehouse.users_current where key = 'ann'");
  /* A hash of another value than the stored one proves nothing any more. */
  home_write_model (home, "users", USERS "}");
  load_and_note (home, "users.csv", "key,v,w\nbob,b,2\nann,a,5\n", "read=2 updated=1 deactivated=1 unchanged=1 staged=2",
                 "is now 2 and was 0");
  assert_sql (home, "5", "select w from warehouse.users_current where key = 'ann'");
}

/* What weir makes follows the column to another name. */
static void
test_another_name (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"columns\": {\"v\": {\"scd\": 3}, \"w\": {\"scd\": 6}, \"p\": {\"scd\": 1}}}");
  load_and_count (home, "users.csv", "key,v,w,p\nann,a,1,x\n", "read=1 inserted=1 staged=1");
  load_and_count (home, "users.csv", "key,v,w,p\nann,b,1,x\n", "read=1 updated=1 staged=1");
  home_write_model (home, "users",
                    USERS ", \"columns\": {\"vv\": {\"scd\": 3, \"from\": [\"v\"]}, \"ww\": {\"scd\": 6, \"from\": [\"w\"]},"
                          " \"pp\": {\"scd\": 1, \"from\": [\"p\"]}}}");
  load_and_count (home, "users.csv", "key,vv,ww,pp\nann,c,2,y\n", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "b|a|1|2|x\nc|b|2|2|y",
              "select vv, vv_previous, ww, ww_current, pp from warehouse.users order by version_number");
  assert_sql (home, "c|b", "select vv, vv_previous from warehouse.users_current");
  home->oracle = ORACLE_REPLAY | ORACLE_RENAMED;
}

static void
test_a_made_name_that_is_taken (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS "}");
  load_and_count (home, "users.csv", "key,v,w,v_previous\nann,a,1,x\n", "read=1 inserted=1 staged=1");
  home_write_model (home, "users", USERS ", \"columns\": {\"v\": {\"scd\": 3}}}");
  refuse (home, "has a column \\\"v_previous\\\" already");
}

/* A file of before, by hand, into a table whose columns are overwritten as files come. */
static void
test_no_place_in_the_past (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"columns\": {\"v\": {\"scd\": 1}}}");
  load_and_count (home, "users.csv", "key,v,w\nann,a,1\n", "read=1 inserted=1 staged=1");
  home_write_file (home, "more/users.csv", "key,v,w\nann,z,z\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 1, "load", "--json", "--as-of", "2026-01-01", "more/users.csv", NULL);
  assert_contains (outcome->out, "its column \\\"v\\\" is overwritten as files come");
  assert_sql (home, "ann|a|1|1", ALL);
}

/* What was overwritten in a version that had ended, when a correction makes that the current one: its hash was of another value. */
static void
test_a_version_that_is_current_again (void **state)
{
  Home *home = *state;
  home_write_model (home, "users",
                    USERS ", \"effective\": \"file_name\", \"columns\": {\"w\": {\"scd\": 1, \"all_versions\": true}}}");
  load_and_count (home, "users_2026-01-01.csv", "key,v,w\nann,a,1\n", "read=1 inserted=1 staged=1");
  load_and_count (home, "users_2026-01-02.csv", "key,v,w\nann,b,2\n", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "ann|a|2|1\nann|b|2|2", ALL);
  load_and_count (home, "users_2026-01-02 (1).csv", "key,v,w\nann,a,2\n", "read=1 corrected=1 staged=1");
  assert_sql (home, "ann|a|2|1", ALL);
  load_and_count (home, "users_2026-01-03.csv", "key,v,w\nann,a,1\n", "read=1 updated=1 staged=1");
  assert_sql (home, "ann|a|1|1", ALL);
  /* Of the very instant that something was said of. */
  load_and_count (home, "users_2026-01-03 (1).csv", "key,v,w\nann,a,5\n", "read=1 corrected=1 staged=1");
  assert_sql (home, "ann|a|5|1", ALL);
  load_and_count (home, "users_2026-01-01 (1).csv", "key,v,w\nann,a,7\n", "read=1 unchanged=1 staged=1");
  assert_sql (home, "ann|a|5|1", ALL);
}

/* The first value, corrected. */
static void
test_another_first_value (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"effective\": \"file_name\", \"columns\": {\"w\": {\"scd\": 0}}}");
  load_and_count (home, "users_2026-01-01.csv", "key,v,w\nann,a,1\n", "read=1 inserted=1 staged=1");
  load_and_count (home, "users_2026-01-02.csv", "key,v,w\nann,a,2\n", "read=1 unchanged=1 staged=1");
  load_and_count (home, "users_2026-01-03.csv", "key,v,w\nann,b,3\n", "read=1 updated=1 deactivated=1 staged=1");
  load_and_count (home, "users_2026-01-01 (1).csv", "key,v,w\nann,a,2\n", "read=1 corrected=1 staged=1");
  assert_sql (home, "ann|a|2|1\nann|b|2|2", ALL);
}

/* The value before follows its column to another type. */
static void
test_types_follow (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS ", \"columns\": {\"n\": {\"scd\": 3}, \"c\": {\"scd\": 6}}}");
  load_and_count (home, "users.csv", "key,n,c\nann,1,1\n", "read=1 inserted=1 staged=1");
  load_and_count (home, "users.csv", "key,n,c\nann,2,2\n", "read=1 updated=1 deactivated=1 staged=1");
  load_and_count (home, "users.csv", "key,n,c\nann,2.5,x\n", "read=1 updated=1 deactivated=1 staged=1");
  assert_sql (home, "2.5|2|x|x", "select n, n_previous, c, c_current from warehouse.users where is_current");
  assert_sql (home, "numeric|text", "select pg_typeof(n_previous), pg_typeof(c_current) from warehouse.users where is_current");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_streams),           TEST (test_a_table_without_versions),        TEST (test_a_table_without_versions_by_time),
    TEST (test_facts_refer_to_it), TEST (test_another_kind_of_table),           TEST (test_a_change_of_mind),
    TEST (test_another_name),      TEST (test_a_made_name_that_is_taken),       TEST (test_no_place_in_the_past),
    TEST (test_types_follow),      TEST (test_a_version_that_is_current_again), TEST (test_another_first_value),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
