#include "src/watch/inbox.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/text.h"
#include "src/watch/notifier.h"
#include "watcher/settle.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The longest time between two listings: events are only hints. */
#define ARMED_INTERVAL_US 2000000
/* Without events. */
#define POLL_INTERVAL_US 1000000
#define POLL_SETTLING_INTERVAL_US 250000

struct Inbox
{
  const Settings *settings;
  char *shown; /* the folder in messages */
  Log *log;
  void (*changed) (void *data);
  void *data;
  Notifier *notifier; /* NULL: poll */
  Settle *settle;
  GHashTable *said; /* entry's name to what was said of it */
  char *trouble;    /* why the folder cannot be listed, as said; NULL: it can */
};

void
listing_free (Listing *listing)
{
  g_ptr_array_unref (listing->claims);
  g_ptr_array_unref (listing->entries);
  g_free (listing);
}

static void
on_hint (const char *name, Hint hint, void *data)
{
  Inbox *inbox = data;
  settle_hint (inbox->settle, name, hint);
}

static void
on_changed (void *data)
{
  Inbox *inbox = data;
  inbox->changed (inbox->data);
}

static const NotifierEvents notifier_events = { on_hint, on_changed };

Inbox *
inbox_new (const Settings *settings, const char *notify_program, const char *const *environment, Log *log,
           void (*changed) (void *data), void *data)
{
  Inbox *inbox = g_new0 (Inbox, 1);
  inbox->settings = settings;
  inbox->shown = settings_shown_path (settings, settings->imports);
  inbox->log = log;
  inbox->changed = changed;
  inbox->data = data;
  inbox->settle = settle_new ((int64_t) (settings->settle * 1e6));
  inbox->said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (notify_program)
    inbox->notifier = notifier_new (notify_program, environment, settings->imports, log, &notifier_events, inbox);
  return inbox;
}

void
inbox_free (Inbox *inbox)
{
  if (inbox->notifier)
    notifier_free (inbox->notifier);
  settle_free (inbox->settle);
  g_hash_table_unref (inbox->said);
  g_free (inbox->shown);
  g_free (inbox->trouble);
  g_free (inbox);
}

static bool
is_polling (const Inbox *inbox)
{
  return !inbox->notifier || notifier_has_given_up (inbox->notifier);
}

const char *
inbox_method (const Inbox *inbox)
{
  return is_polling (inbox) ? "by looking every second" : "by weir-notify";
}

void
inbox_start (Inbox *inbox)
{
  struct stat status;
  bool is_there = stat (inbox->settings->imports, &status) == 0;
  if (inbox->notifier && is_there)
    notifier_keep_up (inbox->notifier, status.st_ino, g_get_monotonic_time ());
  if (is_polling (inbox) || !is_there)
    inbox->changed (inbox->data);
}

/* Says something of a name unless it was the last thing said of it. */
static void
say_once (Inbox *inbox, const char *name, const char *text)
{
  if (g_strcmp0 (g_hash_table_lookup (inbox->said, name), text) == 0)
    return;
  g_hash_table_replace (inbox->said, g_strdup (name), g_strdup (text));
  g_autofree char *printable = text_printable (name, strlen (name), 200);
  g_autofree char *line = g_strdup_printf ("%s/%s %s: left alone", inbox->shown, printable, text);
  g_autoptr (Json) members = json_pack ("{s:o}", "file", weir_json_string (name));
  log_event (inbox->log, LEVEL_WARNING, members, line);
}

static gboolean
is_not_listed (gpointer key, gpointer value, gpointer data)
{
  (void) value;
  return !g_hash_table_contains (data, key);
}

/* Says which files are left alone, and why. Forgets those that are gone or mended, so that it is said anew when it happens again.
 * */
static void
tell_left_alone (Inbox *inbox, const GPtrArray *entries)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  for (unsigned i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      if (!entry->reason)
        continue;
      say_once (inbox, entry->name, entry->reason);
      g_hash_table_add (names, entry->name);
    }
  g_hash_table_foreach_remove (inbox->said, is_not_listed, names);
}

/* How long until the next look; settle_us: until one can change a verdict, -1: none can. */
static int64_t
find_pause (const Inbox *inbox, int64_t settle_us)
{
  int64_t interval = inbox->notifier && notifier_is_armed (inbox->notifier) ? ARMED_INTERVAL_US
                     : settle_us >= 0                                       ? POLL_SETTLING_INTERVAL_US
                                                                            : POLL_INTERVAL_US;
  return settle_us >= 0 ? MIN (settle_us, interval) : interval;
}

/* Says that the folder cannot be listed, once, and that it can be again. text NULL: it can. */
static void
tell_trouble (Inbox *inbox, const char *text)
{
  if (g_strcmp0 (inbox->trouble, text) == 0)
    return;
  if (text)
    log_at (inbox->log, LEVEL_ERROR, "%s", text);
  else
    log_at (inbox->log, LEVEL_WARNING, "%s/ is there again", inbox->shown);
  g_free (inbox->trouble);
  inbox->trouble = g_strdup (text);
}

static void
tell_scan_error (Inbox *inbox, bool missing, const GError *error)
{
  g_autofree char *text =
      missing ? g_strdup_printf ("%s/ is missing: waiting for somebody to make it again", inbox->shown) : weir_error_format (error);
  tell_trouble (inbox, text);
}

static bool
has_run (const GPtrArray *claims, Uid run)
{
  for (unsigned i = 0; i < claims->len; i++)
    if (uid_equal (((const ClaimEntry *) claims->pdata[i])->run, run))
      return true;
  return false;
}

static bool
has_name (const GPtrArray *entries, const char *name)
{
  for (unsigned i = 0; i < entries->len; i++)
    if (strcmp (((const Entry *) entries->pdata[i])->name, name) == 0)
      return true;
  return false;
}

/* A file that was given back behind our look at the folder is in neither list: for this look it is still in work. */
static void
add_given_back (const Inbox *inbox, const GPtrArray *before, Listing *listing)
{
  for (unsigned i = 0; i < before->len; i++)
    {
      const ClaimEntry *claim = before->pdata[i];
      g_autofree char *path = g_build_filename (inbox->settings->imports, claim->name, NULL);
      if (has_run (listing->claims, claim->run) || has_name (listing->entries, claim->name) || access (path, F_OK) != 0)
        continue;
      ClaimEntry *copy = g_memdup2 (claim, sizeof *claim);
      copy->name = g_strdup (claim->name);
      copy->problem = g_strdup (claim->problem);
      copy->orphan = false;
      g_ptr_array_add (listing->claims, copy);
    }
}

/* The folder between two looks at the claims: a file that is claimed meanwhile is then in both lists, and never in none. */
static bool
look (Inbox *inbox, Listing *listing, bool *ret_missing, ino_t *ret_identity, GError **error)
{
  const char *imports = inbox->settings->imports;
  g_autoptr (GPtrArray) before = claim_list (imports, error);
  if (!before)
    return false;
  listing->entries = scan_folder (imports, ret_missing, ret_identity, error);
  if (!listing->entries)
    return listing->claims = g_steal_pointer (&before), false;
  fault_point ("between-listings");
  listing->claims = claim_list (imports, error);
  if (listing->claims)
    add_given_back (inbox, before, listing);
  return listing->claims != NULL;
}

Listing *
inbox_list (Inbox *inbox, int64_t now)
{
  bool missing = false;
  ino_t identity = 0;
  g_autoptr (GError) error = NULL;
  Listing *listing = g_new0 (Listing, 1);
  if (look (inbox, listing, &missing, &identity, &error))
    tell_trouble (inbox, NULL);
  else
    tell_scan_error (inbox, missing, error);
  if (!listing->claims)
    listing->claims = g_ptr_array_new_with_free_func ((GDestroyNotify) claim_entry_free);
  if (!listing->entries)
    listing->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  int64_t settle_us = settle_observe (inbox->settle, listing->entries, now, settle_ask_lease, inbox->settings->imports);
  tell_left_alone (inbox, listing->entries);
  listing->wait_us = find_pause (inbox, settle_us);
  if (inbox->notifier)
    notifier_keep_up (inbox->notifier, identity, now);
  return listing;
}

char *
inbox_find_run (const Inbox *inbox, const Job *job)
{
  char run[UID_TEXT_SIZE];
  g_autoptr (GPtrArray) claims = claim_list (inbox->settings->imports, NULL);
  for (unsigned i = 0; claims && i < claims->len; i++)
    {
      const ClaimEntry *claim = claims->pdata[i];
      if (claim->sight.device != job->device || claim->sight.inode != job->inode)
        continue;
      uid_format (claim->run, run);
      return g_strdup (run);
    }
  return NULL;
}

bool
inbox_has_left (const Inbox *inbox, const Job *job)
{
  struct stat info;
  g_autofree char *path = g_build_filename (inbox->settings->imports, job->name, NULL);
  bool left = lstat (path, &info) != 0 ? errno == ENOENT : info.st_dev != job->device || info.st_ino != job->inode;
  g_autoptr (GPtrArray) claims = left ? claim_list (inbox->settings->imports, NULL) : NULL;
  for (unsigned i = 0; claims && i < claims->len; i++)
    {
      const Sight *sight = &((const ClaimEntry *) claims->pdata[i])->sight;
      left &= sight->device != job->device || sight->inode != job->inode;
    }
  return left && claims;
}
