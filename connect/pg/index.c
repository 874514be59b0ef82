#include "connect/pg/index.h"

#include "base/text.h"

static bool
ask (PgSession *session, const char *sql, const Source *source, const char *word, bool *ret, GError **error)
{
  g_autofree char *oid = g_strdup_printf ("%u", source->oid);
  const char *params[] = { oid, word };
  g_autoptr (DbResult) result = NULL;
  if (!session_query (session, sql, params, 2, &result, error))
    return false;
  *ret = db_result_bool (result, 0, 0);
  return true;
}

bool
index_hint (PgSession *session, const Source *source, const Plan *plan, GError **error)
{
  bool has_index = true;
  if (!source->is_table || source->is_view || session->is_redshift || plan->n_order == 0)
    return true;
  const char *first = source->columns[plan->order[0]].name;
  if (!ask (session,
            "select exists (select from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and "
            "a.attname = $2"
            " where i.indrelid = $1::oid and i.indisvalid and i.indpred is null and i.indkey[0] = a.attnum)",
            source, first, &has_index, error))
    return false;
  if (!has_index)
    connect_note ("%s.%s has no index that begins with %s: the server reads%s all of it for each %s", source->schema, source->table,
                  first, plan->can_cut ? " and sorts" : "", plan->can_cut ? "batch" : "pull");
  return true;
}

bool
overlap_hint (PgSession *session, const Request *request, const Source *source, const Plan *plan, GError **error)
{
  static const char sql[] =
      "select coalesce (max (s.seqcache), 1), exists (select from pg_catalog.pg_subscription_rel where srrelid = $1::oid),"
      " exists (select from pg_catalog.pg_class where oid = $1::oid and relkind = 'f')"
      " from pg_catalog.pg_attribute a"
      " left join pg_catalog.pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum"
      " join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::regclass"
      "  and (d.classid = 'pg_catalog.pg_class'::regclass and d.refobjid = a.attrelid and d.refobjsubid = a.attnum"
      "       or d.classid = 'pg_catalog.pg_attrdef'::regclass and d.objid = f.oid)"
      " join pg_catalog.pg_sequence s on s.seqrelid in (d.objid, d.refobjid)"
      " where a.attrelid = $1::oid and a.attname = $2";
  bool has_overlap = json_object_get (request->json, "overlap") != NULL;
  if (has_overlap || !source->is_table || session_is_blind (session)
      || (plan->shape != SHAPE_COUNTED && plan->shape != SHAPE_TIMED))
    return true;
  g_autofree char *oid = g_strdup_printf ("%u", source->oid);
  const char *name = source->columns[plan->order[0]].name, *params[] = { oid, name };
  g_autoptr (DbResult) result = NULL;
  if (!session_query (session, sql, params, 2, &result, error))
    return false;
  if (db_result_int64 (result, 0, 0) > 1)
    connect_note (
        "each session sets %s numbers of \"%s\" aside (the cache of its sequence), so that one may come behind others that "
        "were read: say an \"overlap\" that is larger",
        db_result_value (result, 0, 0), name);
  if (db_result_bool (result, 0, 1))
    connect_note (
        "\"%s\" is filled by logical replication, with times and numbers of another server: say an \"overlap\" that is as "
        "long as that may be behind",
        source->table);
  if (db_result_bool (result, 0, 2))
    connect_note ("\"%s\" is a table of another server, whose open transactions are not to be seen here: say an \"overlap\" that "
                  "is as long as they may be open",
                  source->table);
  return true;
}

bool
security_hint (PgSession *session, const Source *source, GError **error)
{
  bool is_active = false;
  if (!source->is_table || session->is_redshift)
    return true;
  if (!ask (session, "select pg_catalog.row_security_active ($1::oid) and $2::text is not null", source, source->table, &is_active,
            error))
    return false;
  if (is_active)
    connect_note ("row security of \"%s\" shows the role only what its policies let it see: no other row is there for a pull",
                  source->table);
  return true;
}

bool
index_of_key (PgSession *session, const Source *source, GError **error)
{
  bool is_unique = true;
  if (!source->is_table || source->is_view || session->is_redshift || source->n_key == 0)
    return true;
  g_autoptr (GPtrArray) key = g_ptr_array_new ();
  for (int i = 0; i < source->n_key; i++)
    g_ptr_array_add (key, source->columns[source->key[i]].name);
  g_autofree char *names = text_array (key);
  if (!ask (session,
            "select exists (select from pg_catalog.pg_index i where i.indrelid = $1::oid and i.indisunique and i.indisvalid"
            " and i.indpred is null and i.indexprs is null and not exists (select from pg_catalog.pg_attribute a"
            " where a.attrelid = i.indrelid and a.attnum = any (i.indkey[0:i.indnkeyatts - 1]) and a.attname <> all ($2::text[])))",
            source, names, &is_unique, error))
    return false;
  if (!is_unique)
    connect_note ("no unique index of \"%s\" is of the key or a part of it: the source does not promise that the key is one",
                  source->table);
  return true;
}
