#include "src/page/plot.h"

#include "base/text.h"

#include <stdio.h>

#define DAYS 90  /* bars, each a day */
#define WEEKS 53 /* bars, each a week, where there is something from before */
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
  html_close (html, "rect");
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

/* The bars: of days, or of weeks. */
typedef struct
{
  int first;       /* the day that the first one begins with */
  int days, count; /* of each; how many */
  gint64 opened[DAYS], closed[DAYS], files[DAYS];
  gint64 most;
} Bars;

static void
fill (Bars *bars, const Json *days, int today)
{
  int oldest = json_array_size (days) > 0 ? day_of (json_string_value (json_object_get (json_array_get (days, 0), "day"))) : today;
  bool weeks = oldest <= today - DAYS;
  *bars = (Bars) { .days = weeks ? 7 : 1, .count = weeks ? WEEKS : DAYS };
  bars->first = today + 1 - bars->days * bars->count;
  for (size_t i = 0; i < json_array_size (days); i++)
    {
      const Json *day = json_array_get (days, i);
      int at = day_of (json_string_value (json_object_get (day, "day"))) - bars->first;
      if (at < 0 || at >= bars->days * bars->count)
        continue;
      bars->opened[at / bars->days] += number_of (day, "opened");
      bars->closed[at / bars->days] += number_of (day, "closed");
      bars->files[at / bars->days] += number_of (day, "files");
    }
  for (int i = 0; i < bars->count; i++)
    bars->most = MAX (bars->most, MAX (bars->opened[i], bars->closed[i]));
}

static char *
date_text (int day, const char *format)
{
  GDate date;
  char text[32];
  g_date_clear (&date, 1);
  g_date_set_julian (&date, (guint32) day);
  g_date_strftime (text, sizeof text, format, &date);
  return g_strdup (text);
}

static void
bar (Html *html, const Bars *bars, int i)
{
  double step = (double) (WIDTH - LEFT) / bars->count, x = LEFT + step * i;
  double up = height_of (bars->opened[i], bars->most, MIDDLE - TOP),
         down = height_of (bars->closed[i], bars->most, BOTTOM - MIDDLE);
  g_autofree char *opened = text_count (bars->opened[i]), *closed = text_count (bars->closed[i]);
  g_autofree char *date = date_text (bars->first + i * bars->days, "%Y-%m-%d");
  html_open (html, "g", NULL);
  html_open (html, "title", NULL);
  html_format (html, "%s%s: %s opened, %s closed, %d files", bars->days > 1 ? "week of " : "", date, opened, closed,
               (int) bars->files[i]);
  html_close (html, "title");
  if (up > 0)
    rectangle (html, "opened", x + 1, MIDDLE - up, step - 2, up);
  if (down > 0)
    rectangle (html, "closed", x + 1, MIDDLE + 1, step - 2, down);
  html_close (html, "g");
}

static void
axes (Html *html, const Bars *bars)
{
  g_autofree char *count = text_count (bars->most);
  double step = (double) (WIDTH - LEFT) / bars->count;
  int every = bars->days > 1 ? 9 : 15;
  rectangle (html, "axis", LEFT, MIDDLE, WIDTH - LEFT, 1);
  text_at (html, "scale", LEFT - 8, TOP + 6, count);
  text_at (html, "scale", LEFT - 8, MIDDLE + 4, "0");
  text_at (html, "side", 0, MIDDLE - 40, "opened");
  text_at (html, "side", 0, MIDDLE + 40, "closed");
  for (int i = 0; i < bars->count; i += every)
    {
      g_autofree char *date = date_text (bars->first + i * bars->days, bars->days > 1 ? "%d %b %Y" : "%d %b");
      text_at (html, "date", LEFT + step * i, HEIGHT - 6, date);
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
  Bars bars;
  fill (&bars, days, day_of (today));
  html_open (html, "figure", "class", "plot", NULL);
  html_open (html, "svg", "viewBox", "0 0 900 220", "role", "img", "aria-label",
             "Bars by time: what was opened above the line, what was closed below it. The numbers follow.", NULL);
  axes (html, &bars);
  for (int i = 0; i < bars.count; i++)
    if (bars.files[i] > 0)
      bar (html, &bars, i);
  html_close (html, "svg");
  html_close (html, "figure");
  show_numbers (html, days);
}
