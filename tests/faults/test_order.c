/* Kills at any moment, of everything or of a worker alone, with one or two supervisors: the files of a table are applied in their order
 * all the same, so that the last one's values win. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"
#define PEOPLE 20

typedef struct
{
  const char *settings;
  unsigned supervisors, files, kills;
  guint32 seed;
} Case;

typedef struct
{
  Home *home;
  GRand *random;
  Background *watches[2];
  unsigned dropped;
} Scene;

/* Each of the same people, with a number that rises from file to file. */
static void
drop_next (Scene *scene)
{
  g_autoptr (GString) text = g_string_new ("email,n\n");
  g_autofree char *name = g_strdup_printf ("users_%u.csv", ++scene->dropped);
  for (int i = 0; i < PEOPLE; i++)
    g_string_append_printf (text, "p%d@x.org,%u\n", i, scene->dropped);
  home_drop (scene->home, name, text->str);
}

static void
pause_a_little (Scene *scene, int most_ms)
{
  g_usleep ((gulong) g_rand_int_range (scene->random, 0, most_ms) * 1000);
}

/* True: all of them are new. */
static bool
start_supervisors (Scene *scene, unsigned count)
{
  bool fresh = true;
  for (unsigned i = 0; i < count; i++)
    if (scene->watches[i] == NULL)
      scene->watches[i] = spawn_weir (scene->home, "watch", NULL);
    else
      fresh = false;
  wait_until (process_find (scene->home->path, "--worker") != 0);
  return fresh;
}

static void
kill_worker (const Scene *scene)
{
  pid_t worker = process_find (scene->home->path, "--worker");
  if (worker != 0)
    kill (worker, SIGKILL);
}

/* All that there is, or one supervisor, whose worker then goes on to the end of its file. */
static void
kill_some (Scene *scene, unsigned count)
{
  unsigned spared = g_rand_int_range (scene->random, 0, 4) == 0 ? 0 : count;
  if (spared == count)
    process_kill_all (scene->home->path);
  for (unsigned i = 0; i < count; i++)
    if (i != spared)
      g_clear_pointer (&scene->watches[i], background_free);
}

/* On a machine that is slow, too: as long as one more file is done in time. */
static void
wait_for_all (Home *home, int files)
{
  for (int done = home_count_files (home, "archive"); done < files;)
    {
      int before = done;
      wait_until ((done = home_count_files (home, "archive")) > before);
    }
}

static void
run_case (Home *home, const Case *c)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (c->seed);
  Scene scene = { .home = home, .random = random };
  home_configure (home, c->settings);
  home_write_model (home, "users", USERS);
  for (unsigned kills = 0; kills < c->kills; kills++)
    {
      bool fresh = start_supervisors (&scene, c->supervisors);
      for (unsigned n = 0; n < c->files / c->kills; n++)
        {
          drop_next (&scene);
          pause_a_little (&scene, 150);
        }
      /* A file whose worker dies twice under one supervisor is given up. */
      if (fresh && g_rand_boolean (random))
        kill_worker (&scene);
      pause_a_little (&scene, 400);
      kill_some (&scene, c->supervisors);
    }

  start_supervisors (&scene, c->supervisors);
  wait_for_all (home, (int) scene.dropped);

  for (unsigned i = 0; i < c->supervisors; i++)
    if (scene.watches[i] != NULL)
      {
        assert_int_equal (background_stop (scene.watches[i], SIGTERM, 10), 0);
        background_free (scene.watches[i]);
      }
}

static void
check_that_the_last_file_wins (Home *home, const Case *c)
{
  run_case (home, c);
  g_autofree char *last = g_strdup_printf ("%d|%u|%u", PEOPLE, c->files, c->files);
  assert_sql (home, last, "select count(*), min(n), max(n) from warehouse.users_current");
  assert_sql (home, "0",
              "select count(*) from (select n - lag(n) over (partition by email order by version_number) as step"
              " from warehouse.users) s where step < 0");
  assert_sql (home, "0", "select count(*) from weir.file where overtook is not null");
}

static void
test_two_supervisors (void **state)
{
  check_that_the_last_file_wins (*state, &(const Case) { ", \"workers\": 2", 2, 60, 20, 1 });
}

static void
test_two_supervisors_that_poll (void **state)
{
  check_that_the_last_file_wins (*state, &(const Case) { ", \"workers\": 1, \"watch\": \"poll\", \"settle\": 0.1", 2, 18, 6, 2 });
}

static void
test_one_supervisor (void **state)
{
  check_that_the_last_file_wins (*state, &(const Case) { ", \"workers\": 2", 1, 18, 6, 3 });
}

static void
test_one_supervisor_that_polls (void **state)
{
  check_that_the_last_file_wins (*state, &(const Case) { ", \"workers\": 1, \"watch\": \"poll\", \"settle\": 0.1", 1, 18, 6, 4 });
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_two_supervisors),
    TEST (test_two_supervisors_that_poll),
    TEST (test_one_supervisor),
    TEST (test_one_supervisor_that_polls),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
