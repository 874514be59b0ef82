#include "base/error.h"
#include "base/log.h"
#include "base/uid.h"
#include "schema/ledger_alerts.h"
#include "src/commands/cli.h"
#include "src/notify/courier.h"
#include "src/notify/sender.h"
#include "src/report/alerted.h"
#include "src/server/connect.h"
#include "src/server/program.h"

#include <stdio.h>
#include <string.h>

#define EXIT_UNDELIVERED 1

typedef struct
{
  gboolean deliver;
} NotifyOptions;

static AlertPlan *
read_plan (const Call *call, GError **error)
{
  g_autoptr (AlertPlan) plan = alert_plan_read (call->settings->notify, "$.notify", NULL);
  if (plan->targets->len > 0)
    return g_steal_pointer (&plan);
  weir_fail (error,
             &(Failure) { WEIR_ERROR_MODEL,
                          .hint =
                              "For instance: \"notify\": {\"targets\": {\"ops\": {\"type\": \"webhook\", \"url\": \"https://...\", "
                              "\"body\": \"slack\"}}}" },
             "weir.json names no target in \"notify\": nobody is told of anything");
  return NULL;
}

/* ---- test ---- */

typedef struct
{
  GMainLoop *loop;
  char *text;
  SendOutcome outcome;
} Trial;

static void
on_done (const SendResult *result, void *data)
{
  Trial *trial = data;
  trial->outcome = result->outcome;
  trial->text = g_strdup (result->text);
  g_main_loop_quit (trial->loop);
}

/* Sends one, and waits for the answer. The trial's text is the caller's. */
static void
try_target (const Settings *settings, const AlertPlan *plan, const AlertTarget *target, const char *program, Trial *trial)
{
  char id[UID_TEXT_SIZE];
  uid_format (uid_random (), id);
  g_autoptr (Json) none = json_array ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) sender = sender_new (settings, plan, target, program, on_done, trial);
  const AlertFacts facts = { id, "test", "", 1, 0, g_get_real_time () / G_USEC_PER_SEC, none };
  trial->loop = g_main_loop_new (NULL, FALSE);
  if (sender_begin (sender, &facts, &error))
    g_main_loop_run (trial->loop);
  else
    trial->outcome = SEND_REFUSED, trial->text = weir_error_format (error);
  g_main_loop_unref (trial->loop);
}

/* The targets of that name; NULL: all. NULL with an error: there is none. Owned by the caller. */
static GPtrArray *
choose_targets (const AlertPlan *plan, const char *name, GError **error)
{
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();
  for (guint i = 0; i < plan->targets->len; i++)
    if (name == NULL || g_str_equal (((const AlertTarget *) plan->targets->pdata[i])->name, name))
      g_ptr_array_add (chosen, plan->targets->pdata[i]);
  if (chosen->len > 0)
    return g_steal_pointer (&chosen);
  weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "`weir notify` lists the targets." }, "weir.json has no target \"%s\"",
             name);
  return NULL;
}

static bool
run_test (Call *call, int *ret_code, GError **error)
{
  g_autoptr (AlertPlan) plan = read_plan (call, error);
  g_autoptr (GPtrArray) targets =
      plan != NULL ? choose_targets (plan, call->n_arguments > 0 ? call->arguments[0] : NULL, error) : NULL;
  if (targets == NULL)
    return false;
  g_autofree char *program = program_find (DELIVER_PROGRAM);
  g_autoptr (Json) answers = json_array ();
  for (guint i = 0; i < targets->len; i++)
    {
      const AlertTarget *target = targets->pdata[i];
      Trial trial = { 0 };
      try_target (call->settings, plan, target, program, &trial);
      bool sent = trial.outcome == SEND_SENT;
      if (!sent)
        *ret_code = EXIT_UNDELIVERED;
      if (!call->json)
        printf ("%s: %s: %s\n", target->name, sent ? "sent" : "not delivered", trial.text);
      json_array_append_new (
          answers, json_pack ("{s:s, s:b, s:o}", "target", target->name, "sent", sent, "answer", weir_json_string (trial.text)));
      g_free (trial.text);
    }
  if (call->json)
    show_json (answers);
  return true;
}

/* ---- send ---- */

static void
say (LogLevel level, const char *text, void *data)
{
  (void) level;
  (void) data;
  puts (text);
  fflush (stdout);
}

static bool
run_send (Call *call, int *ret_code, GError **error)
{
  g_autoptr (AlertPlan) plan = read_plan (call, error);
  const CourierOptions options = { .once = true, .say = say };
  unsigned undelivered = 0;
  if (plan == NULL || !courier_run (call->settings, &options, &undelivered, error))
    return false;
  *ret_code = undelivered > 0 ? EXIT_UNDELIVERED : 0;
  return true;
}

/* To the log of `weir watch`. */
static void
say_to_log (LogLevel level, const char *text, void *data)
{
  (void) data;
  printf ("<%d>%s\n", log_priority (level), text);
  fflush (stdout);
}

static bool
run_deliver (const Call *call, GError **error)
{
  const CourierOptions options = { .say = say_to_log };
  unsigned undelivered;
  return courier_run (call->settings, &options, &undelivered, error);
}

/* ---- retry and drop ---- */

static void
tell_count (const Call *call, const char *word, int64_t messages)
{
  g_autoptr (Json) json = json_pack ("{s:I}", word, (json_int_t) messages);
  if (call->json)
    show_json (json);
  else
    printf ("%" G_GINT64_FORMAT " message%s %s.\n", messages, messages == 1 ? " is" : "s are", word);
}

static bool
refuse_name (const char *name, GError **error)
{
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = "`weir notify` lists both." },
                    "weir.json has no target \"%s\", and no message of that id waits or was put aside", name);
}

static bool
has_target (const Call *call, const char *name)
{
  g_autoptr (AlertPlan) plan = alert_plan_read (call->settings->notify, "$.notify", NULL);
  return alert_plan_find (plan, name) != NULL;
}

static bool
run_retry (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  const char *name = call->n_arguments > 0 ? call->arguments[0] : NULL;
  g_autoptr (Db) db = database_open (call->settings, error);
  int64_t messages = 0;
  if (db == NULL || !alerts_retry (db, name, &messages, error))
    return false;
  if (name != NULL && messages == 0 && !has_target (call, name))
    return refuse_name (name, error);
  return tell_count (call, "waiting", messages), true;
}

static bool
run_drop (Call *call, int *ret_code, GError **error)
{
  if (call->n_arguments == 0)
    return *ret_code = command_usage ("notify", "drop needs a target, or a message's id: `weir notify` lists both"), true;
  g_autoptr (Db) db = database_open (call->settings, error);
  int64_t messages = 0;
  const char *name = call->arguments[0];
  bool known = has_target (call, name);
  if (db == NULL || !alerts_drop (db, name, &messages, error) || (!known && !alerts_forget_target (db, name, &known, error)))
    return false;
  if (messages == 0 && !known)
    return refuse_name (name, error);
  return tell_count (call, "dropped", messages), true;
}

/* ---- the list ---- */

static bool
list (Call *call, int *ret_code, GError **error)
{
  (void) ret_code;
  g_autoptr (AlertPlan) plan = read_plan (call, error);
  if (plan == NULL)
    return false;
  g_autoptr (GError) problem = NULL;
  g_autoptr (Db) db = database_open (call->settings, &problem);
  g_autoptr (Alerted) alerted = alerted_read (db, call->settings, plan, error);
  if (alerted == NULL)
    return false;
  if (call->json)
    {
      g_autoptr (Json) json = alerted_to_json (alerted, problem);
      show_json (json);
      return true;
    }
  alerted_print (alerted);
  if (problem == NULL)
    return true;
  g_propagate_error (error, g_steal_pointer (&problem));
  return false;
}

/* ---- the command ---- */

#define WORD(identifier, word, takes_arguments, tells)                                                                             \
  static const Command identifier = {                                                                                              \
    .name = "notify " word, .arguments = takes_arguments, .summary = tells, .run = run_##identifier                                \
  }

WORD (test, "test", "[TARGET]", "send a message now, and say what the other side answered");
WORD (send, "send", "", "one round, as `weir watch` makes them: for cron");
WORD (retry, "retry", "[TARGET or ID]", "send again what was put aside, and what waits for another try");
WORD (drop, "drop", "TARGET or ID", "give up what was not delivered");

static const Command *const words[] = { &test, &send, &retry, &drop, NULL };

static bool
run (Call *call, int *ret_code, GError **error)
{
  const NotifyOptions *options = call->options;
  if (options->deliver)
    return run_deliver (call, error);
  if (call->n_arguments == 0)
    return list (call, ret_code, error);
  const Command *word = command_find_word (&command_notify, call->arguments[0]);
  if (word == NULL || (word == &send && call->n_arguments > 1))
    return *ret_code = command_usage (command_notify.name, "%s", command_notify.usage), true;
  call->arguments++;
  call->n_arguments--;
  return word->run (call, ret_code, error);
}

static const CommandOption options[] = {
  { "deliver", 0, OPTION_FLAG (NotifyOptions, deliver), NULL, NULL }, /* until its stdin ends: what `weir watch` starts */
  { NULL },
};

const Command command_notify = {
  .name = "notify",
  .arguments = "[WORD [TARGET]]",
  .summary = "who is told what happened, and what could not be delivered",
  .description = "Without a word it lists the targets of \"notify\" in weir.json, what each is told of, and what waits. `weir "
                 "watch` delivers;\n"
                 "test ends with 1 where a target did not take the message.\n\n"
                 "  weir notify test ops\n"
                 "  weir notify retry ops    behind mending its URL",
  .takes = TAKES_SETTINGS | TAKES_JSON | NEEDS_HOME,
  .most = 2,
  .usage = "one of test, send, retry and drop may stand here, and a target",
  .options = options,
  .options_size = sizeof (NotifyOptions),
  .words = words,
  .run = run,
};
