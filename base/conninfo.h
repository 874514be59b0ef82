/* A libpq URL or conninfo without its password: for command lines and for people. Pure. */
#ifndef WEIR_BASE_CONNINFO_H
#define WEIR_BASE_CONNINFO_H

#include <stdbool.h>

/* "postgresql" of "postgresql://...", "jdbc:mysql" of "jdbc:mysql://..."; NULL: it is no URL. Owned by the caller. */
char *conninfo_scheme (const char *conninfo);

/* "postgresql://..." of "postgresql+psycopg2://...", as SQLAlchemy's URLs name the driver, which is Python's business; anything else as it
 * is. *ret_had (may be NULL): whether a driver was named. Owned by the caller. */
char *conninfo_without_driver (const char *conninfo, bool *ret_had);

/* The conninfo less its password, which goes to *ret_password (decoded; NULL where there is none; may be NULL). Takes
 * "postgresql://user:password@host/db?password=..." and "host=... password='...'", and URLs of other databases. What is malformed
 * is left to libpq to complain of, but nothing that could be a password is kept. Both owned by the caller. */
char *conninfo_without_password (const char *conninfo, char **ret_password);

/* The conninfo for people, and only for them: without its password, and with "***" for what is malformed or is named as a password
 * is, since nobody can tell what it was meant to be. Owned by the caller. */
char *conninfo_shown (const char *conninfo);

#endif
