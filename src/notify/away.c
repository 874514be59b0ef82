#include "src/notify/away.h"

#include "base/autoptr.h"
#include "base/fsutil.h"
#include "base/uid.h"
#include "watcher/lockfd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#define FILE_NAME "alerts.json"
#define LOCK_NAME "alerts.lock"

struct Away
{
  char *path, *lock_path;
  int lock; /* -1: not ours */
  Json *
      state; /* {"since": seconds or 0, "told": whether messages were made since then, "last": when the last were, "messages": [...]} */
};

static void
load (Away *away)
{
  g_clear_pointer (&away->state, json_decref);
  away->state = weir_json_read (away->path, NULL);
  if (json_is_array (json_object_get (away->state, "messages")))
    return;
  g_clear_pointer (&away->state, json_decref);
  away->state = json_pack ("{s:i, s:b, s:i, s:[]}", "since", 0, "told", 0, "last", 0, "messages");
}

Away *
away_open (const char *folder)
{
  Away *away = g_new0 (Away, 1);
  away->path = g_build_filename (folder, FILE_NAME, NULL);
  away->lock_path = g_build_filename (folder, LOCK_NAME, NULL);
  away->lock = -1;
  load (away);
  return away;
}

bool
away_take (Away *away)
{
  if (away->lock >= 0)
    return true;
  AUTO_FD int fd = open (away->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 || !lockfd_take (fd, LOCK_EX | LOCK_NB))
    return false;
  away->lock = fd_steal (&fd);
  load (away); /* as whoever had it has left it */
  return true;
}

void
away_free (Away *away)
{
  json_decref (away->state);
  fd_cleanup (&away->lock);
  g_free (away->path);
  g_free (away->lock_path);
  g_free (away);
}

static bool
save (const Away *away, GError **error)
{
  g_autofree char *text = weir_json_pretty (away->state);
  return fs_write_file (away->path, text, strlen (text), 0600, error);
}

static int64_t
number (const Away *away, const char *name)
{
  return json_integer_value (json_object_get (away->state, name));
}

static Json *
new_message (const AlertTarget *target, int64_t now, const char *text)
{
  char id[UID_TEXT_SIZE];
  uid_format (uid_random (), id);
  return json_pack ("{s:s, s:s, s:I, s:o}", "id", id, "target", target->name, "made", (json_int_t) now, "text",
                    weir_json_string (text));
}

static void
make_messages (Away *away, const AlertPlan *plan, int64_t now, const char *why)
{
  g_autoptr (GDateTime) since = g_date_time_new_from_unix_utc (number (away, "since"));
  g_autofree char *time = g_date_time_format (since, "%Y-%m-%d %H:%M:%S UTC");
  g_autofree char *text = g_strdup_printf ("since %s: %s", time, why);
  for (guint i = 0; i < plan->targets->len; i++)
    if (alert_plan_tells (plan, plan->targets->pdata[i], ALERT_DATABASE_AWAY))
      json_array_append_new (json_object_get (away->state, "messages"), new_message (plan->targets->pdata[i], now, text));
  json_object_set_new (away->state, "told", json_true ());
  json_object_set_new (away->state, "last", json_integer (now));
}

bool
away_failed (Away *away, const AlertPlan *plan, int64_t now, const char *why, GError **error)
{
  bool begins = number (away, "since") == 0 || number (away, "since") > now;
  if (begins)
    json_object_set_new (away->state, "since", json_integer (now));
  bool told = json_is_true (json_object_get (away->state, "told"));
  bool lately = number (away, "last") > MAX (now - plan->every, 0) && number (away, "last") <= now;
  bool due = !told && !lately && now - number (away, "since") >= plan->away;
  if (due)
    make_messages (away, plan, now, why);
  return (!begins && !due) || save (away, error);
}

void
away_is_back (const Away *away, const AlertPlan *plan, int64_t now, int64_t *ret_since)
{
  int64_t since = number (away, "since");
  bool told = json_is_true (json_object_get (away->state, "told"));
  *ret_since = since > 0 && (told || now - since >= plan->away) ? since : 0;
}

bool
away_forget (Away *away, GError **error)
{
  if (number (away, "since") == 0)
    return true;
  json_object_set_new (away->state, "since", json_integer (0));
  json_object_set_new (away->state, "told", json_false ());
  return save (away, error);
}

const Json *
away_next (const Away *away, const char *target)
{
  const Json *messages = json_object_get (away->state, "messages");
  for (size_t i = 0; i < json_array_size (messages); i++)
    {
      const Json *message = json_array_get (messages, i);
      if (g_strcmp0 (json_string_value (json_object_get (message, "target")), target) == 0)
        return message;
    }
  return NULL;
}

bool
away_remove (Away *away, const Json *message, GError **error)
{
  Json *messages = json_object_get (away->state, "messages");
  for (size_t i = 0; i < json_array_size (messages); i++)
    if (json_array_get (messages, i) == message)
      {
        json_array_remove (messages, i);
        return save (away, error);
      }
  return true;
}

size_t
away_count (const Away *away)
{
  return json_array_size (json_object_get (away->state, "messages"));
}
