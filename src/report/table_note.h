/* What `weir status` says below its list of tables: what a person should do about one. */
#ifndef WEIR_SRC_REPORT_TABLE_NOTE_H
#define WEIR_SRC_REPORT_TABLE_NOTE_H

#include "src/report/tables.h"

/* Whether there is anything to say. */
bool table_has_note (const Table *table);

/* Prints it on stdout. */
void table_print_note (const Table *table, const Catalog *catalog);

#endif
