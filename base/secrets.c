#include "base/secrets.h"

#include "base/autoptr.h"
#include "base/conninfo.h"
#include "base/error.h"
#include "base/fsutil.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_BYTES 65536 /* of what a parent passes */

/* The variables that may be, or have in them, a password. */
static const char *const secret_names[] = { SECRETS_DATABASE, "PGPASSWORD" };

static void
guard_memory (void)
{
  const struct rlimit none = { 0, 0 };
  setrlimit (RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* its search for leaks is a debugger */
  prctl (PR_SET_DUMPABLE, 0);
#endif
}

/* Writes over the text what stands for it, which may be shorter. */
static void
overwrite (char *text, const char *with)
{
  size_t length = strlen (text), kept = MIN (strlen (with), length);
  memcpy (text, with, kept);
  memset (text + kept, '\0', length - kept);
}

/* The environment that the process was started with is replaced by a copy, and the secrets in it are gone. */
static void
hide_environment (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (secret_names); i++)
    {
      char *started = getenv (secret_names[i]);
      g_autofree char *copy = g_strdup (started);
      if (started == NULL || !g_setenv (secret_names[i], copy, TRUE) || getenv (secret_names[i]) == started)
        continue;
      overwrite (started, "");
    }
}

/* A connection string, behind --database= or as a word of its own, is left without its password. */
static void
hide_argument (char *word)
{
  char *value = g_str_has_prefix (word, "--") && strchr (word, '=') != NULL ? strchr (word, '=') + 1 : word;
  if (strstr (value, "://") == NULL && strcasestr (value, "pass") == NULL)
    return;
  g_autofree char *shown = conninfo_shown (value);
  overwrite (value, strlen (shown) <= strlen (value) ? shown : "");
}

/* Takes what secrets_pass of the parent wrote, "NAME=value" with a NUL behind each. */
static void
take_passed (void)
{
  const char *number = g_getenv (SECRETS_FD);
  AUTO_FD int fd = number != NULL ? (int) g_ascii_strtoll (number, NULL, 10) : -1;
  struct stat status;
  if (fd <= STDERR_FILENO || fstat (fd, &status) < 0 || !S_ISREG (status.st_mode) || status.st_size > MOST_BYTES)
    return;
  g_autofree char *text = g_malloc0 ((size_t) status.st_size + 1);
  if (pread (fd, text, (size_t) status.st_size, 0) != status.st_size)
    return;
  for (const char *at = text; *at != '\0'; at += strlen (at) + 1)
    {
      const char *value = strchr (at, '=');
      g_autofree char *name = value != NULL ? g_strndup (at, (size_t) (value - at)) : NULL;
      if (name != NULL)
        g_setenv (name, value + 1, TRUE);
    }
  g_unsetenv (SECRETS_FD);
}

char **
secrets_guard (int argc, char **argv)
{
  guard_memory ();
  hide_environment ();
  take_passed ();
  char **copy = g_new0 (char *, argc + 1);
  for (int i = 0; i < argc; i++)
    {
      copy[i] = g_strdup (argv[i]);
      hide_argument (argv[i]);
    }
  return copy;
}

GStrv
secrets_environment (void)
{
  GStrv environment = g_get_environ ();
  for (size_t i = 0; i < G_N_ELEMENTS (secret_names); i++)
    environment = g_environ_unsetenv (environment, secret_names[i]);
  return environment;
}

/* An unnamed file of this text that nobody else may open; -1 with an error. */
static int
unnamed_file (const char *text, size_t length, GError **error)
{
  AUTO_FD int fd = memfd_create ("weir", MFD_CLOEXEC);
  if (fd < 0 || fchmod (fd, 0600) < 0)
    return weir_system_error (error, errno, "could not make a temporary file"), -1;
  return fs_write_all (fd, text, length, "temporary file", error) ? fd_steal (&fd) : -1;
}

GStrv
secrets_pass (const char *database, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (secret_names); i++)
    {
      const char *value = i == 0 && database != NULL ? database : g_getenv (secret_names[i]);
      if (value != NULL)
        {
          g_string_append_printf (text, "%s=%s", secret_names[i], value);
          g_string_append_c (text, '\0');
        }
    }
  int fd = unnamed_file (text->str, text->len, error);
  if (fd < 0)
    return NULL;
  g_autofree char *number = g_strdup_printf ("%d", fd);
  return g_environ_setenv (secrets_environment (), SECRETS_FD, number, TRUE);
}

char *
secrets_password_file (const char *password, GError **error)
{
  g_autoptr (GString) line = g_string_new ("*:*:*:*:");
  for (; *password != '\0'; password++)
    {
      if (*password == ':' || *password == '\\')
        g_string_append_c (line, '\\');
      g_string_append_c (line, *password);
    }
  g_string_append_c (line, '\n');
  AUTO_FD int fd = unnamed_file (line->str, line->len, error);
  if (fd < 0)
    return NULL;
  if (fcntl (fd, F_SETFD, 0) < 0)
    return weir_system_error (error, errno, "could not pass on a temporary file"), NULL;
  return g_strdup_printf ("/proc/self/fd/%d", fd_steal (&fd));
}
