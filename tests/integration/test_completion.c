/* `weir completion bash`, in a bash: what is offered where. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <stdlib.h>

/* The words of a command line as bash cuts them, the last of which is to be completed; and all that is offered. HOME is the home's
 * path. */
static const struct
{
  const char *words, *offered;
} cases[] = {
  { "ini", "init" },
  { "d", "demo diff discard drop db" },
  { "--", "--version --help --home --database" },
  { "load --d", "--dry-run --database" },
  { "--home HOME load --d", "--dry-run --database" },
  { "--home = HOME load --arch", "--archive" },
  { "load --table x --arch", "--archive" },
  { "db --no", "--no-port" },
  { "migrate d", "down" },
  { "migrate h", "history" },
  { "ledger fail", "fail-step fail-execution" },
  { "ledger --log-level DEBUG ini", "init-execution init-step" },
  { "ledger --pipeline init", "" },
  { "ledger run --pip", "--pipeline" },
  { "ledger --rows", "--rows-processed" },
  { "help com", "completion" },
  { "drop us", "users" },
  { "model ''", "users o_d_d shops" },
  { "retry o", "" }, /* its name needs quotes */
  { "key --home HOME u", "users" },
  { "key ro", "rotate" },
  { "key ''", "rotate users o_d_d shops" },
  { "load --table u", "users" },
  { "load --table = u", "users" },
  { "load -t u", "users" },
  { "runs --table sho", "shops" },
  { "retry user", "users.csv" },
  { "runs la", "last" },
  { "log --l", "--level --lines" },
  { "log use", "users.csv" },
  { "--home ''", "" },
  { "load --port ''", "" },
  { "status --names ''", "" },
};

static void
test_bash (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  g_autoptr (Json) users = load_text (home, "users.csv", "name,email\nAnn,a@x.org\n", NULL);
  g_autoptr (Json) shops = load_text (home, "shops.csv", "shop\nA\n", NULL);
  g_autoptr (Json) odd = load_text (home, "o d d.csv", "x\n1\n", NULL);
  g_autoptr (GString) script = g_string_new ("weir=$1; source <($weir completion bash)\n"
                                             "t () { COMP_WORDS=($weir \"$@\"); COMP_CWORD=$#; COMPREPLY=(); _weir; echo "
                                             "\"${COMPREPLY[*]}\"; }\n");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) parts = g_strsplit (cases[i].words, "HOME", -1);
      g_autofree char *words = g_strjoinv (home->path, parts);
      g_string_append_printf (script, "t %s\n", words);
    }
  home_write_file (home, "complete.sh", script->str);
  g_autofree char *path = home_path (home, "complete.sh"), *out = home_path (home, "out");
  g_autofree char *weir = g_build_filename (g_getenv ("WEIR_BUILD"), "weir", NULL);
  const char *const argv[] = { "/bin/bash", path, weir, NULL };
  const ProcessSetup setup = { .folder = home->path, .environment = (const char *const *) home->environment->pdata, .out = out };
  assert_int_equal (process_wait (process_start (&setup, argv)), 0);
  g_autofree char *text = home_read_file (home, "out");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  assert_int_equal (g_strv_length (lines), G_N_ELEMENTS (cases) + 1);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  weir %s\n", cases[i].words);
      assert_string_equal (lines[i], cases[i].offered);
    }
}

/* A shell that completes says nothing of a database that is away. */
static void
test_database_away (void **state)
{
  Home *home = *state;
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  home_lose_database (home);
  g_autoptr (Outcome) tables = expect_weir (home, 0, "status", "--names", NULL);
  assert_string_equal (tables->out, "users\n");
  g_autoptr (Outcome) runs = expect_weir (home, 0, "runs", "--names", NULL);
  assert_string_equal (runs->out, "last\n");
  home_configure (home, "");
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_bash), TEST (test_database_away) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
