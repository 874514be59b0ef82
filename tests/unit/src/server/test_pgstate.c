#include "src/server/pgstate.h"

#include "tests/support/process.h"

#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* A server of ours in a folder of its own that never was. */
static int
server_setup (void **state)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-pg-XXXXXX", NULL);
  PgServer *server = g_new0 (PgServer, 1);
  server->home = g_strdup (folder);
  server->state = g_build_filename (folder, "state", NULL);
  server->data = g_build_filename (folder, "data", NULL);
  server->socket = g_build_filename (folder, "socket", NULL);
  server->bin = g_strdup ("/usr/lib/postgresql/15/bin");
  server->version = 15;
  server->owner = geteuid ();
  server->port = 5432;
  mkdir (server->state, 0700);
  mkdir (server->data, 0700);
  mkdir (server->socket, 0700);
  *state = server;
  return 0;
}

static int
server_teardown (void **state)
{
  PgServer *server = *state;
  remove_tree (server->home);
  pgserver_free (server);
  return 0;
}

static void
write_lock (const PgServer *server, pid_t process)
{
  g_autofree char *path = g_build_filename (server->data, "postmaster.pid", NULL);
  g_autofree char *text = g_strdup_printf ("%d\n%s\n1700000000\n5432\n\n\n  1234567  42\nready\n", (int) process, server->data);
  assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* A process that does nothing in a folder. */
static pid_t
idle_in (const char *folder)
{
  int ready[2];
  assert_int_equal (pipe (ready), 0);
  pid_t child = fork ();
  if (child == 0)
    {
      if (chdir (folder) != 0 || write (ready[1], "x", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }
  char byte;
  assert_int_equal (read (ready[0], &byte, 1), 1);
  close (ready[0]);
  close (ready[1]);
  return child;
}

static void
end_process (pid_t process)
{
  kill (process, SIGKILL);
  waitpid (process, NULL, 0);
}

static void
test_what_was_written_is_read (void **state)
{
  PgServer *server = *state;
  pgstate_read (server);
  assert_false (server->recorded);
  assert_int_equal (server->port, 5432);

  server->port = 5433;
  server->tcp = true;
  server->password = g_strdup ("pw");
  assert_true (pgstate_write (server, server->home, NULL));
  g_autofree char *path = g_build_filename (server->state, "server.json", NULL);
  struct stat status;
  assert_int_equal (stat (path, &status), 0);
  assert_int_equal (status.st_mode & 07777, 0600);

  server->port = 0;
  server->tcp = false;
  g_clear_pointer (&server->password, g_free);
  pgstate_read (server);
  assert_true (server->recorded && server->tcp);
  assert_int_equal (server->port, 5433);
  assert_string_equal (server->password, "pw");
  g_autofree char *tcp = pgserver_url (server, true);
  g_autofree char *local = pgserver_url (server, false);
  assert_string_equal (tcp, "postgresql://postgres:pw@127.0.0.1:5433/weir");
  assert_null (strstr (local, "pw@"));
}

static void
test_what_is_recorded (void **state)
{
  PgServer *server = *state;
  g_autofree char *home = NULL, *data = NULL;
  assert_false (pgstate_record (server->state, geteuid (), &home, &data));
  assert_true (pgstate_write (server, "/home/before", NULL));
  assert_true (pgstate_record (server->state, geteuid (), &home, &data));
  assert_string_equal (home, "/home/before");
  assert_string_equal (data, server->data);
  pgstate_read (server);
  assert_true (server->recorded && server->moved);
  assert_true (pgstate_write (server, server->home, NULL));
  pgstate_read (server);
  assert_false (server->moved);
  assert_true (pgstate_forget (server, NULL));
  assert_true (pgstate_forget (server, NULL));
  pgstate_read (server);
  assert_false (server->recorded);
}

/* A home that was moved while its server ran: the socket is where it was. */
static void
test_the_socket_of_a_running_server (void **state)
{
  PgServer *server = *state;
  g_autofree char *own = g_strdup (server->socket);
  g_autofree char *path = g_build_filename (server->data, "postmaster.pid", NULL);
  pid_t postmaster = idle_in (server->data);
  g_autofree char *text = g_strdup_printf ("%d\n/old/data\n1700000000\n5432\n/old/socket\n", (int) postmaster);
  assert_true (g_file_set_contents (path, text, -1, NULL));
  pgstate_look (server);
  assert_string_equal (server->socket, "/old/socket");
  end_process (postmaster);
  g_free (server->socket);
  server->socket = g_strdup (own);
  pgstate_look (server);
  assert_string_equal (server->socket, own);
}

static void
test_whose_process_it_is (void **state)
{
  const PgServer *server = *state;
  assert_int_equal (pgstate_process (server), 0);

  pid_t postmaster = idle_in (server->data), other = idle_in ("/");
  write_lock (server, postmaster);
  assert_int_equal (pgstate_process (server), postmaster);
  write_lock (server, other);
  assert_int_equal (pgstate_process (server), 0);
  end_process (other);
  assert_int_equal (pgstate_process (server), 0);
  end_process (postmaster);
}

static void
test_locks_of_a_crashed_server (void **state)
{
  const PgServer *server = *state;
  g_autofree char *path = g_build_filename (server->data, "postmaster.pid", NULL);
  g_autofree char *lock = g_build_filename (server->socket, ".s.PGSQL.5432.lock", NULL);
  assert_true (g_file_set_contents (lock, "1\n", -1, NULL));
  pid_t other = idle_in ("/");
  write_lock (server, other);
  assert_true (pgstate_clear_locks (server, NULL));
  end_process (other);

  /* The process is nobody's, what PostgreSQL checks the shared memory by is still there. */
  g_autofree char *text = NULL;
  assert_true (g_file_get_contents (path, &text, NULL, NULL));
  assert_true (kill (atoi (text), 0) != 0);
  assert_non_null (strstr (text, "\n  1234567  42\n"));
  assert_false (g_file_test (lock, G_FILE_TEST_EXISTS));

  /* A process that is dead already is left to PostgreSQL. */
  write_lock (server, other);
  assert_true (pgstate_clear_locks (server, NULL));
  g_autofree char *same = NULL;
  assert_true (g_file_get_contents (path, &same, NULL, NULL));
  assert_int_equal (atoi (same), other);
}

static void
test_whether_somebody_listens (void **state)
{
  PgServer *server = *state;
  pgstate_look (server);
  assert_false (server->running);

  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_snprintf (address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", server->socket);
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal (bind (fd, (const struct sockaddr *) &address, sizeof address), 0);
  pgstate_look (server);
  assert_false (server->running);
  assert_int_equal (listen (fd, 1), 0);
  pgstate_look (server);
  assert_true (server->running);
  close (fd);
}

int
main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, server_setup, server_teardown)
  const struct CMUnitTest tests[] = {
    TEST (test_what_was_written_is_read), TEST (test_what_is_recorded),          TEST (test_the_socket_of_a_running_server),
    TEST (test_whose_process_it_is),      TEST (test_locks_of_a_crashed_server), TEST (test_whether_somebody_listens),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
