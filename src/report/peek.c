#include "src/report/peek.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "pipeline/sniff/sniff.h"
#include "pipeline/text/decode.h"
#include "src/settings/settings.h"
#include "watcher/beside.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define COPY_SIZE 65536

static bool
could_not (const char *what, const char *name, GError **error)
{
  return weir_error (error, WEIR_ERROR_LOCAL, "could not %s \"%s\": %s", what, name, g_strerror (errno));
}

/* The reader goes through the file more than once. */
static bool
copy_to_scratch (int from, const char *name, int *ret_fd, GError **error)
{
  AUTO_FD int scratch = fs_open_scratch (g_get_tmp_dir (), error);
  if (scratch < 0)
    return false;
  g_autofree char *buffer = g_malloc (COPY_SIZE);
  for (;;)
    {
      ssize_t got = read (from, buffer, COPY_SIZE);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return could_not ("read", name, error);
      if (got == 0)
        break;
      if (!fs_write_all (scratch, buffer, (size_t) got, "temporary file", error))
        return false;
    }
  *ret_fd = fd_steal (&scratch);
  return true;
}

/* *ret_fd is a regular file's. */
static bool
open_regular (const char *path, const char *name, int *ret_fd, int64_t *ret_size, GError **error)
{
  bool standard_input = g_str_equal (path, "-");
  AUTO_FD int fd = standard_input ? fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  struct stat status;
  if (fd < 0 || fstat (fd, &status) != 0)
    return could_not ("open", name, error);
  if (S_ISDIR (status.st_mode))
    return errno = EISDIR, could_not ("read", name, error);
  if (!S_ISREG (status.st_mode))
    {
      int copy = -1;
      if (!copy_to_scratch (fd, name, &copy, error))
        return false;
      close (fd);
      fd = copy;
      if (fstat (fd, &status) != 0)
        return could_not ("read", name, error);
    }
  *ret_size = status.st_size;
  *ret_fd = fd_steal (&fd);
  return true;
}

/* A model that says the encoding which the text is like, if weir does not read it so without; NULL: it does, or who knows. */
static Model *
find_like (const PeekedFile *file)
{
  g_autofree char *bytes = g_malloc (SNIFF_HEAD_SIZE);
  g_auto (Decoding) decoding = { 0 };
  SourceHead head;
  if (!source_head (file->fd, bytes, SNIFF_HEAD_SIZE, &head, NULL) || !decode_head (&head, NULL, file->name, &decoding, NULL)
      || !decode_rest (file->fd, &head, &decoding, NULL) || decoding.likelier == NULL)
    return NULL;
  Model *model = model_new ();
  model->dialect.encoding = g_strdup (decoding.likelier);
  model->ragged = RAGGED_REPAIR; /* as without a model */
  return model;
}

/* What lies beside it and says its columns, as `weir load` takes it along. */
static bool
read_declaration (const char *path, Declaration **ret_declared, GError **error)
{
  g_auto (Beside) beside = { 0 };
  g_autofree char *folder = g_path_get_dirname (path), *name = g_path_get_basename (path);
  AUTO_FD int fd = g_str_equal (path, "-") ? -1 : open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  *ret_declared = NULL;
  if (fd >= 0 && !beside_read (fd, name, &beside, error))
    return false;
  if (beside.text == NULL)
    return true;
  const ModelWords words = settings_model_words ();
  g_autoptr (Declaration) declaration = declaration_parse (beside.text, beside.length, name, &words, error);
  if (declaration != NULL && declaration->columns != NULL)
    *ret_declared = g_steal_pointer (&declaration);
  return *ret_declared != NULL || declaration != NULL;
}

static bool
open_file (const char *path, bool likely, PeekedFile *ret_file, GError **error)
{
  g_auto (PeekedFile) file = { .name = g_strdup (g_str_equal (path, "-") ? "standard input" : path), .fd = -1 };
  if (!open_regular (path, file.name, &file.fd, &file.size, error) || !read_declaration (path, &file.declared, error))
    return false;
  file.like = likely && file.declared == NULL ? find_like (&file) : NULL;
  file.rows = rows_open (&(RowsInput) { .fd = file.fd, .name = file.name, .model = file.like, .declared = file.declared }, error);
  if (file.rows == NULL)
    return false;
  *ret_file = file;
  file = (PeekedFile) { .fd = -1 };
  return true;
}

bool
peek_open (const char *path, PeekedFile *ret_file, GError **error)
{
  return open_file (path, false, ret_file, error);
}

bool
peek_open_likely (const char *path, PeekedFile *ret_file, GError **error)
{
  return open_file (path, true, ret_file, error);
}

void
peek_clear (PeekedFile *file)
{
  if (file->name != NULL && file->fd >= 0)
    close (file->fd);
  file->fd = -1;
  g_clear_pointer (&file->rows, rows_free);
  g_clear_pointer (&file->like, model_free);
  g_clear_pointer (&file->declared, declaration_free);
  g_clear_pointer (&file->name, g_free);
}
