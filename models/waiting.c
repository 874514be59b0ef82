#include "models/waiting.h"

bool
waiting_find (const GPtrArray *references, const WaitKnowledge *knowledge, Wait *ret_wait)
{
  for (guint i = 0; references != NULL && i < references->len; i++)
    {
      const char *dimension = ((const ModelReference *) references->pdata[i])->dimension;
      if (knowledge->is_pending != NULL && knowledge->is_pending (dimension, knowledge->data))
        return *ret_wait = (Wait) { WAIT_PENDING, dimension }, true;
      if (knowledge->is_applied != NULL && !knowledge->is_applied (dimension, knowledge->data))
        return *ret_wait = (Wait) { WAIT_NEVER_LOADED, dimension }, true;
    }
  return false;
}

char *
waiting_text (const Wait *wait)
{
  return g_strdup_printf ("for %s, which %s", wait->dimension,
                          wait->cause == WAIT_PENDING ? "has files pending" : "was never loaded");
}
