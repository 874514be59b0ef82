#include "src/load/candidate.h"

#include "base/fsutil.h"
#include "models/order.h"
#include "watcher/archive.h"

#include <string.h>
#include <sys/stat.h>

/* How long a file is left alone by everybody that failed for what is not its fault: a little less than a supervisor leaves it alone
 * (src/watch/supervisor_replies.c), which asks again after that. */
#define LEFT_ALONE_SECONDS 25

void
candidate_clear (Candidate *candidate)
{
  g_free (candidate->order_key);
  g_free (candidate->retry_of);
  g_free (candidate->past);
  g_free (candidate->as_of);
  g_free (candidate->as_of_zone);
  g_free (candidate->declaration);
  g_clear_pointer (&candidate->left, json_decref);
}

/* What the last try of the same file left behind, where that is so recent that a further one would say the same. */
static Json *
find_left (const FileBefore *before, const Model *model)
{
  if (!before->left || before->seconds >= LEFT_ALONE_SECONDS || before->summary == NULL
      || g_strcmp0 (before->model_checksum, model != NULL ? model->checksum : NULL) != 0)
    return NULL;
  g_autoptr (Json) summary = weir_json_parse (before->summary, strlen (before->summary), "summary", NULL);
  Json *outcome = json_object_get (summary, "outcome"), *error = json_object_get (summary, "error");
  Json *scope = json_object_get (summary, "scope");
  return outcome != NULL && error != NULL ? json_pack ("{s:O, s:O*, s:O}", "outcome", outcome, "scope", scope, "error", error)
                                          : NULL;
}

/* Weir had the file: it keeps the place that it had then. */
static void
take_over (const FileBefore *before, const Model *model, Candidate *candidate)
{
  if (before->order_key != NULL)
    {
      candidate->instant_ns = before->instant_ns;
      g_free (candidate->order_key);
      candidate->order_key = g_strdup (before->order_key);
    }
  candidate->again = true;
  candidate->retry_of = g_strdup (before->run);
  candidate->declaration = g_strdup (before->declaration);
  candidate->left = find_left (before, model);
  if (before->left)
    (void) uid_parse (before->run, strlen (before->run), &candidate->run);
}

/* Asks the ledger for the file as it is there, which may have the name that the archive gave it. */
static bool
find_before (Db *db, const Run *run, FileBefore *ret_before, GError **error)
{
  g_autofree char *original = archive_original_name (run->file), *digits = archive_run_digits (run->file);
  Run once = *run;
  once.file = original;
  return ledger_file_before (db, &once, digits, ret_before, error);
}

/* Where a file of which nothing else is known stands. */
static bool
look (Db *db, const char *name, const Route *route, const struct stat *info, Candidate *candidate, GError **error)
{
  g_auto (FileBefore) before = { 0 };
  const Run run = { .id = candidate->run,
                    .table = route->table,
                    .file = (char *) name,
                    .size = info->st_size,
                    .inode = info->st_ino,
                    .mtime_ns = fs_nanoseconds (info->st_mtim) };
  candidate->instant_ns = order_instant (run.mtime_ns, fs_nanoseconds (info->st_ctim), g_get_real_time () * 1000);
  if (!find_before (db, &run, &before, error))
    return false;
  if (before.run != NULL)
    take_over (&before, route->model, candidate);
  return true;
}

bool
candidate_dropped (Loader *loader, const char *name, const Route *route, const char *past, Candidate *ret_candidate, GError **error)
{
  struct stat info;
  g_autofree char *path = g_build_filename (loader->settings->imports, name, NULL);
  *ret_candidate = (Candidate) { .run = uid_random (), .order_key = order_key (name), .past = g_strdup (past) };
  return lstat (path, &info) != 0 || look (loader->db, name, route, &info, ret_candidate, error);
}

bool
candidate_orphan (Db *db, const RunState *state, const Run *run, const Route *route, const struct stat *info,
                  Candidate *ret_candidate, GError **error)
{
  *ret_candidate = (Candidate) { .run = run->id, .order_key = g_strdup (state->order_key) };
  if (state->order_key == NULL)
    {
      ret_candidate->order_key = order_key (run->file);
      return look (db, run->file, route, info, ret_candidate, error);
    }
  ret_candidate->instant_ns = state->instant_ns;
  ret_candidate->again = state->again || g_strcmp0 (state->status, "FAILED") == 0;
  ret_candidate->retry_of = g_strdup (state->retry_of);
  ret_candidate->as_of = g_strdup (state->effective);
  ret_candidate->declaration = g_strdup (state->declaration);
  return true;
}

void
candidate_retried (const char *name, const DbResult *run, Candidate *ret_candidate)
{
  const char *key = db_result_named (run, 0, "order_key"), *instant = db_result_named (run, 0, "instant_ns");
  Uid before;
  const char *id = db_result_named (run, 0, "run");
  *ret_candidate = (Candidate) { .run = uid_parse (id, strlen (id), &before) ? uid_random_like (before) : uid_random (),
                                 .order_key = key != NULL ? g_strdup (key) : order_key (name),
                                 .instant_ns = instant != NULL ? g_ascii_strtoll (instant, NULL, 10) : 0,
                                 .again = true,
                                 .retry_of = g_strdup (id),
                                 .declaration = g_strdup (db_result_named (run, 0, "declaration")) };
}

void
candidate_place (const Candidate *candidate, Run *run)
{
  run->instant_ns = candidate->instant_ns;
  run->order_key = g_strdup (candidate->order_key);
  run->again = candidate->again;
  run->retry_of = g_strdup (candidate->retry_of);
  run->past = g_strdup (candidate->past);
  run->as_of = g_strdup (candidate->as_of);
  run->as_of_zone = g_strdup (candidate->as_of_zone);
  if (run->declaration == NULL)
    run->declaration = g_strdup (candidate->declaration);
}
