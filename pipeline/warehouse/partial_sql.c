#include "pipeline/warehouse/partial.h"

#include "base/text.h"
#include "pipeline/warehouse/expressions.h"
#include "pipeline/warehouse/scd.h"

static bool
is_in (const GPtrArray *names, const char *name)
{
  return g_ptr_array_find_with_equal_func ((GPtrArray *) names, name, g_str_equal, NULL);
}

static bool
is_first (const Warehouse *warehouse, const char *name)
{
  const HistoryRule *rule = scd_rule (warehouse, name);
  return rule != NULL && rule->scd == SCD_FIRST;
}

char *
partial_may_fill (const Warehouse *warehouse)
{
  const char *column;
  if (!warehouse->kind->versions || !partial_any (warehouse) || !scd_can_splice (warehouse, &column))
    return NULL;
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < warehouse->partial->columns->len; i++)
    {
      const PartialColumn *one = warehouse->partial->columns->pdata[i];
      g_autofree char *ident = text_quote_ident (one->name);
      if (one->own && !is_in (warehouse->added, one->name))
        g_string_append_printf (text, "%s(w.%s is null and d.%s is not null)", text->len > 0 ? " or " : "", ident, ident);
    }
  return g_string_free (text, text->len == 0);
}

bool
partial_adds_first (const Warehouse *warehouse)
{
  const char *column;
  if (!warehouse->kind->versions || warehouse->partial == NULL || !scd_can_splice (warehouse, &column))
    return false;
  for (guint i = 0; i < warehouse->added->len; i++)
    if (is_first (warehouse, warehouse->added->pdata[i]))
      return true;
  return false;
}

/* B'101': what "is" says of each column. */
static char *
bits (const Partial *partial, bool (*is) (const PartialColumn *column))
{
  GString *text = g_string_new ("B'");
  for (guint i = 0; i < partial->columns->len; i++)
    g_string_append_c (text, is (partial->columns->pdata[i]) ? '1' : '0');
  return g_string_free (g_string_append_c (text, '\''), FALSE);
}

static bool
is_own (const PartialColumn *column)
{
  return column->own;
}

static bool
is_before (const PartialColumn *column)
{
  return column->before;
}

static bool
is_none (const PartialColumn *column G_GNUC_UNUSED)
{
  return false;
}

char *
partial_own (const Warehouse *warehouse)
{
  return bits (warehouse->partial, is_own);
}

/* The columns of these that the table has, each by the format: $c is its name, $i its bit, $v what it is compared by, of $o. */
static char *
each (const Warehouse *warehouse, const GPtrArray *names, const char *format)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < warehouse->partial->columns->len; i++)
    {
      const PartialColumn *column = warehouse->partial->columns->pdata[i];
      if (!column->there || (names != NULL && !is_in (names, column->name)))
        continue;
      const gpointer one[] = { column->name };
      const GPtrArray alone = { (gpointer *) one, 1 };
      g_autofree char *ident = text_quote_ident (column->name), *bit = g_strdup_printf ("%u", i);
      g_autofree char *e = expression_compared (warehouse, &alone, "e."), *k = expression_compared (warehouse, &alone, "k.");
      g_autoptr (GString) part = g_string_new (format);
      g_string_replace (part, "$c", ident, 0);
      g_string_replace (part, "$i", bit, 0);
      g_string_replace (part, "$e", e, 0);
      g_string_replace (part, "$k", k, 0);
      g_string_append (text, part->str);
    }
  return g_string_free (text, FALSE);
}

/* What each is when an event is true: what was said of it last. Of a column that has its first value in all versions, that. */
static char *
folded (const Warehouse *warehouse)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < warehouse->partial->columns->len; i++)
    {
      const PartialColumn *column = warehouse->partial->columns->pdata[i];
      g_autofree char *ident = text_quote_ident (column->name);
      if (!column->there)
        continue;
      if (is_first (warehouse, column->name))
        g_string_append_printf (
            text,
            "first_value(case when get_bit(g.\"says?\", %u) = 1 then g.%s end) over (partition by g.\"id?\" order by"
            " get_bit(g.\"says?\", %u) desc, g.\"at?\") as %s, ",
            i, ident, i, ident);
      else
        g_string_append_printf (text,
                                "case when g.\"said%u?\" > 0 then first_value(g.%s) over (partition by g.\"id?\", g.\"said%u?\""
                                " order by g.\"at?\") end as %s, ",
                                i, ident, i, ident);
    }
  return g_string_free (text, FALSE);
}

/* The bits of the columns, with commas between them. */
static char *
numbers (const Partial *partial, bool (*is) (const PartialColumn *column))
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < partial->columns->len; i++)
    if (is (partial->columns->pdata[i]))
      g_string_append_printf (text, "%s%u", text->len > 0 ? ", " : "", i);
  return g_string_free (text, FALSE);
}

/* Whether a row, e, has another value of a column of its file than its version, w, if that has one. */
static char *
overturning (const Warehouse *warehouse)
{
  GString *text = g_string_new ("false");
  for (guint i = 0; i < warehouse->partial->columns->len; i++)
    {
      const PartialColumn *column = warehouse->partial->columns->pdata[i];
      const gpointer one[] = { column->name };
      const GPtrArray alone = { (gpointer *) one, 1 };
      g_autoptr (GPtrArray) decides = scd_deciding (warehouse, &alone);
      if (!column->own || decides->len == 0)
        continue;
      g_autofree char *e = expression_compared (warehouse, &alone, "e."), *w = expression_compared (warehouse, &alone, "w.");
      g_string_append_printf (text, " or (%s is not null and %s is distinct from %s)", w, e, w);
    }
  return g_string_free (text, FALSE);
}

static bool
is_there (const PartialColumn *column)
{
  return column->there;
}

/* Which columns what was kept, o, had. */
static char *
partial_had (const Warehouse *warehouse)
{
  g_autofree char *before = bits (warehouse->partial, is_before);
  return g_strdup_printf ("(coalesce(o.had, B'') || substring(%s from length(coalesce(o.had, B'')) + 1))::bit(%u)", before,
                          warehouse->partial->columns->len);
}

void
partial_set (Vars *vars, const Warehouse *warehouse)
{
  const Partial *partial = warehouse->partial;
  char *before = bits (partial, is_before);
  vars_take (vars, "bits", g_strdup_printf ("%u", partial->columns->len));
  vars_take (vars, "had", partial_had (warehouse));
  vars_take (vars, "before", before);
  vars_take (vars, "own", bits (partial, is_own));
  vars_take (vars, "none", bits (partial, is_none));
  vars_take (vars, "own_bits", numbers (partial, is_own));
  vars_take (vars, "all_bits", numbers (partial, is_there));
  vars_take (vars, "partial_e", each (warehouse, NULL, "e.$c, "));
  vars_take (vars, "partial_d", each (warehouse, NULL, "d.$c, "));
  vars_take (vars, "merged",
             each (warehouse, NULL,
                   "first_value(e.$c) over (partition by e.\"id?\", e.\"at?\" order by get_bit(e.\"says?\", $i) desc,"
                   " e.\"kind?\" desc) as $c, "));
  vars_take (vars, "counted_bits",
             each (warehouse, NULL, "count(*) filter (where get_bit(m.\"says?\", $i) = 1) over t as \"said$i?\", "));
  vars_take (vars, "folded", folded (warehouse));
  vars_take (vars, "overturning", overturning (warehouse));
  vars_take (vars, "fold", each (warehouse, NULL, "$c = d.$c, "));
}

char *
partial_changed (const Warehouse *warehouse, const GPtrArray *names)
{
  GString *out = g_string_new ("array_remove(array[");
  for (guint i = 0; i < names->len; i++)
    {
      const GPtrArray one = { names->pdata + i, 1 };
      g_autofree char *literal = text_quote_literal (names->pdata[i]),
                      *known = each (warehouse, &one, "get_bit(n.\"known?\", $i) = 1 and ");
      g_autofree char *mine = expression_compared (warehouse, &one, "n."), *theirs = expression_compared (warehouse, &one, "b.");
      g_string_append_printf (out, "%scase when %s%s is distinct from %s then %s end", i > 0 ? ", " : "", known, mine, theirs,
                              literal);
    }
  g_string_append (out, "]::text[], null)");
  return g_string_free (out, FALSE);
}

char *
partial_differs (const Warehouse *warehouse, const GPtrArray *names)
{
  return each (warehouse, names, " or (get_bit(e.\"knew?\", $i) = 1 and $e is distinct from lag($e) over t)");
}

char *
partial_differs_held (const Warehouse *warehouse, const GPtrArray *names)
{
  return each (
      warehouse, names,
      " or (coalesce(get_bit(first_value(e.\"known?\") over t, $i), 0) = 1 and $e is distinct from first_value($e) over t)");
}

char *
partial_same (const Warehouse *warehouse, const GPtrArray *names)
{
  return each (warehouse, names,
               " and ($e is not distinct from $k or (get_bit(k.\"said?\", $i) = 0 and get_bit(e.\"knew?\", $i) = 0))");
}

char *
partial_signs (const Warehouse *warehouse, const GPtrArray *names)
{
  if (!partial_any (warehouse))
    return g_strdup ("false");
  g_autofree char *differs = each (warehouse, names, " or w.$c is distinct from d.$c");
  return g_strconcat ("false", differs, NULL);
}

/* What the table's row, w, gets of a late row, d, if nobody has said of the column what is true since later: "at" and "theirs" are since when
 * they are. */
static char *
last_word (const Warehouse *warehouse, guint bit, const PartialColumn *column, const char *at, const char *theirs)
{
  g_autofree char *ident = text_quote_ident (column->name), *table = text_quote_literal (warehouse->layout->model->table);
  g_autofree char *said = g_strdup_printf ("from weir.observed o where o.table_name = %s and o.part = right(d._id::text, 3)"
                                           " and o.said = 'again' and d._id = any (o.ids)",
                                           table);
  g_autofree char *had = partial_had (warehouse);
  g_autofree char *unkept =
      column->before ? g_strdup_printf (" or (%s > %s and not exists (select %s and o.at = %s))", theirs, at, said, theirs)
                     : g_strdup ("");
  return g_strdup_printf ("case when exists (select %s and o.at > %s and get_bit(%s, %u) = 1)%s then w.%s else d.%s end as %s",
                          said, at, had, bit, unkept, ident, ident, ident);
}

bool
partial_set_late (Vars *vars, const Warehouse *warehouse, const char *at, const char *theirs)
{
  g_autoptr (GString) last = g_string_new (NULL), has = g_string_new (NULL), wants = g_string_new (NULL),
                      fills = g_string_new (NULL);
  for (guint i = 0; partial_any (warehouse) && i < warehouse->partial->columns->len; i++)
    {
      const PartialColumn *column = warehouse->partial->columns->pdata[i];
      const HistoryRule *rule = scd_rule (warehouse, column->name);
      if (!column->own || (rule != NULL && rule->scd != SCD_OVERWRITE))
        continue;
      const char *comma = last->len > 0 ? ", " : "";
      g_autofree char *ident = text_quote_ident (column->name), *word = last_word (warehouse, i, column, at, theirs);
      g_string_append_printf (last, "%s%s", comma, word);
      g_string_append_printf (has, "%sw.%s", comma, ident);
      g_string_append_printf (wants, "%sn.%s", comma, ident);
      g_string_append_printf (fills, "%s = n.%s, ", ident, ident);
    }
  if (last->len == 0)
    return false;
  vars_take (vars, "last", g_strdup (last->str));
  vars_take (vars, "has", g_strdup (has->str));
  vars_take (vars, "wants", g_strdup (wants->str));
  vars_take (vars, "fills", g_strdup (fills->str));
  return true;
}
