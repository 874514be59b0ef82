/* The catalog: all models of a home, and which one a file belongs to. */
#ifndef WEIR_MODELS_CATALOG_H
#define WEIR_MODELS_CATALOG_H

#include "models/model_load.h"

/* A model file that could not be taken: it stops its own table only. */
typedef struct
{
  char *path;
  char *table; /* the file's name without .json */
  GError *error;
} BrokenModel;

typedef struct
{
  GPtrArray *models; /* of Model, by table */
  GPtrArray *broken; /* of BrokenModel */
} Catalog;

/* Loads every *.json of "folder" (a missing folder is an empty catalog). "shown_folder" is what messages call it ("models").
 * Errors: LOCAL when the folder cannot be read; a bad model is no error here, it is in "broken". */
Catalog *catalog_load (const char *folder, const char *shown_folder, const ModelWords *words, GError **error);
void catalog_free (Catalog *catalog);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Catalog, catalog_free)

const Model *catalog_find (const Catalog *catalog, const char *table);
const BrokenModel *catalog_find_broken (const Catalog *catalog, const char *table);

/* Where a file goes. All borrowed from the catalog but table and suggestion. */
typedef struct
{
  char *table;               /* never NULL: the model's, or by the naming rule */
  const Model *model;        /* NULL: no (good) model */
  const BrokenModel *broken; /* not NULL: the model is there but cannot be used */
  char *suggestion;          /* without a model: a table of the catalog with a name very near or within it, or NULL */
} Route;

/* Finds the table of a file by its name (any folders before it are ignored). A model's "files" globs come first; then the model
 * whose name is the file's name up to the first dot, or that followed by a separator (- _ space .) and a digit, the longest one,
 * with a date before the name or without ("2026-11-20_sales.csv");
 * then, without a model, the same rule gives the table's name: "sales_2026-11-20.csv" is "sales". A name that gives no identifier
 * ("2026.csv") is taken whole. Release with route_clear. */
void catalog_route (const Catalog *catalog, const char *file_name, Route *ret_route);
void route_clear (Route *route);

/* The name of a file, without folders, as it was before it was archived. Owned by the caller. */
char *catalog_dropped_name (const char *file_name);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Route, route_clear)

#endif
