#include "source.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
source_setup (Home *home, const char *more)
{
  g_autofree char *folder = home_path (home, "source"), *files = home_path (home, "source/files");
  g_assert (g_mkdir_with_parents (files, 0777) == 0);
  g_autofree char *members = g_strdup_printf (
      ", \"connections\": {\"app\": {\"type\": \"fake\", \"folder\": \"%s\"}, \"out\": {\"type\": \"share\", \"program\": "
      "\"weir-connect-fake\", \"folder\": \"%s\"}}%s",
      folder, folder, more);
  home_configure (home, members);
}

void
source_job (Home *home, const char *name, const char *members)
{
  g_autofree char *path = g_strdup_printf ("jobs/%s.json", name);
  g_autofree char *text = strstr (members, "\"from\"") != NULL
                              ? g_strdup_printf ("{%s}", members)
                              : g_strdup_printf ("{\"from\": {\"connection\": \"app\", \"table\": \"rows\"}, %s}", members);
  home_write_file (home, path, text);
}

void
source_rows (Home *home, const char *rows)
{
  g_autofree char *text = g_strdelimit (g_strdup (rows), " ", '\t');
  home_write_file (home, "source/rows", text);
}

void
source_file (Home *home, const char *name, const char *text, double seconds)
{
  g_autofree char *place = g_strconcat ("source/files/", name, NULL), *path = home_path (home, place);
  const struct timespec time = { .tv_sec = 1767225600 + (time_t) seconds, .tv_nsec = (long) ((seconds - (long) seconds) * 1e9) };
  const struct timespec times[] = { time, time };
  home_write_file (home, place, text);
  assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
}

void
source_deed (Home *home, const char *deed)
{
  home_write_file (home, "source/deed", deed);
}

static GStrv
read_asked (Home *home)
{
  g_autofree char *text = home_has_file (home, "source/asked") ? home_read_file (home, "source/asked") : g_strdup ("");
  return g_strsplit (g_strchomp (text), "\n", -1);
}

int
source_asked (Home *home)
{
  g_auto (GStrv) lines = read_asked (home);
  return (int) g_strv_length (lines);
}

Json *
source_request (Home *home, int back)
{
  g_auto (GStrv) lines = read_asked (home);
  int count = (int) g_strv_length (lines);
  assert_true (count > back);
  const char *line = lines[count - 1 - back];
  Json *request = weir_json_parse (line, strlen (line), "request", NULL);
  assert_non_null (request);
  return request;
}

Json *
source_pull (Home *home, int code, const char *job)
{
  g_autoptr (Outcome) outcome = expect_weir (home, code, "pull", "--json", job, NULL);
  return outcome_json_at (outcome, 0);
}

void
assert_position (Home *home, const char *job, const char *expected)
{
  g_autofree char *position = sql_scalar (home, "select position::text from weir.bookmark where source = '%s'", job);
  assert_string_equal (position != NULL ? position : "-", expected);
}

void
assert_nothing_left (Home *home)
{
  assert_int_equal (home_count_files (home, "imports"), 0);
}
