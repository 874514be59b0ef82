#include "src/connectors/connecting.h"

#include "base/docs.h"
#include "base/error.h"

const char *const connected_words[] = {
  [CONNECTED_DONE] = "done",
  [CONNECTED_TRANSIENT] = "transient",
  [CONNECTED_CREDENTIALS] = "credentials",
  [CONNECTED_CONFIGURATION] = "configuration",
  [CONNECTED_GAP] = "gap",
  [CONNECTED_CRASHED] = "crashed",
  [CONNECTED_STOPPED] = "stopped",
  NULL,
};

/* Without a name `weir check` calls nobody. */
#define TRY_IT " Then try: weir check "

/* What to do, where the connector does not say it; behind TRY_IT a name belongs. */
static const char *const hints[] = {
  [CONNECTED_TRANSIENT] = "It may go well another time.",
  [CONNECTED_CREDENTIALS] = "Mend user, password, certificate or host key, in weir.json or the file that it names." TRY_IT,
  [CONNECTED_CONFIGURATION] = "Mend the connection in weir.json, or the job." TRY_IT,
  [CONNECTED_GAP] =
      "The source has lost what the position needs: `weir pull --full` takes all rows anew, `weir bookmark` goes on elsewhere.",
  [CONNECTED_CRASHED] = "Nothing of what it brought counts. Its own words are in the log.",
  [CONNECTED_STOPPED] = NULL,
};

#define BROKEN_HINT "Nothing of what it brought counts. It does not keep to the protocol, and has to be mended: "

static WeirErrorCode
find_code (const Connected *connected)
{
  if (connected_is_full (connected))
    return WEIR_ERROR_LOCAL;
  switch (connected->how)
    {
    case CONNECTED_STOPPED:
      return connected->is_late ? WEIR_ERROR_RETRY : WEIR_ERROR_STOP;
    case CONNECTED_TRANSIENT:
      return WEIR_ERROR_RETRY;
    case CONNECTED_CRASHED:
      return connected->is_broken ? WEIR_ERROR_MODEL : WEIR_ERROR_RETRY;
    default:
      return WEIR_ERROR_MODEL;
    }
}

static bool
is_transient (const Connected *connected, const char *code)
{
  const Json *first = json_array_get (connected->errors, 0);
  return connected->how == CONNECTED_TRANSIENT && g_strcmp0 (json_string_value (json_object_get (first, "code")), code) == 0;
}

/* A disk that is full is not emptied by another try. */
bool
connected_is_full (const Connected *connected)
{
  return is_transient (connected, "ENOSPC") || is_transient (connected, "EDQUOT");
}

bool
connected_has_changed (const Connected *connected)
{
  return is_transient (connected, "changed");
}

static const char *
text_of (const Json *error, const char *name)
{
  const char *text = json_string_value (json_object_get (error, name));
  return text != NULL && text[0] != '\0' ? text : NULL;
}

/* "connection.port: must be a number (42P01)" */
static void
append_error (GString *lines, const Json *error)
{
  const char *path = text_of (error, "path"), *message = text_of (error, "message"), *code = text_of (error, "code");
  if (lines->len > 0)
    g_string_append_c (lines, '\n');
  if (path != NULL)
    g_string_append_printf (lines, "%s: ", path);
  g_string_append (lines, message != NULL ? message : "an error without words");
  if (code != NULL)
    g_string_append_printf (lines, " (%s)", code);
}

/* What the connector says itself; else by whose member it is: its path is "connection.port", one of the bookmark, or one of the job's. */
static const char *
choose_hint (const Connected *connected)
{
  const Json *first = json_array_get (connected->errors, 0);
  const char *hint = text_of (first, "hint"), *path = text_of (first, "path");
  if (hint != NULL || connected->how != CONNECTED_CONFIGURATION || path == NULL || json_array_size (connected->errors) > 1)
    return hint != NULL ? hint : hints[connected->how];
  if (g_str_has_prefix (path, "position"))
    return "`weir bookmark` shows the position that is kept, `weir bookmark set` and `forget` change it.";
  return g_str_has_prefix (path, "connection") ? "Mend the connection in weir.json." TRY_IT : "Mend the job." TRY_IT;
}

/* The same, with the name behind it. Owned by the caller. */
static char *
find_hint (const Connected *connected, const char *name)
{
  const char *hint = choose_hint (connected);
  return hint != NULL && g_str_has_suffix (hint, TRY_IT) ? g_strconcat (hint, name, NULL) : g_strdup (hint);
}

/* One error is the message; of several each is a line of the detail. */
static bool
fail_as_told (const Connected *connected, const char *what, const char *name, GError **error)
{
  size_t n = json_array_size (connected->errors);
  const Json *first = json_array_get (connected->errors, 0);
  g_autofree char *hint = find_hint (connected, name);
  g_autoptr (GString) lines = g_string_new (NULL);
  for (size_t i = 0; i < n; i++)
    append_error (lines, json_array_get (connected->errors, i));
  if (n == 1)
    return weir_fail (error, &(Failure) { find_code (connected), .detail = text_of (first, "detail"), .hint = hint }, "%s: %s",
                      what, lines->str);
  return weir_fail (error, &(Failure) { find_code (connected), .detail = lines->str, .hint = hint }, "%s has %zu mistakes", what,
                    n);
}

ConnectedHow
connected_how_of (const GError *error)
{
  return g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL) ? CONNECTED_CONFIGURATION : CONNECTED_DONE;
}

bool
connected_error (const Connected *connected, const char *what, const char *name, GError **error)
{
  bool is_told =
      connected->how != CONNECTED_STOPPED && connected->how != CONNECTED_CRASHED && json_array_size (connected->errors) > 0;
  if (connected->how == CONNECTED_DONE)
    return true;
  if (is_told)
    return fail_as_told (connected, what, name, error);
  if (connected->how == CONNECTED_STOPPED && !connected->is_late)
    return weir_error (error, WEIR_ERROR_STOP, "%s: stopped; nothing of what was under way counts", what);
  g_autoptr (GString) lines = g_string_new (NULL);
  for (size_t i = 0; i < json_array_size (connected->errors); i++)
    append_error (lines, json_array_get (connected->errors, i));
  g_autofree char *page = docs_path ("connectors.md"), *broken = g_strconcat (BROKEN_HINT, page, NULL);
  const char *hint = connected->is_broken ? broken : hints[connected->how];
  const Failure failure = { find_code (connected), .detail = lines->len > 0 ? lines->str : NULL, .hint = hint };
  return weir_fail (error, &failure, "%s: the connector %s", what,
                    connected->ended != NULL ? connected->ended : "ended without a word");
}

void
connected_clear (Connected *connected)
{
  json_decref (connected->done);
  json_decref (connected->columns);
  json_decref (connected->errors);
  json_decref (connected->notes);
  json_decref (connected->streams);
  json_decref (connected->checked);
  json_decref (connected->delivered);
  g_free (connected->ended);
  *connected = (Connected) { 0 };
}
