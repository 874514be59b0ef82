/* A diff on stdout (diff.h): tables for people, by kinds; an object a line; CSV, a line for each value that changes. */
#ifndef WEIR_SRC_REPORT_DIFF_SHOW_H
#define WEIR_SRC_REPORT_DIFF_SHOW_H

#include "src/report/diff.h"

void diff_show_tables (Diff *diff);
void diff_show_json (Diff *diff);
void diff_show_csv (Diff *diff);

#endif
