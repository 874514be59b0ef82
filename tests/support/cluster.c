#include "cluster.h"

#include "process.h"
#include "server.h"
#include "shared.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define RAM_DISK "/dev/shm"
#define RAM_BYTES (UINT64_C (1) << 30)

/* A failed assertion jumps out of its test and leaves what that held: a report of it would bury the message. The programs under
 * test are checked for leaks all the same, by their own environment. */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "detect_leaks=0:handle_sigill=1";
}

/* Without the postmaster, which ends with its parent: it is given a moment for it. */
static void
clean_up (const Cluster *cluster)
{
  process_kill_all (cluster->folder);
  if (cluster->data != NULL)
    {
      g_autofree char *lock = g_build_filename (cluster->data, "postmaster.pid", NULL);
      for (int i = 0; i < 500 && access (lock, F_OK) == 0; i++)
        g_usleep (10000);
    }
  if (g_getenv ("WEIR_TEST_KEEP") != NULL)
    return;
  if (cluster->data != NULL)
    remove_tree (cluster->data);
  remove_tree (cluster->folder);
}

static void
janitor_main (const Cluster *cluster, int leash)
{
  prctl (PR_SET_NAME, "test-janitor");
  setsid ();
  process_silence ();
  char byte;
  while (read (leash, &byte, 1) > 0)
    ;
  clean_up (cluster);
  _exit (0);
}

/* No child of ours: ctest kills a test that takes too long together with its children. */
static void
start_janitor (Cluster *cluster)
{
  int ends[2];
  g_assert (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  pid_t between = fork ();
  g_assert (between >= 0);
  if (between == 0)
    {
      close (ends[0]);
      if (fork () == 0)
        janitor_main (cluster, ends[1]);
      _exit (0);
    }
  waitpid (between, NULL, 0);
  close (ends[1]);
  cluster->leash = ends[0];
}

static void
end_janitor (Cluster *cluster)
{
  char byte;
  shutdown (cluster->leash, SHUT_WR);
  while (read (cluster->leash, &byte, 1) > 0)
    ;
  close (cluster->leash);
}

/* On a RAM disk that has the room, and where programs may be run: tables and homes come and go all the time, and making files is slow
 * elsewhere. Else where temporary files are, unless that is too long for a socket. */
static const char *
find_place (void)
{
  struct statvfs disk;
  if (statvfs (RAM_DISK, &disk) == 0 && (disk.f_flag & ST_NOEXEC) == 0 && (uint64_t) disk.f_bavail * disk.f_frsize >= RAM_BYTES)
    return RAM_DISK;
  return strlen (g_get_tmp_dir ()) < 60 ? g_get_tmp_dir () : "/tmp";
}

static Cluster *
cluster_new (void)
{
  Cluster *cluster = g_new0 (Cluster, 1);
  cluster->folder = g_build_filename (find_place (), "weir-XXXXXX", NULL);
  g_assert (g_mkdtemp_full (cluster->folder, 0755) != NULL);
  chmod (cluster->folder, 0755);
  return cluster;
}

static void
find_server (Cluster *cluster, const char *folder)
{
  cluster->server = g_strdup (folder);
  cluster->socket = g_build_filename (folder, "s", NULL);
  cluster->log = g_build_filename (folder, "server.log", NULL);
}

int
cluster_setup_bare (void **state)
{
  Cluster *cluster = cluster_new ();
  start_janitor (cluster);
  *state = cluster;
  return 0;
}

static Cluster *
make_own (void)
{
  Cluster *cluster = cluster_new ();
  find_server (cluster, cluster->folder);
  server_place (cluster);
  start_janitor (cluster);
  server_make (cluster);
  return cluster;
}

int
cluster_setup_own (void **state)
{
  Cluster *cluster = make_own ();
  cluster->may_stop = true;
  *state = cluster;
  return 0;
}

int
cluster_setup (void **state)
{
  g_autofree char *shared = shared_find ();
  if (shared == NULL)
    {
      *state = make_own ();
      return 0;
    }
  cluster_setup_bare (state);
  find_server (*state, shared);
  return 0;
}

static void
stop (Cluster *cluster)
{
  g_clear_pointer (&cluster->db, db_free);
  if (cluster->postmaster == 0)
    return;
  kill (cluster->postmaster, SIGQUIT);
  process_wait (cluster->postmaster);
  cluster->postmaster = 0;
}

int
cluster_teardown (void **state)
{
  Cluster *cluster = *state;
  if (cluster->data == NULL)
    cluster_drop_spent (cluster);
  stop (cluster);
  end_janitor (cluster);
  g_free (cluster->spent);
  g_free (cluster->folder);
  g_free (cluster->server);
  g_free (cluster->socket);
  g_free (cluster->log);
  g_free (cluster->bin);
  g_free (cluster->data);
  g_free (cluster);
  return 0;
}

void
cluster_stop (Cluster *cluster)
{
  if (!cluster->may_stop)
    g_error ("the server may be the tests' of others, too: this needs cluster_setup_own");
  stop (cluster);
}
