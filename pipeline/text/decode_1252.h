/* Whether bytes that are no UTF-8 are Windows-1252, which is Latin-1 too. Pure. */
#ifndef WEIR_PIPELINE_TEXT_DECODE_1252_H
#define WEIR_PIPELINE_TEXT_DECODE_1252_H

#include <stdbool.h>
#include <stddef.h>

/* Whether its bytes over 0x7F are what Western text has: accented letters in words of ASCII letters, quotes, dashes, signs. They
 * are not where whole words are made of them (Cyrillic, Greek, Chinese), where signs and capitals stand inside words (Polish,
 * Macintosh, DOS, half UTF-8) or beside such letters (Korean), or where bytes without a meaning are more than a slip. Which letters
 * they are, guess_encoding knows. */
bool looks_like_windows_1252 (const char *bytes, size_t length);

#endif
