#include "src/watch/board.h"

#include "tests/support/process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const BoardEntry busy = {
  .file = "users.csv", .table = "users", .cause = "busy", .text = "another session works on its table", .since = 7, .next = 9
};

/* The members "file" of what is read, in order: "a.csv b.csv ". Owned by the caller. */
static char *
read_names (const char *folder)
{
  g_autoptr (Json) files = board_read (folder);
  GString *names = g_string_new (NULL);
  for (size_t i = 0; i < json_array_size (files); i++)
    g_string_append_printf (names, "%s ", json_string_value (json_object_get (json_array_get (files, i), "file")));
  return g_string_free (names, FALSE);
}

static void
assert_names (const char *folder, const char *expected)
{
  g_autofree char *names = read_names (folder);
  assert_string_equal (names, expected);
}

static void
it_shows_what_was_put_last (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-board-XXXXXX", NULL);
  Board *board = board_new (folder);
  assert_names (folder, "");
  BoardEntry other = busy;
  other.file = "sales.csv";

  board_put (board, &busy);
  assert_names (folder, "");
  board_show (board);
  assert_names (folder, "users.csv ");
  board_put (board, &other);
  board_put (board, &busy);
  board_show (board);
  assert_names (folder, "sales.csv users.csv ");
  board_show (board);
  assert_names (folder, "");

  board_put (board, &busy);
  board_show (board);
  board_free (board);
  assert_names (folder, "");
  assert_int_equal (rmdir (folder), 0);
}

static void
an_entry_is_read_as_it_was_put (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-board-XXXXXX", NULL);
  g_autoptr (Board) board = board_new (folder);
  g_autoptr (Json) more = json_pack ("{s:{s:s}}", "progress", "step", "LOAD");
  BoardEntry entry = busy;
  entry.more = more;
  board_put (board, &entry);
  board_show (board);
  g_autoptr (Json) files = board_read (folder);
  g_autofree char *text = weir_json_text (files);
  assert_string_equal (text, "[{\"file\":\"users.csv\",\"run\":null,\"table\":\"users\",\"cause\":\"busy\",\"text\":"
                             "\"another session works on its table\",\"since\":7,\"next\":9,\"progress\":{\"step\":\"LOAD\"}}]");
  g_clear_pointer (&board, board_free);
  remove_tree (folder);
}

static void
several_supervisors_have_a_board_each (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-board-XXXXXX", NULL);
  Board *first = board_new (folder), *second = board_new (folder);
  board_put (first, &busy);
  board_show (first);
  board_put (second, &busy);
  board_show (second);
  assert_names (folder, "users.csv users.csv ");
  board_free (first);
  assert_names (folder, "users.csv ");
  board_free (second);
  remove_tree (folder);
}

/* A child that shows a board and is killed. */
static void
leave_a_dead_board (const char *folder)
{
  pid_t child = fork ();
  if (child == 0)
    {
      Board *board = board_new (folder);
      board_put (board, &busy);
      board_show (board);
      raise (SIGKILL);
    }
  assert_int_equal (waitpid (child, NULL, 0), child);
}

static int
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  int count = 0;
  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
a_dead_supervisor_says_nothing (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-board-XXXXXX", NULL);
  leave_a_dead_board (folder);
  assert_int_equal (count_files (folder), 1);
  assert_names (folder, "");
  assert_int_equal (count_files (folder), 1);
  assert_false (board_is_shown (folder));
  g_autoptr (Board) board = board_new (folder);
  assert_int_equal (count_files (folder), 1); /* its own */
  assert_true (board_is_shown (folder));
  g_clear_pointer (&board, board_free);
  assert_int_equal (count_files (folder), 0);
  remove_tree (folder);
}

static void
what_is_no_board_is_not_read (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-board-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "waiting-00000000.json", NULL);
  assert_true (g_file_set_contents (path, "{\"files\": [{\"file\": \"x\"}]}", -1, NULL));
  assert_names (folder, "");
  g_autofree char *nowhere = g_build_filename (folder, "none", NULL);
  assert_names (nowhere, "");
  Board *board = board_new (nowhere);
  board_put (board, &busy);
  board_show (board);
  assert_names (nowhere, "");
  board_free (board);
  remove_tree (folder);
}

static void
it_names_no_more_than_people_read (void **state)
{
  (void) state;
  g_autofree char *folder = g_dir_make_tmp ("weir-board-XXXXXX", NULL);
  g_autoptr (Board) board = board_new (folder);
  for (int i = 0; i <= BOARD_MOST_FILES; i++)
    board_put (board, &busy);
  board_show (board);
  g_autoptr (Json) files = board_read (folder);
  assert_int_equal (json_array_size (files), BOARD_MOST_FILES);
  g_clear_pointer (&board, board_free);
  remove_tree (folder);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (it_shows_what_was_put_last),
    cmocka_unit_test (an_entry_is_read_as_it_was_put),
    cmocka_unit_test (several_supervisors_have_a_board_each),
    cmocka_unit_test (a_dead_supervisor_says_nothing),
    cmocka_unit_test (what_is_no_board_is_not_read),
    cmocka_unit_test (it_names_no_more_than_people_read),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
