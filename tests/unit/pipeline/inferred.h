/* Columns of cells, what inference must take them for, and what must hold of every one of them. */
#ifndef WEIR_TESTS_UNIT_PIPELINE_INFERRED_H
#define WEIR_TESTS_UNIT_PIPELINE_INFERRED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/types/infer.h"
#include "pipeline/types/null_word.h"

#include <string.h>

#define MAX_CELLS 8

typedef struct
{
  const char *expected;         /* as "describe" says it */
  const char *cells[MAX_CELLS]; /* NULL ends them; "" is an unquoted empty cell and QUOTED_EMPTY a quoted one */
} Column;

static const char QUOTED_EMPTY[] = "(quoted empty)";

static inline size_t
count_cells (const Column *column)
{
  size_t count = 0;
  while (count < MAX_CELLS && column->cells[count] != NULL)
    count++;
  return count;
}

static inline ColumnGuess
guess_of (const char *const *cells, size_t count)
{
  ColumnGuess guess;
  infer_init (&guess);
  for (size_t i = 0; i < count; i++)
    if (cells[i] == QUOTED_EMPTY)
      infer_cell (&guess, "", 0, false);
    else
      infer_cell (&guess, cells[i], strlen (cells[i]), cells[i][0] == '\0');
  return guess;
}

static inline char *
describe (const ColumnGuess *guess, const char *const *cells, size_t count)
{
  InferResult result;
  infer_result (guess, &result);
  GString *text = g_string_new (result.type->name);
  if (result.format != NULL)
    g_string_append_printf (text, " %s", result.format);
  if (result.unknown)
    g_string_append (text, " unknown");
  if (result.ambiguous)
    g_string_append (text, " ambiguous");
  if (result.declarable)
    {
      g_autofree char *way = infer_way (&result, 0), *other = infer_way (&result, 1);
      g_string_append_printf (text, " {%s}%s%s%s", way, other != NULL ? " or {" : "", other != NULL ? other : "",
                              other != NULL ? "}" : "");
    }
  if (result.nulls != 0)
    {
      g_autofree char *list = infer_null_list (result.nulls);
      g_string_append_printf (text, " null %s", list);
    }
  for (size_t i = 0; i < count; i++)
    g_string_append_printf (text, " | %s", cells[i]);
  return g_string_free (text, FALSE);
}

static inline void
check_column (const Column *column, const char *const *cells)
{
  size_t count = count_cells (column);
  ColumnGuess guess = guess_of (cells, count);
  g_autofree char *actual = describe (&guess, cells, count);
  g_autofree char *start = g_strdup_printf ("%s%s", column->expected, count > 0 ? " |" : "");
  if (!g_str_has_prefix (actual, start))
    fail_msg ("expected %s, got %s", column->expected, actual);
}

/* The same cells in another order are the same column. */
static inline void
check_orders (const Column *columns, size_t count)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20261120);
  for (size_t i = 0; i < count; i++)
    for (int shuffle = 0; shuffle < 50; shuffle++)
      {
        /* given the same cells in another order */
        const char *cells[MAX_CELLS];
        memcpy (cells, columns[i].cells, sizeof cells);
        for (size_t left = count_cells (&columns[i]); left > 1; left--)
          {
            size_t other = (size_t) g_rand_int_range (rand, 0, (gint32) left);
            const char *swapped = cells[left - 1];
            cells[left - 1] = cells[other];
            cells[other] = swapped;
          }
        /* then the column is the same */
        check_column (&columns[i], cells);
      }
}

/* What a column is taken for, each of its cells is, but for those that are NULL in it. */
static inline void
check_cells (const Column *columns, size_t n_columns)
{
  for (size_t i = 0; i < n_columns; i++)
    {
      size_t count = count_cells (&columns[i]);
      ColumnGuess guess = guess_of (columns[i].cells, count);
      InferResult result;
      infer_result (&guess, &result);
      assert_true (result.format == NULL || types_format_fits (result.type->name, result.format));
      for (size_t j = 0; j < count; j++)
        {
          const char *cell = columns[i].cells[j];
          Value value;
          size_t length = strlen (cell);
          types_trim (&cell, &length);
          if (cell == QUOTED_EMPTY || length == 0)
            continue;
          bool null = null_word_find (cell, length) >= 0 && result.type->id != TYPE_TEXT;
          assert_true (null || type_parse (result.type, cell, length, result.format, &value));
        }
    }
}

static inline void
check_all (const Column *columns, size_t count)
{
  for (size_t i = 0; i < count; i++)
    check_column (&columns[i], columns[i].cells);
  check_orders (columns, count);
  check_cells (columns, count);
}

#define CHECK_COLUMNS(columns) check_all (columns, G_N_ELEMENTS (columns))

#endif
