/* weir-connect-singer: any Singer tap as a source, any Singer target as a destination (docs/singer.md).
 *
 * The specification: Singer Specification 0.2.0 (SCHEMA, RECORD, STATE, discovery, catalog and metadata), with ACTIVATE_VERSION of singer-python and BATCH
 * of the Meltano SDK. */
#include "connect/singer/verbs.h"

int
main (int argc, char **argv)
{
  static const Connector singer = {
    .name = "singer", .check = singer_check, .discover = singer_discover, .read = singer_read, .write = singer_write
  };
  return connector_main (argc, argv, &singer);
}
