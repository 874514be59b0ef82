#include "pipeline/sniff/sniff_confidence.h"

#include "pipeline/sniff/sniff_table.h"

/* What a row adds to the table's likelihood, beside 1 for one of its width. */
#define SHORT_ROW 0.85 /* lacks less than half of its cells */
#define LONG_ROW 0.6   /* has less than half more */
#define BAD_ROW 0.5    /* cannot be read */
#define ABOVE_ROW 0.6  /* stands above the table */

#define FEW_ROWS 2 /* of the table, the header among them */
#define FEW_WORTH 0.9
#define CLOSE_SCORE 0.9 /* of a runner-up, compared with the best */
#define CLOSE_WORTH 0.9
#define SPLIT_SHARE 0.5 /* of the rows of one column that a delimiter cuts alike */
#define SPLIT_WORTH 0.8

static double
worth (const SniffCandidate *best, guint row, guint first)
{
  size_t fields = sniff_row (best, row)->fields, width = best->fields;
  if (row < first)
    return ABOVE_ROW;
  if (fields == 0)
    return BAD_ROW;
  return fields == width                            ? 1
         : fields < width && fields * 2 > width     ? SHORT_ROW
         : fields > width && fields * 2 < width * 3 ? LONG_ROW
                                                    : 0;
}

/* The share of the file that the table explains. */
static double
extent (const SniffCandidate *best, guint first)
{
  double sum = 0, rows = 0;
  for (guint i = 0; i < best->rows->len; i++)
    if (!sniff_is_remark (sniff_row (best, i), best->fields))
      {
        sum += worth (best, i, first);
        rows++;
      }
  return rows > 0 ? sum / rows : 0;
}

double
sniff_confidence (const SniffCandidate *best, const SniffCandidate *second, const SniffHeader *header)
{
  double confidence = extent (best, header->first) * header->confidence;
  if (best->even <= FEW_ROWS)
    confidence *= FEW_WORTH;
  if (second->rows != NULL && second->score > best->score * CLOSE_SCORE)
    confidence *= CLOSE_WORTH;
  if (second->rows != NULL && best->fields == 1 && second->share > SPLIT_SHARE)
    confidence *= SPLIT_WORTH;
  return confidence;
}
