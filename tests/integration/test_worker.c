/* The worker by its own line protocol (src/load/worker.h): requests on its stdin, answers on its stdout, no supervisor. */
#include "tests/support/weir.h"

#include "base/autoptr.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"
#define SALES                                                                                                                      \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": "      \
  "\"user_id\"}]}"
#define BROKEN "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": []}"

#define RUN "0b5e1f6a-7c1d-4c6e-9a53-0d6c2f3a9e11"
#define CLAIM "imports/.claimed/" RUN "/users.csv"
#define LOCK "'weir.table users'"

static const char users_text[] = "name,email\nAnn,a@x.org\n";

/* Gives a worker the requests, a line each, and ends its input. The answers, behind "ready". Owned by the caller. */
static GStrv
ask (Home *home, const char *requests)
{
  assert_weir (home, 0, "init", NULL); /* the supervisor prepares home and database before it hires a worker */
  g_autofree char *in = home_path (home, "requests");
  g_autofree char *out = home_path (home, "answers");
  g_autofree char *err = home_path (home, "complaints");
  g_autofree char *program = g_build_filename (g_getenv ("WEIR_BUILD"), "weir", NULL);
  unlink (out); /* an answer to what was asked before */
  home_write_file (home, "requests", requests);
  AUTO_FD int fd = open (in, O_RDONLY | O_CLOEXEC);
  const ProcessSetup setup = {
    .folder = home->path, .environment = (const char *const *) home->environment->pdata, .in = fd, .out = out, .err = err
  };
  const char *const argv[] = { program, "load", "--worker", NULL };
  assert_int_equal (process_wait (process_start (&setup, argv)), 0);
  g_autofree char *text = home_read_file (home, "answers");
  g_string_append (home->transcript, text);
  assert_true (g_str_has_prefix (text, "{\"outcome\":\"ready\"}\n"));
  return g_strsplit (g_strchomp (strchr (text, '\n') + 1), "\n", -1);
}

/* The only answer to the only request. */
static Json *
ask_once (Home *home, const char *request)
{
  g_autofree char *line = g_strconcat (request, "\n", NULL);
  g_auto (GStrv) answers = ask (home, line);
  assert_int_equal (g_strv_length (answers), 1);
  Json *answer = weir_json_parse (answers[0], strlen (answers[0]), "answer", NULL);
  assert_non_null (answer);
  return answer;
}

static void
assert_outcome (Home *home, const char *request, const char *outcome)
{
  g_autoptr (Json) answer = ask_once (home, request);
  assert_json (answer, "outcome", outcome);
}

static void
test_path (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  home_drop (home, "users-2.csv", "name,mail\nBob,b@x.org\n");
  g_auto (GStrv) answers = ask (home, "{\"path\":\"users.csv\"}\n{\"path\":\"users-2.csv\"}\n{\"path\":\"users.csv\"}\n");
  assert_int_equal (g_strv_length (answers), 3);
  static const char *const expected[][2] = { { "done", "applied" }, { "done", "failed" }, { "gone", NULL } };
  for (size_t i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (Json) answer = weir_json_parse (answers[i], strlen (answers[i]), "answer", NULL);
      assert_json (answer, "outcome", expected[i][0]);
      assert_json (answer, "table", "users");
      if (expected[i][1] != NULL)
        assert_json (answer, "status", expected[i][1]);
    }
  assert_int_equal (home_count_files (home, "archive/users"), 1);
  assert_int_equal (home_count_files (home, "failed"), 2); /* the file and its report */
}

/* A path is a name in the drop folder: nothing outside of it is read, and what is below it is no dropped file. */
static void
test_paths_of_elsewhere (void **state)
{
  static const char *const requests[] = { "{\"path\":\"../users.csv\"}", "{\"path\":\"sub/users.csv\"}",
                                          "{\"path\":\"./users.csv\"}" };
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_file (home, "users.csv", users_text);
  home_write_file (home, "imports/sub/users.csv", users_text);
  home_drop (home, "users.csv", users_text);
  for (size_t i = 0; i < G_N_ELEMENTS (requests); i++)
    assert_outcome (home, requests[i], "model");
  assert_true (home_has_file (home, "users.csv"));
  assert_true (home_has_file (home, "imports/sub/users.csv"));
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_sql (home, "0", "select count(*) from weir.execution");
  home_remove_file (home, "imports/sub/users.csv");
  home_remove_file (home, "users.csv");
}

/* What is no request is said to be none, and the worker goes on. */
static void
test_bad_requests (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  g_auto (GStrv) answers = ask (home, "{\"path\":\n{}\n{\"run\":\"no-run\"}\n{\"path\":7}\n{\"path\":\"users.csv\"}\n");
  static const char *const outcomes[] = { "model", "model", "gone", "model", "done" };
  assert_int_equal (g_strv_length (answers), G_N_ELEMENTS (outcomes));
  for (size_t i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      g_autoptr (Json) answer = weir_json_parse (answers[i], strlen (answers[i]), "answer", NULL);
      assert_json (answer, "outcome", outcomes[i]);
    }
}

static void
test_busy (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  assert_weir (home, 0, "init", NULL);
  sql_run_text (home, "select pg_advisory_lock(hashtextextended(" LOCK ", 0))");
  assert_outcome (home, "{\"path\":\"users.csv\"}", "busy");
  assert_true (home_has_file (home, "imports/users.csv"));
  sql_run_text (home, "select pg_advisory_unlock(hashtextextended(" LOCK ", 0))");
  assert_outcome (home, "{\"path\":\"users.csv\"}", "done");
}

static void
test_waits (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_model (home, "sales", SALES);
  home_drop (home, "sales.csv", "email,amount\na@x.org,5\n");
  g_autoptr (Json) answer = ask_once (home, "{\"path\":\"sales.csv\"}");
  assert_json (answer, "outcome", "waits");
  assert_json (answer, "waits_for", "users");
  assert_true (home_has_file (home, "imports/sales.csv"));
}

static void
test_model (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", BROKEN);
  home_drop (home, "users.csv", users_text);
  g_autoptr (Json) answer = ask_once (home, "{\"path\":\"users.csv\"}");
  assert_json (answer, "outcome", "model");
  assert_json (answer, "error.code", "bad_model");
  assert_true (home_has_file (home, "imports/users.csv"));
}

/* A claim that a dead worker left is loaded as its run, once. */
static void
test_run (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  g_autofree char *from = home_path (home, "imports/users.csv");
  g_autofree char *to = home_path (home, CLAIM);
  g_autofree char *folder = g_path_get_dirname (to);
  assert_int_equal (g_mkdir_with_parents (folder, 0755), 0);
  assert_int_equal (rename (from, to), 0);
  g_autoptr (Json) answer = ask_once (home, "{\"run\":\"" RUN "\"}");
  assert_json (answer, "outcome", "done");
  assert_json (answer, "status", "applied");
  assert_json (answer, "run", RUN);
  assert_outcome (home, "{\"run\":\"" RUN "\"}", "gone");
}

/* An orphan is refused whatever its model is: it would crash the next worker too. */
static void
test_refuse (void **state)
{
  static const char *const models[] = { USERS, BROKEN };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      home_write_model (home, "users", models[i]);
      home_drop (home, "users.csv", users_text);
      g_autofree char *from = home_path (home, "imports/users.csv");
      g_autofree char *to = home_path (home, CLAIM);
      g_autofree char *folder = g_path_get_dirname (to);
      assert_int_equal (g_mkdir_with_parents (folder, 0755), 0);
      assert_int_equal (rename (from, to), 0);
      g_autoptr (Json) answer = ask_once (home, "{\"run\":\"" RUN "\",\"refuse\":\"it crashed its worker\"}");
      assert_json (answer, "outcome", "done");
      assert_json (answer, "status", "failed");
      assert_json (answer, "error.code", "worker_crashed");
      assert_int_equal (home_count_files (home, "failed"), 2);
    }
}

/* What cannot be opened as a file is left where it is, for a person: the drop folder's disk is not to blame. */
static void
test_no_file (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_file (home, "imports/users.csv/inside", "");
  g_autoptr (Json) answer = ask_once (home, "{\"path\":\"users.csv\"}");
  assert_json (answer, "outcome", "model");
  assert_json (answer, "error.code", "not_a_file");
  assert_true (home_has_file (home, "imports/users.csv/inside"));
  home_remove_file (home, "imports/users.csv/inside");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_path),         TEST (test_paths_of_elsewhere),
    TEST (test_bad_requests), TEST (test_busy),
    TEST (test_waits),        TEST (test_model),
    TEST (test_run),          TEST (test_refuse),
    TEST (test_no_file),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
