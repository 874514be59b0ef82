#include "base/error.h"

#include "base/scope.h"

#include <string.h>

typedef struct
{
  char sqlstate[6];
  int number;
  int64_t line;
  Reason reason;
  char *detail;
  char *hint;
} WeirErrorPrivate;

static void
weir_error_private_init (WeirErrorPrivate *parts)
{
  memset (parts, 0, sizeof *parts);
}

static void
weir_error_private_copy (const WeirErrorPrivate *from, WeirErrorPrivate *to)
{
  *to = *from;
  to->detail = g_strdup (from->detail);
  to->hint = g_strdup (from->hint);
}

static void
weir_error_private_clear (WeirErrorPrivate *parts)
{
  g_free (parts->detail);
  g_free (parts->hint);
}

G_DEFINE_EXTENDED_ERROR (WeirError, weir_error)

bool
weir_error (GError **error, WeirErrorCode code, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  if (error != NULL)
    g_propagate_error (error, g_error_new_valist (WEIR_ERROR, (int) code, format, arguments));
  va_end (arguments);
  return false;
}

/* The parts of an error of our domain, else NULL. */
static WeirErrorPrivate *
parts_of (const GError *error)
{
  return error != NULL && error->domain == WEIR_ERROR ? weir_error_get_private (error) : NULL;
}

static WeirErrorPrivate *
parts_at (GError **error)
{
  return error != NULL ? parts_of (*error) : NULL;
}

bool
weir_fail (GError **error, const Failure *failure, const char *format, ...)
{
  if (error == NULL)
    return false;
  va_list arguments;
  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (WEIR_ERROR, (int) failure->code, format, arguments));
  va_end (arguments);
  WeirErrorPrivate *parts = weir_error_get_private (*error);
  parts->reason = failure->reason;
  parts->line = failure->line;
  parts->detail = g_strdup (failure->detail);
  parts->hint = g_strdup (failure->hint);
  g_strlcpy (parts->sqlstate, failure->sqlstate != NULL ? failure->sqlstate : "", sizeof parts->sqlstate);
  parts->number = failure->number;
  return false;
}

bool
weir_system_error (GError **error, int number, const char *format, ...)
{
  Failure failure = { WEIR_ERROR_LOCAL, .number = number };
  scope_of_errno (number, &failure.reason);
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return weir_fail (error, &failure, "%s: %s", what, g_strerror (number));
}

static void replace_text (char **text, const char *format, va_list arguments) G_GNUC_PRINTF (2, 0);

static void
replace_text (char **text, const char *format, va_list arguments)
{
  char *replacement = g_strdup_vprintf (format, arguments);
  g_free (*text);
  *text = replacement;
}

void
weir_error_detail (GError **error, const char *format, ...)
{
  WeirErrorPrivate *parts = parts_at (error);
  if (parts == NULL)
    return;

  va_list arguments;
  va_start (arguments, format);
  replace_text (&parts->detail, format, arguments);
  va_end (arguments);
}

void
weir_error_hint (GError **error, const char *format, ...)
{
  WeirErrorPrivate *parts = parts_at (error);
  if (parts == NULL)
    return;

  va_list arguments;
  va_start (arguments, format);
  replace_text (&parts->hint, format, arguments);
  va_end (arguments);
}

void
weir_error_line (GError **error, int64_t line)
{
  WeirErrorPrivate *parts = parts_at (error);
  if (parts != NULL)
    parts->line = line;
}

void
weir_error_reason (GError **error, Reason reason)
{
  WeirErrorPrivate *parts = parts_at (error);
  if (parts != NULL)
    parts->reason = reason;
}

const char *
weir_error_get_detail (const GError *error)
{
  const WeirErrorPrivate *parts = parts_of (error);
  return parts != NULL ? parts->detail : NULL;
}

const char *
weir_error_get_hint (const GError *error)
{
  const WeirErrorPrivate *parts = parts_of (error);
  return parts != NULL ? parts->hint : NULL;
}

int64_t
weir_error_get_line (const GError *error)
{
  const WeirErrorPrivate *parts = parts_of (error);
  return parts != NULL ? parts->line : 0;
}

Reason
weir_error_get_reason (const GError *error)
{
  static const Reason of_code[] = { [WEIR_ERROR_RETRY] = REASON_RETRY,
                                    [WEIR_ERROR_INPUT] = REASON_INPUT,
                                    [WEIR_ERROR_MODEL] = REASON_MODEL,
                                    [WEIR_ERROR_LOCAL] = REASON_LOCAL,
                                    [WEIR_ERROR_STOP] = REASON_STOP };
  const WeirErrorPrivate *parts = parts_of (error);
  if (parts == NULL)
    return REASON_LOCAL;
  return parts->reason != REASON_NONE ? parts->reason : of_code[error->code];
}

const char *
weir_error_get_sqlstate (const GError *error)
{
  const WeirErrorPrivate *parts = parts_of (error);
  return parts != NULL ? parts->sqlstate : "";
}

int
weir_error_get_errno (const GError *error)
{
  const WeirErrorPrivate *parts = parts_of (error);
  return parts != NULL ? parts->number : 0;
}

int
weir_error_exit_code (const GError *error)
{
  if (error == NULL || error->domain != WEIR_ERROR)
    return EXIT_LOCAL;

  switch ((WeirErrorCode) error->code)
    {
    case WEIR_ERROR_RETRY:
      return EXIT_AWAY;
    case WEIR_ERROR_INPUT:
      return EXIT_REFUSED;
    case WEIR_ERROR_MODEL:
      return EXIT_MODEL;
    case WEIR_ERROR_STOP:
      return EXIT_INTERRUPTED;
    case WEIR_ERROR_LOCAL:
      break;
    }
  return EXIT_LOCAL;
}

char *
weir_error_format (const GError *error)
{
  GString *text = g_string_new (error->message);
  const char *detail = weir_error_get_detail (error);
  const char *hint = weir_error_get_hint (error);

  if (detail != NULL && *detail != '\0')
    g_string_append_printf (text, "\nDETAIL:  %s", detail);
  if (hint != NULL && *hint != '\0')
    g_string_append_printf (text, "\nHINT:  %s", hint);
  return g_string_free (text, FALSE);
}
