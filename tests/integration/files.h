/* What the tests of SFTP and shares have in common: a folder of their own, files in it, and requests. */
#ifndef WEIR_TESTS_INTEGRATION_FILES_H
#define WEIR_TESTS_INTEGRATION_FILES_H

#include "base/text.h"
#include "tests/support/connector.h"
#include "tests/support/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CURL_PROGRAM "weir-connect-curl"
#define RUN_ID "0190e6f2-0000-4000-8000-000000000001"

/* Of a test: removed with all in it when it ends. */
static inline char *
files_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("weir-files-XXXXXX", &error);
  assert_non_null (folder);
  return folder;
}

static inline char *
files_path (const char *folder, const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* Written long enough ago. Missing folders are made. */
static inline void
files_put (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = files_path (folder, name), *parent = g_path_get_dirname (path);
  assert_int_equal (g_mkdir_with_parents (parent, 0755), 0);
  assert_true (g_file_set_contents (path, text, -1, NULL));
  const struct timespec times[] = { { 1795905001, 0 }, { 1795905001, 0 } };
  assert_int_equal (utimensat (AT_FDCWD, path, times, 0), 0);
}

#define FILES_MTIME "2026-11-28T22:30:01Z"

static inline bool
files_has (const char *folder, const char *name)
{
  g_autofree char *path = files_path (folder, name);
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static inline void
assert_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = files_path (folder, name), *found = NULL;
  if (!g_file_get_contents (path, &found, NULL, NULL))
    fail_msg ("there is no %s", path);
  assert_string_equal (found, text);
}

/* Names in a folder, hidden ones too, sorted, with blanks between. Owned by the caller. */
static inline char *
files_names_in (const char *folder, const char *name)
{
  g_autofree char *path = files_path (folder, name);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GDir *dir = g_dir_open (path, 0, NULL);
  for (const char *entry; dir != NULL && (entry = g_dir_read_name (dir)) != NULL;)
    g_ptr_array_add (names, g_strdup (entry));
  if (dir != NULL)
    g_dir_close (dir);
  g_ptr_array_sort (names, text_compare);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" ", (char **) names->pdata);
}

/* A request: the connection, whose reference is taken, and members as JSON ("\"from\": {...}"). A new reference. */
static inline Json *
files_request (Json *connection, const char *members, ...)
{
  va_list arguments;
  va_start (arguments, members);
  g_autofree char *text = g_strdup_vprintf (members, arguments);
  va_end (arguments);
  g_autofree char *whole =
      g_strdup_printf ("{\"job\": \"nightly\", \"run\": \"" RUN_ID "\"%s%s}", text[0] != '\0' ? ", " : "", text);
  g_autoptr (GError) error = NULL;
  Json *request = weir_json_parse (whole, strlen (whole), "the request", &error);
  if (request == NULL)
    fail_msg ("%s in %s", error->message, whole);
  json_object_set_new (request, "connection", connection);
  return request;
}

/* Two rows of a table "orders": what a delivery says of them, and the spool file. */
#define FILES_SPOOL "\"id\",\"note\"\n\"1\",\"x \"\"y\"\" é;\"\n\"2\",\n"
#define FILES_DELIVERY                                                                                                             \
  "\"delivery\": {\"run\": \"" RUN_ID "\", \"table\": \"orders\", \"kind\": \"dimension\", \"rows\": 2, \"on\": "                  \
  "\"2026-11-28T12:00:00Z\", \"columns\": [{\"name\": \"id\", \"type\": \"bigint\"}, {\"name\": \"note\", \"type\": \"text\"}]}"

#endif
