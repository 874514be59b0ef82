#include "oracle.h"

#include "oracle_private.h"
#include "weir.h"

#include <stdio.h>

char *
oracle_find (Home *home, unsigned flags)
{
  g_autoptr (GString) violations = g_string_new (NULL);
  bool is_whole = home->url != NULL && !(flags & ORACLE_BY_HAND);
  if (is_whole && sql_number (home, "select count(*) from pg_tables where schemaname = 'weir' and tablename = 'file'") > 0)
    {
      oracle_check_database (home, flags, violations);
      oracle_check_files (home, flags, violations);
      oracle_check_lines (home, violations);
      if (flags & ORACLE_REPLAY)
        oracle_check_replay (home, violations);
    }
  oracle_check_secrets (home, violations);
  return g_string_free (g_steal_pointer (&violations), false);
}

void
oracle_check (Home *home, unsigned flags)
{
  g_autofree char *violations = oracle_find (home, flags);
  if (*violations == '\0')
    return;
  /* Printed here, for cmocka cuts its messages. */
  fputs (home->transcript->str, stderr);
  fputs (violations, stderr);
  fail_msg ("the oracle finds these violations in %s", home->path);
}
