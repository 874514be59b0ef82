/* What can be said about db.c without a server; tests/integration has the rest. */
#include "base/db.h"

#include "base/autoptr.h"
#include "base/error.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static void
a_server_that_is_not_there_may_come_later (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-db-XXXXXX", NULL);
  g_autofree char *conninfo = g_strdup_printf ("host=%s dbname=weir user=somebody password=hush-hush", folder);
  g_autoptr (GError) error = NULL;
  assert_null (db_connect (conninfo, "test", -1, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_RETRY));
  assert_string_equal (reason_word (weir_error_get_reason (error)), "database_unreachable");
  assert_non_null (strstr (error->message, folder));
  g_autofree char *text = weir_error_format (error);
  assert_null (strstr (text, "hush-hush"));
  g_rmdir (folder);
}

static void
without_a_connection_string_the_environment_counts (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-db-XXXXXX", NULL);
  setenv ("PGHOST", folder, 1);
  g_autoptr (GError) error = NULL;
  assert_null (db_connect ("", "test", -1, &error));
  unsetenv ("PGHOST");
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_RETRY));
  assert_non_null (strstr (error->message, folder));
  g_rmdir (folder);
}

/* Not one of these may reach the network, nor show the "secret". */
static const char *const unreadable[] = {
  "postgres://user:sec@ret-secret@host/db",
  "postgres://user:secret/word@host/db",
  "postgres://user:secret%zz@host/db",
  "password=my secret host=/nowhere",
  "secret=1",
  "host=/nowhere port=secret",
  "host='secret",
  "host=/nowhere sslmode=bad",
};

static void
a_bad_connection_string_is_refused_without_repeating_it (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (unreadable); i++)
    {
      g_autoptr (GError) error = NULL;
      assert_null (db_connect (unreadable[i], "test", -1, &error));
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
      assert_string_equal (reason_word (weir_error_get_reason (error)), "database_conninfo");
      g_autofree char *text = weir_error_format (error);
      assert_null (strstr (text, "secret"));
    }
}

/* A socket that takes connections and never says a word. */
static int
listen_silently (const char *folder)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  snprintf (address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", folder);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal (bind (fd, (struct sockaddr *) &address, sizeof address), 0);
  assert_int_equal (listen (fd, 1), 0);
  return fd;
}

static void
a_silent_server_is_given_up_or_left_on_request (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-db-XXXXXX", NULL);
  g_autofree char *socket_path = g_build_filename (folder, ".s.PGSQL.5432", NULL);
  AUTO_FD int listener = listen_silently (folder);

  /* when the time is up */
  g_autofree char *conninfo = g_strdup_printf ("host=%s port=5432 connect_timeout=1", folder);
  g_autoptr (GError) error = NULL;
  assert_null (db_connect (conninfo, "test", -1, &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_RETRY));
  assert_string_equal (reason_word (weir_error_get_reason (error)), "database_unreachable");
  g_clear_error (&error);

  /* when somebody asks to stop */
  int stop[2];
  assert_int_equal (pipe (stop), 0);
  assert_int_equal (write (stop[1], "x", 1), 1);
  assert_null (db_connect (conninfo, "test", stop[0], &error));
  assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_STOP));

  close (stop[0]);
  close (stop[1]);
  g_remove (socket_path);
  g_rmdir (folder);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (a_server_that_is_not_there_may_come_later),
    cmocka_unit_test (without_a_connection_string_the_environment_counts),
    cmocka_unit_test (a_bad_connection_string_is_refused_without_repeating_it),
    cmocka_unit_test (a_silent_server_is_given_up_or_left_on_request),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
