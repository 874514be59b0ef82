/* weir-connect-pg: PostgreSQL and Redshift as sources and destinations (docs/connectors.md). */
#include "connect/pg/read.h"
#include "connect/pg/write.h"

int
main (int argc, char **argv)
{
  const Connector pg = { .name = "pg", .check = pg_check, .discover = pg_discover, .read = pg_read, .write = pg_write };
  return connector_main (argc, argv, &pg);
}
