/* Lines of CSV for people who open them in a spreadsheet, which takes a cell that begins with =, +, -, @, a tab or a carriage return for
 * a formula and runs it. OWASP, "CSV Injection": such a cell gets an apostrophe before it. Pure. */
#ifndef WEIR_SRC_REPORT_SPREADSHEET_H
#define WEIR_SRC_REPORT_SPREADSHEET_H

#include <glib.h>

/* The line with these apostrophes, inside of quotes and out of them, wherever a cell may begin: nobody knows how another program cuts it,
 * so also behind commas, semicolons and tabs, besides the file's own delimiter. Owned by the caller. */
char *spreadsheet_safe (const char *line, size_t length, const char *delimiter);

#endif
