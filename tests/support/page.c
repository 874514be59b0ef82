#include "page.h"

#include "oracle.h"
#include "process.h"

#include <string.h>

#define INDENT "    "
#define PROMPT INDENT "$ "
#define MARK "@@@"

/* Ids, times and what depends on them are another each time; and a page has no blanks at the end of a line, nor of an example. */
static char *
without_changes (const char *text)
{
  static const struct
  {
    const char *pattern, *instead;
  } changes[] = {
    { "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "@id@" },
    { "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{8}(\\.[0-9]{6}\\+00:00)?", "@time@" },
    { "for [0-9]+ s more", "for @n@ s more" },
    { " in [0-9.]+ s:", " in a moment:" },
    { "[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}", "@run@" },
    { "\\b[0-9a-f]{8}\\b", "@run@" },
    { " +\n", "\n" },
    { "\n\n+$", "\n" },
  };
  char *result = g_strdup (text);
  for (size_t i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (GRegex) regex = g_regex_new (changes[i].pattern, 0, 0, NULL);
      char *next = g_regex_replace_literal (regex, result, -1, 0, changes[i].instead, 0, NULL);
      g_free (result);
      result = next;
    }
  return result;
}

/* Its commands as a script that tells them apart, and what each is to print. */
static GPtrArray *
read_page (const char *name, const char *begin, const char *end, GString *script)
{
  g_autofree char *path = g_build_filename (g_getenv ("WEIR_SOURCE"), name, NULL), *page = NULL;
  assert_true (g_file_get_contents (path, &page, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (page, "\n", -1);
  GPtrArray *blocks = g_ptr_array_new_with_free_func (g_free);
  char **line = lines;
  while (begin != NULL && *line != NULL && strcmp (*line, begin) != 0)
    line++;
  while (*line != NULL && g_strcmp0 (*line, end) != 0)
    {
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

guint
page_run (Home *home, const char *name, const char *begin, const char *end)
{
  g_autoptr (GString) script = g_string_new ("exec 2>&1; PATH=$1:$PATH\n");
  g_autoptr (GPtrArray) blocks = read_page (name, begin, end, script);
  g_autofree char *path = home_path (home, "page.sh"), *out = home_path (home, "out");
  home_write_file (home, "page.sh", script->str);
  const char *const argv[] = { "/bin/bash", path, g_getenv ("WEIR_BUILD"), NULL };
  const ProcessSetup setup = { .folder = home->path, .environment = (const char *const *) home->environment->pdata, .out = out };
  assert_int_equal (process_wait_for (process_start (&setup, argv), blocks->len), 0);
  g_autofree char *text = home_read_file (home, "out");
  g_auto (GStrv) parts = g_strsplit (text, MARK "\n", -1);
  assert_int_equal (g_strv_length (parts), blocks->len + 1);
  for (guint i = 0; i < blocks->len; i++)
    {
      g_autofree char *said = without_changes (parts[i]);
      if (strcmp (blocks->pdata[i], "...\n") != 0)
        assert_string_equal (said, blocks->pdata[i]);
    }
  return blocks->len;
}
