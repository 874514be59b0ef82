#include "connect/private.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define REQUEST_MOST_BYTES (64 << 20)
#define EXIT_OTHER 70                    /* EX_SOFTWARE: nobody knows */
#define POSITION_MOST_BYTES (1000 << 10) /* of a line of 1 MiB */

typedef bool (*Plain) (const Request *request, GError **error);
typedef bool (*Working) (const Request *request, Done *done, GError **error);

static const char *const verbs[] = { "check", "discover", "read", "write", NULL };

static Json *
read_request (GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char piece[65536];
  for (ssize_t n; (n = read (STDIN_FILENO, piece, sizeof piece)) != 0;)
    {
      if (n < 0 && errno != EINTR)
        return weir_system_error (error, errno, "could not read the request"), NULL;
      g_string_append_len (text, piece, n > 0 ? n : 0);
      if (text->len > REQUEST_MOST_BYTES)
        return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the request is too large"), NULL;
    }
  g_autoptr (Json) request = weir_json_parse (text->str, text->len, "the request", error);
  if (request != NULL && !json_is_object (request))
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the request is no object"), NULL;
  return g_steal_pointer (&request);
}

/* NULL: it is not there, or null. */
static const Json *
part_of (const Json *request, const char *name)
{
  const Json *part = json_object_get (request, name);
  return json_is_null (part) ? NULL : part;
}

/* Each a part that is NULL or of its type. */
static const Json *
object_of (const Json *request, const char *name)
{
  const Json *part = part_of (request, name);
  if (part != NULL && !json_is_object (part))
    connect_mistake (name, "must be an object");
  return json_is_object (part) ? part : NULL;
}

static void
take_limits (const Json *json, Request *request)
{
  const Json *limits = object_of (json, "limits");
  if (limits == NULL)
    return;
  request->limit_rows = connect_number (limits, "limits", "rows", 0);
  request->limit_bytes = connect_number (limits, "limits", "bytes", 0);
  request->limit_seconds = connect_number (limits, "limits", "seconds", 0);
}

static void
take_request (Json *json, const char *verb, Request *request)
{
  *request = (Request) { .json = json, .verb = verb };
  if (connect_number (json, "", "protocol", 0) != 1)
    connect_mistake ("protocol", "must be 1: this connector speaks no other");
  const char *said = connect_text (json, "", "verb", true);
  if (said != NULL && strcmp (said, verb) != 0)
    connect_mistake ("verb", "must be the argument, \"%s\"", verb);
  request->job = connect_text (json, "", "job", false);
  request->run = connect_text (json, "", "run", false);
  request->stream = connect_text (json, "", "stream", false);
  request->mode = connect_text (json, "", "mode", false);
  request->bookmark = connect_text (json, "", "bookmark", false);
  request->part = connect_text (json, "", "part", false);
  request->connection = object_of (json, "connection");
  if (request->connection == NULL)
    connect_mistake ("connection", "is missing");
  request->from = object_of (json, "from");
  request->to = object_of (json, "to");
  request->columns = object_of (json, "columns");
  request->where = object_of (json, "where");
  request->window = object_of (json, "window");
  request->object = object_of (json, "object");
  request->after = object_of (json, "after");
  request->delivery = object_of (json, "delivery");
  request->key = part_of (json, "key");
  request->position = part_of (json, "position");
  request->overlap = json_number_value (part_of (json, "overlap"));
  take_limits (json, request);
}

/* The function of the verb, whichever kind it is; neither: the connector has none. */
static void
find_function (const Connector *connector, const char *verb, Plain *ret_plain, Working *ret_working)
{
  *ret_plain = strcmp (verb, "check") == 0 ? connector->check : strcmp (verb, "discover") == 0 ? connector->discover : NULL;
  *ret_working = strcmp (verb, "read") == 0 ? connector->read : strcmp (verb, "write") == 0 ? connector->write : NULL;
}

static bool
check_position (const Done *done, GError **error)
{
  g_autofree char *text = weir_json_text (done->position);
  return strlen (text) <= POSITION_MOST_BYTES
         || connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL,
                          "the position that it ends with, or the STATE of a tap, has %zu bytes, and %d are the most",
                          strlen (text), POSITION_MOST_BYTES);
}

static void
tell_done (const Request *request, const Done *done, const char *sha256)
{
  bool is_read = strcmp (request->verb, "read") == 0;
  Json *line = json_object ();
  if (is_read)
    {
      json_object_set_new (line, "rows", done->raw ? json_null () : json_integer (spool_rows ()));
      json_object_set_new (line, "bytes", json_integer (spool_size ()));
      json_object_set_new (line, "sha256", weir_json_string (sha256));
      json_object_set (line, "position", done->position != NULL ? done->position : json_null ());
      if (done->until != NULL)
        json_object_set_new (line, "until", weir_json_string (done->until));
      json_object_set_new (line, "more", json_boolean (done->more));
      json_object_set_new (line, "complete", json_boolean (done->complete));
      json_object_set_new (line, "raw", json_boolean (done->raw));
    }
  else if (done->rows >= 0)
    json_object_set_new (line, "rows", json_integer (done->rows));
  results_put (json_pack ("{s:o}", "done", line));
}

static bool
run_verb (const Connector *connector, const Request *request, Done *done, GError **error)
{
  Plain plain;
  Working working;
  find_function (connector, request->verb, &plain, &working);
  if (plain == NULL && working == NULL)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "a connection of this type cannot %s", request->verb);
  if (connect_has_mistakes ())
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the request is not as it should be");
  if (!(plain != NULL ? plain (request, error) : working (request, done, error)))
    return false;
  if (strcmp (request->verb, "read") == 0 && !done->raw && !spool_has_columns () && !connect_has_mistakes ())
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "it did not say what the columns are");
  return connect_go_on (error);
}

/* The exit code. */
static int
answer (const Connector *connector, Request *request)
{
  g_autoptr (GError) error = NULL;
  Done done = { .rows = -1 };
  char sha256[SHA256_HEX_SIZE] = "";
  bool ok = run_verb (connector, request, &done, &error);
  g_autoptr (Json) position = done.position;
  g_autofree char *until = done.until;
  bool is_read = strcmp (request->verb, "read") == 0;
  if (mistakes_tell () > 0)
    return 78;
  if (!ok || (is_read && (!check_position (&done, &error) || !spool_finish (sha256, &error))))
    return error != NULL ? results_fail (error) : EXIT_OTHER;
  tell_done (request, &done, sha256);
  return 0;
}

static bool
is_open (int fd)
{
  return fcntl (fd, F_GETFD) >= 0;
}

int
connector_main (int argc, char **argv, const Connector *connector)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  g_auto (GStrv) ours = secrets_guard (argc, argv);
  weir_json_setup ();
  const char *verb = argc == 2 && ours != NULL ? ours[1] : "";
  if (strcmp (verb, "--version") == 0)
    return printf ("weir-connect-%s " WEIR_VERSION "\n", connector->name), 0;
  if (!g_strv_contains (verbs, verb) || !is_open (RESULTS_FD))
    return fprintf (stderr,
                    "usage: weir-connect-%s check|discover|read|write; weir starts it, with a request on its stdin "
                    "(docs/connectors.md)\n",
                    connector->name),
           2;
  bool needs_spool = strcmp (verb, "read") == 0;
  if (needs_spool && !is_open (SPOOL_FD))
    return fprintf (stderr, "weir-connect-%s: descriptor 3, the spool file, is not open\n", connector->name), 2;
  stop_notice ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Json) json = read_request (&error);
  if (json == NULL)
    return results_fail (error);
  Request request;
  take_request (json, verb, &request);
  spool_begin (&request);
  int code = answer (connector, &request);
  sink_clear ();
  return code;
}
