#include "pipeline/types/types_unit.h"

#include "pipeline/types/types_rows.h"

#include <string.h>

/* Longer ones first where one begins with another. */
static const char *const currencies[] = {
  "US$", "R$",  "C$",  "A$",  "$",   "€",   "£",   "¥",   "₹",   "₽", "₩",   "₺",   "₴",   "₫",   "₪",   "฿",
  "₱",   "₦",   "₡",   "₲",   "₵",   "₸",   "₮",   "EUR", "USD", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "PLN",
  "CZK", "HUF", "RON", "CAD", "AUD", "NZD", "INR", "CNY", "BRL", "MXN", "TRY", "ZAR", "kr",  "zł",  "Kč",  "Rs",
};

G_STATIC_ASSERT (G_N_ELEMENTS (currencies) <= 64);

static const char *const percents[] = { "%" };

static void
skip_blanks (UnitCell *cell)
{
  size_t length = (size_t) (cell->end - cell->at);
  types_trim (&cell->at, &length);
  cell->end = cell->at + length;
}

static bool
take_front (UnitCell *cell, const char *text)
{
  size_t length = strlen (text);
  if ((size_t) (cell->end - cell->at) < length || memcmp (cell->at, text, length) != 0)
    return false;
  cell->at += length;
  skip_blanks (cell);
  return true;
}

static bool
take_back (UnitCell *cell, const char *text)
{
  size_t length = strlen (text);
  if ((size_t) (cell->end - cell->at) < length || memcmp (cell->end - length, text, length) != 0)
    return false;
  cell->end -= length;
  skip_blanks (cell);
  return true;
}

/* A minus behind the number, or a sign before it. */
static void
take_sign (UnitCell *cell)
{
  if (cell->sign != '\0' || cell->at == cell->end)
    return;
  if (*cell->at == '-' || *cell->at == '+')
    {
      cell->sign = *cell->at++;
      skip_blanks (cell);
    }
  else if (cell->end[-1] == '-')
    {
      cell->sign = *--cell->end;
      skip_blanks (cell);
    }
}

static const char *
take_unit (UnitCell *cell, const char *const *units, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (take_front (cell, units[i]) || take_back (cell, units[i]))
      return units[i];
  return NULL;
}

bool
unit_strip (const DecimalStyle *style, UnitCell *cell)
{
  skip_blanks (cell);
  if (cell->end - cell->at > 2 && *cell->at == '(' && cell->end[-1] == ')')
    {
      *cell = (UnitCell) { cell->at + 1, cell->end - 1, '-', NULL };
      skip_blanks (cell);
    }
  take_sign (cell);
  if (style->unit == UNIT_PERCENT)
    cell->unit = take_unit (cell, percents, G_N_ELEMENTS (percents));
  else if (style->sign[0] != '\0')
    cell->unit = take_unit (cell, &style->sign, 1);
  else
    cell->unit = take_unit (cell, currencies, G_N_ELEMENTS (currencies));
  take_sign (cell);
  bool bare = cell->at < cell->end && *cell->at != '-' && *cell->at != '+';
  return bare && (cell->unit != NULL || style->unit == UNIT_CURRENCY);
}

int
decimal_currency (const char *text, size_t length)
{
  const DecimalStyle style = { .unit = UNIT_CURRENCY, .sign = "" };
  UnitCell cell = { .at = text, .end = text + length };
  if (!unit_strip (&style, &cell))
    return -1;
  for (size_t i = 0; i < G_N_ELEMENTS (currencies); i++)
    if (currencies[i] == cell.unit)
      return (int) i;
  return -1;
}

const char *
decimal_currency_sign (int currency)
{
  return currencies[currency];
}
