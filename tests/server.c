/* ctest's fixture around the integration tests: "start" starts the PostgreSQL that they share, "stop" ends it. */
#include "tests/support/shared.h"

#include <string.h>

int
main (int argc, char **argv)
{
  if (argc != 2)
    return 2;
  if (strcmp (argv[1], "start") == 0)
    return shared_start () ? 0 : 1;
  shared_stop ();
  return 0;
}
