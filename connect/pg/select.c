#include "connect/pg/select.h"

#include "base/text.h"
#include "connect/pg/values.h"

#include <math.h>
#include <string.h>

#define SECONDS_A_DAY 86400

/* ---- cells ---- */

/* As a text, whatever it is. Redshift makes none of a boolean. */
static char *
as_text (const char *cell, bool is_boolean, bool is_redshift)
{
  if (is_redshift && is_boolean)
    return g_strdup_printf ("case when %s then 'true' when not %s then 'false' end", cell, cell);
  return g_strdup_printf (is_redshift ? "(%s)::varchar" : "(%s)::text", cell);
}

static char *
masked (const PgColumn *column, const char *text, bool is_redshift)
{
  if (strcmp (column->mask, "null") == 0)
    return g_strdup (is_redshift ? "null::varchar" : "null::text");
  if (strcmp (column->mask, "hash") == 0)
    return g_strdup_printf (
        is_redshift ? "sha2(%s, 256)" : "pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(%s, 'UTF8')), 'hex')", text);
  return g_strdup_printf ("case when char_length(%s) > 4 then repeat('*', char_length(%s) - 4) || right(%s, 4)"
                          " else repeat('*', char_length(%s)) end",
                          text, text, text, text);
}

/* What it is before it is hidden, or stands for NULL. */
static char *
plain_cell (const PgColumn *column, const char *name)
{
  g_autofree char *number = column->kind == PG_MONEY ? g_strdup_printf ("(%s)::numeric", name) : NULL;
  const char *own = number != NULL ? number : name;
  if (column->casted == NULL)
    return g_strdup (own);
  return strcmp (column->casted, "jsonb") == 0 ? g_strdup_printf ("pg_catalog.to_jsonb(%s)", own)
                                               : g_strdup_printf ("(%s)::%s", own, column->casted);
}

char *
select_cell (const PgColumn *column, bool is_redshift)
{
  g_autofree char *name = text_quote_ident (column->name), *cell = plain_cell (column, name);
  bool is_boolean = column->casted != NULL ? strcmp (column->casted, "boolean") == 0 : column->kind == PG_BOOLEAN;
  if (column->mask == NULL && column->otherwise == NULL && !is_boolean)
    return g_steal_pointer (&cell);
  g_autofree char *text = as_text (cell, is_boolean, is_redshift);
  if (column->otherwise != NULL)
    {
      g_autofree char *literal = text_quote_literal (column->otherwise), *bare = g_steal_pointer (&text);
      text = g_strdup_printf ("coalesce(%s, %s)", bare, literal);
    }
  return column->mask != NULL ? masked (column, text, is_redshift) : g_steal_pointer (&text);
}

/* ---- which rows ---- */

static void add_and (GString *sql, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
add_and (GString *sql, const char *format, ...)
{
  va_list arguments;
  g_string_append (sql, sql->len > 0 ? " and " : "");
  va_start (arguments, format);
  g_string_append_vprintf (sql, format, arguments);
  va_end (arguments);
}

/* Where a stretch begins that is read once more. Owned by the caller. */
static char *
begin_before (const PgColumn *column, const char *literal, double overlap)
{
  char steps[G_ASCII_DTOSTR_BUF_SIZE];
  bool is_whole = column->kind == PG_DATE || column->kind == PG_INTEGER;
  double shown = column->kind == PG_DATE ? ceil (overlap / SECONDS_A_DAY) : is_whole ? ceil (overlap) : overlap;
  g_ascii_formatd (steps, sizeof steps, is_whole ? "%.0f" : "%.6f", shown);
  if (type_is_time (column->kind) && column->kind != PG_DATE)
    return g_strdup_printf ("%s - interval '%s seconds'", literal, steps);
  return g_strdup_printf ("%s - %s", literal, steps);
}

static void
add_from (const Selection *selection, const Range *range, const char *value, GString *sql)
{
  const PgColumn *first = &selection->source->columns[selection->order[0]];
  g_autofree char *name = text_quote_ident (first->name), *literal = value_literal (value, first->base);
  const char *than = range->kind == RANGE_FROM ? ">=" : ">";
  g_autofree char *before = range->overlap > 0 ? begin_before (first, literal, range->overlap) : g_steal_pointer (&literal);
  add_and (sql, "%s %s %s", name, than, before);
}

/* (a, b) > ('1'::bigint, 'x'::text), of the order's columns from "skipped" on. */
static void
add_after (const Selection *selection, const GPtrArray *values, int skipped, GString *sql)
{
  g_autoptr (GString) names = g_string_new (NULL), literals = g_string_new (NULL);
  for (guint i = 0; i < values->len; i++)
    {
      const PgColumn *column = &selection->source->columns[selection->order[skipped + (int) i]];
      g_autofree char *name = text_quote_ident (column->name),
                      *literal = value_literal (g_ptr_array_index (values, i), column->base);
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", name);
      g_string_append_printf (literals, "%s%s", i > 0 ? ", " : "", literal);
    }
  add_and (sql, "(%s) > (%s)", names->str, literals->str);
}

static void
add_window (const Selection *selection, const Range *range, GString *sql)
{
  const PgColumn *first = &selection->source->columns[selection->order[0]];
  g_autofree char *name = text_quote_ident (first->name);
  const char *const ends[][2] = { { ">=", range->start }, { "<", range->end }, { "<", range->below }, { "<=", range->up_to } };
  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *literal = ends[i][1] != NULL ? value_literal (ends[i][1], first->base) : NULL;
      if (literal != NULL)
        add_and (sql, "%s %s %s", name, ends[i][0], literal);
    }
}

char *
select_where (const Selection *selection, const Range *range)
{
  g_autoptr (GString) sql = g_string_new (selection->conditions);
  const GPtrArray *values = range->values;
  if (range->start != NULL || range->end != NULL || range->below != NULL || range->up_to != NULL)
    add_window (selection, range, sql);
  if (range->kind == RANGE_NULLS || range->kind == RANGE_REST)
    {
      g_autofree char *name = text_quote_ident (selection->source->columns[selection->order[0]].name);
      add_and (sql, range->kind == RANGE_NULLS ? "%s is null" : "%s is not null", name);
      if (range->kind == RANGE_NULLS && values != NULL && values->len > 0)
        add_after (selection, values, 1, sql);
    }
  else if (range->kind != RANGE_ALL && values != NULL && values->len > 0)
    {
      if (range->kind == RANGE_FROM || values->len == 1)
        add_from (selection, range, g_ptr_array_index (values, 0), sql);
      else
        add_after (selection, values, 0, sql);
    }
  return sql->len > 0 ? g_strconcat (" where ", sql->str, NULL) : g_strdup ("");
}

/* ---- the statement ---- */

static void
add_order (const Selection *selection, GString *sql)
{
  for (int i = 0; i < selection->n_order; i++)
    {
      g_autofree char *name = text_quote_ident (selection->source->columns[selection->order[i]].name);
      /* What is selected may be called so, too. */
      g_string_append_printf (sql, "%s" SOURCE_ALIAS ".%s", i == 0 ? " order by " : ", ", name);
    }
  if (selection->limit > 0 && !selection->is_redshift)
    g_string_append_printf (sql, " fetch first %" PRIi64 " rows with ties", selection->limit);
}

char *
select_rows (const Selection *selection, const Range *range)
{
  g_autoptr (GString) sql = g_string_new ("select ");
  int n = 0;
  for (int i = 0; selection->is_sorted && i < selection->n_order; i++)
    {
      g_autofree char *name = text_quote_ident (selection->source->columns[selection->order[i]].name);
      g_string_append_printf (sql, "%s%s", n++ > 0 ? ", " : "", name);
    }
  for (int i = 0; i < selection->source->n; i++)
    {
      const PgColumn *column = &selection->source->columns[i];
      if (column->is_dropped)
        continue;
      g_autofree char *cell = select_cell (column, selection->is_redshift);
      g_string_append_printf (sql, "%s%s", n++ > 0 ? ", " : "", cell);
    }
  if (selection->snapshot != NULL)
    g_string_append_printf (sql, "%s%s", n > 0 ? ", " : "", selection->snapshot);
  g_autofree char *where = select_where (selection, range);
  g_string_append_printf (sql, " from %s%s", selection->source->from, where);
  if (selection->is_sorted)
    add_order (selection, sql);
  return g_string_free (g_steal_pointer (&sql), FALSE);
}

char *
select_header (const Source *source, bool is_dump)
{
  GString *header = g_string_new (NULL);
  for (int i = 0; i < source->n; i++)
    {
      if (source->columns[i].is_dropped)
        continue;
      g_autofree char *name = text_quote_ident (source->columns[i].shown); /* quotes are doubled as in CSV */
      g_string_append_printf (header, "%s%s", header->len > 0 ? "," : "", name);
    }
  if (is_dump)
    g_string_append_printf (header, "%s\"snapshot_at\"", header->len > 0 ? "," : "");
  return g_string_free (g_string_append_c (header, '\n'), FALSE);
}
