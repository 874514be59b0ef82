/* "connections" of weir.json: where stores are that rows are pulled from and pushed to (docs/pull.md). What a connection's type asks for
 * beside is the connector's to check, which is a program that anybody may add. */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_CONNECTIONS_H
#define WEIR_SRC_SETTINGS_SETTINGS_CONNECTIONS_H

#include "models/members.h"

/* What a connection may be called: an expression as in a JSON schema. */
#define CONNECTION_NAME_PATTERN "^[A-Za-z_][A-Za-z0-9_-]{0,62}$"

/* The check of the row; what others may see of the tree (a new reference): of a connection's members those that are known to be no secret, and
 * "..." of the others; its schema (a new reference). */
void settings_check_connections (Json *value, const char *place, GPtrArray *mistakes);
Json *settings_show_connections (const Json *value);
Json *settings_connections_schema (void);

/* Whether a member of a connection is of those that are known to be no secret. */
bool settings_connection_is_harmless (const char *name, const Json *value);

/* Adds a mistake for each text, at any depth of what stands at "path", that has a "${env:" or "${file:" in it which is not the whole of it: it would
 * be taken as it is. */
void settings_check_references (const MemberScope *scope, const char *path, const Json *value);

#endif
