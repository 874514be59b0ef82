#include "connect/pg/write_plan.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_NAME 63

static const char *const mode_words[] = { "upsert", "append", "swap", NULL };
static const char *const gone_words[] = { "delete", "flag", "keep", NULL };
static const char *const new_words[] = { "add", "ignore", "refuse", NULL };

/* Of weir's types those that Redshift calls otherwise, or does not have. */
static const char *const redshift_types[][2] = { { "text", "varchar(65535)" },    { "uuid", "char(36)" },
                                                 { "jsonb", "varchar(65535)" },   { "json", "varchar(65535)" },
                                                 { "numeric", "numeric(38,10)" }, { "bytea", "varbyte(65535)" },
                                                 { "interval", "varchar(64)" } };

/* Words that may be a type: nothing that ends a column's definition. */
static bool
is_type (const char *text)
{
  return text[0] >= 'a' && text[0] <= 'z' && strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789_ (),[]\".") == strlen (text)
         && strchr (text, ';') == NULL;
}

char *
write_type (const char *type, bool is_redshift)
{
  if (type == NULL || !is_type (type))
    return write_type ("text", is_redshift);
  for (size_t i = 0; is_redshift && i < G_N_ELEMENTS (redshift_types); i++)
    if (strcmp (type, redshift_types[i][0]) == 0)
      return g_strdup (redshift_types[i][1]);
  return g_strdup (is_redshift && g_str_has_suffix (type, "[]") ? "varchar(65535)" : type);
}

int
write_months (const char *text)
{
  char *end;
  long count = strtol (text, &end, 10);
  if (end == text || count < 1 || count > 12000)
    return 0;
  while (*end == ' ')
    end++;
  static const char *const words[] = { "month", "months", "year", "years", NULL };
  return !g_strv_contains (words, end) ? 0 : (int) count * (end[0] == 'y' ? 12 : 1);
}

/* ---- "to" ---- */

/* One of the words; the first where it is not there, or is none of them. */
static int
read_word (const Json *object, const char *path, const char *name, const char *const *words)
{
  const char *text = connect_text (object, path, name, false);
  for (int i = 0; text != NULL && words[i] != NULL; i++)
    if (strcmp (text, words[i]) == 0)
      return i;
  if (text == NULL)
    return 0;
  g_autofree char *place = g_strconcat (path, ".", name, NULL), *all = g_strjoinv (", ", (GStrv) words);
  connect_mistake (place, "must be one of %s", all);
  return 0;
}

static void
check_name (const char *path, const char *name)
{
  if (name != NULL && strlen (name) > LONGEST_NAME)
    connect_mistake (path, "is longer than %d bytes", LONGEST_NAME);
}

static void
read_parts (const Json *to, WritePlan *plan)
{
  static const char *const known[] = { "column", "by", "ahead", "expire", NULL };
  static const char *const by[] = { "month", NULL };
  const Json *parts = json_object_get (to, "partition_by");
  if (parts == NULL || json_is_null (parts))
    return;
  if (!json_is_object (parts))
    {
      connect_mistake ("to.partition_by", "must be an object");
      return;
    }
  connect_known (parts, "to.partition_by", known);
  plan->parts.column = connect_text (parts, "to.partition_by", "column", true);
  (void) read_word (parts, "to.partition_by", "by", by);
  int64_t ahead = connect_number (parts, "to.partition_by", "ahead", 2);
  if (ahead < 0 || ahead > 120)
    connect_mistake ("to.partition_by.ahead", "must be 0 to 120 months");
  plan->parts.ahead = (int) CLAMP (ahead, 0, 120);
  const char *expire = connect_text (parts, "to.partition_by", "expire", false);
  plan->parts.expire = expire != NULL ? write_months (expire) : 0;
  if (expire != NULL && plan->parts.expire == 0)
    connect_mistake ("to.partition_by.expire", "must be a number of months or years, as \"24 months\"");
  if (plan->is_redshift)
    connect_mistake ("to.partition_by", "Redshift has no partitions");
}

static void
read_to (const Request *request, WritePlan *plan)
{
  static const char *const known[] = { "schema",  "table", "create",  "new_columns", "partition_by", "mode", "key",
                                       "columns", "gone",  "history", NULL };
  const char *schema = connect_text (request->connection, "connection", "schema", false), *table = plan->label;
  const Json *to = request->to;
  plan->create = true;
  if (to != NULL)
    {
      connect_known (to, "to", known);
      const char *own = connect_text (to, "to", "schema", false), *name = connect_text (to, "to", "table", false);
      check_name ("to.schema", own);
      check_name ("to.table", name);
      schema = own != NULL ? own : schema;
      table = name != NULL ? name : table;
      plan->create = connect_truth (to, "to", "create", true);
      plan->new_columns = (WriteNew) read_word (to, "to", "new_columns", new_words);
      read_parts (to, plan);
    }
  plan->schema = g_strdup (schema != NULL ? schema : "public");
  plan->table = g_strdup (table);
}

/* ---- the delivery ---- */

static void
read_columns (const Json *delivery, WritePlan *plan)
{
  const Json *columns = json_object_get (delivery, "columns"), *key = json_object_get (delivery, "key");
  const Json *entity = json_object_get (delivery, "entity");
  plan->spooled = columns;
  plan->columns = g_array_new (FALSE, FALSE, sizeof (WriteColumn));
  for (size_t i = 0; i < json_array_size (columns); i++)
    {
      const Json *column = json_array_get (columns, i);
      const char *name = connect_text (column, "delivery.columns", "name", true);
      check_name ("delivery.columns", name);
      WriteColumn one = { name, write_type (json_string_value (json_object_get (column, "type")), plan->is_redshift),
                          connect_has (key, name), connect_has (entity != NULL ? entity : key, name) };
      g_array_append_val (plan->columns, one);
    }
  const WriteColumn *last = plan->columns->len > 0 ? &g_array_index (plan->columns, WriteColumn, plan->columns->len - 1) : NULL;
  plan->tells_gone = last != NULL && g_strcmp0 (last->name, COLUMN_GONE) == 0;
  if (plan->columns->len == 0)
    connect_mistake ("delivery.columns", "there are none");
}

static void
check_together (const WritePlan *plan)
{
  bool keyed = false;
  for (guint i = 0; i < plan->columns->len; i++)
    keyed = keyed || g_array_index (plan->columns, WriteColumn, i).key;
  if (plan->mode == WRITE_UPSERT && !keyed)
    connect_mistake ("delivery.key", "is missing: without one nobody knows which row is meant");
  if (plan->parts.column != NULL && plan->columns->len > 0 && write_plan_column (plan, plan->parts.column) == NULL)
    connect_mistake ("to.partition_by.column", "%s is not among the columns that are delivered", plan->parts.column);
}

void
write_plan_read (const Request *request, bool is_redshift, WritePlan *ret_plan)
{
  const Json *delivery = request->delivery;
  *ret_plan = (WritePlan) { .is_redshift = is_redshift, .job = request->job, .run = request->run };
  if (delivery == NULL)
    {
      connect_mistake ("delivery", "is missing");
      return;
    }
  ret_plan->label = connect_text (delivery, "delivery", "table", true);
  ret_plan->mode = (WriteMode) read_word (delivery, "delivery", "mode", mode_words);
  ret_plan->gone = (WriteGone) read_word (delivery, "delivery", "gone", gone_words);
  ret_plan->complete = connect_truth (delivery, "delivery", "complete", false);
  ret_plan->whole = connect_truth (delivery, "delivery", "whole", true);
  ret_plan->again = connect_truth (delivery, "delivery", "again", false);
  ret_plan->runs = json_object_get (delivery, "runs");
  ret_plan->undone = json_object_get (delivery, "undone");
  ret_plan->rows = connect_number (delivery, "delivery", "rows", -1);
  if (ret_plan->job == NULL || ret_plan->run == NULL)
    connect_mistake (ret_plan->job == NULL ? "job" : "run", "is missing");
  read_to (request, ret_plan);
  read_columns (delivery, ret_plan);
  check_together (ret_plan);
  if (ret_plan->table == NULL)
    return;
  g_autofree char *schema = text_quote_ident (ret_plan->schema), *table = text_quote_ident (ret_plan->table);
  ret_plan->target = g_strconcat (schema, ".", table, NULL);
  ret_plan->marks = g_strconcat (schema, ".weir_delivered", NULL);
}

void
write_plan_check (const Request *request)
{
  const char *type = json_string_value (json_object_get (request->connection, "type"));
  g_auto (WritePlan) plan = { .is_redshift = g_strcmp0 (type, "redshift") == 0 };
  read_to (request, &plan);
}

void
write_plan_clear (WritePlan *plan)
{
  for (guint i = 0; plan->columns != NULL && i < plan->columns->len; i++)
    g_free (g_array_index (plan->columns, WriteColumn, i).type);
  g_clear_pointer (&plan->columns, g_array_unref);
  g_clear_pointer (&plan->schema, g_free);
  g_clear_pointer (&plan->table, g_free);
  g_clear_pointer (&plan->target, g_free);
  g_clear_pointer (&plan->marks, g_free);
}

const WriteColumn *
write_plan_column (const WritePlan *plan, const char *name)
{
  for (guint i = 0; i < plan->columns->len; i++)
    if (g_strcmp0 (g_array_index (plan->columns, WriteColumn, i).name, name) == 0)
      return &g_array_index (plan->columns, WriteColumn, i);
  return NULL;
}
