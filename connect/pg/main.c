/* weir-connect-pg: PostgreSQL and Redshift as sources and destinations (docs/connectors.md). */
#include "connect/pg/read.h"

int
main (int argc, char **argv)
{
  return connector_main (argc, argv, &(Connector) { .name = "pg", .check = pg_check, .discover = pg_discover, .read = pg_read });
}
