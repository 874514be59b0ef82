/* Values of a request in statements: bound where there are parameters, and where there are none (COPY) as literals that the server casts to the
 * column's own type. Nothing is pasted. */
#ifndef WEIR_CONNECT_PG_VALUES_H
#define WEIR_CONNECT_PG_VALUES_H

#include "connect/pg/source.h"

/* "'2026-01-01'::timestamptz". Owned by the caller. */
char *value_literal (const char *text, const char *type);

/* The conditions of "where" that the source can take: "a" = '1'::bigint and "b" in (...); "" where there are none. What does not fit is a mistake. Asks the
 * server whether the values are of their types. Owned by the caller; NULL with an error. */
char *value_conditions (PgSession *session, const Request *request, const Source *source, GError **error);

/* Whether the server takes the text for that type; a mistake at "path" if not. False: an error of another kind. */
bool value_check (PgSession *session, const char *path, const char *text, const char *type, GError **error);

#endif
