#include "pipeline/warehouse/scd.h"

#include "base/text.h"
#include "pipeline/warehouse/expressions.h"

#include <string.h>

const HistoryRule *
scd_rule (const Warehouse *warehouse, const char *name)
{
  const Model *model = warehouse->layout->model;
  return model != NULL && model->history.rules != NULL ? history_find_rule (&model->history, name) : NULL;
}

static bool
is_in (const GPtrArray *names, const char *name)
{
  return g_ptr_array_find_with_equal_func ((GPtrArray *) names, name, g_str_equal, NULL);
}

static bool
is_scd (const HistoryRule *rule, Scd scd)
{
  return rule != NULL && rule->scd == scd;
}

/* What the newest row says in every version. */
static bool
is_everywhere (const HistoryRule *rule)
{
  return is_scd (rule, SCD_CURRENT) || (is_scd (rule, SCD_OVERWRITE) && rule->all_versions);
}

GPtrArray *
scd_deciding (const Warehouse *warehouse, const GPtrArray *names)
{
  GPtrArray *some = g_ptr_array_new ();
  for (guint i = 0; i < names->len; i++)
    {
      const HistoryRule *rule = scd_rule (warehouse, names->pdata[i]);
      if (rule == NULL || rule->scd == SCD_CURRENT || (rule->scd == SCD_PREVIOUS && !warehouse->kind->versions))
        g_ptr_array_add (some, names->pdata[i]);
    }
  return some;
}

/* Of a column: of."a", as it is compared. */
static char *
compared (const Warehouse *warehouse, const char *name, const char *of)
{
  const gpointer names[] = { (gpointer) name };
  const GPtrArray one = { (gpointer *) names, 1 };
  return expression_compared (warehouse, &one, of);
}

/* Whether it has a value that the row's column, "of", has not. */
static char *
differs (const Warehouse *warehouse, const char *name, const char *of)
{
  g_autofree char *ours = compared (warehouse, name, "d."), *theirs = compared (warehouse, name, of);
  return g_strdup_printf ("%s is distinct from %s", ours, theirs);
}

/* Where files have a place in time the first row decides, also that there is no value. */
static bool
fills_gaps (const Warehouse *warehouse)
{
  const Model *model = warehouse->layout->model;
  return model->effective.kind == EFFECTIVE_ARRIVAL || model->late == LATE_APPLY;
}

/* Whether the column is written in place where it is the only one that is another. */
static bool
is_written (const Warehouse *warehouse, const char *name, const HistoryRule *rule)
{
  bool fills = is_scd (rule, SCD_FIRST) && fills_gaps (warehouse), versions = warehouse->kind->versions;
  return (fills || (versions && (is_scd (rule, SCD_OVERWRITE) || is_scd (rule, SCD_PREVIOUS)))) && !is_in (warehouse->added, name);
}

char *
scd_overwrites (const Warehouse *warehouse)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < warehouse->columns->len; i++)
    {
      const char *name = warehouse->columns->pdata[i];
      const HistoryRule *rule = scd_rule (warehouse, name);
      if (!is_written (warehouse, name, rule))
        continue;
      g_autofree char *ident = text_quote_ident (name), *other = differs (warehouse, name, "w.");
      g_string_append (text, text->len > 0 ? " or " : "");
      if (rule->scd == SCD_FIRST)
        g_string_append_printf (text, "(w.%s is null and d.%s is not null)", ident, ident);
      else
        g_string_append (text, other);
    }
  return text->len > 0 ? g_string_free (text, FALSE) : (g_string_free (text, TRUE), g_strdup ("false"));
}

/* row("of"a, ...) of the columns with such a rule: the file's, and the carried ones; row(0): none. */
static char *
row_of (const Warehouse *warehouse, Scd scd, const char *of, bool carried)
{
  GString *text = g_string_new (NULL);
  const GPtrArray *const lists[] = { warehouse->columns, carried ? warehouse->carried : NULL };
  for (size_t l = 0; l < G_N_ELEMENTS (lists); l++)
    for (guint i = 0; lists[l] != NULL && i < lists[l]->len; i++)
      if (is_scd (scd_rule (warehouse, lists[l]->pdata[i]), scd))
        {
          g_autofree char *value = compared (warehouse, lists[l]->pdata[i], of);
          g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "row(", value);
        }
  g_string_append (text, text->len > 0 ? ")" : "row(0)");
  return g_string_free (text, FALSE);
}

char *
scd_refreshed_hash (const Warehouse *warehouse)
{
  g_autofree char *overwrites = scd_overwrites (warehouse), *hash = expression_hash (warehouse, "w.");
  g_autofree char *refreshed = expression_refreshed_hash (warehouse);
  g_autofree char *ours = row_of (warehouse, SCD_FIRST, "d.", false);
  g_autofree char *theirs = row_of (warehouse, SCD_FIRST, "w.", false);
  bool writes = warehouse->carried->len > 0 && strcmp (overwrites, "false") != 0;
  bool keeps = strcmp (ours, "row(0)") != 0 && !fills_gaps (warehouse);
  g_autofree char *inner =
      writes ? g_strdup_printf ("case when %s then %s else %s end", overwrites, hash, refreshed) : g_strdup (refreshed);
  /* A row that says otherwise of the first value may have to correct it, if it comes again. */
  return keeps ? g_strdup_printf ("case when %s is distinct from %s then md5(d._hash::text)::uuid else %s end", ours, theirs, inner)
               : g_steal_pointer (&inner);
}

/* What a column becomes in a row, w, that stays. */
static void
assign (GString *text, const Warehouse *warehouse, const char *name, const char *before, const char *after)
{
  const HistoryRule *rule = scd_rule (warehouse, name);
  g_autofree char *ident = text_quote_ident (name), *other = differs (warehouse, name, "w.");
  g_autofree char *made = rule != NULL && rule->made != NULL ? text_quote_ident (rule->made) : NULL;
  if (is_scd (rule, SCD_PREVIOUS))
    g_string_append_printf (text, "%s%s = case when %s then w.%s else w.%s end%s", before, made, other, ident, made, after);
  if (is_scd (rule, SCD_FIRST))
    g_string_append_printf (text, "%s%s = coalesce(w.%s, d.%s)%s", before, ident, ident, ident, after);
  else
    g_string_append_printf (text, "%s%s = d.%s%s", before, ident, ident, after);
}

char *
scd_written (const Warehouse *warehouse)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < warehouse->columns->len; i++)
    {
      const char *name = warehouse->columns->pdata[i];
      const HistoryRule *rule = scd_rule (warehouse, name);
      bool filled = is_in (warehouse->filled, name); /* and written by that */
      g_autofree char *ident = text_quote_ident (name);
      g_autofree char *made = rule != NULL && rule->made != NULL ? text_quote_ident (rule->made) : NULL;
      if (is_written (warehouse, name, rule) && !filled)
        assign (text, warehouse, name, ", ", "");
      if (is_scd (rule, SCD_CURRENT) && filled)
        g_string_append_printf (text, ", %s = d.%s", made, ident);
    }
  return g_string_free (text, FALSE);
}

char *
scd_assignments (const Warehouse *warehouse)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < warehouse->columns->len; i++)
    assign (text, warehouse, warehouse->columns->pdata[i], "", ", ");
  return g_string_free (text, FALSE);
}

char *
scd_newest_made (const Warehouse *warehouse)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < warehouse->made->len; i++)
    {
      const HistoryRule *rule = warehouse->made->pdata[i];
      g_autofree char *made = text_quote_ident (rule->made), *ident = text_quote_ident (rule->name);
      if (rule->scd == SCD_CURRENT && is_in (warehouse->columns, rule->name))
        g_string_append_printf (text, "%s = d.%s, ", made, ident);
    }
  return g_string_free (text, FALSE);
}

/* The format, with $target and $name replaced, for each column of the file that is everywhere: which column has the newest value, and of
 * which of the file's. */
static GString *
list_everywhere (const Warehouse *warehouse, const char *format)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < warehouse->columns->len; i++)
    {
      const char *name = warehouse->columns->pdata[i];
      const HistoryRule *rule = scd_rule (warehouse, name);
      if (!is_everywhere (rule))
        continue;
      g_autofree char *target = text_quote_ident (rule->made != NULL ? rule->made : name), *ident = text_quote_ident (name);
      g_autoptr (GString) one = g_string_new (format);
      g_string_replace (one, "$target", target, 0);
      g_string_replace (one, "$name", ident, 0);
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", one->str);
    }
  return text;
}

/* Whether a tracked column is overwritten in versions that have ended: no file's hash is to prove anything of them. */
static bool
changes_hashes (const Warehouse *warehouse)
{
  for (guint i = 0; i < warehouse->columns->len; i++)
    {
      const HistoryRule *rule = scd_rule (warehouse, warehouse->columns->pdata[i]);
      if (is_scd (rule, SCD_OVERWRITE) && rule->all_versions)
        return true;
    }
  return false;
}

static const char distrusted[] = ", row_hash = md5(w.row_hash::text)::uuid";

char *
scd_closing (const Warehouse *warehouse)
{
  g_autoptr (GString) sets = list_everywhere (warehouse, "$target = d.$name");
  return sets->len == 0 ? g_strdup ("") : g_strconcat (", ", sets->str, changes_hashes (warehouse) ? distrusted : "", NULL);
}

char *
scd_everywhere (const Warehouse *warehouse, const SqlVar *vars, size_t n_vars)
{
  g_autoptr (GString) sets = list_everywhere (warehouse, "$target = d.$name");
  g_autoptr (GString) has = list_everywhere (warehouse, "w.$target"), wants = list_everywhere (warehouse, "d.$name");
  if (sets->len == 0)
    return g_strdup ("");
  g_string_append (sets, changes_hashes (warehouse) ? distrusted : "");
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (SqlVar));
  const SqlVar own[] = { { "sets", sets->str }, { "has", has->str }, { "wants", wants->str } };
  g_array_append_vals (all, own, G_N_ELEMENTS (own));
  g_array_append_vals (all, vars, (guint) n_vars);
  return sql_part ("dimension/everywhere", (const SqlVar *) (void *) all->data, all->len);
}

char *
scd_returned (const Warehouse *warehouse)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < warehouse->columns->len; i++)
    {
      const HistoryRule *rule = scd_rule (warehouse, warehouse->columns->pdata[i]);
      g_autofree char *ident = text_quote_ident (warehouse->columns->pdata[i]);
      if (is_scd (rule, SCD_FIRST) || is_scd (rule, SCD_PREVIOUS))
        g_string_append_printf (text, ", w.%s", ident);
    }
  for (guint i = 0; i < warehouse->made->len; i++)
    {
      const HistoryRule *rule = warehouse->made->pdata[i];
      g_autofree char *made = text_quote_ident (rule->made);
      if (rule->scd == SCD_PREVIOUS || !is_in (warehouse->columns, rule->name))
        g_string_append_printf (text, ", w.%s", made);
    }
  return g_string_free (text, FALSE);
}

char *
scd_values (const Warehouse *warehouse, const char *of)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < warehouse->columns->len; i++)
    {
      const char *name = warehouse->columns->pdata[i];
      g_autofree char *ident = text_quote_ident (name);
      bool keeps = strcmp (of, "d.") == 0 && warehouse->kind->versions && is_scd (scd_rule (warehouse, name), SCD_FIRST)
                   && !is_in (warehouse->added, name);
      if (keeps && fills_gaps (warehouse))
        g_string_append_printf (text, "coalesce(c.%s, d.%s), ", ident, ident);
      else if (keeps)
        g_string_append_printf (text, "case when c._id is null then d.%s else c.%s end, ", ident, ident);
      else
        g_string_append_printf (text, "%s%s, ", of, ident);
    }
  return g_string_free (text, FALSE);
}

char *
scd_made_names (const Warehouse *warehouse)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < warehouse->made->len; i++)
    {
      g_autofree char *ident = text_quote_ident (((const HistoryRule *) warehouse->made->pdata[i])->made);
      g_string_append_printf (text, "%s, ", ident);
    }
  return g_string_free (text, FALSE);
}

char *
scd_made_values (const Warehouse *warehouse, const char *of)
{
  GString *text = g_string_new (NULL);
  bool has_before = strcmp (of, "d.") == 0 && warehouse->kind->versions;
  for (guint i = 0; i < warehouse->made->len; i++)
    {
      const HistoryRule *rule = warehouse->made->pdata[i];
      bool brings = is_in (warehouse->columns, rule->name);
      g_autofree char *ident = text_quote_ident (rule->name), *made = text_quote_ident (rule->made);
      g_autofree char *other = brings && has_before ? differs (warehouse, rule->name, "c.") : NULL;
      if (!has_before && (rule->scd == SCD_PREVIOUS || !brings))
        g_string_append (text, "null, ");
      else if (!brings)
        g_string_append_printf (text, "c.%s, ", made);
      else if (rule->scd == SCD_CURRENT)
        g_string_append_printf (text, "%s%s, ", of, ident);
      else
        g_string_append_printf (text, "case when c._id is not null and %s then c.%s else c.%s end, ", other, ident, made);
    }
  return g_string_free (text, FALSE);
}

bool
scd_can_splice (const Warehouse *warehouse, const char **ret_column)
{
  const GPtrArray *rules = warehouse->layout->model->history.rules;
  for (guint i = 0; i < rules->len; i++)
    {
      const HistoryRule *rule = rules->pdata[i];
      *ret_column = rule->name;
      if (rule->scd == SCD_PREVIOUS || (rule->scd == SCD_OVERWRITE && !rule->all_versions))
        return false;
    }
  return true;
}

char *
scd_newest (const Warehouse *warehouse, const char *of)
{
  return row_of (warehouse, SCD_OVERWRITE, of, true);
}

char *
scd_oldest (const Warehouse *warehouse, const char *of)
{
  return row_of (warehouse, SCD_FIRST, of, true);
}

char *
scd_unlike (const Warehouse *warehouse)
{
  GString *text = g_string_new ("false");
  for (guint i = 0; i < warehouse->columns->len; i++)
    {
      const char *name = warehouse->columns->pdata[i];
      const HistoryRule *rule = scd_rule (warehouse, name);
      if (rule == NULL || rule->scd == SCD_CURRENT || is_in (warehouse->added, name))
        continue;
      g_autofree char *other = differs (warehouse, name, "w.");
      g_string_append_printf (text, " or %s", other);
    }
  return g_string_free (text, FALSE);
}

/* Appends the file's columns with such a rule, be they there or carried. */
static void
set_one (GString *sets, GString *has, GString *gets, const Warehouse *warehouse, const char *name)
{
  const HistoryRule *rule = scd_rule (warehouse, name);
  if (rule == NULL)
    return;
  const char *from = rule->scd == SCD_CURRENT ? "l." : rule->scd == SCD_FIRST ? "f." : "n.";
  g_autofree char *ident = text_quote_ident (name), *target = text_quote_ident (rule->made != NULL ? rule->made : name);
  g_string_append_printf (sets, "%s%s = %s%s", sets->len > 0 ? ", " : "", target, from, ident);
  if (rule->scd == SCD_CURRENT)
    return;
  g_string_append_printf (has, "%sh.%s", has->len > 0 ? ", " : "", ident);
  g_string_append_printf (gets, "%s%s%s", gets->len > 0 ? ", " : "", from, ident);
}

char *
scd_one_value (const Warehouse *warehouse)
{
  g_autoptr (GString) sets = g_string_new (NULL), has = g_string_new (NULL), gets = g_string_new (NULL);
  for (guint i = 0; i < warehouse->columns->len; i++)
    set_one (sets, has, gets, warehouse, warehouse->columns->pdata[i]);
  for (guint i = 0; i < warehouse->carried->len; i++)
    set_one (sets, has, gets, warehouse, warehouse->carried->pdata[i]);
  if (sets->len == 0)
    return NULL;
  if (has->len > 0)
    g_string_append_printf (sets,
                            ", \"hash?\" = case when row(%s) is distinct from row(%s) then md5(h.\"hash?\"::text)::uuid"
                            " else h.\"hash?\" end",
                            has->str, gets->str);
  return g_strdup (sets->str);
}
