/* `weir watch --once`: what lies in the drop folder is loaded in its order, and the exit code says how it went. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include "base/autoptr.h"
#include "base/db.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"], \"rejects\": {\"max_percent\": 60}}"
#define SALES                                                                                                                      \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": "      \
  "\"user_id\"}]}"

static void
given_home (Home *home)
{
  home_configure (home, ", \"settle\": 0.2");
  home_write_model (home, "users", USERS);
  home_write_model (home, "sales", SALES);
}

static void
set_age (Home *home, const char *name, time_t seconds)
{
  g_autofree char *path = home_path (home, name);
  const struct timespec times[] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
  assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
}

/* Facts behind their dimension, the older file of a table first, and what was claimed before either. */
static void
test_in_order (void **state)
{
  Home *home = *state;
  given_home (home);
  home_drop (home, "sales.csv", "email,amount\na@x.org,1\n");
  home_drop (home, "users-2.csv", "name,email\nAnn Lee,a@x.org\n");
  home_drop (home, "users-1.csv", "name,email\nAnn,a@x.org\n");
  set_age (home, "imports/users-1.csv", 1000000000);
  set_age (home, "imports/users-2.csv", 1000000010);
  set_age (home, "imports/sales.csv", 1000000001);
  g_autoptr (Outcome) outcome = expect_weir (home, 0, "watch", "--once", "--json", NULL);
  static const char *const order[] = { "users-1.csv", "users-2.csv", "sales.csv" };
  for (int i = 0; i < (int) G_N_ELEMENTS (order); i++)
    {
      g_autoptr (Json) published = outcome_json_at (outcome, i);
      assert_json (published, "file", order[i]);
      assert_json (published, "status", "applied");
    }
  assert_sql (home, "Ann Lee", "select name from warehouse.users_current");
  assert_int_equal (home_count_files (home, "imports"), 0);
  /* Nothing is there: that is no failure. */
  g_autoptr (Outcome) idle = expect_weir (home, 0, "watch", "--once", "--json", NULL);
  assert_string_equal (idle->out, "");
}

/* One file each, and what it ends with. */
static const struct
{
  const char *name, *text;
  int code, code_rejects_ok;
  const char *status; /* of the published object */
} ends[] = {
  { "users.csv", "name,email\nAnn,a@x.org\n", 0, 0, "applied" },
  { "users.csv", "name,email\nAnn,a2@x.org\nEve,\n", 1, 0, "applied" }, /* a rejected row */
  { "users.csv", "name\nAnn\n", 1, 1, "failed" },                       /* refused whole */
  { "shops.csv", "shop\nA\n", 0, 0, "staged" },
  { "broken.csv", "a\n1\n", 2, 2, "failed" },        /* its model is broken: it stays */
  { "later.csv", "k,email\n1,a\n", 1, 1, "failed" }, /* a fact that waits for a dimension */
};

static void
test_exit_codes (void **state)
{
  Home *home = *state;
  given_home (home);
  home_write_model (home, "broken", "{");
  home_write_model (home, "nobody", "{\"table\": \"nobody\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  home_write_model (home, "later",
                    "{\"table\": \"later\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"nobody\", \"columns\": "
                    "[\"email\"], \"as\": \"nobody_id\"}]}");
  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    for (int ok = 0; ok <= 1; ok++)
      {
        print_message ("  case %zu%s\n", i, ok ? " --rejects-ok" : "");
        g_autofree char *path = g_strconcat ("imports/", ends[i].name, NULL);
        if (!home_has_file (home, path))
          home_drop (home, ends[i].name, ends[i].text);
        g_autoptr (Outcome) outcome = expect_weir (home, ok ? ends[i].code_rejects_ok : ends[i].code, "watch", "--once", "--json",
                                                   ok ? "--rejects-ok" : NULL, NULL);
        g_autoptr (Json) published = outcome_json (outcome);
        assert_json (published, "file", ends[i].name);
        if (ok == 0 || !g_str_equal (ends[i].status, "applied"))
          assert_json (published, "status", ends[i].status);
        bool stays = home_has_file (home, path);
        g_autofree char *run = json_at (published, "run");
        assert_int_equal (stays, g_str_equal (run, "null"));
        if (stays && ok)
          home_take_back (home, ends[i].name);
      }
}

/* The same two words for load. */
static void
test_load_rejects_ok (void **state)
{
  Home *home = *state;
  given_home (home);
  home_write_file (home, "more/users.csv", "name,email\nAnn,a@x.org\nEve,\n");
  assert_weir (home, 1, "load", "more/users.csv", NULL);
  assert_weir (home, 0, "load", "--rejects-ok", "--force", "more/users.csv", NULL);
  assert_weir (home, 0, "retry", "--rejects-ok", "last", NULL);
  assert_weir (home, 1, "retry", "last", NULL);
  home_write_file (home, "more/users.csv", "name\nAnn\n");
  assert_weir (home, 1, "load", "--rejects-ok", "more/users.csv", NULL);
}

/* Somebody writes when it begins, and is waited for. */
static void
test_waits_for_writers (void **state)
{
  Home *home = *state;
  given_home (home);
  g_autofree char *path = home_path (home, "imports/users.csv");
  g_autofree char *imports = home_path (home, "imports");
  assert_int_equal (g_mkdir_with_parents (imports, 0755), 0);
  static const char text[] = "name,email\nAnn,a@x.org\n";
  AUTO_FD int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  assert_int_equal (write (fd, text, 11), 11);
  g_autoptr (Background) watch = spawn_weir (home, "watch", "--once", NULL);
  g_usleep (800000);
  assert_int_equal (write (fd, text + 11, strlen (text) - 11), strlen (text) - 11);
  home_note_dropped (home, text, strlen (text));
  close (fd);
  fd = -1;
  assert_int_equal (background_stop (watch, 0, DEADLINE_SECONDS), 0);
  assert_sql (home, "1", "select count(*) from warehouse.users_current");
}
/* Until the folder was looked at so often that a file which was dropped before is complete: each time something is told that is new. */
static void
wait_for_looks (Home *home, const Background *watch)
{
  static const char *const names[] = { "first.txt", "second.txt", "third.txt" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *told = g_strconcat (names[i], " is not a CSV file", NULL);
      home_drop (home, names[i], names[i]);
      wait_until (background_said (watch, told));
    }
}

/* Whatever comes behind its first look is the next one's. */
static void
test_leaves_what_comes_later (void **state)
{
  Home *home = *state;
  given_home (home);
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n");
  home_set_environment (home, "WEIR_FAULT", "stop:after-load");
  g_autoptr (Background) watch = spawn_weir (home, "watch", "--once", NULL);
  wait_until (process_find_stopped (home->path, "--worker") != 0);
  home_drop (home, "users-2.csv", "name,email\nBob,b@x.org\n");
  wait_for_looks (home, watch);
  kill (process_find_stopped (home->path, "--worker"), SIGCONT);
  assert_int_equal (background_stop (watch, 0, DEADLINE_SECONDS), 0);
  home_set_environment (home, "WEIR_FAULT", NULL);
  assert_true (home_has_file (home, "imports/users-2.csv"));
  assert_weir (home, 0, "watch", "--once", NULL);
  assert_sql (home, "2", "select count(*) from warehouse.users_current");
}

/* What a worker left behind that was killed. */
static void
test_takes_up_orphans (void **state)
{
  Home *home = *state;
  given_home (home);
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n");
  home_set_environment (home, "WEIR_FAULT", "kill:after-load");
  g_autoptr (Outcome) killed = run_weir (home, "load", "imports/users.csv", NULL);
  assert_int_equal (killed->code, 128 + SIGKILL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  assert_false (home_has_file (home, "imports/users.csv"));
  assert_weir (home, 0, "watch", "--once", NULL);
  assert_int_equal (home_count_files (home, "archive/users"), 1);
}

/* A file that kills its workers is refused, and they are replaced for it. */
static void
test_refuses_what_kills (void **state)
{
  Home *home = *state;
  given_home (home);
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n");
  home_set_environment (home, "WEIR_FAULT", "kill:after-load");
  assert_weir (home, 1, "watch", "--once", NULL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  assert_int_equal (home_count_files (home, "failed"), 2); /* and its reason */
}

/* What a person has to do about a file is said when a worker leaves it, and not once more at the end. */
static void
test_advice_is_told_once (void **state)
{
  Home *home = *state;
  given_home (home);
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n");
  assert_weir (home, 0, "watch", "--once", NULL);
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"name\"]}");
  home_drop (home, "users-2.csv", "name,email\nBob,b@x.org\n");
  g_autoptr (Outcome) outcome = expect_weir (home, 2, "watch", "--once", NULL);
  assert_contains (outcome->err, "users-2.csv: is left in the drop folder: ");
  g_auto (GStrv) advice = g_strsplit (outcome->err, "HINT:", -1);
  assert_int_equal (g_strv_length (advice), 2);
  home_take_back (home, "users-2.csv");
}

/* A file whose table somebody has locked stays claimed, and is its own still: it is tried until the lock is gone, and told of once. */
static void
test_waits_for_locks (void **state)
{
  Home *home = *state;
  home_configure (home, ", \"settle\": 0.2, \"lock_timeout\": 0.2");
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n");
  assert_weir (home, 0, "watch", "--once", NULL);
  g_autoptr (Db) somebody = db_connect (home->url, "somebody", -1, NULL);
  assert_non_null (somebody);
  assert_true (db_exec (somebody, "begin", NULL) && db_exec (somebody, "lock table warehouse.users in share mode", NULL));
  home_drop (home, "users-2.csv", "name,email\nAnn Lee,a@x.org\n");
  g_autoptr (Background) watch = spawn_weir (home, "watch", "--once", NULL);
  wait_until (background_said (watch, "users-2.csv: is tried again"));
  g_usleep (1500000);
  assert_true (db_exec (somebody, "commit", NULL));
  assert_int_equal (background_stop (watch, 0, DEADLINE_SECONDS), 0);
  assert_sql (home, "Ann Lee", "select name from warehouse.users_current");
  g_autofree char *said = background_text (watch);
  g_auto (GStrv) again = g_strsplit (said, "is tried again", -1);
  assert_int_equal (g_strv_length (again), 2);
  assert_null (strstr (said, "taking it up again"));
}

/* Two at once: each file once. */
static void
test_two_at_once (void **state)
{
  Home *home = *state;
  given_home (home);
  for (int i = 0; i < 6; i++)
    {
      g_autofree char *name = g_strdup_printf ("users-%d.csv", i);
      g_autofree char *text = g_strdup_printf ("name,email\nAnn,a%d@x.org\n", i);
      home_drop (home, name, text);
    }
  g_autoptr (Background) first = spawn_weir (home, "watch", "--once", NULL);
  g_autoptr (Background) second = spawn_weir (home, "watch", "--once", NULL);
  assert_int_equal (background_stop (first, 0, DEADLINE_SECONDS), 0);
  assert_int_equal (background_stop (second, 0, DEADLINE_SECONDS), 0);
  assert_sql (home, "6", "select count(*) from weir.execution");
  assert_int_equal (home_count_files (home, "imports"), 0);
}

static void
test_database_away (void **state)
{
  Home *home = *state;
  given_home (home);
  home_drop (home, "users.csv", "name,email\nAnn,a@x.org\n");
  home_lose_database (home);
  assert_weir (home, 3, "watch", "--once", NULL);
  assert_true (home_has_file (home, "imports/users.csv"));
  home_configure (home, ", \"settle\": 0.2");
  assert_weir (home, 0, "watch", "--once", NULL);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown (test_in_order, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_exit_codes, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_load_rejects_ok, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_waits_for_writers, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_leaves_what_comes_later, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_takes_up_orphans, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_refuses_what_kills, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_advice_is_told_once, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_waits_for_locks, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_two_at_once, home_setup, home_teardown),
    cmocka_unit_test_setup_teardown (test_database_away, home_setup, home_teardown),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
