/* The server goes away in the middle of the run: stopped, crashed, or one of its processes is killed; or its disk is full. Each trial has
 * a server of its own. When in the run that is follows from the seed, but for the clock. */
#include "torture.h"

#include "mounts.h"

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#define WHEN_MS 900 /* at most, from the start of `weir watch` on */
#define AWAY_MS 2500
#define BACK_SECONDS 30

typedef enum
{
  SERVER_STOPPED, /* in good order: its clients are told */
  SERVER_CRASHED,
  SERVER_CHILD_KILLED, /* the rest of it starts anew by itself */
  SERVER_FULL,         /* the disk of the tables */
  N_TROUBLES,
} Trouble;

static void
sleep_ms (Trial *trial, int most)
{
  g_usleep (1000UL * (gulong) g_rand_int_range (trial->choices, 0, most));
}

static void
stop_server (Cluster *cluster)
{
  kill (cluster->postmaster, SIGINT);
  process_wait (cluster->postmaster);
  cluster->postmaster = 0;
  g_clear_pointer (&cluster->db, db_free);
}

/* SIGKILL to the server's process that works for weir: it takes its time to see that, as all connections are broken then. */
static void
kill_child (Trial *trial)
{
  Home *home = trial->home;
  int pid = (int) sql_number (home, "select pid from pg_stat_activity where datname = current_database() and pid <> "
                                    "pg_backend_pid() order by backend_start desc limit 1");
  g_clear_pointer (&home->db, db_free);
  g_clear_pointer (&trial->cluster->db, db_free);
  if (pid > 0)
    kill (pid, SIGKILL);
  for (int64_t end = g_get_monotonic_time () + BACK_SECONDS * G_USEC_PER_SEC; g_get_monotonic_time () < end; g_usleep (50000))
    {
      g_autoptr (GError) error = NULL;
      trial->cluster->db = db_connect (home->url, "test", -1, &error);
      if (trial->cluster->db != NULL)
        break;
    }
  g_clear_pointer (&trial->cluster->db, db_free); /* of the home's role; the cluster's own is opened when it is needed */
}

/* Tables go to a small file system from here on. */
static char *
make_small_disk (Trial *trial)
{
  char *folder = g_build_filename (trial->cluster->folder, "small", NULL);
  const struct passwd *postgres = geteuid () == 0 ? getpwnam ("postgres") : NULL;
  mounts_add (folder, "size=48m");
  if (postgres != NULL)
    assert_int_equal (chown (folder, postgres->pw_uid, postgres->pw_gid), 0);
  return folder;
}

static void
use_small_disk (Trial *trial, const char *folder)
{
  g_autofree char *url = cluster_url (trial->cluster, "postgres", "postgres", CLUSTER_PASSWORD);
  g_autoptr (GError) error = NULL;
  g_autoptr (Db) db = db_connect (url, "test", -1, &error);
  g_autofree char *sql = g_strdup_printf ("create tablespace small location '%s'", folder);
  g_autofree char *move = g_strdup_printf ("alter database %s set default_tablespace = small", trial->home->database);
  g_autofree char *grant = g_strdup_printf ("grant create on tablespace small to weir");
  assert_true (db_exec (db, sql, &error) && db_exec (db, grant, &error) && db_exec (db, move, &error));
}

static void
make_trouble (Trial *trial, Trouble trouble, const char *disk)
{
  Cluster *cluster = trial->cluster;
  if (trouble == SERVER_STOPPED)
    stop_server (cluster);
  else if (trouble == SERVER_CRASHED)
    cluster_stop (cluster);
  else if (trouble == SERVER_CHILD_KILLED)
    kill_child (trial);
  else
    mounts_fill_bytes (disk, g_rand_int_range (trial->choices, 0, 8) * 8192);
  trial_hit (trial);
  sleep_ms (trial, AWAY_MS);
  if (trouble == SERVER_STOPPED || trouble == SERVER_CRASHED)
    cluster_start (cluster);
  else if (trouble == SERVER_FULL)
    mounts_empty (disk);
}

static void
run (Trial *trial)
{
  Trouble trouble = (Trouble) (trial->number % N_TROUBLES);
  void *state = NULL;
  const char *why = trouble == SERVER_FULL ? mounts_obstacle () : NULL;
  if (why != NULL)
    return;
  if (trouble == SERVER_FULL)
    mounts_begin (); /* the server sees what is mounted later */
  cluster_setup_own (&state);
  trial->cluster = state;
  trial->begin = nominal_prepare (trial->cluster);
  g_autofree char *disk = trouble == SERVER_FULL ? make_small_disk (trial) : NULL;
  nominal_home (trial);
  if (disk != NULL)
    use_small_disk (trial, disk);
  Background *watch = spawn_weir (trial->home, "watch", NULL);
  sleep_ms (trial, disk != NULL ? 1 : WHEN_MS);
  make_trouble (trial, trouble, disk);
  trial_finish_with (trial, watch);
  nominal_check (trial);
  trial_end (trial);
  cluster_teardown (&state);
}

const Kind kind_server = {
  .name = "server",
  .what = "the server stopped, crashed, one of its processes killed, or its disk full, in the middle of the run",
  .trials = 100,
  .quick = 3,
  .seconds = 240,
  .run = run,
};
