#include "src/jobs/deliveries.h"

#include "base/digest.h"

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
deliveries_wanted (const Jobs *jobs)
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
  g_autoptr (Json) wanted = json_pack ("{s:O, s:O}", "items", items, "broken", broken);
  return weir_json_text (wanted);
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
