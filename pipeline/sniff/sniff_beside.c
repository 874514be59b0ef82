#include "pipeline/sniff/sniff_beside.h"

#define LEAST_AROUND 0.8 /* of the tabs, for them to be blanks around a delimiter */

/* ---- clocks ---- */

/* Where the clock ends that begins at "at", as 9:30 or 14:36:25, NULL: there is none. Digits among more colons are none. */
static const char *
skip_clock (const char *at, const char *end)
{
  const char *from = at;
  int groups = 1;
  while (at < end && g_ascii_isdigit (*at))
    at++;
  if (at == from || at - from > 2)
    return NULL;
  for (; end - at >= 3 && *at == ':' && g_ascii_isdigit (at[1]) && g_ascii_isdigit (at[2]); at += 3)
    groups++;
  bool goes_on = at < end && (*at == ':' || g_ascii_isalnum (*at));
  return groups == 2 || groups == 3 ? (goes_on ? NULL : at) : NULL;
}

bool
sniff_are_clocks (const Sample *sample, guint rows)
{
  guint clocks = 0, colons = 0, of_clocks = 0;
  const char *end = sample->bytes + sample->length;
  for (const char *at = sample->bytes; at < end; at++)
    {
      bool begins = g_ascii_isdigit (*at) && (at == sample->bytes || (at[-1] != ':' && !g_ascii_isalnum (at[-1])));
      const char *behind = begins ? skip_clock (at, end) : NULL;
      colons += *at == ':';
      if (behind == NULL)
        continue;
      clocks++;
      of_clocks += behind - at > 5 ? 2 : 1;
      colons += behind - at > 5 ? 2 : 1;
      at = behind - 1;
    }
  return clocks * 2 >= rows && of_clocks * 2 > colons;
}

/* ---- tabs ---- */

static bool
is_blank (char byte)
{
  return byte == ' ' || byte == '\t';
}

static bool
is_line_end (char byte)
{
  return byte == '\r' || byte == '\n';
}

bool
sniff_are_tabs_around (const Sample *sample, char delimiter)
{
  const char *begin = sample->bytes, *end = begin + sample->length;
  int64_t tabs = 0, around = 0;
  for (const char *at = begin; at < end; at++)
    {
      if (*at != '\t')
        continue;
      const char *before = at, *behind = at + 1;
      while (before > begin && is_blank (before[-1]))
        before--;
      while (behind < end && is_blank (*behind))
        behind++;
      at = behind - 1;
      if (before == begin || behind == end || is_line_end (before[-1]) || is_line_end (*behind))
        continue;
      tabs++;
      around += before[-1] == delimiter || *behind == delimiter;
    }
  return tabs > 0 && (double) around >= LEAST_AROUND * (double) tabs;
}
