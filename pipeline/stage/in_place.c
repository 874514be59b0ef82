#include "pipeline/stage/in_place.h"

#include "base/json.h"
#include "base/text.h"
#include "pipeline/stage/short_lock.h"
#include "schema/sql.h"

#include <string.h>

/* What the table may have grown to, toasted values included: about fifty files of a hundred rows. */
#define MOST_BYTES "1048576"

#define OID_INT8 20
#define OID_UUID 2950

/* What the server is to find: staging/look. */
static void
add_column (GString *columns, const char *name, unsigned oid, bool not_null)
{
  g_string_append_printf (columns, "%s%s %u -1 %s", columns->len > 0 ? "\n" : "", name, oid, not_null ? "t" : "f");
}

static char *
describe_columns (const Layout *layout)
{
  GString *columns = g_string_new (NULL);
  for (int i = 0; i < layout->n_columns; i++)
    add_column (columns, layout->columns[i].name, layout->columns[i].type->oid, false);
  for (int i = 0; i < layout->n_references; i++)
    add_column (columns, layout->references[i].reference->as, OID_UUID, false);
  add_column (columns, "_line", OID_INT8, true);
  add_column (columns, "_id", OID_UUID, false);
  add_column (columns, "_hash", OID_UUID, true);
  return g_string_free (columns, FALSE);
}

/* The texts of a JSON array. Owned by the caller. */
static GPtrArray *
read_comments (const char *text, GError **error)
{
  g_autoptr (Json) list = weir_json_parse (text, strlen (text), "comments", error);
  if (list == NULL)
    return NULL;
  GPtrArray *comments = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < json_array_size (list); i++)
    g_ptr_array_add (comments, g_strdup (json_string_value (json_array_get (list, i))));
  return comments;
}

/* Looks at the table that is locked. *ret_comments NULL: it is no good. */
static bool
look (Db *db, const Stage *stage, const Layout *layout, GPtrArray **ret_comments, GError **error)
{
  g_autofree char *columns = describe_columns (layout);
  const SqlVar vars[] = { { "schema", stage->schema }, { "table", stage->table }, { "columns", columns }, { "most", MOST_BYTES } };
  g_autoptr (DbResult) found = NULL;
  *ret_comments = NULL;
  if (!sql_run (db, "staging/look", vars, G_N_ELEMENTS (vars), &found, error))
    return false;
  if (db_result_rows (found) == 0 || !db_result_bool (found, 0, 0))
    return true;
  return (*ret_comments = read_comments (db_result_value (found, 0, 1), error)) != NULL;
}

/* With the table's name, which makes it another text for each table; there are few. */
static bool
post (Db *db, const Stage *stage, const char *before, const char *behind, const char *label, GError **error)
{
  g_autofree char *schema = text_quote_ident (stage->schema);
  g_autofree char *table = text_quote_ident (stage->name);
  g_autofree char *sql = g_strdup_printf ("%s %s.%s%s", before, schema, table, behind);
  return db_post (db, sql, NULL, 0, label, error);
}

bool
in_place_take (Db *db, const Stage *stage, const Layout *layout, const PipelineOptions *options, GPtrArray **ret_comments,
               GError **error)
{
  const char *const names[] = { stage->table, NULL };
  const Stage named = { .schema = stage->schema, .name = stage->table };
  bool locked;
  *ret_comments = NULL;
  if (!short_lock_begin (db, stage->schema, names, SHORT_LOCK_WRITERS, 0, &locked, error))
    return false;
  if (!locked)
    return true;
  g_autoptr (GPtrArray) comments = NULL;
  if (!look (db, stage, layout, &comments, error))
    return false;
  if (comments == NULL)
    return short_lock_undo (db, error);
  if (!short_lock_end (db, options->lock_timeout_ms, error) || !post (db, &named, "delete from", "", "staging/empty", error))
    return false;
  *ret_comments = g_steal_pointer (&comments);
  return true;
}

bool
in_place_hold (Db *db, const Stage *stage, GError **error)
{
  return post (db, stage, "lock table", " in row exclusive mode", "staging/hold", error);
}
