#include "pipeline/warehouse/convert.h"

#include "base/error.h"
#include "base/json.h"
#include "schema/sql.h"

#include <string.h>

typedef struct
{
  const Layout *layout;
  const LayoutColumn *column;
  const char *stored; /* its name in the database */
  int64_t misfits;    /* values that are not of the type */
} Conversion;

/* The pair of a text and what it becomes; NULL: it stays, or cannot. */
static Json *
convert (Conversion *conversion, const char *text)
{
  const LayoutColumn *column = conversion->column;
  const Field field = { .text = text, .length = strlen (text) };
  Value value;
  if (layout_is_blank (&field) || layout_is_null (column, &field))
    return json_pack ("[s,n]", text);
  if (!layout_parse (column, field.text, field.length, &value) && layout_null_word (column, &field) >= 0)
    return json_pack ("[s,n]", text);
  if (!layout_parse (column, field.text, field.length, &value))
    return conversion->misfits++, NULL;
  if (column->type->write == NULL)
    return NULL;
  g_autoptr (GString) written = g_string_new (NULL);
  column->type->write (&value, written);
  return g_str_equal (written->str, text) ? NULL : json_pack ("[s,s]", text, written->str);
}

static bool
cannot_convert (const Conversion *conversion, const char *schema, GError **error)
{
  const LayoutColumn *column = conversion->column;
  const Model *model = conversion->layout->model;
  g_autofree char *hint = g_strdup_printf ("Declare it as \"text\" in %s, change these values in all versions with `weir psql` "
                                           "(select distinct \"%s\" from %s.%s), or load into a table of another name.",
                                           model->path, conversion->stored, schema, model->table);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, REASON_TYPE_CHANGED, .detail = "Nothing was changed.", .hint = hint },
                    "column \"%s\" of %s.%s is text and cannot become %s: %" G_GINT64_FORMAT " of its values are not",
                    conversion->stored, schema, model->table, column->type->name, conversion->misfits);
}

/* Fetches the next piece of the distinct texts; "put_down": keeps what becomes of those that do not stay. */
static bool
read_piece (Db *db, Conversion *conversion, bool put_down, bool *ret_end, GError **error)
{
  g_autoptr (DbResult) texts = NULL;
  if (!sql_run (db, "convert/fetch", NULL, 0, &texts, error))
    return false;
  g_autoptr (Json) pairs = json_array ();
  for (int row = 0; row < db_result_rows (texts); row++)
    {
      Json *pair = convert (conversion, db_result_value (texts, row, 0));
      if (pair != NULL)
        json_array_append_new (pairs, pair);
    }
  *ret_end = db_result_rows (texts) == 0;
  if (!put_down)
    return true;
  g_autofree char *text = weir_json_text (pairs);
  const SqlVar vars[] = { { "pairs", text } };
  return sql_run (db, "convert/add", vars, G_N_ELEMENTS (vars), NULL, error);
}

/* Reads all the texts. False where one of them is not of the type, too. */
static bool
read_texts (Db *db, const char *schema, Conversion *conversion, bool put_down, GError **error)
{
  const SqlVar vars[] = { { "schema", schema }, { "table", conversion->layout->model->table }, { "column", conversion->stored } };
  if (!sql_run (db, "convert/texts", vars, G_N_ELEMENTS (vars), NULL, error))
    return false;
  for (bool end = false; !end;)
    if (!read_piece (db, conversion, put_down, &end, error))
      return false;
  return sql_run (db, "convert/close", NULL, 0, NULL, error)
         && (conversion->misfits == 0 || cannot_convert (conversion, schema, error));
}

bool
convert_check (Db *db, const char *schema, const Layout *layout, const LayoutColumn *column, const char *stored, GError **error)
{
  Conversion conversion = { .layout = layout, .column = column, .stored = stored };
  return read_texts (db, schema, &conversion, false, error);
}

bool
convert_texts (Db *db, const char *schema, const Layout *layout, const LayoutColumn *column, GPtrArray *notes, GError **error)
{
  const SqlVar vars[] = { { "schema", schema }, { "table", layout->model->table }, { "column", column->name } };
  Conversion conversion = { .layout = layout, .column = column, .stored = column->name };
  if (!sql_run (db, "convert/begin", NULL, 0, NULL, error) || !read_texts (db, schema, &conversion, true, error)
      || !sql_run (db, "convert/write", vars, G_N_ELEMENTS (vars), NULL, error)
      || !sql_run (db, "waiting/convert", vars, G_N_ELEMENTS (vars), NULL, error)
      || !sql_run (db, "waiting/convert_overwritten", vars, G_N_ELEMENTS (vars), NULL, error)
      || !sql_run (db, "convert/end", NULL, 0, NULL, error))
    return false;
  g_ptr_array_add (notes, g_strdup_printf ("column %s was text and becomes %s: the values of %s.%s were converted", column->name,
                                           column->type->name, schema, layout->model->table));
  return true;
}
