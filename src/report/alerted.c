#include "src/report/alerted.h"

#include "base/text.h"
#include "schema/ledger_alerts.h"
#include "src/notify/away.h"
#include "src/report/show.h"

#include <stdio.h>
#include <string.h>

#define MESSAGES_SHOWN 20
#define ID_SHOWN 8

struct Alerted
{
  const AlertPlan *plan;
  DbResult *targets; /* NULL: the database is away */
  DbResult *messages;
  size_t absences; /* messages of its being away that wait in a file */
};

Alerted *
alerted_read (Db *db, const Settings *settings, const AlertPlan *plan, GError **error)
{
  g_autoptr (Alerted) alerted = g_new0 (Alerted, 1);
  g_autoptr (Away) away = away_open (settings->state);
  alerted->plan = plan;
  alerted->absences = away_count (away);
  if (db != NULL
      && (!alerts_targets (db, &alerted->targets, error) || !alerts_undelivered (db, MESSAGES_SHOWN, &alerted->messages, error)))
    return NULL;
  return g_steal_pointer (&alerted);
}

void
alerted_free (Alerted *alerted)
{
  g_clear_pointer (&alerted->targets, db_result_free);
  g_clear_pointer (&alerted->messages, db_result_free);
  g_free (alerted);
}

/* Its row of the ledger, -1: there is none yet. */
static int
find_row (const Alerted *alerted, const char *target)
{
  for (int row = 0; alerted->targets != NULL && row < db_result_rows (alerted->targets); row++)
    if (g_str_equal (db_result_named (alerted->targets, row, "target"), target))
      return row;
  return -1;
}

static const char *
column (const Alerted *alerted, int row, const char *name)
{
  return row >= 0 ? db_result_named (alerted->targets, row, name) : NULL;
}

static int64_t
number (const Alerted *alerted, int row, const char *name)
{
  const char *text = column (alerted, row, name);
  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
}

/* Where its messages go, without what is secret. Owned by the caller. */
static char *
place_of (const AlertTarget *target)
{
  if (target->type == TARGET_COMMAND)
    return g_strdup (target->command[0]);
  if (target->type == TARGET_WEBHOOK)
    return alert_shown_url (target->url);
  g_autofree char *to = g_strjoinv (", ", target->to);
  return g_strdup_printf ("%s by %s", to, target->host);
}

/* "refused, held". Owned by the caller. */
static char *
told_of (const AlertPlan *plan, const AlertTarget *target)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  for (unsigned kind = 0; kind < ALERT_RULES; kind++)
    if (alert_plan_tells (plan, target, (AlertKind) kind))
      g_strv_builder_add (words, alert_words[kind]);
  g_auto (GStrv) list = g_strv_builder_end (words);
  return g_strjoinv (", ", list);
}

static void
print_targets (const Alerted *alerted)
{
  static const char *const headers[] = { "target", "to", "told of", "waiting", "put aside", "last delivery (UTC)", NULL };
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < alerted->plan->targets->len; i++)
    {
      const AlertTarget *target = alerted->plan->targets->pdata[i];
      int row = find_row (alerted, target->name);
      g_ptr_array_add (cells, g_strdup (target->name));
      g_ptr_array_add (cells, place_of (target));
      g_ptr_array_add (cells, told_of (alerted->plan, target));
      g_ptr_array_add (cells,
                       g_strdup_printf ("%" G_GINT64_FORMAT, number (alerted, row, "waiting") + number (alerted, row, "gathered")));
      g_ptr_array_add (cells, g_strdup (column (alerted, row, "refused")));
      g_ptr_array_add (cells, g_strdup (column (alerted, row, "sent")));
    }
  show_table (headers, cells);
}

static void
print_messages (const Alerted *alerted)
{
  static const char *const headers[] = { "message", "target",     "rule",  "table",  "alerts",
                                         "state",   "made (UTC)", "tries", "answer", NULL };
  static const char *const names[] = { "id", "target", "rule", "table", "alerts", "state", "made", "attempts", "answer" };
  if (alerted->messages == NULL || db_result_rows (alerted->messages) == 0)
    return;
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (int row = 0; row < db_result_rows (alerted->messages); row++)
    for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
      {
        const char *value = db_result_named (alerted->messages, row, names[i]);
        bool aside = i == 5 && g_strcmp0 (value, "refused") == 0;
        g_ptr_array_add (cells, aside ? g_strdup ("put aside")
                                      : g_strndup (value, i == 0          ? ID_SHOWN
                                                          : value != NULL ? strlen (value)
                                                                          : 0));
      }
  puts ("\nNot delivered:");
  show_table (headers, cells);
}

/* ---- what is wrong ---- */

static bool
is_troubled (const Alerted *alerted, int row)
{
  return (number (alerted, row, "failures") > 0 && number (alerted, row, "waiting") > 0) || number (alerted, row, "refused") > 0;
}

bool
alerted_is_troubled (const Alerted *alerted)
{
  for (int row = 0; alerted->targets != NULL && row < db_result_rows (alerted->targets); row++)
    if (is_troubled (alerted, row))
      return true;
  return false;
}

static void
print_trouble (const Alerted *alerted, int row)
{
  const char *target = column (alerted, row, "target");
  int64_t waiting = number (alerted, row, "waiting") + number (alerted, row, "gathered"),
          refused = number (alerted, row, "refused");
  const char *answer = column (alerted, row, "answer"), *next = column (alerted, row, "next_seconds");
  if (number (alerted, row, "failures") > 0)
    printf ("alerts to %s could not be delivered: %s; %" G_GINT64_FORMAT " wait%s, tried again in %s s\n", target,
            answer != NULL ? answer : "", waiting, waiting == 1 ? "s" : "", next != NULL ? next : "0");
  if (refused > 0)
    printf ("%" G_GINT64_FORMAT " message%s to %s put aside: `weir notify` shows why, `weir notify retry %s` sends %s again\n",
            refused, refused == 1 ? "" : "s", target, target, refused == 1 ? "it" : "them");
  if (alert_plan_find (alerted->plan, target) == NULL)
    printf ("  HINT: weir.json has no target %s any more: weir notify drop %s\n", target, target);
}

void
alerted_print_troubles (const Alerted *alerted)
{
  if (!alerted_is_troubled (alerted))
    return;
  putchar ('\n');
  for (int row = 0; row < db_result_rows (alerted->targets); row++)
    if (is_troubled (alerted, row))
      print_trouble (alerted, row);
}

void
alerted_print (const Alerted *alerted)
{
  print_targets (alerted);
  print_messages (alerted);
  alerted_print_troubles (alerted);
  if (alerted->absences > 0)
    printf ("\n%zu message%s that the database is away wait%s\n", alerted->absences, alerted->absences == 1 ? "" : "s",
            alerted->absences == 1 ? "s" : "");
}

/* ---- JSON ---- */

static Json *
row_to_json (const Alerted *alerted, int row)
{
  static const char *const times[] = { "answered", "sent", NULL };
  const char *next = column (alerted, row, "next_seconds");
  Json *object = json_pack (
      "{s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "gathered", (json_int_t) number (alerted, row, "gathered"), "waiting",
      (json_int_t) number (alerted, row, "waiting"), "refused", (json_int_t) number (alerted, row, "refused"), "failures",
      (json_int_t) number (alerted, row, "failures"), "answer", weir_json_string (column (alerted, row, "answer")), "answered",
      weir_json_string (column (alerted, row, "answered")), "sent", weir_json_string (column (alerted, row, "sent")),
      "next_seconds", next != NULL ? json_integer (number (alerted, row, "next_seconds")) : json_null ());
  show_times_to_iso (object, times);
  return object;
}

Json *
alerted_troubles_to_json (const Alerted *alerted)
{
  Json *array = json_array ();
  for (int row = 0; alerted->targets != NULL && row < db_result_rows (alerted->targets); row++)
    if (is_troubled (alerted, row))
      {
        Json *object = row_to_json (alerted, row);
        json_object_set_new (object, "target", json_string (column (alerted, row, "target")));
        json_array_append_new (array, object);
      }
  return array;
}

Json *
alerted_to_json (const Alerted *alerted, const GError *away)
{
  static const char *const times[] = { "made", NULL };
  static const char *const types[] = { [TARGET_WEBHOOK] = "webhook", [TARGET_SMTP] = "smtp", [TARGET_COMMAND] = "command" };
  Json *targets = json_array ();
  for (guint i = 0; i < alerted->plan->targets->len; i++)
    {
      const AlertTarget *target = alerted->plan->targets->pdata[i];
      g_autofree char *place = place_of (target), *rules = told_of (alerted->plan, target);
      Json *object = row_to_json (alerted, find_row (alerted, target->name));
      json_object_set_new (object, "target", json_string (target->name));
      json_object_set_new (object, "type", json_string (types[target->type]));
      json_object_set_new (object, "to", weir_json_string (place));
      json_object_set_new (object, "told_of", json_string (rules));
      json_array_append_new (targets, object);
    }
  Json *messages = alerted->messages != NULL ? show_result_to_json (alerted->messages) : json_array ();
  for (size_t i = 0; i < json_array_size (messages); i++)
    show_times_to_iso (json_array_get (messages, i), times);
  return json_pack ("{s:o, s:o, s:I, s:o}", "targets", targets, "undelivered", messages, "away_messages",
                    (json_int_t) alerted->absences, "error", away != NULL ? weir_json_error (away) : json_null ());
}
