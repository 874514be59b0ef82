/* The examples of docs/schedules.md, in one shell, in their order: what they print is what the page says, but for times that depend on the day. */
#include "tests/support/weir.h"

#include <string.h>

#define INDENT "    "
#define PROMPT INDENT "$ "
#define MARK "@@@"

/* Times are others each day, but for those that `weir schedule next` tells: of these each line has two. */
static char *
without_changes (const char *text)
{
  g_autoptr (GRegex) regex =
      g_regex_new ("([A-Z][a-z]{2} )?20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?!:[0-9]{2} UTC|  20)", 0, 0, NULL);
  return g_regex_replace_literal (regex, text, -1, 0, "@time@", 0, NULL);
}

#define MODEL INDENT "{\"table\": \"users\""

/* The page's commands as a script that tells them apart, and what each is to print; its model is the home's. */
static GPtrArray *
read_page (Home *home, GString *script)
{
  g_autofree char *path = g_build_filename (g_getenv ("WEIR_SOURCE"), "docs", "schedules.md", NULL), *page = NULL;
  assert_true (g_file_get_contents (path, &page, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (page, "\n", -1);
  GPtrArray *blocks = g_ptr_array_new_with_free_func (g_free);
  for (char **line = lines; *line != NULL;)
    {
      if (g_str_has_prefix (*line, MODEL))
        home_write_model (home, "users", *line);
      if (!g_str_has_prefix (*line, PROMPT))
        {
          line++;
          continue;
        }
      g_string_append_printf (script, "%s\ncode=$?; [ $code = 0 ] || echo exit code $code\necho %s\n", *line + strlen (PROMPT),
                              MARK);
      g_autoptr (GString) block = g_string_new (NULL);
      for (line++; *line != NULL && g_str_has_prefix (*line, INDENT) && !g_str_has_prefix (*line, PROMPT); line++)
        g_string_append_printf (block, "%s\n", *line + strlen (INDENT));
      g_ptr_array_add (blocks, without_changes (block->str));
    }
  return blocks;
}

static void
test_the_page_says_what_is_so (void **state)
{
  Home *home = *state;
  g_autoptr (GString) script = g_string_new ("exec 2>&1; PATH=$1:$PATH\n");
  g_autoptr (GPtrArray) blocks = read_page (home, script);
  assert_true (blocks->len > 7);
  home_write_file (home, "page.sh", script->str);
  g_autofree char *path = home_path (home, "page.sh"), *out = home_path (home, "out");
  const char *const argv[] = { "/bin/bash", path, g_getenv ("WEIR_BUILD"), NULL };
  const ProcessSetup setup = { .folder = home->path, .environment = (const char *const *) home->environment->pdata, .out = out };
  assert_int_equal (process_wait_for (process_start (&setup, argv), blocks->len), 0);
  g_autofree char *text = home_read_file (home, "out"), *said = without_changes (text);
  g_auto (GStrv) parts = g_strsplit (said, MARK "\n", -1);
  assert_int_equal (g_strv_length (parts), blocks->len + 1);
  for (guint i = 0; i < blocks->len; i++)
    assert_string_equal (parts[i], blocks->pdata[i]);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, home_setup, home_teardown)
  const struct CMUnitTest tests[] = { TEST (test_the_page_says_what_is_so) };
  return cmocka_run_group_tests (tests, cluster_setup, cluster_teardown);
}
