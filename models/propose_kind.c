#include "models/name.h"
#include "models/propose.h"

#include <string.h>

#define FILLED_PERCENT 99 /* of the rows that have a value at least: what may still come is no time at which a row happened */

static bool
is_word_of (const char *const *words, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "_", -1);
  for (char **part = parts; *part != NULL; part++)
    if (g_strv_contains (words, *part))
      return true;
  return false;
}

static bool
is_moment (const StagedColumn *column)
{
  return strcmp (column->type, "date") == 0 || g_str_has_prefix (column->type, "timestamp");
}

bool
propose_says_since (const StagedColumn *column)
{
  static const char *const names[] = { "updated_at",   "modified_at", "changed_at", "last_modified",
                                       "last_updated", "valid_from",  NULL };
  return is_moment (column) && g_strv_contains (names, column->name);
}

/* What is left of a name before "_at" and its like; all of it where there is none such. Owned by the caller. */
static char *
find_stem (const char *name)
{
  static const char *const suffixes[] = { "_at", "_on", "_date", "_time", "_day", "_timestamp", "_datetime" };
  for (size_t i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (name, suffixes[i]))
      return g_strndup (name, strlen (name) - strlen (suffixes[i]));
  return g_strdup (name);
}

/* order_date in orders, sold_at, timestamp: a time at which something happened, by its name. */
static bool
says_when (const StagedTable *staged, const StagedColumn *column)
{
  static const char *const bare[] = { "date", "day", "timestamp", "datetime", "date_time", "ts", "at", "moment", "time", NULL };
  static const char *const happened[] = { "occurred",  "happened", "measured",    "recorded", "logged",   "observed",    "sampled",
                                          "taken",     "sold",     "bought",      "ordered",  "paid",     "booked",      "posted",
                                          "sent",      "received", "visited",     "called",   "clicked",  "viewed",      "shipped",
                                          "delivered", "invoiced", "purchased",   "traded",   "event",    "order",       "sale",
                                          "purchase",  "payment",  "invoice",     "booking",  "visit",    "measurement", "reading",
                                          "trade",     "transfer", "transaction", "delivery", "shipment", "posting",     "log",
                                          NULL };
  g_autofree char *stem = find_stem (column->name), *own = name_singular (staged->table);
  return g_strv_contains (bare, column->name) || g_strv_contains (happened, stem)
         || (strcmp (stem, own) == 0 && strcmp (stem, column->name) != 0);
}

/* date_of_birth, valid_to, created_at: a time that things have which go on. */
static bool
is_of_an_entity (const StagedColumn *column)
{
  static const char *const words[] = {
    "birth",  "born",    "dob",         "birthday",   "death",    "died",         "created",      "creation", "added",
    "listed", "updated", "update",      "modified",   "changed",  "change",       "deleted",      "valid",    "effective",
    "start",  "started", "begin",       "end",        "ended",    "from",         "to",           "until",    "since",
    "expiry", "expires", "expired",     "expiration", "deadline", "due",          "renewal",      "hire",     "hired",
    "joined", "join",    "member",      "registered", "signup",   "signed",       "registration", "enrolled", "opened",
    "closed", "founded", "established", "release",    "released", "launched",     "published",    "first",    "last",
    "next",   "active",  "retired",     "terminated", "built",    "manufactured", "warranty",     "review",   NULL
  };
  return is_word_of (words, column->name);
}

bool
propose_is_measure (const StagedColumn *column)
{
  static const char *const words[] = { "amount", "quantity", "qty",   "total", "count",    "units",
                                       "pieces", "price",    "value", "score", "duration", NULL };
  return strcmp (column->type, "numeric") == 0 || strcmp (column->type, "double precision") == 0
         || (strcmp (column->type, "bigint") == 0 && is_word_of (words, column->name));
}

/* The same customer_id in several rows: they are about somebody. */
static bool
is_about_others (const StagedTable *staged, ProposedKey key, guint index)
{
  const StagedColumn *column = g_ptr_array_index (staged->columns, index);
  return !propose_is_of_key (key, index) && propose_names_a_key (staged, column) && column->distinct < column->values;
}

static bool
has_time (const StagedTable *staged, const StagedColumn *column)
{
  return column->values > 0 && column->values * 100 >= staged->rows * FILLED_PERCENT
         && (is_moment (column) || (column->ambiguous && says_when (staged, column)));
}

typedef struct
{
  bool measure, about_others;
} Rows;

static Rows
what_rows_do (const StagedTable *staged, ProposedKey key)
{
  Rows rows = { false, false };
  for (guint i = 0; i < staged->columns->len; i++)
    {
      rows.measure |= propose_is_measure (g_ptr_array_index (staged->columns, i));
      rows.about_others |= is_about_others (staged, key, i);
    }
  return rows;
}

const StagedColumn *
propose_event (const StagedTable *staged, ProposedKey key, bool *ret_sure)
{
  static const char *const made[] = { "created", "added", NULL };
  const StagedColumn *perhaps = NULL;
  Rows rows = what_rows_do (staged, key);
  *ret_sure = true;
  for (guint i = 0; i < staged->columns->len; i++)
    {
      const StagedColumn *column = g_ptr_array_index (staged->columns, i);
      if (!has_time (staged, column) || propose_says_since (column))
        continue;
      bool is_free = !is_of_an_entity (column);
      if (propose_is_of_key (key, i) || says_when (staged, column) || (is_free && rows.measure && rows.about_others))
        return column;
      if (rows.about_others && (is_free || is_word_of (made, column->name)))
        perhaps = column;
    }
  *ret_sure = false;
  return perhaps;
}
