#include "src/report/staged_majority.h"

#include <string.h>

typedef struct
{
  TypeId type;
  const char *format;
} Candidate;

/* No jsonb: a number is JSON too. */
static const Candidate candidates[] = {
  { TYPE_BOOLEAN, NULL },   { TYPE_BIGINT, NULL },       { TYPE_NUMERIC, NULL },      { TYPE_DOUBLE, NULL },
  { TYPE_DATE, NULL },      { TYPE_DATE, "DD/MM/YYYY" }, { TYPE_DATE, "MM/DD/YYYY" }, { TYPE_TIME, NULL },
  { TYPE_TIMESTAMP, NULL }, { TYPE_TIMESTAMPTZ, NULL },  { TYPE_UUID, NULL },
};

static size_t
count_fitting (const Candidate *candidate, const char *const *cells, size_t count)
{
  const Type *type = &types[candidate->type];
  size_t fitting = 0;
  Value value;
  for (size_t i = 0; i < count; i++)
    {
      size_t length = strlen (cells[i]);
      /* A plus may be a telephone number's; an exponent is for double precision. */
      if (cells[i][0] == '+' || (candidate->type == TYPE_NUMERIC && strpbrk (cells[i], "eE") != NULL))
        continue;
      if (type_recognize (type, cells[i], length, candidate->format, &value))
        fitting++;
    }
  return fitting;
}

Majority
staged_majority (const char *const *cells, size_t count)
{
  Majority majority = { NULL, NULL, 0 };
  if (count < MAJORITY_LEAST)
    return majority;
  for (size_t i = 0; i < G_N_ELEMENTS (candidates); i++)
    {
      const Candidate *candidate = &candidates[i];
      size_t fitting = count_fitting (candidate, cells, count);
      if (fitting * 100 < count * MAJORITY_PERCENT)
        continue;
      bool both_ways = majority.format != NULL && candidate->format != NULL;
      if (both_ways)
        return (Majority) { NULL, NULL, 0 };
      if (majority.type == NULL)
        majority = (Majority) { &types[candidate->type], candidate->format, fitting };
    }
  return majority;
}
