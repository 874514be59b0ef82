/* One clean table in every shape that people drop: `weir cat` must print the records and cells that were meant, with no hint.
 *
 * A shape is a row of the table at the end: a function that writes polluted text and says what was meant by it, how many variants
 * it has, and the least share of cells that must come out right. Each variant is scored as the F1 of its cells, the records of what
 * was meant and of what was printed being aligned in order so that most cells agree; the score sheet is printed. The data is made
 * with a fixed seed. WEIR_POLLUTED=FOLDER keeps the files. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/autoptr.h"
#include "base/fsutil.h"
#include "src/commands/cli.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SEED 20261120
#define N_ROWS 80
#define N_COLUMNS 9
#define WHOLE_FLOOR 0.99

/* ---- tables ---- */

typedef GPtrArray Row;   /* of char * */
typedef GPtrArray Table; /* of Row * */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Table, g_ptr_array_unref)

static Row *
new_row (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

static Table *
new_table (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
}

static Row *
row_of (const Table *table, guint index)
{
  return table->pdata[index];
}

static const char *
cell_of (const Table *table, guint row, guint column)
{
  return row_of (table, row)->pdata[column];
}

static void
set_cell (Row *row, guint column, const char *text)
{
  g_free (row->pdata[column]);
  row->pdata[column] = g_strdup (text);
}

static Row *
copy_row (const Row *row)
{
  Row *copy = new_row ();
  for (guint i = 0; i < row->len; i++)
    g_ptr_array_add (copy, g_strdup (row->pdata[i]));
  return copy;
}

static void
add_row (Table *table, const char *const *cells, guint n)
{
  Row *row = new_row ();
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (row, g_strdup (cells[i]));
  g_ptr_array_add (table, row);
}

static const char *
pick (GRand *rand, const char *const *words, guint n)
{
  return words[g_rand_int_range (rand, 0, (gint32) n)];
}

static char *
make_description (GRand *rand)
{
  static const char *const things[] = { "Lamp",  "Desk chair",           "Bookshelf, oak", "Rug; wool", "Table \"Nord\"",
                                        "Clock", "Mirror, round, 60 cm", "Shelf",          "Vase",      "Drawer unit" };
  return g_strdup (pick (rand, things, G_N_ELEMENTS (things)));
}

static char *
make_note (GRand *rand)
{
  static const char *const notes[] = { "",
                                       "",
                                       "",
                                       "",
                                       "call first",
                                       "said \"tomorrow\", then left",
                                       "leave at door,\nring twice",
                                       "fragile!",
                                       "two\nlines",
                                       "paid, in cash" };
  return g_strdup (pick (rand, notes, G_N_ELEMENTS (notes)));
}

static Row *
make_row (GRand *rand, guint number)
{
  static const char *const names[] = { "Ann", "Bob", "Chloé", "Dmitri", "Eve", "Fatima", "Günter", "Hana" };
  static const char *const families[] = { "Smith", "O'Brien", "Müller", "van Dam", "Sato", "Nowak" };
  Row *row = new_row ();
  g_ptr_array_add (row, g_strdup_printf ("%u", 1000 + number * 7));
  g_ptr_array_add (
      row, g_strdup_printf ("%s %s", pick (rand, names, G_N_ELEMENTS (names)), pick (rand, families, G_N_ELEMENTS (families))));
  g_ptr_array_add (row, make_description (rand));
  g_ptr_array_add (row, g_strdup_printf ("%d.%02d", g_rand_int_range (rand, 1, 2000), g_rand_int_range (rand, 0, 100)));
  g_ptr_array_add (row, g_strdup_printf ("%02d/%02d/%d", g_rand_int_range (rand, 1, 29), g_rand_int_range (rand, 1, 13),
                                         g_rand_int_range (rand, 1999, 2026)));
  g_ptr_array_add (row, g_strdup_printf ("%02d:%02d:%02d", g_rand_int_range (rand, 0, 24), g_rand_int_range (rand, 0, 60),
                                         g_rand_int_range (rand, 0, 60)));
  g_ptr_array_add (row, g_strdup_printf ("https://shop.example.org/item/%d?ref=%d", g_rand_int_range (rand, 100, 999),
                                         g_rand_int_range (rand, 1, 9)));
  g_ptr_array_add (row, make_note (rand));
  g_ptr_array_add (row, number % 5 == 3 ? g_strdup ("") : g_strdup_printf ("%d", g_rand_int_range (rand, 1, 40)));
  return row;
}

static const char *const column_names[N_COLUMNS] = { "Order ID", "Customer", "Item", "Price", "Date",
                                                     "Time",     "Link",     "Note", "Count" };

/* The header and so many rows. */
static Table *
make_table (guint rows)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  Table *table = new_table ();
  add_row (table, column_names, N_COLUMNS);
  for (guint i = 0; i < rows; i++)
    g_ptr_array_add (table, make_row (rand, i));
  return table;
}

/* ---- writing ---- */

typedef struct
{
  const char *delimiter;
  char quote;
  char escape;
  const char *newline;
  bool quote_all;
} Style;

static const Style plain = { ",", '"', '"', "\n", false };

static void
write_cell (GString *text, const char *cell, const Style *style)
{
  const char special[] = { style->quote, '\n', '\r', '\0' };
  if (!style->quote_all && strpbrk (cell, special) == NULL && strstr (cell, style->delimiter) == NULL)
    {
      g_string_append (text, cell);
      return;
    }
  g_string_append_c (text, style->quote);
  for (; *cell != '\0'; cell++)
    {
      if (*cell == style->quote && style->escape != '\0')
        g_string_append_c (text, style->escape);
      g_string_append_c (text, *cell);
    }
  g_string_append_c (text, style->quote);
}

static void
write_row (GString *text, const Row *row, const Style *style)
{
  for (guint i = 0; i < row->len; i++)
    {
      g_string_append (text, i > 0 ? style->delimiter : "");
      write_cell (text, row->pdata[i], style);
    }
  g_string_append (text, style->newline);
}

static void
write_rows (GString *text, const Table *table, guint from, guint to, const Style *style)
{
  for (guint i = from; i < to; i++)
    write_row (text, row_of (table, i), style);
}

static void
write_table (GString *text, const Table *table, const Style *style)
{
  write_rows (text, table, 0, table->len, style);
}

/* ---- shapes ---- */

/* What a shape makes: "meant" begins as the clean table with its header. */
typedef struct
{
  guint index; /* of the variant */
  Table *meant;
  GString *text;
  char *name;
} Variant;

#define NAME(...) (variant->name = g_strdup_printf (__VA_ARGS__))

/* "too few separators in row 12" for all four rows that are tried. */
static guint
row_tried (guint index)
{
  static const guint rows[] = { 0, 1, 37, N_ROWS };
  return rows[index % G_N_ELEMENTS (rows)];
}

static void
shape_clean (Variant *variant)
{
  NAME ("as it is");
  write_table (variant->text, variant->meant, &plain);
}

static const char *const all_delimiters[] = { ",", ";", "\t", "|", ":", "^", "~", " ", ", " };

static void
shape_delimiter (Variant *variant)
{
  Style style = plain;
  style.delimiter = all_delimiters[variant->index];
  NAME ("'%s'", style.delimiter[0] == '\t' ? "tab" : style.delimiter);
  write_table (variant->text, variant->meant, &style);
}

static void
shape_quote (Variant *variant)
{
  Style style = plain;
  style.quote = style.escape = '\'';
  style.delimiter = all_delimiters[variant->index / 2];
  style.quote_all = variant->index % 2 == 1;
  NAME ("' around %s, delimiter '%s'", style.quote_all ? "all" : "some", style.delimiter);
  write_table (variant->text, variant->meant, &style);
}

static void
shape_quote_all (Variant *variant)
{
  Style style = plain;
  style.delimiter = all_delimiters[variant->index];
  style.quote_all = true;
  NAME ("delimiter '%s'", style.delimiter);
  write_table (variant->text, variant->meant, &style);
}

static void
shape_backslash (Variant *variant)
{
  Style style = plain;
  style.escape = '\\';
  style.quote = variant->index % 2 == 0 ? '"' : '\'';
  style.delimiter = all_delimiters[variant->index / 2];
  NAME ("before %c, delimiter '%s'", style.quote, style.delimiter);
  write_table (variant->text, variant->meant, &style);
}

static void
shape_literal_backslash (Variant *variant)
{
  static const char *const cells[] = { "don\\'t", "C:\\dir\\", "say \\\"hi\\\"", "a\\b, c", "\\\"", "x\\'y, z" };
  NAME ("%s", cells[variant->index]);
  set_cell (row_of (variant->meant, 20), 7, cells[variant->index]);
  write_table (variant->text, variant->meant, &plain);
}

static void
shape_no_escape (Variant *variant)
{
  Style style = plain;
  style.escape = '\0';
  style.quote_all = variant->index == 1;
  NAME ("%s", style.quote_all ? "quotes around all" : "quotes where needed");
  write_table (variant->text, variant->meant, &style);
}

static void
shape_newline (Variant *variant)
{
  static const char *const newlines[] = { "\n", "\r\n", "\r", NULL };
  static const char *const names[] = { "LF", "CRLF", "CR", "mixed" };
  static const char *const ends[] = { "one", "none", "three" };
  guint kind = variant->index / 3, end = variant->index % 3;
  NAME ("%s, %s at the end", names[kind], ends[end]);
  Style style = plain;
  for (guint i = 0; i < variant->meant->len; i++)
    {
      style.newline = newlines[kind] != NULL ? newlines[kind] : newlines[i % 3];
      write_row (variant->text, row_of (variant->meant, i), &style);
    }
  if (end == 1)
    g_string_truncate (variant->text, variant->text->len - strlen (style.newline));
  for (int i = 0; end == 2 && i < 2; i++)
    g_string_append (variant->text, style.newline);
}

static const char *const words_without[] = { "Report of all orders", "Exported by the shop system", "Department of Sales",
                                             "Confidential", "Version 2" };
static const char *const words_with[] = { "Report of all orders, 2019 to 2026, by the shop", "Exported by: Ann Smith, Sales",
                                          "Region, North, South", "Contact, ann@example.org", "Period,01/01/2019,31/12/2025" };

static void
shape_preamble (Variant *variant)
{
  guint lines = variant->index / 4 + 1;
  bool with = variant->index % 2 == 1, blank = variant->index % 4 >= 2;
  NAME ("%u lines, %s delimiters, %s empty line", lines, with ? "with" : "without", blank ? "then an" : "no");
  for (guint i = 0; i < lines; i++)
    g_string_append_printf (variant->text, "%s\n", (with ? words_with : words_without)[i]);
  g_string_append (variant->text, blank ? "\n" : "");
  write_table (variant->text, variant->meant, &plain);
}

static void
shape_padded_preamble (Variant *variant)
{
  NAME ("%u lines filled up with delimiters", variant->index + 1);
  for (guint i = 0; i <= variant->index; i++)
    g_string_append_printf (variant->text, "%s,,,,,,,,\n", words_without[i]);
  write_table (variant->text, variant->meant, &plain);
}

static void
shape_footer (Variant *variant)
{
  guint lines = variant->index / 4 + 1;
  bool with = variant->index % 2 == 1, blank = variant->index % 4 >= 2;
  NAME ("%u lines, %s delimiters, %s empty line", lines, with ? "with" : "without", blank ? "after an" : "no");
  write_table (variant->text, variant->meant, &plain);
  g_string_append (variant->text, blank ? "\n" : "");
  for (guint i = 0; i < lines; i++)
    g_string_append_printf (variant->text, "%s\n", (with ? words_with : words_without)[i]);
}

static void
shape_header_rows (Variant *variant)
{
  static const char *const upper[N_COLUMNS] = { "Order", "", "", "Payment", "", "", "Shop", "", "" };
  static const char *const units[N_COLUMNS] = { "(number)", "(text)", "(text)", "(EUR)",   "(d/m/y)",
                                                "(h:m:s)",  "(url)",  "(text)", "(pieces)" };
  static const char *const more[N_COLUMNS] = { "a", "b", "c", "d", "e", "f", "g", "h", "i" };
  static const struct
  {
    const char *name;
    const char *const *above;
    const char *const *below[2];
  } headers[] = {
    { "groups above", upper, { NULL } },
    { "units below", NULL, { units } },
    { "groups above and units below", upper, { units } },
    { "two rows below", NULL, { units, more } },
  };
  NAME ("%s", headers[variant->index].name);
  g_autoptr (Table) rows = new_table ();
  if (headers[variant->index].above != NULL)
    add_row (rows, headers[variant->index].above, N_COLUMNS);
  add_row (rows, column_names, N_COLUMNS);
  for (guint i = 0; i < 2 && headers[variant->index].below[i] != NULL; i++)
    add_row (rows, headers[variant->index].below[i], N_COLUMNS);
  write_table (variant->text, rows, &plain);
  write_rows (variant->text, variant->meant, 1, variant->meant->len, &plain);
  for (guint column = 0; column < N_COLUMNS; column++)
    {
      g_autoptr (GString) joined = g_string_new (NULL);
      guint group = column; /* its name goes on to the right */
      while (cell_of (rows, 0, group)[0] == '\0')
        group--;
      for (guint i = 0; i < rows->len; i++)
        g_string_append_printf (joined, "%s%s", i > 0 ? " " : "", cell_of (rows, i, i == 0 ? group : column));
      set_cell (row_of (variant->meant, 0), column, joined->str);
    }
}

static void
shape_no_header (Variant *variant)
{
  NAME ("%u rows", variant->index == 0 ? N_ROWS : variant->index);
  g_ptr_array_remove_index (variant->meant, 0);
  g_ptr_array_set_size (variant->meant, variant->index == 0 ? N_ROWS : (int) variant->index);
  write_table (variant->text, variant->meant, &plain);
}

static void
shape_partial_header (Variant *variant)
{
  static const char *const names[] = { "first half", "second half", "every other", "only one name" };
  NAME ("%s", names[variant->index]);
  for (guint i = 0; i < N_COLUMNS; i++)
    if ((variant->index == 0 && i >= 5) || (variant->index == 1 && i < 4) || (variant->index == 2 && i % 2 == 1)
        || (variant->index == 3 && i != 3))
      set_cell (row_of (variant->meant, 0), i, "");
  write_table (variant->text, variant->meant, &plain);
}

static void
shape_few_rows (Variant *variant)
{
  NAME ("%u, delimiter '%s'", variant->index / 9, all_delimiters[variant->index % 9]);
  Style style = plain;
  style.delimiter = all_delimiters[variant->index % 9];
  g_ptr_array_set_size (variant->meant, (int) (1 + variant->index / 9));
  write_table (variant->text, variant->meant, &style);
}

static void
shape_one_column (Variant *variant)
{
  NAME ("%s", column_names[variant->index]);
  for (guint i = 0; i < variant->meant->len; i++)
    {
      Row *row = row_of (variant->meant, i);
      g_autofree char *kept = g_strdup (row->pdata[variant->index]);
      g_ptr_array_set_size (row, 1);
      set_cell (row, 0, kept);
    }
  for (guint i = variant->meant->len; i-- > 0;) /* an empty line is no record */
    if (cell_of (variant->meant, i, 0)[0] == '\0')
      g_ptr_array_remove_index (variant->meant, i);
  write_table (variant->text, variant->meant, &plain);
}

/* "a" and "b" with no separator between them: the cells behind are one too few. */
static void
shape_too_few (Variant *variant)
{
  guint at = row_tried (variant->index), missing = 1 << (variant->index / 4);
  NAME ("%u in row %u", missing, at);
  Row *row = row_of (variant->meant, at);
  set_cell (row, 2, "Lamp");
  set_cell (row, 7, "nothing");
  for (guint i = 0; i < missing; i++)
    {
      guint from = missing == 8 ? 0 : (at + 1) % (row->len - 1);
      g_autofree char *merged = g_strconcat (row->pdata[from], row->pdata[from + 1], NULL);
      set_cell (row, from, merged);
      g_ptr_array_remove_index (row, from + 1);
    }
  write_table (variant->text, variant->meant, &plain);
  while (row->len < N_COLUMNS)
    g_ptr_array_add (row, g_strdup (""));
}

static void
join_surplus (Row *row)
{
  while (row->len > N_COLUMNS)
    {
      g_autofree char *joined = g_strconcat (row->pdata[N_COLUMNS - 1], ",", row->pdata[N_COLUMNS], NULL);
      set_cell (row, N_COLUMNS - 1, joined);
      g_ptr_array_remove_index (row, N_COLUMNS);
    }
}

static void
shape_too_many (Variant *variant)
{
  guint at = row_tried (variant->index), surplus = 1 << (variant->index / 4);
  NAME ("%u in row %u", surplus, at);
  Row *row = row_of (variant->meant, at);
  for (guint i = 0; i < surplus; i++)
    g_ptr_array_insert (row, 4, g_strdup ("x"));
  set_cell (row, row->len - 1, "9");
  write_table (variant->text, variant->meant, &plain);
  join_surplus (row);
}

static void
shape_surplus_at_end (Variant *variant)
{
  guint at = row_tried (variant->index), surplus = 1 + variant->index / 4;
  NAME ("%u in row %u", surplus, at);
  write_rows (variant->text, variant->meant, 0, at, &plain);
  write_row (variant->text, row_of (variant->meant, at), &plain);
  g_string_truncate (variant->text, variant->text->len - 1);
  for (guint i = 0; i < surplus; i++)
    g_string_append_c (variant->text, ',');
  g_string_append_c (variant->text, '\n');
  write_rows (variant->text, variant->meant, at + 1, variant->meant->len, &plain);
}

/* Writes row "at" with "bad" instead of its second cell. */
static void
write_with_bad_cell (Variant *variant, guint at, const char *bad, bool quote_all)
{
  Style style = plain;
  style.quote_all = quote_all;
  write_rows (variant->text, variant->meant, 0, at, &style);
  g_autoptr (GString) line = g_string_new (NULL);
  const Row *row = row_of (variant->meant, at);
  for (guint i = 0; i < row->len; i++)
    {
      g_string_append (line, i > 0 ? "," : "");
      if (i == 1)
        g_string_append (line, bad);
      else
        write_cell (line, row->pdata[i], &style);
    }
  g_string_append_printf (variant->text, "%s\n", line->str);
  write_rows (variant->text, variant->meant, at + 1, variant->meant->len, &style);
}

static void
shape_stray_quote (Variant *variant)
{
  static const char *const meant[] = { "An\"n", "Ann\"", "Ann" };
  static const char *const bare[] = { "An\"n", "Ann\"", "\"Ann" };
  static const char *const quoted[] = { "\"An\"n\"", "\"Ann\"\"", "\"\"Ann\"" };
  guint at = row_tried (variant->index), place = variant->index / 4 % 3;
  bool quote_all = variant->index >= 12;
  NAME ("%s in row %u", (quote_all ? quoted : bare)[place], at);
  set_cell (row_of (variant->meant, at), 1, quote_all && place == 2 ? "\"Ann" : meant[place]);
  write_with_bad_cell (variant, at, (quote_all ? quoted : bare)[place], quote_all);
}

static void
shape_unclosed_quote (Variant *variant)
{
  guint at = row_tried (variant->index);
  bool comma = variant->index / 4 % 2 == 1, quote_all = variant->index >= 8;
  NAME ("in row %u%s%s", at, comma ? ", before a comma" : "", quote_all ? ", quotes around all" : "");
  set_cell (row_of (variant->meant, at), 1, comma ? "Smith, Ann" : "Smith");
  write_with_bad_cell (variant, at, comma ? "\"Smith, Ann" : "\"Smith", quote_all);
}

/* The first table is what is wanted; another of the same width is printed too. */
static void
shape_second_table (Variant *variant)
{
  static const guint widths[] = { N_COLUMNS, 5, 8, 12, 2 };
  guint width = widths[variant->index % 5], rows = variant->index >= 10 ? 100 : 20;
  bool blank = variant->index / 5 % 2 == 0;
  NAME ("%u columns, %u rows, %s empty line", width, rows, blank ? "after an" : "no");
  write_table (variant->text, variant->meant, &plain);
  g_string_append (variant->text, blank ? "\n" : "");
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED + 1);
  g_autoptr (Table) second = new_table ();
  add_row (second, column_names, N_COLUMNS);
  for (guint i = 0; i < rows; i++)
    g_ptr_array_add (second, make_row (rand, i + 500));
  for (guint i = 0; i < second->len; i++)
    {
      Row *row = row_of (second, i);
      while (row->len > width)
        g_ptr_array_remove_index (row, 0);
      while (row->len < width)
        g_ptr_array_add (row, i == 0 ? g_strdup_printf ("Extra %u", row->len) : g_strdup_printf ("%u", i));
      if (width == N_COLUMNS)
        g_ptr_array_add (variant->meant, copy_row (row));
    }
  write_table (variant->text, second, &plain);
}

static void
shape_trailing (Variant *variant)
{
  static const char *const names[] = { "on all rows", "only on the header", "only on the data", "on all rows, no header" };
  static const char *const ends[] = { ",\n", "\n" };
  NAME ("%s", names[variant->index]);
  if (variant->index == 3)
    g_ptr_array_remove_index (variant->meant, 0);
  for (guint i = 0; i < variant->meant->len; i++)
    {
      Style style = plain;
      bool bare = (variant->index == 1 && i > 0) || (variant->index == 2 && i == 0);
      style.newline = ends[bare];
      write_row (variant->text, row_of (variant->meant, i), &style);
    }
}

static void
shape_blank_lines (Variant *variant)
{
  static const char *const names[] = { "between all rows", "here and there", "below the header", "with blanks in them",
                                       "one in the middle" };
  NAME ("%s", names[variant->index]);
  for (guint i = 0; i < variant->meant->len; i++)
    {
      write_row (variant->text, row_of (variant->meant, i), &plain);
      bool here = variant->index == 0 || (variant->index == 1 && i % 7 == 3) || (variant->index == 2 && i == 0)
                  || (variant->index == 3 && i % 5 == 2) || (variant->index == 4 && i == 40);
      if (here)
        g_string_append (variant->text, variant->index == 3 ? "   \n" : "\n");
    }
}

static void
shape_empty_cells (Variant *variant)
{
  static const char *const names[] = { "half of them", "nine of ten", "a whole column", "whole rows", "the last two columns" };
  NAME ("%s", names[variant->index]);
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED + 2);
  for (guint i = 1; i < variant->meant->len; i++)
    for (guint column = 0; column < N_COLUMNS; column++)
      {
        double chance = g_rand_double (rand);
        if ((variant->index == 0 && chance < 0.5) || (variant->index == 1 && chance < 0.9) || (variant->index == 2 && column == 4)
            || (variant->index == 3 && i % 10 == 4) || (variant->index == 4 && column >= 7))
          set_cell (row_of (variant->meant, i), column, "");
      }
  write_table (variant->text, variant->meant, &plain);
}

static void
shape_comments (Variant *variant)
{
  static const char *const names[] = { "above", "among the rows", "below", "everywhere", "everywhere, with delimiters" };
  NAME ("%s", names[variant->index]);
  const char *comment = variant->index == 4 ? "# a, remark, with, commas\n" : "# a remark\n";
  if (variant->index != 1 && variant->index != 2)
    g_string_append (variant->text, comment);
  for (guint i = 0; i < variant->meant->len; i++)
    {
      write_row (variant->text, row_of (variant->meant, i), &plain);
      if (i % 20 == 10 && variant->index != 0 && variant->index != 2)
        g_string_append (variant->text, comment);
    }
  if (variant->index >= 2)
    g_string_append (variant->text, comment);
}

/* A row of another delimiter than all the others. */
static void
shape_row_delimiter (Variant *variant)
{
  static const char *const others[] = { ";", "\t", "|", " ", ":" };
  guint at = row_tried (variant->index);
  Style other = plain;
  other.delimiter = others[variant->index / 4];
  NAME ("'%s' in row %u", other.delimiter, at);
  write_rows (variant->text, variant->meant, 0, at, &plain);
  write_row (variant->text, row_of (variant->meant, at), &other);
  write_rows (variant->text, variant->meant, at + 1, variant->meant->len, &plain);
}

/* Several at once. */
static void
shape_mixture (Variant *variant)
{
  Style style = plain;
  style.delimiter = all_delimiters[variant->index % 8];
  style.newline = variant->index % 2 == 0 ? "\r\n" : "\n";
  style.quote = style.escape = variant->index % 3 == 0 ? '\'' : '"';
  NAME ("delimiter '%s', quote %c, preamble, footer, a short row", style.delimiter, style.quote);
  g_string_append_printf (variant->text, "Orders of the shop%s%s", style.newline, style.newline);
  write_rows (variant->text, variant->meant, 0, 30, &style);
  Row *row = row_of (variant->meant, 30);
  g_ptr_array_set_size (row, 6);
  write_row (variant->text, row, &style);
  while (row->len < N_COLUMNS)
    g_ptr_array_add (row, g_strdup (""));
  write_rows (variant->text, variant->meant, 31, variant->meant->len, &style);
  g_string_append_printf (variant->text, "%sEnd of the report%s", style.newline, style.newline);
}

static const struct
{
  const char *name;
  guint variants;
  void (*make) (Variant *variant);
  double floor; /* of each variant */
} shapes[] = {
  { "clean", 1, shape_clean, 1 },
  { "delimiter", 9, shape_delimiter, 1 },
  { "quote", 18, shape_quote, 1 },
  { "quotes around every cell", 9, shape_quote_all, 1 },
  { "backslash", 18, shape_backslash, 1 },
  { "literal backslash", 6, shape_literal_backslash, 1 },
  { "escape missing", 2, shape_no_escape, 0.97 },
  { "newline", 12, shape_newline, 1 },
  { "preamble", 20, shape_preamble, 1 },
  { "padded preamble", 3, shape_padded_preamble, 1 },
  { "footer", 20, shape_footer, 1 },
  { "several header rows", 4, shape_header_rows, 1 },
  { "no header", 4, shape_no_header, 1 },
  { "header in part", 4, shape_partial_header, 1 },
  { "few rows", 36, shape_few_rows, 1 },
  { "one column", 9, shape_one_column, 1 },
  { "too few separators", 16, shape_too_few, 0.98 },
  { "too many separators", 12, shape_too_many, 0.98 },
  { "separators at the end of a row", 8, shape_surplus_at_end, 1 },
  { "stray quote", 24, shape_stray_quote, 0.99 },
  { "unclosed quote", 16, shape_unclosed_quote, 0.98 },
  { "second table", 15, shape_second_table, 0.97 },
  { "trailing delimiters", 4, shape_trailing, 1 },
  { "blank lines", 5, shape_blank_lines, 1 },
  { "empty cells", 5, shape_empty_cells, 1 },
  { "comments", 5, shape_comments, 1 },
  { "a row of another delimiter", 20, shape_row_delimiter, 0.98 },
  { "mixture", 16, shape_mixture, 0.98 },
};

/* ---- scoring ---- */

/* The clean CSV that cat prints, read by the book (RFC 4180). */
static Table *
read_clean (const char *text)
{
  Table *table = new_table ();
  while (*text != '\0')
    {
      Row *row = new_row ();
      g_ptr_array_add (table, row);
      for (bool more = true; more;)
        {
          g_autoptr (GString) cell = g_string_new (NULL);
          bool quoted = *text == '"';
          for (text += quoted; *text != '\0' && (quoted || (*text != ',' && *text != '\n')); text++)
            if (quoted && *text == '"' && *++text != '"')
              quoted = false, text--;
            else
              g_string_append_c (cell, *text);
          g_ptr_array_add (row, g_strdup (cell->str));
          more = *text == ',';
          text += *text != '\0';
        }
    }
  return table;
}

static guint
count_cells (const Table *table)
{
  guint cells = 0;
  for (guint i = 0; i < table->len; i++)
    cells += row_of (table, i)->len;
  return cells;
}

static guint
count_equal (const Row *a, const Row *b)
{
  guint equal = 0;
  for (guint i = 0; i < MIN (a->len, b->len); i++)
    equal += g_str_equal (a->pdata[i], b->pdata[i]);
  return equal;
}

static double
score (const Table *meant, const Table *seen)
{
  guint stride = seen->len + 1;
  g_autofree guint *best = g_new0 (guint, (meant->len + 1) * stride);
  for (guint i = 1; i <= meant->len; i++)
    for (guint j = 1; j <= seen->len; j++)
      {
        guint both = best[(i - 1) * stride + j - 1] + count_equal (row_of (meant, i - 1), row_of (seen, j - 1));
        guint skipped = MAX (best[(i - 1) * stride + j], best[i * stride + j - 1]);
        best[i * stride + j] = MAX (both, skipped);
      }
  guint cells = count_cells (meant) + count_cells (seen);
  return cells == 0 ? 1 : 2.0 * best[meant->len * stride + seen->len] / cells;
}

static char *
read_back (int fd)
{
  off_t length = lseek (fd, 0, SEEK_END);
  char *text = g_malloc0 ((gsize) length + 1);
  assert_int_equal (pread (fd, text, (size_t) length, 0), length);
  return text;
}

/* What `weir cat` prints, called in this process: to start weir for each of the variants takes ten times as long as all the rest. */
static char *
run_cat (char *path)
{
  AUTO_FD int out = memfd_create ("out", MFD_CLOEXEC), err = memfd_create ("err", MFD_CLOEXEC);
  AUTO_FD int kept_out = dup (STDOUT_FILENO), kept_err = dup (STDERR_FILENO);
  char *argv[] = { (char *) "weir", (char *) "cat", path, NULL };
  fflush (stdout);
  dup2 (out, STDOUT_FILENO);
  dup2 (err, STDERR_FILENO);
  cli_main (3, argv);
  fflush (stdout);
  dup2 (kept_out, STDOUT_FILENO);
  dup2 (kept_err, STDERR_FILENO);
  return read_back (out);
}

static double
score_variant (const char *folder, guint shape, guint index, char **ret_name)
{
  Variant variant = { .index = index, .meant = make_table (N_ROWS), .text = g_string_new (NULL) };
  shapes[shape].make (&variant);
  g_autofree char *file = g_strdup_printf ("%02u-%02u.csv", shape, index);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  assert_true (g_file_set_contents (path, variant.text->str, (gssize) variant.text->len, NULL));
  g_autofree char *out = run_cat (path);
  g_autoptr (Table) seen = read_clean (out);
  double scored = score (variant.meant, seen);
  if (g_getenv ("WEIR_POLLUTED") == NULL)
    unlink (path);
  g_ptr_array_unref (variant.meant);
  g_string_free (variant.text, TRUE);
  *ret_name = variant.name;
  return scored;
}

static void
cat_prints_what_was_meant (void **state)
{
  (void) state;
  g_autofree char *made = g_dir_make_tmp ("weir-polluted-XXXXXX", NULL);
  const char *kept = g_getenv ("WEIR_POLLUTED");
  const char *folder = kept != NULL ? kept : made;
  double sum = 0;
  guint variants = 0, failed = 0;
  for (guint shape = 0; shape < G_N_ELEMENTS (shapes); shape++)
    {
      double shape_sum = 0, least = 1;
      for (guint index = 0; index < shapes[shape].variants; index++)
        {
          g_autofree char *name = NULL;
          double scored = score_variant (folder, shape, index, &name);
          shape_sum += scored;
          least = MIN (least, scored);
          if (scored + 1e-9 < shapes[shape].floor)
            {
              printf ("  %.4f is below %.2f: %02u-%02u %s: %s\n", scored, shapes[shape].floor, shape, index, shapes[shape].name,
                      name);
              failed++;
            }
        }
      printf ("%-32s %3u variants  mean %.4f  least %.4f\n", shapes[shape].name, shapes[shape].variants,
              shape_sum / shapes[shape].variants, least);
      sum += shape_sum;
      variants += shapes[shape].variants;
    }
  printf ("%-32s %3u variants  mean %.4f\n", "all", variants, sum / variants);
  g_rmdir (made);
  assert_int_equal (failed, 0);
  assert_true (sum / variants >= WHOLE_FLOOR);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (cat_prints_what_was_meant) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
