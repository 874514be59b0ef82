/* What the files of slice.h share. */
#ifndef WEIR_CONNECT_SLICE_PRIVATE_H
#define WEIR_CONNECT_SLICE_PRIVATE_H

#include "connect/slice.h"

static inline bool
slice_is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline const char *
slice_pass_blanks (const char *at, const char *end)
{
  while (at < end && slice_is_blank (*at))
    at++;
  return at;
}

/* Behind the string that begins here. */
static inline const char *
slice_pass_string (const char *at)
{
  for (at++;; at += 2)
    {
      while (*at != '"' && *at != '\\')
        at++;
      if (*at == '"')
        return at + 1;
    }
}

/* Behind the number, or the word, that begins here. */
const char *slice_pass_word (const char *at, const char *end);

/* A string of the text, from its quote to behind the other, as slice_mend has it. */
unsigned slice_mend_string (const char *at, const char *end, GString *out);

#endif
