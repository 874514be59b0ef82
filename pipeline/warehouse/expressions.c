#include "pipeline/warehouse/expressions.h"

#include "base/text.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/scd.h"

#include <string.h>

/* A number as parse_numeric takes it, with blanks around it or not: 00123 is none, nor what may be a telephone's. */
#define NUMBER_PATTERN "^ *(-|[+](?![0-9]{7,} *$))?((0|[1-9][0-9]*)([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})? *$"

char *
expression_names (const GPtrArray *names, const char *before, const char *after)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *ident = text_quote_ident (names->pdata[i]);
      g_string_append_printf (out, "%s%s%s", before, ident, after);
    }
  return g_string_free (out, FALSE);
}

char *
expression_list (const GPtrArray *names, const char *of)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *ident = text_quote_ident (names->pdata[i]);
      g_string_append_printf (out, "%s%s%s", i > 0 ? ", " : "", of, ident);
    }
  return g_string_free (out, FALSE);
}

char *
expression_assignments (const GPtrArray *names, const char *before, const char *after)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *ident = text_quote_ident (names->pdata[i]);
      g_string_append_printf (out, "%s%s = d.%s%s", before, ident, ident, after);
    }
  return g_string_free (out, FALSE);
}

static bool
contains (const GPtrArray *names, const char *name)
{
  return g_ptr_array_find_with_equal_func ((GPtrArray *) names, name, g_str_equal, NULL);
}

char *
expression_compared (const Warehouse *warehouse, const GPtrArray *names, const char *of)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      g_autofree char *ident = text_quote_ident (name);
      g_autofree char *value = g_strdup_printf (contains (warehouse->empties, name) ? "nullif(%s%s, '')" : "%s%s", of, ident);
      g_string_append (out, i == 0 ? "" : ", ");
      if (contains (warehouse->numbers, name))
        g_string_append_printf (
            out, "case when length(%s) <= %d and %s ~ '" NUMBER_PATTERN "' then trim_scale(%s::numeric)::text else %s end", value,
            NUMERIC_MAX_DIGITS, value, value, value);
      else
        g_string_append (out, value);
    }
  return g_string_free (out, FALSE);
}

/* The empty text of a column that had no value is nothing in another type, as in table/alter_column. */
char *
expression_cell (const char *name, const char *type)
{
  g_autofree char *literal = text_quote_literal (name);
  if (strcmp (type, types[TYPE_TEXT].name) == 0)
    return g_strdup_printf ("(w.cells ->> %s)", literal);
  return g_strdup_printf ("nullif(w.cells ->> %s, '')::%s", literal, type);
}

/* Columns that are new are not in it: there the row has nothing. */
char *
expression_image (const GPtrArray *stored)
{
  g_autoptr (GString) names = g_string_new (NULL);
  GString *texts = g_string_new (NULL);
  for (guint i = 0; i < stored->len; i++)
    {
      const StoredColumn *column = stored->pdata[i];
      const char *comma = i > 0 ? ", " : "";
      g_autofree char *literal = text_quote_literal (column->name);
      g_autofree char *ident = text_quote_ident (column->name);
      g_string_append_printf (names, "%s%s", comma, literal);
      g_string_append_printf (texts, "%sw.%s::text", comma, ident);
    }
  g_autofree char *prefix = g_strdup_printf ("jsonb_object(array[%s]::text[], array[", names->str);
  g_string_prepend (texts, prefix);
  g_string_append (texts, "]::text[])");
  return g_string_free (texts, FALSE);
}

GPtrArray *
expression_names_but (const GPtrArray *names, const GPtrArray *left_out)
{
  GPtrArray *some = g_ptr_array_new ();
  for (guint i = 0; i < names->len; i++)
    if (!contains (left_out, names->pdata[i]))
      g_ptr_array_add (some, names->pdata[i]);
  return some;
}

char *
expression_distinct (const Warehouse *warehouse)
{
  g_autoptr (GPtrArray) known = expression_names_but (warehouse->layout->tracked, warehouse->added);
  g_autoptr (GPtrArray) compared = scd_deciding (warehouse, known);
  if (compared->len == 0)
    return g_strdup ("false");
  g_autofree char *staged = expression_compared (warehouse, compared, "d.");
  g_autofree char *there = expression_compared (warehouse, compared, "w.");
  return g_strdup_printf ("row(%s) is distinct from row(%s)", staged, there);
}

char *
expression_changed (const Warehouse *warehouse, const GPtrArray *names, const char *of, const char *other)
{
  GString *out = g_string_new ("array_remove(array[");
  for (guint i = 0; i < names->len; i++)
    {
      const GPtrArray one = { names->pdata + i, 1 };
      g_autofree char *literal = text_quote_literal (names->pdata[i]);
      g_autofree char *mine = expression_compared (warehouse, &one, of), *theirs = expression_compared (warehouse, &one, other);
      g_string_append_printf (out, "%scase when %s is distinct from %s then %s end", i > 0 ? ", " : "", mine, theirs, literal);
    }
  g_string_append (out, "]::text[], null)");
  return g_string_free (out, FALSE);
}

/* row("of"a, "of"b) */
static char *
row_of (const GPtrArray *names, const char *of)
{
  g_autofree char *list = expression_names (names, of, ",");
  list[strlen (list) - 1] = '\0';
  return g_strdup_printf ("row(%s)", list);
}

char *
expression_hash (const Warehouse *warehouse, const char *of)
{
  if (warehouse->carried->len == 0)
    return g_strdup ("d._hash");
  g_autofree char *carried = row_of (warehouse->carried, of);
  return g_strdup_printf ("case when %s is null then d._hash else md5(d._hash::text || %s::text)::uuid end", carried, carried);
}

char *
expression_refreshed_hash (const Warehouse *warehouse)
{
  if (warehouse->carried->len == 0)
    return g_strdup ("d._hash");
  g_autofree char *carried = row_of (warehouse->carried, "w.");
  if (warehouse->filled->len == 0)
    return g_strdup_printf ("case when %s is null then d._hash else w.row_hash end", carried);
  g_autofree char *filled = row_of (warehouse->filled, "d.");
  return g_strdup_printf ("case when %s is null then d._hash when %s is null then w.row_hash"
                          " else md5(w.row_hash::text || %s::text)::uuid end",
                          carried, filled, filled);
}
