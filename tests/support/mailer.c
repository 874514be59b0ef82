#include "mailer.h"

#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>

/* Debian's, which has the package; another one in the PATH has not. */
#define PYTHON "/usr/bin/python3"

void
mailer_certificate (const char *path)
{
  const char *const argv[] = { "openssl",
                               "req",
                               "-x509",
                               "-newkey",
                               "ec",
                               "-pkeyopt",
                               "ec_paramgen_curve:prime256v1",
                               "-nodes",
                               "-days",
                               "2",
                               "-keyout",
                               path,
                               "-out",
                               path,
                               "-subj",
                               "/CN=localhost",
                               "-addext",
                               "subjectAltName=DNS:localhost,IP:127.0.0.1",
                               NULL };
  g_autofree char *out = NULL, *key = NULL, *both = NULL, *certificate = NULL;
  g_autofree char *key_path = g_strconcat (path, ".key", NULL);
  const char *copy[G_N_ELEMENTS (argv)];
  memcpy (copy, argv, sizeof argv);
  for (size_t i = 0; copy[i] != NULL; i++)
    if (strcmp (copy[i], "-keyout") == 0)
      copy[i + 1] = key_path;
  int status = 0;
  if (!g_spawn_sync (NULL, (char **) copy, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &out, &status, NULL)
      || !g_spawn_check_wait_status (status, NULL))
    fail_msg ("openssl: %s", out != NULL ? out : "is not installed: scripts/deps --test");
  assert_true (g_file_get_contents (path, &certificate, NULL, NULL) && g_file_get_contents (key_path, &key, NULL, NULL));
  both = g_strconcat (certificate, key, NULL);
  assert_true (g_file_set_contents (path, both, -1, NULL));
}

Mailer *
mailer_start (const char *folder, const char *const *options)
{
  Mailer *mailer = g_new0 (Mailer, 1);
  mailer->folder = g_strdup (folder);
  assert_int_equal (g_mkdir_with_parents (folder, 0700), 0);
  mailer->ca_file = g_build_filename (folder, "mail.pem", NULL);
  mailer_certificate (mailer->ca_file);
  g_autofree char *script = g_build_filename (g_getenv ("WEIR_SOURCE"), "tests", "support", "mail_server.py", NULL);
  g_autofree char *log = g_build_filename (folder, "log", NULL), *port_path = g_build_filename (folder, "port", NULL), *port = NULL;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_ptr_array_add (argv, (char *) PYTHON);
  g_ptr_array_add (argv, script);
  g_ptr_array_add (argv, mailer->folder);
  for (size_t i = 0; options != NULL && options[i] != NULL; i++)
    {
      g_ptr_array_add (argv, (char *) options[i]);
      if (strcmp (options[i], "--tls") == 0)
        g_ptr_array_add (argv, mailer->ca_file);
    }
  g_ptr_array_add (argv, NULL);
  const char *const environment[] = { "PATH=/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE=1", NULL };
  const ProcessSetup setup = { .folder = folder, .environment = environment, .out = log };
  mailer->process = process_start (&setup, (const char *const *) argv->pdata);
  int code = 0;
  wait_until (g_file_get_contents (port_path, &port, NULL, NULL) || process_ended (mailer->process, &code));
  if (port == NULL)
    {
      g_autofree char *said = NULL;
      g_file_get_contents (log, &said, NULL, NULL);
      fail_msg ("the mail server did not start (scripts/deps --test installs python3-aiosmtpd): %s", said);
    }
  mailer->port = (int) g_ascii_strtoll (port, NULL, 10);
  return mailer;
}

void
mailer_stop (Mailer *mailer)
{
  kill (mailer->process, SIGKILL);
  process_wait (mailer->process);
  g_free (mailer->folder);
  g_free (mailer->ca_file);
  g_free (mailer);
}

Json *
mailer_all (const Mailer *mailer)
{
  Json *all = json_array ();
  for (int i = 1;; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%d.json", mailer->folder, i), *text = NULL;
      gsize length;
      if (!g_file_get_contents (path, &text, &length, NULL))
        return all;
      Json *mail = weir_json_parse (text, length, path, NULL);
      assert_non_null (mail);
      json_array_append_new (all, mail);
    }
}
