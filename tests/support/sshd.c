#include "sshd.h"

#include "port.h"
#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SERVER "/usr/sbin/sshd"

/* What a program says on stdout; it must go well. Owned by the caller. */
static char *
output_of (const char *const *argv)
{
  g_autofree char *out = NULL, *err = NULL;
  int status = 0;
  g_autoptr (GError) error = NULL;
  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, &error)
      || !g_spawn_check_wait_status (status, NULL))
    fail_msg ("%s: %s%s", argv[0], error != NULL ? error->message : "", err != NULL ? err : "");
  return g_steal_pointer (&out);
}

/* Whether it is this one that listens. */
static bool
is_listening (const Sshd *sshd)
{
  g_autofree char *path = g_build_filename (sshd->folder, "sshd.log", NULL), *log = NULL;
  g_autofree char *line = g_strdup_printf ("Server listening on 127.0.0.1 port %d.", sshd->port);
  return g_file_get_contents (path, &log, NULL, NULL) && strstr (log, line) != NULL;
}

static void
make_key (const char *path, const char *type, const char *passphrase)
{
  const char *const argv[] = { "ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", path, NULL };
  g_free (output_of (argv));
}

/* The file's text behind another one's. */
static void
append_file (const char *from, const char *to)
{
  g_autofree char *text = NULL;
  assert_true (g_file_get_contents (from, &text, NULL, NULL));
  FILE *stream = fopen (to, "a");
  assert_non_null (stream);
  fputs (text, stream);
  fclose (stream);
}

char *
sshd_new_key (const Sshd *sshd, const char *name, const char *type, const char *passphrase, bool authorized)
{
  char *path = g_build_filename (sshd->folder, name, NULL);
  g_autofree char *public = g_strconcat (path, ".pub", NULL), *list = g_build_filename (sshd->folder, "authorized", NULL);
  make_key (path, type, passphrase != NULL ? passphrase : "");
  if (authorized)
    append_file (public, list);
  return path;
}

static void
configure (const Sshd *sshd, const char *other_host_key)
{
  g_autofree char *path = g_build_filename (sshd->folder, "sshd.conf", NULL);
  g_autofree char *text = g_strdup_printf ("%sPort %d\nListenAddress 127.0.0.1\nHostKey %s/host\nAuthorizedKeysFile %s/authorized\n"
                                           "PidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nUseDNS no\n"
                                           "KbdInteractiveAuthentication no\nMaxStartups 100\nSubsystem sftp internal-sftp\n",
                                           other_host_key, sshd->port, sshd->folder, sshd->folder);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* "256 SHA256:... comment (ED25519)", and the file that ssh would have made of it. */
static void
learn_host_key (Sshd *sshd)
{
  g_autofree char *path = g_build_filename (sshd->folder, "host.pub", NULL), *key = NULL;
  const char *const argv[] = { "ssh-keygen", "-lf", path, NULL };
  g_autofree char *said = output_of (argv);
  g_auto (GStrv) words = g_strsplit (said, " ", 3);
  sshd->host_key = g_strdup (words[1]);
  assert_true (g_file_get_contents (path, &key, NULL, NULL));
  g_autofree char *line = g_strdup_printf ("[127.0.0.1]:%d %s", sshd->port, key);
  sshd->known_hosts = g_build_filename (sshd->folder, "known_hosts", NULL);
  assert_true (g_file_set_contents (sshd->known_hosts, line, -1, NULL));
}

Sshd *
sshd_start (const char *folder)
{
  return sshd_start_with (folder, NULL);
}

Sshd *
sshd_start_with (const char *folder, const char *other_type)
{
  if (access (SERVER, X_OK) != 0)
    fail_msg ("%s is not installed: scripts/deps --test", SERVER);
  Sshd *sshd = g_new0 (Sshd, 1);
  sshd->folder = g_strdup (folder);
  assert_int_equal (g_mkdir_with_parents (folder, 0700), 0);
  if (geteuid () == 0)
    mkdir ("/run/sshd", 0755);
  g_autofree char *host = g_build_filename (folder, "host", NULL), *log = g_build_filename (folder, "sshd.log", NULL);
  g_autofree char *conf = g_build_filename (folder, "sshd.conf", NULL);
  make_key (host, "ed25519", "");
  sshd->port = port_free ();
  sshd->user = g_strdup (getpwuid (geteuid ())->pw_name);
  sshd->key_file = sshd_new_key (sshd, "user", "ed25519", NULL, true);
  g_autofree char *other = g_build_filename (folder, "other_host", NULL), *line = g_strdup_printf ("HostKey %s\n", other);
  if (other_type != NULL)
    make_key (other, other_type, "");
  configure (sshd, other_type != NULL ? line : "");
  learn_host_key (sshd);
  const char *const argv[] = { SERVER, "-D", "-e", "-f", conf, NULL };
  const char *const environment[] = { "PATH=/usr/bin:/bin:/usr/sbin", NULL };
  const ProcessSetup setup = { .folder = folder, .environment = environment, .out = log };
  sshd->process = process_start (&setup, argv);
  wait_until (is_listening (sshd));
  return sshd;
}

void
sshd_stop (Sshd *sshd)
{
  sshd_signal_sessions (sshd, SIGKILL);
  kill (sshd->process, SIGKILL);
  process_wait (sshd->process);
  g_free (sshd->folder);
  g_free (sshd->user);
  g_free (sshd->host_key);
  g_free (sshd->known_hosts);
  g_free (sshd->key_file);
  g_free (sshd);
}

Json *
sshd_connection (const Sshd *sshd, int port)
{
  return json_pack ("{s:s, s:s, s:i, s:s, s:s, s:s, s:i}", "type", "sftp", "host", "127.0.0.1", "port",
                    port != 0 ? port : sshd->port, "user", sshd->user, "key_file", sshd->key_file, "host_key", sshd->host_key,
                    "timeout", 10);
}

/* ---- its sessions ---- */

static pid_t
parent_of (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid), *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  const char *behind = strrchr (text, ')');
  int parent = 0;
  return behind != NULL && sscanf (behind, ") %*c %d", &parent) == 1 ? parent : 0;
}

static bool
is_below (pid_t pid, pid_t ancestor)
{
  for (pid_t at = parent_of (pid); at > 1; at = parent_of (at))
    if (at == ancestor)
      return true;
  return false;
}

void
sshd_signal_sessions (const Sshd *sshd, int signal_number)
{
  GDir *dir = g_dir_open ("/proc", 0, NULL);
  assert_non_null (dir);
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    {
      pid_t pid = (pid_t) g_ascii_strtoll (name, NULL, 10);
      if (pid > 1 && is_below (pid, sshd->process))
        kill (pid, signal_number);
    }
  g_dir_close (dir);
}
