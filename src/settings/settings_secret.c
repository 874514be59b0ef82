#include "src/settings/settings_secret.h"

#include "base/autoptr.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "src/settings/settings.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define SECRET_BYTES 32
#define SECRET_LEAST 16 /* bytes of a secret that was made elsewhere */
#define SECRET_LIMIT 4096

/* A new one, as its file has it. Owned by the caller. */
static GString *
random_secret (void)
{
  uint8_t bytes[SECRET_BYTES];
  random_bytes (bytes, sizeof bytes);
  GString *text = g_string_new (NULL);
  for (size_t i = 0; i < sizeof bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_append_c (text, '\n');
}

/* Never replaces: of two processes that make one at the same time, one wins and both read the winner's. */
static bool
make_secret (const char *path, GError **error)
{
  g_autoptr (GString) text = random_secret ();
  bool exists;
  return fs_write_new (path, text->str, text->len, 0600, &exists, error) || exists;
}

/* As PostgreSQL has it for private keys: root's own file may be read by a group, anybody else's only by its owner. danger: why that matters. */
static bool
check_mode (const char *what, const char *path, const struct stat *status, const char *danger, GError **error)
{
  mode_t refused = status->st_uid == 0 && geteuid () != 0 ? 0037 : 0077;
  if (!S_ISREG (status->st_mode))
    return weir_error (error, WEIR_ERROR_MODEL, "%s \"%s\" is not a regular file", what, path);
  if ((status->st_mode & refused) == 0)
    return true;
  g_autofree char *hint = g_strdup_printf ("chmod 600 \"%s\"", path);
  const Failure failure = { WEIR_ERROR_MODEL, .detail = danger, .hint = hint };
  return weir_fail (error, &failure, "%s \"%s\" can be read or written by others (mode %04o)", what, path, status->st_mode & 07777);
}

static bool
no_file (const char *what, const char *path, int reason, GError **error)
{
  const char *hint = reason == ENOENT ? "Write it there, in one line, and let nobody else read it: chmod 600" : NULL;
  return weir_fail (error, &(Failure) { WEIR_ERROR_LOCAL, .hint = hint }, "could not open %s \"%s\": %s", what, path,
                    g_strerror (reason));
}

/* All of the file but the newline that it ends with. */
static bool
read_closed (const char *what, const char *path, const char *danger, char **ret_text, size_t *ret_length, GError **error)
{
  struct stat status;
  if (stat (path, &status) != 0)
    return no_file (what, path, errno, error);
  if (!check_mode (what, path, &status, danger, error) || !fs_read_file (path, SECRET_LIMIT, ret_text, ret_length, error))
    return false;
  char *text = *ret_text;
  while (*ret_length > 0 && (text[*ret_length - 1] == '\n' || text[*ret_length - 1] == '\r'))
    text[--*ret_length] = '\0';
  return true;
}

static bool
too_short (const char *path, size_t length, GError **error)
{
  g_autofree char *hint = g_strdup_printf ("If this database was loaded before, put the secret back that it was loaded with. "
                                           "A new one: openssl rand -hex 32 > \"%s\"",
                                           path);
  return weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint },
                    "key secret \"%s\" is too short: %zu bytes, at least %d are needed", path, length, SECRET_LEAST);
}

bool
settings_read_secret_file (const char *path, char **ret_secret, size_t *ret_length, GError **error)
{
  g_autofree char *secret = NULL;
  size_t length = 0;
  const char *danger = "Whoever knows it can tell which id belongs to which business key.";
  if (!read_closed ("key secret", path, danger, &secret, &length, error))
    return false;
  if (length < SECRET_LEAST)
    return too_short (path, length, error);
  *ret_secret = g_steal_pointer (&secret);
  *ret_length = length;
  return true;
}

bool
settings_read_secret (const Settings *settings, bool create, char **ret_secret, size_t *ret_length, GError **error)
{
  const char *path = settings->secret_file;
  struct stat status;
  bool missing = stat (path, &status) != 0 && errno == ENOENT;
  if (missing && !create)
    return weir_fail (error,
                      &(Failure) { WEIR_ERROR_MODEL,
                                   .hint =
                                       "If this database was loaded before, bring its secret back: without it every key becomes "
                                       "another id. For a new home: weir init" },
                      "there is no key secret \"%s\"", path);
  if (missing && !make_secret (path, error))
    return false;
  return settings_read_secret_file (path, ret_secret, ret_length, error);
}

char *
settings_read_password_file (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  size_t length = 0;
  if (!read_closed ("secret", path, "Whoever reads it can send in your name.", &text, &length, error))
    return NULL;
  if (length == 0)
    return weir_error (error, WEIR_ERROR_MODEL, "secret \"%s\" is empty: it must have one line", path), NULL;
  if (strlen (text) != length || strpbrk (text, "\r\n") != NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "secret \"%s\" must have one line, and has more", path), NULL;
  return g_steal_pointer (&text);
}

/* ---- another one in its place ---- */

char *
settings_next_secret (const Settings *settings)
{
  return g_strconcat (settings->secret_file, ".next", NULL);
}

char *
settings_former_secret (const Settings *settings, const char *fingerprint)
{
  return g_strconcat (settings->secret_file, ".", fingerprint, NULL);
}

bool
settings_make_next_secret (const Settings *settings, char **ret_secret, size_t *ret_length, GError **error)
{
  g_autofree char *next = settings_next_secret (settings);
  g_autoptr (GString) text = random_secret ();
  return fs_write_file (next, text->str, text->len, 0600, error) && settings_read_secret_file (next, ret_secret, ret_length, error);
}

/* Whoever reads the one reads the other, too. */
static bool
take_rights (const char *from, const char *to, GError **error)
{
  struct stat status;
  if (stat (from, &status) != 0 || (status.st_uid == geteuid () && (status.st_mode & 07777) == 0600))
    return true;
  return (chown (to, status.st_uid, status.st_gid) == 0 && chmod (to, status.st_mode & 07777) == 0)
         || weir_error (error, WEIR_ERROR_LOCAL, "could not give \"%s\" the owner and mode of \"%s\": %s", to, from,
                        g_strerror (errno));
}

bool
settings_take_next_secret (const Settings *settings, const char *former, const char *secret, GError **error)
{
  g_autofree char *next = settings_next_secret (settings), *text = g_strconcat (secret, "\n", NULL);
  g_autofree char *folder = g_path_get_dirname (settings->secret_file);
  if (!g_file_test (former, G_FILE_TEST_EXISTS)
      && (!fs_write_file (former, text, strlen (text), 0600, error) || !take_rights (settings->secret_file, former, error)))
    return false;
  if (!take_rights (settings->secret_file, next, error))
    return false;
  if (rename (next, settings->secret_file) != 0)
    return weir_error (error, WEIR_ERROR_LOCAL, "could not put \"%s\" in the place of \"%s\": %s", next, settings->secret_file,
                       g_strerror (errno));
  return fs_sync_folder (folder, error);
}
