#include "src/watch/board.h"

#include "base/autoptr.h"
#include "base/error.h"
#include "base/fsutil.h"
#include "base/uid.h"
#include "watcher/lockfd.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#define PREFIX "waiting-"
#define ENDING ".json"
#define FILE_LIMIT (4 * 1024 * 1024)

struct Board
{
  char *path;
  char *next_path; /* where the next one is written */
  int fd;          /* of the one that is shown, locked; -1: none */
  Json *files;     /* what was put so far */
  char *shown;
};

/* Opens the board and tells whether its writer lives. -1: there is none (any more). */
static int
open_board (const char *path, bool *ret_alive)
{
  for (;;)
    {
      AUTO_FD int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
      if (fd < 0)
        return -1;
      *ret_alive = !lockfd_take (fd, LOCK_SH | LOCK_NB);
      /* Nobody holds one that was replaced between open and lock. */
      if (*ret_alive || lockfd_is_in_place (fd, path))
        return fd_steal (&fd);
    }
}

/* Calls "visit" with the path of each board of the folder. */
static void
each_board (const char *folder, void (*visit) (const char *path, Json *files), Json *files)
{
  g_autoptr (DIR) directory = opendir (folder);
  if (directory == NULL)
    return;
  for (struct dirent *entry; (entry = readdir (directory)) != NULL;)
    if (g_str_has_prefix (entry->d_name, PREFIX) && g_str_has_suffix (entry->d_name, ENDING))
      {
        g_autofree char *path = g_build_filename (folder, entry->d_name, NULL);
        visit (path, files);
      }
}

static void
remove_dead (const char *path, Json *files)
{
  (void) files;
  bool alive;
  AUTO_FD int fd = open_board (path, &alive);
  if (fd >= 0 && !alive)
    unlink (path);
}

void
board_free (Board *board)
{
  if (board == NULL)
    return;
  if (board->fd >= 0)
    unlink (board->path);
  fd_cleanup (&board->fd);
  json_decref (board->files);
  g_free (board->shown);
  g_free (board->next_path);
  g_free (board->path);
  g_free (board);
}

void
board_put (Board *board, const BoardEntry *entry)
{
  if (json_array_size (board->files) >= BOARD_MOST_FILES)
    return;
  Json *file = json_pack ("{s:o, s:s?, s:o, s:s, s:o, s:I, s:I}", "file", weir_json_string (entry->file), "run", entry->run,
                          "table", weir_json_string (entry->table), "cause", entry->cause, "text", weir_json_string (entry->text),
                          "since", (json_int_t) entry->since, "next", (json_int_t) entry->next);
  if (entry->more != NULL)
    json_object_update (file, (Json *) entry->more);
  json_array_append_new (board->files, file);
}

/* Locked before it can be seen under its name. */
static bool
replace (Board *board, const char *text)
{
  AUTO_FD int fd = open (board->next_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd < 0)
    return false;
  if (!lockfd_take (fd, LOCK_EX | LOCK_NB) || !fs_write_all (fd, text, strlen (text), board->next_path, NULL)
      || rename (board->next_path, board->path) != 0)
    return unlink (board->next_path), false;
  fd_cleanup (&board->fd);
  board->fd = fd_steal (&fd);
  return true;
}

void
board_show (Board *board)
{
  g_autoptr (Json) root = json_pack ("{s:o}", "files", board->files);
  board->files = json_array ();
  g_autofree char *text = weir_json_text (root);
  if (g_strcmp0 (text, board->shown) == 0 || !replace (board, text))
    return;
  g_free (board->shown);
  board->shown = g_steal_pointer (&text);
}

Board *
board_new (const char *folder)
{
  char id[UID_TEXT_SIZE];
  uid_format (uid_random (), id);
  Board *board = g_new0 (Board, 1);
  board->path = g_strdup_printf ("%s/" PREFIX "%.8s" ENDING, folder, id);
  board->next_path = g_strdup_printf ("%s/." PREFIX "%.8s", folder, id);
  board->fd = -1;
  board->files = json_array ();
  each_board (folder, remove_dead, NULL);
  board_show (board);
  return board;
}

static void
note_alive (const char *path, Json *files)
{
  bool alive;
  AUTO_FD int fd = open_board (path, &alive);
  if (fd >= 0 && alive)
    json_array_append_new (files, json_true ());
}

bool
board_is_shown (const char *folder)
{
  g_autoptr (Json) alive = json_array ();
  each_board (folder, note_alive, alive);
  return json_array_size (alive) > 0;
}

static void
read_alive (const char *path, Json *files)
{
  bool alive;
  AUTO_FD int fd = open_board (path, &alive);
  if (fd < 0 || !alive)
    return;
  g_autofree char *text = NULL;
  size_t length;
  if (!fs_read_file (path, FILE_LIMIT, &text, &length, NULL))
    return;
  g_autoptr (Json) root = weir_json_parse (text, length, path, NULL);
  Json *own = json_object_get (root, "files");
  if (json_is_array (own))
    json_array_extend (files, own);
}

Json *
board_read (const char *folder)
{
  Json *files = json_array ();
  each_board (folder, read_alive, files);
  return files;
}
