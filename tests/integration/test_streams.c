/* Random streams of files into one table, in which columns come, go, are renamed, emptied, filled and dropped, and rows change or not: after each
 * file the warehouse holds what a naive model holds (tests/support/naive.h), and the counts are its counts. At the end it is what the files give
 * once more (`weir rebuild`), where nobody has dropped a column.
 *
 * WEIR_STREAMS=N tries so many seeds instead of a few, WEIR_STREAM=SEED begins with that one. */
#include "tests/support/naive.h"
#include "tests/support/oracle.h"
#include "tests/support/rebuilt.h"
#include "tests/support/weir.h"

#include "base/autoptr.h"
#include "src/load/loading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STREAMS 24 /* without WEIR_STREAMS */
#define FILES 7    /* of a stream, at most */
#define KEYS 5
#define HOME_STREAMS 60 /* a home is looked at by the oracle after so many */

#define DIALECT "\"dialect\": {\"delimiter\": \",\", \"quote\": \"\\\"\", \"comment\": \"\", \"header_rows\": 1}"
#define REFERENCE "\"references\": [{\"dimension\": \"dims\", \"columns\": [\"c6\"], \"as\": \"c6_id\", \"missing\": \"allow\"}]"

static const char *const kinds[] = {
  [NAIVE_DIMENSION] = "\"dimension\", \"business_key\": [\"key\"]",
  [NAIVE_FACT] = "\"fact\", \"business_key\": [\"key\"], " REFERENCE,
  [NAIVE_BAG] = "\"fact\", " REFERENCE,
};

/* One of them. */
typedef struct
{
  Home *home;
  Loader *loader;
  GRand *random;
  NaiveKind kind;
  char *table;
  Naive *naive;
  GString *transcript;         /* what came so far, for whoever looks at a failure */
  bool has[NAIVE_COLUMNS];     /* of the file before */
  bool renamed[NAIVE_COLUMNS]; /* by the model */
  int files;
  bool dropped; /* somebody has taken a column away */
  bool ahead;   /* the model has a name that no file has brought to the table */
  bool had[KEYS][NAIVE_COLUMNS];
  char *last[KEYS][NAIVE_COLUMNS]; /* cell, where a file had one */
} Stream;

static bool
chance (Stream *stream, double share)
{
  return g_rand_double (stream->random) < share;
}

static const char *
pick (Stream *stream, const char *const *from, int n)
{
  return from[g_rand_int_range (stream->random, 0, n)];
}

/* ---- files ---- */

static const char *
random_cell (Stream *stream, int column)
{
  static const char *const words[] = { "x", "y", "Zoë", "a,b", "q\"q", "1x" };
  static const char *const numbers[] = { "0", "1", "1.0", "1.5", "1.50", "20", "20.00" };
  static const char *const dates[] = { "2026-01-02", "2026-02-13" };
  static const char *const keys[] = { "d1", "d2" };
  if (chance (stream, 0.2))
    return NULL;
  if (chance (stream, 0.15))
    return "";
  switch (naive_writes[column])
    {
    case WRITES_WORDS:
      return pick (stream, words, G_N_ELEMENTS (words));
    case WRITES_NUMBERS:
      return pick (stream, numbers, G_N_ELEMENTS (numbers));
    case WRITES_DATES:
      return pick (stream, dates, G_N_ELEMENTS (dates));
    case WRITES_KEYS:
    default:
      return pick (stream, keys, G_N_ELEMENTS (keys));
    }
}

/* How a file goes on from those before. */
typedef struct
{
  double change;               /* the share of cells that are not what the key had when a file had the column last */
  bool emptied[NAIVE_COLUMNS]; /* columns */
} Course;

static void
fill_row (Stream *stream, const NaiveFile *file, NaiveRow *row, int key, const Course *course)
{
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    {
      if (!file->has[i])
        continue;
      if (!stream->had[key][i] || chance (stream, course->change))
        {
          stream->had[key][i] = true;
          g_free (stream->last[key][i]);
          stream->last[key][i] = g_strdup (random_cell (stream, i));
        }
      if (!course->emptied[i])
        row->cells[i] = g_strdup (stream->last[key][i]);
      else if (chance (stream, 0.3))
        row->cells[i] = g_strdup ("");
      /* A row of nothing but delimiters is none. */
      if (stream->kind == NAIVE_BAG && naive_writes[i] == WRITES_KEYS && (row->cells[i] == NULL || row->cells[i][0] == '\0'))
        {
          g_free (row->cells[i]);
          row->cells[i] = g_strdup ("d1");
        }
    }
}

static void
make_file (Stream *stream, NaiveFile *file)
{
  static const double changes[] = { 0, 0, 0.05, 0.3 };
  Course course = { .change = changes[g_rand_int_range (stream->random, 0, G_N_ELEMENTS (changes))] };
  /* A bag is refused where a column comes and another goes. */
  bool as_before = chance (stream, stream->kind == NAIVE_BAG ? 0.6 : 0.3);
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    {
      bool needed = naive_writes[i] == WRITES_KEYS && stream->kind != NAIVE_DIMENSION;
      file->has[i] = needed || (as_before ? stream->has[i] : chance (stream, 0.6));
      course.emptied[i] = chance (stream, 0.1);
    }
  memcpy (stream->has, file->has, sizeof stream->has);
  for (int key = 0; key < KEYS; key++)
    for (int times = chance (stream, 0.7) + chance (stream, 0.1); times > 0; times--)
      {
        g_autofree char *text = g_strdup_printf ("k%d", key);
        fill_row (stream, file, naive_file_add (file, text), key, &course);
      }
  if (file->rows->len == 0)
    fill_row (stream, file, naive_file_add (file, "k0"), 0, &course);
  /* One stray word, and the column's numbers are words from then on. */
  NaiveRow *first = file->rows->pdata[0];
  int numbers = g_rand_int_range (stream->random, 3, 5);
  if (chance (stream, 0.05) && file->has[numbers])
    {
      g_free (first->cells[numbers]);
      first->cells[numbers] = g_strdup ("odd");
    }
}

static void
append_cell (GString *text, const char *cell)
{
  if (cell == NULL)
    return;
  bool quoted = cell[0] == '\0' || strpbrk (cell, ",\"") != NULL;
  g_auto (GStrv) pieces = g_strsplit (cell, "\"", -1);
  g_autofree char *doubled = g_strjoinv ("\"\"", pieces);
  g_string_append_printf (text, quoted ? "\"%s\"" : "%s", doubled);
}

/* With the columns in any order. A bag has the keys, too, as words that no model names. */
static char *
file_text (Stream *stream, const NaiveFile *file)
{
  int order[NAIVE_COLUMNS];
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    {
      int to = g_rand_int_range (stream->random, 0, i + 1);
      order[i] = order[to];
      order[to] = i;
    }
  GString *text = g_string_new (stream->kind == NAIVE_BAG ? "" : "key");
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    if (file->has[order[i]])
      g_string_append_printf (text, "%s%c%d", text->len > 0 ? "," : "",
                              stream->renamed[order[i]] && chance (stream, 0.6) ? 'n' : 'c', order[i]);
  for (guint r = 0; r < file->rows->len; r++)
    {
      const NaiveRow *row = file->rows->pdata[r];
      const char *before = stream->kind == NAIVE_BAG ? "" : ",";
      g_string_append_printf (text, "\n%s", stream->kind == NAIVE_BAG ? "" : row->key);
      for (int i = 0; i < NAIVE_COLUMNS; i++)
        if (file->has[order[i]])
          {
            g_string_append (text, before);
            append_cell (text, row->cells[order[i]]);
            before = ",";
          }
    }
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}

/* ---- loading ---- */

/* Through the loader of `weir load`, without a process for each file. */
static Json *
load (Home *home, Loader *loader, const char *table, int number, const char *text)
{
  g_autofree char *name = g_strdup_printf ("elsewhere/%s-%d.csv", table, number);
  g_autofree char *path = home_path (home, name);
  home_write_file (home, name, text);
  g_autoptr (GError) error = NULL;
  g_auto (Route) route = { 0 };
  g_auto (LoadEnd) end = { 0 };
  g_autofree char *waits_for = NULL;
  LockState state;
  bool done = loader_refresh (loader, &error);
  if (done)
    loader_route_to (loader, table, &route);
  done = done && loader_lock (loader, &route, 1000, &state, &waits_for, &error)
         && loading_in_place (loader, path, &route, &(Candidate) { 0 }, false, &end, &error);
  if (!done || waits_for != NULL)
    fail_msg ("%s: %s", table, error != NULL ? error->message : waits_for);
  loader_unlock (loader);
  return json_incref (end.summary);
}

static void
fail_stream (const Stream *stream, const char *what, const char *expected, const char *found)
{
  /* fail_msg would cut it */
  fprintf (stderr, "%s\n-- expected:\n%s\n-- found:\n%s\n", stream->transcript->str, expected, found);
  fail_msg ("%s of %s", what, stream->table);
}

static void
compare_counts (const Stream *stream, const Json *summary, const NaiveCounts *counts)
{
  g_autofree char *expected = g_strdup_printf (
      "{\"read\":%d,\"rejected\":0,\"repaired\":0,\"duplicate\":%d,\"unchanged\":%d,\"inserted\":%d,\"updated\":%d,"
      "\"deactivated\":%d,\"staged\":%d,\"waiting\":0,\"late\":0,\"corrected\":0,\"deleted\":0,\"absent\":0,\"forgotten\":0}",
      counts->read, counts->duplicate, counts->unchanged, counts->inserted, counts->updated, counts->deactivated,
      counts->read - counts->duplicate);
  g_autofree char *found = json_at (summary, "rows");
  if (g_strcmp0 (expected, found) != 0)
    fail_stream (stream, "the counts", expected, found);
}

static void
compare_rows (const Stream *stream)
{
  g_autofree char *query = naive_query (stream->naive, stream->table);
  g_autofree char *expected = naive_text (stream->naive);
  g_autofree char *found = sql_scalar (stream->home, "%s", query);
  if (g_strcmp0 (expected, found) != 0)
    fail_stream (stream, "the rows", expected, found);
}

static void
compare_rebuilt (const Stream *stream)
{
  g_autofree char *found = rebuilt_difference (stream->loader, stream->table);
  if (found != NULL)
    fail_stream (stream, "what the files give", "the same", found);
}

static void
load_next (Stream *stream)
{
  g_auto (NaiveFile) file;
  naive_file_init (&file);
  make_file (stream, &file);
  g_autofree char *text = file_text (stream, &file);
  g_string_append_printf (stream->transcript, "---\n%s", text);
  NaiveCounts counts;
  bool applied = naive_load (stream->naive, &file, &counts);
  g_autoptr (Json) summary = load (stream->home, stream->loader, stream->table, stream->files++, text);
  g_autofree char *status = json_at (summary, "status");
  if (strcmp (status, applied ? "applied" : "failed") != 0)
    {
      g_autofree char *why = weir_json_text (summary);
      fail_stream (stream, "the end", applied ? "applied" : "failed", why);
    }
  stream->ahead = stream->ahead && !applied;
  if (applied)
    compare_counts (stream, summary, &counts);
  if (g_str_has_suffix (stream->transcript->str, "\n"))
    compare_rows (stream);
}

static void
write_model (Stream *stream)
{
  g_autoptr (GString) columns = g_string_new (NULL);
  for (int i = 0; i < NAIVE_COLUMNS; i++)
    if (stream->renamed[i])
      g_string_append_printf (columns, "%s\"n%d\": {\"from\": [\"c%d\"]}", columns->len > 0 ? ", " : "", i, i);
  g_autofree char *json = g_strdup_printf ("{\"table\": \"%s\", \"kind\": %s, " DIALECT ", \"columns\": {%s}}", stream->table,
                                           kinds[stream->kind], columns->str);
  home_write_model (stream->home, stream->table, json);
}

static void
rename_column (Stream *stream)
{
  int column = g_rand_int_range (stream->random, 0, NAIVE_COLUMNS - 1);
  stream->renamed[column] = stream->ahead = true;
  naive_rename (stream->naive, column);
  g_string_append_printf (stream->transcript, "--- c%d is n%d\n", column, column);
  write_model (stream);
}

static void
drop_column (Stream *stream)
{
  int column = g_rand_int_range (stream->random, 0, NAIVE_COLUMNS);
  g_autofree char *name = naive_drop (stream->naive, column);
  if (name == NULL)
    return;
  g_string_append_printf (stream->transcript, "--- %s is dropped\n", name);
  stream->has[column] = false;
  stream->dropped = true;
  sql_run_text (stream->home, "set client_min_messages = error");
  sql_run_text (stream->home, "alter table warehouse.%s drop column %s cascade", stream->table, name);
}

/* ---- streams ---- */

static void
run_stream (Home *home, Loader *loader, guint32 seed)
{
  Stream stream = { .home = home, .loader = loader, .random = g_rand_new_with_seed (seed), .kind = (NaiveKind) (seed % 3) };
  stream.table = g_strdup_printf ("seed_%u", seed);
  stream.naive = naive_new (stream.kind);
  stream.transcript = g_string_new (NULL);
  write_model (&stream);
  load_next (&stream);
  for (int more = g_rand_int_range (stream.random, 2, FILES); more > 0; more--)
    {
      if (chance (&stream, 0.1))
        drop_column (&stream);
      if (chance (&stream, 0.1))
        rename_column (&stream);
      load_next (&stream);
    }
  if (!stream.dropped && !stream.ahead)
    compare_rebuilt (&stream);
  g_autofree char *name = g_strdup_printf ("models/%s.json", stream.table);
  home_remove_file (home, name); /* the more models, the longer it takes to read them */
  for (int key = 0; key < KEYS; key++)
    for (int i = 0; i < NAIVE_COLUMNS; i++)
      g_free (stream.last[key][i]);
  naive_free (stream.naive);
  g_rand_free (stream.random);
  g_free (stream.table);
  g_string_free (stream.transcript, TRUE);
}

static void
run_streams (Home *home, guint32 first, guint32 count)
{
  g_autoptr (GError) error = NULL;
  assert_weir (home, 0, "init", NULL);
  g_autoptr (Settings) settings = settings_load_home (home->path, HOME_REQUIRED, &error);
  assert_non_null (settings);
  g_auto (Loader) loader;
  loader_init (&loader, settings, -1);
  loader.one_shot = true;
  loader.options.force = true;
  home_write_model (home, "dims", "{\"table\": \"dims\", \"kind\": \"dimension\", \"business_key\": [\"key\"]}");
  json_decref (load (home, &loader, "dims", 0, "key,name\nd1,One\nd2,Two\n"));
  for (guint32 seed = first; seed < first + count; seed++)
    run_stream (home, &loader, seed);
}

static guint32
number_of (const char *variable, guint32 otherwise)
{
  const char *value = g_getenv (variable);
  return value == NULL ? otherwise : (guint32) strtoul (value, NULL, 10);
}

static void
test_streams (void **state)
{
  Home *outer = *state;
  guint32 first = number_of ("WEIR_STREAM", 1), count = number_of ("WEIR_STREAMS", STREAMS);
  for (guint32 done = 0; done < count; done += HOME_STREAMS)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      run_streams (home, first + done, MIN (count - done, HOME_STREAMS));
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_streams) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
