/* The unit that `weir init --systemd` writes, so that systemd runs `weir watch` in a home: root's among those of the machine, hardened,
 * as the home's owner; anybody else's among those of his own. Nothing is enabled or started. */
#ifndef WEIR_SRC_COMMANDS_SERVICE_UNIT_H
#define WEIR_SRC_COMMANDS_SERVICE_UNIT_H

#include "src/settings/settings.h"

#include <sys/types.h>

/* Who runs it where root asks: the folder's owner; of a folder that is not there, the user weir, who gets it. MODEL where that is root, for
 * a service does not run as root, or where there is no such user. */
bool service_unit_owner (const char *home, uid_t *ret_owner, GError **error);

/* Writes it, also in the place of one that is there. owner: as above; our own for our own service. *ret_name, *ret_path: "weir-srv-shop.service",
 * and where it is; the caller's. MODEL where the home's path has what a unit would need quotes for. */
bool service_unit_write (const Settings *settings, uid_t owner, char **ret_name, char **ret_path, GError **error);

#endif
