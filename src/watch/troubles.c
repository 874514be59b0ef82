#include "src/watch/troubles.h"

static const struct
{
  const char *word, *text;
} causes[] = {
  [HOLD_NONE] = { "ready", "it is next, or behind another file of its table" },
  [HOLD_BUSY] = { "busy", "another session of weir works on its table" },
  [HOLD_GONE] = { "gone", "it is not there any more" },
  [HOLD_WAITS] = { "waits", "its dimension comes first" },
  [HOLD_RETRY] = { "retry", "it is tried again" },
  [HOLD_MODEL] = { "model", "a person must mend its model or the settings" },
  [HOLD_FILE] = { "file", "a person must mend its model or the settings" },
  [HOLD_LOCAL] = { "local", "the local disk or its permissions" },
  [HOLD_STUCK] = { "stuck", "its run is over, and the file cannot be moved" },
  [HOLD_CRASHED] = { "crashed", "it crashed its workers and is left until it changes" },
};

struct Troubles
{
  GHashTable *known; /* key to Trouble */
};

static void
trouble_free (Trouble *trouble)
{
  g_free (trouble->text);
  g_clear_pointer (&trouble->session, json_decref);
  g_free (trouble);
}

Troubles *
troubles_new (void)
{
  Troubles *troubles = g_new0 (Troubles, 1);
  troubles->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) trouble_free);
  return troubles;
}

void
troubles_free (Troubles *troubles)
{
  g_hash_table_unref (troubles->known);
  g_free (troubles);
}

/* The trouble of that cause, begun now where there is none. */
static Trouble *
ensure (Troubles *troubles, const char *key, HoldCause cause, int64_t now)
{
  Trouble *trouble = g_hash_table_lookup (troubles->known, key);
  if (trouble != NULL && trouble->cause == cause)
    return trouble;
  trouble = g_new0 (Trouble, 1);
  trouble->cause = cause;
  trouble->since = now;
  g_hash_table_replace (troubles->known, g_strdup (key), trouble);
  return trouble;
}

void
troubles_note (Troubles *troubles, const char *key, HoldCause cause, const char *text, int64_t now, int64_t pause_us)
{
  Trouble *trouble = ensure (troubles, key, cause, now);
  g_free (trouble->text);
  trouble->text = g_strdup (text);
  g_clear_pointer (&trouble->session, json_decref);
  trouble->next = pause_us == INT64_MAX ? 0 : now + pause_us;
}

void
troubles_set_session (Troubles *troubles, const char *key, const Json *session)
{
  Trouble *trouble = g_hash_table_lookup (troubles->known, key);
  if (trouble == NULL)
    return;
  g_clear_pointer (&trouble->session, json_decref);
  trouble->session = json_incref ((Json *) session);
}

int64_t
troubles_pause (Troubles *troubles, const char *key, HoldCause cause, int64_t now)
{
  Trouble *trouble = ensure (troubles, key, cause, now);
  backoff_fail (&trouble->backoff, now);
  return trouble->backoff.pause_us;
}

const Trouble *
troubles_find (const Troubles *troubles, const char *key)
{
  return g_hash_table_lookup (troubles->known, key);
}

void
troubles_forget (Troubles *troubles, const char *key)
{
  g_hash_table_remove (troubles->known, key);
}

void
troubles_keep_only (Troubles *troubles, const GPtrArray *jobs)
{
  g_autoptr (GHashTable) keys = job_keys (jobs);
  job_keep_only (troubles->known, keys);
}

const char *
troubles_word (HoldCause cause)
{
  return causes[cause].word;
}

const char *
troubles_text (HoldCause cause)
{
  return causes[cause].text;
}
