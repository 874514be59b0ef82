#include "src/notify/sender.h"

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "src/watch/child.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define LONGER_SECONDS 5 /* than a message may take, until weir-deliver, which should know by itself, is killed */
#define TEMPORARY 75     /* EX_TEMPFAIL of sysexits.h: what a command says that wants to be asked again */
#define FIRST_PAUSE 5
#define LAST_PAUSE (15 * 60)
#define LAST_ASKED (60 * 60)
#define KEPT 300 /* bytes of what a command says */

struct Sender
{
  const Settings *settings;
  const AlertPlan *plan;
  const AlertTarget *target;
  char *program;
  void (*done) (const SendResult *result, void *data);
  void *data;
  Child *child; /* NULL: not busy */
  unsigned timer;
  bool late;     /* it was killed for that */
  GString *said; /* its output's last line */
};

Sender *
sender_new (const Settings *settings, const AlertPlan *plan, const AlertTarget *target, const char *program,
            void (*done) (const SendResult *result, void *data), void *data)
{
  Sender *sender = g_new0 (Sender, 1);
  sender->settings = settings;
  sender->plan = plan;
  sender->target = target;
  sender->program = g_strdup (program);
  sender->done = done;
  sender->data = data;
  sender->said = g_string_new (NULL);
  return sender;
}

void
sender_free (Sender *sender)
{
  g_clear_handle_id (&sender->timer, g_source_remove);
  if (sender->child != NULL)
    child_destroy (sender->child);
  g_string_free (sender->said, TRUE);
  g_free (sender->program);
  g_free (sender);
}

bool
sender_is_busy (const Sender *sender)
{
  return sender->child != NULL;
}

/* ---- what it says ---- */

static void
on_line (Child *child, const char *line, void *data)
{
  (void) child;
  Sender *sender = data;
  g_string_assign (sender->said, line);
}

static SendResult
judge_command (const Sender *sender, int wait_status)
{
  bool ended = WIFEXITED (wait_status);
  int code = ended ? WEXITSTATUS (wait_status) : -1;
  return (SendResult) { code == 0 ? SEND_SENT : code == TEMPORARY || !ended ? SEND_AGAIN : SEND_REFUSED, sender->said->str, 0 };
}

/* The answer of weir-deliver; *ret_reply owns its text. */
static SendResult
judge_program (const Sender *sender, Json **ret_reply)
{
  *ret_reply = weir_json_parse (sender->said->str, sender->said->len, DELIVER_PROGRAM, NULL);
  const char *outcome = json_string_value (json_object_get (*ret_reply, "outcome"));
  const char *text = json_string_value (json_object_get (*ret_reply, "text"));
  int64_t retry_after = json_integer_value (json_object_get (*ret_reply, "retry_after"));
  SendOutcome is = g_strcmp0 (outcome, "sent") == 0 ? SEND_SENT : g_strcmp0 (outcome, "refused") == 0 ? SEND_REFUSED : SEND_AGAIN;
  return (SendResult) { is, text != NULL ? text : "", retry_after };
}

/* What is told of the answer, or of its absence. Owned by the caller. */
static char *
describe (const Sender *sender, const SendResult *result, int wait_status)
{
  if (sender->late)
    return g_strdup_printf ("no answer in %" G_GINT64_FORMAT " s", sender->plan->timeout);
  g_autofree char *said = text_printable (result->text, strlen (result->text), KEPT);
  if (wait_status == 0)
    return said[0] != '\0' ? g_steal_pointer (&said) : g_strdup ("taken");
  g_autofree char *ended = child_describe_end (wait_status);
  const char *who = sender->target->type == TARGET_COMMAND ? "the command" : DELIVER_PROGRAM;
  return g_strdup_printf ("%s %s%s%s", who, ended, said[0] != '\0' ? ": " : "", said);
}

static void
on_ended (Child *child, int wait_status, void *data)
{
  Sender *sender = data;
  g_autoptr (Json) reply = NULL;
  g_clear_handle_id (&sender->timer, g_source_remove);
  child_free (child);
  sender->child = NULL;
  bool command = sender->target->type == TARGET_COMMAND;
  SendResult result = command ? judge_command (sender, wait_status) : judge_program (sender, &reply);
  g_autofree char *how = describe (sender, &result, wait_status);
  result.text = how;
  if (sender->late)
    result.outcome = SEND_AGAIN;
  sender->done (&result, sender->data);
}

static const ChildEvents child_events = { on_line, on_ended };

static gboolean
on_late (void *data)
{
  Sender *sender = data;
  sender->timer = 0;
  sender->late = true;
  child_kill (sender->child);
  return G_SOURCE_REMOVE;
}

/* ---- to begin ---- */

static bool
find_argv (const Sender *sender, GPtrArray *argv, GError **error)
{
  const AlertTarget *target = sender->target;
  if (target->type != TARGET_COMMAND && sender->program == NULL)
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_LOCAL,
                                   .hint = "Install libcurl4-openssl-dev and build again, or the package of weir that has it." },
                      DELIVER_PROGRAM " is neither beside weir nor on the PATH");
  char *program = target->type == TARGET_COMMAND ? g_find_program_in_path (target->command[0]) : g_strdup (sender->program);
  if (program == NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "there is no program \"%s\" that could be run", target->command[0]);
  g_ptr_array_add (argv, program);
  for (size_t i = 1; target->type == TARGET_COMMAND && target->command[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (target->command[i]));
  g_ptr_array_add (argv, NULL);
  return true;
}

bool
sender_begin (Sender *sender, const AlertFacts *facts, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  const RequestTime time = { g_get_real_time () / G_USEC_PER_SEC, sender->plan->timeout };
  g_autofree char *request =
      find_argv (sender, argv, error) ? request_text (sender->settings, sender->target, facts, time, error) : NULL;
  if (request == NULL)
    return false;
  g_auto (GStrv) environment = secrets_environment ();
  g_string_truncate (sender->said, 0);
  sender->late = false;
  sender->child =
      child_spawn ((const char *const *) argv->pdata, (const char *const *) environment, true, &child_events, sender, error);
  if (sender->child == NULL)
    return false;
  child_write_line (sender->child, request);
  child_close_input (sender->child);
  bool command = sender->target->type == TARGET_COMMAND;
  sender->timer = g_timeout_add_seconds ((unsigned) sender->plan->timeout + (command ? 0 : LONGER_SECONDS), on_late, sender);
  return true;
}

int64_t
sender_pause (int64_t failures, int64_t retry_after)
{
  int64_t pause = FIRST_PAUSE;
  for (int64_t i = 1; i < failures && pause < LAST_PAUSE; i++)
    pause *= 2;
  return MAX (MIN (pause, LAST_PAUSE), MIN (retry_after, LAST_ASKED));
}
