/* What is offered where: by `weir completion bash` in a bash; in a zsh and a fish, where they are installed. */
#include "tests/support/oracle.h"
#include "tests/support/weir.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The words of a command line as bash cuts them, the last of which is to be completed; and all that is offered. HOME is the home's
 * path. */
static const struct
{
  const char *words, *offered;
} cases[] = {
  { "ini", "init" },
  { "d", "demo diff discard drop discover db" },
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
  { "pull ''", "orders" },
  { "push ''", "orders send" },
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
  { "history ''", "users o_d_d shops" },
  { "history users ''", "" },
  { "ledger host=x wa", "wait" },
  { "ledger run -- --pi", "" },
  { "check ''", "app dwh orders send" },
  { "discover a", "app" },
  { "push --to ''", "app dwh" },
  { "bookmark ''", "rewind set forget orders send" },
  { "bookmark rewind o", "orders" },
  { "pause o", "orders" },
  { "schedule run-now ''", "pull:orders" },
  { "pull orders o", "orders" },
  { "push orders ''", "" },
  { "help bookmark ''", "rewind set forget" },
  { "help bookmark set ''", "" },
  { "help pull ''", "" },
};

/* Command lines as they are typed; and all that is offered, in order of names. */
static const struct
{
  const char *line, *offered;
} typed[] = {
  { "ini", "init" },
  { "d", "db demo diff discard discover drop" },
  { "--", "--database --help --home --version" },
  { "load --d", "--database --dry-run" },
  { "--home HOME load --d", "--database --dry-run" },
  { "--home=HOME load --arch", "--archive" },
  { "migrate d", "down" },
  { "ledger --log-level DEBUG ini", "init-execution init-step" },
  { "ledger --log-level ", "CRITICAL DEBUG ERROR INFO WARNING" },
  { "ledger --log-level=E", "ERROR" },
  { "help com", "completion" },
  { "drop us", "users" },
  { "model ", "o_d_d shops users" },
  { "key ", "o_d_d rotate shops users" },
  { "load --table u", "users" },
  { "load --table=u", "users" },
  { "runs --table sho", "shops" },
  { "retry user", "users.csv" },
  { "check a", "app" },
  { "bookmark rewind o", "orders" },
};

/* Some tables and runs, connections and a job. */
static void
load_some (Home *home)
{
  home_write_model (home, "users", "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}");
  g_autoptr (Json) users = load_text (home, "users.csv", "name,email\nAnn,a@x.org\n", NULL);
  g_autoptr (Json) shops = load_text (home, "shops.csv", "shop\nA\n", NULL);
  home_configure (home, ", \"connections\": {\"app\": {\"type\": \"x\"}, \"dwh\": {\"type\": \"x\"}}");
  home_write_file (home, "jobs/orders.json", "{\"from\": {\"connection\": \"app\"}, \"mode\": \"dump\", \"every\": \"1 hour\"}");
  assert_weir (home, 0, "schedule", NULL); /* from then on it is known by its name there */
  home_write_file (home, "jobs/send.json", "{\"table\": \"users\", \"deliver\": [{\"to\": \"dwh\", \"mode\": \"append\"}]}");
  g_autoptr (Json) odd = load_text (home, "o d d.csv", "x\n1\n", NULL);
}

static void
test_bash (void **state)
{
  Home *home = *state;
  load_some (home);
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
  assert_int_equal (process_wait_for (process_start (&setup, argv), G_N_ELEMENTS (cases)), 0);
  g_autofree char *text = home_read_file (home, "out");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  assert_int_equal (g_strv_length (lines), G_N_ELEMENTS (cases) + 1);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      print_message ("  weir %s\n", cases[i].words);
      assert_string_equal (lines[i], cases[i].offered);
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* "--table=users shops" in order, without what stands before the value. Owned by the caller. */
static char *
in_order (const char *offered)
{
  g_auto (GStrv) names = g_strsplit (offered, " ", -1);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  for (int i = 0; names[i] != NULL; i++)
    {
      const char *value = g_str_has_prefix (names[i], "--") ? strchr (names[i], '=') : NULL;
      if (names[i][0] != '\0')
        g_ptr_array_add (sorted, (gpointer) (value != NULL ? value + 1 : names[i]));
    }
  g_ptr_array_sort (sorted, compare_names);
  g_ptr_array_add (sorted, NULL);
  return g_strjoinv (" ", (char **) sorted->pdata);
}

/* A command for sh that reads the lines, and prints what a shell offers for each. */
static void
try_lines (Home *home, const char *shell, const char *command)
{
  if (access (shell, X_OK) != 0)
    {
      print_message ("  %s is not installed: not tried\n", shell);
      skip ();
    }
  load_some (home);
  g_autoptr (GString) all = g_string_new (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (typed); i++)
    g_string_append_printf (all, "%s\n", typed[i].line);
  g_string_replace (all, "HOME", home->path, 0);
  home_write_file (home, "lines", all->str);
  g_autofree char *out = home_path (home, "out");
  const char *const argv[] = { "/bin/sh", "-c", command, g_getenv ("WEIR_SOURCE"), g_getenv ("WEIR_BUILD"), NULL };
  const ProcessSetup setup = { .folder = home->path, .environment = (const char *const *) home->environment->pdata, .out = out };
  assert_int_equal (process_wait_for (process_start (&setup, argv), G_N_ELEMENTS (typed)), 0);
  g_autofree char *text = home_read_file (home, "out");
  g_auto (GStrv) offered = g_strsplit (text, "\n", -1);
  assert_int_equal (g_strv_length (offered), G_N_ELEMENTS (typed) + 1);
  for (size_t i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      g_autofree char *names = in_order (offered[i]);
      print_message ("  weir %s\n", typed[i].line);
      assert_string_equal (names, typed[i].offered);
    }
}

static void
test_zsh (void **state)
{
  try_lines (*state, "/bin/zsh", "exec /bin/zsh -f $0/tests/support/completion.zsh $1 <lines");
}

static void
test_fish (void **state)
{
  try_lines (*state, "/usr/bin/fish",
             "PATH=$1:/usr/bin:/bin exec /usr/bin/fish --no-config -c 'source (weir completion fish | psub); while read -l line; "
             "echo (complete -C \"weir $line\" | string replace -r \"\\t.*\" \"\"); end' <lines");
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
  const struct CMUnitTest tests[] = { TEST (test_bash), TEST (test_zsh), TEST (test_fish), TEST (test_database_away) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
