/* A plot of two counts by day, as SVG: bars above the line, and bars below it. */
#ifndef WEIR_SRC_PAGE_PLOT_H
#define WEIR_SRC_PAGE_PLOT_H

#include "src/page/html.h"

/* days: [{"day": "2026-11-29", "opened", "closed", "files"}, ...] in the order of time; bars are days of the last 90 until "today"
 * ("2026-11-29"), or weeks of the last 53 where something is older.
 * What is plotted is a table below it, too, for who cannot see it. */
void plot_activity (Html *html, const Json *days, const char *today);

#endif
