/* Two supervisors of four workers, thousands of files, a worker killed every few seconds, and readers who look every millisecond: they
 * must never see two current rows of an id, nor half of a file. */
#include "torture.h"

#include "arrivals.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILES 10000
#define FILES_QUICK 80
#define TABLES 12
#define ROWS 20
#define FACT_EACH 20 /* one file of so many */
#define READERS 2
#define KILL_MS_LEAST 500
#define KILL_MS_MOST 4000
#define STILL_SECONDS 60 /* without a file that is done */

typedef struct
{
  Trial *trial;
  Background *watches[2];
  pid_t readers[READERS];
  int files;
  int64_t next_kill;
} Crowd;

static void
prepare (Crowd *crowd)
{
  Home *home = crowd->trial->home;
  assert_weir (home, 0, "init", NULL);
  for (int table = 0; table < TABLES; table++)
    {
      g_autofree char *name = g_strdup_printf ("t%02d", table);
      g_autofree char *model = g_strdup_printf ("{\"table\": \"%s\", \"kind\": \"dimension\", \"business_key\": [\"key\"],"
                                                " \"id\": {\"column\": \"id\"}}",
                                                name);
      home_write_model (home, name, model);
    }
  home_write_model (home, "sales",
                    "{\"table\": \"sales\", \"kind\": \"fact\", \"business_key\": [\"sale\"], \"references\":"
                    " [{\"dimension\": \"t00\", \"columns\": [\"key\"], \"as\": \"id\"}]}");
}

/* All rows of a table's file have its number, so that half of one is seen. */
static void
drop (Crowd *crowd, int number)
{
  g_autofree char *name = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  if (number > TABLES && number % FACT_EACH == 0)
    {
      name = g_strdup_printf ("sales_%05d.csv", number);
      g_string_printf (text, "sale,key,amount\nS%d,k00,%d\nS%d,k01,1\n", number, number, number % 100);
    }
  else
    {
      name = g_strdup_printf ("t%02d_%05d.csv", number % TABLES, number);
      g_string_append (text, "key,value\n");
      for (int row = 0; row < ROWS; row++)
        g_string_append_printf (text, "k%02d,%d\n", row, number);
    }
  arrive (crowd->trial->home, ARRIVE_MOVED, name, text->str, NULL);
}

/* ---- readers ---- */

/* One look at one table. */
static void
probe (Crowd *crowd, Db *db, int table)
{
  g_autofree char *sql = g_strdup_printf ("select count(*), count(distinct id), count(distinct value) from warehouse.t%02d"
                                          " where is_current",
                                          table);
  g_autoptr (GError) error = NULL;
  g_autoptr (DbResult) result = NULL;
  if (!db_query (db, sql, NULL, 0, &result, &error))
    trial_violation (crowd->trial, "a reader of t%02d: %s", table, error->message);
  else if (db_result_int64 (result, 0, 0) != ROWS || db_result_int64 (result, 0, 1) != ROWS || db_result_int64 (result, 0, 2) != 1)
    trial_violation (crowd->trial, "a reader sees %s current rows of %s ids from %s files in t%02d", db_result_value (result, 0, 0),
                     db_result_value (result, 0, 1), db_result_value (result, 0, 2), table);
}

/* Until it is killed. Its statements are not in the server's log, which would be full of them. */
static void
read_on (Crowd *crowd, int reader)
{
  g_autofree char *url = cluster_url (crowd->trial->cluster, crowd->trial->home->database, "postgres", CLUSTER_PASSWORD);
  g_autoptr (GError) error = NULL;
  g_autoptr (Db) db = db_connect (url, "test", -1, &error);
  if (db == NULL || !db_exec (db, "set log_statement = 'none'", &error))
    {
      trial_violation (crowd->trial, "a reader: %s", error->message);
      return;
    }
  for (int table = reader;; table++)
    {
      probe (crowd, db, table % TABLES);
      crowd->trial->result->probes++;
      g_usleep (1000);
    }
}

static void
start_readers (Crowd *crowd)
{
  for (int i = 0; i < READERS; i++)
    {
      crowd->readers[i] = fork ();
      assert_true (crowd->readers[i] >= 0);
      if (crowd->readers[i] == 0)
        {
          prctl (PR_SET_PDEATHSIG, SIGKILL);
          read_on (crowd, i);
          _exit (0);
        }
    }
}

static void
end_readers (Crowd *crowd)
{
  for (int i = 0; i < READERS; i++)
    {
      kill (crowd->readers[i], SIGKILL);
      waitpid (crowd->readers[i], NULL, 0);
    }
}

/* ---- a trial ---- */

static pid_t
choose_worker (Crowd *crowd)
{
  g_autoptr (GHashTable) processes = process_list (crowd->trial->home->path);
  g_autoptr (GArray) workers = g_array_new (false, false, sizeof (pid_t));
  GHashTableIter iter;
  gpointer pid, command;
  g_hash_table_iter_init (&iter, processes);
  while (g_hash_table_iter_next (&iter, &pid, &command))
    if (strstr (command, "--worker") != NULL)
      {
        pid_t worker = GPOINTER_TO_INT (pid);
        g_array_append_val (workers, worker);
      }
  return workers->len > 0 ? g_array_index (workers, pid_t, g_rand_int_range (crowd->trial->choices, 0, (gint32) workers->len)) : 0;
}

static void
kill_now_and_then (Crowd *crowd)
{
  int64_t now = g_get_monotonic_time ();
  if (now < crowd->next_kill)
    return;
  pid_t worker = crowd->next_kill > 0 ? choose_worker (crowd) : 0;
  if (worker > 0 && kill (worker, SIGKILL) == 0)
    trial_hit (crowd->trial);
  crowd->next_kill = now + g_rand_int_range (crowd->trial->choices, KILL_MS_LEAST, KILL_MS_MOST) * INT64_C (1000);
}

/* Kills and waits until all are archived, or nothing happens any more. */
static void
let_them_work (Crowd *crowd)
{
  int done = 0;
  int64_t still = g_get_monotonic_time ();
  while (done < crowd->files && g_get_monotonic_time () - still < STILL_SECONDS * G_USEC_PER_SEC)
    {
      kill_now_and_then (crowd);
      g_usleep (200000);
      int before = done;
      done = (int) sql_number (crowd->trial->home, "select count(*) from weir.file where disposition is not null");
      if (done > before)
        still = g_get_monotonic_time ();
    }
  if (done < crowd->files)
    trial_violation (crowd->trial, "%d of %d files are done, and nothing happened for %d s", done, crowd->files, STILL_SECONDS);
}

static void
load_firsts (Crowd *crowd)
{
  Background *first = spawn_weir (crowd->trial->home, "watch", NULL);
  for (int number = 1; number <= TABLES; number++)
    drop (crowd, number);
  trial_finish_with (crowd->trial, first);
}

static void
run (Trial *trial)
{
  Crowd crowd = { .trial = trial, .files = trial->is_quick ? FILES_QUICK : FILES };
  trial_home (trial, ", \"workers\": 4, \"settle\": 0.3");
  prepare (&crowd);
  load_firsts (&crowd);
  start_readers (&crowd);
  for (size_t i = 0; i < G_N_ELEMENTS (crowd.watches); i++)
    crowd.watches[i] = spawn_weir (trial->home, "watch", NULL);
  for (int number = TABLES + 1; number <= crowd.files; number++)
    {
      drop (&crowd, number);
      kill_now_and_then (&crowd);
    }
  let_them_work (&crowd);
  end_readers (&crowd);
  printf ("%d probes of readers\n", trial->result->probes);
  background_free (crowd.watches[1]);
  trial_finish_with (trial, crowd.watches[0]);
  trial_end (trial);
}

const Kind kind_crowd = {
  .name = "crowd",
  .what = "10,000 files, two supervisors of four workers, a worker killed now and then, readers all the time",
  .trials = 1,
  .quick = 1,
  .seconds = 3600,
  .run = run,
};
