/* weir-connect-fake: a source for tests, which is a folder ("folder" of the connection).
 *
 *   rows        its only table, a row a line: id, when it was changed (any text that sorts), name, email; separated by tabs
 *   files/      files as they lie
 *   deed        what it is to do wrong, and how often: "transient 2"; each call counts one down, and the next line follows. Words: transient, full, credentials, configuration, gap,
 *               crash, silent (no done), hang, leak (does not mask), lie (the same, and says that it does), damaged (the same, and a NUL byte
 *               is in its first row), endless (more, and the same position), wrong (not its SHA-256), incomplete, lost (does not say where
 *               it ended), open (the window may get more rows), wordy (all that a line has room for), keep (no file may be removed)
 *   stays       a file that may not be removed
 *   grows       a file that is never as it was listed
 *   sent/       what was delivered: a file for each mark, RUN.csv, however often it came
 *   asked       gets each request, a line each
 *   go          "wait" of the deed, and "stall", which then has no such table: it waits until this is there */
#include "base/fsutil.h"
#include "base/json.h"
#include "connect/connector.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  long id;
  char *changed, *name, *email;
} Row;

static char *
path_of (const Request *request, const char *name)
{
  return g_build_filename (connect_text (request->connection, "connection", "folder", true), name, NULL);
}

static void
note_request (const Request *request)
{
  g_autofree char *path = path_of (request, "asked"), *text = weir_json_text (request->json);
  FILE *file = fopen (path, "ae");
  if (file == NULL)
    return;
  fprintf (file, "%s\n", text);
  fclose (file);
}

/* The word of the deed, once less. Owned by the caller. */
static char *
take_deed (const Request *request)
{
  g_autofree char *path = path_of (request, "deed"), *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return g_strdup ("");
  g_auto (GStrv) lines = g_strsplit (g_strstrip (text), "\n", 2), words = g_strsplit (lines[0] != NULL ? lines[0] : "", " ", 2);
  long left = words[0] != NULL && words[1] != NULL ? strtol (words[1], NULL, 10) : 1;
  if (words[0] == NULL || left <= 0)
    return g_strdup ("");
  const char *next = lines[1] != NULL ? lines[1] : "";
  g_autofree char *less = left == 1 && *next != '\0' ? g_strdup (next) : g_strdup_printf ("%s %ld\n%s", words[0], left - 1, next);
  g_file_set_contents (path, less, -1, NULL);
  return g_strdup (words[0]);
}

static bool
do_deed (const Request *request, const char *deed, GError **error)
{
  fprintf (stderr, "fake: the deed is \"%s\"\n", deed);
  if (strcmp (deed, "transient") == 0)
    return connect_fail (error, CONNECT_TRANSIENT, "08006", NULL, "the source is away");
  if (strcmp (deed, "full") == 0)
    return connect_fail (error, CONNECT_TRANSIENT, "ENOSPC", "Make room.", "the disk is full");
  if (strcmp (deed, "credentials") == 0)
    return connect_fail (error, CONNECT_CREDENTIALS, "28P01", "Mend the password.", "the password is wrong");
  if (strcmp (deed, "configuration") == 0)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "there is no such table");
  if (strcmp (deed, "gap") == 0)
    return connect_fail (error, CONNECT_GAP, NULL, NULL, "the position is lost");
  if (strcmp (deed, "crash") == 0)
    kill (getpid (), SIGKILL);
  if (strcmp (deed, "silent") == 0)
    _exit (0);
  g_autofree char *go = path_of (request, "go");
  bool stalls = strcmp (deed, "stall") == 0;
  while ((stalls || strcmp (deed, "wait") == 0) && access (go, F_OK) != 0 && !connect_is_stopping ())
    g_usleep (20000);
  if (stalls)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "there is no such table");
  while (strcmp (deed, "hang") == 0)
    sleep (1);
  return connect_go_on (error);
}

/* ---- rows ---- */

static void
row_free (void *data)
{
  Row *row = data;
  g_free (row->changed);
  g_free (row->name);
  g_free (row->email);
  g_free (row);
}

static int
compare_rows (const void *a, const void *b)
{
  const Row *left = *(Row *const *) a, *right = *(Row *const *) b;
  int by_time = strcmp (left->changed, right->changed);
  return by_time != 0 ? by_time : (left->id > right->id) - (left->id < right->id);
}

static GPtrArray *
read_rows (const Request *request)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);
  g_autofree char *path = path_of (request, "rows"), *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return rows;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) cells = g_strsplit (*line, "\t", 4);
      if (g_strv_length (cells) < 4)
        continue;
      Row *row = g_new0 (Row, 1);
      *row = (Row) { strtol (cells[0], NULL, 10), g_strdup (cells[1]), g_strdup (cells[2]), g_strdup (cells[3]) };
      g_ptr_array_add (rows, row);
    }
  g_ptr_array_sort (rows, compare_rows);
  return rows;
}

static const char *
text_in (const Json *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));
  return text != NULL ? text : "";
}

static bool
is_asked (const Request *request, const Row *row)
{
  const Json *position = request->position;
  if (request->window != NULL)
    return strcmp (row->changed, text_in (request->window, "start")) >= 0
           && strcmp (row->changed, text_in (request->window, "end")) < 0;
  if (!json_is_object (position))
    return true;
  int by_time = strcmp (row->changed, text_in (position, "changed"));
  return by_time > 0 || (by_time == 0 && row->id > json_integer_value (json_object_get (position, "id")));
}

static bool
has_mode (const Request *request, const char *mode)
{
  return g_strcmp0 (request->mode, mode) == 0;
}

static bool
put_columns (const Request *request, GError **error)
{
  static const ConnectColumn columns[] = { { "id", "bigint", "int8", false, true },
                                           { "changed", "text", "text", true, false },
                                           { "name", "text", "text", true, false },
                                           { "email", "text", "text", true, false } };
  size_t count = g_strcmp0 (request->part, "keys") == 0 ? 1 : 4;
  return spool_columns (columns, count, error);
}

static bool
put_row (const Request *request, const Row *row, GError **error)
{
  g_autofree char *id = g_strdup_printf ("%ld", row->id);
  const char *cells[] = { id, row->changed, row->name, row->email };
  size_t count = g_strcmp0 (request->part, "keys") == 0 ? 1 : 4;
  for (size_t i = 0; i < count; i++)
    if (strcmp (cells[i], "\\N") == 0 ? !spool_null (error) : !spool_text (cells[i], strlen (cells[i]), error))
      return false;
  return spool_row_end (error);
}

/* All of it as it is, whatever the job says. */
static bool
leak (const GPtrArray *rows, const char *deed, GError **error)
{
  const ConnectColumn columns[] = { { "id", "bigint", NULL, false, true },
                                    { "changed", NULL, NULL, true, false },
                                    { "name", NULL, NULL, true, false },
                                    { "email", NULL, NULL, true, false, .mask = strcmp (deed, "leak") != 0 ? "hash" : NULL } };
  g_autoptr (GString) text = g_string_new ("id,changed,name,email\n");
  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = rows->pdata[i];
      g_string_append_printf (text, "\"%ld\",\"%s\",\"%s\",\"%s\"\n", row->id, row->changed, row->name, row->email);
    }
  if (strcmp (deed, "damaged") == 0)
    *strchr (strchr (text->str, '\n'), ',') = '\0';
  return spool_declare (columns, G_N_ELEMENTS (columns), error) && spool_bytes (text->str, text->len, (int64_t) rows->len, error);
}

static bool
put_rows (const Request *request, const GPtrArray *rows, Done *done, GError **error)
{
  const Row *last = NULL;
  if (!put_columns (request, error))
    return false;
  for (guint i = 0; i < rows->len && !done->more; i++)
    {
      const Row *row = rows->pdata[i];
      bool whole = g_strcmp0 (request->part, "keys") == 0 || has_mode (request, "full") || has_mode (request, "dump");
      if (!whole && !is_asked (request, row))
        continue;
      if (!whole && spool_is_full (request))
        {
          done->more = true;
          break;
        }
      if (!connect_go_on (error) || !put_row (request, row, error))
        return false;
      last = row;
      connect_progress (spool_rows (), spool_size (), (int64_t) rows->len);
    }
  done->complete = has_mode (request, "full") || g_strcmp0 (request->part, "keys") == 0;
  bool moves = !has_mode (request, "full") && !has_mode (request, "dump");
  if (moves && last != NULL)
    done->position = json_pack ("{s:s, s:I}", "changed", last->changed, "id", (json_int_t) last->id);
  else if (moves && request->position != NULL)
    done->position = json_incref ((Json *) request->position);
  return true;
}

/* ---- files ---- */

static bool
is_named (const Request *request, const char *list, const char *path)
{
  g_autofree char *place = path_of (request, list), *named = NULL;
  return g_file_get_contents (place, &named, NULL, NULL) && strcmp (named, path) == 0;
}

static bool
put_file (const Request *request, Done *done, GError **error)
{
  const Json *object = request->object != NULL ? request->object : request->from;
  g_autofree char *inner = g_build_filename ("files", text_in (object, "path"), NULL), *path = path_of (request, inner),
                  *text = NULL;
  size_t length;
  if (is_named (request, "grows", text_in (object, "path")))
    return connect_fail (error, CONNECT_TRANSIENT, "changed", NULL, "it is not as it was listed");
  if (!g_file_get_contents (path, &text, &length, NULL))
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "there is no file \"%s\"", path);
  done->raw = true;
  return spool_bytes (text, length, 0, error);
}

static Json *
describe_file (const char *folder, const char *name)
{
  struct stat info;
  g_autofree char *path = g_build_filename (folder, name, NULL);
  if (stat (path, &info) != 0)
    return NULL;
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (info.st_mtime);
  g_autofree char *second = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
  g_autofree char *text = info.st_mtim.tv_nsec > 0 ? g_strdup_printf ("%s.%06ldZ", second, info.st_mtim.tv_nsec / 1000)
                                                   : g_strconcat (second, "Z", NULL);
  return json_pack ("{s:s, s:s, s:I, s:s, s:n}", "name", name, "kind", "file", "size", (json_int_t) info.st_size, "mtime", text,
                    "etag");
}

static bool
discover (const Request *request, GError **error)
{
  g_autofree char *folder = path_of (request, "files"), *deed = take_deed (request);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  note_request (request);
  if (!do_deed (request, deed, error))
    return false;
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autoptr (Json) stream = describe_file (folder, name);
      if (stream != NULL)
        connect_stream (stream);
      else
        connect_note ("\"%s\" is no file", name);
    }
  return true;
}

/* Done with a file that was loaded, if it is as it was. */
static bool
write_after (const Request *request, Done *done, GError **error)
{
  g_autofree char *folder = path_of (request, "files"), *deed = take_deed (request);
  const char *path = text_in (request->after, "path");
  g_autofree char *full = g_build_filename (folder, path, NULL);
  g_autoptr (Json) now = describe_file (folder, path);
  note_request (request);
  if (strcmp (deed, "keep") == 0)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "files may not be removed");
  (void) done;
  if (!do_deed (request, deed, error))
    return false;
  if (is_named (request, "stays", path))
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "it may not be removed");
  if (now == NULL)
    connect_note ("\"%s\" is not there any more", path);
  if (now != NULL && strcmp (text_in (now, "mtime"), text_in (request->after, "mtime")) == 0)
    unlink (full);
  return true;
}

/* The spool file under the delivery's mark. */
static bool
write_delivery (const Request *request, Done *done, GError **error)
{
  g_autofree char *deed = take_deed (request), *sent = path_of (request, "sent");
  g_autofree char *name = g_strconcat (request->run, ".csv", NULL), *path = g_build_filename (sent, name, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  char piece[4096];
  note_request (request);
  if (!do_deed (request, deed, error))
    return false;
  for (ssize_t got; (got = read (3, piece, sizeof piece)) > 0;)
    g_string_append_len (text, piece, got);
  (void) g_mkdir_with_parents (sent, 0777);
  if (!g_file_set_contents (path, text->str, (gssize) text->len, NULL))
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "could not write \"%s\"", path);
  done->rows = json_integer_value (json_object_get (request->delivery, "rows"));
  return true;
}

static bool
write_any (const Request *request, Done *done, GError **error)
{
  return request->after != NULL ? write_after (request, done, error) : write_delivery (request, done, error);
}

/* ---- the verbs ---- */

/* Behind the SHA-256. */
static void
change_bytes (void)
{
  (void) !pwrite (3, "X", 1, 40);
}

/* A position that fills its line, and more notes than anybody reads, some of which fill theirs. */
static void
be_wordy (Done *done)
{
  g_autofree char *words = g_strnfill (900000, 'x');
  json_object_set_new (done->position, "words", json_string (words));
  for (int i = 0; i < 100; i++)
    connect_note ("this is note %d%s", i, i < 5 ? words : "");
}

static bool
read_all (const Request *request, Done *done, GError **error)
{
  g_autofree char *deed = take_deed (request);
  g_autoptr (GPtrArray) rows = read_rows (request);
  note_request (request);
  if (!do_deed (request, deed, error))
    return false;
  if (request->object != NULL || json_object_get (request->from, "path") != NULL)
    return put_file (request, done, error);
  connect_note ("%u rows are there", rows->len);
  if (strcmp (deed, "leak") == 0 || strcmp (deed, "lie") == 0 || strcmp (deed, "damaged") == 0)
    return leak (rows, deed, error);
  if (!put_rows (request, rows, done, error))
    return false;
  if (strcmp (deed, "lost") == 0)
    g_clear_pointer (&done->position, json_decref);
  if (strcmp (deed, "open") == 0)
    done->until = g_strdup ("2000-01-01T00:00:00Z");
  if (strcmp (deed, "incomplete") == 0)
    done->complete = false;
  if (strcmp (deed, "endless") == 0)
    {
      json_decref (done->position);
      done->position = request->position != NULL ? json_incref ((Json *) request->position) : NULL;
      done->more = true;
    }
  if (strcmp (deed, "wordy") == 0)
    be_wordy (done);
  if (strcmp (deed, "wrong") == 0)
    atexit (change_bytes);
  return true;
}

static bool
check (const Request *request, GError **error)
{
  (void) request;
  (void) error;
  connect_checked ("connect", true, "it is a folder");
  return true;
}

int
main (int argc, char **argv)
{
  return connector_main (
      argc, argv, &(Connector) { .name = "fake", .check = check, .discover = discover, .read = read_all, .write = write_any });
}
