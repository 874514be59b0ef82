#include "src/page/plot.h"

#include "base/text.h"

#include <stdio.h>

#define DAYS 90
#define WIDTH 900
#define HEIGHT 220
#define LEFT 70
#define TOP 20
#define MIDDLE 120 /* the line */
#define BOTTOM 190

static gint64
number_of (const Json *day, const char *member)
{
  return json_integer_value (json_object_get (day, member));
}

/* "2026-11-29" as a day's number; 0: it is none. */
static int
day_of (const char *text)
{
  int year, month, day;
  if (text == NULL || sscanf (text, "%d-%d-%d", &year, &month, &day) != 3
      || !g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year))
    return 0;
  GDate date;
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay) day, (GDateMonth) month, (GDateYear) year);
  return (int) g_date_get_julian (&date);
}

static void
number_attribute (char text[32], double value)
{
  g_ascii_formatd (text, 32, "%.1f", value);
}

static void
rectangle (Html *html, const char *class, double x, double y, double width, double height)
{
  char at_x[32], at_y[32], wide[32], high[32];
  number_attribute (at_x, x);
  number_attribute (at_y, y);
  number_attribute (wide, width);
  number_attribute (high, height);
  html_open (html, "rect", "class", class, "x", at_x, "y", at_y, "width", wide, "height", high, NULL);
}

static void
text_at (Html *html, const char *class, double x, double y, const char *text)
{
  char at_x[32], at_y[32];
  number_attribute (at_x, x);
  number_attribute (at_y, y);
  html_element (html, "text", text, "class", class, "x", at_x, "y", at_y, NULL);
}

/* A day that has anything is seen, however little that is. */
static double
height_of (gint64 count, gint64 most, double room)
{
  return count > 0 ? MAX (2, room * (double) count / (double) MAX (most, 1)) : 0;
}

static void
bar (Html *html, const Json *day, int from, gint64 most)
{
  double step = (double) (WIDTH - LEFT) / DAYS;
  double x = LEFT + step * (day_of (json_string_value (json_object_get (day, "day"))) - from);
  double up = height_of (number_of (day, "opened"), most, MIDDLE - TOP);
  double down = height_of (number_of (day, "closed"), most, BOTTOM - MIDDLE);
  g_autofree char *opened = text_count (number_of (day, "opened")), *closed = text_count (number_of (day, "closed"));
  html_open (html, "g", NULL);
  html_open (html, "title", NULL);
  html_format (html, "%s: %s opened, %s closed, %d files", json_string_value (json_object_get (day, "day")), opened, closed,
               (int) number_of (day, "files"));
  html_close (html, "title");
  if (up > 0)
    rectangle (html, "opened", x + 1, MIDDLE - up, step - 2, up);
  if (down > 0)
    rectangle (html, "closed", x + 1, MIDDLE + 1, step - 2, down);
  html_close (html, "g");
}

static char *
date_text (int day)
{
  GDate date;
  char text[16];
  g_date_clear (&date, 1);
  g_date_set_julian (&date, (guint32) day);
  g_date_strftime (text, sizeof text, "%d %b", &date);
  return g_strdup (text);
}

static void
axes (Html *html, int from, gint64 most)
{
  g_autofree char *count = text_count (most);
  double step = (double) (WIDTH - LEFT) / DAYS;
  rectangle (html, "axis", LEFT, MIDDLE, WIDTH - LEFT, 1);
  text_at (html, "scale", LEFT - 8, TOP + 6, count);
  text_at (html, "scale", LEFT - 8, MIDDLE + 4, "0");
  text_at (html, "side", 0, MIDDLE - 40, "opened");
  text_at (html, "side", 0, MIDDLE + 40, "closed");
  for (int day = 0; day < DAYS; day += 15)
    {
      g_autofree char *date = date_text (from + day);
      text_at (html, "date", LEFT + step * day, HEIGHT - 6, date);
    }
}

static void
show_numbers (Html *html, const Json *days)
{
  html_open (html, "details", "id", "numbers", NULL);
  html_element (html, "summary", "The same in numbers", NULL);
  html_open (html, "table", NULL);
  html_element (html, "caption", "Opened and closed by day (UTC)", NULL);
  html_open (html, "tr", NULL);
  static const char *const headers[] = { "Day", "Files", "Opened", "Closed" };
  for (size_t i = 0; i < G_N_ELEMENTS (headers); i++)
    html_element (html, "th", headers[i], "scope", "col", "class", i > 0 ? "number" : NULL, NULL);
  html_close (html, "tr");
  for (size_t i = json_array_size (days); i > 0; i--)
    {
      const Json *day = json_array_get (days, i - 1);
      static const char *const members[] = { "files", "opened", "closed" };
      html_open (html, "tr", NULL);
      html_element (html, "th", json_string_value (json_object_get (day, "day")), "scope", "row", NULL);
      for (size_t j = 0; j < G_N_ELEMENTS (members); j++)
        {
          html_open (html, "td", "class", "number", NULL);
          html_count (html, json_object_get (day, members[j]));
          html_close (html, "td");
        }
      html_close (html, "tr");
    }
  html_close (html, "table");
  html_close (html, "details");
}

void
plot_activity (Html *html, const Json *days, const char *today)
{
  int from = day_of (today) - DAYS + 1;
  gint64 most = 0;
  for (size_t i = 0; i < json_array_size (days); i++)
    most = MAX (most, MAX (number_of (json_array_get (days, i), "opened"), number_of (json_array_get (days, i), "closed")));
  html_open (html, "figure", "class", "plot", NULL);
  html_open (html, "svg", "viewBox", "0 0 900 220", "role", "img", "aria-label",
             "Bars by day: what was opened above the line, what was closed below it. The numbers follow.", NULL);
  axes (html, from, most);
  for (size_t i = 0; i < json_array_size (days); i++)
    if (day_of (json_string_value (json_object_get (json_array_get (days, i), "day"))) >= from)
      bar (html, json_array_get (days, i), from, most);
  html_close (html, "svg");
  html_close (html, "figure");
  show_numbers (html, days);
}
