/* Whether bytes that are no UTF-8 are Windows-1252, which is Latin-1 too. Pure. */
#ifndef WEIR_PIPELINE_TEXT_DECODE_1252_H
#define WEIR_PIPELINE_TEXT_DECODE_1252_H

#include <stdbool.h>
#include <stddef.h>

/* Whether its bytes over 0x7F are what Western text has: accented letters in words of ASCII letters, quotes, dashes, signs. They
 * are not where whole words are made of them (Cyrillic, Greek, Chinese), where signs and capitals stand inside words (Polish,
 * Macintosh, DOS, half UTF-8) or beside such letters (Korean), where bytes without a meaning are more than a slip, or where the
 * letters are those of another language: *ret_likelier is then the word of its encoding, else NULL. */
bool looks_like_windows_1252 (const char *bytes, size_t length, const char **ret_likelier);

/* "12 bytes such as 0xE9 0xF6 are no UTF-8, but letters and signs of Windows-1252"; "at least 12", if these are not the whole text.
 * Owned by the caller. */
char *describe_windows_1252 (const char *bytes, size_t length, bool whole);

#endif
