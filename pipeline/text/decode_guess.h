/* Which encoding a text is in that is neither UTF-8 nor UTF-16: by its letters. Pure.
 *
 * Of each byte beyond ASCII, what it is in each encoding, between what letters, and how often the languages that are written in
 * that encoding have it. East Asian encodings are told by the characters that everybody uses. */
#ifndef WEIR_PIPELINE_TEXT_DECODE_GUESS_H
#define WEIR_PIPELINE_TEXT_DECODE_GUESS_H

#include "models/encoding.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum
{
  GUESS_NONE,  /* who knows */
  GUESS_NAMED, /* good enough to be told, not to be read by */
  GUESS_SURE,  /* wrong in next to no file */
} GuessKind;

typedef struct
{
  GuessKind kind;
  Encoding encoding; /* of GUESS_NAMED and GUESS_SURE */
  bool western;      /* Windows-1252 is not much less likely than the likeliest */
} Guess;

/* "bytes" are a text without NUL bytes, perhaps cut off within a character. */
Guess guess_encoding (const char *bytes, size_t length);

#endif
