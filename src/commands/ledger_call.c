#include "src/commands/ledger_call.h"

#include "base/error.h"
#include "base/text.h"
#include "schema/migrate.h"
#include "src/server/connect.h"

#include <string.h>

#define LOOK_AGAIN_MS 500

static Db *
open_url (const char *url, GError **error)
{
  g_autoptr (Db) db = db_connect (url, "weir", -1, error);
  return db != NULL && db_exec (db, "set search_path = pg_catalog", error) && migrate_up (db, NULL, error) ? g_steal_pointer (&db)
                                                                                                           : NULL;
}

Db *
ledger_call_open (const Call *call, GError **error)
{
  const LedgerCall *ledger = call->around;
  g_auto (SettingsGiven) given = { 0 };
  settings_given_add (&given, &call->given);
  settings_given_add (&given, ledger->given);
  if (ledger->url != NULL && *settings_given_place (&given, settings_row (database)) != NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "the database is named twice: by its URL, and by --database"), NULL;
  g_autoptr (Settings) settings = ledger->url == NULL ? settings_load (&given, HOME_REQUIRED, error) : NULL;
  if (ledger->url == NULL && settings == NULL)
    return weir_error_hint (error, "Or name the database: weir ledger DATABASE-URL WORD ..."), NULL;
  GError *problem = NULL;
  Db *db = ledger->url != NULL ? open_url (ledger->url, &problem) : database_open_to_load (settings, -1, &problem);
  if (problem == NULL)
    return db;
  if (problem->code == WEIR_ERROR_MODEL)
    problem->code = WEIR_ERROR_INPUT;
  return g_propagate_error (error, problem), NULL;
}

void
ledger_call_say (const Call *call, LedgerLevel level, const char *format, ...)
{
  const LedgerCall *ledger = call->around;
  if (level > ledger->level)
    return;
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  log_at (ledger->log, level <= SAY_ERROR ? LEVEL_ERROR : level == SAY_WARNING ? LEVEL_WARNING : LEVEL_INFO, "%s", text);
}

bool
ledger_call_id (const char *text, const char *what, Uid *ret_id, GError **error)
{
  g_autoptr (GString) digits = g_string_new (NULL);
  size_t length = strlen (text);
  bool braces = length > 1 && text[0] == '{' && text[length - 1] == '}';
  for (const char *at = text + braces; *at != '\0' && at < text + length - braces; at++)
    if (*at != '-')
      g_string_append_c (digits, *at);
  for (const guint *at = (const guint[]) { 8, 13, 18, 23, 0 }; *at != 0 && digits->len >= 32 && digits->len < UID_TEXT_SIZE; at++)
    g_string_insert_c (digits, *at, '-');
  return uid_parse (digits->str, digits->len, ret_id)
         || weir_error (error, WEIR_ERROR_INPUT, "\"%s\" is no id of %s: that is a UUID", text, what);
}

bool
ledger_call_check_pipeline (const char *pipeline, GError **error)
{
  if (pipeline == NULL)
    return true;
  if (pipeline[0] == '\0' || strlen (pipeline) > WORDS_MOST_PIPELINE || !text_is_utf8 (pipeline, strlen (pipeline), NULL))
    return weir_error (error, WEIR_ERROR_INPUT, "a pipeline's name has from 1 to %d bytes of UTF-8", WORDS_MOST_PIPELINE);
  return true;
}

bool
ledger_call_begin (Db *db, const Execution *execution, int wait_seconds, GError **error)
{
  int64_t until = g_get_monotonic_time () + (int64_t) wait_seconds * G_USEC_PER_SEC;
  for (;;)
    {
      g_autofree char *busy = NULL;
      if (!words_begin (db, execution, &busy, error))
        return false;
      if (busy == NULL)
        return true;
      if (g_get_monotonic_time () >= until)
        return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, .hint = "--wait SECONDS waits for it." },
                          "pipeline \"%s\" is running: %s", execution->pipeline, busy);
      if (!db_sleep (db, LOOK_AGAIN_MS, error))
        return false;
    }
}
