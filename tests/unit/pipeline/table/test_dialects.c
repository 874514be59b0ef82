/* Random tables, written in many dialects with blanks where they belong to no cell: what is sniffed and read without any hint must be
 * the table. WEIR_DIALECTS=FOLDER keeps the files that were read wrongly. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/autoptr.h"
#include "pipeline/table/rows.h"
#include "tests/support/effort.h"
#include "tests/unit/pipeline/reading.h"

#include <stdio.h>
#include <string.h>

#define MOST_COLUMNS 7

/* ---- tables ---- */

typedef struct
{
  const char *name;
  char *(*make) (GRand *random, int row);
} Column;

static const char *
pick (GRand *random, const char *const *words)
{
  return words[g_rand_int_range (random, 0, (gint32) g_strv_length ((char **) words))];
}

static char *
make_number (GRand *random, int row)
{
  (void) random;
  return g_strdup_printf ("%d", 1000 + row * 7);
}

static char *
make_price (GRand *random, int row)
{
  (void) row;
  return g_strdup_printf ("%d.%02d", g_rand_int_range (random, 0, 900), g_rand_int_range (random, 0, 100));
}

static char *
make_decimal_comma (GRand *random, int row)
{
  (void) row;
  return g_strdup_printf ("%d,%d", g_rand_int_range (random, 0, 90), g_rand_int_range (random, 0, 1000));
}

static char *
make_date (GRand *random, int row)
{
  (void) row;
  return g_strdup_printf ("%d-%02d-%02d", g_rand_int_range (random, 1990, 2027), g_rand_int_range (random, 1, 13),
                          g_rand_int_range (random, 1, 29));
}

static char *
make_time (GRand *random, int row)
{
  (void) row;
  return g_strdup_printf ("%02d:%02d:%02d", g_rand_int_range (random, 0, 24), g_rand_int_range (random, 0, 60),
                          g_rand_int_range (random, 0, 60));
}

static char *
make_mail (GRand *random, int row)
{
  return g_strdup_printf ("p%d.%d@example.org", row, g_rand_int_range (random, 0, 1000));
}

static char *
make_person (GRand *random, int row)
{
  static const char *const names[] = { "Ann Smith",     "Bob O'Brien", "Chlo\xC3\xA9 d'Arc", "Dmitri", "van Dam, Eve",
                                       "G\xC3\xBCnter", NULL };
  (void) row;
  return g_strdup (pick (random, names));
}

static char *
make_thing (GRand *random, int row)
{
  static const char *const things[] = { "Lamp",          "Rug; wool",  "Table \"Nord\"",
                                        "Mirror, round", "5\" pipe",   "the dogs' bed",
                                        "A|B cable",     "oak ~ pine", "",
                                        "12 400",        NULL };
  (void) row;
  return g_strdup (pick (random, things));
}

static char *
make_note (GRand *random, int row)
{
  static const char *const notes[] = {
    "said \"no\", then left", "ring,\ntwice",       "it's fine, really", "  indented", "paid; in cash", "", "", "don't",
    "a \"quoted\" word",      "ends here \xC2\xA0", "x, \"y\", z",       NULL
  };
  (void) row;
  return g_strdup (pick (random, notes));
}

static char *
make_word (GRand *random, int row)
{
  static const char *const words[] = { "red", "green", "blue", "black", "white", NULL };
  (void) row;
  return g_strdup (pick (random, words));
}

static const Column columns[] = {
  { "id", make_number }, { "price", make_price },   { "share", make_decimal_comma }, { "born", make_date }, { "at", make_time },
  { "mail", make_mail }, { "person", make_person }, { "thing", make_thing },         { "note", make_note }, { "colour", make_word },
};

typedef struct
{
  int n_columns;
  GPtrArray *cells; /* of char *, row by row, the header first */
} Table;

static Table
make_table (GRand *random)
{
  Table table = { g_rand_int_range (random, 3, MOST_COLUMNS + 1), g_ptr_array_new_with_free_func (g_free) };
  int first = g_rand_int_range (random, 0, G_N_ELEMENTS (columns)), rows = g_rand_int_range (random, 8, 40);
  for (int row = 0; row <= rows; row++)
    for (int i = 0; i < table.n_columns; i++)
      {
        const Column *column = &columns[(size_t) (first + i * 3) % G_N_ELEMENTS (columns)];
        g_ptr_array_add (table.cells, row == 0 ? g_strdup (column->name) : column->make (random, row));
      }
  return table;
}

/* ---- how they are written ---- */

typedef enum
{
  QUOTE_NEEDED,
  QUOTE_ALL,
  QUOTE_SOME,
  N_QUOTINGS,
} Quoting;

typedef enum
{
  PAD_NONE,
  PAD_QUOTES, /* here and there beside quotes */
  PAD_BEHIND, /* behind each delimiter */
  PAD_BEFORE,
  PAD_AROUND,
  N_PADDINGS,
} Padding;

typedef struct
{
  const char *delimiter;
  char quote;
  bool backslash;
  const char *newline;
  Quoting quoting;
  Padding padding;
  bool trailing;
} Style;

static Style
make_style (GRand *random)
{
  static const char *const delimiters[] = { ",", ",", ";", ";", "\t", "|", "^", "~", " ", NULL };
  static const char *const newlines[] = { "\n", "\n", "\r\n", "\r", NULL };
  const char *delimiter = pick (random, delimiters);
  return (Style) { delimiter,
                   g_rand_int_range (random, 0, 3) > 0 ? '"' : '\'',
                   g_rand_int_range (random, 0, 4) == 0,
                   pick (random, newlines),
                   (Quoting) g_rand_int_range (random, 0, N_QUOTINGS),
                   (Padding) g_rand_int_range (random, 0, N_PADDINGS),
                   delimiter[0] != ' ' && g_rand_int_range (random, 0, 8) == 0 };
}

static void
write_blanks (GRand *random, const Style *style, GString *out)
{
  static const char *const blanks[] = { " ", " ", "  ", "\t", "\xC2\xA0", " \xC2\xA0", NULL };
  const char *some = pick (random, blanks);
  g_string_append (out, some[0] == '\t' && style->delimiter[0] == '\t' ? " " : some);
}

static bool
must_be_quoted (const Style *style, const char *cell)
{
  const char special[] = { '"', '\'', '\n', '\r', '#', '\0' };
  return strpbrk (cell, special) != NULL || strstr (cell, style->delimiter) != NULL || g_str_has_prefix (cell, " ")
         || g_str_has_suffix (cell, "\xC2\xA0") || (style->delimiter[0] == ' ' && cell[0] == '\0');
}

static void
write_cell (GRand *random, const Style *style, const char *cell, GString *out)
{
  bool quoted =
      style->quoting == QUOTE_ALL || must_be_quoted (style, cell) || (style->quoting == QUOTE_SOME && g_rand_boolean (random));
  bool beside = quoted && style->padding == PAD_QUOTES;
  if (beside && g_rand_boolean (random))
    write_blanks (random, style, out);
  const char quote[] = { style->quote, '\0' };
  g_string_append (out, quoted ? quote : "");
  for (; *cell != '\0'; cell++)
    {
      if (quoted && (*cell == style->quote || (style->backslash && *cell == '\\')))
        g_string_append_c (out, style->backslash ? '\\' : style->quote);
      g_string_append_c (out, *cell);
    }
  g_string_append (out, quoted ? quote : "");
  if (beside && g_rand_boolean (random))
    write_blanks (random, style, out);
}

static void
write_delimiter (GRand *random, const Style *style, GString *out)
{
  if (style->padding == PAD_BEFORE || style->padding == PAD_AROUND)
    write_blanks (random, style, out);
  g_string_append (out, style->delimiter);
  if (style->padding == PAD_BEHIND || style->padding == PAD_AROUND)
    write_blanks (random, style, out);
}

static GString *
write_table (GRand *random, const Style *style, const Table *table)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < table->cells->len; i++)
    {
      bool last = ((int) i + 1) % table->n_columns == 0;
      write_cell (random, style, table->cells->pdata[i], out);
      if (!last || style->trailing)
        write_delimiter (random, style, out);
      g_string_append (out, last ? style->newline : "");
    }
  return out;
}

/* ---- reading ---- */

static bool
is_row (const Record *record, const Table *table, guint *at)
{
  if (record->problem != NULL || record->n_fields != (size_t) table->n_columns || *at + record->n_fields > table->cells->len)
    return false;
  for (size_t i = 0; i < record->n_fields; i++)
    {
      const char *cell = table->cells->pdata[(*at)++];
      if (record->fields[i].length != strlen (cell) || memcmp (record->fields[i].text, cell, strlen (cell)) != 0)
        return false;
    }
  return true;
}

/* NULL, or what is wrong with it. */
static char *
check_file (const GString *text, const Table *table)
{
  AUTO_FD int fd = memory_file (text->str, text->len);
  g_autoptr (GError) error = NULL;
  g_autoptr (Rows) rows = rows_open (&(RowsInput) { .fd = fd, .name = "x.csv" }, &error);
  const Record *row = NULL, *original = NULL;
  guint at = 0;
  if (rows == NULL)
    return g_strdup (error->message);
  const SniffEvidence *evidence = rows_evidence (rows);
  if (rows_header (rows) == NULL || !is_row (rows_header (rows), table, &at))
    return g_strdup_printf ("another header; %s; %s; %s", evidence->delimiter, evidence->quote, evidence->header);
  while (rows_next (rows, &row, &original, NULL) && row != NULL)
    if (original != NULL || !is_row (row, table, &at))
      return g_strdup_printf ("another row on line %d: %.*s; %s; %s", (int) row->line, (int) row->raw_length, row->raw,
                              evidence->delimiter, evidence->quote);
  return at == table->cells->len ? NULL : g_strdup_printf ("too few rows; %s; %s", evidence->delimiter, evidence->quote);
}

static void
keep_file (int number, const GString *text)
{
  const char *folder = g_getenv ("WEIR_DIALECTS");
  g_autofree char *path = folder != NULL ? g_strdup_printf ("%s/%04d.csv", folder, number) : NULL;
  if (path != NULL)
    g_file_set_contents (path, text->str, (gssize) text->len, NULL);
}

static void
reads_what_was_written (void **state)
{
  (void) state;
  g_autoptr (GRand) random = g_rand_new_with_seed (20261128);
  int wrong = 0, tables = effort (400, 1500);
  for (int i = 0; i < tables; i++)
    {
      Table table = make_table (random);
      const Style style = make_style (random);
      g_autoptr (GString) text = write_table (random, &style, &table);
      g_autofree char *problem = check_file (text, &table);
      g_ptr_array_unref (table.cells);
      if (problem == NULL)
        continue;
      printf ("%04d, delimiter '%s', quote %c%s around %s, blanks %d%s: %s\n", i, style.delimiter, style.quote,
              style.backslash ? "\\" : "",
              style.quoting == QUOTE_ALL    ? "all"
              : style.quoting == QUOTE_SOME ? "some"
                                            : "few",
              style.padding, style.trailing ? ", trailing" : "", problem);
      keep_file (i, text);
      wrong++;
    }
  assert_int_equal (wrong, 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (reads_what_was_written) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
