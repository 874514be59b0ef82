/* Names of columns that are known beforehand, and whether a cell is one of them. Part of the sniffer. Pure. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_KNOWN_H
#define WEIR_PIPELINE_SNIFF_SNIFF_KNOWN_H

#include <glib.h>
#include <stdbool.h>

typedef struct
{
  GHashTable *identifiers; /* the SQL identifiers of the names, a set */
  guint names;
  size_t longest;   /* bytes of an identifier */
  bool firsts[128]; /* characters that they begin with */
} SniffKnown;

/* "names": ends with NULL. */
SniffKnown *sniff_known_new (const char *const *names);
void sniff_known_free (SniffKnown *known);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SniffKnown, sniff_known_free)

/* Whether the cell is one of the names, as it is written or as the SQL identifier made from it. NULL knows none. */
bool sniff_is_known (const SniffKnown *known, const char *cell, size_t length);

#endif
