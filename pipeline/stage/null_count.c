#include "pipeline/stage/null_count.h"

#include "pipeline/types/null_word.h"

typedef struct
{
  int column;
  int word;
} MetWord;

struct NullCount
{
  int n_columns;
  int64_t **words; /* by column and word; NULL: never */
  MetWord *met;    /* in this row, one a column at most */
  int n_met;
};

NullCount *
null_count_new (int n_columns)
{
  NullCount *count = g_new0 (NullCount, 1);
  count->n_columns = n_columns;
  count->words = g_new0 (int64_t *, n_columns + 1);
  count->met = g_new (MetWord, n_columns + 1);
  return count;
}

void
null_count_free (NullCount *count)
{
  if (count == NULL)
    return;
  for (int i = 0; i < count->n_columns; i++)
    g_free (count->words[i]);
  g_free (count->words);
  g_free (count->met);
  g_free (count);
}

void
null_count_begin_row (NullCount *count)
{
  count->n_met = 0;
}

void
null_count_meet (NullCount *count, int column, int word)
{
  g_assert (count->n_met < count->n_columns);
  count->met[count->n_met++] = (MetWord) { column, word };
}

void
null_count_take_row (NullCount *count)
{
  for (int i = 0; i < count->n_met; i++)
    {
      const MetWord met = count->met[i];
      if (count->words[met.column] == NULL)
        count->words[met.column] = g_new0 (int64_t, NULL_WORDS_MOST);
      count->words[met.column][met.word]++;
    }
}

const int64_t *
null_count_words (const NullCount *count, int column)
{
  return count->words[column];
}
