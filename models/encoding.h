/* The encodings of files: their words in models, messages and JSON, and what iconv calls them. */
#ifndef WEIR_MODELS_ENCODING_H
#define WEIR_MODELS_ENCODING_H

#include <stdbool.h>

typedef enum
{
  ENCODING_UTF8,
  ENCODING_UTF16LE,
  ENCODING_UTF16BE,
  ENCODING_WINDOWS_1252, /* Latin-1 too: its bytes mean the same there, but for the control characters that nobody writes */
  ENCODING_OTHER,        /* this and all above it: read by iconv where a model says so, and two of them by their letters */
} Encoding;

/* "UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252", "shift_jis" ... */
const char *encoding_word (Encoding encoding);

/* All of these, NULL-terminated. */
const char *const *encoding_words (void);

/* What iconv calls one from ENCODING_OTHER on. All of these contain ASCII, keep no state from one character to the next, have at
 * most four bytes a character, and three bytes of UTF-8 for one of theirs. */
const char *encoding_charset (Encoding encoding);
bool encoding_is_installed (Encoding encoding); /* false: this system's iconv does not know it */

/* Also takes "latin1", "cp1250", "sjis" and their like, whatever the case, and with or without hyphens. */
bool encoding_find (const char *word, Encoding *ret_encoding);

/* What an unknown word was meant to be: a slip in the letters, never another number. NULL: who knows. */
const char *encoding_nearest (const char *word);

#endif
