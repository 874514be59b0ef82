#include "src/notify/post.h"

#include "base/error.h"
#include "base/fault.h"
#include "base/text.h"
#include "schema/ledger_alerts.h"
#include "src/schedule/incident.h"

#include <string.h>

/* After that a message is put aside, and shown by `weir status`. */
#define TRIED_SECONDS (3 * 24 * 60 * 60)

struct Post
{
  const PostOffice *office;
  const AlertTarget *target;
  char *rules; /* what it is told of, for alerts_note */
  Sender *sender;
  bool ours;     /* we have its lock */
  bool told_off; /* that somebody else has it was said */
  bool failed;   /* the last message was not taken, which was said */

  AlertMessage message; /* under way, of the ledger; id NULL: none */
  const Json *absence;  /* under way, of away.h; NULL: none */
  char *title;          /* of either */

  /* The answer, until the ledger has it. */
  bool answered;
  SendOutcome outcome;
  char *answer;
  int64_t retry_after;

  int64_t away_failures; /* of messages of away.h, in a row */
  int64_t away_next;     /* monotonic microseconds */
};

/* ---- what a target is told of ---- */

/* A shell pattern as one of LIKE. Owned by the caller. */
static char *
like_pattern (const char *glob)
{
  GString *like = g_string_new (NULL);
  for (const char *at = glob; *at != '\0'; at++)
    {
      if (strchr ("%_\\", *at) != NULL)
        g_string_append_c (like, '\\');
      g_string_append_c (like, *at == '*' ? '%' : *at == '?' ? '_' : *at);
    }
  return g_string_free (like, FALSE);
}

static Json *
patterns_to_json (const char *const *tables)
{
  if (tables == NULL)
    return json_null ();
  Json *array = json_array ();
  for (size_t i = 0; tables[i] != NULL; i++)
    {
      g_autofree char *like = like_pattern (tables[i]);
      json_array_append_new (array, weir_json_string (like));
    }
  return array;
}

/* Owned by the caller. */
static char *
rules_text (const AlertPlan *plan, const AlertTarget *target)
{
  g_autoptr (Json) array = json_array ();
  for (guint i = 0; i < plan->rules->len; i++)
    {
      const AlertRule *rule = plan->rules->pdata[i];
      if (rule->to != NULL && !g_strv_contains ((const char *const *) rule->to, target->name))
        continue;
      for (unsigned kind = 0; kind < ALERT_RULES; kind++)
        if ((rule->on & 1u << kind) != 0)
          json_array_append_new (array, json_pack ("{s:s, s:o}", "on", alert_words[kind], "tables",
                                                   patterns_to_json ((const char *const *) rule->tables)));
    }
  return weir_json_text (array);
}

/* ---- a message ---- */

static void G_GNUC_PRINTF (3, 4) say (const Post *post, LogLevel level, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *line = g_strdup_printf ("%s: %s", post->target->name, text);
  post->office->say (level, line, post->office->data);
}

static void
on_done (const SendResult *result, void *data)
{
  Post *post = data;
  fault_point ("alert-answered");
  post->answered = true;
  post->outcome = result->outcome;
  post->retry_after = result->retry_after;
  g_free (post->answer);
  post->answer = g_strdup (result->text);
  post->office->free_again (post->office->courier);
}

static bool
is_personal (const Catalog *catalog, const char *table)
{
  const Model *model = catalog != NULL ? catalog_find (catalog, table) : NULL;
  if (catalog == NULL || catalog_find_broken (catalog, table) != NULL)
    return true;
  for (guint i = 0; model != NULL && i < model->columns->len; i++)
    if (((const ModelColumn *) model->columns->pdata[i])->pii)
      return true;
  return false;
}

/* Another store's words of anything but the connection may quote a cell. */
static bool
may_quote (const Json *detail)
{
  const char *class_word = json_string_value (json_object_get (detail, "class"));
  return class_word != NULL && !g_str_equal (class_word, "transient") && !g_str_equal (class_word, "credentials");
}

/* What an incident is, in the words of `weir status`, less those that may have personal data. */
static void
tell_incident (Json *item, bool personal)
{
  const char *kind = json_string_value (json_object_get (item, "kind"));
  const char *table = json_string_value (json_object_get (item, "table"));
  Json *detail = json_object_get (item, "detail");
  if (personal && may_quote (detail))
    {
      json_object_del (detail, "message");
      json_object_del (detail, "hint");
    }
  g_autofree char *text = kind != NULL ? incident_text (kind, table, json_object_get (item, "detail")) : NULL;
  if (text != NULL)
    json_object_set_new (item, "text", weir_json_string (text + strlen (table) + strlen (": ")));
}

/* The message's alerts, for alert_text.h. A new reference. */
static Json *
read_items (const Post *post, const DbResult *rows)
{
  g_autoptr (Catalog) catalog = settings_load_catalog (post->office->settings, NULL);
  Json *items = json_array ();
  for (int row = 0; row < db_result_rows (rows); row++)
    {
      const char *text = db_result_value (rows, row, 0);
      Json *item = weir_json_parse (text, strlen (text), "alert", NULL);
      const char *table = json_string_value (json_object_get (item, "table"));
      bool personal = is_personal (catalog, table != NULL ? table : "");
      tell_incident (item, personal);
      json_object_set_new (item, "personal", json_boolean (personal));
      json_array_append_new (items, item);
    }
  return items;
}

/* Begins to send it; what cannot even be begun is an answer too, for it may be mended. */
static void
begin (Post *post, const AlertFacts *facts)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AlertText) text = alert_text_new (facts);
  g_free (post->title);
  post->title = g_steal_pointer (&text->title);
  if (sender_begin (post->sender, facts, &error))
    return;
  post->answered = true;
  post->outcome = SEND_AGAIN;
  post->retry_after = 0;
  g_free (post->answer);
  post->answer = g_strdup (error->message);
  post->office->free_again (post->office->courier);
}

/* ---- of the ledger ---- */

static bool
make_alerts (const Post *post, Db *db, AlertsDue *due, GError **error)
{
  const AlertPlan *plan = post->office->plan;
  const char *name = post->target->name;
  if (!alerts_note_incidents (db, name, post->rules, error) || !alerts_due (db, name, due, error)
      || (due->runs && !alerts_note (db, name, post->rules, error)))
    return false;
  fault_point ("alert-noted");
  int64_t gather = post->office->once ? 0 : plan->gather;
  return (!due->runs && !due->alerts) || (alerts_seal (db, name, gather, plan->every, error) && alerts_due (db, name, due, error));
}

static bool
send_next (Post *post, Db *db, GError **error)
{
  g_autoptr (DbResult) rows = NULL;
  AlertsDue due;
  int64_t tables = 0;
  if (!make_alerts (post, db, &due, error))
    return false;
  if (!due.messages)
    return true;
  if (!alerts_take (db, post->target->name, TRIED_SECONDS, &post->message, error))
    return false;
  fault_point ("alert-taken");
  if (post->message.id == NULL)
    return true;
  if (!alerts_items (db, post->message.id, ALERT_ITEMS, &rows, &tables, error))
    return alert_message_clear (&post->message), false;
  g_autoptr (Json) items = read_items (post, rows);
  const AlertFacts facts = {
    post->message.id, post->message.rule, post->message.table, post->message.alerts, tables, post->message.made, items
  };
  begin (post, &facts);
  return true;
}

static void
tell_outcome (Post *post, SendOutcome outcome, int64_t pause)
{
  if (outcome == SEND_SENT)
    say (post, LEVEL_INFO, "%s (%s)", post->title, post->answer);
  else if (outcome == SEND_REFUSED)
    say (post, LEVEL_WARNING, "%s: not delivered, and put aside: %s; `weir notify retry %s` sends it again", post->title,
         post->answer, post->target->name);
  else if (!post->failed)
    say (post, LEVEL_WARNING, "%s: not delivered, tried again in %" G_GINT64_FORMAT " s: %s", post->title, pause, post->answer);
  post->failed = outcome != SEND_SENT;
}

static bool
settle (Post *post, Db *db, GError **error)
{
  int64_t failures = 0;
  if (!alerts_failures (db, post->target->name, &failures, error))
    return false;
  SendOutcome outcome = post->outcome == SEND_AGAIN && post->message.old ? SEND_REFUSED : post->outcome;
  int64_t pause = outcome == SEND_AGAIN ? sender_pause (failures + 1, post->retry_after) : -1;
  static const char *const states[] = { [SEND_SENT] = "sent", [SEND_AGAIN] = "waiting", [SEND_REFUSED] = "refused" };
  const AlertAnswer answer = { post->message.id, states[outcome], post->answer, pause };
  if (!alerts_settle (db, post->target->name, &answer, error))
    return false;
  tell_outcome (post, outcome, pause);
  alert_message_clear (&post->message);
  post->answered = false;
  return true;
}

/* ---- of the database's absence ---- */

static void
settle_absence (Post *post)
{
  g_autoptr (GError) error = NULL;
  bool old = json_integer_value (json_object_get (post->absence, "made")) < g_get_real_time () / G_USEC_PER_SEC - TRIED_SECONDS;
  SendOutcome outcome = post->outcome == SEND_AGAIN && old ? SEND_REFUSED : post->outcome;
  post->away_failures = outcome == SEND_AGAIN ? post->away_failures + 1 : 0;
  int64_t pause = outcome == SEND_AGAIN ? sender_pause (post->away_failures, post->retry_after) : 0;
  post->away_next = g_get_monotonic_time () + pause * G_USEC_PER_SEC;
  if (outcome != SEND_AGAIN && !away_remove (post->office->away, post->absence, &error))
    say (post, LEVEL_WARNING, "%s", error->message);
  tell_outcome (post, outcome, pause);
  post->absence = NULL;
  post->answered = false;
}

/* Begins one, if there is one. */
static bool
send_absence (Post *post)
{
  const Json *message = away_take (post->office->away) ? away_next (post->office->away, post->target->name) : NULL;
  if (message == NULL || post->away_next > g_get_monotonic_time ())
    return false;
  g_autoptr (Json) items = json_pack ("[{s:s, s:O}]", "table", "", "text", json_object_get (message, "text"));
  const AlertFacts facts = { json_string_value (json_object_get (message, "id")),
                             alert_words[ALERT_DATABASE_AWAY],
                             "",
                             1,
                             0,
                             json_integer_value (json_object_get (message, "made")),
                             items };
  post->absence = message;
  begin (post, &facts);
  return true;
}

/* ---- both ---- */

Post *
post_new (const PostOffice *office, const AlertTarget *target)
{
  Post *post = g_new0 (Post, 1);
  post->office = office;
  post->target = target;
  post->rules = rules_text (office->plan, target);
  post->sender = sender_new (office->settings, office->plan, target, office->program, on_done, post);
  return post;
}

void
post_free (Post *post)
{
  sender_free (post->sender);
  alert_message_clear (&post->message);
  g_free (post->rules);
  g_free (post->title);
  g_free (post->answer);
  g_free (post);
}

/* Somebody else may have been told to deliver to the same target: another `weir watch` of this database. */
static bool
take_lock (Post *post, Db *db, GError **error)
{
  if (post->ours || !alerts_lock (db, post->target->name, &post->ours, error))
    return post->ours;
  if (!post->ours && !post->told_off)
    say (post, LEVEL_INFO, "another weir of this database delivers to a target of this name");
  post->told_off = !post->ours;
  return true;
}

bool
post_work (Post *post, Db *db, GError **error)
{
  if (post->answered && post->absence != NULL)
    settle_absence (post);
  if (db != NULL && !take_lock (post, db, error))
    return false;
  if (db != NULL && post->answered && !settle (post, db, error))
    return false;
  if (post_is_busy (post) || post->office->closing || send_absence (post) || db == NULL || !post->ours)
    return true;
  return send_next (post, db, error);
}

bool
post_is_busy (const Post *post)
{
  return post->answered || sender_is_busy (post->sender);
}

void
post_lose_database (Post *post)
{
  post->ours = false;
}

bool
post_note_back (Post *post, Db *db, int64_t since, int64_t now, GError **error)
{
  if (!alert_plan_tells (post->office->plan, post->target, ALERT_RECOVERED))
    return true;
  g_autofree char *cause = g_strdup_printf ("database:%" G_GINT64_FORMAT, since);
  g_autofree char *lasted = text_duration ((now - since) * 1000);
  g_autofree char *text = g_strdup_printf ("it was away for %s; files that waited are loaded now", lasted);
  return alerts_add (db, post->target->name, alert_words[ALERT_RECOVERED], cause, text, error);
}

bool
post_has_failed (const Post *post)
{
  return post->failed;
}
