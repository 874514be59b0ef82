/* Who may see and do what on the page, its bounds, what it counts, and what it is without a database. */
#include "tests/support/web_page.h"

#include "base/autoptr.h"
#include "src/page/page_db.h"

#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define HELD_CUSTOMERS CUSTOMERS ", \"absent\": \"close\", \"guard\": {\"close_percent\": 10}"

/* ---- who may ----------- */

static char *
field_of (const char *form, const char *name)
{
  g_autofree char *from = g_strdup_printf ("name=\"%s\" value=\"", name);
  const char *value = strstr (form, from);
  return value != NULL ? g_strndup (value + strlen (from), strcspn (value + strlen (from), "\"")) : NULL;
}

/* Whether the last decision has ended well, and nothing is held any more. */
static bool
is_decided (int port, const char *cookie)
{
  g_autoptr (Reply) reply = http_ask (port, "GET", "/api/held", cookie, NULL);
  g_autoptr (Json) object = reply_json (reply);
  g_autofree char *code = json_at (object, "deeds.0.code");
  return g_strcmp0 (code, "0") == 0 && json_array_size (json_object_get (object, "held")) == 0;
}

/* Two held exports. */
static void
hold_two (Home *home)
{
  home_write_model (home, "customers", HELD_CUSTOMERS "}");
  load_and_count (home, "customers_2026-01-10.csv", "customer,city\nann,Oslo\nbob,Bonn\ncai,Rome\n", "read=3 inserted=3 staged=3");
  for (int day = 11; day < 13; day++)
    {
      g_autofree char *name = g_strdup_printf ("customers_2026-01-%d.csv", day), *path = g_strdup_printf ("imports/%s", name);
      home_drop (home, name, "customer,city\nann,Oslo\n");
      assert_weir (home, 1, "load", "--archive", path, NULL);
    }
}

static void
test_only_with_the_token_from_here_files_are_approved (void **state)
{
  Home *home = *state;
  int port;
  if (!page_is_built ())
    skip ();
  hold_two (home);
  g_autoptr (Background) page = start_page (home, &port);
  g_autofree char *run = sql_scalar (home, "select run_id from weir.file where file_name = 'customers_2026-01-11.csv'");
  g_autofree char *other = sql_scalar (home, "select run_id from weir.file where file_name = 'customers_2026-01-12.csv'");
  g_autofree char *path = g_strdup_printf ("/held/%s", run), *other_path = g_strdup_printf ("/held/%s", other);
  g_autoptr (Reply) plain = http_get (port, 200, "/held");
  assert_true (strstr (plain->body, "It would close, for instance: bob, cai") != NULL
               || strstr (plain->body, "It would close, for instance: cai, bob") != NULL);
  assert_lacks (plain->body, "<button type=\"submit\" name=\"act\"");
  home_write_model (home, "customers", HELD_CUSTOMERS ", \"columns\": {\"customer\": {\"type\": \"text\", \"pii\": true}}}");
  wait_until (page_says (port, "/held", "", "Its keys are not shown here"));
  home_write_model (home, "customers", HELD_CUSTOMERS "}");

  /* The address of `weir page token`, and no other, gives a session. */
  g_autofree char *listen = g_strdup_printf ("127.0.0.1:%d", port);
  g_autoptr (Outcome) token = expect_weir (home, 0, "page", "--listen", listen, "token", NULL);
  const char *code = strstr (token->out, "/token?code=");
  assert_non_null (code);
  g_autofree char *address = g_strchomp (g_strdup (code));
  g_autoptr (Reply) wrong = http_get (port, 403, "/token?code=9999999999.00");
  g_autoptr (Reply) entered = http_get (port, 303, address);
  g_autofree char *set = reply_header (entered, "Set-Cookie");
  assert_contains (set, "; HttpOnly; SameSite=Strict");
  g_autofree char *pair = g_strndup (set, strcspn (set, ";"));
  g_autofree char *cookie = g_strdup_printf ("Cookie: %s\r\n", pair);
  g_autofree char *cookie_here = g_strdup_printf ("%sOrigin: http://127.0.0.1:%d\r\n", cookie, port);
  g_autoptr (Reply) with = http_ask (port, "GET", "/held", cookie, NULL);
  const char *form = strstr (with->body, path), *other_form = strstr (with->body, other_path);
  assert_true (form != NULL && other_form != NULL);
  g_autofree char *seal = field_of (form, "seal"), *other_seal = field_of (other_form, "seal");
  g_autofree char *good = g_strdup_printf ("seal=%s&act=approve", seal),
                  *of_other = g_strdup_printf ("seal=%s&act=approve", other_seal);
  g_autofree char *here = g_strdup_printf ("Origin: http://127.0.0.1:%d\r\n", port);
  g_autofree char *foreign = g_strdup_printf ("%sOrigin: http://evil.example\r\n", cookie);
  g_autofree char *rebound = g_strdup_printf ("%sHost: evil.example:%d\r\nOrigin: http://evil.example:%d\r\n", cookie, port, port);
  g_autofree char *forged = g_strdup_printf ("Cookie: %.*s.00\r\n%s", (int) (strchr (pair, '.') - pair), pair, here);
  const struct
  {
    const char *headers, *body;
    int status;
  } refused[] = { { cookie, good, 403 },          /* nobody says where the form is from */
                  { foreign, good, 403 },         /* another page */
                  { rebound, good, 421 },         /* a name that somebody else gave to our address */
                  { here, good, 403 },            /* without the session */
                  { forged, good, 403 },          /* with one that was made up */
                  { cookie_here, of_other, 403 }, /* the seal of another file */
                  { cookie_here, "act=approve", 403 },
                  { cookie_here, "", 403 } };
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (Reply) reply = http_ask (port, "POST", path, refused[i].headers, refused[i].body);
      if (reply->status != refused[i].status)
        fail_msg ("row %zu: %d, not %d", i, reply->status, refused[i].status);
    }
  assert_sql (home, "2", "select count(*) from weir.file where state = 'held'");

  /* The buttons are the commands. */
  g_autoptr (Reply) done = http_ask (port, "POST", path, cookie_here, good);
  assert_int_equal (done->status, 303);
  wait_until (sql_number (home, "select count(*) from weir.file where run_id = '%s' and state = 'applied'", run) == 1);
  g_autofree char *discard = g_strdup_printf ("seal=%s&act=discard", other_seal);
  reply_free (http_ask (port, "POST", other_path, cookie_here, discard));
  wait_until (sql_number (home, "select count(*) from weir.file where run_id = '%s' and state = 'failed'", other) == 1);
  wait_until (is_decided (port, cookie));
  g_autofree char *mode_path = home_path (home, ".weir/page_token");
  struct stat status;
  assert_int_equal (stat (mode_path, &status), 0);
  assert_int_equal (status.st_mode & 0777, 0600);
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
}

static void
test_names_and_methods (void **state)
{
  Home *home = *state;
  int port;
  if (!page_is_built ())
    skip ();
  home_configure (home, ", \"page\": {\"hosts\": [\"weir.example.org\"]}");
  g_autoptr (Background) page = start_page (home, &port);
  static const struct
  {
    const char *host;
    int status;
  } hosts[] = { { "Host: 127.0.0.1\r\n", 200 },     { "Host: localhost:1\r\n", 200 },
                { "Host: [::1]:8080\r\n", 200 },    { "Host: weir.example.org:80\r\n", 200 },
                { "Host: evil.example\r\n", 421 },  { "Host: weir.example.org.evil\r\n", 421 },
                { "Host: localhost.evil\r\n", 421 } };
  for (size_t i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr (Reply) reply = http_ask (port, "GET", "/healthz", hosts[i].host, NULL);
      if (reply->status != hosts[i].status)
        fail_msg ("%s: %d, not %d", hosts[i].host, reply->status, hosts[i].status);
    }
  static const char *const methods[] = { "PUT", "DELETE", "OPTIONS", "TRACE" };
  for (size_t i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (Reply) reply = http_ask (port, methods[i], "/", "", NULL);
      assert_int_equal (reply->status, 405);
    }
  /* The program that is the page can write nothing. */
  g_autoptr (Settings) settings = settings_load_home (home->path, HOME_REQUIRED, NULL);
  g_autoptr (PageDb) page_db = page_db_new (settings);
  Db *db = page_db_get (page_db, NULL);
  assert_non_null (db);
  g_autoptr (GError) error = NULL;
  assert_false (db_exec (db, "create schema made", &error));
  assert_string_equal (weir_error_get_sqlstate (error), "25006"); /* read_only_sql_transaction */
  assert_int_equal (background_stop (page, SIGINT, 10), 0);
}

static void
test_bounds (void **state)
{
  Home *home = *state;
  int port;
  if (!page_is_built ())
    skip ();
  g_autoptr (Background) page = start_page (home, &port);
  g_autofree char *long_body = g_strnfill (5000, 'x'), *long_header = g_strnfill (40000, 'y');
  g_autofree char *too_long = g_strdup_printf ("X-Long: %s\r\n", long_header);
  g_autoptr (Reply) body = http_ask (port, "POST", "/find/customers", "", long_body);
  assert_int_equal (body->status, 413);
  g_autoptr (Reply) headers = http_ask (port, "GET", "/healthz", too_long, NULL);
  assert_int_not_equal (headers->status, 200);
  g_autoptr (Reply) none = http_send (http_connect (port), "GET /healthz HTTP/1.1\r\n\r\n");
  assert_int_not_equal (none->status, 200);
  /* Who opens many connections and says nothing keeps out himself alone, and not for ever. */
  int open[40];
  for (size_t i = 0; i < G_N_ELEMENTS (open); i++)
    open[i] = http_connect (port);
  char byte;
  assert_int_equal (recv (open[39], &byte, 1, 0), 0);
  for (size_t i = 0; i < G_N_ELEMENTS (open); i++)
    close (open[i]);
  wait_until (page_says (port, "/healthz", "", "healthy"));
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
}

static void
test_it_is_not_open_to_all (void **state)
{
  Home *home = *state;
  if (!page_is_built ())
    skip ();
  g_autoptr (Outcome) open = expect_weir (home, 2, "page", "--listen", "0.0.0.0:0", NULL);
  assert_contains (open->err, "without a password or TLS");
  assert_contains (open->err, "\"network\": \"private\"");
  g_autoptr (Outcome) nowhere = expect_weir (home, 2, "page", "--listen", "example.org:80", NULL);
  assert_contains (nowhere->err, "the page cannot listen on \"example.org:80\"");
  g_autoptr (Outcome) wrong = expect_weir (home, 2, "page", "tokens", NULL);
  assert_contains (wrong->err, "the word is token, or none");

  home_configure (home,
                  ", \"page\": {\"listen\": \"0.0.0.0:0\", \"password_file\": \"secret\", \"lissten\": 1, \"network\": \"home\"}");
  g_autoptr (Outcome) mistakes = expect_weir (home, 2, "page", NULL);
  assert_contains (mistakes->err, "$.page.lissten: unknown member \"lissten\"; did you mean \"listen\"?");
  assert_contains (mistakes->err, "$.page.network: ");
  home_configure (home, ", \"page\": {\"listen\": \"0.0.0.0:0\", \"password_file\": \"secret\"}");
  home_write_file (home, "secret", "correct horse battery\n");
  g_autofree char *path = home_path (home, "secret");
  chmod (path, 0644);
  g_autoptr (Outcome) readable = expect_weir (home, 2, "page", NULL);
  assert_contains (readable->err, "can be read by others");
  chmod (path, 0600);
  g_autoptr (Background) page = spawn_weir (home, "page", NULL);
  wait_until (background_said (page, "://127.0.0.1:"));
  g_autofree char *said = background_text (page);
  int port = page_port (said);
  assert_contains (said, "without \"tls\" the password and the pages go over the network as they are");
  reply_free (http_get (port, 200, "/healthz"));
  reply_free (http_get (port, 200, "/readyz"));
  static const char *const closed[] = { "/", "/api/overview", "/metrics", "/style.css", "/runs", "/token?code=1" };
  for (size_t i = 0; i < G_N_ELEMENTS (closed); i++)
    reply_free (http_get (port, 401, closed[i]));
  g_autoptr (Reply) in = http_ask (port, "GET", "/", "Authorization: Basic d2Vpcjpjb3JyZWN0IGhvcnNlIGJhdHRlcnk=\r\n", NULL);
  g_autoptr (Reply) out = http_ask (port, "GET", "/", "Authorization: Basic d2Vpcjpjb3JyZWN0IGhvcnNlIGJhdHRlcno=\r\n", NULL);
  assert_int_equal (in->status, 200);
  assert_int_equal (out->status, 401);
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
}

/* With a certificate of its own; told by openssl, which needs no more than to shake hands. */
static void
test_tls (void **state)
{
  Home *home = *state;
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  if (!page_is_built () || openssl == NULL)
    skip ();
  g_autofree char *log = home_path (home, "openssl.log");
  const char *const make[] = { openssl,         "req",     "-new",     "-x509",
                               "-newkey",       "ec",      "-pkeyopt", "ec_paramgen_curve:prime256v1",
                               "-days",         "2",       "-nodes",   "-subj",
                               "/CN=localhost", "-keyout", "page.key", "-out",
                               "page.crt",      NULL };
  const ProcessSetup setup = { .folder = home->path, .out = log };
  assert_int_equal (process_wait (process_start (&setup, make)), 0);
  home_configure (home, ", \"page\": {\"listen\": \"0.0.0.0:0\", \"tls\": {\"certificate\": \"page.crt\", \"key\": \"page.key\"}}");
  g_autoptr (Background) page = spawn_weir (home, "page", NULL);
  wait_until (background_said (page, "https://127.0.0.1:"));
  g_autofree char *said = background_text (page);
  assert_contains (said, "without \"password_file\" everybody who reaches the address sees the page");
  home_write_file (home, "request", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  g_autofree char *command = g_strdup_printf (
      "%s s_client -quiet -verify_return_error -CAfile page.crt -connect 127.0.0.1:%d <request", openssl, page_port (said));
  const char *const ask[] = { "/bin/sh", "-c", command, NULL };
  assert_int_equal (process_wait (process_start (&setup, ask)), 0);
  g_autofree char *answer = home_read_file (home, "openssl.log");
  assert_contains (answer, "HTTP/1.1 200 OK");
  assert_contains (answer, "\r\nhealthy\n");
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
  /* What is no certificate is told at the start. */
  home_configure (home,
                  ", \"page\": {\"listen\": \"127.0.0.1:0\", \"tls\": {\"certificate\": \"request\", \"key\": \"page.key\"}}");
  g_autoptr (Outcome) none = expect_weir (home, 2, "page", NULL);
  assert_contains (none->err, "are no certificate and its key (PEM)");
}

/* ---- metrics, and a database that is away ---- */

/* Each line is a comment of its kind, or NAME{LABELS} NUMBER, of a metric that was told before. */
static void
assert_prometheus (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GRegex) sample = g_regex_new (
      "^(weir_[a-z_]+)(\\{[a-z]+=\"([^\"\\\\]|\\\\[\\\\\"n])*\"(,[a-z]+=\"([^\"\\\\]|\\\\[\\\\\"n])*\")*\\})? [0-9.e+-]+$", 0, 0,
      NULL);
  g_autofree char *told = g_strdup ("");
  assert_true (g_str_has_suffix (text, "\n"));
  for (char **line = lines; (*line)[0] != '\0'; line++)
    {
      g_autoptr (GMatchInfo) match = NULL;
      if (g_str_has_prefix (*line, "# HELP "))
        continue;
      if (g_str_has_prefix (*line, "# TYPE "))
        {
          g_free (told);
          told = g_strndup (*line + 7, strcspn (*line + 7, " "));
          continue;
        }
      if (!g_regex_match (sample, *line, 0, &match))
        fail_msg ("no sample: %s", *line);
      g_autofree char *name = g_match_info_fetch (match, 1);
      assert_string_equal (name, told);
    }
}

static void
test_metrics_count_each_run_once (void **state)
{
  static const char runs[] = "weir_runs_total{table=\"customers\",state=\"applied\"} 2\n";
  static const char none[] = "state=\"pipeline\"", one[] = "weir_runs_total{table=\"\",state=\"pipeline\"} 1\n";
  Home *home = *state;
  int port;
  if (!page_is_built ())
    skip ();
  load_customers (home);
  sql_run_text (home, "update weir.execution set started_on = started_on - interval '1 minute'");
  g_autoptr (Background) page = start_page (home, &port);
  g_autoptr (Reply) first = http_get (port, 200, "/metrics");
  assert_prometheus (first->body);
  assert_contains (first->body, runs);
  assert_contains (first->body, "weir_rows_total{table=\"customers\",kind=\"read\"} 6\n");
  assert_contains (first->body, "weir_rows_total{table=\"customers\",kind=\"deactivated\"} 2\n");
  assert_contains (first->body, "weir_database_up 1\n");
  assert_contains (first->body, "weir_last_success_timestamp_seconds{table=\"customers\"} 1");
  /* One that is under way is seen, and counted once it is over; then no more. */
  sql_run_text (home, "insert into weir.execution (execution_id, status, started_on, pipeline) values "
                      "('11111111-1111-4111-8111-111111111111', 'IN_PROGRESS', now(), 'nightly')");
  wait_until (sql_number (home, "select (clock_timestamp() - started_on > interval '2 seconds')::integer from weir.execution where "
                                "pipeline = 'nightly'")
              == 1);
  g_autoptr (Reply) second = http_get (port, 200, "/metrics");
  assert_contains (second->body, runs);
  assert_lacks (second->body, none);
  sql_run_text (home,
                "update weir.execution set status = 'COMPLETED', completed_on = now(), execution_time_ms = 2500 where status = "
                "'IN_PROGRESS'");
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (Reply) third = http_get (port, 200, "/metrics");
      assert_contains (third->body, runs);
      assert_contains (third->body, one);
      assert_contains (third->body, "weir_run_seconds_total{table=\"\",state=\"pipeline\"} 2.5\n");
    }
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
}

static void
test_without_a_database_the_folders_are_told (void **state)
{
  Home *home = *state;
  int port;
  if (!page_is_built ())
    skip ();
  home_drop (home, "orders.csv", "a,b\n1,2\n");
  home_lose_database (home);
  g_autoptr (Background) page = start_page (home, &port);
  reply_free (http_get (port, 200, "/healthz"));
  reply_free (http_get (port, 503, "/readyz"));
  g_autoptr (Reply) overview = http_get (port, 503, "/"), object = http_get (port, 503, "/api/overview");
  assert_contains (overview->body, "The database cannot be asked.");
  assert_contains (overview->body, "orders.csv");
  assert_contains (overview->body, "<span class=\"figure\">–</span>\n<span class=\"label\">held</span>");
  g_autoptr (Json) json = reply_json (object);
  assert_json (json, "database.reachable", "false");
  assert_json (json, "waiting.0.file", "orders.csv");
  g_autoptr (Reply) runs = http_get (port, 503, "/runs"), held = http_get (port, 503, "/api/held");
  assert_contains (runs->body, "The database cannot be asked now");
  assert_contains (held->body, "\"code\": \"database_unreachable\"");
  assert_lacks (overview->body, CLUSTER_PASSWORD);
  assert_lacks (object->body, CLUSTER_PASSWORD);
  g_autoptr (Reply) metrics = http_get (port, 200, "/metrics");
  assert_prometheus (metrics->body);
  assert_contains (metrics->body, "weir_database_up 0\n");
  assert_lacks (metrics->body, "weir_held_files ");
  assert_true (strstr (metrics->body, "weir_files{state=\"ready\"} 1\n") != NULL
               || strstr (metrics->body, "weir_files{state=\"settling\"} 1\n") != NULL);
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
  home_configure (home, "");
  home_take_back (home, "orders.csv");
}

/* One that takes connections and says nothing: where nobody is given up, nobody else is answered, and the page does not end. */
static void
test_a_silent_database_keeps_nobody (void **state)
{
  Home *home = *state;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int port;
  if (!page_is_built ())
    skip ();
  AUTO_FD int silent = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal (bind (silent, (const struct sockaddr *) &address, sizeof address), 0);
  assert_int_equal (listen (silent, 16), 0);
  assert_int_equal (getsockname (silent, (struct sockaddr *) &address, &length), 0);
  g_autofree char *settings =
      g_strdup_printf ("{\"database\": \"postgresql://weir@127.0.0.1:%d/none?connect_timeout=0\"}\n", ntohs (address.sin_port));
  home_write_file (home, "weir.json", settings);
  g_autoptr (Background) page = start_page (home, &port);
  reply_free (http_get (port, 503, "/readyz"));
  reply_free (http_get (port, 200, "/healthz"));
  g_autoptr (Reply) overview = http_get (port, 503, "/");
  assert_contains (overview->body, "The database cannot be asked.");
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
  home_configure (home, "");
}

/* What is locked when the counters are first asked for is counted when it is free. */
static void
test_metrics_wait_for_a_locked_ledger (void **state)
{
  Home *home = *state;
  int port;
  if (!page_is_built ())
    skip ();
  load_customers (home);
  sql_run_text (home, "update weir.execution set started_on = started_on - interval '1 minute'");
  g_autoptr (Background) page = start_page (home, &port);
  g_autoptr (Db) somebody = db_connect (home->url, "somebody", -1, NULL);
  assert_true (db_exec (somebody, "begin", NULL) && db_exec (somebody, "lock table weir.execution in access exclusive mode", NULL));
  g_autoptr (Reply) locked = http_ask (port, "GET", "/metrics", "", NULL);
  assert_int_not_equal (locked->status, 0);
  assert_true (db_exec (somebody, "rollback", NULL));
  g_autoptr (Reply) free = http_get (port, 200, "/metrics");
  assert_contains (free->body, "weir_runs_total{table=\"customers\",state=\"applied\"} 2\n");
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
}

/* A connection that the server ends is made anew. */
static void
test_a_lost_connection_is_made_again (void **state)
{
  Home *home = *state;
  int port;
  if (!page_is_built ())
    skip ();
  g_autoptr (Background) page = start_page (home, &port);
  reply_free (http_get (port, 200, "/"));
  sql_run_as_superuser (
      home,
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'weir'");
  wait_until (
      sql_number (home, "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'weir'")
      == 0);
  reply_free (http_get (port, 200, "/runs"));
  assert_int_equal (background_stop (page, SIGTERM, 10), 0);
}

static void
test_a_watch_has_it_beside_it (void **state)
{
  Home *home = *state;
  if (!page_is_built ())
    skip ();
  home_configure (home, ", \"page\": {\"listen\": \"127.0.0.1:0\"}");
  g_autoptr (Background) watch = start_watch (home);
  wait_until (background_said (watch, "page: http://127.0.0.1:"));
  g_autofree char *said = background_text (watch);
  int port = page_port (said);
  home_drop (home, "orders.csv", "a,b\n1,2\n");
  wait_until (page_says (port, "/api/runs?state=staged", "", "\"file\": \"orders.csv\""));
  stop_watch (watch);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_only_with_the_token_from_here_files_are_approved),
    TEST (test_names_and_methods),
    TEST (test_bounds),
    TEST (test_it_is_not_open_to_all),
    TEST (test_tls),
    TEST (test_metrics_count_each_run_once),
    TEST (test_without_a_database_the_folders_are_told),
    TEST (test_a_silent_database_keeps_nobody),
    TEST (test_metrics_wait_for_a_locked_ledger),
    TEST (test_a_lost_connection_is_made_again),
    TEST (test_a_watch_has_it_beside_it),
  };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
