#include "src/jobs/deliveries.h"

#include "base/digest.h"
#include "base/text.h"
#include "models/members.h"
#include "models/name.h"
#include "src/jobs/push_item.h"

#include <stdlib.h>
#include <string.h>

/* How many members to the same connection stand before it. */
static int64_t
item_of (const Job *job, guint place)
{
  const JobDelivery *delivery = job->deliver->pdata[place];
  int64_t item = 0;
  for (guint i = 0; i < place; i++)
    item += strcmp (((const JobDelivery *) job->deliver->pdata[i])->connection, delivery->connection) == 0;
  return item;
}

void
deliveries_each (const Job *job, void (*each) (const JobDelivery *delivery, int64_t item, const char *table, void *data),
                 void *data)
{
  for (guint i = 0; job->deliver != NULL && i < job->deliver->len; i++)
    {
      int64_t item = item_of (job, i);
      if (job->table != NULL)
        each (job->deliver->pdata[i], item, job->table, data);
      for (guint s = 0; job->table == NULL && job->streams != NULL && s < job->streams->len; s++)
        each (job->deliver->pdata[i], item, ((const JobStream *) job->streams->pdata[s])->table, data);
    }
}

typedef struct
{
  const Job *job;
  Json *items;
} Listing;

static void
add_item (const JobDelivery *delivery, int64_t item, const char *table, void *data)
{
  const Listing *listing = data;
  json_array_append_new (listing->items, json_pack ("{s:s, s:s, s:I, s:s}", "job", listing->job->name, "destination",
                                                    delivery->connection, "item", (json_int_t) item, "table", table));
}

char *
deliveries_wanted (const Jobs *jobs, const char *home)
{
  g_autoptr (Json) items = json_array (), broken = json_array ();
  for (guint i = 0; i < jobs->jobs->len; i++)
    {
      Listing listing = { jobs->jobs->pdata[i], items };
      deliveries_each (listing.job, add_item, &listing);
    }
  for (guint i = 0; i < jobs->broken->len; i++)
    json_array_append_new (broken, weir_json_string (((const BrokenJob *) jobs->broken->pdata[i])->name));
  if (json_array_size (items) == 0 && json_array_size (broken) == 0)
    return NULL;
  g_autoptr (Json) wanted = json_pack ("{s:o, s:O, s:O}", "home", weir_json_string (home), "items", items, "broken", broken);
  return weir_json_text (wanted);
}

char *
deliveries_jobs (const Jobs *jobs)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; jobs != NULL && i < jobs->jobs->len; i++)
    g_ptr_array_add (names, ((const Job *) jobs->jobs->pdata[i])->name);
  for (guint i = 0; jobs != NULL && i < jobs->broken->len; i++)
    {
      char *name = ((const BrokenJob *) jobs->broken->pdata[i])->name;
      if (g_utf8_validate (name, -1, NULL)) /* a file may be called anything; then there never was a job of its name */
        g_ptr_array_add (names, name);
    }
  return text_array (names);
}

const JobDelivery *
deliveries_find (const Job *job, const char *connection, int64_t item)
{
  for (guint i = 0; job->deliver != NULL && i < job->deliver->len; i++)
    {
      const JobDelivery *delivery = job->deliver->pdata[i];
      if (strcmp (delivery->connection, connection) == 0 && item_of (job, i) == item)
        return delivery;
    }
  return NULL;
}

/* Owned by the caller. */
static char *
json_path (const Job *job, const JobDelivery *delivery)
{
  guint place = 0;
  (void) g_ptr_array_find (job->deliver, delivery, &place);
  return g_strdup_printf ("$.deliver[%u]", place);
}

char *
deliveries_path (const Job *job, const JobDelivery *delivery)
{
  g_autofree char *path = json_path (job, delivery);
  return g_strdup_printf ("%s: %s", job->path, path);
}

char *
deliveries_target (const JobDelivery *delivery)
{
  /* What a connector has of its own, and is not here, may say where: rather once too often all of a table than never. */
  static const char *const others[] = { "mode",        "key",          "gone",         "columns",  "history", "create",
                                        "new_columns", "partition_by", "replace",      "format",   "header",  "quote",
                                        "bom",         "delimiter",    "subject",      "body",     "attach",  "send",
                                        "limit",       "body_file",    "attach_limit", "each_gets" };
  g_autoptr (Json) where = json_copy (delivery->rest);
  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    json_object_del (where, others[i]);
  char *text = json_dumps (where, JSON_COMPACT | JSON_SORT_KEYS);
  g_autofree char *both = g_strconcat (delivery->connection, "\n", text, NULL);
  free (text);
  char hex[SHA256_HEX_SIZE];
  sha256_bytes (both, strlen (both), hex);
  return g_strdup (hex);
}

/* ---- what tells members apart ---- */

/* A member of it as people read it: a text as it is, a list by commas. NULL: it is not there. Owned by the caller. */
static char *
say_value (const Json *rest, const char *name)
{
  const Json *value = json_object_get (rest, name);
  if (value == NULL || json_is_null (value))
    return NULL;
  if (!json_is_array (value))
    return json_is_string (value) ? g_strdup (json_string_value (value)) : weir_json_text (value);
  g_autoptr (GString) text = g_string_new (NULL);
  for (size_t i = 0; i < json_array_size (value); i++)
    {
      const char *one = json_string_value (json_array_get (value, i));
      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", one != NULL ? one : "?");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* "history.orders" */
static char *
say_table (const Json *rest, const char *table)
{
  g_autofree char *schema = say_value (rest, "schema"), *own = say_value (rest, "table");
  const char *name = own != NULL ? own : table;
  return schema != NULL ? g_strconcat (schema, ".", name, NULL) : g_strdup (name);
}

static char *
say_member (const Json *rest, const char *name, const char *table)
{
  return strcmp (name, "table") == 0 ? say_table (rest, table) : say_value (rest, name);
}

/* Its words by that member of it; NULL: it has none, or another one has the same. */
static char *
tell_apart_by (const Job *job, const JobDelivery *delivery, const char *name, const char *table)
{
  g_autofree char *own = say_member (delivery->rest, name, table);
  for (guint i = 0; own != NULL && i < job->deliver->len; i++)
    {
      const JobDelivery *other = job->deliver->pdata[i];
      if (other == delivery || strcmp (other->connection, delivery->connection) != 0)
        continue;
      g_autofree char *its = say_member (other->rest, name, table);
      if (g_strcmp0 (own, its) == 0)
        return NULL;
    }
  return g_steal_pointer (&own);
}

char *
deliveries_member (const Job *job, const char *connection, int64_t item, const char *table)
{
  static const char *const names[] = { "table", "path", "subject", "recipients", "mode" };
  const JobDelivery *delivery = job != NULL ? deliveries_find (job, connection, item) : NULL;
  if (delivery == NULL || (item == 0 && deliveries_find (job, connection, 1) == NULL))
    return NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      char *words = tell_apart_by (job, delivery, names[i], table);
      if (words != NULL)
        return words;
    }
  return g_strdup_printf ("number %" G_GINT64_FORMAT, item + 1);
}

/* ---- which tables ---- */

typedef struct
{
  const char *table;
  bool found;
} Search;

static void
look_at (const JobDelivery *delivery, int64_t item, const char *table, void *data)
{
  (void) delivery;
  (void) item;
  Search *search = data;
  search->found = search->found || strcmp (search->table, table) == 0;
}

bool
deliveries_has_table (const Job *job, const char *table)
{
  Search search = { table, false };
  deliveries_each (job, look_at, &search);
  return search.found;
}

/* ---- what models say of them ---- */

typedef struct
{
  const Job *job;
  const Catalog *catalog;
  GPtrArray *problems;
  const char *table;   /* of "columns" */
  const Json *columns; /* of its source */
} Checking;

static void
check_by_model (const JobDelivery *delivery, int64_t item, const char *table, void *data)
{
  (void) item;
  const Checking *checking = data;
  const Model *model = catalog_find (checking->catalog, table);
  g_autofree char *path = json_path (checking->job, delivery);
  if (model == NULL)
    return;
  push_item_check (delivery->rest, model, path, checking->problems);
  for (guint i = 0; i < model->columns->len; i++)
    {
      g_autofree char *column = name_of_column (((const ModelColumn *) model->columns->pdata[i])->name, i);
      push_item_check_name (delivery->rest, column, path, checking->problems);
    }
}

/* Whether the model says it of one of its columns, perhaps under another name. */
static bool
is_known (const Model *model, const char *column)
{
  for (guint i = 0; model != NULL && i < model->columns->len; i++)
    {
      const ModelColumn *known = model->columns->pdata[i];
      if (name_is_stored_as (known->name, column))
        return true;
      for (char **from = known->from; from != NULL && *from != NULL; from++)
        if (name_is_stored_as (*from, column))
          return true;
    }
  return false;
}

/* What the model says of a column was checked by it. */
static void
check_by_source (const JobDelivery *delivery, int64_t item, const char *table, void *data)
{
  (void) item;
  const Checking *checking = data;
  const Model *model = catalog_find (checking->catalog, table);
  g_autofree char *path = json_path (checking->job, delivery);
  for (size_t i = 0; i < json_array_size (checking->columns) && strcmp (table, checking->table) == 0; i++)
    {
      const char *name = json_string_value (json_object_get (json_array_get (checking->columns, i), "name"));
      g_autofree char *column = name_of_column (name != NULL ? name : "", i);
      if (!is_known (model, column))
        push_item_check_name (delivery->rest, column, path, checking->problems);
    }
}

bool
deliveries_check_columns (const Job *job, const Catalog *catalog, const char *table, const Json *columns, GError **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  Checking checking = { job, catalog, problems, table, columns };
  deliveries_each (job, check_by_source, &checking);
  return problems->len == 0 || members_refuse_other ("job", job->path, "pull.md", problems, error);
}

bool
deliveries_check (const Job *job, const Catalog *catalog, GError **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  Checking checking = { .job = job, .catalog = catalog, .problems = problems };
  deliveries_each (job, check_by_model, &checking);
  return problems->len == 0 || members_refuse_other ("job", job->path, "pull.md", problems, error);
}
