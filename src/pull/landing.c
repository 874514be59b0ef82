#include "src/pull/landing.h"

#include "base/error.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "base/text.h"
#include "models/order.h"
#include "src/pull/declare.h"
#include "watcher/claim.h"

#include <string.h>
#include <sys/stat.h>

#define LOOK_AGAIN_MS 100
#define LOCK_US (60 * G_USEC_PER_SEC) /* how long another session may have the table */
#define GONE_US (5 * G_USEC_PER_SEC)  /* how long a file may be in no folder, and have no end in the ledger */
#define ENDED_SECONDS (7 * 24 * 3600)

typedef struct
{
  Loader *loader;
  const LandingFile *file;
  LoadEnd *end;
  bool ended;
  bool seen;       /* it was somewhere at the last look */
  int64_t busy_us; /* since when the table is another session's; 0: it is not */
  int64_t gone_us; /* since when it was not to be seen */
} Landing;

/* ---- claimed by us ---- */

/* A claim that is ours: to its end, or given back. */
static bool
load_claim (Landing *landing, Claim *claim, const Route *route, const Candidate *candidate, GError **error)
{
  ClaimFate fate;
  Loader *loader = landing->loader;
  fault_point ("pull-claimed");
  if (loading_claimed (loader, claim, route, candidate, landing->end, &fate, error))
    return landing->ended = true;
  if (fate == CLAIM_ORPHAN)
    weir_error_hint (error, "The file stays claimed in imports/.claimed; the next pull, or `weir watch`, goes on with it.");
  else
    placing_give_back (loader->db, loader->settings, claim, NULL, error);
  return false;
}

static bool
take_dropped (Landing *landing, const Route *route, GError **error)
{
  bool gone = false;
  g_auto (Candidate) candidate = { 0 };
  Loader *loader = landing->loader;
  const char *name = landing->file->name;
  const Uid none = { 0 };
  if (!candidate_dropped (loader, name, route, NULL, &candidate, error))
    return false;
  if (!candidate.again && !uid_equal (landing->file->run, none))
    candidate.run = landing->file->run;
  g_autoptr (Claim) claim = claim_take (loader->settings->imports, name, NULL, candidate.run, &gone, error);
  return claim != NULL ? load_claim (landing, claim, route, &candidate, error) : gone;
}

static bool
take_orphan (Landing *landing, Uid run, const Sight *sight, const Route *route, GError **error)
{
  bool gone = false;
  g_autoptr (Claim) claim = claim_resume (landing->loader->settings->imports, run, sight, &gone, error);
  return claim != NULL ? load_claim (landing, claim, route, NULL, error) : gone;
}

/* ---- where it is ---- */

static bool
waits (const char *name, const char *waits_for, GError **error)
{
  g_autofree char *hint = g_strdup_printf ("Pull or load %s first; the next pull goes on with this file.", waits_for);
  const Failure failure = { WEIR_ERROR_INPUT, REASON_WAITS, .detail = "The file stays in the drop folder.", .hint = hint };
  return weir_fail (error, &failure, "\"%s\" refers to %s, which was never loaded", name, waits_for);
}

/* Whether another session has the table for too long. */
static bool
wait_for_lock (Landing *landing, const Route *route, GError **error)
{
  int64_t now = g_get_monotonic_time ();
  if (landing->busy_us == 0)
    landing->busy_us = now;
  if (now - landing->busy_us < LOCK_US)
    return true;
  const Failure failure = { WEIR_ERROR_RETRY, REASON_LOCK_BUSY, .detail = "The file stays in the drop folder.",
                            .hint = "The next pull, or `weir watch`, goes on with it." };
  weir_fail (error, &failure, "another session works on %s", route->table);
  loader_find_blocker (landing->loader, route->table, error);
  return false;
}

/* Locks its table and loads it, as a dropped file or as an orphan. */
static bool
try_to_take (Landing *landing, const ClaimEntry *orphan, GError **error)
{
  LockState state;
  Loader *loader = landing->loader;
  g_auto (Route) route = { 0 };
  g_autofree char *waits_for = NULL;
  if (orphan == NULL)
    catalog_route (loader->catalog, landing->file->name, &route);
  else if (!loader_route_again (loader, landing->file->name, orphan->run, &route, error))
    return false;
  if (!loader_lock (loader, &route, 0, &state, &waits_for, error))
    return false;
  if (state == LOCK_WAITS)
    return waits (landing->file->name, waits_for, error);
  if (state == LOCK_BUSY)
    return wait_for_lock (landing, &route, error);
  landing->busy_us = 0;
  bool done =
      orphan != NULL ? take_orphan (landing, orphan->run, &orphan->sight, &route, error) : take_dropped (landing, &route, error);
  loader_unlock (loader);
  return done;
}

/* NULL without an error: nobody has it. A copy of the entry. */
static bool
find_claim (const Landing *landing, ClaimEntry *ret_claim, bool *ret_found, GError **error)
{
  g_autoptr (GPtrArray) claims = claim_list (landing->loader->settings->imports, error);
  *ret_found = false;
  for (guint i = 0; claims != NULL && i < claims->len && !*ret_found; i++)
    {
      const ClaimEntry *claim = claims->pdata[i];
      *ret_found = strcmp (claim->name, landing->file->name) == 0;
      if (*ret_found)
        *ret_claim = (ClaimEntry) { .run = claim->run, .orphan = claim->orphan && claim->problem == NULL, .sight = claim->sight };
    }
  return claims != NULL;
}

/* What the ledger has of its end, if somebody else has loaded it. */
static bool
find_end (Landing *landing, GError **error)
{
  g_autofree char *text = NULL;
  const LandingFile *file = landing->file;
  const Run run = { .file = (char *) file->name, .size = file->size, .mtime_ns = file->mtime_ns, .inode = file->inode };
  if (!ledger_file_end (landing->loader->db, &run, ENDED_SECONDS, &text, error))
    return false;
  if (text == NULL)
    return true;
  landing->end->summary = weir_json_parse (text, strlen (text), "weir.file.summary", error);
  const char *status = json_string_value (json_object_get (landing->end->summary, "status"));
  landing->end->held = g_strcmp0 (status, "held") == 0;
  landing->end->failed = landing->end->held || g_strcmp0 (status, "failed") == 0;
  landing->ended = landing->end->summary != NULL;
  return landing->ended;
}

static bool
look (Landing *landing, GError **error)
{
  struct stat info;
  bool claimed;
  ClaimEntry claim;
  Loader *loader = landing->loader;
  g_autofree char *path = g_build_filename (loader->settings->imports, landing->file->name, NULL);
  landing->seen = true;
  if (lstat (path, &info) == 0)
    return try_to_take (landing, NULL, error);
  if (!find_claim (landing, &claim, &claimed, error))
    return false;
  if (claimed)
    return !claim.orphan || try_to_take (landing, &claim, error);
  landing->seen = false;
  return find_end (landing, error);
}

/* It may be on its way from one folder to the other, or in the COMMIT of whoever loads it. */
static bool
is_gone (Landing *landing)
{
  int64_t now = g_get_monotonic_time ();
  if (landing->seen || landing->gone_us == 0)
    landing->gone_us = landing->seen ? 0 : now;
  return !landing->seen && now - landing->gone_us > GONE_US;
}

static bool
finish (Landing *landing, bool *ret_gone, GError **error)
{
  *ret_gone = false;
  for (;;)
    {
      if (!loader_refresh (landing->loader, error) || !look (landing, error))
        return false;
      *ret_gone = !landing->ended && is_gone (landing);
      if (landing->ended || *ret_gone)
        return true;
      if (!db_sleep (landing->loader->db, LOOK_AGAIN_MS, error))
        return false;
    }
}

bool
landing_finish (Loader *loader, const LandingFile *file, LoadEnd *ret_end, GError **error)
{
  bool gone;
  Landing landing = { .loader = loader, .file = file, .end = ret_end };
  *ret_end = (LoadEnd) { 0 };
  if (!finish (&landing, &gone, error))
    return false;
  return !gone
         || weir_error (error, WEIR_ERROR_RETRY, "somebody has taken \"%s\" out of the drop folder before it was loaded",
                        file->name);
}

/* ---- of pulls before ---- */

GPtrArray *
landing_earlier (const Settings *settings, const char *job, GError **error)
{
  g_autoptr (GPtrArray) names = NULL, claims = NULL;
  if (!declared_files (settings, job, &names, error))
    return NULL;
  claims = claim_list (settings->imports, error);
  for (guint i = 0; claims != NULL && i < claims->len; i++)
    {
      const ClaimEntry *claim = claims->pdata[i];
      if (declared_in_claim (settings, claim->run, job)
          && !g_ptr_array_find_with_equal_func (names, claim->name, g_str_equal, NULL))
        g_ptr_array_add (names, g_strdup (claim->name));
    }
  g_ptr_array_sort (names, text_compare);
  return claims != NULL ? g_steal_pointer (&names) : NULL;
}

/* As it lies somewhere. False: it does not. */
static bool
find_info (const Settings *settings, const char *name, LandingFile *file)
{
  struct stat info;
  g_autofree char *path = g_build_filename (settings->imports, name, NULL);
  if (lstat (path, &info) == 0)
    {
      *file = (LandingFile) { .name = name, .size = info.st_size, .mtime_ns = fs_nanoseconds (info.st_mtim), .inode = info.st_ino };
      return true;
    }
  g_autoptr (GPtrArray) claims = claim_list (settings->imports, NULL);
  for (guint i = 0; claims != NULL && i < claims->len; i++)
    {
      const ClaimEntry *claim = claims->pdata[i];
      if (strcmp (claim->name, name) != 0)
        continue;
      *file =
          (LandingFile) { .name = name, .size = claim->sight.size, .mtime_ns = claim->sight.mtime_ns, .inode = claim->sight.inode };
      return true;
    }
  return false;
}

bool
landing_finish_earlier (Loader *loader, const char *name, LoadEnd *ret_end, bool *ret_gone, GError **error)
{
  LandingFile file;
  Landing landing = { .loader = loader, .file = &file, .end = ret_end };
  *ret_end = (LoadEnd) { 0 };
  *ret_gone = !find_info (loader->settings, name, &file);
  return *ret_gone || finish (&landing, ret_gone, error);
}
