#include "pipeline/types/null_word.h"

#include "pipeline/types/types.h"

#include <string.h>

/* Spelled as they are met, for a model's "null" is compared to the letter. */
static const char *const words[] = {
  "NA",           "N/A",          "n/a",     "na",    "N.A.",   "n.a.",         "NULL",   "null",   "Null",    "None",
  "none",         "NONE",         "NaN",     "nan",   "NAN",    "-nan",         "-NaN",   "NaT",    "nil",     "Nil",
  "NIL",          "\\N",          "<NA>",    "<na>",  "<null>", "<NULL>",       "(null)", "(NULL)", "(blank)", "#N/A",
  "#NA",          "#DIV/0!",      "#VALUE!", "#REF!", "#NAME?", "#NUM!",        "#NULL!", "-",      "--",      "---",
  "\xe2\x80\x93", "\xe2\x80\x94", ".",       "..",    "...",    "\xe2\x80\xa6", "?",      ":",
};
G_STATIC_ASSERT (G_N_ELEMENTS (words) <= NULL_WORDS_MOST);

#define LONGEST 7

int
null_word_find (const char *cell, size_t length)
{
  types_trim (&cell, &length);
  if (length == 0 || length > LONGEST || g_ascii_isdigit (cell[0]))
    return -1;
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i][0] == cell[0] && strlen (words[i]) == length && memcmp (words[i], cell, length) == 0)
      return (int) i;
  return -1;
}

const char *
null_word_text (int word)
{
  return words[word];
}
