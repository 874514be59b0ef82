/* How often words that stand for nothing (null_word.h) were written as NULL. Only rows that are written count: a row may be refused
 * behind such a word.
 *
 *   for each row null_count_begin_row, null_count_meet for each of its words, and null_count_take_row if it is written */
#ifndef WEIR_PIPELINE_STAGE_NULL_COUNT_H
#define WEIR_PIPELINE_STAGE_NULL_COUNT_H

#include <glib.h>
#include <stdint.h>

typedef struct NullCount NullCount;

NullCount *null_count_new (int n_columns);
void null_count_free (NullCount *count);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NullCount, null_count_free)

void null_count_begin_row (NullCount *count);
void null_count_meet (NullCount *count, int column, int word);
void null_count_take_row (NullCount *count);

/* How often each word was written in the column so far, NULL_WORDS_MOST of them, borrowed; NULL: none was. */
const int64_t *null_count_words (const NullCount *count, int column);

#endif
