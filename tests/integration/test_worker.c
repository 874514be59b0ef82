/* `weir load --worker` by its own protocol: a line of JSON in asks for a file, a line of JSON out says what became of it. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include "base/autoptr.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USERS "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"
#define BROKEN "{\"table\": \"users\", \"kind\": \"dimention\", \"business_key\": [\"email\"]}"
#define SALES                                                                                                                      \
  "{\"table\": \"sales\", \"kind\": \"fact\", \"references\": [{\"dimension\": \"users\", \"columns\": [\"email\"], \"as\": "      \
  "\"user_id\"}]}"

static const char users_text[] = "name,email\nAnn,a@x.org\nBob,b@x.org\n";

/* What a worker answers. */
typedef enum
{
  READY,
  DONE,
  GONE,
  BUSY,
  WAITS,
  MODEL,
  RETRY,
  LOCAL,
} Answer;

static const char *const words[] = {
  [READY] = "ready", [DONE] = "done",   [GONE] = "gone",   [BUSY] = "busy",
  [WAITS] = "waits", [MODEL] = "model", [RETRY] = "retry", [LOCAL] = "local",
};

#define ASK_FOR_PATH "{\"path\": \"%s\"}"
#define ASK_FOR_RUN "{\"run\": \"%s\"}"
#define REFUSE_RUN "{\"run\": \"%s\", \"refuse\": \"it died of it\"}"

/* ---- a worker ---- */

typedef struct
{
  Background *weir;
  int requests; /* the end of the pipe to write to */
  int lines;    /* read so far */
} Worker;

static void
worker_clear (Worker *worker)
{
  close (worker->requests);
  background_free (worker->weir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Worker, worker_clear)

/* Without waiting for what it says. */
static Worker
worker_begin (Home *home)
{
  int ends[2];
  assert_int_equal (pipe2 (ends, O_CLOEXEC), 0);
  home->in = ends[0];
  Worker worker = { .weir = spawn_weir (home, "load", "--worker", NULL), .requests = ends[1] };
  home->in = 0;
  close (ends[0]);
  return worker;
}

static char *
line_of (const Worker *worker, int number)
{
  g_autofree char *text = background_text (worker->weir);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  return (int) g_strv_length (lines) > number + 1 ? g_strdup (lines[number]) : NULL;
}

/* Its next line. A new reference. */
static Json *
next_line (Worker *worker)
{
  g_autofree char *line = NULL;
  wait_until ((line = line_of (worker, worker->lines)) != NULL);
  worker->lines++;
  g_autoptr (GError) error = NULL;
  Json *said = weir_json_parse (line, strlen (line), "answer", &error);
  if (said == NULL)
    fail_msg ("%s\n%s", error->message, line);
  return said;
}

/* Its next answer, which must be this one. On a machine that has much to do signs of life come before it. */
static Json *
expect_answer (Worker *worker, Answer expected)
{
  Json *answer = next_line (worker);
  while (json_object_get (answer, "progress") != NULL)
    {
      json_decref (answer);
      answer = next_line (worker);
    }
  assert_json (answer, "outcome", words[expected]);
  return answer;
}

static Json *
ask (Worker *worker, Answer expected, const char *format, const char *what)
{
  g_autofree char *request = strstr (format, "%s") != NULL ? g_strdup_printf (format, what) : g_strdup (format); /* NOLINT */
  g_autofree char *line = g_strconcat (request, "\n", NULL);
  print_message ("  %s", line);
  assert_int_equal (write (worker->requests, line, strlen (line)), strlen (line));
  return expect_answer (worker, expected);
}

static void
assert_answer (Worker *worker, Answer expected, const char *format, const char *what)
{
  json_decref (ask (worker, expected, format, what));
}

static Worker
worker_start (Home *home)
{
  assert_weir (home, 0, "init", NULL);
  Worker worker = worker_begin (home);
  json_decref (expect_answer (&worker, READY));
  return worker;
}

/* It ends with its input. */
static void
worker_end (Worker *worker)
{
  close (worker->requests);
  worker->requests = -1;
  assert_int_equal (background_stop (worker->weir, 0, DEADLINE_SECONDS), 0);
}

/* A claim that a worker left when it died: its run. */
static char *
given_orphan (Home *home)
{
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  home_set_environment (home, "WEIR_FAULT", "kill:after-claim");
  g_auto (Worker) worker = worker_start (home);
  dprintf (worker.requests, ASK_FOR_PATH "\n", "users.csv");
  assert_int_equal (background_stop (worker.weir, 0, DEADLINE_SECONDS), 128 + SIGKILL);
  home_set_environment (home, "WEIR_FAULT", NULL);
  g_autoptr (GPtrArray) files = home_list_files (home, "imports/.claimed");
  assert_int_equal (files->len, 1);
  g_autofree char *folder = g_path_get_dirname (files->pdata[0]);
  return g_path_get_basename (folder);
}

/* ---- the answers ---- */

static void
test_ready_and_done (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_auto (Worker) worker = worker_start (home);
  home_drop (home, "users.csv", users_text);
  g_autoptr (Json) done = ask (&worker, DONE, ASK_FOR_PATH, "users.csv");
  assert_load (done, "applied", "read=2 inserted=2 staged=2");
  assert_json (done, "file", "users.csv");
  assert_json (done, "table", "users");
  assert_ledger (home, done);
  /* A file that is refused is done, too. */
  home_drop (home, "users.csv", "name\nAnn\n");
  g_autoptr (Json) refused = ask (&worker, DONE, ASK_FOR_PATH, "users.csv");
  assert_json (refused, "status", "failed");
  assert_json (refused, "error.code", "missing_key_column");
  worker_end (&worker);
  assert_int_equal (home_count_files (home, "archive/users"), 1);
  assert_int_equal (home_count_files (home, "failed"), 2);
  assert_int_equal (home_count_files (home, "imports"), 0);
  home->oracle = ORACLE_REPLAY;
}

static void
test_gone (void **state)
{
  static const char *const runs[] = { "abcd0000-0000-4000-8000-000000000001", "abcd", "", "../users.csv" };
  Home *home = *state;
  g_auto (Worker) worker = worker_start (home);
  g_autoptr (Json) gone = ask (&worker, GONE, ASK_FOR_PATH, "nothing.csv");
  assert_json (gone, "file", "nothing.csv");
  for (size_t i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      assert_answer (&worker, GONE, ASK_FOR_RUN, runs[i]);
      assert_answer (&worker, GONE, REFUSE_RUN, runs[i]);
    }
  worker_end (&worker);
  assert_sql (home, "0", "select count(*) from weir.execution");
}

/* Another session is at the table; the file is left for later. */
static void
test_busy (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_auto (Worker) worker = worker_start (home);
  home_drop (home, "users.csv", users_text);
  home_drop (home, "shops.csv", "code,name\nS1,Oslo\n");
  sql_run_text (home, "select pg_advisory_lock(hashtextextended('weir.table users', 0))");
  g_autoptr (Json) busy = ask (&worker, BUSY, ASK_FOR_PATH, "users.csv");
  assert_json (busy, "table", "users");
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_answer (&worker, DONE, ASK_FOR_PATH, "shops.csv");
  sql_run_text (home, "select pg_advisory_unlock_all()");
  assert_answer (&worker, DONE, ASK_FOR_PATH, "users.csv");
  /* And is nobody's afterwards; what is made behind the answer has a lock of its own for a moment. */
  wait_until (!is_locking (home));
  worker_end (&worker);
}

static void
test_waits (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_model (home, "sales", SALES);
  g_auto (Worker) worker = worker_start (home);
  home_drop (home, "sales.csv", "email,amount\na@x.org,5\n");
  g_autoptr (Json) waits = ask (&worker, WAITS, ASK_FOR_PATH, "sales.csv");
  assert_json (waits, "table", "sales");
  assert_json (waits, "waits_for", "users");
  assert_true (home_has_file (home, "imports/sales.csv"));
  assert_false (is_locking (home));
  home_drop (home, "users.csv", users_text);
  assert_answer (&worker, DONE, ASK_FOR_PATH, "users.csv");
  assert_answer (&worker, DONE, ASK_FOR_PATH, "sales.csv");
  worker_end (&worker);
  assert_sql (home, "1", "select count(*) from warehouse.sales join warehouse.users_current using (user_id)");
}

/* Somebody has to do something about these, and until then they stay where they are. "local" would have them asked for again and
 * again. */
static void
test_model (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", BROKEN);
  g_auto (Worker) worker = worker_start (home);
  home_drop (home, "users.csv", users_text);
  g_autoptr (Json) broken = ask (&worker, MODEL, ASK_FOR_PATH, "users.csv");
  assert_json (broken, "table", "users");
  assert_json (broken, "error.code", "bad_model");
  assert_true (home_has_file (home, "imports/users.csv"));
  /* What is wrong with this is its own, but it is no file that could be refused. */
  g_autofree char *folder = home_path (home, "imports/folder.csv");
  assert_int_equal (mkdir (folder, 0755), 0);
  g_autoptr (Json) no_file = ask (&worker, MODEL, ASK_FOR_PATH, "folder.csv");
  assert_json (no_file, "error.code", "not_a_file");
  assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
  /* Mended: the same worker takes it. */
  home_write_model (home, "users", USERS);
  assert_answer (&worker, DONE, ASK_FOR_PATH, "users.csv");
  worker_end (&worker);
}

/* A request names a file of the drop folder, and nothing else is touched for it. */
static void
test_paths (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_auto (Worker) worker = worker_start (home);
  static const char *const places[] = { "elsewhere/users.csv", "imports/below/users.csv" };
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    home_write_file (home, places[i], users_text);
  home_note_file (home, "imports/below/users.csv");
  g_autofree char *absolute = home_path (home, "elsewhere/users.csv");
  const char *const paths[] = { "../elsewhere/users.csv", "below/users.csv", "./below/../below/users.csv", absolute, "/", "../" };
  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      assert_answer (&worker, MODEL, ASK_FOR_PATH, paths[i]);
      assert_int_equal (home_count_files (home, "elsewhere") + home_count_files (home, "imports/below"), 2);
    }
  worker_end (&worker);
  assert_sql (home, "0", "select count(*) from weir.execution");
}

static void
test_what_is_no_request (void **state)
{
  static const char *const requests[] = { "{\"path\": ",
                                          "users.csv",
                                          "",
                                          "\"users.csv\"",
                                          "[]",
                                          "[\"users.csv\"]",
                                          "{}",
                                          "{\"path\": 1}",
                                          "{\"run\": null}",
                                          "{\"refuse\": \"it died of it\"}",
                                          "{\"Path\": \"users.csv\"}" };
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_auto (Worker) worker = worker_start (home);
  home_drop (home, "users.csv", users_text);
  for (size_t i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (Json) answer = ask (&worker, MODEL, requests[i], NULL);
      g_autofree char *message = json_at (answer, "error.message");
      assert_contains (message, "request");
    }
  assert_sql (home, "0", "select count(*) from weir.execution");
  /* It goes on. */
  assert_answer (&worker, DONE, ASK_FOR_PATH, "users.csv");
  worker_end (&worker);
}

static void
test_run (void **state)
{
  Home *home = *state;
  g_autofree char *run = given_orphan (home);
  g_auto (Worker) worker = worker_start (home);
  g_autoptr (Json) done = ask (&worker, DONE, ASK_FOR_RUN, run);
  assert_load (done, "applied", "read=2 inserted=2 staged=2");
  assert_json (done, "run", run);
  assert_json (done, "file", "users.csv");
  assert_answer (&worker, GONE, ASK_FOR_RUN, run);
  worker_end (&worker);
  assert_int_equal (home_count_files (home, "archive/users"), 1);
  home->oracle = ORACLE_REPLAY;
}

/* Whoever asks may not have seen what died meanwhile: nothing of the table goes before it, but where he knows of it. */
static void
test_claims_come_first (void **state)
{
  Home *home = *state;
  g_autofree char *run = given_orphan (home);
  g_autofree char *known = g_strdup_printf ("{\"path\": \"users-3.csv\", \"claims\": [\"%s\"]}", run);
  home_drop (home, "users-2.csv", "name,email\nTwo,a@x.org\n");
  home_drop (home, "users-3.csv", "name,email\nThree,a@x.org\n");
  home_drop (home, "shops.csv", users_text);
  g_auto (Worker) worker = worker_start (home);
  assert_answer (&worker, BUSY, ASK_FOR_PATH, "users-2.csv");
  assert_answer (&worker, BUSY, "{\"path\": \"users-2.csv\", \"claims\": [\"%s\"]}", "another");
  assert_answer (&worker, DONE, ASK_FOR_PATH, "shops.csv");
  assert_answer (&worker, DONE, known, NULL);
  assert_answer (&worker, DONE, ASK_FOR_RUN, run);
  assert_answer (&worker, DONE, ASK_FOR_PATH, "users-2.csv");
  worker_end (&worker);
}

/* Where only the file's way to the archive is barred, the answer says that its run is over. */
static void
test_over_and_stuck (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_auto (Worker) worker = worker_start (home);
  home_write_file (home, "archive/users", "no folder");
  home_drop (home, "users.csv", users_text);
  g_autoptr (Json) stuck = ask (&worker, LOCAL, ASK_FOR_PATH, "users.csv");
  assert_json (stuck, "over", "true");
  g_autofree char *run = json_at (stuck, "run");
  g_autoptr (Json) still = ask (&worker, LOCAL, ASK_FOR_RUN, run);
  assert_json (still, "over", "true");
  home_remove_file (home, "archive/users");
  assert_answer (&worker, DONE, ASK_FOR_RUN, run);
  worker_end (&worker);
  assert_sql (home, "2", "select count(*) from warehouse.users");
}

static void
test_refuse (void **state)
{
  static const char *const models[] = { USERS, BROKEN };
  Home *outer = *state;
  for (size_t i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autoptr (Home) home = home_new (outer->cluster);
      g_autofree char *run = given_orphan (home);
      home_write_model (home, "users", models[i]);
      g_auto (Worker) worker = worker_start (home);
      if (i == 1)
        assert_answer (&worker, MODEL, ASK_FOR_RUN, run); /* loaded it is with a good model only */
      g_autoptr (Json) done = ask (&worker, DONE, REFUSE_RUN, run);
      assert_json (done, "status", "failed");
      assert_json (done, "run", run);
      assert_error_says (done, "it died of it");
      assert_answer (&worker, GONE, REFUSE_RUN, run);
      worker_end (&worker);
      assert_int_equal (home_count_files (home, "failed"), 2);
      assert_int_equal (home_count_files (home, "imports"), 0);
      assert_sql (home, "FAILED|failed", "select status, disposition from weir.execution join weir.file on run_id = execution_id");
    }
}

/* A run that a living worker has is none to be taken up. */
static void
test_run_in_work (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_drop (home, "users.csv", users_text);
  home_set_environment (home, "WEIR_FAULT", "stop:after-claim");
  g_auto (Worker) one = worker_start (home);
  dprintf (one.requests, ASK_FOR_PATH "\n", "users.csv");
  wait_until (process_find_stopped (home->path, "--worker") != 0);
  home_set_environment (home, "WEIR_FAULT", NULL);
  g_autoptr (GPtrArray) files = home_list_files (home, "imports/.claimed");
  g_autofree char *folder = g_path_get_dirname (files->pdata[0]);
  g_autofree char *run = g_path_get_basename (folder);
  g_auto (Worker) two = worker_start (home);
  assert_answer (&two, BUSY, ASK_FOR_RUN, run);
  assert_answer (&two, BUSY, REFUSE_RUN, run);
  assert_int_equal (kill (one.weir->pid, SIGCONT), 0);
  json_decref (expect_answer (&one, DONE));
  assert_answer (&two, GONE, ASK_FOR_RUN, run);
  worker_end (&one);
  worker_end (&two);
}

/* What only a listing should ask for: a link that somebody put there since is not read, whatever it leads to. */
static void
test_link (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", USERS);
  home_write_file (home, "elsewhere/secret.csv", users_text);
  home_write_file (home, "imports/.keep", "");
  home_note_file (home, "imports/.keep");
  g_autofree char *link = home_path (home, "imports/users.csv");
  assert_int_equal (symlink ("../elsewhere/secret.csv", link), 0);
  g_auto (Worker) worker = worker_start (home);
  g_autoptr (Json) refused = ask (&worker, MODEL, ASK_FOR_PATH, "users.csv");
  assert_json (refused, "error.code", "not_a_file");
  assert_json (refused, "scope", "file");
  worker_end (&worker);
  assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  assert_sql (home, "0", "select count(*) from weir.execution");
  assert_int_equal (unlink (link), 0);
}

static char *
name_file (Home *home, const char *path, const char *key, const char *value, int64_t grown)
{
  g_autofree char *full = home_path (home, path);
  struct stat info;
  assert_int_equal (stat (full, &info), 0);
  return g_strdup_printf ("{\"%s\": \"%s\", \"device\": %" G_GUINT64_FORMAT ", \"inode\": %" G_GUINT64_FORMAT
                          ", \"size\": %" G_GINT64_FORMAT ", \"mtime_ns\": %" G_GINT64_FORMAT "}",
                          key, value, (guint64) info.st_dev, (guint64) info.st_ino, (gint64) info.st_size - grown,
                          (gint64) info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec);
}

/* A request that says which file is meant gets that one or none. */
static void
test_the_file_that_was_listed (void **state)
{
  Home *home = *state;
  g_autofree char *run = given_orphan (home);
  g_autofree char *claimed = g_strdup_printf ("imports/.claimed/%s/users.csv", run);
  g_auto (Worker) worker = worker_start (home);
  g_autofree char *other_orphan = name_file (home, claimed, "run", run, 1);
  g_autofree char *orphan = name_file (home, claimed, "run", run, 0);
  assert_answer (&worker, GONE, "%s", other_orphan);
  assert_answer (&worker, DONE, "%s", orphan);
  home_drop (home, "users.csv", users_text);
  g_autofree char *other = name_file (home, "imports/users.csv", "path", "users.csv", 1);
  g_autofree char *same = name_file (home, "imports/users.csv", "path", "users.csv", 0);
  assert_answer (&worker, GONE, "%s", other);
  assert_true (home_has_file (home, "imports/users.csv"));
  assert_answer (&worker, DONE, "%s", same);
  worker_end (&worker);
  assert_int_equal (home_count_files (home, "imports"), 0);
}

/* What became of a file that is in no folder any more is the ledger's to say: of a load of just now, and of that file. */
static void
test_ended (void **state)
{
  static const struct
  {
    const char *since; /* its end, by the ledger */
    int grown;
    Answer answer;
  } cases[] = { { "0 s", 0, DONE }, { "0 s", 1, GONE }, { "1 hour", 0, GONE } };
  Home *home = *state;
  home_write_model (home, "users", USERS);
  g_auto (Worker) worker = worker_start (home);
  home_drop (home, "users.csv", users_text);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      if (i == 0)
        assert_answer (&worker, DONE, ASK_FOR_PATH, "users.csv");
      sql_run_text (home, "update weir.file set updated_on = clock_timestamp() - interval '%s'", cases[i].since);
      g_autoptr (GPtrArray) kept = home_list_files (home, "archive/users");
      g_autofree char *named = name_file (home, kept->pdata[0], "path", "users.csv", cases[i].grown);
      g_autofree char *request = g_strdup_printf ("{\"ended\": 600, %s", named + 1);
      g_autoptr (Json) answer = ask (&worker, cases[i].answer, "%s", request);
      if (cases[i].answer == DONE)
        assert_load (answer, "applied", "read=2 inserted=2 staged=2");
    }
  worker_end (&worker);
  home->oracle = ORACLE_BY_HAND;
}

/* Then it never is ready: it says why, and ends. */
static void
test_no_database (void **state)
{
  Home *home = *state;
  assert_weir (home, 0, "init", NULL);
  home_lose_database (home);
  g_auto (Worker) worker = worker_begin (home);
  g_autoptr (Json) away = expect_answer (&worker, RETRY);
  assert_json (away, "error.code", "database_unreachable");
  assert_int_equal (background_stop (worker.weir, 0, DEADLINE_SECONDS), 3);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_ready_and_done),
    TEST (test_gone),
    TEST (test_busy),
    TEST (test_waits),
    TEST (test_model),
    TEST (test_paths),
    TEST (test_what_is_no_request),
    TEST (test_run),
    TEST (test_claims_come_first),
    TEST (test_over_and_stuck),
    TEST (test_refuse),
    TEST (test_run_in_work),
    TEST (test_link),
    TEST (test_the_file_that_was_listed),
    TEST (test_ended),
    TEST (test_no_database),
  };
  signal (SIGPIPE, SIG_IGN);
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
