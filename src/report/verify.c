#include "src/report/verify.h"

#include "base/error.h"
#include "base/text.h"
#include "pipeline/warehouse/columns.h"
#include "pipeline/warehouse/warehouse.h"
#include "schema/history_vars.h"

#include <stdio.h>
#include <string.h>

/* What must be true, by the word that verify.sql or the code below has for it; and what mends it, or says more. */
static const struct
{
  const char *word, *message, *hint;
} rules[] = {
#define BY_HAND                                                                                                                    \
  "`weir history TABLE ID` shows the entity; somebody has changed the table by hand. `weir rebuild TABLE` shows what its files "   \
  "say, and with --write makes it so."
  { "current_twice", "entities with more than one current version", BY_HAND },
  { "current_end", "versions that are current and have an end, or are not and have none", BY_HAND },
  { "interval", "versions that end before they begin", BY_HAND },
  { "numbers", "versions whose numbers are not 1 to n in the order of time", BY_HAND },
  { "overlap", "versions that overlap the next one", BY_HAND },
  { "openers", "versions without the runs that began and ended them", BY_HAND },
  { "run", "runs that rows are of and that the ledger does not call applied",
    "The ledger is from another time than the table, as after a restore of one of them: restore both from one backup." },
  { "reference", "entities that rows refer to and that the dimension does not have",
    "A file of the dimension that has them mends it; `\"missing\": \"placeholder\"` in the model makes a row of them meanwhile." },
  { "counts", "runs whose counts do not add up", "`weir runs RUN` shows it; the ledger was changed by hand." },
  { "rejects", "runs that have other rejects than they counted",
    "Rows of weir.reject were deleted by hand. `weir rejects RUN` shows what is left; the file has all." },
  { "waiting", "runs that have other waiting rows than they counted",
    "Rows of weir.waiting were changed by hand: `weir retry RUN`." },
  { "gone", "tables that were loaded and are not there",
    "`weir rebuild TABLE --write` makes it anew; `weir drop TABLE` forgets it." },
  { "file_gone", "files that a run has kept and that are not there",
    "Put it back from a backup; without it the run cannot be loaded again. Where it was removed on purpose, nothing is to be done. "
    "A "
    "database that other homes use, too, has their files in it." },
  { "file_changed", "files that are not what their run has read",
    "Put it back from a backup; if the rows that it has now are to count: `weir load FILE`." },
  { "file_forgetting", "files from which records of whom is forgotten have still to be cut", "`weir forget TABLE` does it." },
  { "file_unreadable", "files that cannot be read", "See to their owner and mode; `weir check` tries the folders." },
  { "declaration_alone", "declarations in imports whose file is not there",
    "Whoever drops files was ended in between: drop the file, too, or rm the declaration." },
  { "file_unknown", "files in archive, failed and imports/.held that no run of the ledger has",
    "As after a restore of the database to an earlier time, or where another home has discarded it: `mv FILE imports/` loads it. "
    "One that is not wanted: rm FILE." },
};

void
verify_add (Verification *verification, const char *table, const char *what, int64_t count, Json *examples)
{
  size_t rule = 0;
  while (rule + 1 < G_N_ELEMENTS (rules) && strcmp (rules[rule].word, what) != 0)
    rule++;
  g_autoptr (GString) hint = g_string_new (rules[rule].hint);
  if (table != NULL)
    g_string_replace (hint, "TABLE", table, 0);
  json_array_append_new (verification->findings,
                         json_pack ("{s:s?, s:s, s:s, s:I, s:o, s:s}", "table", table, "what", rules[rule].word, "message",
                                    rules[rule].message, "count", (json_int_t) count, "examples",
                                    examples != NULL ? examples : json_array (), "hint", hint->str));
}

/* What is not so by a statement of verify.sql. */
static bool
ask (Verification *verification, const char *table, const char *statement, const SqlVar *vars, size_t n_vars, GError **error)
{
  g_autofree char *part = sql_part (statement, vars, n_vars);
  const SqlVar wrapped = { "rules", part };
  g_autoptr (DbResult) found = NULL;
  if (!sql_run (verification->db, "verify/count", &wrapped, 1, &found, error))
    return false;
  for (int row = 0; row < db_result_rows (found); row++)
    verify_add (verification, table, db_result_value (found, row, 0), db_result_int64 (found, row, 1),
                json_pack ("[o]", weir_json_string (db_result_value (found, row, 2))));
  return true;
}

/* A table of the ledger. Borrowed. */
typedef struct
{
  const char *name, *schema;
  const char *id; /* the column of its ids */
  bool dimension;
  const History *history;
} Verified;

static bool
ask_of (Verification *verification, const Verified *table, const char *statement, GError **error)
{
  g_autofree char *literal = text_quote_literal (table->name);
  const SqlVar vars[] = {
    { "schema", table->schema }, { "table", table->name }, { "id", table->id }, { "of", literal }, HISTORY_VARS (table->history)
  };
  return ask (verification, table->name, statement, vars, G_N_ELEMENTS (vars), error);
}

/* A row that refers to nobody is as the model wants it where it says "allow". */
static bool
verify_reference (Verification *verification, const Verified *table, const ModelReference *reference, GError **error)
{
  const Model *dimension = catalog_find (verification->catalog, reference->dimension);
  bool exists = false;
  if (dimension == NULL || reference->missing == MISSING_ALLOW)
    return true;
  if (!warehouse_exists (verification->db, table->schema, dimension->table, &exists, error))
    return false;
  const SqlVar vars[] = { { "schema", table->schema },
                          { "table", table->name },
                          { "as", reference->as },
                          { "dimension", dimension->table },
                          { "id", dimension->id_column } };
  return !exists || ask (verification, table->name, "verify/reference", vars, G_N_ELEMENTS (vars), error);
}

static bool
verify_references (Verification *verification, const Verified *table, GError **error)
{
  const Model *model = catalog_find (verification->catalog, table->name);
  for (guint i = 0; model != NULL && i < model->references->len; i++)
    if (!verify_reference (verification, table, model->references->pdata[i], error))
      return false;
  return true;
}

static bool
verify_rows (Verification *verification, const Verified *table, const GPtrArray *stored, GError **error)
{
  if (!table->dimension)
    return ask_of (verification, table, "verify/rows_of_nobody", error) && verify_references (verification, table, error);
  if (columns_find (stored, table->history->names[HISTORY_VERSION]) == NULL) /* it keeps no versions */
    return ask_of (verification, table, "verify/rows_of_nobody", error);
  return ask_of (verification, table, "verify/dimension", error)
         && ask_of (verification, table, "verify/versions_of_nobody", error);
}

static bool
verify_table (Verification *verification, const DbResult *tables, int row, GError **error)
{
  g_auto (History) history = { 0 };
  const char *schema = db_result_named (tables, row, "schema");
  Verified table = { .name = db_result_named (tables, row, "table"),
                     .schema = schema != NULL ? schema : verification->settings->warehouse_schema,
                     .dimension = strcmp (db_result_named (tables, row, "kind"), "dimension") == 0,
                     .history = &history };
  if (verification->tell != NULL)
    verification->tell (table.name, 0, 0);
  g_autoptr (GPtrArray) stored = columns_read (verification->db, table.schema, table.name, error);
  if (stored == NULL || !history_parse (db_result_named (tables, row, "history"), &history, error))
    return false;
  verification->tables++;
  if (stored->len == 0)
    return !db_result_bool (tables, row, 4) || (verify_add (verification, table.name, "gone", 1, NULL), true);
  table.id = ((const StoredColumn *) stored->pdata[0])->name;
  return verify_rows (verification, &table, stored, error);
}

static bool
refuse_unknown (const char *table, GError **error)
{
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "`weir status` lists the tables." }, "%s was never loaded",
                    table);
}

bool
verify_database (Verification *verification, GError **error)
{
  g_autoptr (DbResult) tables = NULL;
  const SqlVar var = { "table", verification->table };
  if (!sql_run (verification->db, "verify/tables", &var, 1, &tables, error))
    return false;
  if (verification->table != NULL && db_result_rows (tables) == 0)
    return refuse_unknown (verification->table, error);
  for (int row = 0; row < db_result_rows (tables); row++)
    if (!verify_table (verification, tables, row, error))
      return false;
  g_autofree char *of = verification->table != NULL ? text_quote_literal (verification->table) : g_strdup ("null");
  const SqlVar vars = { "of", of };
  if (verification->tell != NULL)
    verification->tell ("the ledger", 0, 0);
  return ask (verification, verification->table, "verify/ledger", &vars, 1, error);
}

static void
print_finding (const Json *finding)
{
  const char *table = json_string_value (json_object_get (finding, "table"));
  int64_t count = json_integer_value (json_object_get (finding, "count"));
  const Json *examples = json_object_get (finding, "examples");
  g_autofree char *figure = text_count (count), *more = text_count (count - (int64_t) json_array_size (examples));
  printf ("%s%s%s: %s\n", table != NULL ? table : "", table != NULL ? ": " : "",
          json_string_value (json_object_get (finding, "message")), figure);
  size_t i;
  Json *example;
  json_array_foreach (examples, i, example)
    {
      g_autofree char *shown = text_lines_printable (json_string_value (example));
      printf ("  %s\n", shown);
    }
  if (i > 0 && count > (int64_t) i)
    printf ("  and %s more\n", more);
  printf ("HINT:  %s\n", json_string_value (json_object_get (finding, "hint")));
}

void
verify_print (const Verification *verification)
{
  size_t i;
  Json *finding;
  json_array_foreach (verification->findings, i, finding)
    print_finding (finding);
  g_autofree char *tables = text_count (verification->tables), *files = text_count (verification->files);
  g_autofree char *size = text_size (verification->bytes);
  printf ("%s table%s and %s file%s", tables, verification->tables == 1 ? "" : "s", files, verification->files == 1 ? "" : "s");
  if (!verification->quick)
    printf (" (%s)", size);
  puts (i == 0 ? ": all is well" : ": see above");
}
