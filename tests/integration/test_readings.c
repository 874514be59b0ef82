/* Two readings of a file agree: random messy files, and what `load`, `cat`, `sniff`, `rejects --csv` and the archived file say of them.
 *
 * WEIR_READINGS=N tries so many seeds instead of a few, WEIR_READING=SEED begins with that one. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READINGS 6 /* without WEIR_READINGS */
#define HOME_READINGS 40
#define MOST_COLUMNS 6

typedef enum
{
  IDS,
  WORDS,
  NUMBERS,
  AMOUNTS, /* with decimals */
  DATES,
  KINDS
} Kind;

/* How one file is written. */
typedef struct
{
  GRand *random;
  const char *delimiter, *newline, *encoding; /* encoding NULL: UTF-8 */
  bool quote_all, bom;
  double mess; /* the share of lines that are off */
  int columns;
  Kind kinds[MOST_COLUMNS];
} Style;

static bool
chance (Style *style, double share)
{
  return g_rand_double (style->random) < share;
}

static const char *
pick (Style *style, const char *const *from, int n)
{
  return from[g_rand_int_range (style->random, 0, n)];
}

/* ---- files ---- */

static void
choose_style (Style *style, guint32 seed)
{
  static const char *const delimiters[] = { ",", ",", ";", "\t", "|" }, *const newlines[] = { "\n", "\n", "\r\n" };
  static const char *const encodings[] = { NULL, NULL, NULL, "WINDOWS-1252", "UTF-16LE" };
  *style = (Style) { .random = g_rand_new_with_seed (seed) };
  style->delimiter = pick (style, delimiters, G_N_ELEMENTS (delimiters));
  style->newline = pick (style, newlines, G_N_ELEMENTS (newlines));
  style->encoding = pick (style, encodings, G_N_ELEMENTS (encodings));
  style->quote_all = chance (style, 0.15);
  style->bom = chance (style, 0.2) || g_strcmp0 (style->encoding, "UTF-16LE") == 0;
  style->mess = chance (style, 0.3) ? 0 : 0.12;
  style->columns = g_rand_int_range (style->random, 3, MOST_COLUMNS + 1);
  style->kinds[0] = IDS;
  for (int i = 1; i < style->columns; i++)
    style->kinds[i] = (Kind) g_rand_int_range (style->random, i == 1 ? NUMBERS : WORDS, KINDS); /* one that tells the header */
}

static char *
make_cell (Style *style, Kind kind, int row)
{
  static const char *const words[] = {
    "Lamp", "Desk chair", "Rug; wool", "Table \"Nord\"", "Mirror, round", "Vase\nof glass", "Größe",
    "café", "Shelf",      "",          "5\" pipe",       "a|b",           "tab\there",      "#1"
  };
  if (kind != IDS && chance (style, 0.1))
    return g_strdup ("");
  switch (kind)
    {
    case IDS:
      return g_strdup_printf ("K-%d", 1000 + row);
    case NUMBERS:
      return g_strdup_printf ("%d", g_rand_int_range (style->random, 0, 5000));
    case AMOUNTS:
      return g_strdup_printf ("%d%s%02d", g_rand_int_range (style->random, 0, 900), strcmp (style->delimiter, ";") == 0 ? "," : ".",
                              g_rand_int_range (style->random, 0, 100));
    case DATES:
      return g_strdup_printf ("2026-%02d-%02d", g_rand_int_range (style->random, 1, 13), g_rand_int_range (style->random, 1, 29));
    case WORDS:
    case KINDS:
    default:
      return g_strdup (pick (style, words, G_N_ELEMENTS (words)));
    }
}

static void
append_cell (const Style *style, GString *text, const char *cell)
{
  bool quoted = style->quote_all || strpbrk (cell, "\"\n\r#") != NULL || strstr (cell, style->delimiter) != NULL;
  g_auto (GStrv) pieces = g_strsplit (cell, "\"", -1);
  g_autofree char *doubled = g_strjoinv ("\"\"", pieces);
  g_string_append_printf (text, quoted ? "\"%s\"" : "%s", doubled);
}

static void
append_row (Style *style, GString *text, int row, int columns)
{
  for (int i = 0; i < columns; i++)
    {
      g_autofree char *cell = make_cell (style, style->kinds[i], row);
      g_string_append (text, i > 0 ? style->delimiter : "");
      append_cell (style, text, cell);
    }
  g_string_append (text, style->newline);
}

/* A line that is off in one of the ways in which lines are. */
static void
append_mess (Style *style, GString *text, int row)
{
  const char *d = style->delimiter, *n = style->newline;
  switch (g_rand_int_range (style->random, 0, 8))
    {
    case 0:
      append_row (style, text, row, style->columns - 1);
      return;
    case 1:
      g_string_append_printf (text, "K-%d%sLa\"mp\" x%s1%s", row, d, d, n);
      return;
    case 2:
      g_string_append_printf (text, "K-%d%s\"Lamp%s1%s", row, d, d, n);
      return;
    case 3:
      g_string_append_printf (text, "%sLamp%s%s", d, d, n);
      return;
    case 4:
      g_string_append (text, n);
      return;
    case 5:
      g_string_append_printf (text, "# a remark%s", n);
      return;
    case 6:
      append_row (style, text, row, style->columns);
      g_string_truncate (text, text->len - strlen (n));
      g_string_append_printf (text, "%sand%smore%s", d, d, n);
      return;
    default:
      append_row (style, text, row - 1, style->columns); /* the key once more */
      return;
    }
}

/* The file's bytes. */
static GBytes *
make_file (Style *style)
{
  static const char *const names[] = {
    [IDS] = "Id", [WORDS] = "Thing", [NUMBERS] = "Pieces", [AMOUNTS] = "Price", [DATES] = "Day"
  };
  g_autoptr (GString) text = g_string_new (style->bom ? "\xEF\xBB\xBF" : "");
  for (int lines = chance (style, 0.25) ? 2 : 0; lines > 0; lines--)
    g_string_append_printf (text, lines == 2 ? "Report of things%s" : "%s", style->newline);
  for (int i = 0; i < style->columns; i++)
    g_string_append_printf (text, "%s%s %d", i > 0 ? style->delimiter : "", names[style->kinds[i]], i);
  g_string_append (text, style->newline);
  int rows = g_rand_int_range (style->random, 12, 60);
  for (int row = 0; row < rows; row++)
    if (chance (style, style->mess))
      append_mess (style, text, row);
    else
      append_row (style, text, row, style->columns);
  if (style->mess > 0 && chance (style, 0.3))
    g_string_append_printf (text, "%sTotal: %d%s", style->newline, rows, style->newline);
  gsize length;
  g_autoptr (GError) error = NULL;
  char *bytes = style->encoding == NULL
                    ? g_strndup (text->str, text->len)
                    : g_convert (text->str + (strcmp (style->encoding, "WINDOWS-1252") == 0 && style->bom ? 3 : 0), -1,
                                 style->encoding, "UTF-8", NULL, &length, &error);
  assert_non_null (bytes);
  return g_bytes_new_take (bytes, style->encoding == NULL ? text->len : length);
}

/* ---- readings ---- */

/* One file in a home, and what was said of it. */
typedef struct
{
  Home *home;
  guint32 seed;
  GBytes *bytes;
  char *name; /* of table and file, without .csv */
} Reading;

/* The file stays in the home, which WEIR_TEST_KEEP leaves. */
static void
fail_reading (const Reading *reading, const char *what, const char *one, const char *other)
{
  gsize length;
  const char *bytes = g_bytes_get_data (reading->bytes, &length);
  g_autofree char *shown = g_utf8_make_valid (bytes, (gssize) length);
  fprintf (stderr, "%s\n-- one:\n%s\n-- the other:\n%s\n", shown, one, other); /* fail_msg would cut it */
  fail_msg ("seed %u: %s", reading->seed, what);
}

static void
put_file (const Reading *reading, const char *name, const void *bytes, gsize length)
{
  g_autofree char *path = home_path (reading->home, name);
  assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
}

static Json *
load (const Reading *reading, const char *file, const char *option)
{
  g_autoptr (Outcome) outcome = run_weir (reading->home, "load", "--json", file, option, NULL);
  if (outcome->code > 1)
    fail_reading (reading, "the load", outcome->out, outcome->err);
  return outcome_json (outcome);
}

static int64_t
number (const Reading *reading, const Json *json, const char *path)
{
  g_autofree char *text = json_at (json, path), *all = weir_json_text (json);
  if (text == NULL)
    fail_reading (reading, path, "not there", all);
  return g_ascii_strtoll (text, NULL, 10);
}

static void
agree (const Reading *reading, const char *what, int64_t one, int64_t other)
{
  g_autofree char *first = g_strdup_printf ("%" G_GINT64_FORMAT, one), *second = g_strdup_printf ("%" G_GINT64_FORMAT, other);
  if (one != other)
    fail_reading (reading, what, first, second);
}

static char *
staged (const Reading *reading, const char *table)
{
  return sql_scalar (reading->home,
                     "select string_agg((to_jsonb(t) - '_line' - '_id' - '_hash')::text, e'\\n' order by _line) from staging.%s t",
                     table);
}

/* What `weir cat` prints is what was loaded: read again, it gives the same rows. */
static void
compare_cat (const Reading *reading, const char *file)
{
  g_autoptr (Outcome) cat = run_weir (reading->home, "cat", file, NULL);
  g_autofree char *clean = g_strdup_printf ("clean%ux.csv", reading->seed), *table = g_strdup_printf ("clean%ux", reading->seed);
  put_file (reading, clean, cat->out, strlen (cat->out));
  json_decref (load (reading, clean, NULL));
  g_autofree char *one = staged (reading, reading->name), *other = staged (reading, table);
  if (g_strcmp0 (one, other) != 0)
    fail_reading (reading, "cat, loaded again, is other rows", one, other);
}

/* What `weir sniff` counts is what the load counted. */
static void
compare_sniff (const Reading *reading, const char *file, const Json *loaded)
{
  g_autoptr (Outcome) outcome = expect_weir (reading->home, 0, "sniff", "--json", file, NULL);
  g_autoptr (Json) sniffed = outcome_json (outcome);
  int64_t below = number (reading, sniffed, "rows.below"),
          off = number (reading, sniffed, "rows.problems") + number (reading, sniffed, "rows.ragged");
  agree (reading, "the rows that sniff counts", number (reading, loaded, "rows.read"),
         number (reading, sniffed, "rows.read") + below);
  agree (reading, "the rows that sniff counts as off",
         number (reading, loaded, "rows.repaired") + number (reading, loaded, "rows.rejected"), off + below);
}

static Json *
rejects_of (const Reading *reading, const Json *loaded)
{
  g_autofree char *run = json_at (loaded, "run");
  g_autoptr (Outcome) outcome = expect_weir (reading->home, 0, "rejects", "--json", run, NULL);
  return outcome_json (outcome);
}

/* Of a row below the table, or above its second one, nothing is left to tell it by among a few rejects. */
static bool
is_foreign (const char *reason)
{
  return strcmp (reason, "footer") == 0 || strcmp (reason, "second_table") == 0 || strcmp (reason, "repeated_header") == 0;
}

static void
compare_reject (const Reading *reading, const Json *first, const Json *again)
{
  g_autofree char *original = json_at (first, "original"), *whole = json_at (again, "original");
  g_autofree char *reason = json_at (first, "reason"), *reason_again = json_at (again, "reason");
  if (!g_str_has_suffix (whole, original) || (strcmp (reason, reason_again) != 0 && !is_foreign (reason)))
    {
      g_autofree char *one = weir_json_text (first), *other = weir_json_text (again);
      fail_reading (reading, "a reject that was dropped again", one, other);
    }
}

/* Rejects that nobody corrected are the same rejects. */
static void
compare_rejects (const Reading *reading, const Json *loaded)
{
  int64_t count = number (reading, loaded, "rows.rejected");
  if (count == 0)
    return;
  g_autofree char *run = json_at (loaded, "run"), *file = g_strdup_printf ("%s_2.csv", reading->name);
  g_autoptr (Outcome) csv = expect_weir (reading->home, 0, "rejects", "--csv", run, NULL);
  put_file (reading, file, csv->out, strlen (csv->out));
  g_autoptr (Json) again = load (reading, file, NULL);
  g_autoptr (Json) first = rejects_of (reading, loaded), second = rejects_of (reading, again);
  if (number (reading, again, "rows.rejected") != count || (int64_t) json_array_size (second) != count)
    {
      g_autofree char *one = weir_json_pretty (first), *other = weir_json_pretty (second);
      fail_reading (reading, csv->out, one, other);
    }
  for (size_t i = 0; i < json_array_size (second); i++)
    compare_reject (reading, json_array_get (first, i), json_array_get (second, i));
}

/* The archived file is the same file. */
static void
compare_archived (const Reading *reading, const Json *loaded)
{
  g_autofree char *place =
      sql_scalar (reading->home, "select place from weir.file where table_name = '%s' and disposition = 'archived'", reading->name);
  assert_non_null (place);
  bool rejected = number (reading, loaded, "rows.rejected") > 0;
  g_autoptr (Json) again = load (reading, place, NULL);
  assert_json (again, "status", rejected ? "applied" : "duplicate");
  g_autoptr (Json) forced = load (reading, place, "--force");
  static const char *const counts[] = { "rows.read", "rows.rejected", "rows.duplicate", "rows.staged" };
  for (size_t i = 0; i < G_N_ELEMENTS (counts); i++)
    agree (reading, counts[i], number (reading, loaded, counts[i]), number (reading, forced, counts[i]));
  agree (reading, "what the archived file changes", number (reading, forced, "rows.unchanged"),
         number (reading, forced, "rows.staged"));
}

static void
read_all (Home *home, guint32 seed)
{
  Style style;
  choose_style (&style, seed);
  g_autoptr (GBytes) bytes = make_file (&style);
  g_autofree char *name = g_strdup_printf ("f%ux", seed), *file = g_strdup_printf ("f%ux.csv", seed);
  const Reading reading = { home, seed, bytes, name };
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  put_file (&reading, file, data, length);
  g_autoptr (Json) unmodelled = load (&reading, file, NULL);
  assert_json (unmodelled, "status", "staged");
  compare_sniff (&reading, file, unmodelled);
  compare_cat (&reading, file);

  g_autofree char *model = g_strdup_printf ("{\"table\": \"%s\", \"kind\": \"dimension\", \"business_key\": [\"Id 0\"],"
                                            " \"rejects\": {\"max_percent\": 100}}",
                                            name);
  home_write_model (home, name, model);
  g_autoptr (Json) loaded = load (&reading, file, "--archive");
  home_note_dropped (home, data, length);
  if (json_is_null (json_object_get (loaded, "rows")))
    {
      g_autofree char *why = weir_json_text (loaded);
      fail_reading (&reading, "the load with a model", "", why);
    }
  /* Without one, rows that are off are mended, and two lines may be one row. */
  if (number (&reading, unmodelled, "rows.repaired") == 0)
    agree (&reading, "the rows with a model and without", number (&reading, loaded, "rows.read"),
           number (&reading, unmodelled, "rows.read"));
  compare_archived (&reading, loaded);
  compare_rejects (&reading, loaded);
  g_rand_free (style.random);
}

static guint32
number_of (const char *variable, guint32 otherwise)
{
  const char *value = g_getenv (variable);
  return value == NULL ? otherwise : (guint32) strtoul (value, NULL, 10);
}

static void
test_readings (void **state)
{
  Home *outer = *state;
  guint32 first = number_of ("WEIR_READING", 1), count = number_of ("WEIR_READINGS", READINGS);
  for (guint32 done = 0; done < count; done += HOME_READINGS)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      for (guint32 seed = first + done; seed < first + MIN (count, done + HOME_READINGS); seed++)
        read_all (home, seed);
    }
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_readings) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
