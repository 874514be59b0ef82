#include "models/history.h"

void
history_init (History *history)
{
  static const char *const names[HISTORY_COLUMNS] = {
    [HISTORY_START] = "effective_start_date",
    [HISTORY_END] = "effective_end_date",
    [HISTORY_CURRENT] = "is_current",
    [HISTORY_VERSION] = "version_number",
  };
  for (int i = 0; i < HISTORY_COLUMNS; i++)
    history->names[i] = g_strdup (names[i]);
  history->open_end = "null::timestamptz";
}

void
history_clear (History *history)
{
  for (int i = 0; i < HISTORY_COLUMNS; i++)
    g_clear_pointer (&history->names[i], g_free);
}
