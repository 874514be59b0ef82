/* The SQL files as compiled in; made by embed.cmake, read by sql.c alone. */
#ifndef WEIR_SCHEMA_SQL_EMBEDDED_H
#define WEIR_SCHEMA_SQL_EMBEDDED_H

typedef struct
{
  const char *name; /* "templates/dimension_close.sql" */
  const char *text; /* NUL-terminated */
} SqlFile;

extern const SqlFile sql_embedded[]; /* ends with a name of NULL */

#endif
