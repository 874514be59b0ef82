#include "pipeline/warehouse/as_of.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "models/name.h"
#include "pipeline/stage/grants.h"
#include "pipeline/types/types.h"
#include "pipeline/warehouse/columns.h"
#include "schema/history_vars.h"
#include "schema/ledger.h"

#include <string.h>

#define DIGITS 16 /* of the digest in the comment */

/* What is asked of the server at once: a row for each column of each relation. */
enum
{
  HAS_RELATION,
  HAS_COLUMN,
  HAS_TYPE,
  HAS_VIEW,
  HAS_DIGEST,
};

/* The view to be. */
typedef struct
{
  const char *schema;
  const Model *fact;
  const Catalog *catalog;
  const Layout *layout; /* may be NULL */
  char *view;
  DbResult *is;      /* the columns that there are */
  GPtrArray *names;  /* of char *: its columns, those of the fact first */
  GPtrArray *values; /* of char *: what each shows, as SQL */
  GArray *rows;      /* of int: where that is in "is" */
  GString *joins;
} Plan;

static void
plan_clear (Plan *plan)
{
  g_free (plan->view);
  g_clear_pointer (&plan->is, db_result_free);
  g_ptr_array_unref (plan->names);
  g_ptr_array_unref (plan->values);
  g_array_unref (plan->rows);
  g_string_free (plan->joins, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

GPtrArray *
as_of_facts (const Catalog *catalog, const Model *model)
{
  GPtrArray *facts = g_ptr_array_new ();
  if (model_has_as_of (model))
    g_ptr_array_add (facts, (gpointer) model);
  for (guint i = 0; model->kind == MODEL_DIMENSION && i < catalog->models->len; i++)
    {
      Model *fact = catalog->models->pdata[i];
      bool shows = false;
      for (guint j = 0; j < fact->references->len; j++)
        {
          const ModelReference *reference = fact->references->pdata[j];
          shows |= reference->as_of != NULL && strcmp (reference->dimension, model->table) == 0;
        }
      if (shows)
        g_ptr_array_add (facts, fact);
    }
  return facts;
}

char *
as_of_view (const Model *fact)
{
  return g_strconcat (fact->table, MODEL_AT_SUFFIX, NULL);
}

/* ---- what there is ---- */

static bool
read_relations (Db *db, Plan *plan, GError **error)
{
  g_autoptr (GString) tables = g_string_new (NULL);
  g_string_append_printf (tables, "{%s,%s", plan->fact->table, plan->view); /* names of tables need no quotes */
  for (guint i = 0; i < plan->fact->references->len; i++)
    g_string_append_printf (tables, ",%s", ((const ModelReference *) plan->fact->references->pdata[i])->dimension);
  g_string_append_c (tables, '}');
  const SqlVar vars[] = { { "schema", plan->schema }, { "tables", tables->str } };
  return sql_run (db, "as_of/columns", vars, G_N_ELEMENTS (vars), &plan->is, error);
}

/* The first row of the relation; -1: it is not there. */
static int
find_relation (const Plan *plan, const char *relation)
{
  for (int row = 0; row < db_result_rows (plan->is); row++)
    if (strcmp (db_result_value (plan->is, row, HAS_RELATION), relation) == 0)
      return row;
  return -1;
}

/* Whether the row is one of the relation's. */
static bool
is_of (const Plan *plan, int row, const char *relation)
{
  return row >= 0 && row < db_result_rows (plan->is) && strcmp (db_result_value (plan->is, row, HAS_RELATION), relation) == 0;
}

/* ---- what is to be ---- */

static bool
has_name (const Plan *plan, const char *name)
{
  return g_ptr_array_find_with_equal_func (plan->names, name, g_str_equal, NULL);
}

static void
add_column (Plan *plan, const char *alias, int row, char *name)
{
  g_autofree char *ident = text_quote_ident (db_result_value (plan->is, row, HAS_COLUMN));
  g_ptr_array_add (plan->names, name);
  g_array_append_val (plan->rows, row);
  g_ptr_array_add (plan->values, g_strdup_printf ("%s.%s", alias, ident));
}

static void
add_fact (Plan *plan)
{
  for (int row = find_relation (plan, plan->fact->table); is_of (plan, row, plan->fact->table); row++)
    {
      const char *name = db_result_value (plan->is, row, HAS_COLUMN);
      if (strcmp (name, "row_hash") != 0)
        add_column (plan, "f", row, g_strdup (name));
    }
}

/* "user_" for the columns of whom user_id is the id. A name that the fact has itself stays the fact's. Owned by the caller. */
static char *
make_name (const Plan *plan, const ModelReference *reference, const char *column)
{
  const char *as = reference->as;
  size_t length = strlen (as) - (g_str_has_suffix (as, "_id") && strlen (as) > strlen ("_id") ? strlen ("_id") : 0);
  g_autofree char *whole = g_strdup_printf ("%.*s_%s", (int) length, as, column);
  char *name = name_limit (g_strdup (whole), 0, whole);
  while (has_name (plan, name))
    {
      g_autofree char *taken = name, *longer = g_strconcat (taken, "_", NULL);
      name = name_limit (g_strdup (longer), 0, longer);
    }
  return name;
}

static void
add_dimension (Plan *plan, const ModelReference *reference, const Model *dimension, const History *history, const char *alias)
{
  const char *const hidden[] = {
    dimension->id_column, history->names[HISTORY_CURRENT], "row_hash", "opened_by", "closed_by", NULL
  };
  for (int row = find_relation (plan, dimension->table); is_of (plan, row, dimension->table); row++)
    {
      const char *name = db_result_value (plan->is, row, HAS_COLUMN);
      if (!g_strv_contains (hidden, name))
        add_column (plan, alias, row, make_name (plan, reference, name));
    }
}

static bool
has_column (const Plan *plan, const char *relation, const char *name)
{
  for (int row = find_relation (plan, relation); is_of (plan, row, relation); row++)
    if (strcmp (db_result_value (plan->is, row, HAS_COLUMN), name) == 0)
      return true;
  return false;
}

/* What the dimension's columns of history are called: as its model says, or until its next load as they were. */
static bool
find_history (Db *db, const Plan *plan, const Model *dimension, History *ret_history, GError **error)
{
  g_auto (TableState) state = { 0 };
  bool follows = true;
  for (int i = 0; i <= HISTORY_VERSION; i++)
    follows &= has_column (plan, dimension->table, dimension->history.names[i]);
  if (!follows && !ledger_table_read (db, dimension->table, false, &state, error))
    return false;
  g_autofree char *wanted = history_text (&dimension->history);
  return history_parse (follows ? wanted : state.history, ret_history, error);
}

/* The fact's column that says when, as an instant; NULL: it cannot be one, and *ret_problem says why. Owned by the caller. */
static char *
find_instant (const Plan *plan, const char *as_of, char **ret_problem)
{
  const Model *fact = plan->fact;
  int row = find_relation (plan, fact->table);
  while (is_of (plan, row, fact->table) && !name_is_stored_as (as_of, db_result_value (plan->is, row, HAS_COLUMN)))
    row++;
  if (!is_of (plan, row, fact->table))
    {
      *ret_problem = g_strdup_printf ("%s.%s has no column \"%s\"", plan->schema, fact->table, as_of);
      return NULL;
    }
  const Type *type = types_by_oid ((uint32_t) db_result_int64 (plan->is, row, HAS_TYPE));
  TypeId id = type != NULL ? type->id : TYPE_TEXT;
  g_autofree char *ident = text_quote_ident (db_result_value (plan->is, row, HAS_COLUMN));
  g_autofree char *zone = text_quote_literal (model_time_zone (fact));
  if (id == TYPE_TIMESTAMPTZ)
    return g_strdup_printf ("f.%s", ident);
  if (id == TYPE_DATE || id == TYPE_TIMESTAMP)
    return g_strdup_printf ("(f.%s::timestamp at time zone %s)", ident, zone);
  *ret_problem = g_strdup_printf ("\"%s\" is %s in %s.%s: it must be a date, timestamp or timestamptz", as_of,
                                  type != NULL ? type->name : "of another type", plan->schema, fact->table);
  return NULL;
}

static bool
join (Db *db, Plan *plan, const ModelReference *reference, const Model *dimension, const char *at, GError **error)
{
  g_autofree char *alias = g_strdup_printf ("d%zu", plan->joins->len);
  g_auto (History) history = { 0 };
  if (!find_history (db, plan, dimension, &history, error))
    return false;
  const SqlVar vars[] = { { "schema", plan->schema },     { "dimension", dimension->table }, { "alias", alias },
                          { "id", dimension->id_column }, { "as", reference->as },           { "at", at },
                          HISTORY_VARS (&history) };
  g_autofree char *text = sql_part ("as_of/join", vars, G_N_ELEMENTS (vars));
  g_string_append_printf (plan->joins, "%s\n", text);
  add_dimension (plan, reference, dimension, &history, alias);
  return true;
}

/* Whether the column is one that has no type yet. */
static bool
is_pending (const Plan *plan, const char *as_of)
{
  const Layout *layout = plan->layout;
  for (int i = 0; layout != NULL && i < layout->n_columns; i++)
    if (layout->columns[i].unknown && name_is_stored_as (as_of, layout->columns[i].name))
      return true;
  return false;
}

/* *ret_ready: all that it is made of is there. *ret_problem: it cannot be made. */
static bool
make_plan (Db *db, Plan *plan, bool *ret_ready, char **ret_problem, GError **error)
{
  *ret_ready = find_relation (plan, plan->fact->table) >= 0;
  add_fact (plan);
  for (guint i = 0; *ret_ready && i < plan->fact->references->len; i++)
    {
      const ModelReference *reference = plan->fact->references->pdata[i];
      const Model *dimension = catalog_find (plan->catalog, reference->dimension);
      if (reference->as_of == NULL)
        continue;
      *ret_ready = dimension != NULL && find_relation (plan, dimension->table) >= 0 && !is_pending (plan, reference->as_of);
      g_autofree char *at = *ret_ready ? find_instant (plan, reference->as_of, ret_problem) : NULL;
      *ret_ready &= at != NULL;
      if (at != NULL && !join (db, plan, reference, dimension, at, error))
        return false;
    }
  return true;
}

/* Tells one view from another, whatever the order of its columns. */
static void
digest (const Plan *plan, char hex[SHA256_HEX_SIZE])
{
  g_autoptr (GString) text = g_string_new (plan->joins->str);
  for (guint i = 0; i < plan->names->len; i++)
    g_string_append_printf (text, "%s %s\n", (const char *) plan->values->pdata[i], (const char *) plan->names->pdata[i]);
  sha256_bytes (text->str, text->len, hex);
}

/* ---- making it ---- */

/* Adds the column that is to have the name; returns its row in "is", -1: there is none. */
static int
append_shown (const Plan *plan, const char *name, GString *columns)
{
  guint at;
  if (!g_ptr_array_find_with_equal_func (plan->names, name, g_str_equal, &at))
    return -1;
  g_autofree char *ident = text_quote_ident (name);
  g_string_append_printf (columns, "%s%s as %s", columns->len > 0 ? ", " : "", (const char *) plan->values->pdata[at], ident);
  return g_array_index (plan->rows, int, at);
}

/* Those of a view that is there keep their places, so that what others have built upon it stays; *ret_keeps: they are all to be, and of the
 * types that they are. Owned by the caller. */
static char *
order_columns (const Plan *plan, bool *ret_keeps)
{
  g_autoptr (GString) columns = g_string_new (NULL);
  g_autoptr (GHashTable) shown = g_hash_table_new (g_str_hash, g_str_equal);
  *ret_keeps = true;
  for (int row = find_relation (plan, plan->view); is_of (plan, row, plan->view); row++)
    {
      const char *name = db_result_value (plan->is, row, HAS_COLUMN);
      int shows = append_shown (plan, name, columns);
      *ret_keeps &= shows >= 0 && db_result_int64 (plan->is, shows, HAS_TYPE) == db_result_int64 (plan->is, row, HAS_TYPE);
      g_hash_table_add (shown, (gpointer) name);
    }
  for (guint i = 0; i < plan->names->len; i++)
    if (!g_hash_table_contains (shown, plan->names->pdata[i]))
      append_shown (plan, plan->names->pdata[i], columns);
  return g_strdup (columns->str);
}

static bool
create (Db *db, const Plan *plan, const char *columns, const char *hex, GError **error)
{
  g_autofree char *text =
      g_strdup_printf ("each row of %s with the versions that were true at its time (weir %.*s)", plan->fact->table, DIGITS, hex);
  g_autofree char *comment = text_quote_literal (text);
  const SqlVar vars[] = { { "schema", plan->schema }, { "table", plan->fact->table }, { "view", plan->view },
                          { "columns", columns },     { "joins", plan->joins->str },  { "comment", comment } };
  return sql_run (db, "as_of/create", vars, G_N_ELEMENTS (vars), NULL, error)
         && sql_run (db, "as_of/comment", vars, G_N_ELEMENTS (vars), NULL, error);
}

static bool
drop (Db *db, const char *schema, const char *view, GPtrArray *grants, GError **error)
{
  const SqlVar vars[] = { { "schema", schema }, { "view", view } };
  DbResult *own;
  if (!grants_read (db, schema, view, view, &own, error))
    return false;
  g_ptr_array_add (grants, own);
  return sql_run (db, "table/drop_view", vars, G_N_ELEMENTS (vars), NULL, error) || columns_explain_dependent (schema, view, error);
}

/* In the place of the one there is. */
static bool
replace (Db *db, const Plan *plan, const char *hex, GError **error)
{
  bool keeps;
  g_autofree char *columns = order_columns (plan, &keeps), *anew = NULL;
  if (keeps)
    return create (db, plan, columns, hex, error);
  g_autoptr (GPtrArray) grants = g_ptr_array_new_with_free_func ((GDestroyNotify) db_result_free);
  return drop (db, plan->schema, plan->view, grants, error) && create (db, plan, columns, hex, error)
         && grants_give (db, grants->pdata[0], error);
}

/* What the model says cannot be. Whoever loads the fact is to mend it; nobody else is kept from his work. */
static bool
tell_problem (const Plan *plan, const char *problem, GPtrArray *notes, GError **error)
{
  if (plan->layout != NULL)
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_MODEL, REASON_BAD_MODEL, .detail = "Nothing was changed.",
                                   .hint =
                                       "Declare how it is written, as {\"type\": \"date\", \"format\": \"DD/MM/YYYY\"}, or take "
                                       "\"as_of\" out of the model." },
                      "%s: \"as_of\": %s", plan->fact->path, problem);
  g_ptr_array_add (notes, g_strdup_printf ("%s.%s cannot be brought up to date: %s", plan->schema, plan->view, problem));
  return true;
}

static bool
bring_up (Db *db, Plan *plan, GPtrArray *notes, GError **error)
{
  g_autofree char *problem = NULL;
  char hex[SHA256_HEX_SIZE];
  bool ready;
  if (!read_relations (db, plan, error))
    return false;
  int there = find_relation (plan, plan->view);
  const char *made_by = there >= 0 ? db_result_value (plan->is, there, HAS_DIGEST) : NULL;
  if (there >= 0 && (made_by == NULL || !db_result_bool (plan->is, there, HAS_VIEW)))
    {
      g_ptr_array_add (notes, g_strdup_printf ("%s.%s is not weir's, and left as it is", plan->schema, plan->view));
      return true;
    }
  if (!make_plan (db, plan, &ready, &problem, error))
    return false;
  if (problem != NULL)
    return tell_problem (plan, problem, notes, error);
  if (!ready)
    return true;
  digest (plan, hex);
  return (made_by != NULL && strncmp (made_by, hex, DIGITS) == 0) || replace (db, plan, hex, error);
}

bool
as_of_bring_up (Db *db, const char *schema, const Model *fact, const Catalog *catalog, const Layout *layout, GPtrArray *notes,
                GError **error)
{
  g_auto (Plan) plan = { .schema = schema,
                         .fact = fact,
                         .catalog = catalog,
                         .layout = layout,
                         .view = as_of_view (fact),
                         .names = g_ptr_array_new_with_free_func (g_free),
                         .values = g_ptr_array_new_with_free_func (g_free),
                         .rows = g_array_new (FALSE, FALSE, sizeof (int)),
                         .joins = g_string_new (NULL) };
  return bring_up (db, &plan, notes, error);
}

bool
as_of_drop (Db *db, const char *schema, const Model *fact, GPtrArray *grants, GError **error)
{
  g_autofree char *view = as_of_view (fact), *tables = g_strdup_printf ("{%s}", view);
  const SqlVar vars[] = { { "schema", schema }, { "tables", tables } };
  g_autoptr (DbResult) is = NULL;
  if (!sql_run (db, "as_of/columns", vars, G_N_ELEMENTS (vars), &is, error))
    return false;
  bool ours = db_result_rows (is) > 0 && db_result_bool (is, 0, HAS_VIEW) && db_result_value (is, 0, HAS_DIGEST) != NULL;
  return !ours || drop (db, schema, view, grants, error);
}
