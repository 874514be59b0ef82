#include "src/page/html.h"

#include "base/text.h"

#include <string.h>

/* Escapes for text and for attributes in double quotes alike. */
static void
append_escaped (GString *out, const char *text)
{
  for (; *text != '\0'; text++)
    switch (*text)
      {
      case '&':
        g_string_append (out, "&amp;");
        break;
      case '<':
        g_string_append (out, "&lt;");
        break;
      case '>':
        g_string_append (out, "&gt;");
        break;
      case '"':
        g_string_append (out, "&quot;");
        break;
      case '\'':
        g_string_append (out, "&#39;");
        break;
      default:
        g_string_append_c (out, *text);
      }
}

void
html_text (Html *html, const char *text)
{
  g_autofree char *shown = text != NULL ? text_printable (text, strlen (text), SIZE_MAX) : NULL;
  if (shown != NULL)
    append_escaped (html->out, shown);
}

void
html_lines (Html *html, const char *text)
{
  g_autofree char *shown = text != NULL ? text_lines_printable (text) : NULL;
  if (shown != NULL)
    append_escaped (html->out, shown);
}

void
html_prose (Html *html, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", "`", -1);
  guint count = g_strv_length (parts);
  if (count % 2 == 0)
    {
      html_text (html, text);
      return;
    }
  for (guint i = 0; i < count; i++)
    {
      g_string_append (html->out, i % 2 == 1 ? "<code>" : "");
      html_text (html, parts[i]);
      g_string_append (html->out, i % 2 == 1 ? "</code>" : "");
    }
}

void
html_format (Html *html, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  html_text (html, text);
}

static void
open_with (Html *html, const char *element, va_list attributes)
{
  g_string_append_printf (html->out, "<%s", element);
  for (const char *name; (name = va_arg (attributes, const char *)) != NULL;)
    {
      const char *value = va_arg (attributes, const char *);
      g_autofree char *shown = value != NULL ? text_printable (value, strlen (value), SIZE_MAX) : NULL;
      if (shown == NULL)
        continue;
      g_string_append_printf (html->out, " %s=\"", name);
      append_escaped (html->out, shown);
      g_string_append_c (html->out, '"');
    }
  g_string_append_c (html->out, '>');
}

void
html_open (Html *html, const char *element, ...)
{
  va_list attributes;
  va_start (attributes, element);
  open_with (html, element, attributes);
  va_end (attributes);
}

void
html_close (Html *html, const char *element)
{
  g_string_append_printf (html->out, "</%s>\n", element);
}

void
html_element (Html *html, const char *element, const char *text, ...)
{
  va_list attributes;
  va_start (attributes, text);
  open_with (html, element, attributes);
  va_end (attributes);
  html_text (html, text);
  html_close (html, element);
}

static char *
join_path (const char *first, va_list parts)
{
  GString *path = g_string_new (NULL);
  for (const char *part = first; part != NULL; part = va_arg (parts, const char *))
    {
      g_autofree char *encoded = g_uri_escape_bytes ((const guint8 *) part, strlen (part), NULL);
      g_string_append_printf (path, "/%s", encoded);
    }
  return g_string_free (path, FALSE);
}

char *
html_path (const char *first, ...)
{
  va_list parts;
  va_start (parts, first);
  char *path = join_path (first, parts);
  va_end (parts);
  return path;
}

void
html_link (Html *html, const char *text, ...)
{
  va_list parts;
  va_start (parts, text);
  const char *first = va_arg (parts, const char *);
  g_autofree char *path = join_path (first, parts);
  va_end (parts);
  html_open (html, "a", "href", path, NULL);
  html_text (html, text);
  g_string_append (html->out, "</a>");
}

char *
html_ago (gint64 seconds)
{
  static const struct
  {
    gint64 seconds;
    const char *unit;
  } units[] = { { 86400, "day" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
  for (size_t i = 0; i < G_N_ELEMENTS (units); i++)
    if (seconds >= 2 * units[i].seconds || units[i].seconds == 1)
      return g_strdup_printf ("%" G_GINT64_FORMAT " %s%s", MAX (seconds, 0) / units[i].seconds, units[i].unit, i == 0 ? "s" : "");
  return NULL;
}

void
html_time (Html *html, const char *iso, gint64 now)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = iso != NULL ? g_date_time_new_from_iso8601 (iso, utc) : NULL;
  if (time == NULL)
    {
      html_text (html, iso != NULL ? iso : "–");
      return;
    }
  g_autofree char *shown = g_date_time_format (time, "%Y-%m-%d %H:%M:%S");
  g_autofree char *ago = html_ago (now / G_USEC_PER_SEC - g_date_time_to_unix (time));
  html_open (html, "time", "datetime", iso, NULL);
  html_text (html, shown);
  g_string_append (html->out, "</time>");
  if (now == 0)
    return;
  g_string_append (html->out, " ");
  html_open (html, "span", "class", "ago", NULL);
  html_format (html, "%s ago", ago);
  g_string_append (html->out, "</span>");
}

void
html_count (Html *html, const Json *number)
{
  g_autofree char *count = json_is_integer (number) ? text_count (json_integer_value (number)) : NULL;
  html_text (html, count != NULL ? count : "–");
}
