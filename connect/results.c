#include "connect/private.h"

#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

#define PROGRESS_EVERY_US 250000

static const struct
{
  const char *word;
  int exit_code;
} classes[] = {
  [CONNECT_TRANSIENT] = { "transient", 75 },
  [CONNECT_CREDENTIALS] = { "credentials", 77 },
  [CONNECT_CONFIGURATION] = { "configuration", 78 },
  [CONNECT_GAP] = { "gap", 65 },
};

/* What the protocol says of an error besides class and message. */
typedef struct
{
  char *code, *hint;
} ConnectErrorPrivate;

static void
connect_error_private_init (ConnectErrorPrivate *priv)
{
  *priv = (ConnectErrorPrivate) { NULL };
}

static void
connect_error_private_copy (const ConnectErrorPrivate *from, ConnectErrorPrivate *to)
{
  to->code = g_strdup (from->code);
  to->hint = g_strdup (from->hint);
}

static void
connect_error_private_clear (ConnectErrorPrivate *priv)
{
  g_free (priv->code);
  g_free (priv->hint);
}

G_DEFINE_EXTENDED_ERROR (ConnectError, connect_error)

bool
connect_fail (GError **error, ConnectClass error_class, const char *code, const char *hint, const char *format, ...)
{
  if (error == NULL)
    return false;
  va_list arguments;
  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (CONNECT_ERROR, (int) error_class, format, arguments));
  va_end (arguments);
  ConnectErrorPrivate *priv = connect_error_get_private (*error);
  priv->code = g_strdup (code);
  priv->hint = g_strdup (hint);
  return false;
}

void
results_put (Json *line)
{
  g_autoptr (Json) owned = line;
  g_autofree char *text = weir_json_text (owned);
  g_autofree char *whole = g_strconcat (text, "\n", NULL);
  size_t length = strlen (whole);
  for (size_t done = 0; done < length;)
    {
      ssize_t n = write (RESULTS_FD, whole + done, length - done);
      if (n < 0 && errno != EINTR)
        return; /* Nobody listens: weir is gone, and what follows counts as nothing. */
      done += n > 0 ? (size_t) n : 0;
    }
}

int
results_fail (const GError *error)
{
  ConnectClass found = CONNECT_TRANSIENT;
  const char *code = NULL, *hint = NULL, *detail = NULL;
  if (error->domain == CONNECT_ERROR)
    {
      const ConnectErrorPrivate *priv = connect_error_get_private ((GError *) error);
      found = (ConnectClass) error->code;
      code = priv->code;
      hint = priv->hint;
    }
  else if (error->domain == WEIR_ERROR)
    {
      found = error->code == WEIR_ERROR_MODEL || error->code == WEIR_ERROR_INPUT ? CONNECT_CONFIGURATION : CONNECT_TRANSIENT;
      code = weir_error_get_sqlstate (error);
      code = code != NULL && code[0] != '\0' ? code : NULL;
      hint = weir_error_get_hint (error);
      detail = weir_error_get_detail (error);
    }
  results_put (json_pack ("{s:{s:s, s:o, s:o, s:o, s:o, s:n}}", "error", "class", classes[found].word, "code",
                          weir_json_string (code), "message", weir_json_string (error->message), "detail",
                          weir_json_string (detail), "hint", weir_json_string (hint), "path"));
  return classes[found].exit_code;
}

static Json *
text_of (const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  return weir_json_string (text);
}

void
connect_note (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  Json *text = text_of (format, arguments);
  va_end (arguments);
  results_put (json_pack ("{s:o}", "note", text));
}

void
connect_checked (const char *what, bool ok, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  Json *text = text_of (format, arguments);
  va_end (arguments);
  results_put (json_pack ("{s:{s:s, s:b, s:o}}", "checked", "what", what, "ok", (int) ok, "text", text));
}

void
connect_stream (const Json *stream)
{
  results_put (json_pack ("{s:O}", "stream", stream));
}

void
connect_progress (int64_t rows, int64_t bytes, int64_t total)
{
  static int64_t last_us;
  int64_t now = g_get_monotonic_time ();
  if (last_us != 0 && now - last_us < PROGRESS_EVERY_US)
    return;
  last_us = now;
  Json *of = total < 0 ? json_null () : json_integer ((json_int_t) total);
  results_put (json_pack ("{s:{s:I, s:I, s:o}}", "progress", "rows", (json_int_t) rows, "bytes", (json_int_t) bytes, "total", of));
}

void
connect_delivered (const char *name, const char *status, int64_t rows, const char *text)
{
  results_put (json_pack ("{s:{s:o, s:s, s:I, s:o}}", "delivered", "name", weir_json_string (name), "status", status, "rows",
                          (json_int_t) rows, "text", weir_json_string (text)));
}
