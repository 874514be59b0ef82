#include "src/report/checks_list.h"

static void
check_free (Check *check)
{
  g_free (check->name);
  g_free (check->subject);
  g_clear_error (&check->error);
  g_free (check);
}

GPtrArray *
checks_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) check_free);
}

void
checks_add (GPtrArray *checks, const char *name, char *subject, GError *error)
{
  Check *check = g_new0 (Check, 1);
  check->name = g_strdup (name);
  check->subject = subject;
  check->error = error;
  g_ptr_array_add (checks, check);
}
