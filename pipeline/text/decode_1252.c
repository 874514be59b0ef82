#include "pipeline/text/decode_1252.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

#define LONGEST_RUN 3 /* of letters beyond ASCII in a Western word; Icelandic has that many */

/* From 0x80: a small letter l, a capital C, a sign of punctuation T, one that may stand inside a word -, one that stands with
 * numbers or alone N, one that hardly anybody writes ?, undefined !. */
static const char classes[129] = "N!T?T-TT?NCTC!C!" /* euro, low quotes, dots, daggers, per mille; S caron, OE, Z caron */
                                 "!--TTT--?TlTl!lC" /* quotes, bullet, dashes, trademark; s caron, oe, z caron, Y diaeresis */
                                 "-TNN?N?N?TNT?-T?" /* blank, currencies, section, copyright, ordinal, guillemet, soft hyphen */
                                 "NNNN-l?-?NNTNNNT" /* degree, powers, an accent for an apostrophe, micro, middle dot, fractions */
                                 "CCCCCCCCCCCCCCCC"
                                 "CCCCCCCNCCCCCCCl"
                                 "llllllllllllllll"
                                 "lllllllNllllllll";

typedef struct
{
  const uint8_t *bytes;
  size_t length;
} Text;

typedef struct
{
  size_t high; /* all bytes over 0x7F */
  size_t good;
  size_t odd;     /* signs and capitals inside words */
  size_t foreign; /* in words that have too many of them */
  size_t undefined;
} Counts;

/* ASCII is '\0', as are the places before and after the text. */
static char
class_at (const Text *text, size_t at)
{
  return at < text->length && text->bytes[at] >= 0x80 ? classes[text->bytes[at] - 0x80] : '\0';
}

static char
ascii_at (const Text *text, size_t at)
{
  return at < text->length && text->bytes[at] < 0x80 ? (char) text->bytes[at] : '\0';
}

static bool
is_high_letter (const Text *text, size_t at)
{
  return class_at (text, at) == 'l' || class_at (text, at) == 'C';
}

static bool
is_letter (const Text *text, size_t at)
{
  return g_ascii_isalpha (ascii_at (text, at)) || is_high_letter (text, at);
}

/* Letters beyond ASCII one after the other. The place before the first byte wraps round to one that is not there either. */
static size_t
count_run (const Text *text, size_t at, Counts *counts)
{
  size_t end = at;
  while (is_high_letter (text, end))
    end++;
  size_t run = end - at;
  char before = ascii_at (text, at - 1), after = ascii_at (text, end);
  if (run > LONGEST_RUN)
    counts->foreign += run;
  else if (class_at (text, at) == 'C' && g_ascii_islower (before))
    counts->odd += run;
  else if (g_ascii_isalpha (before) || g_ascii_isalpha (after) || before == ' ' || after == ' ')
    counts->good += run;
  counts->high += run;
  return run;
}

/* Also a soft hyphen that joins nothing. */
static bool
is_number_sign (const Text *text, size_t at)
{
  char class = class_at (text, at);
  return class == 'N' || class == '?'
         || (class == '-' && text->bytes[at] == 0xAD && !(is_letter (text, at - 1) && is_letter (text, at + 1)));
}

/* Signs of numbers and letters beyond ASCII are not written together, nor such a sign before a word, but for amounts and degrees.
 * Chinese, Japanese and Korean are full of both. */
static bool
is_misplaced (const Text *text, size_t at)
{
  if (is_high_letter (text, at - 1) || is_high_letter (text, at + 1) || is_number_sign (text, at - 1)
      || is_number_sign (text, at + 1))
    return true;
  char before = ascii_at (text, at - 1), after = ascii_at (text, at + 1);
  bool words = g_ascii_isalpha (after) || (after != '\0' && strchr ("@[\\_`{", after) != NULL);
  return words && !g_ascii_isdigit (before) && strchr ("\x80\xA2\xA3\xA5\xA7\xB0", text->bytes[at]) == NULL;
}

static void
count_sign (const Text *text, size_t at, Counts *counts)
{
  char class = class_at (text, at);
  counts->high++;
  if (class == '!')
    counts->undefined++;
  else if (class != '-' && is_letter (text, at - 1) && is_letter (text, at + 1))
    counts->odd++;
  else if (is_number_sign (text, at) && is_misplaced (text, at))
    counts->odd++;
  else if (class != '?')
    counts->good++;
}

bool
looks_like_windows_1252 (const char *bytes, size_t length)
{
  const Text text = { (const uint8_t *) bytes, length };
  Counts counts = { 0 };
  for (size_t i = 0; i < length;)
    if (is_high_letter (&text, i))
      i += count_run (&text, i, &counts);
    else
      {
        if (text.bytes[i] >= 0x80)
          count_sign (&text, i, &counts);
        i++;
      }
  return counts.good * 2 >= counts.high && counts.odd * 10 <= counts.high && counts.foreign * 10 <= counts.high
         && counts.undefined * 100 <= counts.high;
}
