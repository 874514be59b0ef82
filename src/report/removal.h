/* What `weir drop TABLE` would remove, and what it would hurt: looked up first, for people to see before anything is done. */
#ifndef WEIR_SRC_REPORT_REMOVAL_H
#define WEIR_SRC_REPORT_REMOVAL_H

#include "models/catalog.h"
#include "schema/ledger.h"
#include "src/settings/settings.h"

/* What else is wanted besides the tables and what their loads have settled. */
typedef struct
{
  bool files;      /* --archive: the files in archive/ and failed/ too */
  bool runs;       /* --ledger: its runs and their rejects too */
  bool dependents; /* --cascade: what others have built upon the tables too */
} RemovalScope;

typedef struct
{
  const Settings *settings;
  const char *table; /* borrowed, as is the settings */
  RemovalScope scope;
  char *schema;      /* where the warehouse table is */
  bool known;        /* the ledger knows the table */
  bool has_table;    /* in the warehouse, and weir's */
  char *view;        /* "users_current"; NULL: there is none */
  char *function;    /* "users_asof"; NULL: there is none */
  GPtrArray *joined; /* of char *: views of facts that show its columns, its own of a fact */
  int64_t rows;      /* of the warehouse table, all versions */
  GPtrArray *staged; /* of char *: its staging tables */
  GPtrArray *built;  /* of char *: what depends on all that, as PostgreSQL calls it */
  LedgerRest ledger; /* what the ledger has besides */
  GPtrArray *places; /* of char *: absolute paths of the files in archive/ and failed/; with scope.files */
  GPtrArray *facts;  /* of const char *, the catalog's: tables that refer to this one, and were loaded */
  char *model;       /* path of its model, which stays; NULL: none */
} Removal;

/* Looks. Errors: MODEL where nothing of the table is known, or what has its name in the warehouse is not weir's; those of the
 * database. */
Removal *removal_find (Db *db, const Settings *settings, const Catalog *catalog, const char *table, RemovalScope scope,
                       GError **error);
void removal_free (Removal *removal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Removal, removal_free)

/* The object of --json, and the same for people. */
Json *removal_to_json (const Removal *removal);
void removal_print (const Removal *removal);

/* Removes all of it from the database in one transaction, with the table's lock held. Errors: MODEL of dependents that were not to
 * go; nothing was changed then. The files are left to removal_delete_files, once this has succeeded. */
bool removal_do (Db *db, const Removal *removal, GError **error);

/* Unlinks the files, and the table's folder in archive/ where that is empty then. A file that cannot be removed is an error
 * (LOCAL), and the others go all the same. */
bool removal_delete_files (const Removal *removal, GError **error);

#endif
