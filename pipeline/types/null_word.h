/* Words that stand for nothing: what programs and people write where a value is missing. One is NULL in a column where everything
 * else is of one type that is not text; who asks has tried that type first, for none of these is of any.
 *
 * In the list is what cannot be meant as a value: the words of R, pandas, SQL, spreadsheets and statistical offices, dashes, dots
 * and question marks. Not in it is what says something: "inf", "0", "x", "unknown", "n.d." (not detected), "*" (kept secret). */
#ifndef WEIR_PIPELINE_TYPES_NULL_WORD_H
#define WEIR_PIPELINE_TYPES_NULL_WORD_H

#include <stdbool.h>
#include <stddef.h>

#define NULL_WORDS_MOST 64 /* a set of them is a bit mask */

/* The place of the cell, with blanks around it or not, in the list; -1: it is none of them. */
int null_word_find (const char *cell, size_t length);

const char *null_word_text (int word);

#endif
