/* Making the server of a cluster that has one of its own; cluster.c calls this. */
#ifndef WEIR_TESTS_SUPPORT_SERVER_H
#define WEIR_TESTS_SUPPORT_SERVER_H

#include "cluster.h"

/* Says where its data will be and whose programs it runs; makes nothing yet. */
void server_place (Cluster *cluster);

/* Makes data and socket folders and the roles, and starts it. The data directory is initialised once per build folder, and copied
 * from there. */
void server_make (Cluster *cluster);

#endif
