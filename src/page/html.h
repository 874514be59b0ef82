/* HTML that cannot be broken out of: what a page is made of goes through these functions, and each escapes what it is given. Text may be
 * anything, also what is no UTF-8: control characters, and those that turn the direction of text, are shown as \xHH.
 *
 *   html_open (html, "a", "href", "/runs", "class", "more", NULL);
 *   html_text (html, name);
 *   html_close (html, "a");
 *
 * Names of elements and attributes are constants of the program. */
#ifndef WEIR_SRC_PAGE_HTML_H
#define WEIR_SRC_PAGE_HTML_H

#include "base/json.h"

#include <glib.h>

typedef struct
{
  GString *out; /* the caller's */
} Html;

/* An element's beginning, with attributes by name and value; one whose value is NULL is left out. Ends with NULL. */
void html_open (Html *html, const char *element, ...) G_GNUC_NULL_TERMINATED;
void html_close (Html *html, const char *element);

/* NULL is no text. */
void html_text (Html *html, const char *text);
void html_format (Html *html, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The same for sentences, in which what stands between `two of these` is code. */
void html_prose (Html *html, const char *text);

/* The same for a text of several lines, which stay. */
void html_lines (Html *html, const char *text);

/* An element with nothing but a text: html_element (html, "h2", "Tables", "id", "tables", NULL). */
void html_element (Html *html, const char *element, const char *text, ...) G_GNUC_NULL_TERMINATED;

/* A link to a path of ours: its parts, percent-encoded, with "/" before each. Ends with NULL. */
void html_link (Html *html, const char *text, ...) G_GNUC_NULL_TERMINATED;
/* That path. Owned by the caller. */
char *html_path (const char *first, ...) G_GNUC_NULL_TERMINATED;

/* A moment as ISO 8601, as <time>: "2026-11-29 04:35 UTC"; and how long ago, where "now" (microseconds since 1970) is not 0. NULL: a dash. */
void html_time (Html *html, const char *iso, gint64 now);

/* A count with its separators: 1,234; a dash where it is no number. */
void html_count (Html *html, const Json *number);

/* How long ago, or until: "3 min", "2 days". Owned by the caller. */
char *html_ago (gint64 seconds);

#endif
