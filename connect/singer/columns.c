#include "connect/singer/columns.h"

#include <string.h>

#define MOST_UNKNOWN 1000

static void
column_free (void *data)
{
  Column *column = data;
  g_free (column->name);
  g_free (column);
}

void
columns_init (Columns *columns)
{
  *columns = (Columns) { .columns = g_ptr_array_new_with_free_func (column_free),
                         .by_name = g_hash_table_new (g_str_hash, g_str_equal),
                         .unknown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
}

void
columns_clear (Columns *columns)
{
  g_clear_pointer (&columns->by_name, g_hash_table_unref);
  g_clear_pointer (&columns->unknown, g_hash_table_unref);
  g_clear_pointer (&columns->columns, g_ptr_array_unref);
}

int
columns_find_text (const Columns *columns, const char *name)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (columns->by_name, name)) - 1;
}

static Column *
add (Columns *columns, const char *name, Shape shape)
{
  Column *column = g_new0 (Column, 1);
  column->name = g_strdup (name);
  column->shape = shape;
  g_ptr_array_add (columns->columns, column);
  g_hash_table_insert (columns->by_name, column->name, GINT_TO_POINTER (columns->columns->len));
  return column;
}

void
columns_add (Columns *columns, const char *name, const Json *schema)
{
  const Json *property = json_object_get (json_object_get (schema, "properties"), name);
  if (columns_find_text (columns, name) < 0)
    add (columns, name, shape_of (property, schema));
}

void
columns_add_schema (Columns *columns, const Json *schema, const Json *key)
{
  const char *name;
  const Json *property;
  json_object_foreach (json_object_get (schema, "properties"), name, property)
    {
      Shape shape = shape_of (property, schema);
      int at = columns_find_text (columns, name);
      if (at < 0)
        add (columns, name, shape);
      else if (shape.kinds != 0 && column_at (columns, (guint) at)->shape.kinds != 0)
        column_at (columns, (guint) at)->shape = shape_join (column_at (columns, (guint) at)->shape, shape);
      else
        column_at (columns, (guint) at)->shape = (Shape) { 0 };
    }
  for (guint i = 0; i < columns->columns->len; i++)
    column_at (columns, i)->is_key = false;
  size_t k;
  const Json *part;
  json_array_foreach ((Json *) key, k, part)
    {
      int at = json_is_string (part) ? columns_find_text (columns, json_string_value (part)) : -1;
      if (at >= 0)
        column_at (columns, (guint) at)->is_key = true;
    }
}

int
columns_of_name (Columns *columns, Slice name)
{
  guint n = columns->columns->len, expected = columns->expected < n ? columns->expected : 0;
  const char *next = n > 0 ? column_at (columns, expected)->name : NULL;
  if (next != NULL && slice_says (name, next, strlen (next)))
    {
      columns->expected = expected + 1;
      return (int) expected;
    }
  g_autoptr (GString) text = g_string_new (NULL);
  slice_text (name, text);
  int at = columns_find_text (columns, text->str);
  if (at >= 0)
    columns->expected = (guint) at + 1;
  else if (g_hash_table_size (columns->unknown) < MOST_UNKNOWN && !g_hash_table_contains (columns->unknown, text->str))
    g_hash_table_add (columns->unknown, g_strdup (text->str));
  return at;
}
