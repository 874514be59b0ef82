#include "pipeline/warehouse/alias.h"

#include "base/digest.h"
#include "base/text.h"
#include "pipeline/stage/copybin.h"
#include "pipeline/stage/rowhash.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/kinds.h"
#include "schema/sql.h"

#include <string.h>

#define DISTRUSTED_MOST 4 /* how often a hash was given up: table/distrust, waiting/insert */

/* ---- to the server ---- */

static bool
copy_pairs (Db *db, const char *sql, const GArray *pairs, GError **error)
{
  if (pairs->len == 0)
    return true;
  if (!db_copy_begin (db, sql, error))
    return false;
  g_auto (CopyWriter) copy = { 0 };
  copy_begin_on (&copy, db);
  bool done = true;
  for (guint i = 0; done && i < pairs->len; i++)
    {
      const Pair *pair = &g_array_index (pairs, Pair, i);
      uint8_t *at = copy_row (&copy, 3, 3 * copy_room (sizeof pair->was.bytes));
      at = copy_uid (copy_uid (at, pair->was), pair->is);
      done = copy_row_end (&copy, copy_bool (at, pair->hash), error);
    }
  if (!done || !copy_end (&copy, error))
    return db_copy_cancel (db), false;
  return db_copy_end (db, NULL, error);
}

bool
alias_put (Db *db, const GArray *pairs, GError **error)
{
  return copy_pairs (db, "copy weir_pair from stdin (format binary)", pairs, error);
}

/* ---- rows ---- */

/* Where rows are, as statements of rotate.sql. Those of the ledger are texts by the columns' names. */
typedef struct
{
  const char *ids, *hashes;
  bool ledger;
} Source;

static const Source sources[] = { { "rotate/ids_of_table", "rotate/hashes_of_table", false },
                                  { "rotate/ids_of_waiting", "rotate/hashes_of_waiting", true },
                                  { "rotate/ids_of_overwritten", "rotate/hashes_of_overwritten", true } };

/* A column of such a row as text, as SQL. Owned by the caller. */
static char *
text_of (const Source *source, const char *column)
{
  g_autofree char *name = source->ledger ? text_quote_literal (column) : text_quote_ident (column);
  return source->ledger ? g_strdup_printf ("(w.cells ->> %s)", name) : g_strdup_printf ("w.%s::text", name);
}

/* What becomes of the rows, a piece at a time: pairs, and what is not known (as pairs with the run). */
typedef struct
{
  GArray *pairs, *unknown;
} Made;

typedef void (*TakeRow) (const DbResult *rows, int row, Made *made, void *data);

static Uid
uid_at (const DbResult *rows, int row, int column)
{
  const char *text = db_result_value (rows, row, column);
  Uid uid = { { 0 } };
  if (text != NULL)
    (void) uid_parse (text, strlen (text), &uid);
  return uid;
}

static bool
read_piece (Db *db, TakeRow take, void *data, bool *ret_end, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  if (!sql_run (db, "rotate/fetch", NULL, 0, &rows, error))
    return false;
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (Pair)), unknown = g_array_new (FALSE, FALSE, sizeof (Pair));
  Made made = { pairs, unknown };
  for (int row = 0; row < db_result_rows (rows); row++)
    take (rows, row, &made, data);
  *ret_end = db_result_rows (rows) == 0;
  return alias_put (db, pairs, error) && copy_pairs (db, "copy weir_unknown from stdin (format binary)", unknown, error);
}

/* Reads the rows that the cursor has, and makes what they give known. */
static bool
read_rows (Db *db, TakeRow take, void *data, GError **error)
{
  for (bool end = false; !end;)
    if (!read_piece (db, take, data, &end, error))
      return false;
  return sql_run (db, "rotate/close", NULL, 0, NULL, error) && sql_run (db, "rotate/take", NULL, 0, NULL, error)
         && sql_run (db, "rotate/forget_pairs", NULL, 0, NULL, error);
}

/* ---- ids ---- */

typedef struct
{
  KeyMaker *was, *is;
  const Type **types; /* of the parts, as they are stored */
  GString **texts;    /* room for each */
  KeyPart *parts;
  int n;
} Keys;

static void
keys_clear (Keys *keys)
{
  for (int i = 0; i < keys->n; i++)
    g_string_free (keys->texts[i], TRUE);
  g_clear_pointer (&keys->was, key_maker_free);
  g_clear_pointer (&keys->is, key_maker_free);
  g_clear_pointer (&keys->types, g_free);
  g_clear_pointer (&keys->texts, g_free);
  g_clear_pointer (&keys->parts, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Keys, keys_clear)

static void
keys_init (Keys *keys, const AliasTable *table, const GPtrArray *names, const TwoSecrets *secrets)
{
  *keys = (Keys) { .was = key_maker_new (table->model, secrets->was, secrets->was_length),
                   .is = key_maker_new (table->model, secrets->is, secrets->is_length),
                   .types = g_new0 (const Type *, names->len + 1),
                   .texts = g_new0 (GString *, names->len + 1),
                   .parts = g_new0 (KeyPart, names->len + 1),
                   .n = (int) names->len };
  for (int i = 0; i < keys->n; i++)
    {
      const StoredColumn *column = columns_find (table->stored, names->pdata[i]);
      keys->types[i] = column != NULL ? column->type : NULL;
      keys->texts[i] = g_string_new (NULL);
    }
}

enum
{
  ROW_KNOWN_BY, /* its id, or its hash */
  ROW_RUN,
  ROW_COLUMNS,
};

static void
take_key (const DbResult *rows, int row, Made *made, void *data)
{
  const Keys *keys = data;
  for (int i = 0; i < keys->n; i++)
    {
      const char *text = db_result_value (rows, row, ROW_COLUMNS + i);
      Value unused;
      keys->parts[i] = (KeyPart) { text != NULL ? text : "", text != NULL ? strlen (text) : 0, text == NULL };
      (void) key_canonical (keys->was, keys->types[i], &cell_format_own, &keys->parts[i], keys->texts[i], &unused);
    }
  Pair pair = { .hash = false };
  Uid stored = uid_at (rows, row, ROW_KNOWN_BY);
  size_t empty;
  bool made_again = key_make (keys->was, keys->parts, (size_t) keys->n, &pair.was, NULL, &empty)
                    && key_make (keys->is, keys->parts, (size_t) keys->n, &pair.is, NULL, &empty);
  if (made_again && uid_equal (pair.was, stored))
    g_array_append_val (made->pairs, pair);
  else
    g_array_append_val (made->unknown, ((Pair) { stored, uid_at (rows, row, ROW_RUN), false }));
}

/* Of versions one is enough: all have the key. */
static bool
read_ids (Db *db, const AliasTable *table, const Source *source, const GPtrArray *names, Keys *keys, GError **error)
{
  const Model *model = table->model;
  bool versions = kind_of (model)->versions;
  g_autofree char *id = text_quote_ident (model->id_column);
  g_autofree char *distinct = versions ? g_strdup_printf ("distinct on (w.%s)", id) : g_strdup ("");
  g_autofree char *order = versions ? g_strdup_printf ("order by w.%s", id) : g_strdup ("");
  g_autoptr (GString) columns = g_string_new (NULL);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *text = text_of (source, names->pdata[i]);
      g_string_append_printf (columns, ", %s", text);
    }
  const SqlVar vars[] = {
    { "schema", table->schema }, { "table", model->table },
    { "id", model->id_column },  { "by", columns_find (table->stored, "opened_by") != NULL ? "opened_by" : "loaded_by" },
    { "columns", columns->str }, { "distinct", distinct },
    { "order", order }
  };
  return sql_run (db, source->ids, vars, G_N_ELEMENTS (vars), NULL, error) && read_rows (db, take_key, keys, error);
}

bool
alias_make_ids (Db *db, const AliasTable *table, const TwoSecrets *secrets, GError **error)
{
  g_autoptr (GPtrArray) names = columns_of_key (table->model);
  g_auto (Keys) keys = { 0 };
  keys_init (&keys, table, names, secrets);
  for (size_t s = 0; s < G_N_ELEMENTS (sources); s++)
    if (!read_ids (db, table, &sources[s], names, &keys, error))
      return false;
  return true;
}

/* ---- hashes ---- */

/* A column that is hashed. */
typedef struct
{
  const char *name; /* borrowed */
  char *hashed;
  const Type *type;
  bool reference;
  Cell was, is;
} Tracked;

typedef struct
{
  Tracked *columns;
  guint n;
  RowHash *was, *is;
  Md5 *md5;
  bool lossy; /* equal rows may be hashed otherwise than they are stored, and be known by their hash alone */
} Hashes;

static void
hashes_clear (Hashes *hashes)
{
  for (guint i = 0; i < hashes->n; i++)
    g_free (hashes->columns[i].hashed);
  g_clear_pointer (&hashes->columns, g_free);
  g_clear_pointer (&hashes->was, row_hash_free);
  g_clear_pointer (&hashes->is, row_hash_free);
  g_clear_pointer (&hashes->md5, md5_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Hashes, hashes_clear)

static bool
is_reference (const Model *model, const char *name)
{
  for (guint i = 0; i < model->references->len; i++)
    if (strcmp (((const ModelReference *) model->references->pdata[i])->as, name) == 0)
      return true;
  return false;
}

static int
compare_tracked (const void *a, const void *b)
{
  return strcmp (((const Tracked *) a)->hashed, ((const Tracked *) b)->hashed);
}

static RowHash *
hash_of (const Hashes *hashes, const Model *model, bool is)
{
  bool keyless = model_is_keyless (model);
  g_autofree HashedColumn *columns = g_new0 (HashedColumn, hashes->n + 1);
  for (guint i = 0; i < hashes->n; i++)
    {
      const Tracked *of = &hashes->columns[i];
      columns[i] = (HashedColumn) { of->hashed, of->type, is ? &of->is : &of->was, keyless && of->type->id == TYPE_TEXT };
    }
  return row_hash_new (columns, hashes->n, keyless ? ROW_HASH_BAG : ROW_HASH_KEYED);
}

/* What LOAD hashes of a fact (layout.c), as far as it is stored: what a file did not have is NULL, and left out. */
static void
hashes_init (Hashes *hashes, const AliasTable *table)
{
  const Model *model = table->model;
  g_autoptr (GPtrArray) key = columns_of_key (model);
  g_autofree const char **own = model_own_names (model);
  *hashes = (Hashes) { .columns = g_new0 (Tracked, table->stored->len + 1), .md5 = md5_new () };
  for (guint i = 0; i < table->stored->len; i++)
    {
      const StoredColumn *column = table->stored->pdata[i];
      if (g_strv_contains (own, column->name) || g_strcmp0 (column->name, model->id_column) == 0
          || g_ptr_array_find_with_equal_func (key, column->name, g_str_equal, NULL))
        continue;
      hashes->columns[hashes->n++] = (Tracked) { .name = column->name,
                                                 .hashed = pins_hash_name (table->pins, column->name),
                                                 .type = column->type != NULL ? column->type : &types[TYPE_TEXT],
                                                 .reference = is_reference (model, column->name) };
      hashes->lossy |= model_is_keyless (model) && column->type != NULL && column->type->id == TYPE_JSONB;
    }
  qsort (hashes->columns, hashes->n, sizeof *hashes->columns, compare_tracked);
  hashes->was = hash_of (hashes, model, false);
  hashes->is = hash_of (hashes, model, true);
}

static bool
read_cell (const Type *type, const char *text, Cell *cell, size_t *length)
{
  cell->null = text == NULL;
  if (text == NULL)
    return true;
  cell->value.length = 0;
  bool read = type->parse (text, strlen (text), &cell_format_own, &cell->value);
  *length += read ? cell->value.length : 0;
  return read;
}

/* What a hash becomes that is given up: table/distrust. */
static Uid
distrusted (const Hashes *hashes, Uid hash)
{
  char text[UID_TEXT_SIZE];
  uid_format (hash, text);
  md5_digest (hashes->md5, text, strlen (text), hash.bytes);
  return hash;
}

static void
take_hash (const DbResult *rows, int row, Made *made, void *data)
{
  Hashes *hashes = data;
  size_t length = 0;
  bool read = true;
  for (guint i = 0, at = ROW_COLUMNS; i < hashes->n; i++, at++)
    {
      Tracked *column = &hashes->columns[i];
      const char *text = db_result_value (rows, row, (int) at);
      read = read && read_cell (column->type, text, &column->was, &length);
      column->is = column->was;
      if (column->reference)
        read = read && read_cell (column->type, db_result_value (rows, row, (int) ++at), &column->is, &length);
    }
  Uid stored = uid_at (rows, row, ROW_KNOWN_BY);
  Pair pair = { .hash = true };
  if (read)
    {
      row_hash_make (hashes->was, length, &pair.was);
      row_hash_make (hashes->is, length, &pair.is);
    }
  for (int times = 0; read && times < DISTRUSTED_MOST && !uid_equal (pair.was, stored); times++)
    pair = (Pair) { distrusted (hashes, pair.was), distrusted (hashes, pair.is), true };
  if (read && uid_equal (pair.was, stored) && !uid_equal (pair.is, stored))
    g_array_append_val (made->pairs, pair);
  else if (hashes->lossy && !(read && uid_equal (pair.was, stored)))
    g_array_append_val (made->unknown, ((Pair) { stored, uid_at (rows, row, ROW_RUN), true }));
}

/* The columns of a row, and what each reference is now, by joins. */
static char *
list_columns (const Source *source, const Hashes *hashes, GString *joins)
{
  GString *columns = g_string_new (NULL);
  for (guint i = 0; i < hashes->n; i++)
    {
      g_autofree char *text = text_of (source, hashes->columns[i].name);
      g_string_append_printf (columns, ", %s", text);
      if (!hashes->columns[i].reference)
        continue;
      g_autofree char *name = g_strdup_printf ("a%u", i), *uuid = source->ledger
                                                                      ? g_strdup_printf ("%s::uuid", text)
                                                                      : g_strndup (text, strlen (text) - strlen ("::text"));
      const SqlVar vars[] = { { "name", name }, { "what", uuid } };
      g_autofree char *join = sql_part ("rotate/join", vars, G_N_ELEMENTS (vars));
      g_string_append_printf (joins, " %s", join);
      g_string_append_printf (columns, ", coalesce(%s.new, %s)::text", name, uuid);
    }
  return g_string_free (columns, FALSE);
}

bool
alias_make_hashes (Db *db, const AliasTable *table, GError **error)
{
  g_auto (Hashes) hashes = { 0 };
  hashes_init (&hashes, table);
  for (size_t s = 0; s < G_N_ELEMENTS (sources); s++)
    {
      g_autoptr (GString) joins = g_string_new (NULL);
      g_autofree char *columns = list_columns (&sources[s], &hashes, joins);
      const SqlVar vars[] = {
        { "schema", table->schema }, { "table", table->model->table }, { "columns", columns }, { "joins", joins->str }
      };
      if (!sql_run (db, sources[s].hashes, vars, G_N_ELEMENTS (vars), NULL, error) || !read_rows (db, take_hash, &hashes, error))
        return false;
    }
  return true;
}
