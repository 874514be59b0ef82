/* Whether the confidence means what it says: of generated files sniffed at 90 % nine in ten are read as they were meant, at 60 % six
 * in ten. The files are tables of many kinds of columns, with and without a header, in every dialect, and with what people and
 * programs put above, among and below the rows; a part of them can be read in two ways. The seed is fixed; the score sheet is
 * printed. docs/sniffing.md has that of WEIR_TEST_LONG. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/effort.h"
#include "tests/unit/pipeline/sniffing.h"

#include <stdio.h>
#include <string.h>

#define SEED 20261128
#define MOST_COLUMNS 7

/* ---- cells ---- */

typedef enum
{
  COLUMN_ID,
  COLUMN_CODE,
  COLUMN_WORD,
  COLUMN_CATEGORY,
  COLUMN_NAME,
  COLUMN_SENTENCE,
  COLUMN_WHOLE,
  COLUMN_DECIMAL,
  COLUMN_AMOUNT,
  COLUMN_DATE,
  COLUMN_CLOCK,
  COLUMN_MAIL,
  COLUMN_FLAG,
  COLUMN_LIST,
  N_COLUMN_KINDS,
} ColumnKind;

/* A file that is being made, and what was meant by it. */
typedef struct
{
  GRand *rand;
  GString *text;
  const char *delimiter;
  char quote; /* 0: none */
  bool all_quoted;
  bool blanks; /* behind the delimiters */
  size_t columns;
  ColumnKind kinds[MOST_COLUMNS];
  int header_rows, skip_lines, rows;
  int line;
  bool quoted; /* a cell is */
} File;

static const char *
pick (File *file, const char *const *words, size_t n)
{
  return words[g_rand_int_range (file->rand, 0, (gint32) n)];
}
#define PICK(file, words) pick (file, words, G_N_ELEMENTS (words))

static bool
one_in (File *file, int n)
{
  return g_rand_int_range (file->rand, 0, n) == 0;
}

static const char *const words[] = { "Oslo",  "Rome",   "Bonn",    "Lyon",  "Kiel", "Ulm",  "Bath",  "Turin",
                                     "Lima",  "Quito",  "Accra",   "apple", "pear", "plum", "grape", "lemon",
                                     "melon", "cherry", "apricot", "peach", "oak",  "beech" };
static const char *const categories[] = { "red", "green", "blue" };
static const char *const first_names[] = { "Ann", "Bob", "Cyd", "Dan", "Eve", "Fay", "Gus", "Hal" };
static const char *const families[] = { "Smith", "O'Brien", "van Dam", "Sato", "Nowak", "Lee" };
static const char *const sentences[] = { "call first",     "paid, in cash", "leave at door", "no; not today",   "a: b, c",
                                         "size 5 | or so", "well, yes, no", "said tomorrow", "left, then right" };

static char *
make_cell (File *file, ColumnKind kind, int row)
{
  GRand *rand = file->rand;
  int n = g_rand_int_range (rand, 0, 10000);
  switch (kind)
    {
    case COLUMN_ID:
      return g_strdup_printf ("%d", 1000 + row);
    case COLUMN_CODE:
      return g_strdup_printf ("%c%c-%03d", 'A' + n % 7, 'A' + n % 11, n % 1000);
    case COLUMN_WORD:
      return g_strdup (PICK (file, words));
    case COLUMN_CATEGORY:
      return g_strdup (PICK (file, categories));
    case COLUMN_NAME:
      return g_strdup_printf ("%s %s", PICK (file, first_names), PICK (file, families));
    case COLUMN_SENTENCE:
      return g_strdup (PICK (file, sentences));
    case COLUMN_WHOLE:
      return g_strdup_printf ("%d", n % 500);
    case COLUMN_DECIMAL:
      return g_strdup_printf ("%d.%02d", n / 100, n % 100);
    case COLUMN_AMOUNT:
      return g_strdup_printf ("%d,%02d", n / 100, n % 100);
    case COLUMN_DATE:
      return g_strdup_printf ("2026-%02d-%02d", n % 12 + 1, n % 28 + 1);
    case COLUMN_CLOCK:
      return g_strdup_printf ("%02d:%02d", n % 24, n % 60);
    case COLUMN_MAIL:
      return g_strdup_printf ("user%d@example.org", n % 90);
    case COLUMN_FLAG:
      return g_strdup (n % 2 == 0 ? "yes" : "no");
    default:
      return g_strdup_printf ("%d|%d|%d", n % 9, n % 7, n % 5);
    }
}

static const char *
make_name (File *file, ColumnKind kind)
{
  static const char *const names[N_COLUMN_KINDS][3] = {
    { "id", "number", "order_id" },     { "code", "sku", "article no" },  { "city", "fruit", "place" },
    { "colour", "status", "group" },    { "name", "customer", "owner" },  { "note", "remark", "comment" },
    { "units", "count", "pieces" },     { "price", "weight", "total" },   { "amount", "sum", "balance" },
    { "day", "born", "delivery_date" }, { "time", "opens", "departure" }, { "email", "mail", "contact" },
    { "active", "paid", "member" },     { "scores", "ranks", "marks" },
  };
  return names[kind][g_rand_int_range (file->rand, 0, 3)];
}

/* ---- rows ---- */

static void
write_cell (File *file, const char *cell)
{
  g_autofree char *plain = g_strdelimit (g_strdup (cell), file->delimiter, '-');
  bool quoted = file->quote != 0 && (file->all_quoted || strpbrk (cell, file->delimiter) != NULL);
  char quote[] = { file->quote, '\0' }, twice[] = { file->quote, file->quote, '\0' };
  g_autoptr (GString) text = g_string_new (quoted ? cell : plain);
  if (quoted)
    g_string_replace (text, quote, twice, 0);
  g_string_append_printf (file->text, "%s%s%s", quoted ? quote : "", text->str, quoted ? quote : "");
  file->quoted = file->quoted || quoted;
}

static void
end_line (File *file)
{
  g_string_append_c (file->text, '\n');
  file->line++;
}

/* "columns": of them so many. */
static void
write_row (File *file, int row, size_t columns)
{
  for (size_t i = 0; i < columns; i++)
    {
      bool empty = i > 0 && one_in (file, 15);
      g_autofree char *cell = empty ? g_strdup ("") : make_cell (file, file->kinds[i % file->columns], row);
      if (i > 0)
        g_string_append_printf (file->text, "%s%s", file->delimiter, file->blanks ? " " : "");
      write_cell (file, cell);
    }
  end_line (file);
}

static void
write_header (File *file)
{
  for (size_t i = 0; i < file->columns; i++)
    {
      if (i > 0)
        g_string_append_printf (file->text, "%s%s", file->delimiter, file->blanks ? " " : "");
      g_autofree char *name = g_strdup (make_name (file, file->kinds[i]));
      for (size_t j = 0; j < i; j++)
        if (file->kinds[j] == file->kinds[i])
          {
            g_autofree char *once = name;
            name = g_strdup_printf ("%s_%zu", once, i);
          }
      write_cell (file, name);
    }
  end_line (file);
}

/* ---- what is around them ---- */

static void
write_preamble (File *file)
{
  static const char *const lines[] = { "Sales report",
                                       "Printed on 2026-01-02",
                                       "Region: all, but Oslo",
                                       "# made by a program",
                                       "# 2026-01-02",
                                       "Report; of all",
                                       "From | to",
                                       "" };
  for (int n = g_rand_int_range (file->rand, 1, 4); n > 0; n--)
    {
      g_string_append (file->text, PICK (file, lines));
      end_line (file);
    }
}

static void
write_footer (File *file)
{
  switch (g_rand_int_range (file->rand, 0, 3))
    {
    case 0:
      g_string_append (file->text, "\nEnd of report");
      break;
    case 1:
      g_string_append_printf (file->text, "Total%s%d", file->delimiter, g_rand_int_range (file->rand, 0, 1000));
      break;
    default:
      g_string_append (file->text, "\nsource: own data, without warranty");
    }
  end_line (file);
}

static void
choose_dialect (File *file)
{
  static const char *const delimiters[] = { ",", ",", ",", ";", ";", "\t", "|", ":", " " };
  file->delimiter = PICK (file, delimiters);
  file->quote = one_in (file, 8) ? '\'' : one_in (file, 10) ? 0 : '"';
  file->all_quoted = one_in (file, 4) && file->quote != 0;
  file->blanks = one_in (file, 8) && file->delimiter[0] != ' ';
}

/* Half of the tables have words alone: nothing tells their header. */
static void
choose_columns (File *file)
{
  bool text = one_in (file, 3);
  file->columns = (size_t) g_rand_int_range (file->rand, one_in (file, 12) ? 1 : 2, MOST_COLUMNS + 1);
  for (size_t i = 0; i < file->columns; i++)
    file->kinds[i] =
        (ColumnKind) g_rand_int_range (file->rand, text ? COLUMN_CODE : 0, text ? COLUMN_SENTENCE + 1 : N_COLUMN_KINDS);
  file->rows = one_in (file, 6) ? g_rand_int_range (file->rand, 1, 5) : g_rand_int_range (file->rand, 5, 40);
  file->header_rows = one_in (file, 4) ? 0 : 1;
}

static void
make_file (File *file, GRand *rand)
{
  *file = (File) { .rand = rand, .text = g_string_new (NULL) };
  choose_dialect (file);
  choose_columns (file);
  if (one_in (file, 6))
    write_preamble (file);
  file->skip_lines = file->line;
  if (file->header_rows > 0)
    write_header (file);
  int ragged = one_in (file, 8) ? 3 : one_in (file, 6) ? 12 : 1000;
  for (int i = 0; i < file->rows; i++)
    write_row (file, i, one_in (file, ragged) && i > 0 ? MAX (file->columns, 2) - 1 : file->columns);
  if (one_in (file, 6))
    write_footer (file);
}

/* ---- how it was read ---- */

static bool
is_read_as_meant (const File *file, const Dialect *dialect, const SniffEvidence *evidence)
{
  bool quote = dialect->quote == file->quote || (!file->quoted && dialect->quote == '"');
  bool delimiter = file->columns == 1 || strncmp (dialect->delimiter, file->delimiter, 1) == 0;
  const char *above = file->text->str; /* blank lines at its end are none of the preamble's */
  int least = 0, line = 0;
  for (const char *at = above; line < file->skip_lines; line++, at = strchr (at, '\n') + 1)
    least = *at == '\n' ? least : line + 1;
  return quote && delimiter && evidence->fields == file->columns && dialect->header_rows == file->header_rows
         && dialect->skip_lines >= least && dialect->skip_lines <= file->skip_lines;
}

typedef struct
{
  int from, to;    /* percent of confidence */
  int least, most; /* percent of the files that are right */
} Bin;

static const Bin bins[] = { { 0, 50, 10, 60 }, { 50, 70, 55, 85 }, { 70, 80, 60, 90 }, { 80, 90, 80, 97 }, { 90, 101, 90, 100 } };

static void
the_confidence_is_the_share_that_is_right (void **state)
{
  (void) state;
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  int files[G_N_ELEMENTS (bins)] = { 0 }, right[G_N_ELEMENTS (bins)] = { 0 };
  for (int i = 0, n = effort (1000, 3000); i < n; i++)
    {
      File file;
      make_file (&file, rand);
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      assert_true (sniff_text (file.text->str, file.text->len, &dialect, &evidence, NULL));
      bool good = is_read_as_meant (&file, &dialect, &evidence);
      int percent = (int) (100 * evidence.confidence + 0.5);
      for (size_t bin = 0; bin < G_N_ELEMENTS (bins); bin++)
        if (percent >= bins[bin].from && percent < bins[bin].to)
          files[bin]++, right[bin] += good;
      const char *keep = g_getenv ("WEIR_CONFIDENCE");
      if (keep != NULL)
        {
          g_autofree char *seen = describe_dialect (&dialect);
          g_autofree char *name = g_strdup_printf ("%s/%04d-%d-%s-%s.csv", keep, i, percent, good ? "right" : "wrong", seen);
          g_strdelimit (name + strlen (keep) + 1, "/ :\t|", '_');
          g_file_set_contents (name, file.text->str, (gssize) file.text->len, NULL);
        }
      g_string_free (file.text, TRUE);
    }
  printf ("confidence      files  right\n");
  for (size_t bin = 0; bin < G_N_ELEMENTS (bins); bin++)
    printf ("%3d to %3d %%  %6d  %5.1f %%\n", bins[bin].from, bins[bin].to - 1, files[bin], 100.0 * right[bin] / files[bin]);
  for (size_t bin = 0; bin < G_N_ELEMENTS (bins); bin++)
    {
      assert_true (files[bin] > 0);
      assert_true (right[bin] * 100 >= files[bin] * bins[bin].least);
      assert_true (right[bin] * 100 <= files[bin] * bins[bin].most);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (the_confidence_is_the_share_that_is_right) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
