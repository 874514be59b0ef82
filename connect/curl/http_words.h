/* The words that a request may have anywhere: {window.start}, {window.end}, {window.day}. Pure. */
#ifndef WEIR_CONNECT_CURL_HTTP_WORDS_H
#define WEIR_CONNECT_CURL_HTTP_WORDS_H

#include "base/json.h"

enum
{
  HTTP_WORD_START = 1,
  HTTP_WORD_END = 2,
  HTTP_WORD_DAY = 4,
};

/* What they stand for; NULL: it is not known. Owned: http_words_clear. */
typedef struct
{
  char *start, *end, *day;
} HttpWords;
void http_words_clear (HttpWords *words);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HttpWords, http_words_clear)

/* Which of them a text has. *ret_unknown: one that begins with "window." and is none of them; the caller's. */
unsigned http_words_of (const char *text, char **ret_unknown);

/* The text with them; NULL: one is not known. Owned by the caller. */
char *http_words_fill (const char *text, const HttpWords *words);

/* The same of all texts in JSON. A text that is nothing but a word of digits becomes a number. NULL: one is not known. A new reference. */
Json *http_words_fill_json (const Json *json, const HttpWords *words);

#endif
