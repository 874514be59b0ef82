#include "oracle.h"

#include "oracle_private.h"
#include "weir.h"

void
oracle_check (Home *home, unsigned flags)
{
  g_autoptr (GString) violations = g_string_new (NULL);
  if (home->url != NULL && sql_number (home, "select count(*) from pg_tables where schemaname = 'weir' and tablename = 'file'") > 0)
    {
      oracle_check_database (home, flags, violations);
      oracle_check_files (home, flags, violations);
      if (flags & ORACLE_REPLAY)
        oracle_check_replay (home, violations);
    }
  oracle_check_secrets (home, violations);
  if (violations->len > 0)
    fail_msg ("the oracle finds in %s:\n%s%s", home->path, violations->str, home->transcript->str);
}
