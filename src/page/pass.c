#include "src/page/pass.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/fsutil.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN_BYTES 32
#define SECRET_LEAST 16
#define SECRET_MOST 1024

static char *
hexadecimal (const uint8_t *bytes, size_t length)
{
  GString *text = g_string_new (NULL);
  for (size_t i = 0; i < length; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

/* Never replaces one: of two processes that make one at the same time both read the winner's. */
static bool
make_token (const char *path, GError **error)
{
  uint8_t bytes[TOKEN_BYTES];
  random_bytes (bytes, sizeof bytes);
  g_autofree char *text = hexadecimal (bytes, sizeof bytes);
  bool exists;
  return fs_write_new (path, text, strlen (text), 0600, &exists, error) || exists;
}

char *
pass_read_file (const char *path, GError **error)
{
  struct stat status;
  g_autofree char *text = NULL;
  size_t length;
  if (stat (path, &status) != 0)
    return weir_system_error (error, errno, "could not open \"%s\"", path), NULL;
  if (!S_ISREG (status.st_mode) || (status.st_mode & 0077) != 0)
    {
      g_autofree char *hint = g_strdup_printf ("chmod 600 \"%s\"", path);
      weir_fail (error, &(Failure) { WEIR_ERROR_MODEL, .hint = hint }, "\"%s\" can be read by others, or is no file", path);
      return NULL;
    }
  if (!fs_read_file (path, SECRET_MOST, &text, &length, error))
    return NULL;
  g_strchomp (text);
  if (strlen (text) >= SECRET_LEAST)
    return g_steal_pointer (&text);
  weir_error (error, WEIR_ERROR_MODEL, "\"%s\" has less than %d characters", path, SECRET_LEAST);
  return NULL;
}

char *
pass_read_token (const Settings *settings, GError **error)
{
  g_autofree char *path = g_build_filename (settings->state, "page_token", NULL);
  if (!fs_make_folder (settings->state, 0700, error) || (!g_file_test (path, G_FILE_TEST_EXISTS) && !make_token (path, error)))
    return NULL;
  return pass_read_file (path, error);
}

/* Owned by the caller. */
static char *
sign (const char *token, const char *purpose, const char *until)
{
  uint8_t digest[32];
  g_autofree char *text = g_strdup_printf ("weir page\n%s\n%s", purpose, until);
  g_autoptr (Hmac) hmac = hmac_new (token, strlen (token));
  hmac_digest (hmac, text, strlen (text), digest);
  return hexadecimal (digest, sizeof digest);
}

char *
pass_make (const char *token, const char *purpose, gint64 until)
{
  g_autofree char *when = g_strdup_printf ("%" G_GINT64_FORMAT, until);
  g_autofree char *signature = sign (token, purpose, when);
  return g_strdup_printf ("%s.%s", when, signature);
}

bool
pass_equal (const char *one, const char *other)
{
  size_t length = one != NULL ? strlen (one) : 0;
  if (one == NULL || other == NULL || strlen (other) != length)
    return false;
  unsigned char differs = 0;
  for (size_t i = 0; i < length; i++)
    differs |= (unsigned char) (one[i] ^ other[i]);
  return differs == 0;
}

bool
pass_holds (const char *token, const char *purpose, const char *pass, gint64 now)
{
  const char *dot = pass != NULL ? strchr (pass, '.') : NULL;
  if (dot == NULL)
    return false;
  g_autofree char *until = g_strndup (pass, (gsize) (dot - pass));
  g_autofree char *signature = sign (token, purpose, until);
  return pass_equal (signature, dot + 1) && g_ascii_strtoll (until, NULL, 10) >= now;
}
