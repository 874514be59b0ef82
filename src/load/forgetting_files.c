/* The files that weir keeps, less the records of whom is forgotten. */
#include "src/load/forgetting_inside.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "pipeline/cut.h"
#include "schema/sql.h"
#include "src/load/declaring.h"
#include "src/load/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Looks for the records in an open file. */
static bool
search (Forgetting *forgetting, const Model *model, const ForgetFile *file, int fd, CutPlan *ret_plan, GError **error)
{
  Loader *loader = forgetting->loader;
  g_autoptr (Pins) pins = pipeline_pins (forgetting->loader->db, model, error);
  if (pins == NULL)
    return false;
  struct stat info;
  if (fstat (fd, &info) != 0)
    return weir_system_error (error, errno, "could not look at \"%s\"", file->place), false;
  /* What was refused as doubtful is searched all the same, and a record that is off refuses no file here. */
  PipelineOptions options = loader->options;
  options.min_confidence = 0;
  Model lenient = *model;
  lenient.ragged = model->ragged == RAGGED_FAIL ? RAGGED_REJECT : model->ragged;
  g_autofree char *name = g_path_get_basename (file->place);
  const Run run = { .table = model->table, .file = name, .size = info.st_size, .declaration = file->declaration };
  g_autoptr (Declaration) declaration = NULL;
  if (!declaring_read (&run, &declaration, error))
    return false;
  const PipelineTask task = { .catalog = loader->catalog,
                              .model = &lenient,
                              .run = &run,
                              .fd = fd,
                              .options = &options,
                              .tombstones = forgetting->tombstones,
                              .declaration = declaration };
  return cut_find (loader->db, &task, pins, ret_plan, error);
}

static int
open_kept (const ForgetFile *file)
{
  int follow = file->foreign ? 0 : O_NOFOLLOW;
  return open (file->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | follow);
}

/* ---- which files ---- */

static ForgetFile *
file_from (const Forgetting *forgetting, const DbResult *rows, int row, const char *table)
{
  ForgetFile *file = g_new0 (ForgetFile, 1);
  const char *place = db_result_value (rows, row, 1);
  *file = (ForgetFile) { .run = g_strdup (db_result_value (rows, row, 0)),
                         .table = g_strdup (table),
                         .place = g_strdup (place),
                         .disposition = g_strdup (db_result_value (rows, row, 2)),
                         .path = g_canonicalize_filename (place, forgetting->loader->settings->home),
                         .sha256 = g_strdup (db_result_value (rows, row, 3)),
                         .kept = g_strdup (db_result_value (rows, row, 4)),
                         .left = db_result_bool (rows, row, 5),
                         .declaration = g_strdup (db_result_value (rows, row, 6)) };
  file->foreign = strcmp (file->disposition, "left") == 0;
  return file;
}

static bool
is_stop (const GError *problem)
{
  return g_error_matches (problem, WEIR_ERROR, WEIR_ERROR_STOP);
}

/* Whether it is to be told of. What is not there any more where it was loaded from is nobody's business. */
static bool
look_at (Forgetting *forgetting, const Model *model, ForgetFile *file, bool *ret_told, GError **error)
{
  g_auto (CutPlan) plan = { 0 };
  g_autoptr (GError) problem = NULL;
  AUTO_FD int fd = open_kept (file);
  *ret_told = true;
  file->due = file->left;
  if (fd < 0 && file->foreign && errno == ENOENT)
    return *ret_told = false, true;
  if (fd < 0)
    return file->problem = g_strdup_printf ("could not be opened: %s", g_strerror (errno)), true;
  if (!search (forgetting, model, file, fd, &plan, &problem))
    {
      if (is_stop (problem) || !db_is_usable (forgetting->loader->db))
        return g_propagate_error (error, g_steal_pointer (&problem)), false;
      file->problem = g_strdup_printf ("could not be searched: %s", problem->message);
      return true;
    }
  file->removed = plan.removed;
  file->blanked = plan.blanked;
  g_array_append_vals (forgetting->hashes, plan.hashes->data, plan.hashes->len);
  file->due = file->left || (plan.cuts->len > 0 && !file->foreign);
  if (plan.cuts->len > 0 && file->foreign)
    file->problem = g_strdup ("has rows of them, and is not weir's to change: it lies where it was loaded from");
  return *ret_told = file->due || plan.cuts->len > 0, true;
}

bool
forget_find_files (Forgetting *forgetting, GError **error)
{
  for (guint i = 0; i < forgetting->models->len; i++)
    {
      const Model *model = forgetting->models->pdata[i];
      const SqlVar var = { "table", model->table };
      g_autoptr (DbResult) rows = NULL;
      if (!sql_run (forgetting->loader->db, "forgotten/files", &var, 1, &rows, error))
        return false;
      for (int row = 0; row < db_result_rows (rows); row++)
        {
          ForgetFile *file = file_from (forgetting, rows, row, model->table);
          bool told;
          g_ptr_array_add (forgetting->files, file);
          if (!look_at (forgetting, model, file, &told, error))
            return false;
          if (!told)
            g_ptr_array_remove_index (forgetting->files, forgetting->files->len - 1);
        }
    }
  return true;
}

bool
forget_find_left (Forgetting *forgetting, GError **error)
{
  const Model *model = forgetting->models->pdata[0];
  const SqlVar var = { "table", model->table };
  g_autoptr (DbResult) rows = NULL;
  if (!sql_run (forgetting->loader->db, "forgotten/files_left", &var, 1, &rows, error))
    return false;
  for (int row = 0; row < db_result_rows (rows); row++)
    g_ptr_array_add (forgetting->files, file_from (forgetting, rows, row, model->table));
  return true;
}

bool
forget_note_files (Forgetting *forgetting, GError **error)
{
  char own[UID_TEXT_SIZE];
  uid_format (forgetting->task.own, own);
  for (guint i = 0; i < forgetting->files->len; i++)
    {
      const ForgetFile *file = forgetting->files->pdata[i];
      const SqlVar vars[] = { { "run", file->run }, { "by", own } };
      if (file->due && !sql_run (forgetting->loader->db, "forgotten/file_due", vars, G_N_ELEMENTS (vars), NULL, error))
        return false;
    }
  return true;
}

/* ---- cutting ---- */

/* Beside the file, under a name that nobody takes for one. What a crash has left there is written over. Owned by the caller. */
static char *
copy_path (const ForgetFile *file)
{
  g_autofree char *folder = g_path_get_dirname (file->path);
  g_autofree char *name = g_strdup_printf (".weir-forget-%s", file->run);
  return g_build_filename (folder, name, NULL);
}

/* With the mode and time of the one there is, and its owner where we may give that. */
static bool
dress (int copy, const struct stat *info, const char *path, GError **error)
{
  const struct timespec times[] = { info->st_atim, info->st_mtim };
  if (fchown (copy, info->st_uid, info->st_gid) != 0 && errno != EPERM)
    return weir_system_error (error, errno, "could not give \"%s\" its owner", path);
  if (fchmod (copy, info->st_mode & 07777) != 0 || futimens (copy, times) != 0)
    return weir_system_error (error, errno, "could not give \"%s\" its mode and time", path);
  return true;
}

static bool
write_copy (int fd, const CutPlan *plan, const char *path, char sha256[SHA256_HEX_SIZE], int64_t *size, GError **error)
{
  struct stat info;
  AUTO_FD int copy = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (copy < 0 || fstat (fd, &info) != 0)
    return weir_system_error (error, errno, "could not make \"%s\"", path), false;
  return cut_write (fd, plan, copy, sha256, size, error) && dress (copy, &info, path, error)
         && (fsync (copy) == 0 || weir_system_error (error, errno, "could not sync \"%s\" to the disk", path));
}

/* The ledger knows the new bytes before they are there: whoever crashes in between finds that the ones that are there are not these. */
static bool
replace (Forgetting *forgetting, ForgetFile *file, int fd, const CutPlan *plan, GError **error)
{
  Db *db = forgetting->loader->db;
  char sha256[SHA256_HEX_SIZE];
  int64_t size = 0;
  g_autofree char *path = copy_path (file), *folder = g_path_get_dirname (path);
  if (!write_copy (fd, plan, path, sha256, &size, error))
    return unlink (path), false;
  g_autofree char *figure = g_strdup_printf ("%" G_GINT64_FORMAT, size);
  const SqlVar vars[] = { { "run", file->run }, { "sha", sha256 }, { "size", figure } };
  if (!sql_run (db, "forgotten/file_cut", vars, G_N_ELEMENTS (vars), NULL, error))
    return unlink (path), false;
  fault_point ("forget-file-written");
  if (rename (path, file->path) != 0)
    {
      weir_system_error (error, errno, "could not put a file in the place of \"%s\"", file->path);
      return unlink (path), false;
    }
  g_free (file->kept);
  file->kept = g_strdup (sha256);
  return fs_sync_folder (folder, error);
}

static bool
cut (Forgetting *forgetting, ForgetFile *file, GError **error)
{
  const Model *model = catalog_find (forgetting->loader->catalog, file->table);
  g_auto (CutPlan) plan = { 0 };
  AUTO_FD int fd = open_kept (file);
  if (fd < 0 && errno == ENOENT)
    return true; /* somebody has removed it */
  if (fd < 0)
    return weir_system_error (error, errno, "could not open \"%s\"", file->path);
  if (!search (forgetting, model, file, fd, &plan, error))
    return false;
  return plan.cuts->len == 0 || replace (forgetting, file, fd, &plan, error);
}

bool
forget_cut_file (Forgetting *forgetting, ForgetFile *file, GError **error)
{
  Db *db = forgetting->loader->db;
  const SqlVar var = { "run", file->run };
  g_autoptr (GError) problem = NULL;
  if (!cut (forgetting, file, &problem))
    {
      if (is_stop (problem) || !db_is_usable (db))
        return g_propagate_error (error, g_steal_pointer (&problem)), false;
      file->problem = g_strdup_printf ("could not be changed: %s", problem->message);
      return true;
    }
  file->done = true;
  return sql_run (db, "forgotten/file_done", &var, 1, NULL, error);
}
